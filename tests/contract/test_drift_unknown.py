"""An unknown id ends `fi-simulate drift` with an error: it is no departure of the server."""

from __future__ import annotations

import pytest

from futureagi_simulate_cli.commands.app import run
from futureagi_simulate_contract.exchange import Endpoint, Request, Response, path_of
from futureagi_simulate_contract.plan import ZERO_ID
from futureagi_simulate_contract.session import Ids, UnknownIdError, known_ids_only
from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.ids import KNOWN_IDS

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
    gone = Response(404, {}, b'{"message": "Run test not found."}')
    known = Request(path_of(Endpoint.TEST_EXECUTIONS, run_test_id=KNOWN_IDS.run_test_id))
    lacking = Request(path_of(Endpoint.CALL_EXECUTIONS, run_test_id=KNOWN_IDS.run_test_id))
    send = known_ids_only(lambda request: Response(200, {}, b"{}") if request == known else gone, ids)
    with pytest.raises(UnknownIdError):
        send(lacking)
    assert send(known).status == 200
    assert send(lacking) == gone


def test_a_page_of_a_proxy_does_not_say_that_an_id_is_unknown() -> None:
    ids = Ids(run_test_id=KNOWN_IDS.run_test_id)
    page = Response(404, {"content-type": "text/html"}, b"<h1>Not Found</h1>")
    request = Request(path_of(Endpoint.TEST_EXECUTIONS, run_test_id=KNOWN_IDS.run_test_id))
    assert known_ids_only(lambda _: page, ids)(request) == page
