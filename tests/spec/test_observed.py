"""Every field that was seen in the real server's answers is in the contract, and every answer fits it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from futureagi_simulate_contract.document import Document, load
from futureagi_simulate_contract.views import flatten

from .coverage import (
    OPEN,
    SECTIONS,
    Field,
    observed_gaps,
    read_shapes,
    recorded_answers,
    recorded_misfits,
    schemas_at,
)


@pytest.fixture(scope="session")
def fields(recorded: Path) -> list[Field]:
    return list(read_shapes(recorded / "shapes.txt"))


def test_every_observed_field_is_there_with_its_types(fields: list[Field], observed: Document) -> None:
    gaps = observed_gaps(observed, fields)
    assert {field.section for field in fields} == set(SECTIONS)
    assert len(fields) == 331
    assert not gaps, f"{len(fields) - len(gaps)} of {len(fields)} fields: {gaps}"


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


def test_every_recorded_answer_fits_the_strict_view(observed: Document) -> None:
    answers = recorded_answers()
    assert len(answers) == 316 + 46
    assert list(recorded_misfits(observed, answers)) == []


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
    free: list[dict[str, Any]] = [{}, {"type": "object"}, flat["FreeForm"]]
    return any({key: each[key] for key in each if key != "x-provenance"} in free for each in schemas)
