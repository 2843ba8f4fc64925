"""How commands are told what they are about, and how long things may take: the same way in all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from futureagi_simulate_cli.commands.app import COMMANDS, Entry, build_command
from futureagi_simulate_contract.session import VARIABLES

from .conftest import Ran, Run

BY_NAME = {entry.name: entry for entry in COMMANDS}

SAME = [
    ("executions", "FI_RUN_TEST_ID", "--run-test"),
    ("calls", "FI_RUN_TEST_ID", "--run-test"),
    ("runs", "FI_RUN_TEST_NAME", "--run-test"),
    ("failures", "FI_TEST_EXECUTION_ID", "--execution"),
    ("gate", "FI_TEST_EXECUTION_ID", "--execution"),
    ("watch", "FI_TEST_EXECUTION_ID", "--execution"),
    ("report", "FI_TEST_EXECUTION_ID", "--execution"),
]

NAMED_ELSEWHERE = {
    "drift": set(VARIABLES.values()),
    "export": {"FI_RUN_TEST_ID"},
    "sync": {"FI_RUN_TEST_ID"},
    "doctor": {"FI_RUN_TEST_ID"},
}  # their argument is another


def settled(ran: Ran) -> tuple[int, str, str]:
    return ran.code, ran.out, re.sub(r"[\d.]+ MB", "", ran.err)


@pytest.mark.parametrize(("command", "variable", "option"), SAME, ids=lambda value: str(value))
def test_what_a_command_is_about_is_an_argument_an_option_or_a_variable(
    command: str,
    variable: str,
    option: str,
    run: Run,
    server: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = server[variable]
    ran = settled(run(command, named))
    assert ran[0] in (0, 1)
    assert settled(run(command, option, named)) == ran
    monkeypatch.setenv(variable, named)
    assert settled(run(command)) == ran


INSTEAD = [
    ("calls", "--execution", "FI_TEST_EXECUTION_ID"),
    ("runs", "--call", "FI_CALL_EXECUTION_ID"),
    ("gate", "--run-test", "FI_RUN_TEST_NAME"),
    ("failures", "--run-test", "FI_RUN_TEST_ID"),
]


@pytest.mark.parametrize(("command", "option", "variable"), INSTEAD)
def test_a_variable_gives_way_to_whatever_is_named(
    command: str,
    option: str,
    variable: str,
    run: Run,
    server: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran = settled(run(command, option, server[variable]))
    for name in ("FI_RUN_TEST_ID", "FI_TEST_EXECUTION_ID"):
        monkeypatch.setenv(name, "00000000-0000-0000-0000-000000000000")
    monkeypatch.setenv("FI_RUN_TEST_NAME", "another")
    assert ran[0] in (0, 1)
    assert settled(run(command, option, server[variable])) == ran


def test_the_run_test_of_a_project_goes_before_the_execution_of_the_environment(
    run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FI_TEST_EXECUTION_ID", "00000000-0000-0000-0000-000000000000")
    assert run("gate").code == 4
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.fi-simulate.gate]\nrun-test = "{server["FI_RUN_TEST_NAME"]}"\n', encoding="utf-8"
    )
    assert run("gate").code == 1


def test_a_report_can_be_of_the_latest_finished_execution(run: Run, server: dict[str, str]) -> None:
    named = settled(run("report", server["FI_TEST_EXECUTION_ID"]))
    assert settled(run("report", "--run-test", server["FI_RUN_TEST_NAME"])) == named


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_the_variables_that_a_help_names_are_those_that_the_mock_prints(entry: Entry, run: Run) -> None:
    named = set(re.findall(r"FI_[A-Z_]+_(?:ID|NAME)\b", run(entry.name, "--help").out))
    same = {variable for command, variable, _ in SAME if command == entry.name}
    assert named == NAMED_ELSEWHERE.get(entry.name, same)


def test_an_id_has_the_same_option_name_in_every_command() -> None:
    words: dict[str, set[str]] = {}
    for entry in COMMANDS:
        for parameter in build_command(entry).params:
            for name in set(parameter.opts) & {"--run-test", "--execution", "--agent", "--version", "--call"}:
                words.setdefault(name, set()).add(parameter.metavar)
    assert words == {
        "--run-test": {"ID", "ID|NAME"},
        "--execution": {"ID"},
        "--agent": {"ID"},
        "--version": {"ID"},
        "--call": {"ID"},
    }


@pytest.mark.parametrize(
    ("command", "option"),
    [("gate", "--wait"), ("gate", "--interval"), ("watch", "--wait"), ("watch", "--interval")],
)
@pytest.mark.parametrize(
    ("text", "expected"), [("5", 5), ("5s", 5), ("500ms", 0.5), ("2m", 120), ("1h", 3600), ("0.5", 0.5)]
)
def test_a_duration_is_written_the_same_way_for_every_option(
    command: str, option: str, text: str, expected: float
) -> None:
    made = build_command(BY_NAME[command])
    assert next(one.metavar for one in made.params if option in one.opts) == "TIME"
    assert made.make_context(command, [option, text]).params[option.strip("-")] == expected


BLANK = [
    *[(command, value) for command, _, _ in SAME for value in ("", " ")],
    *[(command, option, "") for command, _, option in SAME],
    *[(command, "--run-test", "") for command in ("failures", "gate", "watch", "report")],
    ("runs", "--execution", ""),
    ("runs", "--call", ""),
    ("gate", "--baseline", ""),
    ("report", "--baseline", ""),
    *[("calls", option, "") for option in ("--execution", "--agent", "--version")],
]


@pytest.mark.parametrize("arguments", BLANK, ids=lambda arguments: " ".join(map(repr, arguments)))
def test_a_blank_name_is_an_error_and_not_left_to_the_environment(
    arguments: tuple[str, ...], run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _, variable, _ in SAME:
        monkeypatch.setenv(variable, server[variable])
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert " is blank.\ntry: " in ran.err
