"""The views hold what they should: one description each, or all that a client may meet."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from futureagi_simulate_contract.document import Document, load, operations, parameters
from futureagi_simulate_contract.views import Profile, flatten, open_view, strict_view


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
