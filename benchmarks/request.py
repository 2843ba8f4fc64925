"""One small request, warm, on the loopback: what the client adds to httpx alone."""

from __future__ import annotations

import json

import httpx

from benchmarks.server import serving, url
from benchmarks.timing import Figure, compare
from benchmarks.walk import HEADERS, KEYS, RUN_TEST
from futureagi_simulate import Client

WORK = "one small request"
TIMES = 50


def measure(quick: bool) -> list[Figure]:
    """Compare a page of one small call through the client with the same request and `json.loads` through httpx."""
    with (
        serving(1, 1) as base,
        httpx.Client(headers=HEADERS) as http,
        Client(base_url=base, **KEYS) as client,
    ):

        def bare() -> None:
            for _ in range(TIMES):
                json.loads(http.get(url(base), params={"page": 1, "limit": 1}).content)

        def ours() -> None:
            for _ in range(TIMES):
                client.call_executions(RUN_TEST, page_size=1).first()

        found = compare({"httpx and json": bare, "Client": ours}, 15 if quick else 41)
    spread = found.ratios["Client"]
    return [Figure.at_most(WORK, "Client to httpx and json", spread.median, 1.15, str(spread))]
