"""Where results go: readers that stop, disks that are full, streams that are closed or aren't UTF-8."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text

from futureagi_simulate import FutureAGIWarning
from futureagi_simulate_cli.commands.app import Entry, warnings_as_notes
from futureagi_simulate_cli.commands.console import (
    output,
    print_json,
    print_json_line,
    print_json_lines,
    print_table,
)

from .conftest import Run

PROGRAM = Path(sys.executable).with_name("fi-simulate")


def in_shell(line: str, server: dict[str, str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `fi-simulate` is the program."""
    return subprocess.run(
        ["bash", "-c", f'fi-simulate() {{ "{PROGRAM}" "$@"; }}\n{line}'],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, **server, **environment},
    )


PLAIN: dict[str, subprocess.CompletedProcess[str]] = {}


def plainly(command: str, server: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command in a UTF-8 pipe without colours, once for all tests that compare with it."""
    if command not in PLAIN:
        PLAIN[command] = in_shell(f"fi-simulate {command}", server, PYTHONIOENCODING="utf-8")
    return PLAIN[command]


GONE = "| true; exit ${PIPESTATUS[0]}"
TABLES = ["executions", "calls", "runs", "failures $FI_TEST_EXECUTION_ID", "runs --json", "demo"]


@pytest.mark.parametrize("command", TABLES)
def test_a_reader_that_stops_is_told_by_141(command: str, server: dict[str, str]) -> None:
    done = in_shell(f"fi-simulate {command} {GONE}", server)
    assert done.returncode == 141
    assert "Traceback" not in done.stderr
    assert "error" not in done.stderr


@pytest.mark.parametrize("form", ["", "--json"])
@pytest.mark.parametrize(("least", "code"), [("Coherence=10", 0), ("Coherence=100", 1)])
def test_a_verdict_that_nobody_reads_is_still_the_exit_code(
    least: str, code: int, form: str, server: dict[str, str]
) -> None:
    done = in_shell(
        f"fi-simulate gate --min {least} --max-missing 20% --junit gate.xml {form} {GONE}", server
    )
    assert done.returncode == code
    assert Path("gate.xml").is_file()


SEVERAL = [
    "calls --limit 3",
    "failures $FI_TEST_EXECUTION_ID",
    "gate --min Coherence=10",
    "demo",
    "drift --rate 100000 --max-requests 5",
    "--help",
]


@pytest.mark.parametrize("encoding", ["ascii", "latin1"])
@pytest.mark.parametrize("command", SEVERAL)
def test_a_stream_that_lacks_characters_gets_tables_without_them(
    command: str, encoding: str, server: dict[str, str]
) -> None:
    meant = plainly(command, server)
    done = in_shell(
        f"fi-simulate {command} | iconv -f {encoding} -t utf-8", server, PYTHONIOENCODING=encoding
    )
    assert "Unexpected" not in done.stderr
    assert len(done.stdout.splitlines()) == len(meant.stdout.splitlines()) > 0


@pytest.mark.parametrize(
    "command",
    [
        "calls --json --limit 5",
        "runs --json",
        "failures $FI_TEST_EXECUTION_ID --json",
        "failures $FI_TEST_EXECUTION_ID --prompt",
        "drift --rate 100000 --max-requests 5 --markdown",
    ],
)
def test_what_is_for_programs_is_utf_8_whatever_the_stream_says(command: str, server: dict[str, str]) -> None:
    meant = plainly(command, server)
    assert "Unexpected" not in meant.stderr
    done = in_shell(f"fi-simulate {command}", server, PYTHONIOENCODING="ascii")
    assert done.stdout == meant.stdout != ""
    assert done.returncode == meant.returncode


ACTIVE = "\x1b[2J \x7f \x85 \x9b2J \u202e \u2066 \u2028 \U000e0041 \ufffe"


@pytest.mark.parametrize("printing", [print_json, print_json_line, lambda value: print_json_lines([value])])
def test_json_holds_what_a_terminal_would_obey_as_escapes(
    printing: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
) -> None:
    value = {"nämé": f"Grüße {ACTIVE} 👩‍👩‍👧", ACTIVE: [ACTIVE]}
    printing(value)
    text = capsys.readouterr().out
    assert json.loads(text) in (value, [value])
    assert not set(ACTIVE) - {" ", *"[2J"} & set(text)
    assert "Grüße" in text
    assert "👩‍👩‍👧" in text


@pytest.mark.parametrize("cell", [ACTIVE, Text(ACTIVE), Text(f"two\nlines {ACTIVE}", "red")], ids=repr)
@pytest.mark.parametrize("terminal", [False, True])
def test_a_table_holds_nothing_that_a_terminal_would_obey(
    cell: str | Text, terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    monkeypatch.setenv("TERM", "dumb")
    print_table(output(), ["One", ACTIVE], [[cell, "x"]])
    text = capsys.readouterr().out
    assert not set(ACTIVE) - {" ", *"[2J"} & set(text)
    assert "x" in text
    if not terminal:
        assert len(text.splitlines()) == 2


def test_a_note_holds_nothing_that_a_terminal_would_obey(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings_as_notes():
        warnings.warn(FutureAGIWarning(f"odd {ACTIVE}\nname"), stacklevel=1)
    text = capsys.readouterr().err
    assert text.startswith("note: odd ")
    assert len(text.splitlines()) == 1
    assert not set(ACTIVE) - {" ", *"[2J"} & set(text)


COLOURED = [
    ("calls --limit 3", {"TTY_COMPATIBLE": "1"}),
    ("runs", {"FORCE_COLOR": "1"}),
    ("gate", {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "1"}),
    ("report --to r.html", {"FORCE_COLOR": "1", "TTY_COMPATIBLE": "1", "TTY_INTERACTIVE": "1"}),
]


@pytest.mark.parametrize(("command", "environment"), COLOURED, ids=str)
def test_colour_forced_into_a_pipe_changes_neither_columns_nor_the_cursor(
    command: str, environment: dict[str, str], server: dict[str, str]
) -> None:
    meant = plainly(command, server)
    done = in_shell(f"fi-simulate {command}", server, **environment)
    codes = re.findall(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", done.stdout + done.stderr)
    assert {code[-1] for code in codes} <= {"m"}
    assert re.sub(r"\x1b\[[\d;]*m", "", done.stdout) == meant.stdout
    assert re.sub(r"\x1b\[[\d;]*m", "", done.stderr) == meant.stderr
    assert command != "runs" or codes, "FORCE_COLOR gives colours"


def test_half_a_surrogate_becomes_an_escape_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_json_line({"name": "half \ud800"})
    assert json.loads(capsys.readouterr().out) == {"name": "half \ud800"}


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("least", "code"), [("Coherence=10", 0), ("Coherence=100", 1)])
def test_with_closed_streams_there_is_still_an_exit_code(
    least: str, code: int, closed: str, server: dict[str, str]
) -> None:
    done = in_shell(f"fi-simulate gate --min {least} --max-missing 20% {closed}", server)
    assert (done.returncode, done.stderr) == (code, "")


def test_with_standard_output_closed_an_error_is_still_told(server: dict[str, str]) -> None:
    done = in_shell("fi-simulate gate --nope >&-", server)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 2


FULL = ["calls --limit 2", "calls --json", "gate --min Coherence=10", "gate --min Coherence=10 --json"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", FULL)
def test_a_full_disk_is_two_lines_and_no_defect(command: str, server: dict[str, str]) -> None:
    done = in_shell(f"fi-simulate {command} >/dev/full", server)
    assert done.returncode == 4
    first, second = [line for line in done.stderr.splitlines() if "shown" not in line]
    assert first == "error: No space left on device."
    assert second.startswith("try: Make room")


PLACES = [
    ("drift --record nowhere/seen.jsonl", "There is no folder nowhere for seen.jsonl."),
    ("drift --record .", ". is a folder."),
    ("mock --env-file nowhere/mock.env", "There is no folder nowhere for mock.env."),
]


@pytest.mark.parametrize(("command", "said"), PLACES)
def test_a_file_that_cannot_be_written_is_told_before_anything_is_asked(
    command: str, said: str, run: Run
) -> None:
    Path("no.db").write_text("this is text, and long enough to be taken for a database's header\n" * 20)
    ran = run(*command.split())
    assert (ran.code, ran.out) == (2, "")
    first, second = ran.err.splitlines()
    assert first == f"error: {said}"
    assert second.startswith("try: ")
    assert "defect" not in second


def test_a_file_that_is_gone_is_named_with_its_reason(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Entry, "load", lambda _: lambda: Path("not/there").read_bytes() and None)
    ran = run("gate")
    assert ran.code == 2
    assert ran.err.splitlines()[0] == "error: No such file or directory: not/there."


def test_findings_are_printed_before_the_record_that_finds_no_room(
    run: Run, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("futureagi_simulate_cli.commands.process.write_private", no_room)
    named = ("--run-test", server["FI_RUN_TEST_ID"])
    ran = run("drift", "--rate", "100000", "--max-requests", "3", *named, "--record", "seen.jsonl")
    assert ran.code == 4
    assert "0 departures" in ran.out
    assert ran.err.startswith("error: No space left on device.")


@pytest.mark.parametrize(
    "command",
    [
        "calls --limit 99999999999999999999999",
        "runs --limit 99999999999999999999999",
        r"calls --search $'\xff'",
        r"runs $'\xff'",
        f"calls --search {'x' * 100_000}",
    ],
    ids=lambda command: command[:24],
)
def test_what_cannot_be_asked_for_is_wrong_usage(command: str, server: dict[str, str]) -> None:
    done = in_shell(f"fi-simulate {command}", server)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 2
    assert len(done.stderr) < 500


@pytest.mark.parametrize("columns", ["0", "-1", "²", ""])
@pytest.mark.parametrize("command", ["calls --limit 3", "gate --min Coherence=10"])
def test_in_a_pipe_nothing_is_cut_where_columns_says_nothing(
    command: str, columns: str, server: dict[str, str]
) -> None:
    meant = plainly(command, server)
    done = in_shell(f"fi-simulate {command} | cat", server, COLUMNS=columns)
    assert done.stdout == meant.stdout != ""
