"""What is shown of a client, its errors and its logs: no key in any of it."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import pickle
import random
import traceback
import warnings
from collections.abc import Callable
from contextlib import closing
from typing import Any

import httpcore
import httpx
import msgspec
import pytest

from futureagi_simulate.auth import Secret
from futureagi_simulate.errors import (
    ConfigurationError,
    FutureAGIError,
    FutureAGIWarning,
)
from futureagi_simulate.http import Answer, AsyncSession, Request, Session
from futureagi_simulate.options import Options
from futureagi_simulate.retry import SystemClock

HERE = "https://api.test/things/"
THING = Request("getThing", "/things/")
Make = Callable[..., Options]


def laid_bare(error: BaseException) -> str:
    """Return all that a crash reporter would show of an error: its chain with every frame's locals."""
    shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    return f"{shown}{error!r}{error}{vars(error)}{getattr(error, '__notes__', '')}"


def raised(colour: Any, session: Any, request: Request = THING) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - whatever it is, it must not tell
        colour.run(session.send(request))
    return caught.value


def good(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"count": 0, "results": []})


SHOWS: dict[str, Callable[[Any], object]] = {
    "repr": repr,
    "str": str,
    "format": "{0} {0!r} {0!s}".format,
    "format spec": lambda value: f"{value:>1}" if isinstance(value, str) else "",
    "percent": lambda value: "%s %r" % (value, value),  # noqa: UP031 - this way of writing is what is tested
    "vars": lambda value: getattr(value, "__dict__", ""),
    "asdict": lambda value: msgspec.structs.asdict(value) if isinstance(value, msgspec.Struct) else "",
    "json": lambda value: msgspec.json.encode(value, enc_hook=repr),
}


@pytest.mark.parametrize("show", SHOWS.values(), ids=SHOWS.keys())
def test_nothing_that_holds_the_keys_shows_them(
    colour: Any, options: Options, show: Callable[[Any], object], assert_silent: Any
) -> None:
    session = colour.session(options, good)
    for holder in (
        options,
        options.credentials,
        options.credentials.api_key,
        session,
        options.but(strict=True),
    ):
        assert_silent(options, show(holder))


def test_pickles_hold_no_key(make_options: Make, assert_silent: Any) -> None:
    options = make_options(retry={"clock": SystemClock(), "random": random.random})
    for holder in (options, options.credentials, options.credentials.secret_key):
        assert_silent(options, pickle.dumps(holder), pickle.dumps(copy.deepcopy(holder)))


def answers(body: bytes, status: int = 200) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        status,
        len(body),
        body,
    )


def echo(connection: Any, received: bytes) -> None:
    """Answer 400 with the whole request in body and headers, as a debugging page does."""
    text = received.decode("latin-1")
    said = json.dumps({"status": False, "message": text, "details": {"headers": [text]}, "code": text[-200:]})
    flat = text.replace("\r\n", " ").encode()
    head = (
        b"HTTP/1.1 400 X\r\nContent-Type: application/json\r\nWWW-Authenticate: %s\r\nLocation: /%s\r\n"
        % (flat, flat)
    )
    connection.sendall(head + b"Content-Length: %d\r\n\r\n%s" % (len(said), said.encode()))


def test_a_server_that_repeats_the_request_makes_no_error_tell(
    colour: Any, make_options: Make, loopback: Any, assert_silent: Any
) -> None:
    server = loopback(echo)
    options = make_options(server.base_url)
    error = raised(colour, colour.session(options))
    assert isinstance(error, FutureAGIError)
    assert b"x-api-key" in server.requests[0].lower()
    assert "***" in str(error)
    assert_silent(options, laid_bare(error), pickle.dumps(error), repr(copy.deepcopy(error)))


def test_an_answer_that_repeats_the_keys_does_not_show_them_in_its_repr(
    colour: Any, options: Options, assert_silent: Any
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, json=dict(request.headers), headers={"x-echo": request.headers["x-api-key"]}
        )

    answer: Answer = colour.send(handler, options)
    assert_silent(options, repr(answer), str(answer))


def _refuses(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def _complains(request: httpx.Request) -> httpx.Response:
    """Fail as h11 does for a header it can't send: with the header in the message."""
    raise httpx.LocalProtocolError(
        f"Illegal header value {request.headers['x-api-key'].encode()!r}", request=request
    )


def _interrupts(request: httpx.Request) -> httpx.Response:
    headers = dict(request.headers)
    raise KeyError(f"an error that is nobody's, with {len(headers)} headers at hand")


def _repeats(request: httpx.Request) -> httpx.Response:
    return httpx.Response(500, content=repr(request.headers.multi_items()).encode())


FAILING: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "status": lambda _: httpx.Response(404),
    "not json": lambda request: httpx.Response(200, html=f"<p>{request.headers.multi_items()}</p>"),
    "repeating": _repeats,
    "no connection": _refuses,
    "error of httpx that names a header": _complains,
    "an error that is nobody's": _interrupts,
    "redirect": lambda request: httpx.Response(
        302, headers={"location": f"https://{request.headers['x-api-key']}/"}
    ),
    "endless redirect": lambda request: httpx.Response(
        302, headers={"location": f"/{request.headers['x-api-key']}/"}
    ),
}


@pytest.mark.parametrize("handler", FAILING.values(), ids=FAILING.keys())
def test_a_traceback_with_all_locals_shows_no_key(
    colour: Any, options: Options, handler: Any, assert_silent: Any
) -> None:
    error = raised(colour, colour.session(options, handler))
    assert_silent(options, laid_bare(error))
    assert "in send" in laid_bare(error)


@pytest.mark.parametrize("handler", FAILING.values(), ids=FAILING.keys())
def test_an_error_holds_no_request_of_httpx(
    colour: Any, options: Options, handler: Any, assert_silent: Any
) -> None:
    error = raised(colour, colour.session(options, handler))
    if isinstance(error, FutureAGIError):
        held = [*vars(error).values(), error.__cause__, error.__context__]
        assert not any(isinstance(value, httpx.Request | httpx.Response | httpx.HTTPError) for value in held)
        assert_silent(options, pickle.dumps(error))


class UnpluggedError(Exception):
    """An error of the operating system that httpx doesn't know."""


def test_an_error_at_the_socket_shows_no_key_in_the_frames_of_httpx(
    colour: Any, make_options: Make, loopback: Any, monkeypatch: pytest.MonkeyPatch, assert_silent: Any
) -> None:
    def write(*_: object, **__: object) -> None:
        raise UnpluggedError

    async def write_async(*_: object, **__: object) -> None:
        write()

    backend = colour.pick(httpcore.SyncBackend, httpcore.AnyIOBackend)
    server = loopback(lambda *_: None)
    stream = colour.run(_stream_of(backend(), server, colour))
    monkeypatch.setattr(stream, "write", colour.pick(write, write_async))
    options = make_options(server.base_url)
    error = raised(colour, colour.session(options))
    shown = laid_bare(error)
    assert isinstance(error, UnpluggedError)
    assert "httpcore" in shown
    assert_silent(options, shown)


def _stream_of(backend: Any, server: Any, colour: Any) -> Any:
    """Return the class of the backend's network streams."""
    port = int(server.base_url.rpartition(":")[2])
    if not colour.is_async:
        with closing(backend.connect_tcp("127.0.0.1", port)) as stream:
            return type(stream)

    async def find() -> Any:
        stream = await backend.connect_tcp("127.0.0.1", port)
        await stream.aclose()
        return type(stream)

    return find()


def test_a_cancelled_task_shows_no_key(make_options: Make, loopback: Any, assert_silent: Any) -> None:
    server = loopback(lambda connection, _: connection.recv(1))
    options = make_options(server.base_url)

    async def cancel() -> BaseException:
        session = AsyncSession.of(options)
        task = asyncio.create_task(session.send(THING))
        while not server.requests:
            await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError as error:
            return error
        finally:
            await session.aclose()
        raise AssertionError("not cancelled")

    error = asyncio.run(cancel())
    assert "httpcore" in laid_bare(error)
    assert_silent(options, laid_bare(error))


BAD_KEYS = ["", "\n", "{}\n", " {}", "{}ß", "{}\x01"]


def set_keys(monkeypatch: pytest.MonkeyPatch, options: Options, which: str, bad: str) -> None:
    """Put both keys into the environment, one of them spoilt."""
    for name in ("api_key", "secret_key"):
        text = getattr(options.credentials, name).reveal()
        monkeypatch.setenv(f"FI_{name.upper()}", bad.format(text) if name == which else text)


@pytest.mark.parametrize("bad", BAD_KEYS, ids=ascii)
@pytest.mark.parametrize("which", ["api_key", "secret_key"])
def test_a_refused_key_is_not_shown_and_neither_is_the_good_one(
    options: Options, monkeypatch: pytest.MonkeyPatch, which: str, bad: str, assert_silent: Any
) -> None:
    set_keys(monkeypatch, options, which, bad)
    with pytest.raises(ConfigurationError) as caught:
        Options.of()
    assert_silent(options, laid_bare(caught.value), pickle.dumps(caught.value))


@pytest.mark.parametrize("status", [200, 302, 401, 503])
def test_no_logger_says_a_key_even_when_all_of_them_debug(
    colour: Any,
    make_options: Make,
    loopback: Any,
    caplog: pytest.LogCaptureFixture,
    status: int,
    assert_silent: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("futureagi_simulate", "httpx", "httpcore", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    server = loopback(lambda connection, _: connection.sendall(answers(b"{}", status)))
    options = make_options(server.base_url)
    session = colour.session(options)
    if status == 200:
        colour.run(session.send(THING))
    else:
        raised(colour, session)
    names = {record.name.partition(".")[0] for record in caplog.records}
    assert {"futureagi_simulate", "httpx", "httpcore"} <= names
    assert_silent(options, caplog.text, [vars(record) for record in caplog.records])


def test_what_a_callers_hook_prints_of_the_request_is_masked(
    colour: Any, options: Options, assert_silent: Any
) -> None:
    printed: list[str] = []

    def look(request: httpx.Request) -> None:
        printed.append(f"{request!r} {request.headers!r} {request.headers.copy()!r} {vars(request)}")

    async def look_async(request: httpx.Request) -> None:
        look(request)

    hooks = {"request": [colour.pick(look, look_async)]}
    client = colour.http(good, event_hooks=hooks)
    colour.run(colour.pick(Session, AsyncSession).of(options, client).send(THING))
    assert printed[0].count("x-api-key") >= 2
    assert_silent(options, *printed)


def test_a_wrapped_key_is_in_no_local_of_the_frames_that_refuse_another_argument(
    options: Options, assert_silent: Any
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Options.of(
            api_key=options.credentials.api_key, secret_key=options.credentials.secret_key, base_url="x"
        )
    assert_silent(options, laid_bare(caught.value))


def test_no_warning_says_a_key(colour: Any, options: Options, assert_silent: Any) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        colour.send(good, options)
        warnings.warn(f"{options} {Secret('x')}", FutureAGIWarning, stacklevel=1)
    assert_silent(options, *[warning.message for warning in caught])


def test_the_check_for_leaks_would_notice_one(options: Options, assert_silent: Any) -> None:
    with pytest.raises(AssertionError):
        assert_silent(options, f"... {options.credentials.api_key.reveal()} ...")
    with pytest.raises(AssertionError):
        assert_silent(options, options.credentials.secret_key.reveal().encode())
