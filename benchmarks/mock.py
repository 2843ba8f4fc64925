"""The mock: requests per second against Prism, deep pages, the start, and what making data costs."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.load import load
from benchmarks.timing import Figure, Spread, processor_time
from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.ids import KNOWN_IDS, Settings
from futureagi_simulate_mock.messages import Request

WORK = "mock"
ROOT = Path(__file__).parents[1]
PATH = f"/simulate/run-tests/{KNOWN_IDS.run_test_id}/call-executions/"
CONNECTIONS = 8
FEW, MANY = 10, 5_000  # pages asked for in turn: of the default data, and more than are kept
NEW = "documented, pages not asked for lately"
PRISM = "@stoplight/prism-cli@5.16.0"
SERVE = textwrap.dedent(
    """
    import sys
    from futureagi_simulate_mock import Mock
    with Mock(sys.argv[1], calls=int(sys.argv[2]) if sys.argv[2:] else None) as mock:
        mock.server().in_foreground(lambda server: print(server.port, flush=True))
    """
)
START = "from futureagi_simulate_mock import Mock\nwith Mock() as mock, mock.serve():\n    pass\n"
FILL = textwrap.dedent(
    """
    import resource, sys, time
    from futureagi_simulate_mock.data.seeding import fill
    from futureagi_simulate_mock.store import Store
    store = Store()
    start = time.process_time()
    fill(store, calls=int(sys.argv[1]))
    print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    """
)


def measure(quick: bool) -> list[Figure]:
    """Measure everything; `quick` makes shorter runs and a tenth of the data."""
    return [*_speed(quick), *_depth(quick), *_start(quick), *_making(quick)]


def _speed(quick: bool) -> Iterator[Figure]:
    """Ask for pages of 10 calls over 8 connections; the servers take turns.

    Rendered calls are kept, 32 MB of them, so pages that come round again cost less than new ones: both are measured.
    """
    rounds, seconds = (3, 1.0) if quick else (5, 4.0)
    with (
        _mock("documented") as documented,
        _mock("observed") as observed,
        _mock("documented", "60000") as large,
        _prism() as prism,
    ):
        asked = {"documented": (documented, FEW), "observed": (observed, FEW), NEW: (large, MANY)}
        asked |= {"Prism": (prism, FEW)} if prism else {}
        found: dict[str, list[float]] = {name: [] for name in asked}
        for port, pages in asked.values():
            load(port, PATH, _headers(), CONNECTIONS, 0.5, pages)
        for number in range(rounds):
            for name in random.Random(number).sample(list(asked), len(asked)):
                port, pages = asked[name]
                found[name].append(load(port, PATH, _headers(), CONNECTIONS, seconds, pages))
    for name, figures in found.items():
        speed = Spread.of(figures).median
        yield Figure.seen(WORK, f"{name}, page of 10, requests a second", speed, f"{speed:,.0f}")
    if "Prism" not in found:
        print(
            f"left out: Prism, as neither PRISM names it nor npx brings it (npm: {PRISM})",
            file=sys.stderr,
        )
        return
    ratios = [ours / theirs for ours, theirs in zip(found["documented"], found["Prism"], strict=True)]
    yield Figure.at_least(
        WORK, "documented, times Prism", Spread.of(ratios).median, 3, str(Spread.of(ratios))
    )
    new = [ours / theirs for ours, theirs in zip(found[NEW], found["Prism"], strict=True)]
    yield Figure.seen(WORK, f"{NEW}, times Prism", Spread.of(new).median, str(Spread.of(new)))


def _headers() -> dict[str, str]:
    settings = Settings("")
    return {"X-Api-Key": settings.api_key, "X-Secret-Key": settings.secret_key}


@contextmanager
def _mock(*arguments: str) -> Iterator[int]:
    command = [sys.executable, "-c", SERVE, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


@contextmanager
def _prism() -> Iterator[int | None]:
    command = _prism_command()
    if command is None:
        yield None
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    arguments = [*command, "mock", "-p", str(port), "-v", "silent", str(ROOT / "openapi.yaml")]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(arguments, **quiet, start_new_session=True) as process:  # npx has children
        try:
            _wait_for(port)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def _prism_command() -> list[str] | None:
    """Find Prism: where PRISM says, on the path, or through npx, which fetches it first."""
    found = os.environ.get("PRISM") or shutil.which("prism")
    if found:
        return [found]
    if shutil.which("npx") is None:
        return None
    command = ["npx", "--yes", "--package", PRISM, "prism"]
    done = subprocess.run([*command, "--version"], capture_output=True, timeout=600, check=False)
    return command if done.returncode == 0 else None


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _depth(quick: bool) -> Iterator[Figure]:
    """Read pages at both ends of one long listing, each page once, so that nothing is at hand already."""
    calls = 100_000
    with Mock(executions=2, calls=calls) as mock:
        count = _count(_ask(mock, 1))
        last = -(-count // 10)
        ends = {"first": range(2, 42), "last": range(last - 40, last)}
        times: dict[str, list[float]] = {name: [] for name in ends}
        for pages in zip(*ends.values(), strict=True):
            for name, page in zip(ends, pages, strict=True):
                start = time.process_time()
                _ask(mock, page)
                times[name].append(time.process_time() - start)
        first, deep = (Spread.of(times[name]).median for name in ends)
    yield Figure.seen(WORK, f"{count:,} rows, a page of 10, ms", first * 1e3)
    yield Figure.at_most(WORK, f"{count:,} rows, last pages to first", deep / first, 2)


def _ask(mock: Mock, page: int) -> bytes:
    headers = tuple((name.lower(), value) for name, value in _headers().items())
    answer = mock.handle(Request("GET", PATH, f"page={page}", headers))
    assert answer.status == 200, answer.body[:200]
    return answer.body


def _count(body: bytes) -> int:
    found = re.search(rb'"count":(\d+)', body)
    assert found is not None
    return int(found[1])


def _start(quick: bool) -> Iterator[Figure]:
    """Start with the demo data until the port answers and end again, against importing what it stands on.

    The interpreter's own start is taken off both sides.
    """
    statements = {"nothing": "pass", "base": "import starlette, uvicorn", "mock": START}
    times: dict[str, list[float]] = {name: [] for name in statements}
    with TemporaryDirectory() as compiled:
        for number in range(-1, 9 if quick else 25):  # the round before the first one compiles
            for name, statement in statements.items():
                took = processor_time(statement, compiled)
                if number >= 0:
                    times[name].append(took)
    nothing, base, ours = (Spread.of(times[name]).median for name in statements)
    yield Figure.seen(WORK, "start and end, ms of processor", ours * 1e3, f"{ours * 1e3:.0f}")
    yield Figure.at_most(
        WORK, "start, to importing starlette and uvicorn", (ours - nothing) / (base - nothing), 2
    )


def _making(quick: bool) -> Iterator[Figure]:
    """Make data of two sizes, in fresh processes."""
    small, large = 10_000, 100_000
    costs: dict[int, list[float]] = {small: [], large: []}
    memory = 0.0
    for size, rounds in ((small, 3 if quick else 5), (large, 1)):
        for _ in range(rounds):
            command = [sys.executable, "-c", FILL, str(size)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            seconds, memory = map(float, done.stdout.split())
            costs[size].append(seconds / size)
    cheap, dear = (Spread.of(costs[size]).median for size in (small, large))
    yield Figure.seen(WORK, "making a call, µs", cheap * 1e6, f"{cheap * 1e6:.0f}")
    yield Figure.at_most(WORK, f"making a call, {large:,} to {small:,}", dear / cheap, 1.1)
    yield Figure.seen(WORK, f"making {large:,} calls, peak MB", memory, f"{memory:.0f}")
