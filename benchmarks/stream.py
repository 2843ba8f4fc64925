"""Stream up to a million calls: peak memory, and whether a call costs the same however many there are."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

from benchmarks.server import serving
from benchmarks.timing import Figure, Spread
from benchmarks.walk import RUN_TEST

WORK = "streaming"
SIZE = 1_000
CHILD = textwrap.dedent(
    """
    import json, sys, time
    from futureagi_simulate import Client
    with Client(base_url=sys.argv[1], api_key="bench", secret_key="bench") as client:
        size, count = int(sys.argv[3]), 0
        for call in client.list_call_executions(sys.argv[2], page_size=size, prefetch=2):
            count += 1
            if count == size:
                start = time.perf_counter()
        took = time.perf_counter() - start
    with open("/proc/self/status") as status:  # not ru_maxrss, which begins with what the parent had
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(json.dumps({"count": count, "seconds": took, "peak_kb": peak}))
    """
)


def stream(count: int) -> dict[str, float]:
    """Stream `count` calls in a process of its own; give µs per call, without the first page, and peak memory.

    With the first page come imports and the connection, which would hide what a call costs in a short listing.
    """
    with serving(count, SIZE) as base:
        command = [sys.executable, "-c", CHILD, base, RUN_TEST, str(SIZE)]
        found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    if found["count"] != count:
        raise AssertionError(f"{count} calls were there, {found['count']} came")
    return {"µs": found["seconds"] / (count - SIZE) * 1e6, "MB": found["peak_kb"] / 1000}


def measure(quick: bool) -> list[Figure]:
    """Measure time per call and peak memory over the sizes."""
    sizes = [10_000, 50_000] if quick else [10_000, 100_000, 1_000_000]
    rounds = 3
    per_call: dict[int, list[float]] = {size: [] for size in sizes}
    peaks: dict[int, float] = {}
    for number in range(rounds):
        for size in sizes if number == 0 else sizes[:-1] if quick else sizes[:2]:
            found = stream(size)
            per_call[size].append(found["µs"])
            peaks[size] = max(peaks.get(size, 0), found["MB"])
    figures = [
        Figure.at_most(
            WORK, f"peak memory, {sizes[-1]:,} calls, MB", peaks[sizes[-1]], 150, f"{peaks[sizes[-1]]:.0f}"
        ),
        Figure.at_most(
            WORK,
            f"peak memory, {sizes[-1]:,} to {sizes[-2]:,} calls",
            peaks[sizes[-1]] / peaks[sizes[-2]],
            1.1,
        ),
    ]
    middle = {size: Spread.of(each).median for size, each in per_call.items()}
    for size in sizes[1:]:
        figures.append(
            Figure.at_most(
                WORK, f"time per call, {size:,} to {sizes[0]:,}", middle[size] / middle[sizes[0]], 1.1
            )
        )
    figures += [
        Figure.seen(WORK, f"µs per call, {size:,}", each, f"{each:.0f}") for size, each in middle.items()
    ]
    return figures
