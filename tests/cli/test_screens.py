"""What every command shows on a terminal of 60, 80 and 120 columns, in a pipe and in colour: `screens/`.

WRITE_SCREENS=1 writes the files anew.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from .conftest import Run

SCREENS = Path(__file__).with_name("screens")
LISTS = {
    "executions": "executions --limit 3",
    "calls": "calls --limit 3 --search billing",
    "calls-of-execution": "calls --execution d259b8fb --limit 4",
    "runs": "runs {FI_RUN_TEST_ID} --limit 3",
}
COMMANDS = LISTS | {
    "runs-of-execution": "runs --execution d259b8fb",
    "runs-of-call": "runs --call 1d67498e",
    "failures": "failures 199082b8",
    "compare": "compare previous 199082b8",
    "flaky": "flaky --last 2",
    "gate": "gate d259b8fb",
    "gate-baseline": "gate 199082b8 --baseline previous --max-missing 20%",
    "watch": "watch 199082b8 --min Coherence=90 --max-missing 20%",
    "export": "export calls.jsonl",
    "sync": "sync calls",
    "report": "report 199082b8 -o page.html",
    "doctor": "doctor",
    "wrong-option": "calls --execution d259b8fb --filter nonsense",
}
WAYS: dict[str, dict[str, str]] = {
    "pipe": {},
    "pipe-color": {"FORCE_COLOR": "1"},
    "60": {"COLUMNS": "60"},
    "80": {"COLUMNS": "80"},
    "120": {"COLUMNS": "120"},
}
SLOW = ("report", "sync", "export")  # they say the same two lines in any way
SCREEN = [(name, way) for name in COMMANDS for way in WAYS if name not in SLOW or way in ("pipe", "80")]
KEPT = {
    "executions": ["Execution", "Started", "Status", "Calls", "Done", "Failed"],
    "calls": ["Call", "Started", "Status", "Length", "Score", "Scenario", "Failed evals"],
    "calls-of-execution": ["Call", "Started", "Status", "Length", "Score", "Scenario", "Failed evals"],
    "runs": [
        *("Execution", "Started", "Status", "Calls", "Done", "Failed"),
        *("Coherence", "Task completed", "Resolution score", "Tone"),
    ],
}


def as_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make both streams look like a terminal without colours."""
    monkeypatch.setenv("TERM", "dumb")
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)


def settled(text: str) -> str:
    """Return text without what differs from run to run: ports and versions."""
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8000", text).replace("\x1b", "\\e")
    text = re.sub(r"Versions  [^-]+(?:-[^-]+)?(?=--- stderr)", "Versions  ...\n", text)
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize(("name", "way"), SCREEN)
def test_the_screen_of_a_command_is_the_one_in_its_file(
    name: str, way: str, run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in {"FI_RUN_TEST_ID": server["FI_RUN_TEST_ID"], **WAYS[way]}.items():
        monkeypatch.setenv(variable, value)
    if "COLUMNS" in WAYS[way]:
        as_on_a_terminal(monkeypatch)
    ran = run(*COMMANDS[name].format(**server).split())
    screen = settled(f"{ran.out}--- stderr\n{ran.err}--- exit code {ran.code}\n")
    path = SCREENS / f"{name}.{way}.txt"
    if os.environ.get("WRITE_SCREENS"):
        path.write_text(screen, encoding="utf-8")
    assert screen == path.read_text(encoding="utf-8")
    if "COLUMNS" in WAYS[way]:
        told = [line for line in screen.splitlines() if not line.startswith(("error: ", "try: "))]
        assert max(map(cell_len, told)) <= int(way)
    if name in LISTS and way in ("80", "120"):
        assert [column for column in KEPT[name] if column not in ran.out] == []


def test_every_screen_file_is_that_of_a_command() -> None:
    assert {path.name for path in SCREENS.iterdir()} == {f"{name}.{way}.txt" for name, way in SCREEN}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("columns", ["40", "60", "80"])
def test_a_list_fits_the_columns_that_are_set_in_a_pipe_too(
    name: str, columns: str, run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FI_RUN_TEST_ID", server["FI_RUN_TEST_ID"])
    monkeypatch.setenv("COLUMNS", columns)
    ran = run(*LISTS[name].format(**server).split())
    assert max(map(cell_len, ran.out.splitlines())) <= int(columns)
    missing = [column for column in KEPT[name] if column not in ran.out]
    told = re.search(r"^No room for (.*); --wide shows all\.$", ran.err, re.MULTILINE)
    assert [column for column in missing if column not in (told[1] if told else "")] == []


def test_failed_evals_that_do_not_fit_are_counted(
    run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("calls", "--execution", server["FI_TEST_EXECUTION_ID"], "--filter", "overall_score < 50")
    assert "  Coherence, Task completed\n" in run(*words).out
    monkeypatch.setenv("COLUMNS", "80")
    assert "  Coherence +1\n" in run(*words).out


def test_columns_are_chosen_by_their_names(
    run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    run_test = server["FI_RUN_TEST_ID"]
    chosen = run("calls", run_test, "--limit", "1", "--columns", "score,call")
    assert re.fullmatch(r"Score  Call\n +\S+  [0-9a-f]{8}\n", chosen.out)
    wide = run("calls", run_test, "--limit", "1", "--wide")
    assert re.search(r"^[0-9a-f-]{36} ", wide.out, re.MULTILINE)
    assert "No room" not in wide.err
    evals = run("runs", run_test, "--limit", "3", "--columns", "tone,coherence")
    assert evals.out.splitlines()[0].split() == ["Tone", "Coherence"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [("S", '"S" is the beginning of several.'), ("nope", '"nope" is no column.'), ("", '"" is no column.')],
)
def test_an_unknown_column_is_told_with_the_known_ones(
    columns: str, said: str, run: Run, server: dict[str, str]
) -> None:
    wrong = run("calls", server["FI_RUN_TEST_ID"], "--columns", columns)
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err == (
        f"error: --columns: {said}\n"
        "try: Columns: Call, Started (UTC), Status, Length, Score, Scenario, Failed evals.\n"
    )


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"TTY_COMPATIBLE": "1"}, True),
        ({"TTY_COMPATIBLE": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ],
    ids=str,
)
def test_colour_in_a_pipe_is_asked_for_by_the_environment(
    environment: dict[str, str],
    coloured: bool,
    run: Run,
    server: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    plain = run("calls", server["FI_RUN_TEST_ID"], "--limit", "2")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ran = run("calls", server["FI_RUN_TEST_ID"], "--limit", "2")
    assert ("\x1b[" in ran.out) is coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", ran.out) == plain.out


def test_short_ids_of_a_list_are_taken_by_commands(
    run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FI_RUN_TEST_ID", server["FI_RUN_TEST_ID"])
    short = server["FI_TEST_EXECUTION_ID"][:8]
    for words in (["calls", "--execution", short], ["runs", "--execution", short], ["failures", short]):
        assert run(*words).code == 0, words
    assert run("gate", short).code == 1
    call = server["FI_CALL_EXECUTION_ID"]
    assert call in run("runs", "--call", call[:8]).out
    refused = run("calls", "--execution", "abc")
    assert refused.code == 2
    assert "--execution 'abc' isn't a UUID or its first 8 characters." in refused.err
    monkeypatch.delenv("FI_RUN_TEST_ID")
    assert "needs a run test to look in" in run("calls", "--execution", short).err


@pytest.mark.parametrize("found", [0, 2])
@pytest.mark.parametrize(("option", "listing"), [("--execution", "executions"), ("--call", "calls")])
def test_a_prefix_that_names_none_or_several_is_told(
    option: str,
    listing: str,
    found: int,
    run: Run,
    server: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from futureagi_simulate_cli.commands import options
    from futureagi_simulate_cli.gate import find

    class Row:
        id = "aaaaaaaa-0000-4000-8000-000000000000"

    rows = (
        [Row()] * found
        if listing == "executions"
        else [type("", (), {"id": f"aaaaaaaa-{n}"}) for n in range(found)]
    )
    monkeypatch.setenv("FI_RUN_TEST_ID", server["FI_RUN_TEST_ID"])
    monkeypatch.setattr(find, "list_executions", lambda *_: iter(rows))
    monkeypatch.setattr(
        options.futureagi_simulate.Client, "list_call_executions", lambda *_, **__: iter(rows), raising=True
    )
    ran = run("runs", option, "aaaaaaaa")
    assert (ran.code, ran.out) == (2, "")
    first, second = ran.err.splitlines()
    if found:
        assert re.search(rf"{found} {listing} .*begin with", first)
        assert second == "try: Give more characters of the id."
    else:
        assert "no execution" in first or "No calls" in first
        assert f"fi-simulate {listing}" in second
