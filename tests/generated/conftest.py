from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from futureagi_simulate import AsyncClient, Client, RetryPolicy

ROOT = Path(__file__).parents[2]


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
    ) -> Client | AsyncClient:
        def handle(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return answer if isinstance(answer, httpx.Response) else answer(request)

        options = {"api_key": "key-one", "secret_key": "key-two", "retry": RetryPolicy(attempts=1), **options}
        if self.colour == "sync":
            return Client(http_client=httpx.Client(transport=httpx.MockTransport(handle)), **options)
        return AsyncClient(http_client=httpx.AsyncClient(transport=httpx.MockTransport(handle)), **options)

    def __call__(self, operation: ModuleType, client: Any, *arguments: Any, **more: Any) -> Any:
        if self.colour == "sync":
            return operation.sync(*arguments, client=client, **more)
        return asyncio.run(operation.asyncio(*arguments, client=client, **more))


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Caller:
    return Caller(request.param)
