"""The contract is found wherever the package was installed, and what is no contract is refused."""

from __future__ import annotations

import builtins
import tomllib
from pathlib import Path
from typing import Any

import pytest

from futureagi_simulate_contract import document

from .conftest import ROOT


def test_a_checkout_finds_the_contract_beside_its_source_roots() -> None:
    assert document.find() == ROOT / "openapi.yaml"


def test_an_installed_package_finds_the_contract_inside_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "openapi.yaml").touch()
    monkeypatch.setattr(document, "files", lambda _name: tmp_path)
    assert document.find() == tmp_path / "openapi.yaml"


def test_a_package_without_the_contract_names_the_paths_it_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(document, "files", lambda _name: tmp_path)
    monkeypatch.setattr(document, "_NAME", "lost.yaml")
    with pytest.raises(FileNotFoundError, match=r"lost\.yaml .* install the package again"):
        document.find()


def test_an_example_is_read_from_its_file() -> None:
    examples = document.load()["components"]["examples"]
    assert examples["NoRunTest"]["value"]["detail"] == "Run test not found."
    assert {path.stem for path in (ROOT / "spec" / "examples").iterdir()} == set(examples)


def test_the_mock_serves_the_contract_as_one_text_with_its_examples() -> None:
    from futureagi_simulate_mock.pages import contract_text

    assert document.parse(contract_text()) == document.load()


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, r"examples/A\.yaml, and no such file"), ("- a", r"examples/A\.yaml: .*mapping")],
)
def test_an_example_that_cannot_be_read_is_named(text: str | None, message: str, tmp_path: Path) -> None:
    (tmp_path / "examples").mkdir()
    if text is not None:
        (tmp_path / "examples" / "A.yaml").write_text(text, "utf-8")
    contract = {"components": {"examples": {"A": {"$ref": "examples/A.yaml"}}}}
    with pytest.raises(ValueError, match=message):
        document.with_examples(contract, tmp_path)


@pytest.mark.parametrize("text", ["a: [", "- a", "", "a: b: c"])
def test_what_is_no_contract_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="the contract"):
        document.parse(text)


def test_the_distributions_have_the_examples_beside_the_contract() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]
    included = build["wheel"]["force-include"]
    assert included["spec/examples"] == included["openapi.yaml"].replace("openapi.yaml", "spec/examples")
    left_out = build["sdist"].get("exclude", [])
    assert not [path for path in left_out if path.strip("/*").startswith(("openapi.yaml", "spec"))]


def test_without_pyyaml_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name == "yaml":
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ImportError, match=r"futureagi-simulate\[contract\]"):
        document.parse("openapi: 3.1.0")


def test_pointers_lead_into_paths_and_lists() -> None:
    contract = document.load()
    path = "/sdk/api/v1/simulation/runs/"
    pointer = "#/paths/" + path.replace("/", "~1") + "/get/tags/0"
    assert document.at(contract, pointer) == "simulation"


def test_an_answer_that_the_contract_does_not_name_has_no_schema() -> None:
    assert document.response_schema(document.load(), "getSimulationRuns", 418) is None
    assert document.response_schema(document.load(), "getSimulationRuns", 401) is not None
