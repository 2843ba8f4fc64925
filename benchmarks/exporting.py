"""Export calls to a file: against the loop that the documents' example grows into, requests, json and pandas.

Imports count on both sides: some of ours happen only when they are needed.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.server import serving, url
from benchmarks.timing import Figure
from benchmarks.walk import RUN_TEST

WORK = "export"
SIZE = 100
OURS = textwrap.dedent(
    """
    import json, sys, time
    start = time.perf_counter()
    from pathlib import Path
    from futureagi_simulate import Client
    from futureagi_simulate.export import Export, Source
    from futureagi_simulate.export.files import format_of
    with Client(base_url=sys.argv[1], api_key="bench", secret_key="bench") as client:
        target = Path(sys.argv[3])
        rows = Export(Source(run_test_id=sys.argv[2]), target, format_of(target)).run(client)
    took = time.perf_counter() - start
    with open("/proc/self/status") as status:  # not ru_maxrss, which begins with what the parent had
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(json.dumps({"rows": rows, "seconds": took, "peak_kb": peak}))
    """
)
LOOP = textwrap.dedent(
    """
    import json, sys, time
    start = time.perf_counter()
    import pandas, requests
    rows, following = [], sys.argv[1]
    with requests.Session() as session:
        while following:
            page = session.get(following, headers={"X-Api-Key": "bench", "X-Secret-Key": "bench"}).json()
            rows += page["results"]
            following = page["next"]
    frame = pandas.json_normalize(rows, max_level=0)
    for column in frame.columns:
        if frame[column].map(lambda value: isinstance(value, (dict, list))).any():
            frame[column] = frame[column].map(json.dumps)
    frame.to_parquet(sys.argv[2])
    took = time.perf_counter() - start
    with open("/proc/self/status") as status:  # not ru_maxrss, which begins with what the parent had
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(json.dumps({"rows": len(frame), "seconds": took, "peak_kb": peak}))
    """
)


def _run(source: str, *arguments: str) -> dict[str, float]:
    """Run a program; give what it prints, with the peak of its memory and that of processes it starts together."""
    with subprocess.Popen([sys.executable, "-c", source, *arguments], stdout=subprocess.PIPE) as process:
        together = 0
        while process.poll() is None:
            together = max(together, _memory_kb(process.pid))
            time.sleep(0.02)
        assert process.stdout is not None
        found: dict[str, float] = json.loads(process.stdout.read())
    return {**found, "peak_kb": max(found["peak_kb"], together)}


def _memory_kb(process: int) -> int:
    """Add up what a process and its children hold now; 0 where the system doesn't tell."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize() // 1024 + sum(_memory_kb(int(child)) for child in children)


def _rate(run: dict[str, float]) -> float:
    return run["rows"] / run["seconds"]


def measure(quick: bool) -> list[Figure]:
    """Measure rows per second and peak memory of each format, and of the loop before and after Parquet."""
    calls = 20_000 if quick else 100_000
    figures: list[Figure] = []
    with TemporaryDirectory() as folder, serving(calls, SIZE, rich=True) as base:

        def loop() -> dict[str, float]:
            return _run(LOOP, f"{url(base)}?limit={SIZE}", str(Path(folder, "loop.parquet")))

        def ours(name: str) -> dict[str, float]:
            return _run(OURS, base, RUN_TEST, str(Path(folder, f"calls.{name}")))

        loops, runs = [loop()], {"parquet": ours("parquet")}
        loops.append(loop())
        runs |= {name: ours(name) for name in ("jsonl", "csv", "duckdb")}
    if any(run["rows"] != calls for run in (*loops, *runs.values())):
        raise AssertionError(f"{calls} calls were there, not all came: {loops}, {runs}")
    usual, most = statistics.mean(map(_rate, loops)), max(run["peak_kb"] for run in loops) / 1000
    for name, run in runs.items():
        rate, peak = _rate(run), run["peak_kb"] / 1000
        if name == "parquet":
            figures.append(
                Figure.at_least(WORK, "Parquet, times faster than requests, json and pandas", rate / usual, 3)
            )
        else:
            figures.append(Figure.seen(WORK, f"{name}, times as fast as the loop to Parquet", rate / usual))
        figures.append(Figure.at_most(WORK, f"{name}, peak memory, MB", peak, 250, f"{peak:.0f}"))
        figures.append(Figure.seen(WORK, f"{name}, rows per second", rate, f"{rate:,.0f}"))
    figures.append(Figure.seen(WORK, "the loop, rows per second", usual, f"{usual:,.0f}"))
    figures.append(Figure.seen(WORK, "the loop, peak memory, MB", most, f"{most:.0f}"))
    return figures
