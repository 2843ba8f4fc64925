"""Other people's tools: their versions are pinned, the page lists them all, and what fails is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .conftest import ROOT

FOLDER = ROOT / "tests" / "others"
PAGE = (ROOT / "docs" / "contract.md").read_text("utf-8")
SESSION = (ROOT / "noxfile.py").read_text("utf-8")
TABLE = (ROOT / "tools" / "others.py").read_text("utf-8")


def test_every_package_is_pinned_exactly_and_the_lock_names_no_source() -> None:
    package = json.loads((FOLDER / "package.json").read_text("utf-8"))
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["devDependencies"].values())
    packages = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))["packages"]
    assert not [path for path, each in packages.items() if "resolved" in each]
    assert packages[""]["devDependencies"] == package["devDependencies"]


def test_the_page_lists_every_tool_with_the_version_that_is_pinned() -> None:
    names = re.findall(r"@tool\(\s*\"([^\"]+)\"", TABLE)
    rows = dict(re.findall(r"(?m)^\| ([^|]+?) \| ([^|]+?) \|", PAGE.partition("## Other tools")[2]))
    assert set(names) == rows.keys() - {"tool", "---"}
    pinned = dict(re.findall(r'"([\w-]+)==([\d.]+)"', SESSION))
    pinned |= json.loads((FOLDER / "package.json").read_text("utf-8"))["devDependencies"]
    for name in names:
        packages = [part.partition(" ")[0].partition(",")[0] for part in re.split(r", (?=openapi)", name)]
        known = {"openapi-generator": "openapi-generator-cli", "Prism": "@stoplight/prism-cli"}
        known |= {"Portman": "@apideck/portman"}
        assert rows[name] == ", ".join(pinned[known.get(each, each)] for each in packages), name


def test_a_class_that_a_generator_lost_is_named(tmp_path: Path) -> None:
    from tools import others

    names = {"call_execution_page"}
    with pytest.raises(others.ToolError, match=r"no \.py file in .* for CallExecution, "):
        others.check_classes(names, ".py", tmp_path)
    with pytest.raises(others.ToolError, match="CallExecution lost 63 of 64 fields"):
        others.check_call_fields("    id: str\n", r"(?m)^    {}: ")
