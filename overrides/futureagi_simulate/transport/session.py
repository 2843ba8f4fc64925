"""The two drivers.

Each sends what the flow asks for and sleeps when it asks for that, and decides nothing. What they send with
is imported when the first client is made: httpx takes longer than all the rest.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from msgspec import UNSET, UnsetType

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.options import Options
from futureagi_simulate.transport.flow import flow
from futureagi_simulate.transport.hop import Cancelled, Failure, Pause, Reply
from futureagi_simulate.transport.request import Answer, Request
from futureagi_simulate.transport.retry import RetryPolicy

if TYPE_CHECKING:
    from futureagi_simulate.transport.wire import AsyncHTTPClient, HTTPClient

__all__ = ["Answer", "AsyncSession", "Cancelled", "Request", "Session"]

C = TypeVar("C", "HTTPClient", "AsyncHTTPClient")


class _Clients(Generic[C]):
    """The client of httpx in each process, and in each event loop of it.

    After a fork a child makes a client of its own and leaves the parent's alone, unclosed: over its parent's
    connections it would read wrong answers. Connections can't move to another event loop either. A client
    that the caller made can be used in one process, and in one event loop after the other.
    """

    def __init__(self, make: Callable[[], C], *, given: bool) -> None:
        self._make: Callable[[], C] = make
        self._first: C = make()
        self._process = os.getpid()
        self._by_place: dict[tuple[int, Any], C] = {}
        self._closed: C | None = None
        self.given = given

    def here(self, loop: Any = None) -> C:
        """Return the client of this process and event loop."""
        if self._closed is not None:
            return self._closed
        place = (os.getpid(), loop)
        found = self._by_place.get(place)
        return self._by_place.setdefault(place, self._new(place)) if found is None else found

    def _new(self, place: tuple[int, Any]) -> C:
        """Return the client for a place that has none yet."""
        if self._first.is_closed or (self._process == place[0] and not self._by_place):
            return self._first
        if self._process != place[0]:
            if self.given:
                raise ConfigurationError(
                    "http_client= was made in another process, before a fork, and can't be used in this one.",
                    remedy="Make http_client= and the client in the process that uses them, or leave it out.",
                )
            return self._make()
        self._forget_ended()
        if not self.given:
            return self._make()
        if self._by_place:
            raise ConfigurationError(
                "http_client= is in use in another event loop, and can't be used in two at once.",
                remedy="Make an http_client= and a client in each event loop, or leave it out.",
            )
        return self._first

    def _forget_ended(self) -> None:
        """Close the connections of event loops that have ended."""
        from futureagi_simulate.transport.network import discard

        for place, client in list(self._by_place.items()):
            if place[0] == os.getpid() and _has_ended(place[1]):
                del self._by_place[place]
                discard(client)

    def close(self, loop: Any = None) -> C | None:
        """Return the client to close here, if it isn't the caller's; requests fail from now on."""
        if self.given:
            return None
        client = self.here(loop)
        self._forget_ended()
        self._closed = client
        return client


def _has_ended(loop: Any) -> bool:
    """Tell whether an event loop is closed; trio has one at a time in a thread, so another one has ended."""
    return bool(loop.is_closed()) if hasattr(loop, "is_closed") else loop is not None


class _Session(Generic[C]):
    """Options and the clients of httpx; what sends is in the two below."""

    def __init__(self, options: Options, clients: _Clients[C], owned: bool) -> None:
        self.options = options
        self._clients: _Clients[C] = clients
        self._owned = owned

    def with_options(
        self,
        *,
        timeout: Any = UNSET,
        retry: RetryPolicy | UnsetType = UNSET,
        strict: bool | UnsetType = UNSET,
    ) -> Self:
        """Return a session over the same connections with some options changed; closing it closes nothing."""
        options = self.options.but(timeout=timeout, retry=retry, strict=strict)
        return type(self)(options, self._clients, owned=False)


class Session(_Session["HTTPClient"]):
    """Sends requests one by one, from any number of threads at once.

    An `http_client` of the caller's own is used as it is (its proxies, TLS, hooks, limits) and isn't closed
    here; its `follow_redirects`, `auth`, `params` and `base_url` play no part.
    """

    @classmethod
    def of(cls, options: Options, http_client: HTTPClient | None = None) -> Session:
        """Make a session over the caller's httpx client, or over a connection pool of its own."""
        from futureagi_simulate.transport.wire import open_client

        given = http_client is not None
        clients = _Clients(lambda: open_client(http_client, options.origin), given=given)
        return cls(options, clients, owned=not given)

    def send(self, request: Request, cancelled: threading.Event | None = None) -> Answer:
        """Return the answer to a request; raises an error of `futureagi_simulate.errors`.

        Raises Cancelled soon after another thread has set `cancelled`, whatever the request waits for.
        """
        from futureagi_simulate.transport.wire import exchange

        steps = flow(request, self.options, cancelled)
        outcome: Reply | Failure | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                answer: Answer = end.value
                return answer
            if isinstance(step, Pause):
                self._sleep(step.seconds, cancelled)
                outcome = None
            else:
                outcome = exchange(self._clients.here(), step)

    def _sleep(self, seconds: float, cancelled: threading.Event | None) -> None:
        clock = self.options.retry.clock
        wait = None if cancelled is None else getattr(clock, "wait", None)  # a clock needn't have it
        if wait is None:
            clock.sleep(seconds)
        else:
            wait(seconds, cancelled)

    def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        client = self._clients.close() if self._owned else None
        if client is not None:
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


class AsyncSession(_Session["AsyncHTTPClient"]):
    """`Session` for asyncio and trio; from any number of tasks of one event loop at once."""

    @classmethod
    def of(cls, options: Options, http_client: AsyncHTTPClient | None = None) -> AsyncSession:
        """Make a session over the caller's httpx client, or over a connection pool of its own."""
        from futureagi_simulate.transport.wire import open_async_client

        given = http_client is not None
        clients = _Clients(lambda: open_async_client(http_client, options.origin), given=given)
        return cls(options, clients, owned=not given)

    async def send(self, request: Request) -> Answer:
        """Return the answer to a request; raises an error of `futureagi_simulate.errors`."""
        from futureagi_simulate.transport.network import running_loop
        from futureagi_simulate.transport.wire import exchange_async

        client = self._clients.here(running_loop())
        steps = flow(request, self.options)
        outcome: Reply | Failure | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                answer: Answer = end.value
                return answer
            if isinstance(step, Pause):
                await self.options.retry.clock.sleep_async(step.seconds)
                outcome = None
            else:
                outcome = await exchange_async(client, step)

    async def aclose(self) -> None:
        """Close the connections, unless they are the caller's."""
        from futureagi_simulate.transport.network import running_loop

        client = self._clients.close(running_loop()) if self._owned else None
        if client is not None:
            await client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.aclose()
