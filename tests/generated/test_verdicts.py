"""What api-diff says of one edit of a spec: the verdict, in words, and the next version."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.generated.small_client import GONE, SPEC, client
from tools.changes import Change, Weight, changes, unnamed
from tools.spec import SpecError
from tools.surface import surface

BREAKING, BEHAVIOUR, ADDITION, TEXT = Weight.BREAKING, Weight.BEHAVIOUR, Weight.COMPATIBLE, Weight.TEXT
NONE, REFUSED = "no change", "refused"
STRING, NUMBER = {"type": "string"}, {"type": "number"}


def referred(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def base() -> dict[str, Any]:
    """A spec with something of each kind."""
    spec = deepcopy(SPEC)
    get = spec["paths"]["/calls/"]["get"]
    get |= {"summary": "List calls", "description": "Calls, latest first."}
    get["parameters"] += [
        {
            "name": "limit",
            "in": "query",
            "description": "Calls on a page. Without it, 10. At most 100.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 100},
        },
        {
            "name": "sort",
            "in": "query",
            "description": "Order.",
            "schema": {"type": "string", "default": "name"},
        },
        {"name": "X-Team", "in": "header", "schema": STRING},
        {"name": "kinds", "in": "query", "schema": {"type": "array", "items": STRING}},
        {"name": "mode", "in": "query", "schema": {"type": "string", "enum": ["fast", "full"]}},
    ]
    get["responses"]["401"] = {"description": "Who?", "content": referred("Error")}
    get["responses"]["404"]["headers"] = {
        "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}
    }
    call = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    spec["paths"]["/calls/{id}/"] = {
        "get": {
            "operationId": "getCall",
            "tags": ["simulation"],
            "parameters": [call],
            "responses": {"200": {"description": "It.", "content": referred("Call")}},
        },
        "post": {
            "operationId": "changeCall",
            "tags": ["simulation"],
            "parameters": [call],
            "requestBody": {"required": True, "content": referred("Change")},
            "responses": {"200": {"description": "It.", "content": referred("Call")}},
        },
        "delete": {
            "operationId": "dropCall",
            "tags": ["simulation"],
            "parameters": [call],
            "responses": {"204": {"description": "Gone."}},
        },
    }
    schemas = spec["components"]["schemas"]
    schemas["Change"] = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": STRING, "note": STRING, "size": NUMBER},
    }
    schemas["Call"]["properties"]["wait"] = {
        "type": "number",
        "description": "Wait in seconds. By default, 5.",
    }
    schemes = {
        name: {"type": "apiKey", "in": "header", "name": name} for name in ("X-Api-Key", "X-Secret-Key")
    }
    spec["components"]["securitySchemes"] = schemes
    spec["security"] = [{name: [] for name in schemes}]
    spec["servers"] = [{"url": "https://api.futureagi.com"}]
    return deepcopy(spec)


LIST, ONE = "paths/~calls~/get", "paths/~calls~{id}~"
CALL, CHANGE = "components/schemas/Call", "components/schemas/Change"
LIMIT, SORT = f"{LIST}/parameters/2", f"{LIST}/parameters/3"
RETRY = f"{LIST}/responses/404/headers/Retry-After"
TEAM = {"name": "team", "in": "query", "schema": STRING}
# Each edit: where, what is put there (GONE: nothing is left), the verdict, and what is said of it.
EDITS: dict[str, tuple[str, Any, Weight | str, str]] = {
    # parameters
    "optional parameter added": (f"{LIST}/parameters/-", TEAM, ADDITION, "list_calls(team=): optional parameter added"),
    "required parameter added": (
        f"{LIST}/parameters/-", TEAM | {"required": True}, BREAKING, "list_calls(team=): required parameter added",
    ),
    "header parameter added": (
        f"{LIST}/parameters/-", TEAM | {"name": "X-Trace", "in": "header"}, ADDITION, "list_calls(x_trace=): optional",
    ),
    "parameter removed": (f"{LIST}/parameters/0", GONE, BREAKING, "list_calls(search=): parameter removed"),
    "header parameter removed": (f"{LIST}/parameters/4", GONE, BREAKING, "list_calls(x_team=): parameter removed"),
    "parameter becomes required": (f"{SORT}/required", True, BREAKING, "list_calls(sort=): is required now"),
    "parameter renamed": (f"{SORT}/name", "order", BREAKING, "list_calls(sort=): parameter removed"),
    "parameter retyped": (f"{SORT}/schema", {"type": "integer"}, BREAKING, "list_calls(sort=): no longer takes str"),
    "parameter takes more types": (f"{LIMIT}/schema", {"type": "number"}, ADDITION, "list_calls(limit=): takes float"),
    "items of a parameter retyped": (
        f"{LIST}/parameters/5/schema/items", {"type": "integer"}, BREAKING, "list_calls(kinds=): no longer takes",
    ),
    "limit lowered": (f"{LIMIT}/schema/maximum", 50, BREAKING, "list_calls(limit=): limits now: minimum 1, maximum 50"),
    "limit raised": (f"{LIMIT}/schema/maximum", 500, ADDITION, "limits now: minimum 1, maximum 500"),
    "limit dropped": (f"{LIMIT}/schema/maximum", GONE, ADDITION, "limits now: minimum 1"),
    "limit added": (f"{SORT}/schema/maxLength", 9, BREAKING, "list_calls(sort=): limits now: maxLength 9"),
    "enum word of a parameter added": (
        f"{LIST}/parameters/6/schema/enum", ["fast", "full", "slow"], ADDITION, "value 'slow' added",
    ),
    "enum word of a parameter removed": (f"{LIST}/parameters/6/schema/enum", ["fast"], BREAKING, "'full' removed"),
    "path parameter loses its format": (f"{ONE}/get/parameters/0/schema/format", GONE, ADDITION, "takes str now"),
    "query parameter gains a format": (f"{SORT}/schema/format", "uuid", BREAKING, "list_calls(sort=): takes UUIDs only"),
    "path parameter renamed": (ONE, "RENAME", BREAKING, "get_call(id=): parameter removed"),
    "parameter deprecated": (f"{SORT}/deprecated", True, BEHAVIOUR, "list_calls(sort=): deprecated now"),
    # defaults, units, limits and order, in keys and in prose
    "default changed": (f"{SORT}/schema/default", "age", BEHAVIOUR, "list_calls(sort=): default changed from name to age"),
    "default dropped": (f"{SORT}/schema/default", GONE, TEXT, "default no longer said: name"),
    "default moved into prose": (SORT, "DEFAULT-IN-PROSE", TEXT, "list_calls(sort=): description changed"),
    "default in prose changed": (
        f"{LIMIT}/description", "Calls on a page. Without it, 20. At most 100.", BEHAVIOUR, "default changed from 10 to 20",
    ),
    "limit in prose changed": (
        f"{LIMIT}/description", "Calls on a page. Without it, 10. At most 50.", BEHAVIOUR, "from at most 100 to at most 50",
    ),
    "unit in prose changed": (
        f"{CALL}/properties/wait/description", "Wait in milliseconds. By default, 5.", BEHAVIOUR,
        "Call.wait: unit changed from seconds to milliseconds",
    ),
    "default of a field changed in prose": (
        f"{CALL}/properties/wait/description", "Wait in seconds. By default, 7.", BEHAVIOUR, "default changed from 5 to 7",
    ),
    "order in prose changed": (f"{LIST}/description", "Calls, oldest first.", BEHAVIOUR, "order changed from latest first"),
    # what comes back
    "field added": (f"{CALL}/properties/mood", STRING, ADDITION, "Call.mood: field added"),
    "field removed": (f"{CALL}/properties/tags", GONE, BREAKING, "Call.tags: field removed"),
    "field retyped": (f"{CALL}/properties/wait", STRING, BREAKING, "Call.wait: type changed from float"),
    "field narrowed": (f"{CALL}/properties/wait/type", "integer", ADDITION, "Call.wait: type narrowed"),
    "field becomes nullable": (f"{CALL}/properties/score", {"type": ["number", "null"]}, BREAKING, "may be null now"),
    "field is never null now": (f"{CALL}/properties/note", STRING | {"description": "Old text."}, ADDITION, "Call.note"),
    "field is always there": (f"{CALL}/required", ["id", "score", "tags"], ADDITION, "Call.tags: always there now"),
    "field may be missing": (f"{CALL}/required", ["id"], BREAKING, "Call.score: may be missing now"),
    "field deprecated": (f"{CALL}/properties/wait/deprecated", True, ADDITION, "Call.wait: deprecated now"),
    "format of a field": (f"{CALL}/properties/id/format", GONE, NONE, ""),
    "limit of a field": (f"{CALL}/properties/score/maximum", 10, NONE, ""),
    "field called by a keyword": (f"{CALL}/properties/from", STRING, ADDITION, "Call.from_: field added"),
    "enum word added": ("components/schemas/Status/enum", ["done", "failed", "new"], ADDITION, "value 'new' added"),
    "enum word removed": ("components/schemas/Status/enum", ["done"], BREAKING, "value 'failed' removed"),
    # what is sent
    "optional field of a body added": (f"{CHANGE}/properties/mood", STRING, ADDITION, "Change.mood: field added"),
    "required field of a body added": (CHANGE, "REQUIRE-MOOD", BREAKING, "Change.mood: required field added"),
    "field of a body becomes required": (f"{CHANGE}/required", ["name", "note"], BREAKING, "Change.note: is required now"),
    "field of a body becomes optional": (f"{CHANGE}/required", [], ADDITION, "Change.name: is optional now"),
    "field of a body takes null too": (f"{CHANGE}/properties/size/type", ["number", "null"], ADDITION, "Change.size: takes"),
    "field of a body narrowed": (f"{CHANGE}/properties/size/type", "integer", BREAKING, "Change.size: no longer takes float"),
    "body becomes optional": (f"{ONE}/post/requestBody/required", False, ADDITION, "change_call(body=)"),
    "body dropped": (f"{ONE}/post/requestBody", GONE, BREAKING, "change_call(body=): parameter removed"),
    # answers
    "error documented": (f"{LIST}/responses/403", {"description": "No.", "content": referred("Error")}, ADDITION, "status 403"),
    "error no longer documented": (f"{LIST}/responses/404", GONE, BEHAVIOUR, "status 404 is no longer documented"),
    "200 becomes 201": (f"{ONE}/post/responses", "CREATED", TEXT, ""),
    "nothing comes back": (f"{ONE}/post/responses", "EMPTY", BREAKING, "change_call() success"),
    "something comes back": (f"{ONE}/delete/responses", "FILLED", BREAKING, "drop_call() success: type changed from None"),
    "array comes back": (
        f"{ONE}/get/responses/200/content/application~json/schema",
        {"type": "array", "items": {"$ref": "#/components/schemas/Call"}}, BREAKING, "get_call() success: type changed",
    ),
    "header added": (
        f"{LIST}/responses/200/headers", {"X-Left": {"description": "x", "schema": STRING}}, ADDITION, "X-Left (200) added",
    ),
    "header removed": (RETRY, GONE, BEHAVIOUR, "list_calls(): response header Retry-After (404) removed"),
    "header retyped": (f"{RETRY}/schema/type", "string", BEHAVIOUR, "Retry-After (404) is string instead of integer"),
    "unit of a header changed": (f"{RETRY}/description", "Minutes.", BEHAVIOUR, "unit changed from seconds to minutes"),
    # operations
    "operation added": (f"{ONE}/put", "PUT", ADDITION, "put_call(): operation added: PUT /calls/{id}/"),
    "operation removed": (f"{ONE}/delete", GONE, BREAKING, "drop_call(): operation removed"),
    "operationId changed": (f"{LIST}/operationId", "getCalls", BREAKING, "list_calls(): operation removed"),
    "method renamed": (f"{LIST}/x-methods", [{"name": "calls"}], BREAKING, "Client.list_calls(): method removed"),
    "path changed": ("paths", "MOVE", BREAKING, "list_calls(): sends GET /all-calls/ instead of GET /calls/"),
    "verb changed": (f"{ONE}", "PATCH", BREAKING, "change_call(): sends PATCH /calls/{id}/ instead of POST"),
    "operation deprecated": (f"{LIST}/deprecated", True, BEHAVIOUR, "list_calls(): deprecated now"),
    "first tag changed": (f"{LIST}/tags", ["calls"], BREAKING, "imported from api.calls instead of api.simulation"),
    "second tag added": (f"{LIST}/tags", ["simulation", "calls"], NONE, ""),
    # the document
    "server added": ("servers/-", {"url": "https://eu.futureagi.test"}, ADDITION, "servers: https://eu.futureagi.test added"),
    "server replaced": ("servers", [{"url": "https://x.test"}], REFUSED, "clients go to"),
    "security dropped": ("security", GONE, BEHAVIOUR, "security: keys that requests need: not said"),
    "security of one key": ("security", [{"X-Api-Key": []}], REFUSED, "sends all keys"),
    "bearer token": ("components/securitySchemes/X-Api-Key", {"type": "http", "scheme": "bearer"}, REFUSED, "client sends"),
    "security of an operation": (f"{LIST}/security", [], REFUSED, "`security` of its own"),
    # texts
    "description of a field": (f"{CALL}/properties/note/description", "New text.", TEXT, "Call.note: description changed"),
    "description of a parameter": (f"{SORT}/description", "Ordering.", TEXT, "list_calls(sort=): description changed"),
    "summary": (f"{LIST}/summary", "List all calls", TEXT, "list_calls(): description changed"),
    "description of an answer": (f"{LIST}/responses/200/description", "All.", NONE, ""),
    "example of a parameter": (f"{SORT}/example", "age", NONE, ""),
    "example of a schema": (f"{CALL}/examples", [{}], NONE, ""),
    "title": ("info/title", "All calls", TEXT, "__init__.py: only docstrings or comments changed"),
    "description of the document": ("info/description", "Words.", NONE, ""),
    "schema that nothing uses": ("components/schemas/Unused/properties/more", STRING, NONE, ""),
    "comment": (f"{CALL}/$comment", "x", NONE, ""),
}  # fmt: skip


def edited(path: str, value: Any) -> dict[str, Any]:
    spec = base()
    *way, last = [step.replace("~", "/") for step in path.split("/")]
    node: Any = spec
    for step in way:
        node = node[int(step)] if isinstance(node, list) else node[step]
    if value == "RENAME":
        item = node.pop(last)
        for operation in item.values():
            operation["parameters"] = [{**operation["parameters"][0], "name": "call_id"}]
        node["/calls/{call_id}/"] = item
    elif value == "MOVE":
        node[last]["/all-calls/"] = node[last].pop("/calls/")
    elif value == "PATCH":
        node[last]["patch"] = node[last].pop("post")
    elif value == "PUT":
        node[last] = {**node["post"], "operationId": "putCall"}
    elif value == "DEFAULT-IN-PROSE":
        del node[int(last)]["schema"]["default"]
        node[int(last)]["description"] = "Order. Without it, `name`."
    elif value == "REQUIRE-MOOD":
        node[last]["properties"]["mood"] = STRING
        node[last]["required"].append("mood")
    elif value == "CREATED":
        node[last]["201"] = node[last].pop("200")
    elif value == "EMPTY":
        node[last] = {"204": {"description": "Done."}}
    elif value == "FILLED":
        node[last] = {"200": {"description": "It.", "content": referred("Call")}}
    elif value is GONE:
        del node[int(last) if isinstance(node, list) else last]
    elif last == "-":
        node.append(value)
    else:
        node[last] = value
    return spec


def judged(spec: dict[str, Any]) -> list[Change]:
    before, after = client(base()), client(spec)
    return changes(surface(before, base()), surface(after, spec)) or unnamed(before, after)


@pytest.mark.parametrize(("path", "value", "verdict", "said"), EDITS.values(), ids=EDITS)
def test_an_edit_gets_its_verdict(path: str, value: Any, verdict: Weight | str, said: str) -> None:
    if verdict == REFUSED:
        with pytest.raises(SpecError, match=said):
            judged(edited(path, value))
        return
    found = judged(edited(path, value))
    words = [f"{each.name}: {each.what}" for each in found]
    assert (found[0].weight if found else NONE) == verdict, words
    assert any(said in each for each in words) or not said, words
