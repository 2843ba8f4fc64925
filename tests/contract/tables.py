"""The tables that a run of these tests prints at its end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from .differences import NOT_FOUND

KILLED = "killed by"
FOUND = "found"


def properties(reports: Iterable[pytest.TestReport], name: str) -> Iterator[tuple[pytest.TestReport, str]]:
    for report in reports:
        for key, value in getattr(report, "user_properties", ()):
            if key == name and report.when == "call":
                yield report, str(value)


def kill_table(reports: list[pytest.TestReport]) -> list[str]:
    kills = [
        (report.nodeid.partition("[")[2].rstrip("]"), value) for report, value in properties(reports, KILLED)
    ]
    if not kills:
        return []
    width = max(len(name) for name, _ in kills)
    dead = sum(bool(killer) for _, killer in kills)
    lines = [f"{name:{width}}  {killer or 'ALIVE'}" for name, killer in sorted(kills)]
    return [*lines, f"mutants killed: {dead} of {len(kills)}"]


def difference_tables(reports: list[pytest.TestReport]) -> Iterator[tuple[str, list[str]]]:
    """Yield a title and a table for each log: every difference, and the finding that names it."""
    words = _words()
    for report, value in properties(reports, FOUND):
        source, *lines = value.splitlines()
        rules = {int(number): rule for number, _, rule in (line.partition(" ") for line in lines)}
        table = [
            f"{number:4} {words.get(number, ''):70.70} {rules.get(number) or _why_not(number, source)}"
            for number in range(1, 107)
        ]
        yield f"differences in {source}", [*table, f"found: {len(rules)} of 106 ({report.nodeid})"]


def _why_not(number: int, source: str) -> str:
    reason = NOT_FOUND.get(number)
    return f"- {reason}" if reason else f"- not in {source}"


def _words() -> dict[int, str]:
    """Read what the numbers stand for, where the list is beside the checkout."""
    path = Path(__file__).parents[2].parent / "shared" / "differences.txt"
    text = path.read_text("utf-8") if path.is_file() else ""
    lines = re.findall(r"^ *(\d+) (\w+ ) *\S+ +(?:\S+ ){3} *(.+)$", text, re.MULTILINE)
    return {int(number): endpoint + what for number, endpoint, what in lines}
