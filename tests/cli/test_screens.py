"""The screens of every list at 60, 80 and 120 columns, in a pipe and in colour, as files in `screens/`.

WRITE_SCREENS=1 writes the files anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from futureagi_simulate_mock import Mock

from .conftest import Run

SCREENS = Path(__file__).with_name("screens")
LISTS = {
    "executions": ["executions", "{run_test_id}", "--limit", "3"],
    "calls": ["calls", "{run_test_id}", "--limit", "3", "--search", "billing"],
    "calls-of-execution": ["calls", "--execution", "{test_execution_id}", "--limit", "4"],
    "runs": ["runs", "{run_test_name}", "--limit", "3"],
}
WAYS: dict[str, dict[str, str]] = {
    "pipe": {},
    "60": {"COLUMNS": "60"},
    "80": {"COLUMNS": "80"},
    "120": {"COLUMNS": "120"},
    "80-color": {"COLUMNS": "80", "FORCE_COLOR": "1"},
}
KEPT = {
    "executions": ["Execution", "Started", "Status", "Calls", "Done", "Failed"],
    "calls": ["Call", "Started", "Status", "Length", "Score", "Scenario", "Failed evals"],
    "calls-of-execution": ["Call", "Started", "Status", "Length", "Score", "Scenario", "Failed evals"],
    "runs": ["Execution", "Started", "Status", "Calls", "Failed", "Coherence", "Task completed"],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.usefixtures("futureagi_server")
def test_the_screen_of_a_list_is_the_one_in_its_file(
    name: str, way: str, run: Run, futureagi_mock: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = futureagi_mock.ids
    named = {field: getattr(ids, field) for field in ids.__struct_fields__}
    for variable, value in WAYS[way].items():
        monkeypatch.setenv(variable, value)
    ran = run(*(word.format(**named) for word in LISTS[name]))
    screen = f"{ran.out}--- stderr\n{ran.err}".replace("\x1b", "\\e")
    path = SCREENS / f"{name}.{way}.txt"
    if os.environ.get("WRITE_SCREENS"):
        path.write_text(screen, encoding="utf-8")
    assert screen == path.read_text(encoding="utf-8")
    plain = re.sub(r"\x1b\[[\d;]*m", "", ran.out).splitlines()
    if way != "pipe":
        assert max(map(cell_len, plain)) <= int(way.partition("-")[0])
    if way in ("80", "120", "80-color"):
        assert [column for column in KEPT[name] if column not in plain[0]] == []


@pytest.mark.usefixtures("futureagi_server")
def test_columns_are_chosen_by_their_names(
    run: Run, futureagi_mock: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    run_test = futureagi_mock.ids.run_test_id
    chosen = run("calls", run_test, "--limit", "1", "--columns", "score,call")
    assert re.fullmatch(r"Score  Call\n +\S+  [0-9a-f]{8}\n", chosen.out)
    wide = run("calls", run_test, "--limit", "1", "--wide")
    assert re.search(r"^[0-9a-f-]{36} ", wide.out, re.MULTILINE)
    assert "No room" not in wide.err
    wrong = run("calls", run_test, "--columns", "S")
    assert wrong.code == 2
    assert '--columns: "S" is the beginning of several.' in wrong.err


@pytest.mark.usefixtures("futureagi_server")
def test_short_ids_of_a_list_are_taken_by_commands(
    run: Run, futureagi_mock: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = futureagi_mock.ids
    monkeypatch.setenv("FI_RUN_TEST_ID", ids.run_test_id)
    short = ids.test_execution_id[:8]
    for words in (["calls", "--execution", short], ["runs", "--execution", short], ["failures", short]):
        assert run(*words).code == 0, words
    assert run("gate", short).code == 1
    assert ids.call_execution_id in run("runs", "--call", ids.call_execution_id[:8]).out
    refused = run("calls", "--execution", "abc")
    assert refused.code == 2
    assert "--execution 'abc' isn't a UUID or its first 8 characters." in refused.err
    monkeypatch.delenv("FI_RUN_TEST_ID")
    assert "needs a run test to look in" in run("calls", "--execution", short).err
