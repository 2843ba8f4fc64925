from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.generated.small_client import client, edited
from tools import generate
from tools.facts import MODULE
from tools.generate import HEADER, PACKAGE, ROOT, committed, main

INPUTS = ["openapi.yaml", "generator-config.yaml", "generator-templates"]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the generator reads, with what it makes of it."""
    folder = tmp_path_factory.mktemp("fresh")
    for name in INPUTS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    assert main([], folder) == 0
    return folder


@pytest.fixture
def project(fresh: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(fresh, tmp_path / "project"))


def contents(project: Path) -> dict[str, bytes]:
    found = [*(project / PACKAGE).rglob("*"), project / MODULE]
    files = (path for path in found if path.is_file() and path.suffix != ".pyc")
    return {str(path.relative_to(project)): path.read_bytes() for path in files}


@pytest.fixture
def _rendered_already(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take what was generated before for what would be generated again: for tests of what is done with it."""
    files = committed(fresh)
    monkeypatch.setattr(generate, "render", lambda _root: dict(files))


def test_what_is_committed_is_what_the_spec_gives(root, fresh):
    assert contents(fresh) == contents(root)


def test_generating_from_nothing_gives_the_same_bytes_under_any_hash_seed(root, project):
    expected = contents(project)
    shutil.rmtree(project / PACKAGE)
    (project / MODULE).unlink()
    lines = ["import sys", "from pathlib import Path", "from tools.generate import main"]
    code = "\n".join([*lines, f"sys.exit(main([], Path({str(project)!r})))"])

    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    subprocess.run([sys.executable, "-c", code], cwd=root, env=environment, check=True)

    assert contents(project) == expected


def test_a_configuration_of_ruff_in_the_surroundings_changes_nothing(project, monkeypatch):
    expected = contents(project)
    (project / "ruff.toml").write_text("line-length = 40\n")
    monkeypatch.chdir(project)

    assert main([], project) == 0
    assert contents(project) == expected


@pytest.mark.usefixtures("_rendered_already")
def test_a_hand_edit_is_caught_with_a_diff_and_mended(project, capsys):
    edited = project / PACKAGE / "models/call_cost.py"
    before = edited.read_text()
    edited.write_text(before.replace("int | None", "int", 1))

    assert main(["--check"], project) == 1
    assert "-    total_cost_cents: int\n+    total_cost_cents: int | None\n" in capsys.readouterr().out
    assert main([], project) == 0
    assert edited.read_text() == before


@pytest.mark.usefixtures("_rendered_already")
def test_a_hand_edit_of_what_the_mock_takes_is_caught_with_a_diff_and_mended(project, capsys):
    before = (project / MODULE).read_text()
    (project / MODULE).write_text(before.replace("default=30", "default=20"))

    assert main(["--check"], project) == 1
    assert '-            Parameter("limit", "query", "integer", default=20' in capsys.readouterr().out
    assert main([], project) == 0
    assert (project / MODULE).read_text() == before


@pytest.mark.usefixtures("_rendered_already")
@pytest.mark.parametrize("name", ["models/left_over.py", "notes.txt"])
def test_a_file_that_the_spec_does_not_give_is_caught_and_removed(project, capsys, name):
    leftover = project / PACKAGE / name
    leftover.write_text("left = 'over'\n")

    assert main(["--check"], project) == 1
    assert "-left = 'over'" in capsys.readouterr().out
    assert main([], project) == 0
    assert not leftover.exists()


def test_a_change_of_the_spec_without_generating_is_caught(project, capsys):
    spec = project / "openapi.yaml"
    spec.write_text(spec.read_text().replace("summary: List the calls", "summary: Show the calls"))

    assert main(["--check"], project) == 1
    assert '+    """Show the calls' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("openapi: 3.1.0", "openapi: [", "expected"),
        ("        current_page:\n", "        from:\n", "no attribute can be called 'from'"),
    ],
)
def test_a_spec_that_cannot_be_generated_from_is_refused_with_its_reason(project, capsys, old, new, said):
    before = contents(project)
    spec = project / "openapi.yaml"
    spec.write_text(spec.read_text().replace(old, new, 1))

    assert main([], project) == 2
    assert said in capsys.readouterr().err
    assert contents(project) == before


def test_an_operation_without_parameters_is_generated():
    text = client(edited("paths/~calls~/get/parameters", []))[Path("api/simulation/list_calls.py")]
    assert "return client.request(LIST_CALLS, arguments, Call)" in text
    assert "return await client.request(LIST_CALLS, arguments, Call)" in text


@pytest.mark.parametrize("said", ['The "status"', '"', "back\\slash \\", 'Says """this"""', "'single'"])
def test_descriptions_may_end_in_any_character(said):
    spec = edited("paths/~calls~/get/summary", said)
    spec["paths"]["/calls/"]["get"]["description"] = said
    schemas = spec["components"]["schemas"]
    for schema in (schemas["Call"], schemas["Status"], schemas["Call"]["properties"]["score"]):
        schema["description"] = said
    files = client(spec)
    for name, kind in (("call", "Call"), ("status", "Status")):
        tree = ast.parse(files[Path(f"models/{name}.py")])
        [found] = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind]
        assert ast.get_docstring(found).startswith(said)
    [function] = [
        node
        for node in ast.walk(ast.parse(files[Path("methods.py")]))
        if getattr(node, "name", "") == "list_calls"
    ][:1]
    assert ast.get_docstring(function).startswith(said)


def test_every_generated_file_says_that_it_is_not_to_be_edited(root):
    for path in [*(root / PACKAGE).rglob("*"), root / MODULE]:
        if path.is_file() and path.suffix != ".pyc":
            assert path.read_text().startswith(HEADER), path


def test_the_package_says_that_it_is_typed(root):
    assert (root / PACKAGE / "py.typed").exists()
