"""Rehearse on a copy of the project what maintainers will do: change the spec, generate, check, compare.

The copy is changed in nothing but its openapi.yaml. All additions are made at once, and then all changes:
so each type checker runs once for many of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.generated.rehearsal import REHEARSALS, add_facts
from tests.generated.small_client import named
from tools import generate
from tools.api_diff import report
from tools.changes import changes
from tools.spec import load

pytest.importorskip("mypy")
pytest.importorskip("pyright")

ROOT = Path(__file__).parents[2]
PACKAGES = ["generated", "overrides", "mock", "contract", "cli"]
PARTS = [
    *PACKAGES,
    "generator-templates",
    "generator-config.yaml",
    "openapi.yaml",
    "spec",
    "pyproject.toml",
    "tests",
]
SOURCES = ["overrides/futureagi_simulate", "generated/futureagi_simulate_api"]
USED = [f"tests/generated/use_{name}.py" for name in ("neighbours", "features", "facts")]
# What each suite has to say about an API that has grown; the whole suites take minutes.
SUITES = [
    "tests/contract/test_client_agrees.py",
    "tests/contract/test_checks.py::test_the_mock_keeps_to",
    "tests/contract/test_shapes.py",
    "tests/cli/test_listings.py",
]
PROLOGUE = "from typing import assert_type\n\n"


class Copy:
    """A copy of the project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def generate(self, spec: dict[str, Any]) -> None:
        """Put another spec in place, and generate from it."""
        (self.folder / "openapi.yaml").write_text(yaml.safe_dump(spec, sort_keys=False, allow_unicode=True))
        assert generate.main([], self.folder) == 0

    def python(self, *arguments: str) -> str:
        """Run Python with the packages of the copy; return what it printed, and whether it failed."""
        path = os.pathsep.join(str(self.folder / name) for name in PACKAGES)
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        return f"{done.stdout}{done.stderr}exit code {done.returncode}"


def copied(folder: Path) -> Copy:
    ignore = shutil.ignore_patterns("__pycache__")
    for name in PARTS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name, **({"ignore": ignore} if copy is shutil.copytree else {}))
    return Copy(folder)


@pytest.fixture(scope="module")
def original() -> dict[str, Any]:
    return load((ROOT / "openapi.yaml").read_bytes())


def grown(spec: dict[str, Any], *fragments: str) -> dict[str, Any]:
    """Add to a spec what the files of this folder hold."""
    spec = deepcopy(spec)
    for name in fragments:
        more = yaml.safe_load(Path(__file__).with_name(name).read_text("utf-8"))
        spec["paths"] |= more["paths"]
        spec["servers"] = more.get("servers", spec["servers"])
        for kind, parts in more["components"].items():
            spec["components"].setdefault(kind, {}).update(parts)
    return spec


@pytest.fixture(scope="module")
def grown_project(original: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy after all additions."""
    project = copied(tmp_path_factory.mktemp("grown"))
    spec = grown(original, "neighbours.yaml", "features.yaml")
    add_facts(spec)
    project.generate(spec)
    return project


@pytest.mark.parametrize("program", USED)
def test_what_was_added_is_there_for_both_clients(program: str, grown_project: Copy) -> None:
    assert grown_project.python("-W", "error", program) == "used\nexit code 0"


def test_what_was_added_is_typed_for_mypy(grown_project: Copy) -> None:
    done = grown_project.python("-m", "mypy", *SOURCES, *USED)
    assert done.startswith("Success: no issues found"), done


def test_what_was_added_is_typed_for_pyright(grown_project: Copy) -> None:
    done = grown_project.python("-m", "pyright", "--warnings", "--pythonpath", sys.executable, *USED)
    assert "0 errors, 0 warnings" in done, done


def test_what_was_there_before_works_as_it_did(grown_project: Copy) -> None:
    done = grown_project.python("-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *SUITES)
    assert done.endswith("exit code 0"), done[-3000:]
    assert " passed" in done


def test_what_was_added_breaks_nobody(original: dict[str, Any]) -> None:
    old, new = named(original), named(grown(original, "neighbours.yaml"))
    told = report(old, new, changes(old, new))
    added = ("cancel_test_execution(): operation added: POST", "execute_run_test(): operation added: POST")
    for said in (*added, "list_run_tests(): operation added: GET /simulate/run-tests/\n"):
        assert f"  {said}" in told
    assert "Breaking" not in told


@pytest.fixture(scope="module")
def changed_project(original: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy after all changes, with a program for each."""
    project, spec = copied(tmp_path_factory.mktemp("changed")), deepcopy(original)
    for change in REHEARSALS.values():
        change.edit(spec)
    project.generate(spec)
    for place, change in enumerate(REHEARSALS.values()):
        (project.folder / f"user_{place}.py").write_text(PROLOGUE + textwrap.dedent(change.code))
    return project


USERS = [f"user_{place}.py" for place in range(len(REHEARSALS))]


def test_code_for_the_changed_client_is_typed(changed_project: Copy) -> None:
    done = changed_project.python("-m", "mypy", "generated/futureagi_simulate_api", *USERS)
    assert done.startswith("Success: no issues found"), done


def test_code_for_the_changed_client_runs(changed_project: Copy) -> None:
    program = f"import runpy\nfor name in {USERS}: runpy.run_path(name)"
    assert changed_project.python("-W", "error", "-c", program) == "exit code 0"


@pytest.mark.parametrize("name", REHEARSALS)
def test_a_change_is_judged(name: str, original: dict[str, Any]) -> None:
    change, spec = REHEARSALS[name], deepcopy(original)
    change.edit(spec)
    old, new = named(original), named(spec)
    told = report(old, new, changes(old, new))
    assert f"  {change.verdict}\n" in told
    assert ("Breaking (" in told) == ("raise info.version" in told) == change.breaking


def test_removing_what_a_method_is_made_of_is_refused_by_name(
    original: dict[str, Any], tmp_path: Path, capsys: Any
) -> None:
    for name in ("generator-config.yaml", "generator-templates"):
        (tmp_path / name).symlink_to(ROOT / name)
    spec = deepcopy(original)
    del spec["components"]["schemas"]["ExecutionRun"]["properties"]["execution_id"]
    spec["components"]["schemas"]["ExecutionRun"]["required"].remove("execution_id")
    (tmp_path / "openapi.yaml").write_text(yaml.safe_dump(spec, sort_keys=False))

    assert generate.main([], tmp_path) == 2
    printed = capsys.readouterr().err
    assert "getSimulationRuns, x-methods, list_execution_runs: `calls` goes by execution_id" in printed
