"""A caller's own httpx client, threads, per-call options, closing, logs."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from futureagi_simulate import logs
from futureagi_simulate.errors import ConfigurationError, FutureAGIError, ServerError, TransportError
from futureagi_simulate.http import AsyncSession, Request, Session
from futureagi_simulate.options import Options, Timeout
from futureagi_simulate.retry import RetryPolicy, SystemClock

THING = Request("getThing", "/things/")
Make = Callable[..., Options]


def good(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"path": request.url.path, "query": str(request.url.query)})


def over(colour: Any, options: Options, **settings: Any) -> Any:
    """Make a session over a caller's client with settings of its own."""
    return colour.pick(Session, AsyncSession).of(options, colour.http(**settings))


def test_a_callers_client_is_not_closed(colour: Any, options: Options) -> None:
    client = colour.http(good)
    session = colour.pick(Session, AsyncSession).of(options, client)
    colour.run(session.aclose() if colour.is_async else session.close())
    assert not client.is_closed


def test_our_own_client_is_closed_with_the_session(colour: Any, options: Options) -> None:
    session = colour.pick(Session, AsyncSession).of(options)
    colour.run(session.aclose() if colour.is_async else session.close())
    with pytest.raises(TransportError, match="the client is closed"):
        colour.run(session.send(THING))


def test_a_callers_base_url_and_redirect_setting_play_no_part(colour: Any, options: Options) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return (
            httpx.Response(302, headers={"location": "https://other.test/"})
            if "things" in str(request.url)
            else good(request)
        )

    session = over(
        colour,
        options,
        handler=handler,
        base_url="https://other.test/base",
        follow_redirects=True,
        max_redirects=1,
    )
    with pytest.raises(FutureAGIError, match="other"):
        colour.run(session.send(THING))


def test_a_callers_auth_does_not_replace_the_keys(colour: Any, options: Options) -> None:
    seen: list[httpx.Headers] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return good(request)

    colour.run(over(colour, options, handler=handler, auth=("user", "password")).send(THING))
    assert "authorization" not in seen[0]
    assert "x-api-key" in seen[0]


def test_a_callers_headers_go_along_and_lose_against_ours(colour: Any, options: Options) -> None:
    seen: list[httpx.Headers] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return good(request)

    headers = {"X-Tenant": "a", "X-Api-Key": "someone else's", "Accept": "text/html"}
    colour.run(over(colour, options, handler=handler, headers=headers).send(THING))
    assert seen[0]["x-tenant"] == "a"
    assert seen[0].get_list("x-api-key") == [options.credentials.api_key.reveal()]
    assert seen[0].get_list("accept") == ["application/json"]


def test_a_callers_params_do_not_replace_the_query(colour: Any, options: Options) -> None:
    session = over(colour, options, handler=good, params={"page": "9", "x": "y"})
    answer = colour.run(session.send(Request("getThing", "/things/", (("page", "2"),))))
    assert b"page=2" in answer.content
    assert b"page=9" not in answer.content


def _hooks(colour: Any, hook: Callable[[Any], Any], read: bool = False) -> dict[str, list[Any]]:
    def sync(response: Any) -> None:
        if read:
            response.read()
        hook(response)

    async def asynchronous(response: Any) -> None:
        if read:
            await response.aread()
        hook(response)

    return {"response": [colour.pick(sync, asynchronous)]}


def test_a_hook_that_raises_for_status_changes_nothing(colour: Any, options: Options) -> None:
    hooks = _hooks(colour, lambda response: response.raise_for_status())
    session = over(colour, options, handler=lambda _: httpx.Response(520), event_hooks=hooks)
    with pytest.raises(ServerError) as caught:
        colour.run(session.send(THING))
    assert caught.value.status == 520


def test_a_hook_that_reads_the_body_changes_nothing(colour: Any, options: Options) -> None:
    body = gzip.compress(b'{"count": 1}')

    class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield body

        async def __aiter__(self) -> Any:
            yield body

    def handler(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Stream(), headers={"content-encoding": "gzip"})

    read_by_hook = over(
        colour, options, handler=handler, event_hooks=_hooks(colour, lambda _: None, read=True)
    )
    assert colour.run(read_by_hook.send(THING)).content == b'{"count": 1}'
    assert colour.run(over(colour, options, handler=handler).send(THING)).content == b'{"count": 1}'


def test_an_error_of_a_callers_hook_comes_through(colour: Any, options: Options) -> None:
    def hook(_: Any) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        colour.run(over(colour, options, handler=good, event_hooks=_hooks(colour, hook)).send(THING))


@pytest.mark.parametrize("given", ["client", object(), httpx])
def test_something_else_than_a_client_of_the_colour_is_refused(
    colour: Any, options: Options, given: Any
) -> None:
    with pytest.raises(ConfigurationError, match="http_client="):
        colour.pick(Session, AsyncSession).of(options, given)


def test_a_client_of_the_other_colour_is_refused(colour: Any, options: Options) -> None:
    other = colour.pick(httpx.AsyncClient, httpx.Client)()
    with pytest.raises(ConfigurationError, match="http_client="):
        colour.pick(Session, AsyncSession).of(options, other)


def test_options_for_one_call_share_the_connections(colour: Any, options: Options) -> None:
    session = colour.session(options, good)
    other = session.with_options(timeout=3, retry=RetryPolicy(attempts=1), strict=True)
    assert (other.options.timeout, other.options.retry.attempts, other.options.strict) == (
        Timeout(3, 3, 3, 3),
        1,
        True,
    )
    assert session.options == options
    colour.run(other.aclose() if colour.is_async else other.close())
    assert colour.run(session.send(THING)).status == 200


def test_a_session_is_a_context_manager(options: Options, colour: Any) -> None:
    session = colour.pick(Session, AsyncSession).of(options)
    if not colour.is_async:
        with session as entered:
            assert entered is session
    else:

        async def body() -> None:
            async with session as entered:
                assert entered is session

        colour.run(body())
    with pytest.raises(TransportError, match="closed"):
        colour.run(session.send(THING))


def test_the_async_session_runs_on_trio_too(make_options: Make, loopback: Callable[..., Any]) -> None:
    trio = pytest.importorskip("trio", reason="trio is no dependency; httpx runs on it where it is installed")

    def busy(connection: Any, _: bytes) -> None:
        connection.sendall(
            b"HTTP/1.1 503 X\r\nContent-Length: 0\r\nConnection: close\r\nRetry-After: 0\r\n\r\n"
        )

    def answers(connection: Any, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

    server = loopback(busy, answers)
    options = make_options(server.base_url, retry={"clock": SystemClock()})

    async def ask() -> int:
        async with AsyncSession.of(options) as session:
            return (await session.send(THING)).attempts

    assert trio.run(ask) == 2


def test_a_real_clock_really_waits_in_both_colours(colour: Any, make_options: Make) -> None:
    statuses = iter([503, 200])
    options = make_options(retry={"clock": SystemClock(), "base": 0.02})
    answer = colour.send(lambda _: httpx.Response(next(statuses), json={}), options)
    assert 0.02 <= answer.elapsed < 10


def test_threads_share_one_session(make_options: Make) -> None:
    with httpx.Client(transport=httpx.MockTransport(good)) as client, ThreadPoolExecutor(8) as threads:
        session = Session.of(make_options(), client)
        paths = [f"/things/{number}/" for number in range(200)]
        answers = list(threads.map(lambda path: session.send(Request("getThing", path)), paths))
    assert [answer.request.path for answer in answers] == paths
    assert all(answer.request.path.encode() in answer.content for answer in answers)


def test_a_debug_log_tells_request_status_milliseconds_and_attempt(
    colour: Any, options: Options, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "futureagi_simulate")
    statuses = iter([503, 200])
    colour.send(lambda _: httpx.Response(next(statuses), json={}), options)
    assert [record.getMessage() for record in caplog.records if record.name == "futureagi_simulate"] == [
        "GET https://api.test/things/: 503 in 0 ms (attempt 1)",
        "GET https://api.test/things/: 503, trying again in 0.50 s (attempt 1)",
        "GET https://api.test/things/: 200 in 0 ms (attempt 2)",
    ]


@pytest.fixture
def _quiet_again() -> Iterator[None]:
    level, handlers = logs.logger.level, list(logs.logger.handlers)
    yield
    logs.logger.setLevel(level)
    logs.logger.handlers[:] = handlers


@pytest.mark.usefixtures("_quiet_again")
def test_fi_log_prints_to_standard_error_once(
    colour: Any, make_options: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_options()
    monkeypatch.setenv("FI_LOG", "debug")
    options = make_options()
    make_options()
    colour.send(good, options)
    printed = capsys.readouterr()
    assert printed.err.count("GET https://api.test/things/: 200 in 0 ms (attempt 1)") == 1
    assert printed.out == ""


def test_without_fi_log_nothing_is_printed(
    colour: Any, options: Options, capsys: pytest.CaptureFixture[str]
) -> None:
    colour.send(good, options)
    assert capsys.readouterr() == ("", "")
