"""Text of the spec stays text in the generated code; what is accepted is generated right, not left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generated.small_client import SPEC, client, edited
from tools.spec import SpecError, pascal, snake

CALLS, CALL = "paths/~calls~/get", "components/schemas/Call"
RUN = "__import__('os').abort()"
HOSTILE = [
    RUN,
    f"{{{RUN}}}",
    f'"""\n{RUN}\n"""',
    f'"\n{RUN}\n"',
    f"'\n{RUN}\n'",
    f'\\"""\n{RUN}\n"""',
    f'"{RUN}"""',
    f'" + {RUN} + "',
    f'x"; {RUN}; "',
    f'\\"; {RUN}; \\"',
    f"# x\n{RUN}",
    f"x\r{RUN}\r",
    f"x\x0c{RUN}\u2028{RUN}\x85",
    "{{ 7 * 7 }}{% for x in [] %}{# x #}",
    "\\",
    '\\N{DIGIT ONE}\\x00\\u0000\\U0001"',
    "\\" * 201 + '"' * 7,
    'ends in "',
    'ends in \\"',
    "\x00\x1b[31m\u202e\ufeff\U000e0041",
    "trailing \\\n",
    "# fmt: off\n#!x",
    "Args:\n    x: y\n\nRaises:\n    z",
]
NAMES = [
    "run-id",
    "a b",
    "class",
    "self",
    "__init__",
    "é",
    "ﬁ",
    "名",
    "1",
    "",
    "$",
    "x.y",
    "..",
    "/",
    "url",
    "²",
    *HOSTILE[:9],
]


def nodes(files: dict[Path, str]) -> Iterator[ast.AST]:
    for path, text in files.items():
        yield from ast.walk(ast.parse(text, str(path)))


def skeleton(files: dict[Path, str]) -> dict[Path, str]:
    """Return the code with every text left out."""

    def bare(text: str) -> str:
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = ""
        return ast.dump(tree)

    return {path: bare(text) for path, text in files.items()}


def everywhere(text: str) -> dict[str, Any]:
    """Put a text wherever the spec takes any."""
    spec = deepcopy(SPEC)
    spec["info"] |= {"title": text, "description": text, "summary": text}
    get = spec["paths"]["/calls/"]["get"]
    get |= {"summary": text, "description": text}
    get["parameters"][0] |= {"description": text, "example": text}
    get["parameters"][0]["schema"] |= {"pattern": text, "description": text, "$comment": text}
    get["responses"]["200"] |= {
        "description": text,
        "headers": {"X-Left": {"description": text, "schema": {"type": "string", "description": text}}},
        "links": {text: {"operationId": "listCalls", "description": text}},
    }
    get["responses"]["404"]["content"][text] = {"schema": {"type": "string"}}
    schemas = spec["components"]["schemas"]
    for schema in (*schemas.values(), *schemas["Call"]["properties"].values()):
        if "$ref" not in schema:
            schema |= {"description": text, "$comment": text, "example": text, "x-note": text}
    schemas["Call"]["properties"]["id"] |= {"format": text, "pattern": text, "contentMediaType": text}
    return spec


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_change_no_code(text: str) -> None:
    assert skeleton(client(everywhere(text))) == skeleton(client(everywhere("Plain.")))


def described(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string"}}


def with_path(name: str) -> dict[str, Any]:
    spec = deepcopy(SPEC)
    spec["paths"][name] = spec["paths"].pop("/calls/")
    return spec


def with_argument(name: str) -> dict[str, Any]:
    spec = with_path(f"/calls/{{{name}}}/")
    parameter = {**described(name), "in": "path", "required": True}
    spec["paths"][f"/calls/{{{name}}}/"]["get"]["parameters"].append(parameter)
    return spec


def with_class(name: str) -> dict[str, Any]:
    spec = edited(f"{CALL}/properties/note", {"$ref": f"#/components/schemas/{name}"})
    spec["components"]["schemas"][name] = {"type": "object", "properties": {"a": {"type": "string"}}}
    return spec


NAMED = {
    "a path": lambda name: with_path(name),
    "part of a path": lambda name: with_path(f"/calls/{name}/"),
    "an undeclared argument": lambda name: with_path(f"/calls/{{{name}}}/"),
    "an argument": with_argument,
    "a parameter": lambda name: edited(f"{CALLS}/parameters/2", described(name)),
    "an operation": lambda name: edited(f"{CALLS}/operationId", name),
    "a tag": lambda name: edited(f"{CALLS}/tags", [name]),
    "a schema": with_class,
    "a property": lambda name: with_property(name),
    "an enum": lambda name: edited("components/schemas/Status/enum", ["done", name]),
    "a member": lambda name: edited("components/schemas/Status/x-enum-varnames", ["DONE", name]),
    "a status": lambda name: edited(
        f"{CALLS}/responses", {**SPEC["paths"]["/calls/"]["get"]["responses"], name: {}}
    ),
    "a header": lambda name: edited(f"{CALLS}/responses/200/headers", {name: {"schema": {"type": "string"}}}),
    "a server": lambda name: edited("servers", [{"url": name}]),
    "a version": lambda name: edited("info/version", name),
    "a default": lambda name: edited(f"{CALL}/properties/note", {"type": "string", "default": name}),
    "a constant": lambda name: edited(f"{CALL}/properties/note", {"type": "string", "const": name}),
    "a title": lambda name: edited(f"{CALL}/title", name),
    "a type": lambda name: edited(f"{CALL}/properties/note", {"type": name}),
    "a reference": lambda name: edited(f"{CALL}/properties/note", {"$ref": name}),
    "a key": lambda name: edited(f"{CALL}/properties/note", {"type": "string", name: name}),
    "a security scheme": lambda name: edited(
        "components/securitySchemes", {name: {"type": "apiKey", "in": "header", "name": name}}
    ),
}


def with_property(name: str) -> dict[str, Any]:
    spec = deepcopy(SPEC)
    spec["components"]["schemas"]["Call"]["properties"][name] = {"type": "string", "description": "Free."}
    return spec


KNOWN_CALLS = {
    ast.dump(node.func)
    for spec in (SPEC, with_argument("thing"), with_property("from"))
    for node in nodes(client(spec))
    if isinstance(node, ast.Call) and not isinstance(node.func, ast.Call)
}


def holds_no_code(spec: dict[str, Any]) -> bool:
    """Return whether a spec is accepted. Check that its client then calls and imports nothing new."""
    try:
        files = client(spec)
    except (SpecError, AssertionError):  # the second: the generator's own refusal
        return False
    known = {node.module for node in nodes(client(SPEC)) if isinstance(node, ast.ImportFrom)}
    imported = {
        each.name for node in nodes(client(SPEC)) if isinstance(node, ast.Import) for each in node.names
    }
    for node in nodes(files):
        if isinstance(node, ast.Call) and not isinstance(node.func, ast.Call):
            assert ast.dump(node.func) in KNOWN_CALLS, ast.unparse(node)
        if isinstance(node, ast.Import):
            assert {each.name for each in node.names} <= imported
        if isinstance(node, ast.ImportFrom) and not node.level:
            assert node.module in known
        assert not (
            isinstance(node, ast.Expr) and not isinstance(node.value, (ast.Constant, ast.Call, ast.Await))
        )
    return True


@pytest.mark.parametrize("place", NAMED)
def test_names_are_refused_or_are_names_only(place: str) -> None:
    accepted = [name for name in NAMES if holds_no_code(NAMED[place](name))]
    texts = ("part of a path", "a parameter", "an enum", "a constant", "a default")
    assert (RUN in accepted) == (place in texts)


def test_a_path_that_nobody_refused_is_text_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.generate.refuse", lambda *_: None)
    spec = with_argument("thing")
    spec["paths"] = {f"/{{thing}}/{{{RUN}}}/b}}/": spec["paths"]["/calls/{thing}/"]}
    assert holds_no_code(spec)
    assert f"/{{thing}}/{{{RUN}}}/b}}/" in (ast.get_docstring(ast.parse(client(spec)[Path(API)])) or "")


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    place=st.sampled_from(sorted(NAMED)),
    name=st.text(st.sampled_from("ab_Z1-. {}\"'\\()%#\n$é\u200b"), max_size=9),
)
def test_no_name_becomes_code(place: str, name: str) -> None:
    holds_no_code(NAMED[place](name))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(st.characters(codec="utf-8"), max_size=12) | st.text("abXYZ19_-. \\", max_size=12))
def test_names_are_derived_as_the_generator_does_it(name: str) -> None:
    strings = pytest.importorskip("openapi_python_client.strings")
    assert (snake(name), pascal(name)) == (strings.snake_case(name), strings.pascal_case(name))


@pytest.mark.parametrize(
    "values",
    [
        ["a_2", "a", "A"],
        ["A", "a", "a_2", "A_2", "a__2"],
        ["ß", "SS", "ss", "²", "½", "", " ", "名", "é", "e", "É"],
        ['"', "\\", "'", '\\"', f'\\"; {RUN}; \\"', "{x}", "%s", "#"],
        [
            "name",
            "value",
            "_missing_",
            "mro",
            "None",
            "True",
            "__class__",
            "_x",
            "1",
            "01",
            "1.5",
            "-1",
            "+1",
        ],
    ],
)
def test_an_enum_has_every_value_once_and_as_it_is_written(values: list[str]) -> None:
    files = client(edited("components/schemas/Status/enum", values))
    tree = ast.parse(files[Path("models/status.py")])
    [kind] = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    members = [node for node in kind.body if isinstance(node, ast.Assign)]
    assert [ast.literal_eval(node.value) for node in members] == values
    assert len({ast.unparse(node.targets[0]) for node in members}) == len(values)


# ------------------------------------------------------------------------ what is accepted is in the client

API, MODEL, ENUM = "api/simulation/list_calls.py", "models/call.py", "models/status.py"
TEXT = {"type": "string"}
HEADER = {"description": "Calls left.", "schema": {"type": "integer"}}
PLACE = {"type": "object", "properties": {"city": TEXT}}


def by_reference() -> dict[str, Any]:
    spec = edited(f"{CALLS}/responses/200/headers", {"X-Left": {"$ref": "#/components/headers/Left"}})
    spec["components"]["headers"] = {"Left": HEADER}
    return spec


def of_the_path(schema: dict[str, Any], *own: dict[str, Any]) -> dict[str, Any]:
    spec = edited("paths/~calls~/parameters", [{"name": "team", "in": "query", "schema": schema}])
    spec["paths"]["/calls/"]["get"]["parameters"] += own
    return spec


def note(schema: dict[str, Any]) -> dict[str, Any]:
    return edited(f"{CALL}/properties/note", schema)


GENERATED = {
    "deprecated operation": (edited(f"{CALLS}/deprecated", True), API, "    Deprecated.\n"),
    "deprecated parameter": (edited(f"{CALLS}/parameters/0/deprecated", True), API, "search: Deprecated.\n"),
    "deprecated property": (note(TEXT | {"deprecated": True, "description": "Old."}), MODEL, "note: Deprecated. Old.\n"),
    "deprecated property by reference": (
        note({"$ref": "#/components/schemas/Status", "deprecated": True}), MODEL, "note: Deprecated.\n",
    ),
    "deprecated schema": (edited(f"{CALL}/deprecated", True), MODEL, '"""Deprecated.\n'),
    "deprecated enum": (edited("components/schemas/Status/deprecated", True), ENUM, '"""Deprecated."""'),
    "not deprecated": (edited(f"{CALLS}/deprecated", False), API, '"""list_calls\n'),
    "response header": (edited(f"{CALLS}/responses/200/headers", {"X-Left": HEADER}), API, "X-Left (200): Calls left."),
    "response header of an error": (
        edited(f"{CALLS}/responses/404/headers", {"X-Left": HEADER}), API, "X-Left (404): Calls left.",
    ),
    "response header by reference": (by_reference(), API, "X-Left (200): Calls left."),
    "parameter of the path item": (of_the_path(TEXT), API, "team: str | None = None,"),
    "parameter of the path item, overridden": (
        of_the_path(TEXT, {"name": "team", "in": "query", "schema": {"type": "integer"}}), API, "team: int | None = None,",
    ),
    "description beside a reference": (
        note({"$ref": "#/components/schemas/Status", "description": "How it went."}), MODEL, "note: How it went.",
    ),
    "null by type": (note({"type": ["string", "null"]}), MODEL, "note: str | None = None"),
    "time or null by type": (
        note({"type": ["string", "null"], "format": "date-time"}), MODEL, "note: str | None = None",
    ),
    "several types": (note({"type": ["string", "integer"]}), MODEL, "note: str | int | Absent = None"),
    "array or null by type": (note({"type": ["array", "null"], "items": TEXT}), MODEL, "note: list[str] | None = None"),
    "object or null by type": (note({**PLACE, "type": ["object", "null"]}), MODEL, "note: CallNoteType0 | None = None"),
    "const": (note({"type": "string", "const": "x"}), MODEL, "note: str | Absent = None"),
    "map": (note({"type": "object", "additionalProperties": TEXT}), MODEL, "note: dict[str, str] | Absent = None"),
    "properties and more": (note({**PLACE, "additionalProperties": TEXT}), MODEL, "note: CallNote | Absent = None"),
    "closed object": (note({**PLACE, "additionalProperties": False}), MODEL, "note: CallNote | Absent = None"),
    "any value": (note({}), MODEL, "note: Any | Absent = None"),
    "merged": (note({**PLACE, "allOf": [{"properties": {"street": TEXT}}]}), "models/call_note.py", "    street: str"),
    "limits": (note(TEXT | {"maxLength": 3, "pattern": "x", "readOnly": True}), MODEL, "note: str | Absent = None"),
    "HTML beside the JSON of an error": (
        edited(f"{CALLS}/responses/404/content/text-html", {}), API, "def sync(",
    ),
    "link": (edited(f"{CALLS}/responses/200/links", {"again": {"operationId": "listCalls"}}), API, "def sync("),
    "security as in the document": (edited("security", []) | {"security": [{}]}, API, "def sync("),
}  # fmt: skip


@pytest.mark.parametrize(("spec", "file", "text"), GENERATED.values(), ids=GENERATED)
def test_what_is_accepted_is_in_the_client(spec: dict[str, Any], file: str, text: str) -> None:
    assert text in client(spec)[Path(file)]
