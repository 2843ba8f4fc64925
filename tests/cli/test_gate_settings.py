"""The settings of a project, and what can't be meant by one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run

BAD = ("--min", "Coherence=90")


PYPROJECT = """
[tool.fi-simulate.gate]
min = { Coherence = 60, "*" = 50 }
want = { Tone = ["calm", "neutral", "friendly"] }
min-calls = 20
max-missing = "100%"
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
    assert "Tone: accepted choices 75.56 % (34/45), required >= 50 %" in ran.out


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
        ("min = [", "not valid TOML", "Correct the file"),
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


ONE_VERDICT = [
    ('min = ["Coherence=60"]\nmax-missing = "20%"', (), 0),
    ('min = ["Coherence=60"]', (), 1),
    ('min = ["Coherence=60"]\nmax-missing = "20%"', ("--confident",), 1),
    ('min = ["Coherence=60"]\nmax-missing = "20%"', ("--min", "Coherence=90"), 1),
    ('min = ["Coherence=60"]\nmax-missing = "20%"', ("--max-failed", "2"), 1),
    ('min = ["Coherence=60"]\nmax-missing = "20%"', ("--max-missing", "0"), 1),
    ('min = ["Coherence=60"]\nmax-missing = "20%"', ("--min-calls", "46"), 1),
    ('min = ["Tone=60"]\nmax-missing = 8\nwant = { Tone = ["calm"] }', ("--want", "Tone=calm,neutral"), 1),
    ('min = ["Coherence=60"]\nmax-missing = "20%"\nbaseline = "BEFORE"', (), 0),
    ('min = ["Coherence=60"]\nmax-missing = "20%"\nbaseline = "BEFORE"\nmax-drop = 2', (), 1),
    ('min = ["Coherence=60"]\nmax-missing = "100%"\nbaseline = "BEFORE"', ("--max-drop", "50"), 0),
]


@pytest.mark.parametrize(("table", "options", "code"), ONE_VERDICT)
def test_every_command_comes_to_the_same_verdict(
    table: str, options: tuple[str, ...], code: int, run: Run, server: dict[str, str], tmp_path: Path
) -> None:
    execution = server["FI_TEST_EXECUTION_ID"]
    finished = run("executions", server["FI_RUN_TEST_ID"], "--status", "completed", "--json").out
    before = json.loads(finished)[1]["id"]
    file = tmp_path / "pyproject.toml"
    file.write_text(f"[tool.fi-simulate.gate]\n{table.replace('BEFORE', before)}\n", encoding="utf-8")
    gate, watch, report = (run(command, execution, *options) for command in ("gate", "watch", "report"))
    assert (gate.code, watch.code, report.code) == (code, code, 0)
    sentence = gate.out.splitlines()[-1]
    assert sentence.startswith("Not ready" if code else "Ready")
    assert watch.out == gate.out
    assert sentence in report.err
    assert all(f"settings: {file}" in told for told in (gate.out, report.err))


def test_the_demo_comes_to_the_same_verdict(run: Run, server: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text('[tool.fi-simulate.gate]\nmin = ["Coherence=60"]\nmax-missing = 7\n', encoding="utf-8")
    ready = f"settings: {file}\n\nReady to promote: 3 checks passed.\n"
    assert ready in run("demo").out
    assert ready in run("gate", server["FI_TEST_EXECUTION_ID"]).out


def test_the_demo_goes_on_where_the_settings_are_for_other_evals(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.fi-simulate.gate]\nmin = "Empathy=90"\n', "utf-8")
    demo = run("demo")
    assert demo.code == 0
    assert "don't fit the demo's data: The execution has no eval called \"Empathy\"." in demo.out
    assert "checks failed. Coherence: pass rate 68.89 % (31/45), required > 90 %" in demo.out
