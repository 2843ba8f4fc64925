"""One small request, warm, on the loopback: what the client adds to httpx alone, and what the peers do."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import httpx
import requests

from benchmarks.peers import DEFAULT, OPENAPI_GENERATOR, peers
from benchmarks.server import serving, url
from benchmarks.timing import Figure, compare
from benchmarks.walk import HEADERS, KEYS, RUN_TEST
from futureagi_simulate import Client

WORK = "one small request"
HTTPX = "httpx and json"
TIMES = 50


@contextmanager
def small_requests(*, with_peers: bool = False) -> Iterator[dict[str, Callable[[], object]]]:
    """Give everyone who asks for a page of one small call, 50 times in a row; httpx alone is the first."""
    query: Any = {"page": 1, "limit": 1}
    with ExitStack() as stack:
        base = stack.enter_context(serving(1, 1))
        http = stack.enter_context(httpx.Client(headers=HEADERS))
        client = stack.enter_context(Client(base_url=base, **KEYS))
        asks: dict[str, Callable[[], object]] = {
            HTTPX: lambda: json.loads(http.get(url(base), params=query).content),
            "Client": lambda: client.list_call_executions(RUN_TEST, page_size=1).first(),
        }
        if with_peers:
            made: Any = peers()
            session = stack.enter_context(requests.Session())
            default = stack.enter_context(made.default.Client(base_url=base, headers=HEADERS))
            asks["requests and json"] = lambda: session.get(url(base), params=query, headers=HEADERS).json()
            asks[DEFAULT] = lambda: made.default.sync(run_test_id=RUN_TEST, client=default, **query)
            if made.openapi is not None:
                given = stack.enter_context(made.openapi.ApiClient(made.openapi.Configuration(host=base)))
                given.default_headers |= HEADERS
                api = made.openapi.SimulationApi(given)
                asks[OPENAPI_GENERATOR] = lambda: api.list_call_executions(RUN_TEST, **query)
        yield {name: partial(_many, ask) for name, ask in asks.items()}


def measure(quick: bool) -> list[Figure]:
    """Compare with the same request and `json.loads` through httpx."""
    with small_requests(with_peers=True) as asks:
        ratios = compare(asks, 15 if quick else 41).ratios
        processor = compare(
            {name: asks[name] for name in (HTTPX, "Client")}, 15 if quick else 41, time.process_time
        )
    ours = ratios.pop("Client")
    cpu = processor.ratios["Client"]
    del ratios[HTTPX]
    return [
        Figure.at_most(WORK, f"Client, to {HTTPX}", ours.median, 1.15, str(ours)),
        Figure.seen(WORK, f"Client, to {HTTPX}, processor time without the server's", cpu.median, str(cpu)),
        *(Figure.seen(WORK, f"{name}, to {HTTPX}", one.median, str(one)) for name, one in ratios.items()),
    ]


def _many(ask: Callable[[], object]) -> None:
    for _ in range(TIMES):
        ask()
