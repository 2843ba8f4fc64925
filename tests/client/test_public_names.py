"""The public surface: what the package says it exports is what it exports, and importing it costs little."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import inspect
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import futureagi_simulate

SOURCE = Path(futureagi_simulate.__file__)


def test_every_exported_name_exists_and_the_list_is_sorted() -> None:
    assert futureagi_simulate.__all__ == sorted(futureagi_simulate.__all__)
    assert dir(futureagi_simulate) == futureagi_simulate.__all__
    for name in futureagi_simulate.__all__:
        assert getattr(futureagi_simulate, name).__name__ == name or name == "FilterType"


def test_a_name_that_is_not_exported_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Nonsense"):
        _ = futureagi_simulate.Nonsense


def test_type_checkers_see_the_same_names_as_the_program() -> None:
    tree = ast.parse(SOURCE.read_text())
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.name: node.module
        for node in ast.walk(guarded)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    homes = {
        name: module if module.startswith("futureagi_") else f"futureagi_simulate.{module}"
        for module, names in futureagi_simulate._HOMES.items()
        for name in names
    }
    assert seen == homes
    assert sorted(seen) == futureagi_simulate.__all__


@pytest.mark.parametrize(
    "module",
    [
        ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        for folder in ("",)
        for path in sorted((SOURCE.parent / folder).glob("*.py"))
        if "\n__all__ =" in path.read_text("utf-8") and path != SOURCE
    ],
)
def test_the_names_a_module_exports_exist(module: str) -> None:
    loaded = importlib.import_module(f"futureagi_simulate.{module}")
    assert len(loaded.__all__) == len(set(loaded.__all__))
    for name in loaded.__all__:
        assert hasattr(loaded, name)


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import futureagi_simulate", "httpx attrs msgspec asyncio futureagi_simulate_api"),
        ("from futureagi_simulate import Client", "httpx attrs asyncio typer starlette"),
    ],
)
def test_an_import_loads_no_more_than_it_needs(statement: str, absent: str) -> None:
    program = f"import sys; {statement}; print(*(name for name in {absent.split()!r} if name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == ""


def test_sending_and_paging_know_nothing_of_the_generated_package() -> None:
    importing = {
        str(path.relative_to(SOURCE.parent))
        for path in SOURCE.parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom | ast.Import) and "futureagi_simulate_api" in ast.unparse(node)
    }
    decoding = {"client.py", "decoding.py", "lenient.py", "requests.py", "results.py"}
    assert importing == {"__init__.py", *decoding}


def test_the_version_is_that_of_the_distribution() -> None:
    assert futureagi_simulate.__version__ == importlib.metadata.version("futureagi-simulate")


def test_the_package_run_as_a_module_is_the_command() -> None:
    command = [sys.executable, "-m", "futureagi_simulate", "mock", "--help"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "fi-simulate mock" in ran.stdout


@pytest.mark.parametrize(
    "module",
    [
        *("futureagi_simulate", "futureagi_simulate.records", "futureagi_simulate_api.methods"),
        *(
            "futureagi_simulate_api.models",
            "futureagi_simulate_api.types",
            "futureagi_simulate_api.operations",
        ),
    ],
)
def test_the_annotations_of_every_public_name_can_be_evaluated(module: str) -> None:
    home = importlib.import_module(module)
    checked = 0
    for name in home.__all__:
        found = getattr(home, name)
        members = [value for key, value in inspect.getmembers(found) if key == "__init__" or key[0] != "_"]
        plain = [value.fget if isinstance(value, property) else value for value in members]
        for one in [
            found,
            *(value for value in plain if inspect.isfunction(value) or inspect.ismethod(value)),
        ]:
            if inspect.isclass(one) or inspect.isroutine(one):
                assert isinstance(typing.get_type_hints(one), dict)
                checked += 1
    assert checked


def test_pydantic_can_call_the_methods() -> None:
    pydantic = pytest.importorskip("pydantic")  # comes with a test tool, is no dependency
    client = futureagi_simulate.Client(api_key="api-key", secret_key="secret-key")
    with client:
        ask = pydantic.validate_call(client.list_call_executions)
        assert "CallExecution" in repr(
            ask("6f9619ff-8b86-4d01-b42d-00cf4fc964ff", status="failed", page_size="7")
        )
        with pytest.raises(pydantic.ValidationError):
            ask("6f9619ff-8b86-4d01-b42d-00cf4fc964ff", page_size="many")
        pydantic.validate_call(client.get_call_run)
