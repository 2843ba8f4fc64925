"""The mock as httpx transports, for both colours and without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import httpx

from futureagi_simulate_mock.messages import Effect, Ending, Request, Response
from futureagi_simulate_mock.service import Clock

Handler = Callable[[Request], Response]


class MockTransport(httpx.BaseTransport):
    """Answer a `httpx.Client` from `handle`.

    Nothing sleeps: a delay moves the mock's clock, and one longer than the client's read timeout is a
    `httpx.ReadTimeout` at once, as is an answer that stalls. Other hosts than the mock's can't be reached.
    """

    def __init__(self, handle: Handler, clock: Clock, hosts: frozenset[str]) -> None:
        self._handle = handle
        self._clock = clock
        self._hosts = hosts

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        received = _request(request, request.read(), self._hosts)
        return _response(self._handle(received), request, self._clock)


class AsyncMockTransport(httpx.AsyncBaseTransport):
    """Answer a `httpx.AsyncClient` from `handle`, by the rules of `MockTransport`."""

    def __init__(self, handle: Handler, clock: Clock, hosts: frozenset[str]) -> None:
        self._handle = handle
        self._clock = clock
        self._hosts = hosts

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, and let others in between, under asyncio or trio."""
        import anyio  # httpx brings it; imported late because it takes long, and a sync client needs none

        received = _request(request, await request.aread(), self._hosts)
        await anyio.sleep(0)
        return _response(self._handle(received), request, self._clock)


def _request(request: httpx.Request, body: bytes, hosts: frozenset[str]) -> Request:
    url = request.url
    if url.host not in hosts:
        raise httpx.ConnectError(
            f"{url.host} can't be reached: the mock's transport serves only {', '.join(sorted(hosts))}",
            request=request,
        )
    return Request(
        method=request.method,
        path=url.path,
        query=url.query.decode("ascii"),
        headers=tuple((key.lower(), value) for key, value in request.headers.items()),
        body=body,
        scheme=url.scheme,
    )


def _response(response: Response, request: httpx.Request, clock: Clock) -> httpx.Response:
    effect = response.effect or Effect()
    timeout: float | None = request.extensions.get("timeout", {}).get("read")
    if timeout is not None and effect.delay > timeout:
        clock.advance(timeout)
        raise httpx.ReadTimeout(f"no answer within {timeout:g} s", request=request)
    clock.advance(effect.delay)
    if effect.ending is Ending.RESET:
        raise httpx.ReadError("the connection was reset", request=request)
    if effect.ending is Ending.STALL and effect.sent is None:
        raise httpx.ReadTimeout("the server went silent before it answered", request=request)
    headers = list(response.headers)
    if response.header("content-length") is None:
        headers.append(("content-length", str(len(response.body))))
    if effect.ending is Ending.WHOLE:
        return httpx.Response(response.status, headers=headers, content=response.body, request=request)
    stream = _BrokenBody(response.body[: effect.sent], effect.ending, request)
    return httpx.Response(response.status, headers=headers, stream=stream, request=request)


class _BrokenBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that ends before its time."""

    def __init__(self, start: bytes, ending: Ending, request: httpx.Request) -> None:
        self._start = start
        self._error: httpx.TransportError
        if ending is Ending.STALL:
            self._error = httpx.ReadTimeout("the server went silent within the body", request=request)
        else:
            self._error = httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body", request=request
            )

    def __iter__(self) -> Iterator[bytes]:
        yield self._start
        raise self._error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._start
        raise self._error
