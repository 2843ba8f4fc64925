"""The two drivers.

Each sends what the flow asks for and sleeps when it asks for that, and decides nothing. What they send with
is imported when the first client is made: httpx takes longer than all the rest.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from msgspec import UNSET, UnsetType

from futureagi_simulate.options import Options
from futureagi_simulate.transport.flow import flow
from futureagi_simulate.transport.hop import Cancelled, Failure, Pause, Reply
from futureagi_simulate.transport.request import Answer, Request
from futureagi_simulate.transport.retry import RetryPolicy

if TYPE_CHECKING:
    from futureagi_simulate.transport.wire import AsyncHTTPClient, HTTPClient

__all__ = ["Answer", "AsyncSession", "Cancelled", "Request", "Session"]

C = TypeVar("C", "HTTPClient", "AsyncHTTPClient")


class _Session(Generic[C]):
    """Options and a client of httpx; what sends is in the two below."""

    def __init__(self, options: Options, client: C, owned: bool) -> None:
        self.options = options
        self._client: C = client
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
        return type(self)(options, self._client, owned=False)


class Session(_Session["HTTPClient"]):
    """Sends requests one by one, from any number of threads at once.

    An `http_client` of the caller's own is used as it is (its proxies, TLS, hooks, limits) and isn't closed
    here; its `follow_redirects`, `auth`, `params` and `base_url` play no part.
    """

    @classmethod
    def of(cls, options: Options, http_client: HTTPClient | None = None) -> Session:
        """Make a session over the caller's httpx client, or over a connection pool of its own."""
        from futureagi_simulate.transport.wire import open_client

        return cls(options, open_client(http_client), owned=http_client is None)

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
                outcome = exchange(self._client, step)

    def _sleep(self, seconds: float, cancelled: threading.Event | None) -> None:
        clock = self.options.retry.clock
        wait = None if cancelled is None else getattr(clock, "wait", None)  # a clock needn't have it
        if wait is None:
            clock.sleep(seconds)
        else:
            wait(seconds, cancelled)

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

        return cls(options, open_async_client(http_client), owned=http_client is None)

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
