"""Where results go: readers that stop, disks that are full, streams that are closed or aren't UTF-8."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from futureagi_simulate.cli.console import print_json_line

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
    done = in_shell(f"fi-simulate gate --min {least} --junit gate.xml {form} {GONE}", server)
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
    meant = in_shell(f"fi-simulate {command}", server)
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
    meant = in_shell(f"fi-simulate {command}", server, PYTHONIOENCODING="utf-8")
    assert "Unexpected" not in meant.stderr
    done = in_shell(f"fi-simulate {command}", server, PYTHONIOENCODING="ascii")
    assert done.stdout == meant.stdout != ""
    assert done.returncode == meant.returncode


def test_half_a_surrogate_becomes_an_escape_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_json_line({"name": "half \ud800"})
    assert json.loads(capsys.readouterr().out) == {"name": "half \ud800"}


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("least", "code"), [("Coherence=10", 0), ("Coherence=100", 1)])
def test_with_closed_streams_there_is_still_an_exit_code(
    least: str, code: int, closed: str, server: dict[str, str]
) -> None:
    done = in_shell(f"fi-simulate gate --min {least} {closed}", server)
    assert (done.returncode, done.stderr) == (code, "")


def test_with_standard_output_closed_an_error_is_still_told(server: dict[str, str]) -> None:
    done = in_shell("fi-simulate gate --nope >&-", server)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 2
