from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from futureagi_simulate_api import models
from tools.generate import PACKAGE
from tools.spec import contract, load, operations, resolve, snake


def folded(text: str | None) -> str:
    """White space folded, and without the line breaks that wrapping puts into words."""
    return " ".join((text or "").split())


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    return contract("views").open_view(load((Path(__file__).parents[2] / "openapi.yaml").read_bytes()))


def test_no_import_is_dead(root):
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "F", "--quiet"]

    done = subprocess.run([*command, str(root / PACKAGE)], capture_output=True, text=True, check=False)

    assert done.stdout == ""
    assert done.returncode == 0


def test_every_helper_is_called(root):
    everything = "\n".join(path.read_text() for path in (root / PACKAGE).rglob("*.py"))
    helpers = set(re.findall(r"def ((?:_(?!_)|read_|success|request)\w*)\(", everything)) - {"_missing_"}

    assert len(helpers) > 5
    for name in helpers:
        assert len(re.findall(rf"\b{name}\b", everything)) > everything.count(f"def {name}("), name


def test_docstrings_of_models_carry_the_descriptions_of_the_spec(view):
    checked = 0
    for name, schema in view["components"]["schemas"].items():
        if name not in models.__all__:
            continue
        doc = folded(getattr(models, name).__doc__)
        assert folded(schema["description"]) in doc, name
        for key, value in schema.get("properties", {}).items():
            if "description" in value:
                assert f"{key}: {folded(value['description'])}" in doc, f"{name}.{key}"
                checked += 1
    assert checked > 100


def test_docstrings_of_functions_carry_the_descriptions_of_the_spec(view):
    for _route, operation, parameters in operations(view):
        name = snake(operation["operationId"])
        doc = folded(importlib.import_module(f"futureagi_simulate_api.api.simulation.{name}").sync.__doc__)
        assert folded(operation["summary"]) in doc
        assert folded(operation["description"]) in doc
        for parameter in parameters:
            schema = parameter["schema"]
            description = parameter.get("description") or resolve(schema, view).get("description")
            assert f"{parameter['name']}: {folded(description)}" in doc, f"{name}({parameter['name']}=)"


def test_every_function_says_what_it_does(view):
    for _route, operation, _parameters in operations(view):
        name = snake(operation["operationId"])
        module = importlib.import_module(f"futureagi_simulate_api.api.simulation.{name}")
        for function in (module.sync, module.asyncio):
            assert inspect.getdoc(function)
