from __future__ import annotations

import pytest

from tools.generate import prepare
from tools.spec import SpecError, pascal, snake


def view(**schemas):
    return {"paths": {}, "components": {"schemas": schemas}}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def test_the_view_itself_is_left_alone():
    given = view(Word={"type": "string", "enum": ["a"]})

    prepare(given)

    assert given == view(Word={"type": "string", "enum": ["a"]})


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (["completed", "in-progress"], ["COMPLETED", "IN_PROGRESS"]),
        (["Passed", "passed", "PASSED"], ["PASSED", "PASSED_2", "PASSED_3"]),
        (["Pass/Fail", "2xx", ""], ["PASS_FAIL", "VALUE_2XX", "EMPTY"]),
    ],
)
def test_enum_values_get_names_that_differ(values, names):
    prepared = prepare(view(Word={"type": "string", "enum": values}))

    assert prepared["components"]["schemas"]["Word"]["x-enum-varnames"] == names


@pytest.mark.parametrize("name", ["None", "raw_json", "raw", "from_json", "_hidden", "two words", "2nd"])
def test_a_property_that_can_be_no_attribute_is_refused(name):
    with pytest.raises(SpecError, match=f"Thing: no attribute can be called '{name}'"):
        prepare(view(Thing={"type": "object", "properties": {name: {"type": "string"}}}))


def test_a_property_called_like_a_keyword_of_the_spec_is_fine():
    prepare(
        view(
            Thing={
                "type": "object",
                "properties": {"example": {"type": "string"}, "items": {"type": "string"}},
            }
        )
    )


def test_schemas_that_need_each_other_are_refused():
    schemas = {"A": ref("B"), "B": {"properties": {"c": ref("C")}}, "C": {"items": ref("A")}}

    with pytest.raises(SpecError, match="A -> B -> C -> A"):
        prepare(view(**schemas))


def test_a_schema_may_need_itself():
    prepare(view(Tree={"properties": {"leaves": {"type": "array", "items": ref("Tree")}}}))


def test_a_time_among_the_parameters_is_the_text_that_is_sent_and_an_id_stays_an_id():
    def asked(schema):
        answer = {"content": {"application/json": {"schema": ref("A")}}}
        parameters = [{"name": "since", "in": "query", "schema": schema}]
        get = {
            "operationId": "a",
            "tags": ["simulation"],
            "parameters": parameters,
            "responses": {"200": answer},
        }
        schemas = {"A": {"type": "object", "properties": {"a": {"type": "string"}}}}
        spec = {"paths": {"/a/": {"get": get}}, "components": {"schemas": schemas}}
        return prepare(spec)["paths"]["/a/"]["get"]["parameters"][0]["schema"]

    assert asked({"type": "string", "format": "date-time"}) == {"type": "string", "description": ""}
    assert asked({"anyOf": [{"type": "string", "format": "date"}]})["anyOf"] == [{"type": "string"}]
    assert asked({"type": "string", "format": "uuid"})["format"] == "uuid"


OBJECTS = {"A": {"type": "object", "properties": {}}, "B": {"type": "object", "properties": {}}}


def test_a_choice_between_objects_has_to_say_how_it_is_made():
    with pytest.raises(SpecError, match="x-chosen-by"):
        prepare(view(**OBJECTS, List={"type": "array", "items": {"oneOf": [ref("A"), ref("B")]}}))


def test_a_list_of_objects_of_several_classes_stays_undecoded():
    items = {"oneOf": [ref("A"), ref("B")], "x-chosen-by": {"x": "A", "y": "B"}}

    prepared = prepare(view(**OBJECTS, List={"type": "array", "items": items, "description": "Rows."}))

    rows = prepared["components"]["schemas"]["List"]
    assert rows["items"] == {"type": "string", "format": "binary"}
    assert rows["description"] == "Rows. Each is left undecoded, for `A.from_json` or `B.from_json`."


def test_a_choice_between_objects_can_be_no_field():
    choice = {"oneOf": [ref("A"), ref("B")], "x-chosen-by": {"x": "A", "y": "B"}}

    with pytest.raises(SpecError, match="whole answer or the items of a list"):
        prepare(view(**OBJECTS, C={"properties": {"field": choice}}))


@pytest.mark.parametrize(
    ("name", "module", "kind"),
    [
        ("getTestExecution", "get_test_execution", "GetTestExecution"),
        ("EvalOutput", "eval_output", "EvalOutput"),
        ("HTTPError", "http_error", "HTTPError"),
        ("eval_output", "eval_output", "EvalOutput"),
    ],
)
def test_names_are_derived_as_the_generator_does(name, module, kind):
    strings = pytest.importorskip("openapi_python_client.strings")

    assert (snake(name), pascal(name)) == (module, kind)
    assert (strings.snake_case(name), strings.pascal_case(name)) == (module, kind)
