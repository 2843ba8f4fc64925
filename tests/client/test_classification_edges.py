"""Outcomes at the edges of the rules: which side each falls on, and how the message reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from futureagi_simulate.errors import (
    APIStatusError,
    ContractError,
    NotFoundError,
    RedirectError,
    RequestInfo,
    ServerError,
)
from futureagi_simulate.options import RedirectTarget
from futureagi_simulate.responses import Classifier, FailedAttempt, Reply
from futureagi_simulate.retry import RetryPolicy

CASE = Classifier(RequestInfo("GET", "https://api.test/things/", "getThing"), RetryPolicy(), scrub=str)
JSON = {"content-type": "application/json"}
UNKNOWN = "No TestExecution matches the given query."


def failed(status: int, body: Any = b"", headers: dict[str, str] = JSON) -> FailedAttempt:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    attempt = CASE.classify(Reply(status, headers, content))
    assert isinstance(attempt, FailedAttempt)
    return attempt


def test_a_300_is_no_answer_however_good_its_body() -> None:
    assert type(failed(300, {"count": 0}).error) is APIStatusError


def test_a_299_is_an_answer() -> None:
    reply = Reply(299, JSON, b"{}")
    assert CASE.classify(reply) is reply


def test_a_message_without_words_of_the_server_ends_after_the_status() -> None:
    assert failed(404).error.problem == "GET https://api.test/things/ answered 404 Not Found."


def test_a_200_that_failed_without_saying_why_says_so() -> None:
    problem = failed(200, {"status": False}).error.problem
    assert problem == "GET https://api.test/things/ answered 200 and yet that it failed: without a reason."


def test_only_a_500_says_not_found_in_words() -> None:
    said = {"status": False, "message": UNKNOWN}
    assert type(failed(500, said).error) is NotFoundError
    attempt = failed(503, said)
    assert (type(attempt.error), attempt.again) == (ServerError, True)


def test_a_500_that_says_so_without_the_servers_envelope_stays_a_passing_failure() -> None:
    attempt = failed(500, {"message": UNKNOWN})
    assert (type(attempt.error), attempt.again) == (ServerError, True)


@pytest.mark.parametrize("declared", ["Application/JSON", "application/problem+json", ""])
def test_a_damaged_body_that_declares_json_in_any_spelling_is_tried_again(declared: str) -> None:
    attempt = failed(200, b'{"count": 1, "resul', {"content-type": declared})
    assert (type(attempt.error), attempt.again) == (ContractError, True)


def test_damaged_json_and_something_else_than_the_api_get_different_advice() -> None:
    assert "sends broken bodies" in failed(200, b'{"count": 1, "resul').error.remedy
    assert "FI_BASE_URL" in failed(200, b"<html>").error.remedy


@pytest.mark.parametrize(
    "attempt",
    [
        CASE.redirect_away(Reply(302, {}), RedirectTarget("https://other.test"), "https://api.test"),
        CASE.redirect_loop(Reply(302, {}), 10),
        CASE.redirect_with_key(Reply(302, {})),
    ],
    ids=["away", "endlessly", "with a key"],
)
def test_a_redirect_that_is_not_followed_is_named_by_its_status_and_not_tried_again(
    attempt: FailedAttempt,
) -> None:
    assert (attempt.what, type(attempt.error), attempt.again) == ("302", RedirectError, False)
    assert attempt.error.problem.startswith("GET https://api.test/things/ answered 302 Found ")
