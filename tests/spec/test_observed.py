"""Every field that was seen in the real server's answers is in the contract, with its types; so are the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from futureagi_simulate.contract.document import Document, load, response_schema
from futureagi_simulate.contract.exchange import read_lines
from futureagi_simulate.contract.views import flatten
from jsonschema import Draft202012Validator

from .conftest import ROOT
from .places import schemas_at, types_at

SECTIONS = {
    "1 run-tests/call-executions top": "CallExecutionPage",
    "1 run-tests/call-executions rows": "CallExecution",
    "1 run-tests/call-executions snap": "CallExecution",
    "2 run-tests/executions top": "TestExecutionPage",
    "2 run-tests/executions rows": "TestExecution",
    "3 test-executions top": "TestExecutionDetail",
    "3 test-executions rows": "TestExecutionCall",
    "3 test-executions group": "GroupRow",
    "4 version call-executions top": "VersionCallExecutionPage",
    "4 version call-executions rows": "VersionCallExecution",
    "5 runs envelope top": "RunsByCall",
    "5a runs by call top": "CallRun",
    "5a runs by call rows": "CallRun",
    "5b runs by execution top": "ExecutionRunDetail",
    "5b runs by execution rows": "ExecutionRunCall",
    "5c runs by name top": "ExecutionRunPage",
    "5c runs by name rows": "ExecutionRun",
    "5d eval_results rows": "EvalResult",
    "5e eval_results.result rows": "EvalResultPart",
}
JSON_TYPES = {
    "int": {"integer", "number"}, "float": {"number"}, "str": {"string"}, "bool": {"boolean"},
    "null": {"null"}, "list": {"array"}, "object": {"object"},
}  # fmt: skip
LINE = re.compile(r"   (\S+) +(\d+)/(\d+)  (\{.*?\})  e\.g\.")
OPEN = yaml.safe_load((ROOT / "spec" / "open-fields.yaml").read_text("utf-8"))


@attrs.frozen
class Field:
    """A field as it was seen: in how many of how many objects, with which types."""

    section: str
    path: str
    seen: int
    objects: int
    types: tuple[str, ...]

    @property
    def schema(self) -> str:
        return SECTIONS[self.section]

    @property
    def is_open(self) -> bool:
        return self.path in OPEN["recorded fields"].get(self.schema, {})


@pytest.fixture(scope="session")
def fields(recorded: Path) -> list[Field]:
    return list(_read(recorded / "shapes.txt"))


def _read(path: Path) -> Iterator[Field]:
    section = ""
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith(" "):
            section = line.strip()
        elif match := LINE.match(line):
            types = re.findall(r"'(\w+)'", match[4])
            yield Field(section, match[1], int(match[2]), int(match[3]), tuple(types))


def test_every_observed_field_is_there_with_its_types(fields: list[Field], observed: Document) -> None:
    missing = []
    for field in fields:
        found = types_at(observed, observed["components"]["schemas"][field.schema], field.path)
        fitting = all(found & JSON_TYPES[kind] for kind in field.types)
        if not (fitting or field.is_open):
            missing.append((field.section, field.path, field.types, found))
    assert {field.section for field in fields} == set(SECTIONS)
    assert not missing, f"{len(fields) - len(missing)} of {len(fields)} fields: {missing}"


def test_the_strict_view_requires_a_field_exactly_when_it_was_in_every_object(
    fields: list[Field], observed: Document
) -> None:
    sections: dict[str, set[str]] = {}
    always: dict[str, dict[str, set[str]]] = {}
    for field in fields:
        if "." not in field.path:
            sections.setdefault(field.schema, set()).add(field.section)
            if field.seen == field.objects:
                always.setdefault(field.schema, {}).setdefault(field.path, set()).add(field.section)
    for name, wanted in sections.items():
        required = set(observed["components"]["schemas"][name]["required"])
        assert required == {path for path, seen in always.get(name, {}).items() if seen == wanted}, name


def test_the_strict_view_of_what_was_observed_has_no_field_that_was_not(
    fields: list[Field], observed: Document
) -> None:
    for schema in set(SECTIONS.values()) - {"CallExecutionPage"}:
        seen = {field.path.split(".")[0] for field in fields if field.schema == schema}
        assert set(observed["components"]["schemas"][schema]["properties"]) <= seen, schema


def test_every_recorded_answer_fits_the_strict_view(recorded: Path, observed: Document) -> None:
    validators: dict[tuple[str, int], Draft202012Validator] = {}
    checked, misfits = 0, []
    with (recorded / "exchanges.jsonl").open("rb") as lines:
        for exchange in read_lines(lines):
            answer, body = exchange.answer, exchange.answer.json
            if exchange.question.method != "GET" or exchange.endpoint is None or body is None:
                continue
            key = (exchange.endpoint.value, answer.status)
            if key not in validators:
                schema = {**(response_schema(observed, *key) or {}), "components": observed["components"]}
                assert len(schema) > 1, f"{key} is not in the contract"
                checker = Draft202012Validator.FORMAT_CHECKER
                validators[key] = Draft202012Validator(schema, format_checker=checker)
            checked += 1
            misfits += [
                (str(exchange.question), error.json_path) for error in validators[key].iter_errors(body)
            ]
    assert checked == 316
    assert not misfits


def test_what_is_left_open_is_listed_with_a_reason() -> None:
    flat = flatten(load())["components"]["schemas"]
    found = {name for name in ("EvalValue",) if _is_free(flat, flat[name])}
    for name, schema in flat.items():
        if name != "ObservedCallFields":
            for field, value in schema.get("properties", {}).items():
                if "EvalValue" not in json.dumps(value) and _is_free(flat, value):
                    found.add(f"{name}.{field}")
    assert found == set(OPEN["free forms"])
    assert all(OPEN["free forms"].values())


def _is_free(flat: dict[str, Any], value: Any) -> bool:
    view = {"components": {"schemas": flat}}
    schemas = schemas_at(view, value, "") + schemas_at(view, value, "[]")
    return any(each in ({}, flat["FreeForm"]) for each in schemas)
