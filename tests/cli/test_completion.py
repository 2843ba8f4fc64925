"""What a shell offers for a value: statuses, profiles, formats, run tests and executions; never an error."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from futureagi_simulate_cli import main
from futureagi_simulate_cli.commands import completion
from futureagi_simulate_mock import Mock

Complete = Callable[..., list[str]]


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Complete:
    """Complete the last of the words as bash does."""

    def complete(*words: str) -> list[str]:
        monkeypatch.setenv("_FI_SIMULATE_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", " ".join(["fi-simulate", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([])
        printed = capfd.readouterr()
        assert (end.value.code, printed.err) == (0, "")
        return printed.out.split("\n")[:-1] if printed.out.strip() else []

    return complete


WORDS = [
    (["calls", "--status", "f"], ["failed"]),
    (["calls", "--status", "ana"], ["analyzing"]),
    (["executions", "--status", "c"], ["completed", "cancelled", "cancelling"]),
    (["mock", "--profile", "o"], ["observed"]),
    (["demo", "--profile", "d"], ["documented"]),
    (["drift", "--against", "d"], ["documents"]),
    (["export", "-", "--format", "c"], ["csv"]),
    (["export", "calls.csv", "--what", "e"], ["executions", "evals"]),
    (["compare", "pre"], ["previous"]),
]


@pytest.mark.parametrize(("words", "offered"), WORDS, ids=lambda value: " ".join(value))
def test_words_that_an_option_takes_are_offered(
    words: list[str], offered: list[str], complete: Complete
) -> None:
    assert complete(*words) == offered


def test_statuses_are_those_of_the_api() -> None:
    from futureagi_simulate_api import operations

    def words(operation: object) -> set[str]:
        (status,) = (one for one in operation.parameters if one.argument == "status")  # type: ignore[attr-defined]
        return set(status.values)

    assert set(completion.call_statuses()) == words(operations.LIST_CALL_EXECUTIONS)
    assert set(completion.execution_statuses()) == words(operations.LIST_TEST_EXECUTIONS)


@pytest.mark.parametrize("command", ["executions", "calls", "runs", "flaky"])
def test_the_run_test_of_the_environment_is_offered(
    command: str, complete: Complete, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FI_RUN_TEST_ID", "032b100f-472b-513d-91e0-746ddfde5931")
    monkeypatch.setenv("FI_RUN_TEST_NAME", "Support line")
    ids = ["032b100f-472b-513d-91e0-746ddfde5931"]
    assert complete(command, '""') == (
        ids if command in ("executions", "calls") else [*ids, "Support\\ line"]
    )


def test_the_run_test_of_the_project_is_offered(complete: Complete) -> None:
    Path("pyproject.toml").write_text('[tool.fi-simulate.gate]\nrun-test = "Nightly"\n', encoding="utf-8")
    assert complete("runs", "N") == ["Nightly"]
    Path("pyproject.toml").write_text("[tool.fi-simulate.gate\n", encoding="utf-8")
    assert complete("runs", "N") == []


@pytest.mark.parametrize(
    "words",
    [
        ["gate"],
        ["watch"],
        ["report"],
        ["failures"],
        ["compare"],
        ["calls", "--execution"],
        ["gate", "--baseline"],
    ],
    ids=" ".join,
)
def test_executions_are_offered_by_name_and_by_their_first_characters(
    words: list[str], complete: Complete, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FI_RUN_TEST_ID", server["FI_RUN_TEST_ID"])
    offered = complete(*words, '""')
    assert offered[:3] == ["latest", "previous", "latest-passed"]
    assert len(offered) == 17
    assert all(re.fullmatch(r"[0-9a-f]{8}", one) for one in offered[3:])
    assert server["FI_TEST_EXECUTION_ID"][:8] in offered
    assert complete(*words, server["FI_TEST_EXECUTION_ID"][:3]) == [server["FI_TEST_EXECUTION_ID"][:8]]


@pytest.mark.parametrize(
    "environment",
    [
        {"FI_BASE_URL": "http://127.0.0.1:1"},
        {"FI_BASE_URL": "nonsense"},
        {"FI_API_KEY": ""},
        {"FI_API_KEY": "wrong-key-1234567890"},
        {"FI_RUN_TEST_ID": "nonsense"},
        {"FI_LOG": "debug", "FI_API_KEY": "wrong-key-1234567890"},
    ],
    ids=str,
)
def test_an_error_leaves_the_names_and_says_nothing(
    environment: dict[str, str], complete: Complete, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FI_RUN_TEST_ID": server["FI_RUN_TEST_ID"], **environment}.items():
        monkeypatch.setenv(name, value)
    assert complete("gate", '""') == ["latest", "previous", "latest-passed"]


def test_a_server_that_does_not_answer_is_not_waited_for(
    complete: Complete, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "MOST_SECONDS", 0.05)
    with Mock(calls=20, executions=2, faults=["stall:*"]) as mock, mock.serve() as made:
        for name, value in mock.settings(made.base_url).environment().items():
            monkeypatch.setenv(name, value)
        assert complete("gate", '""') == ["latest", "previous", "latest-passed"]
        assert mock.journal.total == 1


def test_help_offers_hold_no_key(
    complete: Complete, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FI_RUN_TEST_ID", server["FI_RUN_TEST_ID"])
    offered = complete("gate", '""')
    assert not [one for one in offered if server["FI_API_KEY"] in one or server["FI_SECRET_KEY"] in one]
