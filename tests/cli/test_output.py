"""Where results go: readers that stop, disks that are full, streams that are closed or aren't UTF-8."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
