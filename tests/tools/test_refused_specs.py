"""A spec that no client can be made from is refused with its location and what to write, by every tool."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from futureagi_simulate.options import DEFAULT_BASE_URL
from tests.generated.small_client import edited
from tools import api_diff, generate
from tools.generate import prepare, ready
from tools.spec import SpecError, load
from tools.spec import contract as contract_module

ROOT = generate.ROOT
INPUTS = ("openapi.yaml", "generator-config.yaml", "generator-templates")
FAULTS = [
    ("#/components/schemas/CallExecutionPage", "#/components/schemas/Nope", "Nope"),
    ("#/components/parameters/Page'", "#/components/parameters/Nope'", "Nope"),
    ("\n        phone_number:", "\n        self:", "self"),
    ("\n        phone_number:", "\n        phone-number:", "phone-number"),
]
RUNS, LISTING = "/sdk/api/v1/simulation/runs/", "/simulate/run-tests/{run_test_id}/executions/"
TEXT = {"type": "string"}
NUMBERS = {"type": "array", "items": {"type": "number"}}

Document = dict[str, Any]
Edit = Callable[[Document], Any]


def operation(spec: Document) -> Document:
    found: Document = spec["paths"][LISTING]["get"]
    return found


def success(spec: Document) -> Document:
    answer: Document = operation(spec)["responses"]["200"]
    return answer


def field(name: str, schema: Document) -> Edit:
    """Add a field to the schema Column."""
    return lambda spec: spec["components"]["schemas"]["Column"]["properties"].update({name: schema})


def parameter(name: str = "team", where: str = "query", **more: Any) -> Edit:
    """Add a parameter to an operation."""
    more = more or {"schema": TEXT}
    return lambda spec: operation(spec)["parameters"].append({"name": name, "in": where, **more})


def schema(name: str) -> Edit:
    """Call the schema Column something else."""

    def edit(spec: Document) -> None:
        spec["components"]["schemas"][name] = {"type": "object", "properties": {"a": TEXT}}
        field("more", {"$ref": f"#/components/schemas/{name}"})(spec)

    return edit


def body(schema: Document) -> Edit:
    """Make a schema that of a success."""
    return lambda spec: success(spec)["content"]["application/json"].update(schema=schema)


def answer(status: str, **more: Any) -> Edit:
    """Add a response to an operation."""
    return lambda spec: operation(spec)["responses"].update({status: success(spec) | more})


def method(spec: Document) -> None:
    spec["paths"][LISTING]["head"] = spec["paths"][LISTING]["get"]


def sent(**more: Any) -> Edit:
    """Give an operation a body."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Column"}}}
    return lambda spec: operation(spec).update(requestBody={"content": content} | more)


def post(spec: Document) -> None:
    """Make an operation a POST; what edits it afterwards edits this one."""
    found = {**operation(spec)}
    sent()({"paths": {LISTING: {"get": found}}})
    spec["paths"][LISTING] = {"post": found, "get": found}


def scheme(**more: Any) -> Edit:
    return lambda spec: spec["components"]["securitySchemes"]["ApiKey"].update(more)


COLUMN = "#/components/schemas/Column"
ERROR = {"application/json": {"schema": {"$ref": COLUMN}}}
NO_CLIENT: dict[str, tuple[Edit, str]] = {
    "nullable field": (field("a", TEXT | {"nullable": True}), f"{COLUMN}/properties/a: .*'null'"),
    "nullable parameter": (parameter(schema=TEXT | {"nullable": False}), "parameters/.*nullable"),
    "tag of signs": (
        lambda spec: operation(spec).update(tags=["../x"]),
        f"{LISTING}: no module can .*'../x'",
    ),
    "no tags": (lambda spec: operation(spec).pop("tags"), "no tag, which .*simulation"),
    "no name": (lambda spec: operation(spec).pop("operationId"), f"{LISTING}: no `operationId`"),
    "another server": (
        lambda spec: spec["servers"][0].update(url="https://x.test"),
        "#/servers/0: clients go to",
    ),
    "second server without a scheme": (
        lambda spec: spec["servers"].append({"url": "x.test"}),
        "#/servers/1: `url` is 'x.test'; .*https",
    ),
    "parameter that is a key": (
        parameter("X-Api-Key", "header"),
        f"{LISTING}: parameter 'X-Api-Key': no argument can set .*leave it out",
    ),
    "parameter that is a header of the connection": (parameter("Host", "header"), "no argument can set"),
    "cookie parameter": (parameter("team", "cookie"), "parameter 'team': in cookie"),
    "body of a GET": (sent(), f"{LISTING}: body: a GET has no body .*ask by parameters"),
    "body of another kind": (sent(content={"text/csv": {"schema": TEXT}}), "text/csv; the client sends app"),
    "body without content": (sent(content={}), "media types are missing"),
    "body without a class": (
        sent(content={"application/json": {"schema": {"type": "object", "properties": {"a": TEXT}}}}),
        "needs a class; refer to",
    ),
    "body that is no object": (
        sent(content={"application/json": {"schema": {"$ref": COLUMN + "Type"}}}),
        "needs a class",
    ),
    "parameter called body": (
        lambda spec: post(spec) or parameter("body")(spec),
        f"POST {LISTING}: a parameter and the body are both called body; .*x-argument",
    ),
    "head": (method, f"HEAD {LISTING}: the client sends GET, .*leave `head` out"),
    "array of arrays as answer": (
        body({"type": "array", "items": NUMBERS}),
        f"{LISTING}: answer 200: an array's items",
    ),
    "array of nameless objects as answer": (
        body({"type": "array", "items": {"type": "object", "properties": {"a": TEXT}}}),
        "an array's items have to be objects by",
    ),
    "nameless object as answer": (
        body({"type": "object", "properties": {"a": TEXT}}),
        "answer 200: a whole answer needs a class; refer to",
    ),
    "204 with a body": (answer("204"), f"{LISTING}: answer 204: 204 has no body"),
    "map as answer": (
        body({"type": "object", "additionalProperties": TEXT}),
        "a success has to be an object",
    ),
    "text as answer": (body(TEXT), "a success has to be an object"),
    "nullable object as answer": (
        body({"anyOf": [{"$ref": COLUMN}, {"type": "null"}]}),
        "a success has to be",
    ),
    "const": (field("a", {"const": 3}), f"{COLUMN}/properties/a: `const`"),
    "const of a number": (field("a", {"type": "integer", "const": 3}), "`const`"),
    "two arrays": (
        field("a", {"anyOf": [NUMBERS, {"type": "array", "items": TEXT}]}),
        "properties/a: .*one array",
    ),
    "null in an enum": (
        field("a", {"type": ["string", "null"], "enum": ["x", None]}),
        r"`anyOf` of a `\$ref`",
    ),
    "nullable enum": (field("a", {"type": ["string", "null"], "enum": ["x"]}), r"`anyOf` of a `\$ref`"),
    "enum of numbers": (field("a", {"type": "integer", "enum": [1, 2]}), "a type with a description"),
    "enum of numbers as parameter": (
        parameter(schema={"type": "integer", "enum": [1]}),
        "only enums of texts",
    ),
    "empty enum": (field("a", TEXT | {"enum": []}), "only enums of texts"),
    "two successes": (
        answer("201", content={"application/json": {"schema": {"$ref": COLUMN}}}),
        f"{LISTING}: answers 200 and 201 differ",
    ),
    "no success": (lambda spec: operation(spec)["responses"].pop("200"), "no answer with one of the succ"),
    "another success": (answer("206"), "answer 206: the client knows 200, 201"),
    "default answer": (answer("default"), "answer default: .*by its own number"),
    "range of answers": (answer("4XX"), "answer 4XX: .*by its own number"),
    "redirect": (answer("302"), "answer 302: "),
    "another error": (answer("418", content=ERROR), "answer 418: .*schema Error"),
    "error without content": (answer("418", content={}), "answer 418: no schema for application/json"),
    "answer without a schema": (
        lambda spec: success(spec)["content"].update({"application/json": {}}),
        "answer 200: no schema",
    ),
    "answer of another kind": (
        lambda spec: success(spec).update(content={"text/csv": {"schema": TEXT}}),
        "answer 200: no schema for application/json",
    ),
    "answer of two kinds": (
        lambda spec: success(spec)["content"].update({"text/csv": {"schema": TEXT}}),
        "answer 200: several media types",
    ),
    "header of several values": (
        parameter("X-A", "header", schema=NUMBERS),
        "arrays are sent in the query only",
    ),
    "arrays in an array of the query": (
        parameter(schema={"type": "array", "items": NUMBERS}),
        "parameter 'team': an array's items are all",
    ),
    "array of two types in the query": (
        parameter(schema={"type": "array", "items": {"type": ["string", "integer"]}}),
        "an array's items are all",
    ),
    "array with blanks between": (
        parameter(schema=NUMBERS, style="spaceDelimited"),
        "parameter 'team': `style` is spaceDelimited",
    ),
    "object as parameter": (parameter(schema={"type": "object"}), "parameter 'team': objects"),
    "parameter in content": (
        parameter(content={"application/json": {"schema": NUMBERS}}),
        "parameter 'team': no `schema`",
    ),
    "another header for keys": (
        scheme(name="Authorization"),
        "securitySchemes/ApiKey: the client sends X-Api",
    ),
    "keys in the query": (scheme(**{"in": "query"}), "securitySchemes/ApiKey"),
    "bearer token": (scheme(type="http", scheme="bearer"), "securitySchemes/ApiKey"),
}
NO_CLIENT |= {
    "value of an enum on two lines": (field("a", TEXT | {"enum": ["x\ny"]}), "characters that the generator"),
    "two schemas of one class": (
        lambda spec: (
            spec["components"]["schemas"].update(column=spec["components"]["schemas"]["Column"])
            or field("a", {"$ref": "#/components/schemas/column"})(spec)
        ),
        f"{COLUMN}: the class and module of column have the same name",
    ),
    "lone allOf": (
        lambda spec: spec["components"]["schemas"].update(Column={"allOf": [{"$ref": COLUMN + "Type"}]}),
        f"{COLUMN}: `allOf` merges objects",
    ),
    "allOf of no object": (
        lambda spec: spec["components"]["schemas"]["Column"].update(allOf=[{"$ref": COLUMN + "Type"}]),
        f"{COLUMN}: `allOf` merges objects",
    ),
}


def at_operation(**more: Any) -> Edit:
    return lambda spec: operation(spec).update(more)


def at_path(**more: Any) -> Edit:
    return lambda spec: spec["paths"][LISTING].update(more)


def moved(path: str) -> Edit:
    """Move an operation to another path."""
    return lambda spec: spec["paths"].update({path: spec["paths"].pop(LISTING)})


def copied(path: str, name: str, **more: Any) -> Edit:
    """Have an operation a second time, at another path and of another name."""
    return lambda spec: spec["paths"].update(
        {path: {"get": {**operation(spec), "operationId": name, **more}}}
    )


def at_answer(**more: Any) -> Edit:
    return lambda spec: success(spec).update(more)


def at_root(**more: Any) -> Edit:
    return lambda spec: spec.update(more)


def component(name: str, value: Any, used_by: str = "more") -> Edit:
    """Add a schema, and a field of it to the schema Column."""
    return lambda spec: (
        spec["components"]["schemas"].update({name: value})
        or field(used_by, {"$ref": f"#/components/schemas/{name}"})(spec)
    )


LINK = {"operationId": "getCallRun"}
THING = {"type": "object", "properties": {"a": TEXT}}
A = f"{COLUMN}/properties/a"
WHERE = f"GET {LISTING}"
# What the generator would take without a word and leave out, or stop at with a traceback.
LOST: dict[str, tuple[Edit, str]] = {
    "webhooks": (at_root(webhooks={"done": {}}), "#: `webhooks`: .*leave webhooks out"),
    "OpenAPI 3.0": (at_root(openapi="3.0.3"), "#/openapi: is '3.0.3'; write"),
    "OpenAPI 3.2": (at_root(openapi="3.2.0"), "#/openapi: is '3.2.0'; write"),
    "schema dialect": (at_root(jsonSchemaDialect="x"), "#: `jsonSchemaDialect`"),
    "misspelt key": (at_operation(respones={}), f"{WHERE}: `respones` isn't known .*correct its name"),
    "version of two numbers": (lambda spec: spec["info"].update(version="1.0"), "#/info/version: is '1.0'"),
    "server with variables": (
        lambda spec: spec["servers"][0].update(variables={"a": {"default": "b"}}),
        "#/servers/0: `variables`: .*whole `url`",
    ),
    "keys that need not be sent": (lambda spec: spec["security"].append({}), "#/security: .*one requirement"),
    "one key of two": (at_root(security=[{"ApiKey": []}]), "#/security: "),
    "security of an operation": (at_operation(security=[]), f"{WHERE}: `security` of its own; .*document"),
    "callbacks in components": (
        lambda spec: spec["components"].update(callbacks={}),
        "#/components: `callbacks`: ",
    ),
    "path in another file": (
        lambda spec: spec["paths"].update({"/x/": {"$ref": "x.yaml"}}),
        r"#/paths//x/: `\$ref`: no path item .*here",
    ),
    "path that is nowhere": (
        lambda spec: spec["paths"].update({"/x/": {"$ref": "#/components/pathItems/x"}}),
        r"#/paths//x/: `\$ref`: no path item",
    ),
    "fault in a path by reference": (
        lambda spec: (
            spec["components"].update(pathItems={"x": {"get": operation(spec)}})
            or spec["paths"].update({"/x/": {"$ref": "#/components/pathItems/x"}})
        ),
        "GET /x/: `operationId`",
    ),
    "servers of a path": (at_path(servers=[]), f"#/paths/{LISTING}: `servers`: "),
    "summary of a path": (at_path(summary="x"), f"#/paths/{LISTING}: `summary`: .*at the operation"),
    "servers of an operation": (at_operation(servers=[]), f"{WHERE}: `servers`: .*document"),
    "callbacks": (at_operation(callbacks={}), f"{WHERE}: `callbacks`: "),
    "code in a path": (
        moved("/x/{__import__('os').system('false')}/"),
        r"#/paths//x/.*: no argument can be called .*plain word",
    ),
    "attribute in a path": (moved("/x/{run_test_id.x}/"), "no argument can be called 'run_test_id.x'"),
    "dunder in a path": (moved("/x/{__name__}/"), "no argument can be called '__name__'"),
    "keyword in a path": (moved("/x/{class}/"), "no argument can be called 'class'"),
    "undeclared name in a path": (
        moved("/x/{run_test_id}/{other}/"),
        r"\{other\} is no parameter .*declare it",
    ),
    "brace in a path": (moved("/x/{run_test_id}/}/"), "no URL has such a path"),
    "quote in a path": (moved('/x/{run_test_id}/"/'), "no URL has such a path"),
    "backslash in a path": (moved("/x/{run_test_id}/\\/"), "no URL has such a path"),
    "blank in a path": (moved("/x/{run_test_id}/a b/"), "no URL has such a path"),
    "query in a path": (moved("/x/{run_test_id}/?a=b"), "no URL has such a path"),
    "path without a slash": (moved("x/{run_test_id}/"), "begin with `/`"),
    "name twice in a path": (moved("/x/{run_test_id}/{run_test_id}/"), "a parameter is there twice"),
    "parameter that is not in the path": (
        moved("/x/"),
        "GET /x/: parameter 'run_test_id' isn't in the path",
    ),
    "parameter of the path that may be left out": (
        lambda spec: spec["components"]["parameters"]["RunTestId"].update(required=False),
        "parameter 'run_test_id': .*required: true",
    ),
    "paths that differ by the last slash": (copied(LISTING.rstrip("/"), "other"), "or the last `/` only"),
    "paths that differ by a name": (
        copied(LISTING.replace("run_test_id", "id"), "other", parameters=[]),
        "differs from .*parameters' names",
    ),
    "operationId twice": (
        copied("/x/{run_test_id}/", "listTestExecutions"),
        "makes the function of .*another",
    ),
    "operationId twice in snake case": (copied("/x/{run_test_id}/", "list_test_executions"), "use another"),
    "operationId twice but for case": (copied("/x/{run_test_id}/", "ListTestExecutions"), "use another"),
    "operationId with a slash": (at_operation(operationId="../x"), "no function can be called by .*ASCII"),
    "operationId of signs": (at_operation(operationId="__init__"), "no function can be called by"),
    "parameter twice": (
        lambda spec: parameter("team")(spec) or parameter("team")(spec),
        f"{WHERE}: parameters 'team' and 'team' are one argument; rename one",
    ),
    "parameter twice in snake case": (
        lambda spec: parameter("teamName")(spec) or parameter("team_name")(spec),
        "parameters 'teamName' and 'team_name' are one argument",
    ),
    "parameter of the query called like one of the path": (parameter("run_test_id"), "are one argument"),
    "parameter without a name": (parameter("$$"), r"no argument can be called '\$\$'"),
    "parameter with an invisible sign": (parameter("team\u200b"), "no argument can be called"),
    "style of a parameter": (parameter(style="deepObject", schema=TEXT), "'team': `style` is deepObject"),
    "reserved signs": (parameter(allowReserved=True, schema=TEXT), "`allowReserved`: "),
    "empty value": (parameter(allowEmptyValue=True, schema=TEXT), "`allowEmptyValue`: "),
    "beside a reference to a parameter": (
        lambda spec: operation(spec)["parameters"][0].update(required=True),
        "parameters/0: `required` beside .*where the reference leads",
    ),
    "link to nowhere": (at_answer(links={"x": {"operationId": "nowhere"}}), "link 'x' leads to no operation"),
    "link by reference": (at_answer(links={"x": {"operationRef": "#/x"}}), "`operationRef`: .*operationId"),
    "encoding": (
        lambda spec: success(spec)["content"]["application/json"].update(encoding={}),
        "responses/200/content/application/json: `encoding`: ",
    ),
    "header that can't be sent": (at_answer(headers={"a b": {"schema": TEXT}}), "header 'a b' can't be sent"),
    "prefixItems": (field("a", {"type": "array", "prefixItems": [TEXT]}), f"{A}: `prefixItems`: .*`items`"),
    "list of items": (field("a", {"type": "array", "items": [TEXT]}), f"{A}/items: .*write a mapping"),
    "items of no array": (field("a", TEXT | {"items": TEXT}), f"{A}: `items` without `type: array`"),
    "properties of a text": (
        field("a", TEXT | {"properties": {}}),
        f"{A}: `properties` without `type: object`",
    ),
    "patternProperties": (
        field("a", {"type": "object", "patternProperties": {}}),
        f"{A}: `patternProperties`: ",
    ),
    "propertyNames": (
        field("a", {"type": "object", "propertyNames": {}}),
        "`propertyNames`: .*additionalProp",
    ),
    "unevaluatedProperties": (
        field("a", THING | {"unevaluatedProperties": False}),
        "`unevaluatedProperties`: ",
    ),
    "required without property": (field("a", THING | {"required": ["b"]}), f"{A}: `required` names 'b'"),
    "schema that is true": (field("a", True), f"{A}: is True; write a mapping"),  # type: ignore[arg-type]
    "schema that is null": (field("a", None), f"{A}: is null; write a mapping"),  # type: ignore[arg-type]
    "unknown type": (field("a", {"type": "text"}), f"{A}/type: is 'text'; write one of array"),
    "type that is null": (field("a", {"type": ["string", None]}), f"{A}/type: is null; .*in quotes"),
    "object or text by type": (field("a", THING | {"type": ["object", "string"]}), f"{A}: `type: .*`anyOf`"),
    "title": (field("a", TEXT | {"title": "x"}), f"{A}: `title`: .*`description`"),
    "writeOnly": (field("a", TEXT | {"writeOnly": True}), f"{A}: `writeOnly`: "),
    "not": (field("a", {"not": TEXT}), f"{A}: `not`: "),
    "if": (field("a", TEXT | {"if": {}}), f"{A}: `if`: .*describe"),
    "dependentRequired": (field("a", THING | {"dependentRequired": {}}), f"{A}: `dependentRequired`: "),
    "discriminator": (
        field("a", THING | {"discriminator": {"propertyName": "a"}}),
        "`discriminator`: .*x-chosen-by",
    ),
    "$defs": (field("a", TEXT | {"$defs": {}}), r"`\$defs`: .*components"),
    "xml": (field("a", TEXT | {"xml": {}}), "`xml`: "),
    "both choices": (field("a", {"anyOf": [TEXT], "oneOf": [TEXT]}), f"{A}: `oneOf` beside `anyOf`"),
    "choice beside properties": (field("a", THING | {"oneOf": [TEXT]}), f"{A}: `type` beside `oneOf`"),
    "choice of nothing": (field("a", {"anyOf": []}), f"{A}: a choice of nothing"),
    "enum value twice": (field("a", TEXT | {"enum": ["x", "x"]}), f"{A}: a value of the enum is there twice"),
    "enum member that is code": (
        field("a", TEXT | {"enum": ["x"], "x-enum-varnames": ["X = print(1)"]}),
        f"{A}: `x-enum-varnames` names each",
    ),
    "beside a reference": (
        field("a", {"$ref": COLUMN + "Type", "maxLength": 3}),
        f"{A}: `maxLength` beside .*where the reference leads",
    ),
    "reference into another file": (
        field("a", {"$ref": "other.yaml#/A"}),
        f"{A}: .*refer to #/components/schemas",
    ),
    "reference into a schema": (field("a", {"$ref": f"{COLUMN}/properties/id"}), f"{A}: .*schemas/NAME"),
    "reference to nothing": (
        field("a", {"$ref": COLUMN + "X"}),
        f"{A}: the spec refers to .*nothing is there",
    ),
    "reference to itself": (component("A", {"$ref": "#/components/schemas/A"}), "leads back to itself"),
    "allOf with a choice": (
        field("a", THING | {"allOf": [THING | {"oneOf": [TEXT]}]}),
        f"{A}: `allOf` merges properties; `oneOf` of a part",
    ),
    "allOf of two different fields": (
        field("a", THING | {"allOf": [{"properties": {"a": {"type": "integer"}}}]}),
        f"{A}: `allOf` merges two different properties 'a'",
    ),
    "two schemas of one class by pascal case": (
        lambda spec: component("A_B", THING)(spec) or component("A.B", THING, "n")(spec),
        "have the same name; call one of them otherwise",
    ),
    "schema called by signs": (component("A B", THING), "schemas/A B: no class can have this name"),
    "choice by an unknown parameter": (
        lambda spec: spec["paths"][RUNS]["get"]["responses"]["200"]["content"]["application/json"]["schema"][
            "x-chosen-by"
        ].update(team="RunsByName"),
        "`x-chosen-by` names 'team'",
    ),
    "choice of another schema": (
        lambda spec: spec["paths"][RUNS]["get"]["responses"]["200"]["content"]["application/json"]["schema"][
            "x-chosen-by"
        ].update(run_test_name="Column"),
        "disagree about 'Column'",
    ),
}
NO_CLIENT |= LOST
FIELDS = ["self", "str", "int", "float", "bool", "list", "dict", "Absent", "Any", "CallStatus", "ﬁeld"]
SCHEMAS = ["Model", "model", "Any", "Raw", "Absent", "OpenEnum", "StrEnum", "Client", "UUID"]
PARAMETERS = ["arguments", "client", "Client", "exact", "page_size", "prefetch"]
NO_CLIENT |= {
    **{f"field {name}": (field(name, TEXT), f"{COLUMN}: no attribute .*{name!r}") for name in FIELDS},
    **{f"schema {name}": (schema(name), f"schemas/{name}: .*use this name") for name in SCHEMAS},
    **{
        f"parameter {name}": (parameter(name), f"parameter {name!r}: .*uses this name") for name in PARAMETERS
    },
}


@pytest.fixture(scope="module")
def contract() -> Document:
    return load((ROOT / "openapi.yaml").read_bytes())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A git repository with what the tools read."""
    for name in INPUTS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "init.defaultBranch=main"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "First"]):
        subprocess.run([*git, *command], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize(("right", "wrong", "named"), FAULTS)
def test_what_cannot_be_generated_from_is_refused_by_generate_and_by_api_diff(
    right: str, wrong: str, named: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "openapi.yaml"
    text = path.read_text("utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), "utf-8")
    for tool, arguments in ((generate.main, []), (api_diff.main, ["HEAD"])):
        assert tool(arguments, project) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert named in printed.err


@pytest.mark.parametrize(("edit", "said"), NO_CLIENT.values(), ids=NO_CLIENT)
def test_what_no_client_can_be_generated_from_is_refused_with_its_location(
    edit: Edit, said: str, contract: Document
) -> None:
    spec = deepcopy(contract)
    edit(spec)

    with pytest.raises(SpecError, match=said):
        ready(spec)


def test_all_problems_are_reported_at_once(contract: Document) -> None:
    spec = deepcopy(contract)
    names = ["webhooks", "callbacks", "empty enum", "head", "bearer token", "code in a path"]
    for name in names:
        NO_CLIENT[name][0](spec)
    for name, (schema, _) in {"p": ({"title": "x"}, 0), "q": ({"prefixItems": []}, 0)}.items():
        field(name, schema)(spec)

    with pytest.raises(SpecError) as caught:
        ready(spec)

    message = str(caught.value)
    words = ["webhooks", "__import__", "callbacks", "only enums of texts", "`head` out", "X-Api-Key and"]
    assert [
        word
        for word in (*words, "properties/p: `title`", "properties/q: `prefixItems`")
        if word not in message
    ] == []


def test_every_object_that_merges_something_else_is_reported(contract: Document) -> None:
    spec = deepcopy(contract)
    for name in ("Column", "CallCost"):
        spec["components"]["schemas"][name]["allOf"] = [{"$ref": f"{COLUMN}Type"}]

    with pytest.raises(SpecError, match=f"{COLUMN}: `allOf` merges") as caught:
        ready(spec)
    assert "#/components/schemas/CallCost: `allOf` merges" in str(caught.value)


TEXTS = {
    "a key twice": (b"openapi: 3.1.0\nopenapi: 3.1.0\n", "line 2: the key 'openapi' is there twice"),
    "a status twice": (b"a:\n  200: x\n  '200': y\n", "line 3: the key '200' is there twice"),
    "several keys": (b"a: 1\na: 2\nb: 1\nb: 2\n", "line 2: the key 'a' .*\n.*line 4: the key 'b'"),
    "a key that is no text": (b"properties:\n  on: {type: string}\n", "line 2: the key 'on' is read as True"),
    "a date": (b"a: 2026-01-01\n", "holds what JSON has not: .*date"),
    "no number": (b"a: .nan\n", "holds what JSON has not"),
    "a circle": (b"a: &a {b: *a}\n", "recursive"),
    "half a pair": (b'a: "\\ud800"\n', "invalid Unicode"),
    "deep": (b"[" * 100_000, "nesting depth|recursion"),
    "a list": (b"- a\n", "holds no mapping"),
}


@pytest.mark.parametrize(("text", "said"), TEXTS.values(), ids=TEXTS)
def test_a_text_that_would_lose_something_is_refused(text: bytes, said: str) -> None:
    with pytest.raises((SpecError, yaml.YAMLError), match=said):
        load(text)


def test_what_an_anchor_shares_is_changed_in_one_place_only() -> None:
    loaded = load(b"a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n")
    assert loaded == {"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 1, "e": 2}}
    assert loaded["a"] is not loaded["c"]


def test_the_contract_itself_is_not_refused(contract: Document) -> None:
    ready(contract)


REFUSED_BY_THE_GENERATOR = {
    "array without items": (field("a", {"type": "array"}), "type array must have items"),
    "two classes of one name": (
        lambda spec: [
            spec["components"]["schemas"].update(ColumnM={"type": "object", "properties": {"a": TEXT}}),
            field("n", {"$ref": COLUMN + "M"})(spec),
            field("m", {"type": "object", "properties": {"b": TEXT}})(spec),
        ],
        'duplicate models with name "ColumnM"',
    ),
}


def test_a_choice_that_refers_to_itself_can_be_checked(contract: Document) -> None:
    spec = deepcopy(contract)
    tree = {"anyOf": [TEXT, {"$ref": "#/components/schemas/Tree"}]}
    spec["components"]["schemas"]["Tree"] = tree
    field("a", {"$ref": "#/components/schemas/Tree"})(spec)

    prepare(contract_module("views").open_view(spec))


@pytest.mark.parametrize(("edit", "said"), REFUSED_BY_THE_GENERATOR.values(), ids=REFUSED_BY_THE_GENERATOR)
def test_what_the_generator_refuses_is_reported_in_its_words(
    edit: Edit, said: str, project: Path, contract: Document, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = deepcopy(contract)
    edit(spec)
    (project / "openapi.yaml").write_text(yaml.safe_dump(spec))

    assert generate.main([], project) == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    ("name", "schema", "said"),
    [
        (
            "a",
            {"anyOf": [NUMBERS, {"type": "array", "items": TEXT}]},
            "Call.a: Type unions may not contain more than",
        ),
        ("self", TEXT, "Call: duplicate argument 'self'"),
    ],
)
def test_a_class_that_cannot_be_decoded_or_made_is_refused_by_its_name(
    name: str,
    schema: Document,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tools.generate.refuse", lambda *_: None)
    for link in INPUTS[1:]:
        (tmp_path / link).symlink_to(ROOT / link)
    spec = edited(f"components/schemas/Call/properties/{name}", schema)
    (tmp_path / "openapi.yaml").write_text(yaml.safe_dump(spec))

    assert generate.main([], tmp_path) == 2
    assert f"\n{said}" in capsys.readouterr().err
    assert not (tmp_path / "generated").exists()


def test_the_one_server_that_is_not_refused_is_where_the_written_client_goes() -> None:
    contract = load(Path(generate.ROOT, "openapi.yaml").read_bytes())
    assert [server["url"] for server in contract["servers"]] == [DEFAULT_BASE_URL]
