"""The breakages can still be made, and the tool tells a suite that notices from one that doesn't."""

from __future__ import annotations

import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tools.breakage_table import BREAKAGES, Breakage
from tools.breakages import ROOT, main

ANSWER = Breakage("the answer is wrong", "answer.py", "42", "41", "check.py", "answer.py says 41")
CHECK = """
import sys
from answer import ANSWER
sys.exit(0 if ANSWER == 42 else f"answer.py says {ANSWER}")
"""


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: breakage.name)
def test_a_breakage_finds_its_place_and_its_check(breakage: Breakage) -> None:
    assert breakage.anchor_fault(ROOT) is None
    places = [word.split("::")[0] for word in breakage.command.split() if "/" in word]
    assert places
    assert all((ROOT / place).exists() for place in places)


def test_there_are_five_breakages_of_each_part() -> None:
    parts = Counter(breakage.file.split("/")[0] for breakage in BREAKAGES)
    assert parts == {"overrides": 5, "generator-templates": 5, "openapi.yaml": 5}
    assert len({breakage.name for breakage in BREAKAGES}) == len(BREAKAGES)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "answer.py").write_text("ANSWER = 42\n", encoding="utf-8")
    (tmp_path / "check.py").write_text(CHECK, encoding="utf-8")
    return tmp_path


def test_a_breakage_that_is_noticed_and_named_is_fine_and_stays_in_the_copy(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], checkout, [ANSWER]) == 0
    assert "1 breakages, 0 faults" in capsys.readouterr().out
    assert (checkout / "answer.py").read_text(encoding="utf-8") == "ANSWER = 42\n"


@pytest.mark.parametrize(
    ("breakage", "said"),
    [
        (replace(ANSWER, new="42.0"), "isn't caught: check.py passes"),
        (replace(ANSWER, names="another place"), "is caught, but not by 'another place'"),
        (replace(ANSWER, old="43"), "its anchor is 0 times in answer.py, not once: '43'"),
        (replace(ANSWER, file="gone.py"), "its anchor is 0 times in gone.py"),
        (replace(ANSWER, command="answer.py 1", new="42"), "isn't caught: answer.py 1 passes"),
        (replace(ANSWER, command="no_such_module"), "fails although nothing is broken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_anything_else_is_a_fault_that_says_why(
    breakage: Breakage, said: str, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], checkout, [breakage]) == 1
    assert said in capsys.readouterr().out


def test_no_breakage_at_all_is_no_success(checkout: Path) -> None:
    assert main(["no such words"], checkout, [ANSWER]) == 1
