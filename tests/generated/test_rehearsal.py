"""Rehearse on a copy of the project what maintainers will do: change the spec, generate, check, compare."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml

from tests.generated.rehearsal import REHEARSALS
from tools.api_diff import next_version
from tools.changes import Weight

pytest.importorskip("mypy")

PARTS = [
    "generated",
    "overrides",
    "contract",
    "tools",
    "generator-templates",
    "generator-config.yaml",
    "openapi.yaml",
]
SOURCES = ["overrides/futureagi_simulate", "generated/futureagi_simulate_api"]
PROLOGUE = "from typing import assert_type\n\n"


class Copy:
    """A copy of the project in a git repository of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spec = folder / "openapi.yaml"
        self.original = self.spec.read_bytes()

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(str(self.folder / name) for name in ("generated", "overrides", "contract"))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "error"}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, *arguments)

    def type_errors(self, *more: str) -> set[str]:
        """Give mypy's complaints, those about other modules too."""
        done = self.python("-m", "mypy", *SOURCES, *more)
        assert done.returncode in (0, 1), done.stderr
        return {line for line in done.stdout.splitlines() if ": error:" in line}

    def restore(self) -> None:
        """Bring spec and sources back to the commit."""
        self.run("git", "checkout", "-q", ".")
        self.run("git", "clean", "-qfd", "generated", "overrides")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    root, folder = Path(__file__).parents[2], tmp_path_factory.mktemp("rehearsal")
    ignore = shutil.ignore_patterns("__pycache__")
    for name in PARTS:
        if (root / name).is_dir():
            shutil.copytree(root / name, folder / name, ignore=ignore)
        else:
            shutil.copy(root / name, folder / name)
    (folder / "pyproject.toml").write_text(
        '[tool.mypy]\nstrict = true\nmypy_path = ["overrides", "generated", "contract"]\n'
        "explicit_package_bases = true\n"
    )
    copy = Copy(folder)
    assert copy.python("tools/generate.py").returncode == 0
    copy.run("git", "init", "-q")
    (folder / ".gitignore").write_text(".mypy_cache/\n__pycache__/\n")
    copy.run("git", "add", ".")
    name = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    assert copy.run("git", *name, "commit", "-q", "-m", "Before").returncode == 0
    return copy


@pytest.fixture(scope="module")
def errors_before(project: Copy) -> set[str]:
    return project.type_errors()


@pytest.mark.parametrize("name", REHEARSALS)
def test_a_change_is_generated_checked_and_judged(name, project, errors_before):
    change = REHEARSALS[name]
    project.restore()
    spec = yaml.safe_load(project.original)
    change.edit(spec)
    project.spec.write_text(yaml.safe_dump(spec, sort_keys=False, allow_unicode=True))

    generated = project.python("tools/generate.py")
    assert generated.returncode == 0, generated.stderr
    assert project.python("tools/generate.py", "--check").returncode == 0
    user = project.folder / "user.py"
    user.write_text(PROLOGUE + textwrap.dedent(change.code))
    assert project.type_errors("user.py") <= errors_before
    ran = project.python("user.py")
    assert ran.returncode == 0, ran.stderr

    judged = project.python("tools/api_diff.py", "HEAD")
    assert f"  {change.verdict}\n" in judged.stdout
    assert judged.returncode == (1 if change.breaking else 0)
    old = spec["info"]["version"]
    new = next_version(old, Weight.BREAKING if change.breaking else Weight.COMPATIBLE)
    assert f"Version: {old} -> {new}" in judged.stdout


def test_removing_what_a_method_is_made_of_is_refused_by_name(project):
    project.restore()
    spec = yaml.safe_load(project.original)
    del spec["components"]["schemas"]["ExecutionRun"]["properties"]["execution_id"]
    spec["components"]["schemas"]["ExecutionRun"]["required"].remove("execution_id")
    project.spec.write_text(yaml.safe_dump(spec, sort_keys=False))

    done = project.python("tools/generate.py")
    assert done.returncode == 2
    assert "getSimulationRuns, x-methods, list_execution_runs: `calls` goes by execution_id" in done.stderr
