"""Walk over 10,000 calls: against following `next`, against what the connections allow, and against the peers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import httpx
import msgspec
import requests

from benchmarks.server import serving, url
from benchmarks.timing import Figure, compare
from futureagi_simulate import AsyncClient, Client

RUN_TEST = "00000000-0000-0000-0000-000000000000"
CALLS, SIZE, IN_FLIGHT, DELAY = 10_000, 100, 8, 0.05
KEYS = {"api_key": "bench", "secret_key": "bench"}
HEADERS = {"X-Api-Key": "bench", "X-Secret-Key": "bench"}


def client(base: str, prefetch: int, size: int = SIZE) -> int:
    """Count the calls through `Client`."""
    with Client(base_url=base, **KEYS) as made:
        return sum(1 for _ in made.call_executions(RUN_TEST, page_size=size, prefetch=prefetch))


def async_client(base: str, prefetch: int, size: int = SIZE) -> int:
    """Count the calls through `AsyncClient`."""

    async def run() -> int:
        async with AsyncClient(base_url=base, **KEYS) as made:
            count = 0
            async for _ in made.call_executions(RUN_TEST, page_size=size, prefetch=prefetch):
                count += 1
            return count

    return asyncio.run(run())


def with_requests(base: str, size: int = SIZE) -> int:
    """Count the calls as the documents' example would, grown to all pages: requests, json, one page after another."""
    count, following = 0, f"{url(base)}?limit={size}"
    with requests.Session() as session:
        while following:
            page = session.get(following, headers=HEADERS).json()
            count += len(page["results"])
            following = page["next"]
    return count


def with_httpx(base: str, decode: Callable[[bytes], object], size: int = SIZE) -> int:
    """Count the calls with httpx alone, one page after another, decoding each with `decode`."""
    count, number, last = 0, 1, 1
    with httpx.Client(headers=HEADERS) as http:
        while number <= last:
            page = decode(http.get(url(base), params={"limit": size, "page": number}).content)
            rows = page["results"] if isinstance(page, dict) else page.results  # type: ignore[attr-defined]
            last = page["total_pages"] if isinstance(page, dict) else page.total_pages  # type: ignore[attr-defined]
            count += len(rows)
            number += 1
    return count


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
    calls = 2_000 if quick else CALLS
    rounds = 3 if quick else 5
    figures: list[Figure] = []
    with serving(calls, SIZE, delay=DELAY) as base:
        slow = compare(
            {
                "next by next": lambda: with_requests(base),
                "Client": lambda: client(base, IN_FLIGHT),
                "AsyncClient": lambda: async_client(base, IN_FLIGHT),
                "8 at once": lambda: at_once(base, calls=calls),
            },
            rounds,
        )
    for name in ("Client", "AsyncClient"):
        faster = 1 / slow.ratios[name].median
        share = slow.seconds["8 at once"].median / slow.seconds[name].median
        figures += [
            Figure.at_least(
                "walk, 50 ms latency", f"{name}, prefetch 8, times faster than next by next", faster, 6
            ),
            Figure.at_least("walk, 50 ms latency", f"{name}, share of what 8 at once can give", share, 0.8),
        ]
    typed = msgspec.json.Decoder(_structs())
    with serving(calls, SIZE, rich=True) as base:
        fast = compare(
            {
                "requests + json": lambda: with_requests(base),
                "httpx + json": lambda: with_httpx(base, json.loads),
                "httpx + msgspec structs": lambda: with_httpx(base, typed.decode),
                "Client": lambda: client(base, 1),
                "AsyncClient": lambda: async_client(base, 1),
            },
            rounds,
        )
    peer = min(fast.seconds[name].median for name in ("requests + json", "httpx + json"))
    for name in ("Client", "AsyncClient"):
        ratio = fast.seconds[name].median / peer
        figures.append(Figure.at_most("walk, no latency", f"{name} to the fastest untyped peer", ratio, 1))
    for name, spread in fast.ratios.items():
        figures.append(
            Figure.seen("walk, no latency", f"{name} to requests + json", spread.median, str(spread))
        )
    return figures


def _structs() -> type[msgspec.Struct]:
    page = [("results", list[dict[str, object]]), ("total_pages", int)]
    return msgspec.defstruct("Page", page)
