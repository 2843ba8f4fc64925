"""The gate as a function, and as a fixture of pytest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest

from futureagi_simulate import Client
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.records import execution_record
from futureagi_simulate_cli.gate import Settings, evaluate, gate
from futureagi_simulate_mock import Mock


def test_the_function_says_what_the_command_says(server: dict[str, str]) -> None:
    verdict = gate(server["FI_TEST_EXECUTION_ID"], min=["Coherence=90"])
    assert not verdict.ready
    assert verdict.sentence.startswith(
        "Not ready to promote: 2 of 3 checks failed. Coherence: pass rate 68.89 %"
    )
    assert gate(server["FI_TEST_EXECUTION_ID"], min=50, max_missing="100%").ready


def test_the_function_checks_its_settings_before_it_asks() -> None:
    with pytest.raises(ConfigurationError, match="can't be read"):
        gate("11111111-1111-4111-8111-111111111111", min="Coherence")


def test_the_function_takes_what_the_option_and_the_setting_take(server: dict[str, str]) -> None:
    execution = server["FI_TEST_EXECUTION_ID"]
    asked = [
        gate(execution, min=["Coherence=50", "Tone=50"], want={"Tone": ["calm", "neutral"]}),
        gate(execution, min={"Coherence": 50, "Tone": 50}, want="Tone=calm,neutral"),
        gate(execution, min={"Coherence": 50, "Tone": 50}, want=["Tone=calm,neutral"]),
    ]
    assert [verdict.checks for verdict in asked[1:]] == [asked[0].checks] * 2
    assert "Tone: accepted choices 55.56 % (25/45)" in asked[0].checks[3].sentence


@pytest.mark.parametrize("want", ["Tone", {"Tone": "calm"}, {"Tone": []}, [""]])
def test_the_function_refuses_choices_that_it_can_not_read(want: Any) -> None:
    with pytest.raises(ConfigurationError, match="The choices "):
        gate("11111111-1111-4111-8111-111111111111", want=want)


def test_the_function_takes_a_blank_baseline_for_a_mistake(server: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="names no execution"):
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
        for run in client.list_execution_runs(mock.ids.run_test_name):
            rates = [
                entry["total_pass_rate"] for entry in run.raw["eval_results"] if "total_pass_rate" in entry
            ]
            record = execution_record(run)
            if record.status == "completed":
                verdict = evaluate(record, Settings.of(max_missing="100%"))
                assert not [check for check in verdict.checks if check.kind == "consistency"]
                verdicts.append((verdict.ready, bool(rates) and all(rate > 90 for rate in rates)))
    assert len(verdicts) == 11
    assert {ready for ready, _ in verdicts} == {True, False}
    assert all(ready == documented for ready, documented in verdicts)


TESTS = """
import os

EXECUTION = os.environ["FI_TEST_EXECUTION_ID"]

def test_that_is_ready(simulation_gate):
    assert simulation_gate(EXECUTION, min=50, max_missing="100%").ready

def test_that_is_not(simulation_gate):
    simulation_gate(EXECUTION, min="Coherence=90", max_missing="20%")

def test_that_is_ready_by_the_settings(simulation_gate):
    assert simulation_gate(EXECUTION).ready

def test_that_is_not_by_the_settings(simulation_gate):
    simulation_gate(EXECUTION, max_missing=6)
"""


def test_the_fixture_fails_a_test_with_the_checks_and_without_a_traceback(
    tmp_path: Path, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FI_TEST_EXECUTION_ID", server["FI_TEST_EXECUTION_ID"])
    (tmp_path / "test_it.py").write_text(TESTS, encoding="utf-8")
    settings = tmp_path / "pyproject.toml"
    settings.write_text('[tool.fi-simulate.gate]\nmin = "Coherence=60"\nmax-missing = 7\n', encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        "test_it.py",
    ]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240)
    # pytest repeats the whole message in its summary where CI is set.
    told = ran.stdout.split("short test summary info")[0].splitlines()
    assert "2 failed, 2 passed" in ran.stdout.splitlines()[-1], ran.stdout
    said = (
        "Not ready to promote: 1 of 3 checks failed. Coherence: pass rate 68.89 % (31/45), required >= 90 %"
    )
    assert said in told
    assert any("checks failed. Coherence: no result for 7 of 52" in line for line in told)
    assert told.count(f"  settings: {settings}") == 2
    assert "plugin.py" not in ran.stdout
