"""The script of the action: inputs become arguments and nothing else; reports, summary and exit code."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from futureagi_simulate_mock import Mock

SCRIPT = Path(__file__).parents[2] / "action" / "run.sh"
FI = Path(sys.executable).parent / "fi-simulate"


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with Mock() as mock, mock.serve() as server:
        yield mock.settings(server.base_url).environment()


def run(folder: Path, command: Path | str, **inputs: str) -> tuple[int, str, str]:
    """Run the script; return its exit code, what it printed, and its outputs."""
    environment = {
        "PATH": os.environ["PATH"],
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "step-summary.md"),
        **inputs,
    }
    ran = subprocess.run(
        ["bash", str(SCRIPT), str(command), str(folder / "reports")],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    output = folder / "output"
    return ran.returncode, ran.stdout + ran.stderr, output.read_text() if output.exists() else ""


def test_a_gate_leaves_reports_a_summary_and_its_exit_code(server: dict[str, str], tmp_path: Path) -> None:
    execution = server["FI_TEST_EXECUTION_ID"]
    options = "--min=Coherence=90\n--max-missing=20%"
    code, _, output = run(tmp_path, FI, COMMAND="gate", EXECUTION=execution, OPTIONS=options, **server)
    assert (code, output) == (0, "exit-code=1\n")
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == [
        "junit.xml",
        "report.html",
        "summary.md",
    ]
    assert "Coherence" in (tmp_path / "step-summary.md").read_text("utf-8")


def test_compare_leaves_a_summary_and_its_exit_code(server: dict[str, str], tmp_path: Path) -> None:
    inputs = {"BASELINE": "previous", "COMMAND": "compare", "RUN_TEST": server["FI_RUN_TEST_ID"]}
    code, printed, output = run(tmp_path, FI, **inputs, **server)
    assert (code, output) == (0, "exit-code=0\n"), printed
    assert "Coherence" in (tmp_path / "step-summary.md").read_text("utf-8")


def test_an_input_is_never_run(tmp_path: Path) -> None:
    printer = tmp_path / "print"
    printer.write_text('#!/bin/sh\nprintf "<%s>\\n" "$@"\n')
    printer.chmod(printer.stat().st_mode | stat.S_IXUSR)
    evil = '$(touch pwned) `touch pwned` "; touch pwned; #'
    code, printed, _ = run(
        tmp_path,
        printer,
        COMMAND="gate",
        EXECUTION=evil,
        RUN_TEST=evil,
        BASELINE=evil,
        WAIT=evil,
        OPTIONS=evil,
    )
    assert code == 0
    assert not list(tmp_path.rglob("pwned"))
    for option in ("--execution=", "--run-test=", "--baseline=", "--wait=", ""):
        assert f"<{option}{evil}>" in printed


@pytest.mark.parametrize("inputs", [{"COMMAND": "export"}, {"COMMAND": "compare"}])
def test_a_wrong_input_is_an_error_before_anything_runs(tmp_path: Path, inputs: dict[str, str]) -> None:
    code, printed, output = run(tmp_path, "false", **inputs)
    assert code == 2
    assert printed.startswith("::error::")
    assert output == ""
