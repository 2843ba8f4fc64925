"""Damage the contract at one location: the check that should notice it does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from futureagi_simulate_contract.views import Profile, strict_view

from .conftest import RECORDED
from .coverage import field_gaps, observed_gaps, read_shapes, recorded_answers, recorded_misfits
from .facts import WORDS

Mutant = Callable[[dict[str, Any]], None]
Check = Callable[[dict[str, Any]], list[Any]]


def _schema(document: dict[str, Any], name: str) -> Any:
    """Return a schema; of one that adds to another, the part with its own properties."""
    schema = document["components"]["schemas"][name]
    return next((part for part in schema.get("allOf", ()) if "properties" in part), schema)


def _style(document: dict[str, Any]) -> list[str]:
    from tools.spec_style import broken

    return broken(document)


def _valid(document: dict[str, Any]) -> list[str]:
    from tools.check_spec import invalid_documents

    return invalid_documents(document)


def _examples(document: dict[str, Any]) -> list[str]:
    from tools.check_spec import invalid_examples

    return invalid_examples(document)[1]


def _documented(document: dict[str, Any]) -> list[Any]:
    return field_gaps(strict_view(document, Profile.DOCUMENTED))


def _words(document: dict[str, Any]) -> list[str]:
    schemas = strict_view(document, Profile.DOCUMENTED)["components"]["schemas"]
    return [name for name, words in WORDS.items() if tuple(schemas[name]["enum"]) != words]


def _observed(document: dict[str, Any]) -> list[Any]:
    fields = list(read_shapes(RECORDED / "shapes.txt"))
    return observed_gaps(strict_view(document, Profile.OBSERVED), fields)


def _recorded(document: dict[str, Any]) -> list[Any]:
    misfits = recorded_misfits(strict_view(document, Profile.OBSERVED), recorded_answers())
    return list(islice(misfits, 1))


def drop_a_documented_property(document: dict[str, Any]) -> None:
    del _schema(document, "TestExecution")["properties"]["scenario_ids"]


def drop_an_observed_property(document: dict[str, Any]) -> None:
    del _schema(document, "ObservedCallFields")["properties"]["talk_ratio"]


def narrow_a_type(document: dict[str, Any]) -> None:
    _schema(document, "CallExecution")["properties"]["duration"]["anyOf"][0]["type"] = "integer"


def narrow_a_rate(document: dict[str, Any]) -> None:
    _schema(document, "TestExecution")["properties"]["success_rate"]["anyOf"][0]["type"] = "integer"


def take_a_null_away(document: dict[str, Any]) -> None:
    del _schema(document, "VersionCallExecution")["properties"]["overall_score"]["anyOf"][1]


def rename_a_documented_property(document: dict[str, Any]) -> None:
    properties = _schema(document, "Column")["properties"]
    properties["name"] = properties.pop("column_name")
    _schema(document, "Column")["required"] = ["id", "name", "visible"]


def break_an_example(document: dict[str, Any]) -> None:
    document["components"]["examples"]["RunsByCall"]["value"]["result"]["cost"]["total_cost_cents"] = "21"


def give_an_example_to_the_wrong_description(document: dict[str, Any]) -> None:
    document["components"]["examples"]["CallsObserved"]["x-provenance"] = "both"


def drop_an_example(document: dict[str, Any]) -> None:
    del document["components"]["responses"]["NotAcceptable"]["content"]["application/json"]["examples"]


def break_the_json_in_a_parameters_example(document: dict[str, Any]) -> None:
    examples = document["components"]["parameters"]["Filters"]["examples"]
    examples["completed"]["value"] = examples["completed"]["value"].replace("equals", "equal")


def lose_the_origin_of_a_property(document: dict[str, Any]) -> None:
    del _schema(document, "CallExecutionPage")["properties"]["total_pages"]["x-provenance"]


def lose_the_origin_of_a_schema(document: dict[str, Any]) -> None:
    del _schema(document, "Recordings")["x-provenance"]


def lose_the_origin_of_an_enum_value(document: dict[str, Any]) -> None:
    del _schema(document, "FilterOperator")["x-provenance"]["not_between"]


def repeat_an_origin(document: dict[str, Any]) -> None:
    _schema(document, "Recordings")["properties"]["mono"]["x-provenance"] = "observed"


def write_the_default_origin(document: dict[str, Any]) -> None:
    _schema(document, "ToolOutput")["x-provenance"] = "both"


def misspell_an_extension(document: dict[str, Any]) -> None:
    _schema(document, "CallExecutionPage")["properties"]["count"]["x-provenence"] = "observed"


def refer_to_a_schema_of_one_description_from_both(document: dict[str, Any]) -> None:
    del _schema(document, "ObservedCallFields")["x-provenance"]


def misspell_an_origin(document: dict[str, Any]) -> None:
    document["components"]["responses"]["Unauthorized"]["x-provenance"] = "Both"


def contradict_an_origin(document: dict[str, Any]) -> None:
    for branch in _schema(document, "CallExecution")["properties"]["session_id"]["anyOf"]:
        branch["x-provenance"] = "observed"


def require_what_only_one_description_sends(document: dict[str, Any]) -> None:
    _schema(document, "CallExecution")["required"].append("created_at")


def leave_out_what_both_always_send(document: dict[str, Any]) -> None:
    _schema(document, "ExecutionRun")["required"].remove("total_calls")


def misspell_a_property_that_is_sent_sometimes(document: dict[str, Any]) -> None:
    _schema(document, "Recordings")["x-sometimes"]["observed"][0] = "combine"


def forget_a_unit(document: dict[str, Any]) -> None:
    _schema(document, "RerunSnapshot")["properties"]["response_time_ms"]["description"] = "Response time."


def forget_a_description(document: dict[str, Any]) -> None:
    del _schema(document, "ToolCall")["properties"]["name"]["description"]


def point_to_nothing(document: dict[str, Any]) -> None:
    _schema(document, "CallRun")["properties"]["cost"]["$ref"] = "#/components/schemas/Cost"


def drop_an_observed_word(document: dict[str, Any]) -> None:
    _schema(document, "SpeakerRole")["enum"].remove("tool_call_result")


def promise_a_field_that_is_sometimes_missing(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["TestExecutionCall"]["x-sometimes"]["observed"].remove(
        "simulator_agent_id"
    )


CASES: list[tuple[Mutant, Check]] = [
    (drop_a_documented_property, _documented),
    (drop_an_observed_property, _observed),
    (narrow_a_type, _documented),
    (narrow_a_rate, _recorded),
    (narrow_a_type, _examples),
    (take_a_null_away, _documented),
    (rename_a_documented_property, _documented),
    (rename_a_documented_property, _recorded),
    (break_an_example, _examples),
    (give_an_example_to_the_wrong_description, _examples),
    (drop_an_example, _examples),
    (break_the_json_in_a_parameters_example, _examples),
    (lose_the_origin_of_a_property, _style),
    (lose_the_origin_of_a_schema, _style),
    (lose_the_origin_of_an_enum_value, _words),
    (repeat_an_origin, _style),
    (write_the_default_origin, _style),
    (misspell_an_extension, _style),
    (refer_to_a_schema_of_one_description_from_both, _style),
    (misspell_an_origin, _style),
    (contradict_an_origin, _style),
    (require_what_only_one_description_sends, _style),
    (leave_out_what_both_always_send, _style),
    (misspell_a_property_that_is_sent_sometimes, _style),
    (forget_a_unit, _style),
    (forget_a_description, _style),
    (point_to_nothing, _valid),
    (drop_an_observed_word, _recorded),
    (promise_a_field_that_is_sometimes_missing, _recorded),
]


@pytest.mark.parametrize(
    ("mutant", "check"),
    [pytest.param(*case, id=f"{case[0].__name__}-{case[1].__name__[1:]}") for case in CASES],
)
def test_the_check_that_should_notice_a_damage_does(
    mutant: Mutant, check: Check, document: dict[str, Any]
) -> None:
    mutant(document)
    assert check(document)


@pytest.mark.parametrize("check", [_style, _valid, _examples, _documented, _words])
def test_no_check_finds_anything_in_the_contract_itself(check: Check, document: dict[str, Any]) -> None:
    assert check(document) == []


def test_a_linter_notices_an_operation_without_a_name(tmp_path: Path) -> None:
    from tools.spec_lint import ROOT, NoNodeError, lint

    modules = ROOT / "spec" / "node_modules"
    if not modules.is_dir():
        pytest.skip("the linters are not installed: run tools/check_spec.py first")
    spec = tmp_path / "spec"
    shutil.copytree(ROOT / "spec" / "examples", spec / "examples")
    for name in ("redocly.yaml", ".spectral.yaml", "package-lock.json"):
        shutil.copy2(ROOT / "spec" / name, spec / name)  # with its time, which tells whether to install
    (spec / "node_modules").symlink_to(modules)
    text = (ROOT / "openapi.yaml").read_text("utf-8")
    (tmp_path / "openapi.yaml").write_text(text.replace("      operationId: listTestExecutions\n", "", 1))
    try:
        assert lint(tmp_path)
    except NoNodeError as error:
        pytest.skip(str(error))
