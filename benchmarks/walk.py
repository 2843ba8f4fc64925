"""Walk over 10,000 calls: against following `next`, against what the connections allow, and against the peers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
import msgspec
import requests

from benchmarks.peers import DEFAULT, OPENAPI_GENERATOR, PYDANTIC, peers
from benchmarks.plug import bare_socket
from benchmarks.server import serving, url
from benchmarks.structs import struct
from benchmarks.timing import Figure, compare
from futureagi_simulate import AsyncClient, Client
from futureagi_simulate_api.models import CallExecutionPage

RUN_TEST = "00000000-0000-0000-0000-000000000000"
CALLS, SIZE, IN_FLIGHT, DELAY = 10_000, 100, 8, 0.05
KEYS: dict[str, Any] = {"api_key": "bench", "secret_key": "bench"}
HEADERS = {"X-Api-Key": "bench", "X-Secret-Key": "bench"}
EXAMPLE = "requests and json, as the documents' example"


def client(base: str, prefetch: int, size: int = SIZE) -> int:
    """Count the calls through `Client`."""
    with Client(base_url=base, **KEYS) as made:
        return sum(1 for _ in made.list_call_executions(RUN_TEST, page_size=size, prefetch=prefetch))


def async_client(base: str, prefetch: int, size: int = SIZE) -> int:
    """Count the calls through `AsyncClient`."""

    async def run() -> int:
        async with AsyncClient(base_url=base, **KEYS) as made:
            count = 0
            async for _ in made.list_call_executions(RUN_TEST, page_size=size, prefetch=prefetch):
                count += 1
            return count

    return asyncio.run(run())


def with_requests(base: str, decode: Callable[[bytes], Any] | None = None, size: int = SIZE) -> int:
    """Count the calls as the documents' example would, grown to all pages; `decode` in place of its `json()`."""
    count, following = 0, f"{url(base)}?limit={size}"
    with requests.Session() as session:
        while following:
            answer = session.get(following, headers=HEADERS)
            page = _Links(answer.json()) if decode is None else decode(answer.content)
            count += len(page.results)
            following = getattr(page.next, "root", page.next)  # pydantic wraps a link
    return count


class _Links:
    def __init__(self, page: dict[str, Any]) -> None:
        self.results, self.next = page["results"], page["next"]


def with_httpx(base: str, decode: Callable[[bytes], Any], size: int = SIZE) -> int:
    """Count the calls with httpx alone, one page after another, decoding each with `decode`."""
    with httpx.Client(headers=HEADERS) as http:

        def ask(number: int) -> tuple[int, int]:
            page = decode(http.get(url(base), params={"limit": size, "page": number}).content)
            fields = page if isinstance(page, dict) else {name: getattr(page, name) for name in _TOLD}
            return len(fields["results"]), fields["total_pages"]

        return _all(ask)


_TOLD = ("results", "total_pages")


def with_default_templates(base: str, size: int = SIZE) -> int:
    """Count the calls with what the generator's default templates make."""
    made = peers().default
    with _default_client(base) as given:

        def ask(number: int) -> tuple[int, int]:
            page = made.sync(run_test_id=RUN_TEST, client=given, page=number, limit=size)
            return len(page.results), page.total_pages

        return _all(ask)


def _default_client(base: str) -> Any:
    """Make the client that the default templates come with."""
    return peers().default.Client(base_url=base, headers=HEADERS)


def with_openapi_generator(base: str, size: int = SIZE) -> int:
    """Count the calls with OpenAPI Generator's client."""
    made: Any = peers().openapi
    with made.ApiClient(made.Configuration(host=base)) as given:
        given.default_headers |= HEADERS
        api = made.SimulationApi(given)

        def ask(number: int) -> tuple[int, int]:
            page = api.list_call_executions(RUN_TEST, page=number, limit=size)
            return len(page.results), page.total_pages

        return _all(ask)


def _all(ask: Callable[[int], tuple[int, int]]) -> int:
    """Ask for one page after another, until the last that the first one tells of."""
    count, last = ask(1)
    return count + sum(ask(number)[0] for number in range(2, last + 1))


def at_once(base: str, size: int = SIZE, calls: int = CALLS) -> int:
    """Fetch all pages, `IN_FLIGHT` at a time, and throw the bytes away: the most that this many at once can give."""

    async def run() -> int:
        numbers = iter(range(1, calls // size + 1))

        async def work(http: httpx.AsyncClient) -> None:
            for number in numbers:
                await http.get(url(base), params={"limit": size, "page": number}, headers=HEADERS)

        async with httpx.AsyncClient() as http, asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(work(http))
        return calls

    return asyncio.run(run())


def measure(quick: bool) -> list[Figure]:
    """Measure the walks."""
    calls, rounds = (2_000, 3) if quick else (CALLS, 5)
    return [*_slow(CALLS, rounds), *_fast(calls, rounds)]  # 20 pages would say more of how a client starts


def _slow(calls: int, rounds: int) -> Iterator[Figure]:
    """Walk with latency: what fetching ahead is worth."""
    work = f"walk, {DELAY * 1e3:.0f} ms latency"
    with serving(calls, SIZE, delay=DELAY) as base:
        found = compare(
            {
                "next by next": partial(with_requests, base),
                "Client": partial(client, base, IN_FLIGHT),
                "AsyncClient": partial(async_client, base, IN_FLIGHT),
                "8 at once": partial(at_once, base, calls=calls),
            },
            rounds,
        )
    for name in ("Client", "AsyncClient"):
        faster = 1 / found.ratios[name].median
        share = found.seconds["8 at once"].median / found.seconds[name].median
        yield Figure.at_least(work, f"{name}, prefetch 8, times faster than next by next", faster, 6)
        yield Figure.at_least(work, f"{name}, share of what 8 at once can give", share, 0.8)


def _fast(calls: int, rounds: int) -> Iterator[Figure]:
    """Walk without latency: what a page costs on this side of the wire."""
    work = "walk, no latency"
    with serving(calls, SIZE, rich=True) as base:
        walkers = _walkers(base)
        for name, walk in walkers.items():
            if walk() != calls:
                raise AssertionError(f"{name} didn't give all {calls} calls")
        found = compare(walkers, rounds)
    theirs = {
        name: one.median for name, one in found.ratios.items() if name not in _OURS and name not in _LIMITS
    }
    fastest = min(theirs, key=lambda name: theirs[name])
    for name in _OURS:
        ratio = found.ratios[name].median / theirs[fastest]
        yield Figure.at_most(work, f"{name}, to the fastest peer ({fastest})", ratio, 1)
    for name, spread in found.ratios.items():
        if name != EXAMPLE:
            limit = ", a limit" if name in _LIMITS else ""
            yield Figure.seen(work, f"{name}{limit}, to {EXAMPLE}", spread.median, str(spread))


_OURS = ("Client", "AsyncClient")
_LIMITS = ("a bare socket read", "httpx and msgspec structs")


def _walkers(base: str) -> dict[str, Callable[[], int]]:
    """Give everyone who walks, the documents' example first."""
    structs = msgspec.json.Decoder(struct(CallExecutionPage))
    made = peers()
    found: dict[str, Callable[[], int]] = {
        EXAMPLE: partial(with_requests, base),
        "httpx and json": partial(with_httpx, base, json.loads),
        DEFAULT: partial(with_default_templates, base),
        f"requests and {PYDANTIC}": partial(
            with_requests, base, made.pydantic.CallExecutionPage.model_validate_json
        ),
    }
    if made.openapi is not None:
        found[OPENAPI_GENERATOR] = partial(with_openapi_generator, base)
    found["Client"] = partial(client, base, 1)
    found["AsyncClient"] = partial(async_client, base, 1)
    found["httpx and msgspec structs"] = partial(with_httpx, base, structs.decode)
    found["a bare socket read"] = partial(bare_socket, base, SIZE)
    return found
