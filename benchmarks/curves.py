"""The two plots of BENCHMARKS.md: time per call over the size of a listing, and a walk over latency and prefetch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import altair
import attrs
import vl_convert

from benchmarks.server import serving
from benchmarks.stream import stream
from benchmarks.timing import Spread, compare
from benchmarks.walk import client, with_requests

PLOTS = Path(__file__).parent / "plots"
LATENCIES, PREFETCHES = (0, 10, 50, 200), (1, 2, 4, 8, 16)
SIZES = (2_000, 10_000, 100_000, 1_000_000)
CALLS, PAGE = 1_000, 20
_EXAMPLE = "1, requests and json"


@attrs.frozen
class Point:
    """One measured point of one line: the median, and the quartiles around it."""

    line: str
    x: float
    y: float
    low: float
    high: float


def draw(quick: bool) -> None:
    """Measure both plots and write them as SVG."""
    PLOTS.mkdir(exist_ok=True)
    print("plot: walk over latency …", file=sys.stderr)
    walk = _axes("ms of latency", "seconds for 50 pages", "pages under way")
    _write("walk", _walk(1 if quick else 3), walk, x_type="ordinal")
    print("plot: time per call over size …", file=sys.stderr)
    size = _axes("calls in the listing", "µs per call", "")
    _write("size", _size(SIZES[:-1] if quick else SIZES), size, x_type="log")


def _walk(rounds: int) -> list[Point]:
    points = []
    for latency in LATENCIES:
        with serving(CALLS, PAGE, delay=latency / 1e3) as base:
            walks: dict[str, Any] = {_EXAMPLE: lambda base=base: with_requests(base, size=PAGE)}
            for prefetch in PREFETCHES:
                walks[str(prefetch)] = lambda base=base, prefetch=prefetch: client(base, prefetch, PAGE)
            found = compare(walks, rounds).seconds
        points += [Point(name, latency, one.median, one.low, one.high) for name, one in found.items()]
    return points


def _size(sizes: tuple[int, ...]) -> list[Point]:
    points = []
    for size in sizes:
        rounds = 3 if size < 1_000_000 else 1
        one = Spread.of([stream(size)["µs"] for _ in range(rounds)])
        points.append(Point("Client, pages of 1,000", size, one.median, one.low, one.high))
    return points


def _axes(x: str, y: str, legend: str) -> dict[str, str]:
    return {"x": x, "y": y, "legend": legend}


def _write(name: str, points: list[Point], titles: dict[str, str], x_type: str) -> None:
    lines = list(dict.fromkeys(point.line for point in points))
    scale = altair.Scale(type="log", nice=False) if x_type == "log" else altair.Undefined
    x = altair.X("x", type="quantitative" if x_type == "log" else "ordinal", title=titles["x"], scale=scale)
    y = altair.Y(
        "y:Q",
        title=titles["y"],
        scale=altair.Scale(type="log", nice=False) if x_type == "ordinal" else altair.Undefined,
    )
    color = altair.Color(
        "line:N",
        sort=lines,
        title=titles["legend"] or None,
        legend=altair.Legend(labelLimit=320) if len(lines) > 1 else None,
    )
    chart = altair.Chart(altair.InlineData(values=[attrs.asdict(point) for point in points]))
    drawn = chart.mark_line(point=True).encode(x=x, y=y, color=color)
    spread = chart.mark_rule(opacity=0.5).encode(x=x, y=altair.Y("low:Q"), y2="high:Q", color=color)
    plot = (drawn + spread).properties(width=480, height=300, background="white")
    svg = vl_convert.vegalite_to_svg(plot.to_dict())
    (PLOTS / f"{name}.svg").write_text(svg, "utf-8")
