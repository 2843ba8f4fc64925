"""The two colours: one test body runs against the synchronous and the asynchronous client alike."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import httpx
import pytest

from futureagi_simulate.clock import ManualClock
from futureagi_simulate.keys import Secret
from futureagi_simulate.options import Options
from futureagi_simulate.request import Answer, Request
from futureagi_simulate.retry import RetryPolicy
from futureagi_simulate.session import AsyncSession, Session

API_KEY = "api-key-5f0c1d2e3b4a"
SECRET_KEY = "secret-key-9a8b7c6d5e4f"
Handler = Callable[[httpx.Request], httpx.Response]


class Colour:
    """Drives either colour to its result.

    `run(x)` returns x, awaited if it must be; `collect(listing)` and `take(listing, n)` iterate within one
    task; `each(listing)` iterates step by step; `pick(Sync, Async)` chooses; `http(handler)` makes an httpx
    client that asks the handler.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_async = name == "async"
        self._runner: asyncio.Runner | None = None
        self._opened: list[Any] = []

    def __repr__(self) -> str:
        return self.name

    def pick(self, sync: Any, asynchronous: Any) -> Any:
        return asynchronous if self.is_async else sync

    def run(self, value: Any) -> Any:
        return self._loop().run(_awaited(value)) if inspect.isawaitable(value) else value

    def collect(self, listing: Any) -> list[Any]:
        if not self.is_async:
            return list(listing)
        return self.run(_collected(listing, None))

    def take(self, listing: Any, count: int) -> list[Any]:
        """Take the first items and break out of the loop, then close the iterator."""
        if not self.is_async:
            return list(islice(listing, count))
        return self.run(_collected(listing, count))

    def each(self, listing: Any) -> Iterator[Any]:
        if not self.is_async:
            yield from listing
            return
        iterator = aiter(listing)
        with suppress(StopAsyncIteration):
            while True:
                yield self.run(anext(iterator))

    def http(self, handler: Handler | None = None, **settings: Any) -> Any:
        """Make an httpx client of this colour, closed when the test ends."""
        if handler is not None:
            settings["transport"] = httpx.MockTransport(handler)
        client = self.pick(httpx.Client, httpx.AsyncClient)(**settings)
        self._opened.append(client)
        return client

    def session(self, options: Options, handler: Handler | None = None) -> Any:
        kind = self.pick(Session, AsyncSession)
        session = kind.of(options, None if handler is None else self.http(handler))
        self._opened.append(session)
        return session

    def send(self, handler: Handler, options: Options, path: str = "/things/") -> Answer:
        """Send one request to the handler and return the answer."""
        answer: Answer = self.run(self.session(options, handler).send(Request("getThing", path)))
        return answer

    def close(self) -> None:
        for opened in reversed(self._opened):
            self.run(opened.aclose() if self.is_async else opened.close())
        if self._runner is not None:
            self._runner.close()

    def _loop(self) -> asyncio.Runner:
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner


async def _awaited(value: Any) -> Any:
    return await value


async def _collected(listing: Any, count: int | None) -> list[Any]:
    items: list[Any] = []
    iterator = aiter(listing)
    try:
        while count is None or len(items) < count:
            items.append(await anext(iterator))
    except StopAsyncIteration:
        pass
    finally:
        if hasattr(iterator, "aclose"):
            await iterator.aclose()
    return items


@pytest.fixture(params=["sync", "async"])
def colour(request: pytest.FixtureRequest) -> Iterator[Colour]:
    """Run the test once per colour."""
    colour = Colour(request.param)
    yield colour
    colour.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def make_options(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Options]:
    """Make options with good keys and a clock that stands still.

    Retry settings are given as `retry={...}`.
    """
    for variable in ("FI_API_KEY", "FI_SECRET_KEY", "FI_BASE_URL", "FI_LOG"):
        monkeypatch.delenv(variable, raising=False)

    def make(
        base_url: str = "https://api.test", retry: dict[str, Any] | None = None, **settings: Any
    ) -> Options:
        policy = RetryPolicy(**{"clock": clock, "random": lambda: 1.0, **(retry or {})})
        return Options.of(
            api_key=Secret(API_KEY),
            secret_key=Secret(SECRET_KEY),
            base_url=base_url,
            retry=policy,
            **settings,
        )

    return make


@pytest.fixture
def options(make_options: Callable[..., Options]) -> Options:
    return make_options()
