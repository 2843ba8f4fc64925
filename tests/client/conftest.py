"""The two colours: one test body runs against the synchronous and the asynchronous client alike."""

from __future__ import annotations

import asyncio
import inspect
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from itertools import islice
from typing import Any

import httpx
import pytest

from futureagi_simulate.auth import Secret
from futureagi_simulate.http import Answer, AsyncSession, Request, Session
from futureagi_simulate.options import Options
from futureagi_simulate.retry import ManualClock, RetryPolicy

API_KEY = "api-key-5f0c1d2e3b4a"
SECRET_KEY = "secret-key-9a8b7c6d5e4f"
Handler = Callable[[httpx.Request], httpx.Response]


@cache
def _tls() -> ssl.SSLContext:
    """Make one context for all tests: loading the certificates takes longer than most of them."""
    return ssl.create_default_context()


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
        session = kind.of(options, self.http(verify=_tls()) if handler is None else self.http(handler))
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
def colour(request: pytest.FixtureRequest, loopback: object) -> Iterator[Colour]:
    """Run the test once per colour; its clients are closed before the servers they talk to."""
    colour = Colour(request.param)
    yield colour
    colour.close()


class Loopback:
    """A server of raw bytes on 127.0.0.1: each connection gets the next act, the last one again and again.

    An act is given the connection and the request's bytes; when it returns the connection is closed.
    """

    def __init__(self, *acts: Callable[[socket.socket, bytes], None]) -> None:
        self.requests: list[bytes] = []
        self._acts = list(acts)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def settle(self) -> None:
        """Wait until the connections so far are closed."""
        for thread in self._threads[1:]:
            thread.join()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                act = self._acts.pop(0) if len(self._acts) > 1 else self._acts[0]
                thread = threading.Thread(target=self._serve, args=(connection, act))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket, act: Callable[[socket.socket, bytes], None]) -> None:
        connection.settimeout(20)  # only a hanging client would make it last that long
        with connection, suppress(OSError):
            received = b""
            while b"\r\n\r\n" not in received:
                chunk = connection.recv(65536)
                if not chunk:
                    return
                received += chunk
                if not received.startswith(b"GET "[: len(received)]):
                    return
            self.requests.append(received)
            act(connection, received)


@pytest.fixture
def loopback() -> Iterator[Callable[..., Loopback]]:
    """Start servers that play the given acts; they end with the test."""
    started: list[Loopback] = []

    def start(*acts: Callable[[socket.socket, bytes], None]) -> Loopback:
        started.append(Loopback(*acts))
        return started[-1]

    yield start
    for server in started:
        server.close()


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


@pytest.fixture
def assert_silent() -> Callable[..., None]:
    """Give a check that fails if either key, or its bytes, is in what was said."""

    def check(options: Options, *said: object) -> None:
        for secret in (options.credentials.api_key, options.credentials.secret_key):
            for something in said:
                text = something.decode("latin-1") if isinstance(something, bytes) else str(something)
                assert secret.reveal() not in text

    return check
