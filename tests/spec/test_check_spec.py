"""What is wrong with a spec is reported in lines with its location, never by a traceback."""

from __future__ import annotations

import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tools.check_spec import check, main

from .conftest import ROOT

TEXT = (ROOT / "openapi.yaml").read_text("utf-8")
LISTING = "/simulate/run-tests/{run_test_id}/executions/"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the examples, for a changed openapi.yaml beside them."""
    shutil.copytree(ROOT / "spec" / "examples", tmp_path / "spec" / "examples")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("openapi: [", "the contract is not valid YAML"),
        ("- openapi", "the contract holds no mapping"),
        (TEXT.replace("examples/BadPage.yaml", "examples/Nope.yaml"), "spec/examples/Nope.yaml, and no such"),
        (
            TEXT.replace("    Column:\n", "    Column:\n      allOf: [{type: object}]\n", 1),
            "Column: `allOf` merges",
        ),
    ],
)
def test_what_cannot_be_checked_is_reported_in_few_lines(
    text: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "openapi.yaml").write_text(text, "utf-8")

    assert main(["--no-lint"], folder) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("openapi.yaml can't be checked:\n")
    assert said in printed.err
    assert len(printed.err.splitlines()) <= 6


def test_a_reference_to_nothing_is_reported_with_its_target(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TEXT.replace("#/components/schemas/CallExecutionPage", "#/components/schemas/Nope", 1)
    (folder / "openapi.yaml").write_text(text, "utf-8")

    assert main(["--no-lint"], folder) == 1
    assert "openapi.yaml: nothing stands at" in capsys.readouterr().out


@pytest.mark.parametrize("method", ["head", "options", "trace"])
def test_what_no_client_comes_of_is_no_valid_contract(method: str, document: dict[str, Any]) -> None:
    item = document["paths"][LISTING]
    item[method] = {**item["get"], "operationId": "other"}

    [problem] = check(document)["valid"]
    assert method in problem.casefold()
    assert LISTING in problem


def test_a_number_that_may_be_null_by_a_list_of_types_needs_its_unit_too(document: dict[str, Any]) -> None:
    field = {"type": ["integer", "null"], "description": "A number."}
    document["components"]["schemas"]["Column"]["properties"]["width"] = field

    found = check(document)

    assert [each for each in found["style"] if "properties/width: a number's" in each]


def test_parameters_of_a_whole_path_and_none_of_its_operation_are_checked(document: dict[str, Any]) -> None:
    item = deepcopy(document["paths"][LISTING])
    item["parameters"] = item["get"].pop("parameters")
    document["paths"][LISTING] = item

    assert check(document) == {"valid": [], "style": [], "examples": []}
