"""What a user reads of each kind of failure: the word that stands for it, and what may help."""

from __future__ import annotations

import pytest

from futureagi_simulate.errors import RequestInfo
from futureagi_simulate.responses import Classifier, FailedAttempt, Failure, FailureKind, Reply
from futureagi_simulate.retry import RetryPolicy

CASE = Classifier(RequestInfo("GET", "https://api.test/things/", "getThing"), RetryPolicy(), scrub=str)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (FailureKind.CONNECT, "no connection"),
        (FailureKind.TIMEOUT, "timeout"),
        (FailureKind.BROKEN, "connection broke"),
        (FailureKind.DAMAGED, "damaged body"),
        (FailureKind.REFUSED, "request not sendable"),
    ],
)
def test_each_kind_of_failure_is_named_in_the_history_and_in_the_message(
    kind: FailureKind, word: str
) -> None:
    attempt = CASE.classify(Failure(kind, "the system's words"))
    assert isinstance(attempt, FailedAttempt)
    assert attempt.what == word
    assert attempt.error.problem == f"GET https://api.test/things/: {word}: the system's words."


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (400, "parameters"),
        (401, "FI_API_KEY and FI_SECRET_KEY"),
        (403, "organization"),
        (404, "id"),
        (418, "what the server says"),
        (429, "RetryPolicy"),
        (500, "later"),
        (503, "later"),
    ],
)
def test_each_status_comes_with_advice_of_its_own(status: int, advice: str) -> None:
    attempt = CASE.classify(Reply(status, {}, b""))
    assert isinstance(attempt, FailedAttempt)
    assert advice in attempt.error.remedy


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        (FailureKind.CONNECT, "FI_BASE_URL"),
        (FailureKind.TIMEOUT, "timeout="),
        (FailureKind.BROKEN, "cuts connections"),
        (FailureKind.DAMAGED, "damages bodies"),
        (FailureKind.REFUSED, "http_client="),
    ],
)
def test_each_kind_of_failure_comes_with_advice_of_its_own(kind: FailureKind, advice: str) -> None:
    attempt = CASE.classify(Failure(kind, "the system's words"))
    assert isinstance(attempt, FailedAttempt)
    assert advice in attempt.error.remedy
