"""`fi-simulate gate`, on the mock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run

# What the mock's demo data holds for the execution of FI_TEST_EXECUTION_ID, see the test of the table.
GOOD = ("--min", "Coherence=50", "--min", "Task completed=50", "--max-missing", "20%")
BAD = ("--min", "Coherence=90", "--max-missing", "20%")


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
        "Escalation",
    ]
    assert "68.89 %  31/45          7  54.3 to 80.5 %" in table
    assert checks.splitlines()[2] == (
        "  PASS  Coherence: no result for 7 of 52 calls "
        "(no output: 2, call failed: 3, call cancelled: 1, not run: 1), allowed 20 %"
    )
    assert checks.splitlines()[-1] == "  settings: no file"
    assert sentence == "Ready to promote: 5 checks passed."


def test_below_a_threshold_the_exit_code_is_1(run: Run, server: dict[str, str]) -> None:
    ran = run("gate", server["FI_TEST_EXECUTION_ID"], *BAD)
    assert ran.code == 1
    assert ran.out.endswith(
        "Not ready to promote: 1 of 3 checks failed. Coherence: pass rate 68.89 % (31/45), required >= 90 %\n"
    )


def test_a_running_execution_is_unfinished_with_exit_code_3(run: Run, server: dict[str, str]) -> None:
    executions = json.loads(run("executions", server["FI_RUN_TEST_ID"], "--json").out)
    running = next(found["id"] for found in executions if found["status"] == "running")
    ran = run("gate", running)
    assert ran.code == 3
    assert ran.out.splitlines()[-1].startswith("Not finished: execution status running (")


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
    assert "RUN_TEST@previous" in ran.err


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
    assert [check["passed"] for check in verdict["checks"]] == [True, False, True, True]
    assert verdict["settings"]["file"] is None
    assert verdict["settings"]["max_missing"] == "20 %"
    coherence = verdict["evals"][0]
    assert (coherence["percent"], coherence["hits"], coherence["total"]) == (68.89, 31, 45)
    assert coherence["missing"] == sum(coherence["missing_reasons"].values()) == 7
    assert coherence["interval_95"] == [54.34, 80.47]


def test_a_baseline_is_shown_beside_and_judged(run: Run, server: dict[str, str]) -> None:
    executions = json.loads(
        run("executions", server["FI_RUN_TEST_ID"], "--status", "completed", "--json").out
    )
    before = executions[1]["id"]
    ran = run("gate", server["FI_TEST_EXECUTION_ID"], *GOOD, "--baseline", before)
    assert ran.code == 0  # 13 calls in the baseline: a drop can't be told from chance
    assert "Coherence: 100 % (13/13) to 68.89 % (31/45), -34.44 points" in ran.out
    assert "too few calls to tell" in ran.out
    ran = run("gate", server["FI_TEST_EXECUTION_ID"], *GOOD, "--baseline", before, "--max-drop", "2")
    assert ran.code == 1
    assert "Baseline" in ran.out.splitlines()[0]
    assert "Coherence: 68.89 %, 31.11 points below the baseline (100 %), allowed 2 below" in ran.out
    assert (
        run("gate", server["FI_TEST_EXECUTION_ID"], *GOOD, "--baseline", before, "--max-drop", "40").code == 0
    )
