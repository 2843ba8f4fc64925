"""The two drivers.

Each sends what the flow asks for and sleeps when it asks for that, and decides nothing.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

from msgspec import UNSET, UnsetType

from futureagi_simulate.options import Options
from futureagi_simulate.transport import wire
from futureagi_simulate.transport.flow import flow
from futureagi_simulate.transport.hop import Failure, Pause, Reply
from futureagi_simulate.transport.request import Answer, Request
from futureagi_simulate.transport.retry import RetryPolicy

__all__ = ["Answer", "AsyncSession", "Request", "Session"]


class Session:
    """Sends requests one by one, from any number of threads at once.

    An `http_client` of the caller's own is used as it is (its proxies, TLS, hooks, limits) and isn't closed
    here; its `follow_redirects`, `auth`, `params` and `base_url` play no part.
    """

    def __init__(self, options: Options, client: wire.HTTPClient, owned: bool) -> None:
        self.options = options
        self._client = client
        self._owned = owned

    @classmethod
    def of(cls, options: Options, http_client: wire.HTTPClient | None = None) -> Session:
        """Make a session over the caller's httpx client, or over a connection pool of its own."""
        return cls(options, wire.open_client(http_client), owned=http_client is None)

    def with_options(
        self,
        *,
        timeout: Any = UNSET,
        retry: RetryPolicy | UnsetType = UNSET,
        strict: bool | UnsetType = UNSET,
    ) -> Session:
        """Return a session over the same connections with some options changed; closing it closes nothing."""
        options = self.options.but(timeout=timeout, retry=retry, strict=strict)
        return Session(options, self._client, owned=False)

    def send(self, request: Request) -> Answer:
        """Return the answer to a request; raises an error of `futureagi_simulate.errors`."""
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
                outcome = wire.exchange(self._client, step)

    def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._owned:
            self._client.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


class AsyncSession:
    """`Session` for asyncio and trio; from any number of tasks of one event loop at once."""

    def __init__(self, options: Options, client: wire.AsyncHTTPClient, owned: bool) -> None:
        self.options = options
        self._client = client
        self._owned = owned

    @classmethod
    def of(cls, options: Options, http_client: wire.AsyncHTTPClient | None = None) -> AsyncSession:
        """Make a session over the caller's httpx client, or over a connection pool of its own."""
        return cls(options, wire.open_async_client(http_client), owned=http_client is None)

    def with_options(
        self,
        *,
        timeout: Any = UNSET,
        retry: RetryPolicy | UnsetType = UNSET,
        strict: bool | UnsetType = UNSET,
    ) -> AsyncSession:
        """Return a session over the same connections with some options changed; closing it closes nothing."""
        options = self.options.but(timeout=timeout, retry=retry, strict=strict)
        return AsyncSession(options, self._client, owned=False)

    async def send(self, request: Request) -> Answer:
        """Return the answer to a request; raises an error of `futureagi_simulate.errors`."""
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
                outcome = await wire.exchange_async(self._client, step)

    async def aclose(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._owned:
            await self._client.aclose()

    async def __aenter__(self) -> AsyncSession:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.aclose()
