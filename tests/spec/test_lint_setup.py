"""The linters are pinned, their lock names no source to fetch them from, and a missing Node is reported."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .conftest import ROOT

SPEC = ROOT / "spec"


def test_the_linters_are_pinned_exactly() -> None:
    package = json.loads((SPEC / "package.json").read_text("utf-8"))
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["devDependencies"].values())


def test_the_lock_has_hashes_and_no_source_to_fetch_from() -> None:
    packages = json.loads((SPEC / "package-lock.json").read_text("utf-8"))["packages"]
    locked = [package for path, package in packages.items() if path]
    assert all("integrity" in package and "resolved" not in package for package in locked)


@pytest.mark.parametrize("name", ["redocly.yaml", ".spectral.yaml"])
def test_every_rule_that_is_switched_off_has_its_reason_above(name: str) -> None:
    lines = (SPEC / name).read_text("utf-8").splitlines()
    off = [number for number, line in enumerate(lines) if line.endswith(": off")]
    assert off
    assert all(lines[number - 1].strip().startswith("#") for number in off)


def test_without_node_the_message_says_what_is_missing_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tools.check_spec import main

    monkeypatch.setenv("PATH", str(tmp_path))
    assert main([]) == 2
    said = capsys.readouterr().err
    assert "there is no node" in said
    assert "nox -s spec" in said


def test_a_node_that_is_too_old_is_named_with_its_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tools.spec_lint import NoNodeError, lint

    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.20.4\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoNodeError, match=r"is v18\.20\.4"):
        lint()
