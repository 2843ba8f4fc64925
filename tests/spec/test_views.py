"""The views hold what they should: one description each, or all that a client may meet."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from futureagi_simulate_contract.__main__ import VIEWS, main
from futureagi_simulate_contract.document import Document, load, operations, parameters, parse
from futureagi_simulate_contract.views import Profile, flatten, open_view, strict_view, whole_view


@pytest.fixture(scope="module")
def opened() -> Document:
    return open_view(load())


def _small(**schemas: Any) -> dict[str, Any]:
    """A contract whose only answer is the schema `Thing`."""
    media = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    operation = {"operationId": "get", "responses": {"200": {"description": "It.", "content": media}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "paths": {"/": {"get": operation}},
        "components": {"schemas": schemas},
    }


def _thing(view: Document) -> Any:
    return view["components"]["schemas"]["Thing"]


MIXED = {
    "type": "object",
    "required": ["a"],
    "x-sometimes": {"observed": ["c"]},
    "properties": {
        "a": {"type": "string", "x-provenance": "both"},
        "b": {"type": "string", "x-provenance": "documented"},
        "c": {"type": "integer", "x-provenance": "observed"},
        "d": {"type": "number", "x-provenance": "observed"},
    },
}


@pytest.mark.parametrize("derive", [open_view, lambda document: strict_view(document, "documented")])
def test_deriving_a_view_leaves_the_contract_as_it_was(derive: Any) -> None:
    before = deepcopy(load())
    derive(load())
    assert load() == before


@pytest.mark.parametrize("profile", Profile)
def test_each_view_is_a_valid_contract(profile: Profile, opened: Document) -> None:
    for view in (opened, strict_view(load(), profile)):
        assert list(OpenAPIV31SpecValidator(dict(view)).iter_errors()) == []


def test_a_strict_view_has_the_properties_of_its_description_and_requires_what_that_always_sends() -> None:
    documented = _thing(strict_view(_small(Thing=MIXED), "documented"))
    observed = _thing(strict_view(_small(Thing=MIXED), "observed"))
    assert (list(documented["properties"]), documented["required"]) == (["a", "b"], ["a", "b"])
    assert (list(observed["properties"]), observed["required"]) == (["a", "c", "d"], ["a", "d"])
    assert documented["additionalProperties"] is observed["additionalProperties"] is False


def test_the_provenance_of_a_schema_holds_for_its_fields() -> None:
    part = {"type": "object", "x-provenance": "observed", "properties": {"b": {"type": "string"}}}
    thing = {"type": "object", "properties": {"a": {"type": "string"}}}
    merged = thing | {"allOf": [{"$ref": "#/components/schemas/Part"}]}
    inside = thing | {"properties": {**thing["properties"], "part": {"$ref": "#/components/schemas/Part"}}}
    for schema, name in ((merged, "b"), (inside, "part")):
        document = _small(Thing=schema, Part=part)
        assert list(_thing(strict_view(document, "documented"))["properties"]) == ["a"]
        assert sorted(_thing(strict_view(document, "observed"))["properties"]) == ["a", name]


def test_a_strict_view_has_the_branches_and_words_of_its_description() -> None:
    union = {
        "anyOf": [
            {"$ref": "#/components/schemas/Word", "x-provenance": "observed"},
            {"type": "integer", "x-provenance": "documented"},
            {"type": "null", "x-provenance": "both"},
        ]
    }
    word = {"type": "string", "enum": ["x", "y"], "x-provenance": {"x": "observed", "y": "documented"}}
    document = _small(Thing=union, Word=word)
    documented, observed = strict_view(document, "documented"), strict_view(document, "observed")
    assert _thing(documented)["anyOf"] == [{"type": "integer"}, {"type": "null"}]
    assert "Word" not in documented["components"]["schemas"], "nothing needs it any more"
    assert observed["components"]["schemas"]["Word"]["enum"] == ["x"]


def test_an_object_of_which_a_description_names_no_field_stays_open_there() -> None:
    thing = {"type": "object", "properties": {"a": {"type": "string", "x-provenance": "observed"}}}
    assert "additionalProperties" not in _thing(strict_view(_small(Thing=thing), "documented"))
    assert _thing(strict_view(_small(Thing=thing), "observed"))["additionalProperties"] is False


def test_what_a_description_gives_by_example_is_not_narrowed_there() -> None:
    thing = MIXED | {"x-open": "documented"}
    documented = _thing(strict_view(_small(Thing=thing), "documented"))
    assert documented["required"] == ["a", "b"]
    assert "additionalProperties" not in documented
    word = {"type": "string", "enum": ["x"], "x-provenance": {"x": "both"}, "x-open": "documented"}
    assert "enum" not in _thing(strict_view(_small(Thing=word), "documented"))
    assert _thing(strict_view(_small(Thing=word), "observed"))["enum"] == ["x"]


@pytest.mark.parametrize(
    ("parts", "order"),
    [
        ({"allOf": [{"$ref": "#/components/schemas/Base"}], "properties": {"own": {}}}, ["base", "own"]),
        ({"properties": {"own": {}}, "allOf": [{"$ref": "#/components/schemas/Base"}]}, ["own", "base"]),
    ],
)
def test_an_object_that_adds_to_another_becomes_one_in_the_order_it_is_written_in(
    parts: dict[str, Any], order: list[str]
) -> None:
    base = {"type": "object", "required": ["base"], "properties": {"base": {}}}
    thing = _thing(flatten(_small(Thing={"type": "object", "required": ["own"], **parts}, Base=base)))
    assert "allOf" not in thing
    assert list(thing["properties"]) == order == thing["required"]


@pytest.mark.parametrize(
    ("branches", "joined"),
    [
        (["string", "string", "null"], ["string", "null"]),
        (["integer", "number"], ["number"]),
        (["integer", "string", "null"], ["integer", "string", "null"]),
        (["integer", "boolean"], ["integer", "boolean"]),
    ],
)
def test_the_open_view_has_one_type_for_all_texts_and_one_for_all_numbers(
    branches: list[str], joined: list[str]
) -> None:
    thing = _thing(open_view(_small(Thing={"anyOf": [{"type": kind} for kind in branches]})))
    assert [each["type"] for each in thing.get("anyOf", [thing])] == joined


def test_the_open_view_takes_ids_and_times_as_plain_text_but_wants_ids_in_paths(opened: Document) -> None:
    call = opened["components"]["schemas"]["CallExecution"]["properties"]
    assert "format" not in call["id"] | call["created_at"]
    assert parameters(opened, "getTestExecution")["test_execution_id"]["schema"]["format"] == "uuid"


def test_the_open_view_can_be_decoded_by_msgspec(opened: Document) -> None:
    """At most one object, one text and one list in a union that no request chooses between."""
    from futureagi_simulate_contract.document import resolve

    for name, schema in opened["components"]["schemas"].items():
        for field, value in {"": schema, **schema.get("properties", {})}.items():
            branches = [resolve(opened, branch) for branch in value.get("anyOf", ())]
            kinds = [branch.get("type") for branch in branches]
            for kind in ("object", "string", "array"):
                assert kinds.count(kind) <= 1, f"{name}.{field}"


def test_the_open_view_closes_nothing(opened: Document) -> None:
    assert not [
        name
        for name, schema in opened["components"]["schemas"].items()
        if schema.get("additionalProperties") is False
    ]


def test_the_documents_have_no_answer_that_only_the_server_gives() -> None:
    for operation, (_path, found) in operations(strict_view(load(), "documented")).items():
        assert "406" not in found["responses"], operation
    for operation, (_path, found) in operations(strict_view(load(), "observed")).items():
        assert "406" in found["responses"], operation


def test_the_view_to_read_says_of_each_field_whose_it_is() -> None:
    view = whole_view(load())
    assert list(OpenAPIV31SpecValidator(view).iter_errors()) == []
    fields = view["components"]["schemas"]["CallExecution"]["properties"]
    said = Counter(" ".join(field["description"].split("**")[1:2]) for field in fields.values())
    assert said == {"Documented and observed.": 17, "Documented only.": 1, "Observed only.": 46}
    assert fields["created_at"]["description"].startswith("**Documented only.** When the call was created.")
    operator = view["components"]["schemas"]["FilterOperator"]["description"]
    assert "Documented only: `not_in_between`. Observed only: `not_between`, " in operator


@pytest.mark.parametrize("name", ["documented", "observed", "both"])
@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_a_view_is_written_to_a_file_that_reads_as_the_view(name: str, suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"view.{suffix}"
    assert main(["view", name, "-o", str(target)]) == 0
    text = target.read_text("utf-8")
    assert parse(text) == VIEWS[name](load())
    assert text.startswith("{") == (suffix == "json")


@pytest.mark.parametrize("arguments", [[], ["-o", "-"]])
def test_a_view_goes_to_stdout_without_a_file(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["view", "documented", *arguments]) == 0
    assert parse(capsys.readouterr().out) == strict_view(load(), "documented")


def test_a_view_that_does_not_exist_is_named_with_those_that_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["view", "open"]) == 2
    assert capsys.readouterr().err == "There is no view 'open'. Use one of documented, observed, both.\n"


def test_a_view_that_cannot_be_written_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["view", "both", "-o", str(tmp_path / "nowhere" / "view.yaml")]) == 2
    assert capsys.readouterr().err.startswith("The view can't be written: ")


def test_what_each_description_says_of_a_default_an_example_and_bad_requests_is_in_its_view() -> None:
    documented, observed = (strict_view(load(), profile) for profile in Profile)
    limit = [parameters(view, "getTestExecution")["limit"]["schema"] for view in (documented, observed)]
    assert [each["default"] for each in limit] == [30, 10]
    assert not [each for each in limit if "x-default" in each]
    status = [parameters(view, "listTestExecutions")["status"]["example"] for view in (documented, observed)]
    assert status == ["COMPLETED", "completed"]
    answers = [
        operations(view)["listVersionCallExecutions"][1].get("x-answers") for view in (documented, observed)
    ]
    assert answers == [
        None,
        {"past-the-end": 404, "bad-page": 404, "bad-limit": "ignored", "unknown-parameter": "ignored"},
    ]


def test_a_description_that_names_no_words_has_the_type_alone() -> None:
    word = {"type": "string", "enum": ["x"]}
    reference = {"$ref": "#/components/schemas/Word"}
    null = {"type": "null", "x-provenance": "observed"}
    for field, wanted in (
        (reference, {"type": "string"}),
        ({"anyOf": [reference, null]}, {"anyOf": [{"type": "string"}]}),
    ):
        thing = {"type": "object", "properties": {"a": {**field, "x-open": "documented"}}}
        document = _small(Thing=thing, Word=word)
        assert _thing(strict_view(document, "documented"))["properties"]["a"] == wanted
        assert strict_view(document, "observed")["components"]["schemas"]["Word"]["enum"] == ["x"]


def test_own_properties_can_be_a_part_of_what_is_merged() -> None:
    base = {"type": "object", "required": ["base"], "properties": {"base": {}}}
    own = {"type": "object", "required": ["own"], "properties": {"own": {}}}
    thing = _thing(flatten(_small(Thing={"allOf": [own, {"$ref": "#/components/schemas/Base"}]}, Base=base)))
    assert thing == {"type": "object", "properties": {"own": {}, "base": {}}, "required": ["own", "base"]}
