"""Everything that the reference pages name is in the contract, and in the strict view of the documents."""

from __future__ import annotations

import pytest

from futureagi_simulate_contract.document import (
    Document,
    load,
    operations,
    parameters,
)
from futureagi_simulate_contract.views import open_view

from .coverage import FIELDS, RUN_FIELDS, field_gaps, run_field_gaps, schemas_at
from .facts import DEFAULTS, PAGES, SAID, WORDS


def test_the_five_operations_are_the_documented_ones(documented: Document) -> None:
    assert {name: path for name, (path, _) in operations(documented).items()} == {
        name: page.path for name, page in PAGES.items()
    }


@pytest.mark.parametrize("operation", PAGES)
def test_every_documented_parameter_is_there_and_no_other(operation: str, documented: Document) -> None:
    found = parameters(documented, operation)
    assert set(found) == set(PAGES[operation].parameters)
    for name, kind in PAGES[operation].parameters.items():
        schemas = schemas_at(documented, found[name]["schema"], "")
        assert {each.get("format", each["type"]) for each in schemas} == {kind}, name
        assert found[name].get("required", False) == (found[name]["in"] == "path")


def test_every_documented_field_is_there_with_its_type(documented: Document) -> None:
    gaps = field_gaps(documented)
    assert len(FIELDS) == 92
    assert not gaps, f"{len(FIELDS) - len(gaps)} of {len(FIELDS)} fields: {gaps}"


def test_every_field_that_the_runs_page_shows_is_allowed(documented: Document) -> None:
    gaps = run_field_gaps(documented)
    assert len(RUN_FIELDS) == 83
    assert not gaps, f"{len(RUN_FIELDS) - len(gaps)} of {len(RUN_FIELDS)} fields: {gaps}"


def test_the_strict_view_of_the_documents_has_no_field_that_they_do_not_name(documented: Document) -> None:
    named = {path.rsplit(".", 1)[-1].removesuffix("[]") for _, path, _ in [*FIELDS, *RUN_FIELDS]}
    # The rows of groups are the contract's own reading; see GroupRow.
    named |= {"count", "avg_overall_score", "avg_response_time"}
    named |= {"column_id", "filter_config", "filter_type", "filter_op", "filter_value"}
    # What the documents show by example stays open, and keeps what was observed beside it.
    by_example = {"EvalResult", "EvalResultPart", "EvalDistribution"}
    extra = {
        (name, field)
        for name, schema in documented["components"]["schemas"].items()
        if name not in by_example
        for field in schema.get("properties", {})
        if field not in named
    }
    assert not extra


@pytest.mark.parametrize("name", WORDS)
def test_every_documented_word_is_a_value_of_its_enum(name: str, documented: Document) -> None:
    assert tuple(documented["components"]["schemas"][name]["enum"]) == WORDS[name]


@pytest.mark.parametrize("operation", PAGES)
def test_every_documented_error_has_a_response(operation: str, documented: Document) -> None:
    _path, found = operations(documented)[operation]
    assert {str(status) for status in PAGES[operation].errors} <= set(found["responses"])
    assert "401" in found["responses"]


@pytest.mark.parametrize(("operation", "parameter"), DEFAULTS)
def test_a_documented_default_is_the_default_of_the_parameter_and_in_its_description(
    operation: str, parameter: str, documented: Document
) -> None:
    default = DEFAULTS[operation, parameter]
    found = parameters(documented, operation)[parameter]
    assert found["schema"]["default"] == default
    word = "first page" if parameter == "page" else str(default).lower()
    assert word in found["description"]


def test_no_other_parameter_has_a_default(documented: Document, observed: Document) -> None:
    for view in (documented, observed):
        found = {
            (operation, name)
            for operation in PAGES
            for name, parameter in parameters(view, operation).items()
            if "default" in parameter["schema"]
        }
        assert found == set(DEFAULTS)
    assert parameters(observed, "getTestExecution")["limit"]["schema"]["default"] == 10


def test_a_client_is_generated_without_defaults_so_that_it_sends_what_it_was_given() -> None:
    opened = open_view(load())
    for operation in PAGES:
        for name, parameter in parameters(opened, operation).items():
            assert "default" not in parameter["schema"], (operation, name)


@pytest.mark.parametrize(("schema", "field", "words"), SAID)
def test_what_the_pages_say_in_passing_is_not_lost(
    schema: str, field: str, words: tuple[str, ...], documented: Document
) -> None:
    text = documented["components"]["schemas"][schema]["properties"][field]["description"]
    assert all(word in text for word in words)


def test_the_contract_claims_no_more_than_the_pages_say(documented: Document) -> None:
    for operation, (_path, found) in operations(documented).items():
        assert set(found["responses"]) == {"200", "401"} | {str(each) for each in PAGES[operation].errors}
    values = schemas_at(documented, documented["components"]["schemas"]["FilterConfig"], "filter_value")
    assert [each["type"] for each in values] == ["string", "number", "array"]
    status = parameters(documented, "listCallExecutions")["status"]["schema"]
    assert status == {"type": "string"}
    for name in ("CallExecution", "VersionCallExecution", "CallRun"):
        field = documented["components"]["schemas"][name]["properties"]["status"]
        assert [field.get("type")] == ["string"] or field["anyOf"] == [{"type": "string"}], name


@pytest.mark.parametrize("operation", PAGES)
def test_every_operation_names_its_reference_page(operation: str) -> None:
    _path, found = operations(load())[operation]
    assert found["externalDocs"]["url"].startswith("https://docs.futureagi.com/docs/api/")


def test_both_keys_are_needed_together() -> None:
    schemes = load()["components"]["securitySchemes"]
    assert load()["security"] == [{name: [] for name in schemes}]
    assert {scheme["name"] for scheme in schemes.values()} == {"X-Api-Key", "X-Secret-Key"}
