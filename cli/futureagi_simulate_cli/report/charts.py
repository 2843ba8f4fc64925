"""The report's charts: drawn by Vega-Altair, rendered to SVG by vl-convert, for light and for dark paper."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType
from typing import Any, Final, Literal

import attrs
import vl_convert

from futureagi_simulate.printable import shorten
from futureagi_simulate_cli.gate import Verdict
from futureagi_simulate_cli.gate.measure import Measure


class _KeepDocstrings(SourceFileLoader):
    """Compile Altair as `python` does where `python -OO` runs: it makes its classes from its docstrings."""

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name.partition(".")[0] == "altair" else None
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = cls(spec.loader.name, spec.loader.path)
        return spec

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        code: CodeType = compile(self.get_data(path), path, "exec", dont_inherit=True, optimize=0)
        return code


if sys.flags.optimize > 1:
    sys.meta_path.insert(0, _KeepDocstrings)
try:
    import altair as alt
finally:
    if sys.flags.optimize > 1:
        sys.meta_path.remove(_KeepDocstrings)

Theme = Literal["light", "dark"]

_INK: Final[dict[Theme, dict[str, str]]] = {
    "light": {
        "text": "#1f2328",
        "grid": "#d8dee4",
        "bar": "#2f6fb2",
        "range": "#0b2a4a",
        "mark": "#b35900",
        "limit": "#b3261e",
    },
    "dark": {
        "text": "#e6edf3",
        "grid": "#3d444d",
        "bar": "#5b9bd9",
        "range": "#dcebfa",
        "mark": "#f0a04b",
        "limit": "#ff8f86",
    },
}
_LONGEST_LABEL: Final = 24
"""Characters of the names beside the bars; longer ones are cut, and stand in full in the table below.

The renderer must not cut them: it takes minutes for a million characters, and fails where it halves an emoji.
"""
_LARGEST: Final = 1e9
_DECIMALS: Final = 3


@attrs.frozen
class Chart:
    """A chart as two `data:` URLs, and a description for readers who can't see it."""

    light: str
    dark: str
    words: str


def rates(verdict: Verdict) -> Chart | None:
    """Draw each eval as a bar with its 95 % interval, ticks for threshold and baseline; None without any."""
    before = {measure.name: measure.value for measure in verdict.baseline}
    limits = {
        check.subject: float(check.required)
        for check in verdict.checks
        if check.kind == "threshold" and isinstance(check.required, int | float)
    }
    names = _labels(measure.name for measure in verdict.measures)
    rows = [
        _rate_row(name, measure, before, limits)
        for name, measure in zip(names, verdict.measures, strict=True)
        if _drawable(measure.value) is not None
    ]
    if not rows:
        return None
    words = "Percent per eval. " + "; ".join(map(_words, rows))
    return _both(lambda theme: _rates(rows, theme), words)


def _words(row: dict[str, Any]) -> str:
    required = "" if row["limit"] is None else f" (required {row['limit']:g} %)"
    return f"{row['name']} {row['value']:g} %{required}"


def _rate_row(
    name: str, measure: Measure, before: dict[str, float | None], limits: dict[str, float]
) -> dict[str, Any]:
    low, high = measure.interval or (None, None)
    return {
        "name": name,
        "value": _drawable(measure.value),
        "low": _drawable(low),
        "high": _drawable(high),
        "before": _drawable(before.get(measure.name)),
        "limit": _drawable(limits.get(measure.name)),
    }


def _drawable(value: float | None) -> float | None:
    """Return a number as the renderer can draw it, None for NaN, infinite and huge ones.

    Decimals are cut, for the bins of a tiny range never end.
    """
    if value is None or not -_LARGEST <= value <= _LARGEST:
        return None
    return round(float(value), _DECIMALS)


def _labels(names: Iterable[str]) -> list[str]:
    """Make names short and clean: the renderer aborts on what XML can't hold. Number equal ones."""
    seen: Counter[str] = Counter()
    labels = []
    for name in names:
        label = shorten(name[: 10 * _LONGEST_LABEL], _LONGEST_LABEL) or "(no name)"
        seen[label] += 1
        labels.append(f"{label} ({seen[label]})" if seen[label] > 1 else label)
    return labels


def _rates(rows: list[dict[str, Any]], theme: Theme) -> Any:
    ink = _INK[theme]
    base = alt.Chart(alt.InlineData(rows)).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=0))
    )
    percent = alt.Scale(domain=[0, 100])
    bars = base.mark_bar(color=ink["bar"], height=16, clip=True).encode(
        x=alt.X("value:Q", title="percent", scale=percent)
    )
    spans = base.mark_rule(color=ink["range"], strokeWidth=2, clip=True).encode(x="low:Q", x2="high:Q")
    ticks = base.mark_tick(color=ink["mark"], thickness=3, size=24, clip=True).encode(x="before:Q")
    limits = base.mark_tick(color=ink["limit"], thickness=3, size=24, clip=True).encode(x="limit:Q")
    return alt.layer(bars, spans, ticks, limits).properties(width=420, height=alt.Step(30))


def histogram(values: Sequence[float], title: str, unit: str) -> Chart | None:
    """Draw how often which values occur; None when there is nothing to draw.

    What can't be drawn (NaN, infinite, beyond a billion) is left out, and the words count it.
    """
    ordered = sorted(found for value in values if (found := _drawable(value)) is not None)
    if not ordered:
        return None
    beyond = len(values) - len(ordered)
    middle = ordered[len(ordered) // 2]
    span = f"{ordered[0]:g} to {ordered[-1]:g}, median {middle:g}"
    words = f"{title} of {len(ordered)} calls, in {unit}: {span}."
    words += f" Values out of range, not drawn: {beyond}." if beyond else ""
    rows = [{"value": value} for value in ordered]

    def draw(theme: Theme) -> Any:
        return (
            alt.Chart(alt.InlineData(rows))
            .mark_bar(color=_INK[theme]["bar"])
            .encode(
                x=alt.X("value:Q", bin=alt.Bin(maxbins=24), title=f"{title} ({unit})"),
                y=alt.Y("count():Q", title="calls", axis=alt.Axis(tickMinStep=1, format="d")),
            )
            .properties(width=420, height=160)
        )

    return _both(draw, words)


def _both(draw: Any, words: str) -> Chart:
    return Chart(_data_url(draw("light"), "light"), _data_url(draw("dark"), "dark"), words)


def _data_url(chart: Any, theme: Theme) -> str:
    ink = _INK[theme]
    spec = chart.configure(
        background="transparent",
        font="system-ui, sans-serif",
        padding={
            "left": 28,
            "right": 12,
            "top": 5,
            "bottom": 5,
        },  # a browser's font may be wider than the renderer's
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=ink["text"],
            titleColor=ink["text"],
            gridColor=ink["grid"],
            domainColor=ink["grid"],
            tickColor=ink["grid"],
            labelFontSize=13,
            titleFontSize=13,
            titleFontWeight="normal",
        ),
    ).to_dict()
    svg = vl_convert.vegalite_to_svg(spec)
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()
