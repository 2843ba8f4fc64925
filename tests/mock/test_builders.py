"""What a test adds to a mock is a valid whole, found at every endpoint at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from futureagi_simulate_mock.builders import Builders
from futureagi_simulate_mock.data.seeding import EPOCH
from futureagi_simulate_mock.messages import Endpoint

from .profile_client import ProfileClient, made


@pytest.fixture
def asker() -> Any:
    store = made(executions=1, calls=1)
    return ProfileClient(store)


@pytest.fixture
def add(asker: ProfileClient) -> Builders:
    return Builders(asker.store, lambda: asker.now)


def test_defaults_make_a_valid_whole(asker: ProfileClient, add: Builders) -> None:
    run_test = add.add_run_test()
    execution = add.add_execution(run_test, calls=3)
    call = add.add_call(execution)
    agent, version = add.version_of(run_test)
    assert asker.executions(run_test)["results"][0]["completed_calls"] == 4
    assert asker.detail(execution)["count"] == asker.calls(run_test)["count"] == 4
    assert asker.runs(call_execution_id=call)["execution_id"] == execution
    assert asker.runs(run_test_name="Added run test")["count"] == 1
    path = {"agent_id": agent, "version_id": version}
    assert b'"count":4' in asker.answer(Endpoint.VERSION_CALL_EXECUTIONS, path).body


def test_what_is_given_is_shown(asker: ProfileClient, add: Builders) -> None:
    execution = add.add_execution(add.add_run_test())
    call = add.add_call(
        execution,
        scenario="Lost parcel",
        evals={"Coherence": False, "Helpfulness": 0.4, "Tone": ["angry", "calm"], "Later": None},
        reasons={"Coherence": "It was not."},
        duration=90,
        created_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        transcript=[("assistant", "Hello"), ("user", "Bye")],
        summary="Short.",
        ended_reason="customer-ended-call",
        customer_name="Zoë",
    )
    (item,) = asker.calls(asker.store.catalogue.run_tests[max(asker.store.catalogue.run_tests)].id)["results"]
    assert item["id"] == call
    assert item["scenario"]["name"] == "Lost parcel"
    outputs = {output["name"]: output for output in item["eval_outputs"].values()}
    shown = {name: output["output"] for name, output in outputs.items()}
    assert shown == {"Coherence": "Failed", "Helpfulness": 0.4, "Tone": ["angry", "calm"], "Later": None}
    assert outputs["Coherence"]["reason"] == "It was not."
    assert item["overall_score"] == 20.0
    assert (item["duration"], item["created_at"]) == (90, "2026-01-02T03:04:05Z")
    assert [(turn["speaker_role"], turn["content"]) for turn in item["transcript"]] == [
        ("assistant", "Hello"),
        ("user", "Bye"),
    ]
    assert (item["call_summary"], item["ended_reason"]) == ("Short.", "customer-ended-call")
    assert item["customer_name"] == "Zoë"


def test_a_new_call_is_seen_at_once_where_the_listing_was_read_before(
    asker: ProfileClient, add: Builders
) -> None:
    execution = add.add_execution(add.add_run_test(), calls=2)
    before = asker.detail(execution)
    call = add.add_call(execution, updated_at=asker.now)
    after = asker.detail(execution)
    assert after["count"] == before["count"] + 1
    assert after["results"][0]["id"] == call


def test_saving_a_call_again_moves_it_to_the_front(asker: ProfileClient, add: Builders) -> None:
    execution = add.add_execution(add.add_run_test(), calls=3)
    order = [item["id"] for item in asker.detail(execution)["results"]]
    add.touch_call(order[-1])
    assert [item["id"] for item in asker.detail(execution)["results"]] == [order[-1], *order[:-1]]


def test_what_is_deleted_is_gone(asker: ProfileClient, add: Builders) -> None:
    run_test = add.add_run_test(scenarios=["Only one"])
    execution = add.add_execution(run_test, calls=2, scenarios=["Only one"])
    first, second = asker.detail(execution)["results"]
    add.delete_call(first["id"])
    assert [item["id"] for item in asker.detail(execution)["results"]] == [second["id"]]
    scenario = asker.calls(run_test)["results"][0]["scenario_id"]
    add.delete_scenario(scenario)
    assert asker.calls(run_test)["results"][0]["scenario"] is None
    add.delete_run_test(run_test)
    assert asker.answer(Endpoint.TEST_EXECUTION, {"test_execution_id": execution}).status == 404


@pytest.mark.parametrize(
    "status", ["pending", "queued", "ongoing", "completed", "failed", "analyzing", "cancelled"]
)
def test_a_call_of_any_status_can_be_added(asker: ProfileClient, add: Builders, status: str) -> None:
    run_test = add.add_run_test()
    add.add_call(add.add_execution(run_test), status=status)
    (item,) = asker.calls(run_test)["results"]
    assert item["status"] == status
    assert (item["eval_outputs"] is not None) is (status == "completed")


@pytest.mark.parametrize(
    "status", ["pending", "running", "completed", "failed", "cancelled", "cancelling", "evaluating"]
)
def test_an_execution_of_any_status_can_be_added(asker: ProfileClient, add: Builders, status: str) -> None:
    execution = add.add_execution(add.add_run_test(), status=status, calls=2)
    assert asker.detail(execution)["status"] == status
    assert asker.detail(execution)["count"] == 2


def test_an_added_running_execution_makes_its_calls_as_the_clock_moves(
    asker: ProfileClient, add: Builders
) -> None:
    execution = add.add_execution(add.add_run_test(), status="running", calls=4, lasts=100)
    seen = []
    for _ in range(12):
        found = asker.detail(execution)
        seen.append((found["status"], sum(item["status"] == "completed" for item in found["results"])))
        asker.now += timedelta(seconds=10)
    assert seen[0] == ("running", 0)
    assert ("running", 2) in seen
    assert seen[-1] == ("completed", 4)
    assert [count for _, count in seen] == sorted(count for _, count in seen)


def test_added_rows_belong_to_the_organization_they_are_given_to(asker: ProfileClient, add: Builders) -> None:
    theirs = add.add_run_test("Theirs", organization=2)
    path = {"run_test_id": theirs}
    assert asker.answer(Endpoint.TEST_EXECUTIONS, path).status == 404
    assert ProfileClient(asker.store, organization=2).answer(Endpoint.TEST_EXECUTIONS, path).status == 200


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ({"status": "done"}, ValueError, "'done' is not one of pending"),
        ({"evals": {"Score": 40.0}}, ValueError, "from 0 to 1"),
        ({"evals": {"Coherence": 0.5}}, ValueError, "has the output type Pass/Fail"),
        ({"transcript": [("agent", "Hi")]}, ValueError, "neither assistant nor user"),
        ({"colour": "red"}, TypeError, "a call has no colour"),
    ],
)
def test_what_can_not_be_is_refused_and_leaves_nothing_behind(
    asker: ProfileClient, add: Builders, wrong: dict[str, Any], error: type[Exception], said: str
) -> None:
    execution = add.add_execution(add.add_run_test())
    with pytest.raises(error, match=said):
        add.add_call(execution, **wrong)
    assert asker.detail(execution)["count"] == 0


def test_an_unknown_id_is_refused(add: Builders) -> None:
    for attempt in (add.add_execution, add.add_call, add.delete_call, add.touch_call, add.version_of):
        with pytest.raises(LookupError, match="the mock has no"):
            attempt("00000000-0000-4000-8000-000000000000")


def test_scenarios_of_one_name_are_one_group(asker: ProfileClient, add: Builders) -> None:
    execution = add.add_execution(add.add_run_test(), calls=2, scenarios=["Twice"])
    scenario = next(one for one in asker.store.catalogue.scenarios.values() if one.name == "Twice")
    add.delete_scenario(scenario.id)
    add.add_call(execution, scenario="Twice")
    (group,) = asker.detail(execution, row_groups=["scenario"])["results"]
    assert group["count"] == 3
    assert asker.detail(execution, row_groups=["scenario"], group_keys=["Twice"])["count"] == 3


def test_scores_are_summed_up_by_percentiles_between_the_nearest_two(
    asker: ProfileClient, add: Builders
) -> None:
    execution = add.add_execution(add.add_run_test(evals={"Score": "score"}))
    for score in (0.1, 0.2, 0.4, 0.8):
        add.add_call(execution, evals={"Score": score})
    (result,) = asker.runs(execution_id=execution)["eval_results"]
    (part,) = result["result"]
    assert result["total_avg"] == part["avg_score"] == 37.5
    assert part["output"] == {
        "p5": 11.5, "p10": 13.0, "p20": 16.0, "p30": 19.0, "p40": 24.0, "p50": 30.0,
        "p60": 36.0, "p70": 44.0, "p80": 56.0, "p90": 68.0, "p95": 74.0, "p100": 80.0,
    }  # fmt: skip


def test_ids_are_the_same_in_every_mock(asker: ProfileClient, add: Builders) -> None:
    other = made(executions=1, calls=1)
    assert add.add_run_test() == Builders(other, lambda: EPOCH).add_run_test()
