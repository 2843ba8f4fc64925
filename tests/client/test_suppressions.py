"""A finding of the linter that is waved through says why, on its line."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("overrides", "tools", "tests", "benchmarks")
SUPPRESSION = re.compile(r"#.*\bnoqa\b")
WITH_REASON = re.compile(r"#.*\bnoqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*(?: - \S| \(\S)")


def test_every_suppression_names_its_rule_and_its_reason() -> None:
    files = [ROOT / "noxfile.py", *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if SUPPRESSION.search(line) and not WITH_REASON.search(line)
    ]
    assert found == []
