from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from futureagi_simulate_api import Client

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # the modules of tools/ are no part of the distribution


@pytest.fixture
def root() -> Path:
    return ROOT


class Caller:
    """Calls an operation's function in one colour, with a client whose server is `answer`."""

    def __init__(self, colour: str) -> None:
        self.colour = colour
        self.requests: list[httpx.Request] = []

    def client(
        self, answer: Callable[[httpx.Request], httpx.Response] | httpx.Response, **options: Any
    ) -> Client:
        def handle(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return answer if isinstance(answer, httpx.Response) else answer(request)

        httpx_args = {"transport": httpx.MockTransport(handle), **options.pop("httpx_args", {})}
        return Client(api_key="key-one", secret_key="key-two", httpx_args=httpx_args, **options)

    def __call__(
        self, operation: ModuleType, client: Client, *arguments: Any, detailed: bool = False, **more: Any
    ) -> Any:
        suffix = "_detailed" if detailed else ""
        if self.colour == "sync":
            with client:
                return getattr(operation, f"sync{suffix}")(*arguments, client=client, **more)

        async def run() -> Any:
            async with client:
                return await getattr(operation, f"asyncio{suffix}")(*arguments, client=client, **more)

        return asyncio.run(run())


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Caller:
    return Caller(request.param)
