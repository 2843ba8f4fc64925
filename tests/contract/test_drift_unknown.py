"""Something named that doesn't exist ends `fi-simulate drift`: it isn't taken for what the server does."""

from __future__ import annotations

import pytest

from futureagi_simulate_cli.commands.app import run
from futureagi_simulate_contract.drift.look import ZERO_ID
from futureagi_simulate_contract.drift.unknown import Insisting, UnknownIdError
from futureagi_simulate_contract.exchange import Answer, Endpoint, Question, path_of
from futureagi_simulate_contract.ids import Ids
from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.settings import KNOWN_IDS

FAST = ["drift", "--rate", "100000"]


@pytest.mark.parametrize(
    "unknown",
    [
        ("--run-test", ZERO_ID),
        ("--run-test", KNOWN_IDS.test_execution_id),
        ("--run-test", KNOWN_IDS.run_test_id, "--run-test", ZERO_ID),
        ("--run-test-name", "nope"),
        ("--execution", ZERO_ID),
        ("--agent", ZERO_ID),
        ("--version", ZERO_ID),
    ],
    ids=" ".join,
)
def test_something_named_that_does_not_exist_is_no_departure_but_an_error(
    unknown: tuple[str, ...], served: Mock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*FAST, *unknown]) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    assert unknown[-1] in printed.err.splitlines()[0]
    assert "there is no such thing" in printed.err.splitlines()[0]
    assert len(printed.err.splitlines()) == 2


def test_what_one_endpoint_shows_and_another_does_not_know_is_a_departure() -> None:
    ids = Ids(run_test_id=KNOWN_IDS.run_test_id)
    gone = Answer(404, {}, b'{"message": "Run test not found."}')
    known = Question(path_of(Endpoint.TEST_EXECUTIONS, run_test_id=KNOWN_IDS.run_test_id))
    lacking = Question(path_of(Endpoint.CALL_EXECUTIONS, run_test_id=KNOWN_IDS.run_test_id))
    ask = Insisting(lambda question: Answer(200, {}, b"{}") if question == known else gone, ids)
    with pytest.raises(UnknownIdError):
        ask(lacking)
    assert ask(known).status == 200
    assert ask(lacking) == gone


def test_a_page_of_a_proxy_does_not_say_that_an_id_is_unknown() -> None:
    ids = Ids(run_test_id=KNOWN_IDS.run_test_id)
    page = Answer(404, {"content-type": "text/html"}, b"<h1>Not Found</h1>")
    question = Question(path_of(Endpoint.TEST_EXECUTIONS, run_test_id=KNOWN_IDS.run_test_id))
    assert Insisting(lambda _: page, ids)(question) == page
