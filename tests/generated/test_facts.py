"""What the mock takes from a spec, read back from the module that is generated for it."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from tests.generated.small_client import SPEC, edited
from tools import facts
from tools.generate import ROOT

PARAMETERS = "paths/~calls~/get/parameters"


def module(spec: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Run the module that is generated from a spec."""
    made = ModuleType("generated_for_a_test")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    exec(facts.render(spec, ROOT / "generator-templates"), made.__dict__)
    return made


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, {"kind": "text"}),
        ({"type": "string", "maxLength": 9, "pattern": "^a"}, {"kind": "text", "most": 9, "pattern": "^a"}),
        ({"type": "string", "format": "uuid"}, {"kind": "uuid"}),
        ({"type": "string", "format": "date"}, {"kind": "date"}),
        ({"type": "string", "format": "date-time"}, {"kind": "time"}),
        ({"type": "boolean", "default": False}, {"kind": "boolean", "default": False}),
        ({"type": "integer", "minimum": 0, "default": 0}, {"kind": "integer", "least": 0, "default": 0}),
        (
            {"type": "integer", "exclusiveMinimum": 0, "maximum": 9},
            {"kind": "integer", "least": 1, "most": 9},
        ),
        ({"type": "integer", "exclusiveMaximum": 9.5}, {"kind": "integer", "most": 9}),
        ({"type": "number", "maximum": 0.5}, {"kind": "number", "most": 0.5}),
        ({"type": ["integer", "null"]}, {"kind": "integer"}),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, {"kind": "integer"}),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, {"kind": "number"}),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, {"kind": "text"}),
        ({"$ref": "#/components/schemas/Status"}, {"kind": "word", "words": ("done", "failed")}),
        (
            {"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "string", "enum": ["a", "b"]}]},
            {"kind": "word", "words": ("a", "b")},
        ),
        ({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "string"}]}, {"kind": "text"}),
        ({"type": "string", "contentSchema": {"type": "array"}}, {"kind": "json"}),
        (
            {"type": "array", "items": {"type": "integer", "minimum": 1}},
            {"kind": "integer", "least": 1, "several": True},
        ),
    ],
)
def test_a_parameter_is_described_by_its_kind_and_limits(
    schema: dict[str, Any], expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = module(edited(PARAMETERS, [{"name": "x", "in": "query", "schema": schema}]), monkeypatch)
    [operation] = made.OPERATIONS.values()
    assert operation.parameters == (made.Parameter("x", "query", **expected),)


def test_what_one_description_has_is_marked_with_its_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"name": "x", "in": "query", "x-provenance": "observed", "schema": {"type": "string"}}
    default = {"type": "integer", "default": 30, "x-default": {"observed": 10}}
    other = {"name": "y", "in": "query", "schema": default}
    words = {"type": "string", "enum": ["a", "b"], "x-provenance": {"b": "observed"}}
    third = {"name": "z", "in": "query", "schema": words}
    made = module(edited(PARAMETERS, [own, other, third]), monkeypatch)
    [operation] = made.OPERATIONS.values()
    assert [(one.name, one.profile, one.default, one.words) for one in operation.parameters] == [
        ("y", "documented", 30, ()),
        ("y", "observed", 10, ()),
        ("z", "documented", None, ("a",)),
        ("z", "observed", None, ("a", "b")),
        ("x", "observed", None, ()),
    ]


def test_two_operations_get_members_of_two_names(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = edited("paths/~other~", {"get": {**SPEC["paths"]["/calls/"]["get"], "operationId": "getCalls"}})
    made = module(spec, monkeypatch)
    assert {one.name: one.value for one in made.Endpoint} == {
        "LIST_CALLS": "listCalls",
        "GET_CALLS": "getCalls",
    }
