"""The examples work: each fits every view that has it, each answer has one, and their ids are the mock's."""

from __future__ import annotations

import re
from typing import Any

import pytest

from futureagi_simulate_contract.document import load, operations
from futureagi_simulate_mock import ids

UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def test_every_example_fits_every_view_that_has_it() -> None:
    from tools.check_spec import examples, fault

    tried = list(examples(load()))
    misfits = [(each.location, each.view) for each in tried if fault(each.schema, each.value)]
    assert len(tried) > 200
    assert not misfits, f"{len(tried) - len(misfits)} of {len(tried)} examples: {misfits}"


def test_every_parameter_and_every_answer_has_an_example_in_each_description() -> None:
    from tools.check_spec import missing

    assert list(missing(load())) == []


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("RunTestId", ids.RUN_TEST_ID),
        ("TestExecutionId", ids.TEST_EXECUTION_ID),
        ("AgentId", ids.AGENT_ID),
        ("VersionId", ids.VERSION_ID),
        ("RunTestName", ids.RUN_TEST_NAME),
        ("ExecutionId", ids.TEST_EXECUTION_ID),
        ("CallExecutionId", ids.CALL_EXECUTION_ID),
    ],
)
def test_the_examples_of_ids_are_ones_that_the_mock_always_holds(parameter: str, value: str) -> None:
    assert load()["components"]["parameters"][parameter]["example"] == value


def test_the_examples_of_answers_are_about_what_the_examples_of_parameters_ask_for() -> None:
    known = {
        ids.RUN_TEST_ID, ids.TEST_EXECUTION_ID, ids.CALL_EXECUTION_ID, ids.VERSION_ID, ids.AGENT_ID,
        ids.SCENARIO_ID, ids.EVAL_COHERENCE_ID, ids.EVAL_RESOLUTION_SCORE_ID, ids.EVAL_TONE_ID,
    }  # fmt: skip
    used = set(UUID.findall(str(load()["components"]["examples"])))
    assert known <= used


@pytest.mark.parametrize("operation", list(operations(load())))
def test_each_operation_leads_to_another_by_a_link(operation: str) -> None:
    _path, found = operations(load())[operation]
    links: dict[str, Any] = found["responses"]["200"]["links"]
    assert links
    assert {link["operationId"] for link in links.values()} <= set(operations(load()))
