"""The runs endpoint's three forms, its evals and its explanation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from futureagi_simulate_mock import ids
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.messages import Endpoint

from .profile_client import ProfileClient, made

MISSING = make_id("nothing", 1)


@pytest.fixture(scope="module")
def asker() -> Any:
    store = made()
    return ProfileClient(store)


def test_by_name_the_executions_come(asker: ProfileClient) -> None:
    found = asker.runs(run_test_name=ids.RUN_TEST_NAME, limit=4, page=2)
    assert (found["current_page"], found["total_pages"], found["count"]) == (2, 4, 14)
    listed = [item["id"] for item in asker.executions(limit=4, page=2)["results"]]
    assert [item["execution_id"] for item in found["results"]] == listed


def test_by_execution_its_calls_come_in_pages(asker: ProfileClient) -> None:
    found = asker.runs(execution_id=ids.TEST_EXECUTION_ID, limit=5, page=2)["call_results"]
    detail = asker.detail(limit=5, page=2)
    assert (found["current_page"], found["count"]) == (2, detail["count"])
    assert [item["call_execution_id"] for item in found["results"]] == [
        item["id"] for item in detail["results"]
    ]


def test_by_call_everything_about_it_comes(asker: ProfileClient) -> None:
    found = asker.runs(call_execution_id=ids.CALL_EXECUTION_ID)
    assert set(found["cost"]) == {"total_cost_cents", "stt_cost_cents", "llm_cost_cents", "tts_cost_cents"}
    assert set(found["latency"]) == {"avg_agent_latency_ms", "response_time_ms"}


@pytest.mark.parametrize("name", ["run_test_name", "execution_id", "call_execution_id"])
def test_what_does_not_exist_is_not_found(asker: ProfileClient, name: str) -> None:
    assert asker.answer(Endpoint.SIMULATION_RUNS, {}, **{name: MISSING}).status == 404


@pytest.mark.parametrize("query", [{}, {"run_test_name": ""}, {"summary": "true", "page": 1}])
def test_without_any_of_the_three_the_answer_is_400(asker: ProfileClient, query: dict[str, Any]) -> None:
    answer = asker.answer(Endpoint.SIMULATION_RUNS, {}, **query)
    assert answer.status == 400
    assert "required" in json.loads(answer.body)["details"]["non_field_errors"][0]


def test_of_several_the_call_wins_over_the_execution_and_that_over_the_name(asker: ProfileClient) -> None:
    three = {"run_test_name": ids.RUN_TEST_NAME, "execution_id": ids.TEST_EXECUTION_ID}
    assert "call_results" in asker.runs(**three)
    assert "cost" in asker.runs(**three, call_execution_id=ids.CALL_EXECUTION_ID)


@pytest.mark.parametrize("name", ["execution_id", "call_execution_id"])
def test_a_malformed_id_is_refused_by_name(asker: ProfileClient, name: str) -> None:
    answer = asker.answer(Endpoint.SIMULATION_RUNS, {}, **{name: "abc"})
    assert answer.status == 400
    assert list(json.loads(answer.body)["details"]) == [name]


def test_a_name_matches_exactly(asker: ProfileClient) -> None:
    assert asker.runs(run_test_name=ids.RUN_TEST_NAME.lower())["code"] == "not_found"


def test_a_deleted_call_and_a_snapshot_are_not_found(asker: ProfileClient) -> None:
    calls = asker.store.calls.values()
    deleted = next(call for call in calls if call.deleted)
    snapshot = next(call for call in calls if call.original is not None)
    for call in (deleted, snapshot):
        assert asker.runs(call_execution_id=call.id)["code"] == "not_found"


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("Coherence", {"Coherence"}),
        ("coherence", {"Coherence"}),
        ("Coherence,Tone", {"Coherence", "Tone"}),
        (" Tone ,, Coherence,", {"Coherence", "Tone"}),
        ("Nothing", set()),
    ],
)
def test_only_named_evals_come(asker: ProfileClient, asked: str, named: set[str]) -> None:
    run = asker.runs(execution_id=ids.TEST_EXECUTION_ID, eval_name=asked, limit=100)
    assert {part["name"] for result in run["eval_results"] for part in result["result"]} == named
    outputs = [call["eval_outputs"] for call in run["call_results"]["results"]]
    assert {output["name"] for one in outputs for output in one.values()} == named
    call = asker.runs(call_execution_id=ids.CALL_EXECUTION_ID, eval_name=asked)
    assert {output["name"] for output in call["eval_outputs"].values()} == named


def test_results_are_what_a_plain_loop_counts(asker: ProfileClient) -> None:
    run = asker.runs(execution_id=ids.TEST_EXECUTION_ID, limit=1000)
    outputs: dict[str, list[Any]] = {}
    for call in run["call_results"]["results"]:
        for output in call["eval_outputs"].values():
            if output["output"] is not None:
                outputs.setdefault(output["name"], []).append(output["output"])
    results = {result["name"]: result for result in run["eval_results"]}

    passed = outputs["Coherence"].count("Passed")
    rate = round(100 * passed / len(outputs["Coherence"]), 2)
    part = results["conversation_coherence"]["result"][0]
    assert part["total_cells"] == len(outputs["Coherence"])
    assert (part["output"]["pass"], part["output"]["pass_count"]) == (rate, passed)
    assert part["output"]["pass"] + part["output"]["fail"] == pytest.approx(100)
    assert results["conversation_coherence"]["total_pass_rate"] == rate

    scores = sorted(outputs["Resolution score"])
    average = pytest.approx(100 * sum(scores) / len(scores), abs=0.006)
    assert results["conversation_resolution"]["total_avg"] == average
    spread = results["conversation_resolution"]["result"][0]["output"]
    assert spread["p100"] == pytest.approx(100 * scores[-1], abs=0.006)
    assert list(spread.values()) == sorted(spread.values())

    angry = round(100 * sum("angry" in words for words in outputs["Tone"]) / len(outputs["Tone"]), 2)
    assert results["customer_tone"]["total_choices_avg"]["angry"] == angry


def test_an_eval_that_never_ran_has_no_cells(asker: ProfileClient) -> None:
    run = asker.runs(execution_id=ids.TEST_EXECUTION_ID, eval_name="Escalation")
    assert [part for result in run["eval_results"] for part in result["result"]] == [
        {
            "name": "Escalation",
            "id": make_id("eval", "acme", "Escalation"),
            "total_cells": 0,
            "output": {},
        }
    ]


def test_counts_agree_with_the_listing_of_executions(asker: ProfileClient) -> None:
    shared = ("total_calls", "completed_calls", "failed_calls")
    runs = asker.runs(run_test_name=ids.RUN_TEST_NAME, limit=100)["results"]
    listed = asker.executions(limit=100)["results"]
    assert [[run[key] for key in shared] for run in runs] == [
        [item[key] for key in shared] for item in listed
    ]


@pytest.mark.parametrize("summary", ["true", "TRUE", "True"])
def test_the_summary_names_failed_calls(asker: ProfileClient, summary: str) -> None:
    run = asker.runs(execution_id=ids.TEST_EXECUTION_ID, summary=summary, limit=1000)
    assert run["eval_explanation_summary_status"] == "completed"
    (cluster,) = run["eval_explanation_summary"]["Coherence"]
    failed = {
        call["call_execution_id"]
        for call in run["call_results"]["results"]
        if any(
            out["name"] == "Coherence" and out["output"] == "Failed" for out in call["eval_outputs"].values()
        )
    }
    assert set(cluster["call_execution_ids"]) == failed
    assert set(cluster) == {"cluster_name", "call_execution_ids", "description"}


@pytest.mark.parametrize("query", [{}, {"summary": "false"}, {"summary": ""}])
def test_without_asking_there_is_no_summary(asker: ProfileClient, query: dict[str, str]) -> None:
    assert "eval_explanation_summary" not in asker.runs(execution_id=ids.TEST_EXECUTION_ID, **query)


@pytest.mark.parametrize("summary", ["1", "yes", "bogus", "null"])
def test_a_summary_that_is_neither_true_nor_false_is_refused(asker: ProfileClient, summary: str) -> None:
    answer = asker.answer(Endpoint.SIMULATION_RUNS, {}, run_test_name=ids.RUN_TEST_NAME, summary=summary)
    assert answer.status == 400


def test_summaries_are_there_in_every_state(asker: ProfileClient) -> None:
    uuids = [item["id"] for item in asker.executions(limit=100)["results"]]
    found = {uuid: asker.runs(execution_id=uuid, summary=True, limit=1) for uuid in uuids}
    states = {run["eval_explanation_summary_status"] for run in found.values()}
    assert states == {"pending", "running", "completed", "failed"}
