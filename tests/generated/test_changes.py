from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tools.changes import Change, Weight, changes
from tools.surface import surface

SPEC: dict[str, Any] = {
    "info": {"version": "0.1.0"},
    "paths": {
        "/calls/": {
            "get": {
                "operationId": "listCalls",
                "parameters": [
                    {"name": "search", "in": "query", "schema": {"type": "string", "maxLength": 9}},
                    {"name": "status", "in": "query", "schema": {"$ref": "#/components/schemas/Status"}},
                ],
                "responses": {
                    "200": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Call"}}}
                    },
                    "404": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
                    },
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Status": {"type": "string", "enum": ["done", "failed"]},
            "Error": {"type": "object", "properties": {"detail": {"type": "string"}}},
            "Unused": {"type": "object", "properties": {"nothing": {"type": "string"}}},
            "Call": {
                "type": "object",
                "required": ["id", "score"],
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "score": {"type": "number"},
                    "status": {"$ref": "#/components/schemas/Status"},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "Old text."},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "costs": {"type": "object", "additionalProperties": {"type": "number"}},
                    "place": {"type": "object", "properties": {"city": {"type": "string"}}},
                },
            },
        }
    },
}

CALL = "components/schemas/Call/properties"
PARAMETERS = "paths/~calls~/get/parameters"
NUMBER_OR_NULL = {"anyOf": [{"type": "number"}, {"type": "null"}]}
REQUIRED = {"name": "team", "in": "query", "required": True, "schema": {"type": "string"}}
OPTIONAL = REQUIRED | {"required": False}
B, C, T = Weight.BREAKING, Weight.COMPATIBLE, Weight.TEXT
GONE = object()


def edited(path: str, value: Any) -> dict[str, Any]:
    spec = deepcopy(SPEC)
    *way, last = [step.replace("~", "/") for step in path.split("/")]
    node: Any = spec
    for step in way:
        node = node[int(step)] if isinstance(node, list) else node[step]
    if isinstance(node, list):
        node.insert(int(last), value)
    elif value is GONE:
        del node[last]
    else:
        node[last] = value
    return spec


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (f"{CALL}/mood", {"type": "string"}, [(C, "Call.mood", "field added: str | UnsetType")]),
        (f"{CALL}/tags", GONE, [(B, "Call.tags", "field removed")]),
        (f"{CALL}/score", NUMBER_OR_NULL, [(B, "Call.score", "may be null now: float | None")]),
        (f"{CALL}/score", {"type": "integer"}, [(C, "Call.score", "type narrowed from float to int")]),
        (f"{CALL}/score", {"type": "string"}, [(B, "Call.score", "type changed from float to str")]),
        (f"{CALL}/id", {"type": "string"}, [(B, "Call.id", "type changed from str (uuid) to str")]),
        (f"{CALL}/note", {"type": "string", "description": "Old text."}, None),
        (f"{CALL}/note/description", "New text.", [(T, "Call.note", "description changed")]),
        (f"{CALL}/tags/items", NUMBER_OR_NULL, None),
        (f"{CALL}/costs/additionalProperties", {"type": "integer"}, None),
        (f"{CALL}/place/properties/city", GONE, [(B, "CallPlace.city", "field removed")]),
        ("components/schemas/Call/required", ["id"], [(B, "Call.score", "may be missing now")]),
        ("components/schemas/Call/required", ["id", "score", "tags"], [(C, "Call.tags", "always there now")]),
        ("components/schemas/Status/enum", ["done", "failed", "new"], [(C, "Status", "value 'new' added")]),
        ("components/schemas/Status/enum", ["done"], [(B, "Status", "value 'failed' removed")]),
        ("components/schemas/Unused/properties/nothing", GONE, []),
        (f"{PARAMETERS}/0", REQUIRED, [(B, "list_calls(team=)", "required parameter added")]),
        (f"{PARAMETERS}/0", OPTIONAL, [(C, "list_calls(team=)", "optional parameter added")]),
        (f"{PARAMETERS}/0/name", "find", None),
        (f"{PARAMETERS}/0/required", True, [(B, "list_calls(search=)", "is required now")]),
        (f"{PARAMETERS}/0/schema/maxLength", 5, [(B, "list_calls(search=)", "limits now: maxLength 5")]),
        (f"{PARAMETERS}/0/schema/maxLength", GONE, [(C, "list_calls(search=)", "limits now: none")]),
        (f"{PARAMETERS}/0/schema/type", "integer", [(B, "list_calls(search=)", "no longer takes str")]),
        ("paths/~calls~/get/operationId", "getCalls", None),
        ("paths/~calls~/get/responses/404", GONE, None),
        ("paths/~calls~", GONE, None),
        ("info/title", "Another", []),
    ],
)  # fmt: skip
def test_a_change_is_named_and_weighed(path, value, expected):
    found = changes(surface(SPEC), surface(edited(path, value)))

    if expected is not None:
        assert found == [Change(*each) for each in expected]
    back = changes(surface(edited(path, value)), surface(SPEC))
    assert bool(found) == bool(back)


@pytest.mark.parametrize(
    ("path", "value", "weight"),
    [
        (f"{CALL}/note", {"type": "string", "description": "Old text."}, C),
        (f"{CALL}/tags/items", NUMBER_OR_NULL, B),
        (f"{CALL}/costs/additionalProperties", {"type": "integer"}, C),
        (f"{PARAMETERS}/0/name", "find", B),
        ("paths/~calls~/get/operationId", "getCalls", B),
        ("paths/~calls~/get/responses/404", GONE, B),
        ("paths/~calls~", GONE, B),
    ],
)
def test_the_heaviest_change_comes_first(path, value, weight):
    assert changes(surface(SPEC), surface(edited(path, value)))[0].weight is weight


def test_a_field_that_only_changed_its_name_is_a_renaming():
    renamed = edited(f"{CALL}/labels", SPEC["components"]["schemas"]["Call"]["properties"]["tags"])
    del renamed["components"]["schemas"]["Call"]["properties"]["tags"]

    assert changes(surface(SPEC), surface(renamed)) == [Change(B, "Call.tags", "field renamed to labels")]


def test_a_new_operation_and_its_classes_are_compatible():
    spec = edited("paths/~teams~", {"get": SPEC["paths"]["/calls/"]["get"] | {"operationId": "listTeams"}})

    assert changes(surface(SPEC), surface(spec)) == [
        Change(C, "list_teams()", "operation added: GET /teams/")
    ]


def test_the_same_spec_has_not_changed():
    assert changes(surface(SPEC), surface(deepcopy(SPEC))) == []
