"""A spec that no client can be made from is refused with its place and what to write, by every tool."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from futureagi_simulate.transport.origin import DEFAULT_BASE_URL
from tools import api_diff, generate
from tools.prepare import prepare
from tools.spec import load, views

ROOT = generate.ROOT
INPUTS = ("openapi.yaml", "generator-config.yaml", "generator-templates")
FAULTS = [
    ("#/components/schemas/CallExecutionPage", "#/components/schemas/Nope", "Nope"),
    ("#/components/parameters/Page'", "#/components/parameters/Nope'", "Nope"),
    ("\n        phone_number:", "\n        pass:", "pass"),
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
    """Give the schema Column one field more."""
    return lambda spec: spec["components"]["schemas"]["Column"]["properties"].update({name: schema})


def parameter(name: str = "team", where: str = "query", **more: Any) -> Edit:
    """Give an operation one parameter more."""
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
    """Give an operation one answer more."""
    return lambda spec: operation(spec)["responses"].update({status: success(spec) | more})


def method(spec: Document) -> None:
    spec["paths"][LISTING]["post"] = spec["paths"][LISTING]["get"]


def scheme(**more: Any) -> Edit:
    return lambda spec: spec["components"]["securitySchemes"]["ApiKey"].update(more)


COLUMN = "#/components/schemas/Column"
ERROR = {"application/json": {"schema": {"$ref": COLUMN}}}
NO_CLIENT: dict[str, tuple[Edit, str]] = {
    "nullable field": (field("a", TEXT | {"nullable": True}), f"{COLUMN}/properties/a: .*'null'"),
    "nullable parameter": (parameter(schema=TEXT | {"nullable": False}), "parameters/.*nullable"),
    "another tag": (lambda spec: operation(spec).update(tags=["calls"]), f"{LISTING}: .*\\[simulation\\]"),
    "two tags": (lambda spec: operation(spec)["tags"].append("calls"), "module that clients import"),
    "no tags": (lambda spec: operation(spec).pop("tags"), "tags are None"),
    "no name": (lambda spec: operation(spec).pop("operationId"), f"{LISTING}: no `operationId`"),
    "another server": (
        lambda spec: spec["servers"][0].update(url="https://x.test"),
        "#/servers/0: clients go to",
    ),
    "header parameter": (parameter("X-Team", "header"), f"{LISTING}: parameter 'X-Team': in header"),
    "cookie parameter": (parameter("team", "cookie"), "parameter 'team': in cookie"),
    "body": (lambda spec: operation(spec).update(requestBody={"content": {}}), "sends no body"),
    "post": (method, f"POST {LISTING}: the client only reads"),
    "array as answer": (body(NUMBERS), f"{LISTING}: answer 200: a success has to be an object"),
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
    "a second success": (answer("201"), f"{LISTING}: answer 201: "),
    "another success": (
        lambda spec: operation(spec)["responses"].update({"202": operation(spec)["responses"].pop("200")}),
        "no answer with status 200",
    ),
    "default answer": (answer("default"), "answer default: .*its? own number|each error's own number"),
    "range of answers": (answer("4XX"), "answer 4XX: .*each error's own number"),
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
    "parameter of several values": (parameter(schema=NUMBERS), "parameter 'team': arrays have several forms"),
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
FIELDS = ["self", "str", "int", "float", "bool", "list", "dict", "UNSET", "Any", "CallStatus", "ﬁeld"]
SCHEMAS = ["Model", "model", "Any", "Raw", "UNSET", "UnsetType", "OpenEnum", "StrEnum", "Client", "UUID"]
PARAMETERS = ["quote", "params", "kwargs", "client", "Client", "success", "read_response"]
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
def test_what_no_client_comes_of_is_refused_with_its_place(edit: Edit, said: str, contract: Document) -> None:
    spec = deepcopy(contract)
    edit(spec)

    with pytest.raises(ValueError, match=said):
        prepare(views().open_view(spec))


def test_the_contract_itself_is_not_refused(contract: Document) -> None:
    prepare(views().open_view(contract))


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


def test_a_choice_that_refers_to_itself_can_be_looked_at(contract: Document) -> None:
    spec = deepcopy(contract)
    tree = {"anyOf": [TEXT, {"$ref": "#/components/schemas/Tree"}]}
    spec["components"]["schemas"]["Tree"] = tree
    field("a", {"$ref": "#/components/schemas/Tree"})(spec)

    prepare(views().open_view(spec))


@pytest.mark.parametrize(("edit", "said"), REFUSED_BY_THE_GENERATOR.values(), ids=REFUSED_BY_THE_GENERATOR)
def test_what_the_generator_refuses_is_told_in_its_own_words(
    edit: Edit, said: str, project: Path, contract: Document, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = deepcopy(contract)
    edit(spec)
    (project / "openapi.yaml").write_text(yaml.safe_dump(spec))

    assert generate.main([], project) == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert "Traceback" not in printed


def test_a_model_that_msgspec_cannot_decode_is_refused_by_its_field(
    project: Path, contract: Document, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.prepare.refuse", lambda *_: None)
    spec = deepcopy(contract)
    NO_CLIENT["two arrays"][0](spec)
    (project / "openapi.yaml").write_text(yaml.safe_dump(spec))

    assert generate.main([], project) == 2
    assert "\nColumn.a: Type unions may not contain more than one array-like" in capsys.readouterr().err
    assert not (project / "generated").exists()


def test_a_class_that_cannot_be_made_is_refused_by_its_name(
    project: Path, contract: Document, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.prepare.refuse", lambda *_: None)
    spec = deepcopy(contract)
    field("self", TEXT)(spec)
    (project / "openapi.yaml").write_text(yaml.safe_dump(spec))

    assert generate.main([], project) == 2
    assert "\nColumn: duplicate argument 'self'" in capsys.readouterr().err


def test_the_one_server_that_is_not_refused_is_where_the_written_client_goes() -> None:
    contract = load(Path(generate.ROOT, "openapi.yaml").read_bytes())
    assert [server["url"] for server in contract["servers"]] == [DEFAULT_BASE_URL]
