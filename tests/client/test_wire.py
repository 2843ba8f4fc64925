"""What the module that knows httpx makes of its exceptions, its timeouts and its clients' hooks."""

from __future__ import annotations

import gzip
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from futureagi_simulate.errors import ConnectError, ContractError, TimeoutError, TransportError
from futureagi_simulate.options import Options
from futureagi_simulate.transport import wire
from futureagi_simulate.transport.clock import ManualClock
from futureagi_simulate.transport.hop import Failure, FailureKind, Hop
from futureagi_simulate.transport.request import Request
from futureagi_simulate.transport.session import AsyncSession, Session

from .scripted import Script, fails

Make = Callable[..., Options]
THING = Request("getThing", "/things/")


@pytest.mark.parametrize(
    ("exception", "kind", "outcome", "attempts"),
    [
        (httpx.ConnectTimeout("x"), TimeoutError, "timeout (connect)", 4),
        (httpx.ReadTimeout("x"), TimeoutError, "timeout (read)", 4),
        (httpx.WriteTimeout("x"), TimeoutError, "timeout (write)", 4),
        (httpx.PoolTimeout("x"), TimeoutError, "timeout (pool)", 4),
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
    error = fails(colour, Script(httpx.ReadError("")), options)
    assert error.problem == "GET https://api.test/things/: connection broke: ReadError."


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


def raw(body: bytes, **headers: str) -> Any:
    """Make a handler whose answer has these headers and is read by nobody before the client."""

    class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Any:
            yield body

        async def __aiter__(self) -> Any:
            yield body

    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx.Response(200, headers=named, stream=Stream())


@pytest.mark.parametrize("length", ["", "soon", "-1", "2.0", "9" * 5000])
def test_a_length_that_is_none_or_absurd_is_no_reason_to_refuse_an_answer(
    colour: Any, options: Options, length: str
) -> None:
    assert colour.send(raw(b"{}", content_length=length), options).content == b"{}"


def test_a_length_beyond_the_limit_is_believed_once_an_excerpt_is_there(
    colour: Any, make_options: Make
) -> None:
    handler = raw(b" " * 5000, content_length="10001")
    error = fails(colour, Script(handler), make_options(max_body=10_000))
    assert (type(error), error.problem) == (
        ContractError,
        "GET https://api.test/things/ answered 200, but the body is too large: it has more than 10000 bytes.",
    )


@pytest.mark.parametrize("coding", ["gzip", "GZIP", " gzip "])
def test_the_name_of_a_coding_may_be_spelt_in_any_way(colour: Any, options: Options, coding: str) -> None:
    handler = raw(gzip.compress(b"{}"), content_encoding=coding)
    assert colour.send(handler, options).content == b"{}"


def hooked(colour: Any, options: Options, handler: Any, sync: Any, asynchronous: Any) -> Any:
    client = colour.http(handler, event_hooks={"response": [colour.pick(sync, asynchronous)]})
    return colour.pick(Session, AsyncSession).of(options, client)


def test_a_hook_that_raises_for_status_leaves_the_servers_wish_to_wait(
    colour: Any, options: Options, clock: ManualClock
) -> None:
    def check(response: Any) -> None:
        response.raise_for_status()

    async def check_async(response: Any) -> None:
        response.raise_for_status()

    script = Script(httpx.Response(429, headers={"Retry-After": "7"}), 200)
    answer = colour.run(hooked(colour, options, script, check, check_async).send(THING))
    assert (answer.attempts, clock.slept) == (2, [7.0])


def test_a_body_that_a_hook_has_read_is_held_to_the_limit_too(colour: Any, make_options: Make) -> None:
    def read(response: Any) -> None:
        response.read()

    async def aread(response: Any) -> None:
        await response.aread()

    session = hooked(colour, make_options(max_body=1000), raw(b" " * 1001), read, aread)
    with pytest.raises(ContractError, match="more than 1000 bytes"):
        colour.run(session.send(THING))


def test_a_callers_cookies_go_along(colour: Any, options: Options) -> None:
    script = Script(200)
    client = colour.http(script, cookies={"tenant": "a"})
    colour.run(colour.pick(Session, AsyncSession).of(options, client).send(THING))
    assert script.requests[0].headers["cookie"] == "tenant=a"


@pytest.mark.parametrize(
    ("theirs", "sent"),
    [
        ([("x-tenant", "a"), ("x-tenant", "b")], {"host": ["api.test"], "x-tenant": ["a", "b"]}),
        ([("HOST", "inner.test")], {"host": ["inner.test"]}),
        ([("Accept", "text/html")], {"host": ["api.test"], "accept": ["application/json"]}),
        ([("X-API-Key", "theirs")], {"host": ["api.test"], "x-api-key": ["api-key-5f0c1d2e3b4a"]}),
    ],
    ids=["two of a name", "a host", "one of ours", "a key"],
)
def test_a_callers_headers_go_along_unless_they_are_ours(
    colour: Any, options: Options, theirs: list[tuple[str, str]], sent: dict[str, list[str]]
) -> None:
    script = Script(200)
    session = colour.pick(Session, AsyncSession).of(options, colour.http(script, headers=theirs))
    colour.run(session.send(THING))
    headers = script.requests[0].headers
    assert {name: headers.get_list(name) for name in sent} == sent


def test_a_hook_may_look_at_the_body_which_is_empty(colour: Any, options: Options) -> None:
    seen: list[bytes] = []

    def look(request: httpx.Request) -> None:
        seen.append(request.content)

    async def look_async(request: httpx.Request) -> None:
        seen.append(request.content)

    client = colour.http(Script(200), event_hooks={"request": [colour.pick(look, look_async)]})
    colour.run(colour.pick(Session, AsyncSession).of(options, client).send(THING))
    assert seen == [b""]


@pytest.mark.parametrize(("status", "most"), [(200, 100), (404, 17)])
def test_of_an_answer_all_is_read_and_of_an_error_a_mebibyte(
    colour: Any, options: Options, status: int, most: int
) -> None:
    read = 0

    class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Any:
            nonlocal read
            yield b"{"
            for _ in range(100):
                read += 1
                yield b" " * 65536
            yield b"}"

        async def __aiter__(self) -> Any:
            for chunk in self:
                yield chunk

    def handler(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, stream=Stream())

    if status == 200:
        assert len(colour.send(handler, options).content) == 100 * 65536 + 2
    else:
        fails(colour, Script(handler), options)
    assert read <= most


def test_a_body_is_read_until_no_time_is_left_and_no_longer(
    colour: Any, make_options: Make, clock: ManualClock
) -> None:
    class Drip(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Any:
            while True:
                clock.advance(0.5)
                yield b" "

        async def __aiter__(self) -> Any:
            for drop in self:
                yield drop

    options = make_options(retry={"budget": 20, "attempts": 1})
    error = fails(colour, Script(lambda _: httpx.Response(200, stream=Drip())), options)
    assert (type(error), clock.monotonic()) == (TimeoutError, 20.0)


def test_a_runtime_error_of_a_hook_is_the_callers_own(colour: Any, options: Options) -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("mine")

    async def fail_async(_: Any) -> None:
        fail(_)

    session = hooked(colour, options, Script(200), fail, fail_async)
    with pytest.raises(RuntimeError, match="mine"):
        colour.run(session.send(THING))


def test_an_answer_that_comes_while_the_client_is_closed_is_an_answer(colour: Any, options: Options) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        client.close()
        return httpx.Response(200, json={})

    async def handler_async(_: httpx.Request) -> httpx.Response:
        await client.aclose()
        return httpx.Response(200, json={})

    client = colour.http(colour.pick(handler, handler_async))
    assert colour.run(colour.pick(Session, AsyncSession).of(options, client).send(THING)).content == b"{}"


def test_a_closed_client_is_not_tried_again(colour: Any, options: Options, clock: ManualClock) -> None:
    client = colour.http(Script(200))
    colour.run(client.aclose() if colour.is_async else client.close())
    with pytest.raises(TransportError, match="the client is closed") as caught:
        colour.run(colour.pick(Session, AsyncSession).of(options, client).send(THING))
    assert (caught.value.attempts, clock.slept) == (1, [])


def test_the_headers_of_a_request_show_everything_but_the_keys(colour: Any, options: Options) -> None:
    seen: list[httpx.Request] = []

    def note(request: httpx.Request) -> None:
        seen.append(request)

    async def note_async(request: httpx.Request) -> None:
        seen.append(request)

    client = colour.http(Script(200), event_hooks={"request": [colour.pick(note, note_async)]})
    colour.run(colour.pick(Session, AsyncSession).of(options, client).send(THING))
    shown = repr(seen[0].headers)
    assert "'accept': 'application/json'" in shown
    assert "'x-api-key': '***', 'x-secret-key': '***'" in shown
    assert repr(seen[0].headers.copy()) == shown


def test_a_failure_of_a_hop_without_keys_is_told_too(colour: Any, options: Options) -> None:
    hop = Hop("https://api.test/", (), None, options.timeout, options.max_body, lambda: 1.0)
    client = colour.http(Script(httpx.ReadError("reset")))
    failure = colour.run(colour.pick(wire.exchange, wire.exchange_async)(client, hop))
    assert failure == Failure(FailureKind.BROKEN, "reset")


def test_the_frames_of_each_error_in_a_chain_are_cleared_once(
    colour: Any, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleared: list[Any] = []
    monkeypatch.setattr(traceback, "clear_frames", cleared.append)

    def fail(_: Any, depth: int = 9) -> None:
        if depth == 0:
            raise LookupError("the first")
        try:
            fail(_, depth - 1)
        except LookupError as error:
            raise LookupError(f"number {depth}") from error

    async def fail_async(_: Any) -> None:
        fail(_)

    with pytest.raises(LookupError, match="number 9"):
        colour.run(hooked(colour, options, Script(200), fail, fail_async).send(THING))
    assert len(cleared) == 10


def _raise_from() -> None:
    raise LookupError("mine") from ValueError("the cause")


def _raise_while_handling() -> None:
    try:
        raise ValueError("the context")
    except ValueError:
        raise LookupError("mine")  # noqa: B904 - it is about the context


@pytest.mark.parametrize("act", [_raise_from, _raise_while_handling])
def test_the_frames_of_what_an_error_came_from_are_cleared_too(
    colour: Any, options: Options, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]
) -> None:
    cleared: list[Any] = []
    monkeypatch.setattr(traceback, "clear_frames", cleared.append)

    def fail(_: Any) -> None:
        act()

    async def fail_async(_: Any) -> None:
        act()

    with pytest.raises(LookupError, match="mine"):
        colour.run(hooked(colour, options, Script(200), fail, fail_async).send(THING))
    assert len(cleared) == 2
