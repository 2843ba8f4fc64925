from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools.generate import HEADER, PACKAGE, ROOT, main

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
    files = (path for path in (project / PACKAGE).rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {str(path.relative_to(project)): path.read_bytes() for path in files}


def test_what_is_committed_is_what_the_spec_gives(root, capsys):
    assert main(["--check"], root) == 0, capsys.readouterr().out


@pytest.mark.parametrize("seed", ["1", "2"])
def test_generating_from_nothing_gives_the_same_bytes_under_any_hash_seed(root, project, seed):
    expected = contents(project)
    shutil.rmtree(project / PACKAGE)
    lines = ["import sys", "from pathlib import Path", "from tools.generate import main"]
    code = "\n".join([*lines, f"sys.exit(main([], Path({str(project)!r})))"])

    environment = {**os.environ, "PYTHONHASHSEED": seed}
    subprocess.run([sys.executable, "-c", code], cwd=root, env=environment, check=True)

    assert contents(project) == expected


def test_a_configuration_of_ruff_in_the_surroundings_changes_nothing(project, monkeypatch):
    expected = contents(project)
    (project / "ruff.toml").write_text("line-length = 40\n")
    monkeypatch.chdir(project)

    assert main([], project) == 0
    assert contents(project) == expected


def test_a_hand_edit_is_caught_with_a_diff_and_mended(project, capsys):
    edited = project / PACKAGE / "models/call_cost.py"
    before = edited.read_text()
    edited.write_text(before.replace("int | None", "int", 1))

    assert main(["--check"], project) == 1
    assert "-    total_cost_cents: int\n+    total_cost_cents: int | None\n" in capsys.readouterr().out
    assert main([], project) == 0
    assert edited.read_text() == before


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


def test_an_operation_without_parameters_is_generated(project):
    spec = yaml.safe_load((project / "openapi.yaml").read_text())
    path = "/simulate/run-tests/{run_test_id}/executions/"
    spec["paths"]["/simulate/executions/"] = spec["paths"].pop(path)
    del spec["paths"]["/simulate/executions/"]["get"]["parameters"]
    (project / "openapi.yaml").write_text(yaml.safe_dump(spec))

    assert main([], project) == 0
    text = (project / PACKAGE / "api/simulation/list_test_executions.py").read_text()
    assert "return client.request(LIST_TEST_EXECUTIONS, arguments, TestExecutionPage)" in text
    assert "return await client.request(LIST_TEST_EXECUTIONS, arguments, TestExecutionPage)" in text


@pytest.mark.parametrize("said", ['The "status"', '"', "back\\slash \\", 'Says """this"""', "'single'"])
def test_descriptions_may_end_in_any_character(project, said):
    spec = yaml.safe_load((project / "openapi.yaml").read_text())
    schemas = spec["components"]["schemas"]
    schemas["ColumnType"]["description"] = schemas["CallCost"]["description"] = said
    schemas["Column"]["description"] = schemas["Column"]["properties"]["id"]["description"] = said
    operation = spec["paths"]["/simulate/run-tests/{run_test_id}/executions/"]["get"]
    operation["summary"] = operation["description"] = said
    (project / "openapi.yaml").write_text(yaml.safe_dump(spec))

    assert main([], project) == 0
    for name, kind in (("column_type", "ColumnType"), ("column", "Column")):
        tree = ast.parse((project / PACKAGE / f"models/{name}.py").read_text())
        [found] = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind]
        assert ast.get_docstring(found).startswith(said)


def test_every_generated_file_says_that_it_is_not_to_be_edited(root):
    for path in (root / PACKAGE).rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            assert path.read_text().startswith(HEADER), path


def test_the_package_says_that_it_is_typed(root):
    assert (root / PACKAGE / "py.typed").exists()
