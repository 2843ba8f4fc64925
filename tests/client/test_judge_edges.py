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
from futureagi_simulate.options import Elsewhere
from futureagi_simulate.responses import Case, Reply, Trouble
from futureagi_simulate.retry import RetryPolicy

CASE = Case(RequestInfo("GET", "https://api.test/things/", "getThing"), RetryPolicy(), scrub=str)
JSON = {"content-type": "application/json"}
UNKNOWN = "No TestExecution matches the given query."


def trouble(status: int, body: Any = b"", headers: dict[str, str] = JSON) -> Trouble:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    judged = CASE.judge(Reply(status, headers, content))
    assert isinstance(judged, Trouble)
    return judged


def test_a_300_is_no_answer_however_good_its_body() -> None:
    assert type(trouble(300, {"count": 0}).error) is APIStatusError


def test_a_299_is_an_answer() -> None:
    reply = Reply(299, JSON, b"{}")
    assert CASE.judge(reply) is reply


def test_a_message_without_words_of_the_server_ends_after_the_status() -> None:
    assert trouble(404).error.problem == "GET https://api.test/things/ answered 404 Not Found."


def test_a_200_that_failed_without_saying_why_says_so() -> None:
    problem = trouble(200, {"status": False}).error.problem
    assert problem == "GET https://api.test/things/ answered 200 and yet that it failed: without a reason."


def test_only_a_500_says_not_found_in_words() -> None:
    said = {"status": False, "message": UNKNOWN}
    assert type(trouble(500, said).error) is NotFoundError
    judged = trouble(503, said)
    assert (type(judged.error), judged.again) == (ServerError, True)


def test_a_500_that_says_so_without_the_servers_envelope_stays_a_passing_failure() -> None:
    judged = trouble(500, {"message": UNKNOWN})
    assert (type(judged.error), judged.again) == (ServerError, True)


@pytest.mark.parametrize("declared", ["Application/JSON", "application/problem+json", ""])
def test_a_damaged_body_that_declares_json_in_any_spelling_is_tried_again(declared: str) -> None:
    judged = trouble(200, b'{"count": 1, "resul', {"content-type": declared})
    assert (type(judged.error), judged.again) == (ContractError, True)


def test_damaged_json_and_something_else_than_the_api_get_different_advice() -> None:
    assert "sends broken bodies" in trouble(200, b'{"count": 1, "resul').error.remedy
    assert "FI_BASE_URL" in trouble(200, b"<html>").error.remedy


@pytest.mark.parametrize(
    "judged",
    [
        CASE.redirected_away(Reply(302, {}), Elsewhere("https://other.test"), "https://api.test"),
        CASE.redirected_endlessly(Reply(302, {}), 10),
        CASE.redirected_with_key(Reply(302, {})),
    ],
    ids=["away", "endlessly", "with a key"],
)
def test_a_redirect_that_is_not_followed_is_named_by_its_status_and_not_tried_again(judged: Trouble) -> None:
    assert (judged.what, type(judged.error), judged.again) == ("302", RedirectError, False)
    assert judged.error.problem.startswith("GET https://api.test/things/ answered 302 Found ")
