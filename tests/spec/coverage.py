"""Compare a view of the contract with what is known: the facts of the pages, and the recorded answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
import yaml
from jsonschema import Draft202012Validator

from futureagi_simulate_contract.document import Document, resolve, response_schema
from futureagi_simulate_contract.exchange import Exchange
from futureagi_simulate_contract.recording import from_record

from ..recorded import exchanges
from .conftest import ROOT
from .facts import PAGES, RUNS

_STEP = re.compile(r"\[\]|\{\}|[^.\[\]{}]+")
FIELDS = [
    (operation, path, types) for operation, page in PAGES.items() for path, types in page.fields.items()
]
RUN_FIELDS = [(form, path, types) for form, fields in RUNS.items() for path, types in fields.items()]


def schemas_at(view: Document, schema: Any, path: str) -> list[dict[str, Any]]:
    """Return the schemas at a path such as `results[].id` or `eval_outputs.{}.name`, in every branch."""
    found = list(_branches(view, schema))
    for step in _STEP.findall(path):
        found = [
            branch for each in found for inner in _inner(each, step) for branch in _branches(view, inner)
        ]
    return found


def types_at(view: Document, schema: Any, path: str) -> set[str]:
    """Return the JSON types that a field can have; `any` where the view doesn't say."""
    return {str(each.get("type", "any")) for each in schemas_at(view, schema, path)}


def _branches(view: Document, schema: Any) -> Iterator[dict[str, Any]]:
    target = resolve(view, schema)
    branches = [*target.get("anyOf", ()), *target.get("oneOf", ())]
    if not branches:
        yield target
    for branch in branches:
        yield from _branches(view, branch)


def _inner(schema: dict[str, Any], step: str) -> list[Any]:
    if step == "[]":
        return [schema["items"]] if "items" in schema else []
    if step == "{}":
        more = schema.get("additionalProperties")
        return [more] if isinstance(more, dict) else []
    return [schema["properties"][step]] if step in schema.get("properties", {}) else []


def field_gaps(documented: Document) -> list[Any]:
    """Return the documented fields that a view lacks, or has with other types."""
    gaps = []
    for operation, path, types in FIELDS:
        wanted = {types.removesuffix("?")} | ({"null"} if types.endswith("?") else set())
        found = types_at(documented, response_schema(documented, operation, 200), path)
        if found != wanted:
            gaps.append((operation, path, wanted, found))
    return gaps


def run_field_gaps(documented: Document) -> list[Any]:
    """Return what the runs page shows and a view doesn't allow."""
    gaps = []
    for form, path, shown in RUN_FIELDS:
        found = types_at(documented, documented["components"]["schemas"][form], path)
        if not found & ({"integer", "number"} if shown in ("integer", "number") else {shown}):
            gaps.append((form, path, shown, found))
    return gaps


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
LINE = re.compile(r"   (\S+) +(\d+)/(\d+)  (\{.*?\})")
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


def read_shapes(path: Path) -> Iterator[Field]:
    """Read the summary of the recorded answers, field by field."""
    section = ""
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith(" "):
            section = line.strip()
        elif match := LINE.match(line):
            types = re.findall(r"'(\w+)'", match[4])
            yield Field(section, match[1], int(match[2]), int(match[3]), tuple(types))


def observed_gaps(observed: Document, fields: list[Field]) -> list[Any]:
    """Return the observed fields that a view lacks, or has without one of their types."""
    gaps = []
    for field in fields:
        found = types_at(observed, observed["components"]["schemas"][field.schema], field.path)
        if not (field.is_open or all(found & JSON_TYPES[kind] for kind in field.types)):
            gaps.append((field.section, field.path, field.types, found))
    return gaps


def recorded_answers() -> list[Exchange]:
    """Return the recorded GET requests of both recordings to the five endpoints with a JSON response."""
    return [
        exchange
        for exchange in map(from_record, [*exchanges(), *exchanges(second=True)])
        if exchange.request.method == "GET" and exchange.endpoint and exchange.response.json is not None
    ]


def recorded_misfits(observed: Document, answers: Iterable[Exchange]) -> Iterator[tuple[str, str]]:
    """Yield what in the recorded responses doesn't fit a view."""
    validators: dict[tuple[str, int], Draft202012Validator] = {}
    for exchange in answers:
        key = (str(exchange.endpoint), exchange.response.status)
        schema = response_schema(observed, *key)
        if schema is None:
            yield str(exchange.request), f"{key[1]} is not in the contract"
            continue
        if key not in validators:
            validators[key] = Draft202012Validator(
                {**schema, "components": observed["components"]},
                format_checker=Draft202012Validator.FORMAT_CHECKER,
            )
        for error in validators[key].iter_errors(exchange.response.json):
            yield str(exchange.request), error.json_path
