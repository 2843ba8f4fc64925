"""Export calls to a file: against the loop that the documents' example grows into, requests, json and pandas.

Processor time is compared, imports included on both sides: some of ours happen only when they are needed. The real
server takes 7 ms for a call, so where it is the brake the wall clock counts.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.server import serving, url
from benchmarks.timing import Figure
from benchmarks.walk import RUN_TEST

WORK = "export"
SIZE = 100
SLOW = 2_000
OURS = textwrap.dedent(
    """
    import json, sys, time
    start = time.perf_counter()
    from pathlib import Path
    from futureagi_simulate import Client
    from futureagi_simulate_cli.export import Export, Source
    with Client(base_url=sys.argv[1], api_key="bench", secret_key="bench") as client:
        rows = Export(Source(run_test_id=sys.argv[2]), Path(sys.argv[3])).run(client)
    took = time.perf_counter() - start
    with open("/proc/self/status") as status:  # not ru_maxrss, which begins with what the parent had
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(json.dumps({"rows": rows, "seconds": took, "processor": time.process_time(), "peak_kb": peak}))
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
    print(json.dumps({"rows": len(frame), "seconds": took, "processor": time.process_time(), "peak_kb": peak}))
    """
)


def run(source: str, *arguments: str) -> dict[str, float]:
    """Run a program and return what it prints."""
    done = subprocess.run([sys.executable, "-c", source, *arguments], stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(quick: bool) -> list[Figure]:
    """Measure processor time and peak memory of each format and of the loop, and both where the server is the brake."""
    calls = 20_000 if quick else 100_000
    with TemporaryDirectory() as folder:

        def loop(base: str) -> dict[str, float]:
            return run(LOOP, f"{url(base)}?limit={SIZE}", str(Path(folder, "loop.parquet")))

        def ours(base: str, name: str) -> dict[str, float]:
            return run(OURS, base, RUN_TEST, str(Path(folder, f"calls.{name}")))

        with serving(calls, SIZE, rich=True) as base:
            loops, runs = [loop(base)], {"parquet": ours(base, "parquet")}
            loops.append(loop(base))
            runs |= {name: ours(base, name) for name in ("jsonl", "csv", "duckdb")}
        with serving(SLOW, SIZE, rich=True, delay=SIZE * 0.007, workers=2) as base:
            slow_loop, slow = loop(base), ours(base, "parquet")
    if any(one["rows"] != calls for one in (*loops, *runs.values())) or slow["rows"] != SLOW:
        raise AssertionError(f"{calls} calls were there, not all came: {loops}, {runs}, {slow}")
    figures: list[Figure] = []
    usual = statistics.mean(one["processor"] for one in loops)
    for name, ran in runs.items():
        less, peak = usual / ran["processor"], ran["peak_kb"] / 1000
        if name == "parquet":
            title = "Parquet, times less processor time than requests, json and pandas"
            figures.append(Figure.at_least(WORK, title, less, 2))
        else:
            figures.append(
                Figure.seen(WORK, f"{name}, times less processor time than the loop to Parquet", less)
            )
        figures.append(Figure.at_most(WORK, f"{name}, peak memory, MB", peak, 250, f"{peak:.0f}"))
        each = ran["processor"] / calls * 1e6
        figures.append(Figure.seen(WORK, f"{name}, µs of processor a call", each, f"{each:.0f}"))
    each, most = usual / calls * 1e6, max(one["peak_kb"] for one in loops) / 1000
    figures.append(Figure.seen(WORK, "the loop, µs of processor a call", each, f"{each:.0f}"))
    figures.append(Figure.seen(WORK, "the loop, peak memory, MB", most, f"{most:.0f}"))
    title = "Parquet from a server of two workers that takes 7 ms a call, times faster than the loop"
    figures.append(Figure.at_least(WORK, title, slow_loop["seconds"] / slow["seconds"], 1.5))
    each = slow["seconds"] / SLOW * 1e3
    figures.append(Figure.seen(WORK, "Parquet from that server, ms a call", each))
    return figures
