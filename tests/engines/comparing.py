from __future__ import annotations

from pathlib import Path
from typing import Any

Rows = dict[str, dict[str, Any]]


def differences(found: Rows, expected: Rows) -> list[str]:
    """Return where rows differ; pytest would take minutes to show so many."""
    texts = [f"{one} is missing" for one in expected.keys() - found.keys()]
    texts += [f"{one} is too many" for one in found.keys() - expected.keys()]
    for one in found.keys() & expected.keys():
        left, right = found[one], expected[one]
        for name in left.keys() | right.keys():
            if left.get(name, "no such column") != right.get(name, "no such column"):
                texts.append(f"{one} {name}: {left.get(name)!s:.300} instead of {right.get(name)!s:.300}")
    return texts[:5]


def blocks(page: str) -> list[str]:
    """Return the blocks of Python in a page of docs/, which only run where its engine is installed."""
    text = (Path(__file__).parents[2] / "docs" / page).read_text("utf-8")
    found = [part.partition("```")[0] for part in text.split("```python no-run\n")[1:]]
    assert found
    return found
