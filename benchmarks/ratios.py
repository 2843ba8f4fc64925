"""A few ratios, in two minutes, held against those of reference.json: has anything clearly worsened?

Times differ from machine to machine and from minute to minute; ratios within a round much less, and their lower
quartile least, as it leaves out the rounds that something else disturbed. The reference is that quartile over several
recordings, with the highest of them; a ratio fails when its lower quartile is above the highest by more than an
allowance for another machine. Three rounds of four were then slower than any recording.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import attrs
import httpx

from benchmarks import decode
from benchmarks.decode_page import page
from benchmarks.request import HTTPX, small_requests
from benchmarks.server import serving
from benchmarks.timing import Spread, compare
from benchmarks.walk import client, with_requests
from futureagi_simulate import Client

REFERENCE = Path(__file__).parent / "reference.json"
ALLOWANCE = 1.2  # for another processor or Python
RECORDINGS, ROUNDS = 5, 25


@attrs.frozen
class Reference:
    """A ratio's lower quartile: the median of the recordings, and the highest of them."""

    usual: float
    highest: float

    @property
    def limit(self) -> float:
        """The lower quartile may not be above this."""
        return self.highest * ALLOWANCE

    def fails(self, now: Spread) -> bool:
        """Tell whether a ratio has clearly worsened."""
        return now.low > self.limit


def check(slow: int) -> int:
    """Print each ratio beside its reference; fail where one has clearly worsened."""
    references = {name: Reference(**one) for name, one in json.loads(REFERENCE.read_text()).items()}
    found = measured(slow)
    failed = 0
    for name, spread in found.items():
        reference = references[name]
        failed += reference.fails(spread)
        word = "WORSE" if reference.fails(spread) else "ok"
        print(
            f"{word:6}{name}: {spread}; lower quartile usually {reference.usual}, limit {reference.limit:.2f}"
        )
    print(f"{len(found) - failed} passed, {failed} failed")
    return 1 if failed else 0


def record() -> int:
    """Make the ratios of now the reference."""
    runs = [measured() for _ in range(RECORDINGS)]
    reference = {
        name: {
            "usual": round(statistics.median(run[name].low for run in runs), 3),
            "highest": round(max(run[name].low for run in runs), 3),
        }
        for name in runs[0]
    }
    REFERENCE.write_text(json.dumps(reference, indent=1) + "\n")
    print(REFERENCE.read_text(), end="")
    return 0


def measured(slow: int = 1) -> dict[str, Spread]:
    """Measure every ratio; `slow` above 1 has ours done as many times over as that says, to see the check fail."""

    def slowed(ours: Callable[[], object]) -> Callable[[], object]:
        return lambda: [ours() for _ in range(slow)]

    data = page(decode.CALLS, decode.TURNS)
    contenders = dict(decode.contenders(data, with_peers=False))
    contenders["Client, from request to page"] = _page_of(data)
    for name in (decode.LOSSLESS, "Client, from request to page"):
        contenders[name] = slowed(contenders[name])
    found = {
        f"{name}, to json.loads": spread
        for name, spread in compare(contenders, ROUNDS, time.process_time).ratios.items()
        if name in (decode.LOSSLESS, "Client, from request to page")
    }
    with small_requests() as asks:
        few: dict[str, Callable[[], object]] = {HTTPX: asks[HTTPX], "Client": slowed(asks["Client"])}
        found["one small request, Client to httpx"] = compare(few, ROUNDS, time.process_time).ratios["Client"]
    with serving(2_000, 50, delay=0.02) as base:
        walks: dict[str, Callable[[], object]] = {
            "sequence": partial(with_requests, base),
            "ahead": slowed(partial(client, base, 8, 50)),
        }
        found["a walk at 20 ms latency, prefetch 8 to one by one"] = compare(walks, 5).ratios["ahead"]
    return found


def _page_of(data: bytes) -> Callable[[], object]:
    """Make a function that has the client ask for the page, of a transport at hand, and read it."""
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=data))
    made = Client(api_key="bench", secret_key="bench", http_client=httpx.Client(transport=transport))
    listing = made.list_call_executions("00000000-0000-0000-0000-000000000000", page_size=decode.CALLS)
    return lambda: next(iter(listing.pages()))
