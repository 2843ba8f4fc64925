"""The word that stands for each kind of failure, in messages, histories and logs."""

from __future__ import annotations

import pytest

from futureagi_simulate.errors import RequestInfo
from futureagi_simulate.transport.hop import Failure, FailureKind
from futureagi_simulate.transport.judge import Case, Trouble
from futureagi_simulate.transport.retry import RetryPolicy

CASE = Case(RequestInfo("GET", "https://api.test/things/", "getThing"), RetryPolicy(), scrub=str)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (FailureKind.CONNECT, "no connection"),
        (FailureKind.TIMEOUT, "timeout"),
        (FailureKind.BROKEN, "connection broke"),
        (FailureKind.DAMAGED, "damaged body"),
        (FailureKind.TOO_LARGE, "body too large"),
        (FailureKind.REFUSED, "request not sendable"),
    ],
)
def test_each_kind_of_failure_is_named_in_the_history_and_in_the_message(
    kind: FailureKind, word: str
) -> None:
    judged = CASE.judge(Failure(kind, "the system's words"))
    assert isinstance(judged, Trouble)
    assert judged.what == word
    assert judged.error.problem == f"GET https://api.test/things/: {word}: the system's words."
