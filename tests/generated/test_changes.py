from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.generated.small_client import GONE, SPEC, client, edited, named
from tools.changes import Change, Weight, changes, unnamed

CALL = "components/schemas/Call/properties"
PARAMETERS = "paths/~calls~/get/parameters"
NUMBER_OR_NULL = {"anyOf": [{"type": "number"}, {"type": "null"}]}
REQUIRED = {"name": "team", "in": "query", "required": True, "schema": {"type": "string"}}
OPTIONAL = REQUIRED | {"required": False}
ADDED = "optional parameter added"
ANSWER = "paths/~calls~/get/responses/200/content/application~json/schema"
B, C, T = Weight.BREAKING, Weight.COMPATIBLE, Weight.TEXT


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (f"{CALL}/mood", {"type": "string"}, [(C, "Call.mood", "field added: str | None")]),
        (f"{CALL}/tags", GONE, [(B, "Call.tags", "field removed")]),
        (f"{CALL}/score", NUMBER_OR_NULL, [(B, "Call.score", "may be null now: float | None")]),
        (f"{CALL}/score", {"type": "integer"}, [(C, "Call.score", "type narrowed from float to int")]),
        (f"{CALL}/score", {"type": "string"}, [(B, "Call.score", "type changed from float to str")]),
        (f"{CALL}/id", {"type": "string"}, []),
        (f"{CALL}/id/description", "New text.", [(T, "Call.id", "description changed")]),
        (f"{CALL}/note", {"type": "string", "description": "Old text."}, None),
        (f"{CALL}/note/description", "New text.", [(T, "Call.note", "description changed")]),
        (f"{CALL}/tags/items", NUMBER_OR_NULL, None),
        (f"{CALL}/costs/additionalProperties", {"type": "integer"}, None),
        (f"{CALL}/place/properties/city", GONE, [
            (B, "Call.place", "type changed from CallPlace | None to dict[str, Any] | None"),
            (B, "CallPlace", "class removed"),
        ]),
        (f"{CALL}/place/type", ["object", "null"], [
            (B, "Call.place", "type changed from CallPlace | None to CallPlaceType0 | None"),
            (B, "CallPlace", "class removed"),
            (C, "CallPlaceType0", "class added"),
        ]),
        (f"{CALL}/place/description", "New text.", [
            (T, "Call.place", "description changed"),
            (T, "CallPlace", "description changed"),
        ]),
        ("components/schemas/Call/description", "New text.", [(T, "Call", "description changed")]),
        ("components/schemas/Status/description", "New text.", [
            (T, "Status", "description changed"),
            (T, "list_calls(status=)", "description changed"),
        ]),
        ("components/schemas/Call/required", ["id"], [(B, "Call.score", "may be missing now")]),
        ("components/schemas/Call/required", ["id", "score", "tags"], [(C, "Call.tags", "always there now")]),
        ("components/schemas/Status/enum", ["done", "failed", "new"], [(C, "Status", "value 'new' added")]),
        ("components/schemas/Status/enum", ["done"], [(B, "Status", "value 'failed' removed")]),
        ("components/schemas/Status/enum", ["DONE", "done", "failed"], [
            (B, "Status.DONE", "means 'DONE' now and meant 'done'"),
            (B, "Status.DONE", "value 'done' is called DONE_2 now"),
            (C, "Status", "value 'DONE' added"),
        ]),
        ("components/schemas/Status/x-enum-varnames", ["DONE", "BROKEN"], [
            (B, "Status.FAILED", "value 'failed' is called BROKEN now"),
        ]),
        ("components/schemas/Unused/properties/nothing", GONE, []),
        (f"{PARAMETERS}/0", REQUIRED, [(B, "list_calls(team=)", "required parameter added")]),
        (f"{PARAMETERS}/0", OPTIONAL, [(C, "list_calls(team=)", ADDED)]),
        (f"{PARAMETERS}/0", OPTIONAL | {"name": "sort-by"}, [(C, "list_calls(sort_by=)", ADDED)]),
        (f"{PARAMETERS}/0", OPTIONAL | {"name": "from"}, [(C, "list_calls(from_=)", ADDED)]),
        (f"{PARAMETERS}/0", OPTIONAL | {"name": "filter[status]"}, [(C, "list_calls(filterstatus=)", ADDED)]),
        (f"{PARAMETERS}/0/name", "Search", [
            (B, "list_calls(search=)", "sends 'Search' instead of 'search'"),
        ]),
        (f"{PARAMETERS}/0/name", "find", None),
        (f"{PARAMETERS}/0/description", "New text.", [(T, "list_calls(search=)", "description changed")]),
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
    found = changes(named(SPEC), named(edited(path, value)))

    if expected is not None:
        assert found == [Change(*each) for each in expected]
    back = changes(named(edited(path, value)), named(SPEC))
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
    assert changes(named(SPEC), named(edited(path, value)))[0].weight is weight


def test_a_field_that_only_changed_its_name_is_a_renaming():
    renamed = edited(f"{CALL}/labels", SPEC["components"]["schemas"]["Call"]["properties"]["tags"])
    del renamed["components"]["schemas"]["Call"]["properties"]["tags"]

    assert changes(named(SPEC), named(renamed)) == [Change(B, "Call.tags", "field renamed to labels")]


def test_a_new_operation_and_its_classes_are_compatible():
    spec = edited("paths/~teams~", {"get": SPEC["paths"]["/calls/"]["get"] | {"operationId": "listTeams"}})

    assert changes(named(SPEC), named(spec)) == [Change(C, "list_teams()", "operation added: GET /teams/")]


def test_another_order_of_choice_is_breaking():
    branches = [{"$ref": f"#/components/schemas/{name}"} for name in ("Call", "Unused")]
    chosen = {"search": "Call", "status": "Unused"}
    specs = [edited(ANSWER, {"oneOf": branches, "x-chosen-by": order}) for order in (chosen, flipped(chosen))]
    for spec in specs:
        forms = [{"name": f"find_by_{name}", "by": name} for name in chosen]
        spec["paths"]["/calls/"]["get"]["x-methods"] = forms

    what = "chooses what comes back: Unused for status, else Call"
    assert changes(*map(named, specs)) == [Change(B, "list_calls()", what)]


def flipped(mapping: dict[str, str]) -> dict[str, str]:
    return dict(reversed(mapping.items()))


def of_a_team(path: str) -> dict[str, Any]:
    """Give a spec whose one operation has a path with two parameters."""
    names = ("team", "call", "id")
    parameters = [{**REQUIRED, "name": name, "in": "path"} for name in names if f"{{{name}}}" in path]
    get = {**SPEC["paths"]["/calls/"]["get"], "parameters": parameters}
    return {**SPEC, "paths": {path: {"get": get}}}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "/{team}/{id}/",
            [("list_calls(call=)", "parameter removed"), ("list_calls(id=)", "required parameter added")],
        ),
        ("/{call}/{team}/", [("list_calls()", "sends GET /{call}/{team}/ instead of GET /{team}/{call}/")]),
        (
            "/x/{team}/{call}/",
            [("list_calls()", "sends GET /x/{team}/{call}/ instead of GET /{team}/{call}/")],
        ),
    ],
)
def test_a_path_is_compared_by_what_is_sent(path, expected):
    found = changes(named(of_a_team("/{team}/{call}/")), named(of_a_team(path)))

    assert found == [Change(B, *each) for each in expected]


def test_what_no_name_tells_is_told_by_the_file_that_differs():
    fields = SPEC["components"]["schemas"]["Call"]["properties"]
    other = edited("components/schemas/Call/properties", dict(reversed(fields.items())))

    assert changes(named(SPEC), named(other)) == []
    assert [(each.weight, each.name) for each in unnamed(client(SPEC), client(other))] == [
        (C, "models/call.py")
    ]


def test_the_same_spec_has_not_changed():
    assert changes(named(SPEC), named(deepcopy(SPEC))) == []
    assert unnamed(client(SPEC), client(deepcopy(SPEC))) == []
