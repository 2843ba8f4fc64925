"""Keep calls current: the first sync against an export of the same calls, and the second, which finds no change.

Processor time is compared, imports included on both sides. Each execution has 100 calls.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.exporting import OURS as EXPORT
from benchmarks.exporting import run
from benchmarks.server import serving
from benchmarks.timing import Figure
from benchmarks.walk import RUN_TEST

WORK = "sync"
SIZE = 100
OURS = textwrap.dedent(
    """
    import json, sys, time
    from pathlib import Path
    from futureagi_simulate import Client
    from futureagi_simulate_cli.sync import sync
    with Client(base_url=sys.argv[1], api_key="bench", secret_key="bench") as client:
        done = sync(client, Path(sys.argv[3]), run_test_id=sys.argv[2])
    with open("/proc/self/status") as status:  # not ru_maxrss, which begins with what the parent had
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(json.dumps({"rows": done.calls, "requests": done.requests, "processor": time.process_time(), "peak_kb": peak}))
    """
)


def measure(quick: bool) -> list[Figure]:
    """Measure first and second syncs of Parquet and DuckDB, and a first one of fewer calls."""
    calls, fewer = (20_000, 5_000) if quick else (100_000, 20_000)
    figures: list[Figure] = []
    firsts: dict[str, dict[str, float]] = {}
    with TemporaryDirectory() as folder:
        with serving(calls, SIZE, rich=True) as base:
            for name in ("parquet", "duckdb"):
                target = str(Path(folder, "calls" if name == "parquet" else "calls.duckdb"))
                exported = run(EXPORT, base, RUN_TEST, str(Path(folder, f"exported.{name}")))
                first, second = run(OURS, base, RUN_TEST, target), run(OURS, base, RUN_TEST, target)
                if not exported["rows"] == first["rows"] == second["rows"] == calls:
                    raise AssertionError(f"{calls} calls were there: {exported}, {first}, {second}")
                ratio, peak = first["processor"] / exported["processor"], first["peak_kb"] / 1000
                title = f"{name}, first sync, to an export of the same calls, processor time"
                figures.append(Figure.at_most(WORK, title, ratio, 1.3))
                figures.append(
                    Figure.at_most(WORK, f"{name}, first sync, peak memory, MB", peak, 250, f"{peak:.0f}")
                )
                each = first["processor"] / calls * 1e6
                figures.append(
                    Figure.seen(WORK, f"{name}, first sync, µs of processor a call", each, f"{each:.0f}")
                )
                title = f"{name}, second sync without a change, requests for both listings"
                figures.append(
                    Figure.at_most(WORK, title, second["requests"], 10, f"{second['requests']:.0f}")
                )
                firsts[name] = first
        with serving(fewer, SIZE, rich=True) as base:
            few = run(OURS, base, RUN_TEST, str(Path(folder, "few")))
    many = firsts["parquet"]
    peak, each = many["peak_kb"] / few["peak_kb"], many["processor"] / few["processor"] * fewer / calls
    figures.append(Figure.at_most(WORK, f"parquet, time per call, {calls:,} to {fewer:,} calls", each, 1.2))
    figures.append(Figure.at_most(WORK, f"parquet, peak memory, {calls:,} to {fewer:,} calls", peak, 1.2))
    return figures
