"""What the module that knows httpx makes of its exceptions, its timeouts and its clients' hooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from futureagi_simulate.errors import ConnectError, TimeoutError, TransportError
from futureagi_simulate.options import Options
from futureagi_simulate.transport.request import Request
from futureagi_simulate.transport.session import AsyncSession, Session

from .scripted import Script, fails

Make = Callable[..., Options]
THING = Request("getThing", "/things/")


@pytest.mark.parametrize(
    ("exception", "kind", "outcome", "attempts"),
    [
        (httpx.ConnectTimeout("x"), TimeoutError, "timeout", 4),
        (httpx.ReadTimeout("x"), TimeoutError, "timeout", 4),
        (httpx.WriteTimeout("x"), TimeoutError, "timeout", 4),
        (httpx.PoolTimeout("x"), TimeoutError, "timeout", 4),
        (httpx.ConnectError("x"), ConnectError, "no connection", 4),
        (httpx.ProxyError("x"), ConnectError, "no connection", 4),
        (httpx.ReadError("x"), TransportError, "connection broke", 4),
        (httpx.WriteError("x"), TransportError, "connection broke", 4),
        (httpx.CloseError("x"), TransportError, "connection broke", 4),
        (httpx.RemoteProtocolError("x"), TransportError, "connection broke", 4),
        (httpx.DecodingError("x"), TransportError, "damaged body", 4),
        (httpx.LocalProtocolError("x"), TransportError, "request not sendable", 1),
        (httpx.UnsupportedProtocol("x"), TransportError, "request not sendable", 1),
        (httpx.InvalidURL("x"), TransportError, "request not sendable", 1),
        (httpx.StreamClosed(), TransportError, "request not sendable", 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_each_exception_of_httpx_becomes_its_kind_of_failure(
    colour: Any, options: Options, exception: Exception, kind: type[Exception], outcome: str, attempts: int
) -> None:
    error = fails(colour, Script(exception), options)
    assert type(error) is kind
    assert [attempt.outcome for attempt in error.history] == [outcome] * attempts


def test_an_exception_without_words_is_named_by_its_class(colour: Any, options: Options) -> None:
    error = fails(colour, Script(httpx.ReadTimeout("")), options)
    assert error.problem == "GET https://api.test/things/: timeout: ReadTimeout."


def test_less_than_a_second_that_is_left_is_the_timeout(colour: Any, make_options: Make) -> None:
    script = Script(200)
    colour.send(script, make_options(timeout=None, retry={"budget": 0.5}))
    assert set(script.requests[0].extensions["timeout"].values()) == {0.5}


def test_a_hook_that_closes_the_answer_ends_in_an_error_of_ours(colour: Any, options: Options) -> None:
    class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Any:
            yield b"{}"

        async def __aiter__(self) -> Any:
            yield b"{}"

    def close(response: Any) -> None:
        response.close()

    async def aclose(response: Any) -> None:
        await response.aclose()

    client = colour.http(
        lambda _: httpx.Response(200, stream=Stream()),
        event_hooks={"response": [colour.pick(close, aclose)]},
    )
    session = colour.pick(Session, AsyncSession).of(options, client)
    with pytest.raises(TransportError, match="closed"):
        colour.run(session.send(THING))


def test_the_stream_of_an_answer_that_is_not_read_to_its_end_is_closed(
    colour: Any, make_options: Make
) -> None:
    closed: list[str] = []

    class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Any:
            while True:
                yield b" " * 100

        async def __aiter__(self) -> Any:
            while True:
                yield b" " * 100

        def close(self) -> None:
            closed.append("sync")

        async def aclose(self) -> None:
            closed.append("async")

    script = Script(lambda _: httpx.Response(200, stream=Stream()))
    fails(colour, script, make_options(max_body=1000, retry={"attempts": 1}))
    assert closed == [colour.name]
