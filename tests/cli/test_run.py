"""What every command shares: exit codes, notes from warnings, and lines that a CI system would act on."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest
from junitparser import JUnitXml

from futureagi_simulate.errors import ContractWarning
from futureagi_simulate.records import ExecutionRecord
from futureagi_simulate_cli.commands.app import COMMANDS, warnings_as_notes
from futureagi_simulate_cli.gate.checks import Check, Outcome, Verdict
from futureagi_simulate_cli.gate.render import as_junit

from .conftest import Run
from .test_gate_refuses import COHERENCE, EXECUTION, Stub, execution, rate, score, stub

__all__ = ["stub"]

NOWHERE = "http://127.0.0.1:9"
WRONG: dict[str, tuple[list[str], int]] = {
    "demo": (["--seed", "many"], 2),
    "executions": (["not an id"], 2),
    "calls": (["not an id"], 2),
    "runs": ([" "], 2),
    "failures": (["not an id"], 2),
    "doctor": (["--nope"], 2),
    "flaky": ([" "], 2),
    "compare": (["not a name"], 2),
    "gate": (["not an id"], 2),
    "watch": (["not an id"], 2),
    "export": (["not an id", "--to", "calls.nonsense"], 2),
    "sync": (["calls", "--run-test", "not an id"], 2),
    "report": (["not an id"], 2),
    "mcp": (["--size", "nonsense"], 2),
    "mock": (["--fault", "nonsense"], 2),
    "drift": (["--against", "nonsense"], 2),
}


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("command", [entry.name for entry in COMMANDS])
def test_the_exit_code_is_the_same_with_a_traceback(
    command: str, debug: bool, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FI_API_KEY": "k", "FI_SECRET_KEY": "s", "FI_BASE_URL": NOWHERE}.items():
        monkeypatch.setenv(name, value)
    if debug:
        monkeypatch.setenv("FI_DEBUG", "1")
    arguments, code = WRONG[command]
    ran = run(command, *arguments)
    assert ran.code == code, ran.err
    assert [line[:5] for line in ran.err.splitlines()[-2:]] == ["error", "try: "]


@pytest.mark.parametrize(
    ("error", "code"),
    [(RuntimeError("boom"), 70), (OSError("no room"), 4), (KeyboardInterrupt(), 130)],
    ids=["a defect", "the system", "interrupted"],
)
def test_a_traceback_is_shown_only_where_it_is_asked_for(
    error: BaseException, code: int, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("futureagi_simulate_cli.commands.options.from_environment", fails)
    monkeypatch.setenv("FI_API_KEY", "k")
    monkeypatch.setenv("FI_SECRET_KEY", "s")
    quiet = run("gate")
    monkeypatch.setenv("FI_DEBUG", "1")
    loud = run("gate")
    assert (quiet.code, loud.code) == (code, code)
    assert "Traceback" not in quiet.err
    assert loud.err.endswith(quiet.err)
    assert ("Traceback" in loud.err) == (code != 130)


@pytest.mark.parametrize("options", [[], ["default"]])
def test_only_warnings_of_this_package_become_notes(
    options: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.warnoptions", options)
    shown = []
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *_, **__: shown.append(str(message))
        with warnings_as_notes():
            for _ in range(2):
                warnings.warn("ours\nin two lines", ContractWarning, stacklevel=1)
            warnings.warn("another's", DeprecationWarning, stacklevel=1)
            warnings.warn("another's", UserWarning, stacklevel=1)
    assert capsys.readouterr().err == "note: ours in two lines\n"
    assert shown == (["another's"] * 2 if options else [])


NAME = "::error::promoted ##[add-mask]a ##vso[task.complete]"


@pytest.mark.parametrize("command", ["gate", "watch"])
def test_a_name_from_the_server_is_no_command_to_a_ci_system(
    command: str, run: Run, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    stub.executions[EXECUTION] = execution(rate(NAME, COHERENCE, 5, 0), score(" \u2028::add-path::/tmp", 50))
    ran = run(command, EXECUTION, "--interval", "1s", *(["--junit", "gate.xml"] if command == "gate" else []))
    told = [*ran.out.splitlines(), *ran.err.splitlines()]
    if command == "gate":
        for name in ("gate.xml", "summary.md"):
            told += (tmp_path / name).read_text(encoding="utf-8").splitlines()
    assert any("promoted" in line for line in told)
    assert not [line for line in told if line.lstrip().startswith("::")]
    assert not [line for line in told if "##[" in line or "##vso[" in line]


def test_json_keeps_a_name_without_the_sign_of_a_command(run: Run, stub: Stub) -> None:
    stub.executions[EXECUTION] = execution(rate(NAME, COHERENCE, 5, 0))
    ran = run("gate", EXECUTION, "--json")
    assert "##" not in ran.out
    assert json.loads(ran.out)["evals"][0]["name"] == NAME


def test_no_two_test_cases_of_a_junit_report_have_the_same_name() -> None:
    checks = [
        Check("threshold", subject, passed, f"{subject} {number}")
        for number, (subject, passed) in enumerate(
            [("A", True), ("A", False), ("A", False), ("A (2)", True), ("A\n(2)", True), ("A ", True)]
        )
    ]
    verdict = Verdict(Outcome.BELOW, ExecutionRecord(id=EXECUTION), tuple(checks), ())
    (suite,) = JUnitXml.fromstring(as_junit(verdict))
    names = [case.name for case in suite]
    assert len(set(names)) == len(checks)
    assert suite.failures == 2
    assert names[:2] == ["threshold: A", "threshold: A (2)"]
