"""What the package's documentation says works for somebody else's suite, word for word."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import futureagi_simulate_contract as contract
from futureagi_simulate_mock import Mock


def suite(profile: str) -> str:
    code = re.search(r"\n\n((?: {4}.*\n|\n)+)", inspect.getdoc(contract) or "")
    assert code is not None
    return textwrap.dedent(code[1]).replace('profile="observed"', f'profile="{profile}"')


def pytest_in(folder: Path, mock: Mock, profile: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_ours.py").write_text(suite(profile))
    with mock.serve() as server:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_ours.py"],
            cwd=folder,
            env={**os.environ, **mock.settings(server.base_url).environment()},
            capture_output=True,
            text=True,
            check=False,
        )


def test_the_documented_lines_check_a_server(mock: Mock, tmp_path: Path) -> None:
    found = pytest_in(tmp_path, mock, mock.profile)
    assert found.returncode == 0, found.stdout
    passed = re.search(r"(\d+) passed", found.stdout)
    assert passed is not None
    assert int(passed[1]) > 45


def test_a_server_of_the_other_description_fails_by_name(tmp_path: Path) -> None:
    with Mock(profile="observed") as mock:
        found = pytest_in(tmp_path, mock, "documented")
    assert found.returncode == 1
    assert "test_contract[answers_have_the_shapes_of_the_contract]" in found.stdout


def test_the_public_names_are_there() -> None:
    assert sorted(contract.__all__) == contract.__all__
    assert all(getattr(contract, name) is not None for name in contract.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        contract.no_such_name  # noqa: B018 - looking it up is the test


def test_without_the_extra_an_import_says_what_to_install(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['jsonschema_rs'] = None; from futureagi_simulate_contract import CHECKS"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert found.returncode == 1
    last = found.stderr.strip().splitlines()[-1]
    assert "jsonschema_rs: python -m pip install 'futureagi-simulate[contract]'" in last


def test_without_the_extra_the_command_says_what_to_install(tmp_path: Path) -> None:
    program = "import sys; sys.modules['yaml'] = None; from futureagi_simulate_cli.commands.app import run; "
    program += "sys.exit(run(['drift']))"
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert found.returncode == 2
    assert "futureagi-simulate[contract]" in found.stderr
    assert len(found.stderr.splitlines()) == 2


def test_only_one_module_imports_the_client() -> None:
    folder = Path(contract.__file__).parent
    imports = re.compile(r"^ *(?:from|import) futureagi_simulate(?:_api)?\b", re.MULTILINE)
    users = [path.name for path in folder.rglob("*.py") if imports.search(path.read_text("utf-8"))]
    assert users == ["server.py"]
