"""Row groups of the documented detail: levels, keys, and counts that add up."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from futureagi_simulate_mock import ids
from futureagi_simulate_mock.messages import Endpoint

from .profile_client import ProfileClient, made

EVALS = (ids.EVAL_COHERENCE_ID, ids.EVAL_RESOLUTION_SCORE_ID, ids.EVAL_TONE_ID)
COLUMNS = (
    *("status", "scenario", "call_type", "timestamp", "overall_score", "response_time", "call_execution_id"),
    *EVALS,
)
IS_FALSE = {"filter_type": "boolean", "filter_op": "equals", "filter_value": False}
FAILED = {"column_id": ids.EVAL_COHERENCE_ID, "filter_config": IS_FALSE}


@pytest.fixture(scope="module")
def asker() -> Any:
    store = made(executions=2, calls=200)
    return ProfileClient(store)


@pytest.mark.parametrize("column", COLUMNS)
def test_the_groups_of_a_column_hold_every_call_once(asker: ProfileClient, column: str) -> None:
    whole = asker.detail()["count"]
    groups = asker.detail(row_groups=[column], limit=1000)
    assert sum(group["count"] for group in groups["results"]) == whole
    assert (
        groups["count"] == len(groups["results"]) == len({str(group[column]) for group in groups["results"]})
    )


@pytest.mark.parametrize("column", COLUMNS)
def test_a_group_opens_to_as_many_calls_as_it_counts(asker: ProfileClient, column: str) -> None:
    for group in asker.detail(row_groups=[column], limit=12)["results"]:
        opened = asker.detail(row_groups=[column], group_keys=[group[column]], limit=1000)
        assert opened["count"] == len(opened["results"]) == group["count"]
        assert "transcript" in opened["results"][0]


def test_groups_of_scenarios_are_what_a_plain_loop_counts(asker: ProfileClient) -> None:
    calls = asker.detail(limit=1000)["results"]
    groups = asker.detail(row_groups=["scenario"], limit=100)["results"]
    assert {group["scenario"]: group["count"] for group in groups} == Counter(
        call["scenario"] for call in calls
    )
    for group in groups:
        scores = [
            call["overall_score"]
            for call in calls
            if call["scenario"] == group["scenario"] and call.get("overall_score") is not None
        ]
        assert group["avg_overall_score"] == pytest.approx(sum(scores) / len(scores), abs=1e-4)


def test_levels_add_up_to_the_level_above(asker: ProfileClient) -> None:
    levels = ["scenario", "status", ids.EVAL_COHERENCE_ID]
    for scenario in asker.detail(row_groups=levels, limit=100)["results"]:
        statuses = asker.detail(row_groups=levels, group_keys=[scenario["scenario"]], limit=100)["results"]
        assert sum(group["count"] for group in statuses) == scenario["count"]
        for status in statuses:
            keys = [scenario["scenario"], status["status"]]
            evals = asker.detail(row_groups=levels, group_keys=keys, limit=100)["results"]
            assert sum(group["count"] for group in evals) == status["count"]
            for last in evals:
                full = [*keys, last[ids.EVAL_COHERENCE_ID]]
                opened = asker.detail(row_groups=levels, group_keys=full, limit=1000)
                assert opened["count"] == last["count"]
                assert {call["status"] for call in opened["results"]} == {status["status"]}


def test_a_row_holds_the_values_of_the_levels_above_it(asker: ProfileClient) -> None:
    rows = asker.detail(row_groups=["status", "scenario"], group_keys=["completed"])["results"]
    assert {row["status"] for row in rows} == {"completed"}
    assert all("scenario" in row for row in rows)


def test_filters_and_search_apply_to_groups(asker: ProfileClient) -> None:
    failed = asker.detail(filters=[FAILED], limit=1000)["count"]
    groups = asker.detail(filters=[FAILED], row_groups=["scenario"], limit=100)["results"]
    assert 0 < sum(group["count"] for group in groups) == failed
    found = asker.detail(search="billing", row_groups=["scenario"])["results"]
    assert "Billing inquiry" in {group["scenario"] for group in found}
    assert sum(group["count"] for group in found) == asker.detail(search="billing")["count"]


def test_groups_come_in_pages(asker: ProfileClient) -> None:
    whole = asker.detail(row_groups=["scenario"], limit=100)["results"]
    pages = [asker.detail(row_groups=["scenario"], limit=4, page=page) for page in (1, 2, 3)]
    assert [row for page in pages for row in page["results"]] == whole
    assert [page["total_pages"] for page in pages] == [2, 2, 2]
    assert pages[2]["results"] == []


@pytest.mark.parametrize("key", ["no such value", 5, -1.5, True, None, "", 10**300])
@pytest.mark.parametrize("column", ["scenario", "overall_score", "timestamp", *EVALS])
def test_a_key_without_a_group_opens_to_nothing_or_to_its_calls(
    asker: ProfileClient, column: str, key: Any
) -> None:
    counted = {
        json.dumps(g[column]): g["count"] for g in asker.detail(row_groups=[column], limit=999)["results"]
    }
    opened = asker.detail(row_groups=[column], group_keys=[key])
    assert opened["count"] == counted.get(json.dumps(key), 0)


@pytest.mark.parametrize(
    ("parameters", "refused"),
    [
        ({"row_groups": "scenario"}, "row_groups"),
        ({"row_groups": '{"a": 1}'}, "row_groups"),
        ({"row_groups": ["colour"]}, "row_groups"),
        ({"row_groups": [["scenario"]]}, "row_groups"),
        ({"row_groups": [5]}, "row_groups"),
        ({"row_groups": ["status", "status"]}, "row_groups"),
        ({"row_groups": ["status"] * 9}, "row_groups"),
        ({"row_groups": "[" * 20_000}, "row_groups"),
        ({"row_groups": ["status"], "group_keys": ["a", "b"]}, "group_keys"),
        ({"row_groups": ["status"], "group_keys": "completed"}, "group_keys"),
        ({"row_groups": ["status"], "group_keys": [["completed"]]}, "group_keys"),
        ({"group_keys": ["completed"]}, "group_keys"),
    ],
)
def test_what_names_no_groups_is_refused(asker: ProfileClient, parameters: Any, refused: str) -> None:
    path = {"test_execution_id": ids.TEST_EXECUTION_ID}
    answer = asker.answer(Endpoint.TEST_EXECUTION, path, **parameters)
    assert answer.status == 400
    assert list(json.loads(answer.body)["details"]) == [refused]


@pytest.mark.parametrize("empty", ["", "[]"])
def test_no_groups_leave_the_calls(asker: ProfileClient, empty: str) -> None:
    assert "transcript" in asker.detail(row_groups=empty, group_keys=empty)["results"][0]
