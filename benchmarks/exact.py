"""What `exact=True` costs beside a plain reading, on a server that takes 7 ms for each row, as the real one does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

import httpx

from benchmarks.server import Pages, small_call
from benchmarks.timing import Figure, compare
from benchmarks.walk import KEYS, RUN_TEST
from futureagi_simulate import Client

ROW = 0.007
SIZES, IN_FLIGHT = (30, 240, 1_000, 10_000), (1, 8)


class Rows(httpx.BaseTransport):
    """Answers after so many seconds for each row of the page; any number of requests at once."""

    def __init__(self, count: int, largest: int | None = None) -> None:
        self._count, self._largest = count, largest

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked, number = int(request.url.params["limit"]), int(request.url.params["page"])
        size = min(asked, self._largest or asked)
        body = Pages(self._count, size, small_call()).body(number, "http://stub")
        time.sleep(ROW * max(0, min(size, self._count - size * (number - 1))))
        return httpx.Response(200, content=body, headers={"content-type": "application/json"})


def read(http: httpx.Client, count: int, prefetch: int, exact: bool) -> None:
    """Read all calls, 50 a page."""
    with Client(base_url="https://stub.test", http_client=http, **KEYS) as client:
        found = sum(1 for _ in client.list_call_executions(RUN_TEST, prefetch=prefetch, exact=exact))
    if found != count:
        raise AssertionError(f"{found} of {count} calls came")


def measure(quick: bool) -> list[Figure]:
    """Measure exact readings of several sizes; the largest takes minutes."""
    return list(_ratios(SIZES[:-1] if quick else SIZES))


def _ratios(sizes: tuple[int, ...]) -> Iterator[Figure]:
    for count in sizes:
        for prefetch in IN_FLIGHT:
            ratio = _ratio(count, prefetch)
            yield Figure.at_most(
                "exact, 7 ms a row", f"{count:,} calls, prefetch {prefetch}, to a plain reading", ratio, 2
            )
    ratio = _ratio(240, 1, largest=100)
    yield Figure.seen(
        "exact, 7 ms a row", "240 calls, prefetch 1, pages of 100 at most, to a plain reading", ratio
    )


def _ratio(count: int, prefetch: int, largest: int | None = None) -> float:
    """Compare once where it takes long: it is the server that does."""
    with httpx.Client(transport=Rows(count, largest)) as http:
        plain, exact = (partial(read, http, count, prefetch, exact) for exact in (False, True))
        if count <= 1_000:
            return compare({"plain": plain, "exact": exact}, 3).ratios["exact"].median
        seconds = []
        for reading in (plain, exact):
            begun = time.perf_counter()
            reading()
            seconds.append(time.perf_counter() - begun)
        return seconds[1] / seconds[0]
