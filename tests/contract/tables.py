"""The tables that a run of these tests prints at its end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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


def difference_table(reports: list[pytest.TestReport]) -> list[str]:
    lines: list[str] = []
    for _, value in properties(reports, FOUND):
        rules = dict(line.split(" ", 1) for line in value.splitlines())
        for number in range(1, 107):
            lines.append(f"{number:4}  {rules.get(str(number)) or 'not found: ' + NOT_FOUND.get(number, '')}")
        lines.append(f"differences found: {len(rules)} of 106")
    return lines
