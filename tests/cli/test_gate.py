"""`fi-simulate gate`, its function and its fixture, on the mock."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from junitparser import Error, JUnitXml

from futureagi_simulate import Client
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.gate import gate, judge
from futureagi_simulate.mock import Mock
from futureagi_simulate.records import execution_record

from .conftest import Run

# What the mock's demo data holds for the execution of FI_TEST_EXECUTION_ID, see the test of the table.
GOOD = ("--min", "Coherence=50", "--min", "Task completed=50")
BAD = ("--min", "Coherence=90")


def test_the_table_shows_every_eval_with_counts_and_interval(run: Run, server: dict[str, str]) -> None:
    ran = run("gate", server["FI_TEST_EXECUTION_ID"], *GOOD)
    assert ran.code == 0
    assert ran.err == ""
    table, checks, sentence = ran.out.strip().split("\n\n")
    assert [line.split("  ")[0] for line in table.splitlines()] == [
        "Eval",
        "Coherence",
        "Resolution score (average)",
        "Tone (choices)",
        "Task completed",
        "Never run",
    ]
    assert "68.89 %  31 of 45  54.3 to 80.5 %" in table
    assert len(checks.splitlines()) == 3
    assert sentence == "Ready to promote: all 3 checks hold."


def test_below_a_threshold_the_exit_code_is_1(run: Run, server: dict[str, str]) -> None:
    ran = run("gate", server["FI_TEST_EXECUTION_ID"], *BAD)
    assert ran.code == 1
    assert ran.out.endswith(
        "Not ready to promote: Coherence passed in 68.89 % (31 of 45), at least 90 % was asked for.\n"
    )


def test_a_running_execution_is_unfinished_with_exit_code_3(run: Run, server: dict[str, str]) -> None:
    executions = json.loads(run("executions", server["FI_RUN_TEST_ID"], "--json").out)
    running = next(found["id"] for found in executions if found["status"] == "running")
    ran = run("gate", running)
    assert ran.code == 3
    assert ran.out.splitlines()[-1].startswith("Not finished: the execution is running")


@pytest.mark.parametrize("named", ["FI_RUN_TEST_ID", "FI_RUN_TEST_NAME"])
def test_the_latest_finished_execution_of_a_run_test_is_taken(
    named: str, run: Run, server: dict[str, str]
) -> None:
    verdict = json.loads(run("gate", "--run-test", server[named], "--json").out)
    assert verdict["execution"]["id"] == server["FI_TEST_EXECUTION_ID"]


def test_the_execution_that_was_found_is_named_and_so_is_a_newer_one_that_runs(
    run: Run, server: dict[str, str]
) -> None:
    executions = json.loads(run("executions", server["FI_RUN_TEST_ID"], "--json").out)
    newest = executions[0]["id"]
    ran = run("gate", "--run-test", server["FI_RUN_TEST_NAME"])
    name = server["FI_RUN_TEST_NAME"]
    assert (
        f'  note  Execution {server["FI_TEST_EXECUTION_ID"]} is the latest finished one of "{name}".'
        in ran.out
    )
    assert f"  note  A newer execution, {newest}, is running." in ran.out
    assert "note" not in run("gate", server["FI_TEST_EXECUTION_ID"]).out
    assert f"Execution {newest} is the latest one" in run("watch", "--run-test", name, "--wait", "100ms").out


@pytest.mark.parametrize("command", ["gate", "watch"])
def test_an_execution_and_a_run_test_are_one_name_too_many(
    command: str, run: Run, server: dict[str, str]
) -> None:
    ran = run(command, server["FI_TEST_EXECUTION_ID"], "--run-test", "nope")
    assert (ran.code, ran.out) == (2, "")
    assert "both name an execution" in ran.err


def test_a_drop_without_a_baseline_is_an_error_but_may_be_a_setting(
    run: Run, server: dict[str, str], tmp_path: Path
) -> None:
    ran = run("gate", server["FI_TEST_EXECUTION_ID"], "--max-drop", "3")
    assert (ran.code, ran.out) == (2, "")
    (tmp_path / "pyproject.toml").write_text("[tool.fi-simulate.gate]\nmax-drop = 3\n", encoding="utf-8")
    assert run("gate", server["FI_TEST_EXECUTION_ID"], *GOOD).code == 0


def test_json_says_all_that_the_table_says(run: Run, server: dict[str, str]) -> None:
    ran = run("gate", server["FI_TEST_EXECUTION_ID"], *BAD, "--max-failed", "3", "--json")
    verdict = json.loads(ran.out)
    assert verdict["schema"] == "futureagi-simulate/gate/1"
    assert (verdict["ready"], verdict["outcome"], verdict["exit_code"]) == (False, "below", 1)
    assert [check["passed"] for check in verdict["checks"]] == [True, False, True]
    coherence = verdict["evals"][0]
    assert (coherence["percent"], coherence["hits"], coherence["total"]) == (68.89, 31, 45)
    assert coherence["interval_95"] == [54.34, 80.47]


def test_a_junit_report_has_a_case_per_check(run: Run, server: dict[str, str], tmp_path: Path) -> None:
    ran = run("gate", server["FI_TEST_EXECUTION_ID"], *BAD, "--junit", "gate.xml")
    assert ran.code == 1
    report = JUnitXml.fromfile(str(tmp_path / "gate.xml"))
    (suite,) = report
    assert (suite.tests, suite.failures) == (2, 1)
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
    assert text.startswith("before\n## ❌ Not ready to promote: Coherence")
    assert "| Coherence | 68.89 % | 31 of 45 | 54.3 to 80.5 % |" in text


def test_a_baseline_is_shown_beside_and_judged(run: Run, server: dict[str, str]) -> None:
    executions = json.loads(
        run("executions", server["FI_RUN_TEST_ID"], "--status", "completed", "--json").out
    )
    before = executions[1]["id"]
    ran = run("gate", server["FI_TEST_EXECUTION_ID"], *GOOD, "--baseline", before)
    assert ran.code == 1
    assert "Baseline" in ran.out.splitlines()[0]
    assert "Coherence is 31.11 points below its baseline of 100 %, 2 below are allowed." in ran.out
    assert (
        run("gate", server["FI_TEST_EXECUTION_ID"], *GOOD, "--baseline", before, "--max-drop", "40").code == 0
    )


PYPROJECT = """
[tool.fi-simulate.gate]
min = { Coherence = 60, "*" = 50 }
want = { Tone = ["calm", "neutral", "friendly"] }
min-calls = 20
max-failed = 3
"""


def test_settings_come_from_the_nearest_pyproject(
    run: Run, server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    below = tmp_path / "some" / "folder"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    ran = run("gate", server["FI_TEST_EXECUTION_ID"])
    assert ran.code == 0
    assert "Tone chose well in 75.56 % (34 of 45), at least 50 % was asked for." in ran.out


def test_an_option_goes_before_the_setting(run: Run, server: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT + "confident = true\n", encoding="utf-8")
    execution = server["FI_TEST_EXECUTION_ID"]
    assert run("gate", execution).code == 1
    assert run("gate", execution, "--measured").code == 0
    assert run("gate", execution, "--measured", "--max-failed", "2").code == 1
    assert run("gate", execution, *BAD, "--measured").code == 1


@pytest.mark.parametrize(
    ("table", "what", "remedy"),
    [
        ("mim = 90", "no setting 'mim'", "min-calls"),
        ("min = true", "setting min", "Write it as"),
        ('want = { Tone = "calm" }', "setting want", "Write it as"),
        ('min-calls = "many"', "setting min-calls", "whole number"),
        ("confident = 1", "setting confident", "true or false"),
        ("min-calls = 0", "min-calls is 0", "at least 1"),
        ("min = [", "not valid TOML", "Mend the file"),
        ('baseline = ""', "setting baseline", "Write it as"),
        ('run-test = " "', "setting run-test", "Write it as"),
    ],
)
def test_a_setting_that_can_not_be_meant_is_an_error(
    table: str, what: str, remedy: str, run: Run, server: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.fi-simulate.gate]\n{table}\n", encoding="utf-8")
    ran = run("gate", server["FI_TEST_EXECUTION_ID"])
    assert ran.code == 2
    first, second = ran.err.splitlines()
    assert what in first
    assert remedy in second


def test_the_function_says_what_the_command_says(server: dict[str, str]) -> None:
    verdict = gate(server["FI_TEST_EXECUTION_ID"], min=["Coherence=90"])
    assert not verdict.ready
    assert verdict.sentence.startswith("Not ready to promote: Coherence passed in 68.89 %")
    assert gate(server["FI_TEST_EXECUTION_ID"], min=50).ready


def test_the_function_checks_its_settings_before_it_asks() -> None:
    with pytest.raises(ConfigurationError, match="can't be read"):
        gate("11111111-1111-4111-8111-111111111111", min="Coherence")


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ("tool = 3", "setting tool"),
        ("[tool]\nfi-simulate = 3", "setting fi-simulate"),
        ("[tool.fi-simulate]\ngate = 3", "setting gate"),
    ],
)
def test_a_setting_in_the_place_of_a_table_is_an_error(
    document: str, what: str, run: Run, server: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(document, encoding="utf-8")
    ran = run("gate", server["FI_TEST_EXECUTION_ID"])
    assert ran.code == 2
    assert f"the {what} for [tool.fi-simulate.gate] is 3." in ran.err


@pytest.mark.parametrize("number", ["nan", "inf", "-1"])
def test_a_drop_that_is_no_number_of_points_is_an_error(
    number: str, run: Run, server: dict[str, str]
) -> None:
    execution = server["FI_TEST_EXECUTION_ID"]
    ran = run("gate", execution, "--baseline", execution, "--max-drop", number)
    assert (ran.code, ran.out) == (2, "")
    assert "max-drop is" in ran.err


def test_the_function_takes_what_the_option_and_the_setting_take(server: dict[str, str]) -> None:
    execution = server["FI_TEST_EXECUTION_ID"]
    asked = [
        gate(execution, min=["Coherence=50", "Tone=50"], want={"Tone": ["calm", "neutral"]}),
        gate(execution, min={"Coherence": 50, "Tone": 50}, want="Tone=calm,neutral"),
        gate(execution, min={"Coherence": 50, "Tone": 50}, want=["Tone=calm,neutral"]),
    ]
    assert [verdict.checks for verdict in asked[1:]] == [asked[0].checks] * 2
    assert "Tone chose well in 55.56 % (25 of 45)" in asked[0].checks[2].sentence


@pytest.mark.parametrize("want", ["Tone", {"Tone": "calm"}, {"Tone": []}, [""]])
def test_the_function_refuses_wanted_choices_that_it_can_not_read(want: Any) -> None:
    with pytest.raises(ConfigurationError, match="wanted choices"):
        gate("11111111-1111-4111-8111-111111111111", want=want)


def test_the_function_takes_a_blank_baseline_for_a_mistake(server: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="isn't a UUID"):
        gate(server["FI_TEST_EXECUTION_ID"], min=10, baseline="")


@pytest.mark.parametrize("profile", ["documented", "observed"])
def test_without_thresholds_the_gate_agrees_with_the_documented_rule_on_all_demo_data(
    profile: Literal["documented", "observed"],
) -> None:
    verdicts = []
    with (
        Mock(profile) as mock,
        Client(
            api_key=mock.api_key,
            secret_key=mock.secret_key,
            base_url=mock.base_url,
            http_client=httpx.Client(transport=mock.transport()),
        ) as client,
    ):
        for run in client.runs(mock.ids.run_test_name):
            rates = [
                entry["total_pass_rate"] for entry in run.raw["eval_results"] if "total_pass_rate" in entry
            ]
            record = execution_record(run)
            if record.status == "completed":
                verdicts.append((judge(record).ready, bool(rates) and all(rate > 90 for rate in rates)))
    assert len(verdicts) == 11
    assert {ready for ready, _ in verdicts} == {True, False}
    assert all(ready == documented for ready, documented in verdicts)


pytest_plugins = ["pytester"]

TESTS = """
import os

def test_that_is_ready(simulation_gate):
    assert simulation_gate(os.environ["FI_TEST_EXECUTION_ID"], min=50).ready

def test_that_is_not(simulation_gate):
    simulation_gate(os.environ["FI_TEST_EXECUTION_ID"], min="Coherence=90")
"""


def test_the_fixture_fails_a_test_with_the_checks_and_without_a_traceback(
    pytester: pytest.Pytester, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FI_TEST_EXECUTION_ID", server["FI_TEST_EXECUTION_ID"])
    pytester.makepyfile(TESTS)
    result = pytester.runpytest()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["Not ready to promote: Coherence passed in 68.89 % (31 of 45), at least 90 % was asked for."]
    )
    result.stdout.no_fnmatch_line("*plugin.py*")
