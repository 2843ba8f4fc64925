"""What each outcome means: the right error, and whether to try again. Status before body."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from futureagi_simulate import errors
from futureagi_simulate.errors import APIStatusError, ContractError, RateLimitError, RequestInfo
from futureagi_simulate.options import RedirectTarget
from futureagi_simulate.responses import Classifier, FailedAttempt, Failure, FailureKind, Reply
from futureagi_simulate.retry import RetryPolicy

CASE = Classifier(
    RequestInfo("GET", "https://api.test/things/", "getThing"),
    RetryPolicy(),
    scrub=lambda text: text.replace("the-key", "***"),
)
JSON = {"content-type": "application/json"}
HTML = {"content-type": "text/html; charset=utf-8"}
PAGE = b"<!doctype html>\n<html><title>Bad gateway</title></html>"


def envelope(message: str = "It is wrong.", **fields: Any) -> bytes:
    said = dict.fromkeys(("detail", "message", "error", "result"), message)
    return json.dumps({"status": False, "type": "a_type", "code": "a_code", **said, **fields}).encode()


def failed(outcome: Reply | Failure) -> FailedAttempt:
    attempt = CASE.classify(outcome)
    assert isinstance(attempt, FailedAttempt)
    return attempt


def test_a_whole_json_object_is_the_answer() -> None:
    reply = Reply(200, JSON, b'{"count": 0, "results": []}')
    assert CASE.classify(reply) is reply


@pytest.mark.parametrize("status", ['"completed"', "true", "null", '"false"', "0", '""', '{"status": false}'])
def test_a_status_other_than_false_in_a_good_answer_is_its_own_business(status: str) -> None:
    reply = Reply(200, JSON, b'{"status": %s}' % status.encode())
    assert CASE.classify(reply) is reply


def test_a_json_object_is_good_whatever_type_it_declares() -> None:
    reply = Reply(200, HTML, b"{}")
    assert CASE.classify(reply) is reply


STATUSES = [
    (400, "BadRequestError", False),
    (401, "AuthenticationError", False),
    (403, "PermissionDeniedError", False),
    (404, "NotFoundError", False),
    (405, "APIStatusError", False),
    (406, "APIStatusError", False),
    (408, "APIStatusError", True),
    (409, "APIStatusError", False),
    (418, "APIStatusError", False),
    (429, "RateLimitError", True),
    (500, "ServerError", False),
    (501, "ServerError", False),
    (502, "ServerError", True),
    (503, "ServerError", True),
    (504, "ServerError", True),
    (505, "ServerError", False),
    (520, "ServerError", False),
    (527, "ServerError", False),
    (599, "ServerError", False),
    (999, "ServerError", False),
    (304, "APIStatusError", False),
    (300, "APIStatusError", False),
    (199, "APIStatusError", False),
]


@pytest.mark.parametrize(("status", "kind", "again"), STATUSES)
def test_a_status_with_the_servers_envelope_becomes_its_error(status: int, kind: str, again: bool) -> None:
    attempt = failed(Reply(status, JSON, envelope(details={"page": ["too low"]})))
    error = attempt.error
    assert isinstance(error, APIStatusError)
    assert (type(error).__name__, attempt.again) == (kind, again)
    assert (error.status, error.type, error.code, error.message) == (
        status,
        "a_type",
        "a_code",
        "It is wrong.",
    )
    assert error.details == {"page": ["too low"]}
    assert error.request == CASE.request
    assert str(error).startswith(f"GET https://api.test/things/ answered {status}")
    assert error.remedy


@pytest.mark.parametrize(
    "body", [b"", PAGE, b"{", b"[]", b"null", b'"text"', b'{"detail": "x"}', b'{"status": true}', b"\xff\xfe"]
)
def test_a_500_without_the_servers_envelope_is_tried_again(body: bytes) -> None:
    attempt = failed(Reply(500, JSON, body))
    assert (type(attempt.error), attempt.again) == (errors.ServerError, True)


@pytest.mark.parametrize(
    "message",
    [
        "No TestExecution matches the given query.",
        "Failed to retrieve test execution: No RunTest matches the given query.",
    ],
)
def test_a_500_that_says_that_nothing_matches_is_a_not_found_error(message: str) -> None:
    attempt = failed(Reply(500, JSON, envelope(message)))
    assert (type(attempt.error), attempt.again) == (errors.NotFoundError, False)
    assert isinstance(attempt.error, errors.NotFoundError)
    assert (attempt.error.status, attempt.error.status_code) == (500, 404)


def test_a_status_error_survives_a_body_that_broke_off() -> None:
    broken = Failure(FailureKind.BROKEN, "reset")
    attempt = failed(Reply(401, JSON, b'{"status": fal', broken))
    assert (type(attempt.error), attempt.again) == (errors.AuthenticationError, False)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({}, None), ({"retry-after": "7"}, 7.0), ({"retry-after-ms": "70"}, 0.07), ({"retry-after": "x"}, None)],
)
def test_a_rate_limit_says_how_long_the_server_asks_to_wait(
    headers: dict[str, str], seconds: float | None
) -> None:
    attempt = failed(Reply(429, headers))
    assert isinstance(attempt.error, RateLimitError)
    assert (attempt.asked, attempt.error.retry_after) == (seconds, seconds)


def test_a_busy_server_may_say_how_long_to_wait_too() -> None:
    assert failed(Reply(503, {"retry-after": "7"})).asked == 7.0


BODIES = [
    (JSON, b"", "is empty", True),
    ({}, b" \r\n", "is empty", True),
    (JSON, b'{"count": 1, "resul', "is damaged JSON", True),
    (JSON, b'{"count": 1}}', "is damaged JSON", True),
    ({}, b'{"count": nan}', "is damaged JSON", True),
    (JSON, b"\x1f\x8b\x00", "is damaged JSON", True),
    (JSON, b"[]", "is JSON but no object", False),
    (JSON, b"null", "is JSON but no object", False),
    (JSON, b'"text"', "is JSON but no object", False),
    (HTML, PAGE, "is text/html; charset=utf-8, not JSON", False),
    (HTML, b"Welcome", "is text/html; charset=utf-8, not JSON", False),
    ({}, PAGE, "is markup, not JSON", False),
    (JSON, b"\n <html>", "is application/json, not JSON", False),
    ({"content-type": "text/plain"}, b"ok", "is text/plain, not JSON", False),
]


@pytest.mark.parametrize(("headers", "body", "problem", "again"), BODIES)
def test_a_200_that_is_no_json_object_breaks_the_contract(
    headers: dict[str, str], body: bytes, problem: str, again: bool
) -> None:
    attempt = failed(Reply(200, headers, body))
    assert isinstance(attempt.error, ContractError)
    assert attempt.again == again
    assert f"answered 200, but the body {problem}" in attempt.error.problem
    assert attempt.error.status == 200
    assert attempt.error.excerpt == body.decode(errors="replace").translate(
        {0: "\ufffd", 13: "\ufffd", 0x1F: "\ufffd"}
    )


def test_a_200_that_says_that_it_failed_is_a_status_error_and_not_tried_again() -> None:
    attempt = failed(Reply(200, JSON, envelope("Quota used up.")))
    assert (type(attempt.error), attempt.again) == (APIStatusError, False)
    assert isinstance(attempt.error, APIStatusError)
    assert (attempt.error.status, attempt.error.message, attempt.error.code) == (
        200,
        "Quota used up.",
        "a_code",
    )
    assert "answered 200 and yet that it failed: Quota used up." in attempt.error.problem


def test_a_body_that_is_too_large_breaks_the_contract_and_is_not_tried_again() -> None:
    failure = Failure(FailureKind.TOO_LARGE, "it has more than 10 bytes", passing=False)
    attempt = failed(Reply(200, JSON, b'{"count": ', failure))
    assert (type(attempt.error), attempt.again) == (ContractError, False)
    assert isinstance(attempt.error, ContractError)
    assert attempt.error.excerpt == '{"count": '


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FailureKind.CONNECT, errors.ConnectError),
        (FailureKind.TIMEOUT, errors.TimeoutError),
        (FailureKind.BROKEN, errors.TransportError),
        (FailureKind.DAMAGED, errors.TransportError),
        (FailureKind.REFUSED, errors.TransportError),
    ],
)
@pytest.mark.parametrize("passing", [True, False])
@pytest.mark.parametrize("with_status", [True, False])
def test_a_failure_becomes_a_transport_error(
    kind: FailureKind, error: type[Exception], passing: bool, with_status: bool
) -> None:
    failure = Failure(kind, "the system's words", passing)
    attempt = failed(Reply(200, JSON, b"{", failure) if with_status else failure)
    assert (type(attempt.error), attempt.again) == (error, passing)
    assert "the system's words" in attempt.error.problem
    assert attempt.error.remedy


@pytest.mark.parametrize("status", [200, 400, 500])
def test_keys_that_the_server_repeats_are_masked_everywhere(status: int) -> None:
    said = envelope("the-key is wrong", details={"the-key": ["the-key"]}, code="the-key", type="the-key")
    headers = JSON | {"www-authenticate": "the-key", "location": "/the-key", "content-type": "the-key"}
    error = failed(Reply(status, headers, said)).error
    assert "the-key" not in f"{error} {vars(error)}"
    assert "***" in str(error)


def test_what_a_terminal_would_obey_is_replaced() -> None:
    error = failed(Reply(400, JSON, envelope("\x1b[2Jgone\x07\x9b"))).error
    assert isinstance(error, APIStatusError)
    assert error.message == "\ufffd[2Jgone\ufffd\ufffd"


def test_the_target_of_a_refused_redirect_is_safe_to_print() -> None:
    refused = CASE.redirect_away(Reply(302, {}), RedirectTarget("https://the-key\x1b[2J"), "https://api.test")
    assert "https://***\ufffd[2J" in refused.error.problem
    assert "https://***\ufffd[2J" in refused.error.remedy


def test_an_error_keeps_the_few_headers_that_help() -> None:
    headers = JSON | {"retry-after": "5", "set-cookie": "session=1", "www-authenticate": "ApiKey"}
    for status in (200, 401):
        error = failed(Reply(status, headers, b"<")).error
        assert isinstance(error, APIStatusError | ContractError)
        assert error.headers == JSON | {"retry-after": "5", "www-authenticate": "ApiKey"}


def test_an_error_keeps_a_short_excerpt_of_a_long_body() -> None:
    error = failed(Reply(502, HTML, b"<html>" + b"x" * 10**6)).error
    assert isinstance(error, APIStatusError)
    assert len(error.excerpt) == 500


def test_a_key_on_the_edge_of_the_excerpt_is_masked_before_the_cut() -> None:
    error = failed(Reply(502, HTML, b"x" * 497 + b"the-key")).error
    assert isinstance(error, APIStatusError)
    assert error.excerpt.endswith("x***")


def test_deeply_nested_bodies_are_no_recursion_error() -> None:
    depth = 100_000
    nested = b'{"status": false, "x": ' + b"[" * depth + b"]" * depth + b"}"
    assert failed(Reply(400, JSON, nested)).error
    attempt = failed(Reply(200, JSON, nested))
    assert (type(attempt.error), attempt.again) == (ContractError, False)


def test_the_whole_of_a_good_body_is_checked_to_be_json() -> None:
    rows = msgspec.json.encode({"count": 1, "results": [{"id": "x"}] * 1000})
    assert isinstance(CASE.classify(Reply(200, JSON, rows[:-200] + rows[-199:])), FailedAttempt)
