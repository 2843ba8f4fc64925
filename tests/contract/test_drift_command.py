"""`fi-simulate drift`: what it prints, and the code it ends with."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from futureagi_simulate.retry import ManualClock, SystemClock
from futureagi_simulate_cli.commands.app import run
from futureagi_simulate_contract import recording
from futureagi_simulate_contract.claims import findings_of
from futureagi_simulate_contract.plan import ZERO_ID, survey
from futureagi_simulate_contract.session import VARIABLES, Ids, mock_sender
from futureagi_simulate_mock import Mock

from .test_drift import drift_log

FAST = ["drift", "--rate", "100000"]


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record the exchanges with the observed profile."""
    path = tmp_path_factory.mktemp("recorded") / "exchanges.jsonl"
    with Mock(profile="observed") as mock:
        path.write_bytes(recording.write(drift_log(mock)))
    return path


def test_the_code_says_whether_the_server_keeps_to_the_documents(
    served: Mock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(FAST) == (0 if served.profile == "documented" else 1)
    text = capsys.readouterr().out
    assert text.startswith("0 departures") is (served.profile == "documented")
    assert ("listCallExecutions" in text) is (served.profile == "observed")


@pytest.mark.parametrize("mock", ["documented"], indirect=True)
@pytest.mark.parametrize("form", [[], ["--markdown"]], ids=["table", "markdown"])
def test_an_unfinished_run_says_so_and_exits_with_3(
    form: list[str], served: Mock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*FAST, "--max-requests", "5", *form]) == 3
    text = capsys.readouterr().out
    assert "0 departures from what is documented so far, 5 requests." in text
    assert re.search(r"^Unfinished: at least \d+ planned requests were not sent", text, re.MULTILINE)
    assert "Nothing was seen of getTestExecution, getSimulationRuns, listVersionCallExecutions" in text
    assert run([*FAST, *form]) == 0
    assert "Unfinished" not in capsys.readouterr().out


@pytest.mark.parametrize("mock", ["documented"], indirect=True)
def test_json_and_a_recording_hold_how_many_requests_were_not_sent(
    served: Mock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept.jsonl"
    assert run([*FAST, "--max-requests", "40", "--json", "--record", str(path)]) == 3
    report = json.loads(capsys.readouterr().out)
    assert report["unasked"] > 50
    assert report["unseen"] == []
    assert run(["drift", "--recorded", str(path), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["unasked"] == report["unasked"]


@pytest.mark.parametrize("mock", ["observed"], indirect=True)
def test_drift_that_was_found_goes_before_unsent_requests(
    served: Mock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = [*FAST, "--max-requests", "20", "--json"]
    assert run(few) == 1
    saved = tmp_path / "saved.json"
    saved.write_text(capsys.readouterr().out)
    assert run([*few, "--baseline", str(saved)]) == 3


def test_exchanges_from_elsewhere_have_no_plan_to_finish(
    observed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "elsewhere.jsonl"
    path.write_bytes(b"".join(observed.read_bytes().splitlines(keepends=True)[:-1]))
    run(["drift", "--recorded", str(path), "--json"])
    assert json.loads(capsys.readouterr().out)["unasked"] is None


@pytest.mark.parametrize("mock", ["observed"], indirect=True)
def test_over_http_the_same_is_found_as_without(served: Mock, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*FAST, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    with Mock(profile="observed") as mock:
        log = survey(mock_sender(mock), Ids.of_mock(mock))
    assert {finding.key for finding in findings_of(log)} == {
        (found["rule"], found["endpoint"], found["location"], found["kind"]) for found in report["findings"]
    }
    assert report["requests"] == len(log.exchanges)


def test_a_file_is_checked_without_any_server(observed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["drift", "--recorded", str(observed), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["source"] == "exchanges.jsonl"
    assert len(report["findings"]) > 200
    assert set(report["findings"][0]) == {
        *("rule", "endpoint", "location", "kind", "severity", "expected", "got", "known", "evidence", "times")
    }


def test_against_the_observed_server_nothing_is_left(observed: Path) -> None:
    assert run(["drift", "--recorded", str(observed), "--against", "observed"]) == 0


def test_markdown_has_a_table_for_each_endpoint(observed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["drift", "--recorded", str(observed), "--markdown"]) == 1
    text = capsys.readouterr().out
    assert text.startswith("# Drift of exchanges.jsonl")
    assert text.count("\n## ") == 5
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in tables} == {7}


@pytest.mark.parametrize("form", ["--json", "--markdown"])
def test_a_redacted_report_holds_shapes_only(
    form: str, observed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["drift", "--recorded", str(observed), form, "--redact"])
    text = capsys.readouterr().out
    with Mock(profile="observed") as mock:
        values = list(Ids.of_mock(mock).known().values())
    assert not [value for value in [*values, "exchanges.jsonl", "Billing", "?limit"] if value in text]
    assert "results[].created_at" in text


def test_a_baseline_leaves_only_what_is_new(
    observed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["drift", "--recorded", str(observed), "--json"])
    saved = tmp_path / "saved.json"
    report = json.loads(capsys.readouterr().out)
    saved.write_text(json.dumps(report))
    assert run(["drift", "--recorded", str(observed), "--baseline", str(saved)]) == 0
    assert f"{len(report['findings'])} more are in the baseline" in capsys.readouterr().out
    saved.write_text(json.dumps({**report, "findings": report["findings"][1:]}))
    assert run(["drift", "--recorded", str(observed), "--baseline", str(saved), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["findings"] == report["findings"][:1]


@pytest.mark.parametrize("mock", ["observed"], indirect=True)
def test_a_recording_is_checked_again_with_the_same_findings(
    served: Mock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept.jsonl"
    run([*FAST, "--json", "--record", str(path), "--max-requests", "40"])
    first = json.loads(capsys.readouterr().out)["findings"]
    run(["drift", "--recorded", str(path), "--json"])
    assert json.loads(capsys.readouterr().out)["findings"] == first
    assert served.secret_key not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mock", ["documented"], indirect=True)
@pytest.mark.parametrize("there", [True, False])
def test_a_link_where_the_recording_goes_is_not_followed(there: bool, served: Mock, tmp_path: Path) -> None:
    target, path = tmp_path / "target", tmp_path / "kept.jsonl"
    if there:
        target.write_text("precious")
    path.symlink_to(target)
    assert run([*FAST, "--record", str(path), "--max-requests", "8"]) == 3
    assert (target.read_text() if target.exists() else None) == ("precious" if there else None)
    assert not path.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["kept.jsonl", "target"][: 1 + there]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """Move time by hand, for the command too."""
    clock = ManualClock()
    monkeypatch.setattr(SystemClock, "monotonic", lambda _: clock.monotonic())
    monkeypatch.setattr(SystemClock, "sleep", lambda _, seconds: clock.sleep(seconds))
    return clock


@pytest.mark.parametrize("mock", ["documented"], indirect=True)
def test_time_is_limited_and_progress_is_printed(
    served: Mock, clock: ManualClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept.jsonl"
    assert run(["drift", "--max-time", "25s", "--record", str(path)]) == 3
    printed = capsys.readouterr()
    assert clock.monotonic() <= 25
    assert "planned requests were not sent (--max-time)" in printed.out
    assert re.fullmatch(r"(requests: \d+ of at most 200\n){2}", printed.err)
    assert run(["drift", "--recorded", str(path)]) == 3
    assert "(--max-time)" in capsys.readouterr().out


@pytest.mark.parametrize("mock", ["documented"], indirect=True)
def test_wrong_keys_are_no_access(
    served: Mock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FI_SECRET_KEY", "another")
    assert run(FAST) == 4
    assert "answered nothing but 401" in capsys.readouterr().err
    assert served.journal.total < 10


def test_nobody_there_is_no_access(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("FI_API_KEY", "a"), ("FI_SECRET_KEY", "b"), ("FI_BASE_URL", "http://127.0.0.1:9")):
        monkeypatch.setenv(name, value)
    assert run([*FAST, "--run-test", ZERO_ID]) == 4
    assert len(capsys.readouterr().err.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["drift"], "Neither a run test nor an execution is named."),
        (["drift", "--against", "hopes"], "--against hopes is unknown."),
        (["drift", "--max-time", "0"], 'The duration "0" can\'t be read.'),
        (["drift", "--recorded", "no-such-file"], "can't be read"),
        (["drift", "--recorded", __file__], "is no recorded exchange"),
        (["drift", "--run-test", "x", "--baseline", __file__], "is no saved report"),
        (["drift", "--run-test", ZERO_ID], "FI_API_KEY"),
        (["drift", "--run-test", ZERO_ID, "--json", "--markdown"], "exclude each other"),
        (["drift", "--run-test", "nope"], "--run-test='nope' isn't a UUID."),
        (["drift", "--run-test", ZERO_ID, "--run-test", "nope"], "--run-test='nope' isn't a UUID."),
        (["drift", "--execution", "nope"], "--execution='nope' isn't a UUID."),
        (["drift", "--run-test", ZERO_ID, "--agent", "nope"], "--agent='nope' isn't a UUID."),
    ],
)
def test_wrong_usage_is_said_in_two_lines(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 2


@pytest.mark.parametrize("mock", ["documented"], indirect=True)
def test_every_variable_of_the_mock_that_names_an_id_is_read(served: Mock) -> None:
    names = set(served.settings().environment())
    assert set(VARIABLES.values()) <= names


@pytest.mark.parametrize(("saved", "asked"), [("documents", "observed"), ("observed", "documents")])
def test_a_baseline_that_was_held_against_something_else_is_refused(
    saved: str, asked: str, observed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["drift", "--recorded", str(observed), "--against", saved, "--json"])
    path = tmp_path / "saved.json"
    path.write_text(capsys.readouterr().out)
    assert run(["drift", "--recorded", str(observed), "--against", asked, "--baseline", str(path)]) == 2
    assert f"was saved with --against {saved}" in capsys.readouterr().err


FINDING = {"rule": "unknown-id", "endpoint": "listTestExecutions", "location": "status", "kind": "status"}


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ({"findings": []}, "missing required field `against`"),
        ({"against": "documents"}, "missing required field `findings`"),
        ({"against": "documents", "findings": {}}, "Expected `array`"),
        ({"against": "documents", "findings": [{**FINDING, "rule": 1}]}, "Expected `str`, got `int`"),
        ({"against": "documents", "findings": [{"rule": "unknown-id"}]}, "missing required field"),
        ([], "Expected `object`"),
    ],
    ids=str,
)
def test_a_baseline_that_is_no_saved_report_is_refused_with_what_it_lacks(
    saved: object, said: str, observed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "saved.json"
    path.write_text(json.dumps(saved))
    assert run(["drift", "--recorded", str(observed), "--baseline", str(path)]) == 2
    error = capsys.readouterr().err
    assert "is no saved report: " in error
    assert said in error


def test_a_baseline_that_is_not_there_is_refused(observed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["drift", "--recorded", str(observed), "--baseline", "no-such-file"]) == 2
    assert "no-such-file is no saved report: No such file or directory." in capsys.readouterr().err


ASKED = {"path": "/simulate/test-executions/x/", "headers": {}}
ANSWERED = {"status": 200, "headers": {}, "body": None}


@pytest.mark.parametrize(
    "record",
    [
        {"request": ASKED, "response": {**ANSWERED, "status": "200"}},
        {"request": ASKED, "response": {**ANSWERED, "status": None}},
        {"request": ASKED, "response": {**ANSWERED, "headers": {"content-type": 1}}},
        {"request": ASKED, "response": {**ANSWERED, "headers": []}},
        {"request": {**ASKED, "path": 1}, "response": ANSWERED},
        {"request": {**ASKED, "path": ""}, "response": ANSWERED},
        {"request": {**ASKED, "method": 1}, "response": ANSWERED},
        {"request": {**ASKED, "query": ["page"]}, "response": ANSWERED},
        {"request": {**ASKED, "headers": {"X-Api-Key": 1}}, "response": ANSWERED},
        {"request": {**ASKED, "extra_headers": {"Accept": 1}}, "response": ANSWERED},
        {"request": ASKED},
        [],
    ],
    ids=str,
)
def test_a_line_that_is_no_exchange_is_wrong_usage_and_named(
    record: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "exchanges.jsonl"
    path.write_text(f"\n{json.dumps(record)}\n")
    assert run(["drift", "--recorded", str(path)]) == 2
    assert "line 2 is no recorded exchange: " in capsys.readouterr().err


@pytest.mark.parametrize("line", [b'"\xff"', b"[" * 100_000, b"{"])
def test_a_line_that_is_no_json_is_wrong_usage_and_named(
    line: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "exchanges.jsonl"
    path.write_bytes(line)
    assert run(["drift", "--recorded", str(path)]) == 2
    assert "line 1 is no recorded exchange: " in capsys.readouterr().err


def test_an_exchange_without_a_body_is_one(tmp_path: Path) -> None:
    path = tmp_path / "exchanges.jsonl"
    path.write_text(json.dumps({"request": ASKED, "response": ANSWERED}))
    assert run(["drift", "--recorded", str(path)]) in {0, 1}


@pytest.mark.parametrize("mock", ["documented"], indirect=True)
def test_each_question_is_logged_without_keys(served: Mock, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", "futureagi_simulate"):
        run([*FAST, "--max-requests", "5"])
    said = [one.getMessage() for one in caplog.records if one.name == "futureagi_simulate"]
    assert len(said) == 5
    assert all(": 200 in " in line for line in said)
    assert served.secret_key not in caplog.text
