"""The two drivers.

Each sends what the flow asks for and sleeps when it asks for that, and decides nothing. What they send with
is imported when the first client is made: httpx takes longer than all the rest.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

from msgspec import UNSET, UnsetType

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.options import Options
from futureagi_simulate.transport.flow import flow
from futureagi_simulate.transport.hop import Failure, Pause, Reply
from futureagi_simulate.transport.request import Answer, Request
from futureagi_simulate.transport.retry import RetryPolicy

if TYPE_CHECKING:
    from futureagi_simulate.transport.wire import AsyncHTTPClient, HTTPClient

__all__ = ["Answer", "AsyncHTTPClient", "AsyncSession", "HTTPClient", "Request", "Session"]

C = TypeVar("C", "HTTPClient", "AsyncHTTPClient")


class _Clients(Generic[C]):
    """The client of httpx in each process: over its parent's connections a child would read wrong answers.

    After a fork a child makes a client of its own and leaves the parent's alone, unclosed. For a client that
    the caller made it raises ConfigurationError.
    """

    def __init__(self, make: Callable[[], C], *, given: bool) -> None:
        self._make: Callable[[], C] = make
        self._given = given
        self._first: C = make()
        self._by_process: dict[int, C] = {os.getpid(): self._first}

    def here(self) -> C:
        """Return the client of this process."""
        found = self._by_process.get(os.getpid())
        if found is not None:
            return found
        if self._first.is_closed:
            return self._first
        if self._given:
            raise ConfigurationError(
                "http_client= was made in another process, before a fork, and can't be used in this one.",
                remedy="Make http_client= and the client in the process that uses them, or leave it out.",
            )
        return self._by_process.setdefault(os.getpid(), self._make())


class _Session(Generic[C]):
    """Options and the clients of httpx; what sends is in the two below."""

    def __init__(self, options: Options, clients: _Clients[C], owned: bool) -> None:
        self.options = options
        self._clients: _Clients[C] = clients
        self._owned = owned

    @property
    def _client(self) -> C:
        return self._clients.here()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds keys and connections: make one where it is used, don't pickle it")

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
        return cls(options, _Clients(lambda: open_client(http_client), given=given), owned=not given)

    def send(self, request: Request) -> Answer:
        """Return the answer to a request; raises an error of `futureagi_simulate.errors`."""
        from futureagi_simulate.transport.wire import exchange

        steps = flow(request, self.options)
        outcome: Reply | Failure | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                answer: Answer = end.value
                return answer
            if isinstance(step, Pause):
                self.options.retry.clock.sleep(step.seconds)
                outcome = None
            else:
                outcome = exchange(self._client, step)

    def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._owned:
            self._client.close()

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
        return cls(options, _Clients(lambda: open_async_client(http_client), given=given), owned=not given)

    async def send(self, request: Request) -> Answer:
        """Return the answer to a request; raises an error of `futureagi_simulate.errors`."""
        from futureagi_simulate.transport.wire import exchange_async

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
                outcome = await exchange_async(self._client, step)

    async def aclose(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._owned:
            await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.aclose()


def __getattr__(name: str) -> Any:
    """Give httpx's clients to whoever evaluates an annotation with them."""
    if name not in ("AsyncHTTPClient", "HTTPClient"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from futureagi_simulate.transport import wire

    return getattr(wire, name)
