"""One request becomes one answer: attempts, waits, the budget, redirects. Time moves only by hand."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from futureagi_simulate.errors import (
    ConnectError,
    FutureAGIError,
    NotFoundError,
    RateLimitError,
    ServerError,
    TimeoutError,
    TransportError,
)
from futureagi_simulate.http import Cancelled, Request, Session
from futureagi_simulate.options import Options
from futureagi_simulate.retry import ManualClock, SystemClock

from .scripted import GOOD, Script, fails
from .stopwatch import Stopwatch

ENVELOPE = {"status": False, "type": "server_error", "code": "server_error", "message": "Broken."}
Make = Callable[..., Options]


def test_a_good_answer_comes_back_at_once(colour: Any, options: Options, clock: ManualClock) -> None:
    answer = colour.send(Script(200), options)
    assert (answer.status, answer.content, answer.attempts) == (200, b'{"count":0,"results":[]}', 1)
    assert answer.headers["content-type"] == "application/json"
    assert clock.slept == []


def test_a_request_carries_both_keys_and_asks_for_json(colour: Any, options: Options) -> None:
    script = Script(200)
    colour.send(script, options)
    headers = script.requests[0].headers
    assert headers["x-api-key"] == options.credentials.api_key.reveal()
    assert headers["x-secret-key"] == options.credentials.secret_key.reveal()
    assert headers["accept"] == "application/json"
    assert headers["user-agent"].startswith("futureagi-simulate/")
    assert "authorization" not in headers


def test_path_and_query_reach_the_server_as_they_were_given(colour: Any, make_options: Make) -> None:
    script = Script(200)
    session = colour.session(make_options("https://api.test/prefix/"), script)
    query = (("search", "50% & ü+"), ("page", "2"), ("page", "3"))
    colour.run(session.send(Request("getThing", "/things/a%20b/", query)))
    assert script.urls == [
        "https://api.test/prefix/things/a%20b/?search=50%25%20%26%20%C3%BC%2B&page=2&page=3"
    ]
    assert script.requests[0].url.params.multi_items() == list(query)


PASSING = [
    408,
    429,
    500,
    502,
    503,
    504,
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.ReadTimeout("slow"),
    httpx.WriteTimeout("slow"),
    httpx.PoolTimeout("full"),
    httpx.ReadError("reset"),
    httpx.WriteError("reset"),
    httpx.CloseError("reset"),
    httpx.RemoteProtocolError("no answer"),
    httpx.ProxyError("proxy"),
    httpx.DecodingError("bad gzip"),
    httpx.Response(200),
    httpx.Response(200, content=b'{"count": 1, "res', headers={"content-type": "application/json"}),
]


@pytest.mark.parametrize("fault", PASSING, ids=repr)
def test_what_may_pass_is_tried_again(colour: Any, options: Options, fault: Any) -> None:
    script = Script(fault, fault, 200)
    assert colour.send(script, options).attempts == 3
    assert len(script.requests) == 3


@pytest.mark.parametrize("fault", PASSING, ids=repr)
def test_what_does_not_pass_is_raised_with_all_attempts(colour: Any, options: Options, fault: Any) -> None:
    script = Script(fault)
    error = fails(colour, script, options)
    assert (error.attempts, len(script.requests)) == (4, 4)
    assert [attempt.number for attempt in error.history] == [1, 2, 3, 4]
    assert "(4 attempts)" in str(error)


LASTING = [
    400,
    401,
    403,
    404,
    405,
    406,
    501,
    520,
    304,
    httpx.Response(500, json=ENVELOPE),
    httpx.Response(200, json={"status": False, "message": "No."}),
    httpx.Response(200, html="<html></html>"),
    httpx.Response(200, json=[]),
    httpx.UnsupportedProtocol("gopher"),
    httpx.LocalProtocolError("bad header"),
    httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"),
]


@pytest.mark.parametrize("fault", LASTING, ids=repr)
def test_what_cannot_pass_is_not_tried_again(
    colour: Any, options: Options, clock: ManualClock, fault: Any
) -> None:
    script = Script(fault, 200)
    error = fails(colour, script, options)
    assert (error.attempts, len(script.requests), clock.slept) == (1, 1, [])
    assert (error.request and error.request.url, error.request and error.request.operation) == (
        "https://api.test/things/",
        "getThing",
    )


def test_the_last_failure_is_the_one_that_is_raised(colour: Any, options: Options) -> None:
    error = fails(colour, Script(503, httpx.ReadError("reset"), 503, 429), options)
    assert isinstance(error, RateLimitError)
    assert [attempt.outcome for attempt in error.history] == ["503", "connection broke", "503", "429"]


def test_a_failure_that_becomes_lasting_ends_the_attempts(colour: Any, options: Options) -> None:
    error = fails(colour, Script(503, 404), options)
    assert (type(error), error.attempts) == (NotFoundError, 2)


def test_waits_double_up_to_the_most(colour: Any, make_options: Make, clock: ManualClock) -> None:
    fails(colour, Script(503), make_options(retry={"attempts": 7, "base": 0.5, "most": 4}))
    assert clock.slept == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0]


def test_one_attempt_means_no_retry(colour: Any, make_options: Make, clock: ManualClock) -> None:
    error = fails(colour, Script(503, 200), make_options(retry={"attempts": 1}))
    assert (error.attempts, clock.slept) == (1, [])


def test_statuses_to_try_again_can_be_chosen(colour: Any, make_options: Make) -> None:
    options = make_options(retry={"statuses": {520}})
    assert colour.send(Script(520, 200), options).attempts == 2
    assert fails(colour, Script(503, 200), options).attempts == 1


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "Thu, 01 Jan 2026 00:00:09 GMT"}, 9.0),
        ({"retry-after": "Thu, 01 Jan 2026 00:00:09 GMT", "date": "Thu, 01 Jan 2026 00:00:04 GMT"}, 5.0),
        ({"retry-after": "3600"}, 60.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "whenever"}, 0.5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_server_says_how_long_to_wait(
    colour: Any, options: Options, clock: ManualClock, headers: dict[str, str], wait: float, status: int
) -> None:
    colour.send(Script(httpx.Response(status, headers=headers), 200), options)
    assert clock.slept == [wait]


def test_the_budget_covers_attempts_and_waits(colour: Any, make_options: Make, clock: ManualClock) -> None:
    script = Script(503, clock=clock, takes=3)
    options = make_options(retry={"attempts": 100, "budget": 20, "base": 1, "most": 1})
    error = fails(colour, script, options)
    assert clock.monotonic() <= 20
    assert error.attempts == 5  # 3 s each and 1 s between: the sixth would begin at 20 s


def test_a_wait_that_would_outlast_the_budget_is_not_begun(
    colour: Any, make_options: Make, clock: ManualClock
) -> None:
    script = Script(httpx.Response(429, headers={"retry-after": "30"}), 200)
    error = fails(colour, script, make_options(retry={"budget": 30}))
    assert (clock.slept, error.attempts) == ([], 1)
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 30


@pytest.mark.parametrize("late", [19.5, 100.0])
def test_no_attempt_begins_after_the_budget_though_a_sleep_lasted_longer_than_asked(
    colour: Any, make_options: Make, late: float
) -> None:
    class Drowsy(ManualClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds + late)

    script = Script(503)
    error = fails(colour, script, make_options(retry={"budget": 20, "clock": Drowsy()}))  # the wait is 0.5 s
    assert (len(script.requests), type(error), error.attempts) == (1, ServerError, 1)


def test_time_that_runs_out_between_two_looks_at_the_clock_is_a_timeout(
    colour: Any, make_options: Make
) -> None:
    class Hasty(ManualClock):
        def monotonic(self) -> float:
            self.advance(1)
            return super().monotonic()

    for budget in range(1, 8):
        error = fails(
            colour, Script(503), make_options(retry={"budget": budget, "clock": Hasty(), "attempts": 2})
        )
        assert isinstance(error, TimeoutError | ServerError)


def test_each_attempts_timeouts_shrink_to_what_is_left(
    colour: Any, make_options: Make, clock: ManualClock
) -> None:
    script = Script(503, clock=clock, takes=3)
    options = make_options(timeout=5, retry={"attempts": 100, "budget": 10, "base": 1, "most": 1})
    fails(colour, script, options)
    given = [request.extensions["timeout"] for request in script.requests]
    assert [timeout["read"] for timeout in given] == [5, 5, 2]
    assert [set(timeout.values()) for timeout in given] == [{5}, {5}, {2}]


def test_without_a_timeout_the_budget_is_the_timeout(colour: Any, make_options: Make) -> None:
    script = Script(200)
    colour.send(script, make_options(timeout=None, retry={"budget": 20}))
    assert set(script.requests[0].extensions["timeout"].values()) == {20}


def test_without_budget_and_timeout_nothing_is_limited(colour: Any, make_options: Make) -> None:
    script = Script(200)
    colour.send(script, make_options(timeout=None, retry={"budget": math.inf}))
    assert set(script.requests[0].extensions["timeout"].values()) == {None}


def test_a_phase_of_an_attempt_gets_what_the_phases_before_it_left(
    colour: Any, make_options: Make, clock: ManualClock
) -> None:
    seen: list[float] = []

    def phases(request: httpx.Request) -> httpx.Response:
        for phase in ("connect", "write", "read"):
            clock.advance(4)
            seen.append(request.extensions["timeout"].get(phase))
        return httpx.Response(200, json=GOOD)

    colour.send(phases, make_options(timeout=9, retry={"budget": 10}))
    assert seen == [6, 2, 0.001], "a socket takes 0 for something else"


@pytest.mark.parametrize("timeout", [None, 5])
def test_a_phase_without_budget_gets_its_own_limit(
    colour: Any, make_options: Make, timeout: int | None
) -> None:
    script = Script(200)
    colour.send(script, make_options(timeout=timeout, retry={"budget": math.inf}))
    assert script.requests[0].extensions["timeout"].get("read") == timeout


def test_a_body_that_drips_past_the_budget_is_given_up(
    colour: Any, make_options: Make, clock: ManualClock
) -> None:
    class Drip(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Any:
            while True:
                clock.advance(1)
                yield b" "

        async def __aiter__(self) -> Any:
            for drop in self:
                yield drop

    error = fails(
        colour, Script(lambda _: httpx.Response(200, stream=Drip())), make_options(retry={"budget": 20})
    )
    assert isinstance(error, TimeoutError)
    assert clock.monotonic() <= 21


def test_elapsed_counts_attempts_and_waits(colour: Any, make_options: Make, clock: ManualClock) -> None:
    answer = colour.send(Script(503, 200, clock=clock, takes=3), make_options(retry={"base": 2}))
    assert (answer.elapsed, answer.attempts) == (8.0, 2)


@pytest.mark.parametrize(
    ("exception", "kind"),
    [
        (httpx.ConnectError("x"), ConnectError),
        (httpx.ConnectTimeout("x"), TimeoutError),
        (httpx.ReadTimeout(""), TimeoutError),
        (httpx.RemoteProtocolError("x"), TransportError),
    ],
)
def test_an_error_of_httpx_becomes_ours_and_is_not_chained(
    colour: Any, options: Options, exception: Exception, kind: type[Exception]
) -> None:
    error = fails(colour, Script(exception), options)
    assert type(error) is kind
    assert (error.__cause__, error.__context__) == (None, None)


def test_a_cancelled_request_ends_its_back_off_at_once(make_options: Make) -> None:
    cancelled = threading.Event()

    def unavailable(_: httpx.Request) -> httpx.Response:
        cancelled.set()
        return httpx.Response(503)

    script = Script(unavailable)
    options = make_options(retry={"clock": SystemClock(), "base": 10.0, "most": 10.0})
    watch = Stopwatch()
    with httpx.Client(transport=httpx.MockTransport(script)) as client, pytest.raises(Cancelled):
        Session.of(options, client).send(Request("getThing", "/things/"), cancelled)
    assert watch.seconds < 0.5
    assert len(script.requests) == 1


def test_a_request_that_is_cancelled_already_is_not_sent(make_options: Make) -> None:
    cancelled = threading.Event()
    cancelled.set()
    script = Script(200)
    with httpx.Client(transport=httpx.MockTransport(script)) as client, pytest.raises(Cancelled):
        Session.of(make_options(), client).send(Request("getThing", "/things/"), cancelled)
    assert script.requests == []


def test_a_clock_without_wait_sleeps_as_it_does(make_options: Make, clock: ManualClock) -> None:
    with httpx.Client(transport=httpx.MockTransport(Script(503, 200))) as client:
        Session.of(make_options(), client).send(Request("getThing", "/things/"), threading.Event())
    assert clock.slept == [0.5]


@pytest.mark.parametrize("verb", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("first", "sent"),
    [
        (408, 1),
        (500, 1),
        (502, 1),
        (httpx.Response(503, headers={"retry-after": "1"}), 1),
        (504, 1),
        (httpx.ReadTimeout("x"), 1),
        (httpx.WriteTimeout("x"), 1),
        (httpx.ReadError("x"), 1),
        (httpx.RemoteProtocolError("x"), 1),
        (httpx.Response(200, content=b""), 1),
        (httpx.Response(200, content=b'{"count"'), 1),
        (httpx.ConnectError("x"), 2),
        (httpx.ConnectTimeout("x"), 2),
        (httpx.PoolTimeout("x"), 2),
        (429, 2),
    ],
    ids=str,
)
def test_what_may_have_been_carried_out_is_not_sent_again(
    colour: Any, options: Options, verb: str, first: Any, sent: int
) -> None:
    script = Script(first, 200)
    request = Request("changeThing", "/things/", verb=verb, content=b'{"a":1}')
    if sent > 1:
        assert colour.run(colour.session(options, script).send(request)).attempts == sent
    else:
        with pytest.raises(FutureAGIError) as caught:
            colour.run(colour.session(options, script).send(request))
        assert caught.value.attempts == 1
        assert "look before you send it again" in caught.value.remedy
    assert [(each.method, each.content) for each in script.requests] == [(verb, b'{"a":1}')] * sent
    assert {each.headers["content-type"] for each in script.requests} == {"application/json"}
