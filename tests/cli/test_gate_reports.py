"""What `fi-simulate gate` leaves for a CI system: a JUnit file and a summary."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from junitparser import Error, JUnitXml

from futureagi_simulate_cli.commands.app import build_app

from .conftest import Run

GOOD = ("--min", "Coherence=50", "--min", "Task completed=50", "--max-missing", "20%")
BAD = ("--min", "Coherence=90", "--max-missing", "20%")


def test_a_junit_report_has_a_case_per_check(run: Run, server: dict[str, str], tmp_path: Path) -> None:
    ran = run("gate", server["FI_TEST_EXECUTION_ID"], *BAD, "--junit", "gate.xml")
    assert ran.code == 1
    report = JUnitXml.fromfile(str(tmp_path / "gate.xml"))
    (suite,) = report
    assert (suite.tests, suite.failures) == (3, 1)
    failed = [case for case in suite if case.result]
    assert [case.name for case in failed] == ["threshold: Coherence"]
    assert "68.89 %" in failed[0].result[0].message


def test_a_report_that_can_not_be_written_is_told_before_anything_is_asked(
    run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FI_BASE_URL", "http://127.0.0.1:9")
    ran = run("gate", server["FI_TEST_EXECUTION_ID"], "--junit", "no/such/folder/gate.xml")
    assert (ran.code, ran.out) == (2, "")
    assert "no/such/folder/gate.xml can't be written: No such file or directory." in ran.err


def results(path: Path) -> list[tuple[type, str]]:
    (suite,) = JUnitXml.fromfile(str(path))
    return [(type(case.result[0]), case.result[0].type) for case in suite if case.result]


def test_a_gate_that_ends_without_a_verdict_leaves_no_earlier_report(
    run: Run, server: dict[str, str], tmp_path: Path
) -> None:
    assert run("gate", server["FI_TEST_EXECUTION_ID"], *GOOD, "--junit", "gate.xml").code == 0
    assert results(tmp_path / "gate.xml") == []
    assert run("gate", "00000000-0000-0000-0000-000000000000", "--junit", "gate.xml").code == 4
    assert results(tmp_path / "gate.xml") == [(Error, "no verdict")]


@pytest.mark.parametrize(
    "wrong",
    [("--wait", "soon"), ("--min-calls", "abc"), ("--min", "abc"), ("one", "two"), ("--config", "no.toml")],
)
@pytest.mark.parametrize("first", [True, False])
def test_options_that_can_not_be_read_leave_no_earlier_report(
    wrong: tuple[str, str], first: bool, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "gate.xml").write_text("old", encoding="utf-8")
    report = ("--junit", "gate.xml")
    assert run("gate", *(report if first else ()), *wrong, *(() if first else report)).code == 2
    assert results(tmp_path / "gate.xml") == [(Error, "no verdict")]


def test_a_shell_that_completes_a_command_line_leaves_the_report_alone(tmp_path: Path) -> None:
    (tmp_path / "gate.xml").write_text("old", encoding="utf-8")
    command = build_app().commands["gate"]
    command.make_context("gate", ["--junit", "gate.xml"], resilient_parsing=True)
    assert (tmp_path / "gate.xml").read_text(encoding="utf-8") == "old"


def test_an_unfinished_execution_is_an_error_in_the_report(
    run: Run, server: dict[str, str], tmp_path: Path
) -> None:
    newest = json.loads(run("executions", server["FI_RUN_TEST_ID"], "--json").out)[0]["id"]
    assert run("gate", newest, "--junit", "gate.xml").code == 3
    assert results(tmp_path / "gate.xml") == [(Error, "unfinished")]


def test_a_report_goes_through_a_pipe_once(run: Run, server: dict[str, str], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run("gate", server["FI_TEST_EXECUTION_ID"], *GOOD, "--junit", str(pipe)).code == 0
        written = os.read(reader, 1 << 16)
    finally:
        os.close(reader)
    assert written.count(b"<testsuites") == 1


def test_a_summary_that_can_not_be_written_leaves_the_verdict_as_it_is(
    run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "no/such/folder/summary.md")
    ran = run("gate", server["FI_TEST_EXECUTION_ID"], *GOOD)
    assert ran.code == 0
    assert ran.err == (
        "note: the summary no/such/folder/summary.md can't be written: No such file or directory.\n"
    )


def test_github_gets_a_summary_where_it_asks_for_one(
    run: Run, server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    run("gate", server["FI_TEST_EXECUTION_ID"], *BAD)
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n## ❌ Not ready to promote: 1 of 3 checks failed. Coherence")
    assert "| Coherence | 68.89 % | 31/45 | 7 | 54.3 to 80.5 % |" in text
