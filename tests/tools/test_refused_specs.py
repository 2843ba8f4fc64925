"""A spec that no client can be made from is refused with what is wrong with it, by every tool."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tools import api_diff, generate

ROOT = generate.ROOT
INPUTS = ("openapi.yaml", "generator-config.yaml", "generator-templates")
FAULTS = [
    ("#/components/schemas/CallExecutionPage", "#/components/schemas/Nope", "Nope"),
    ("#/components/parameters/Page'", "#/components/parameters/Nope'", "Nope"),
    ("\n        phone_number:", "\n        pass:", "pass"),
    ("\n        phone_number:", "\n        phone-number:", "phone-number"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A git repository with what the tools read."""
    for name in INPUTS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "init.defaultBranch=main"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "First"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize(("right", "wrong", "named"), FAULTS)
def test_what_cannot_be_generated_from_is_refused_by_generate_and_by_api_diff(
    right: str, wrong: str, named: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "openapi.yaml"
    text = path.read_text("utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), "utf-8")
    for tool, arguments in ((generate.main, []), (api_diff.main, ["HEAD"])):
        assert tool(arguments, project) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert named in printed.err
