"""Every answer of the documented profile keeps to what the documents say, and no more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from futureagi_simulate_mock import ids
from futureagi_simulate_mock.messages import Endpoint

from .profile_client import ProfileClient, made

views = pytest.importorskip("futureagi_simulate_contract.views")
document = pytest.importorskip("futureagi_simulate_contract.document")
jsonschema = pytest.importorskip("jsonschema")
VIEW = views.strict_view(document.load(), views.Profile.DOCUMENTED)


@pytest.fixture(scope="module")
def asker() -> Any:
    store = made()
    return ProfileClient(store)


def schema_of(endpoint: Endpoint, status: int) -> dict[str, Any]:
    operations = [path["get"] for path in VIEW["paths"].values()]
    operation = next(found for found in operations if found["operationId"] == endpoint.value)
    response = document.resolve(VIEW, operation["responses"][str(status)])
    return {"allOf": [response["content"]["application/json"]["schema"]], "components": VIEW["components"]}


def deviations(endpoint: Endpoint, status: int, content: bytes) -> list[str]:
    validator = jsonschema.Draft202012Validator(schema_of(endpoint, status))
    return [
        f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(json.loads(content))
    ]


def questions(asker: ProfileClient) -> list[tuple[Endpoint, dict[str, str], dict[str, Any]]]:
    everything = {"limit": 10_000}
    asked: list[tuple[Endpoint, dict[str, str], dict[str, Any]]] = []
    for test in asker.store.catalogue.run_tests.values():
        if test.organization == 1 and not test.deleted:
            path = {"run_test_id": test.id}
            asked += [
                (Endpoint.CALL_EXECUTIONS, path, everything),
                (Endpoint.TEST_EXECUTIONS, path, everything),
            ]
            asked.append((Endpoint.SIMULATION_RUNS, {}, everything | {"run_test_name": test.name}))
            for item in asker.executions(test.id, limit=100)["results"]:
                path = {"test_execution_id": item["id"]}
                asked += [
                    (Endpoint.TEST_EXECUTION, path, everything),
                    (Endpoint.TEST_EXECUTION, path, {"row_groups": ["status", "scenario"]}),
                    (
                        Endpoint.SIMULATION_RUNS,
                        {},
                        everything | {"execution_id": item["id"], "summary": True},
                    ),
                ]
    for version in asker.store.catalogue.versions.values():
        agent = asker.store.catalogue.agents[version.agent]
        if agent.organization == 1 and not agent.deleted:
            path = {"agent_id": agent.id, "version_id": version.id}
            asked.append((Endpoint.VERSION_CALL_EXECUTIONS, path, everything))
    calls = [call for call in asker.store.calls.values() if call.run_test < 4 and call.shown]
    return asked + [(Endpoint.SIMULATION_RUNS, {}, {"call_execution_id": call.id}) for call in calls]


def test_every_answer_over_all_the_data_keeps_to_the_documents(asker: ProfileClient) -> None:
    asked = questions(asker)
    assert len(asked) > 200
    for endpoint, path, query in asked:
        answer = asker.answer(endpoint, path, **query)
        assert answer.status == 200
        assert deviations(endpoint, 200, answer.body) == [], (path, query)


@pytest.mark.parametrize(
    ("endpoint", "path", "query", "status"),
    [
        (Endpoint.CALL_EXECUTIONS, {"run_test_id": ids.RUN_TEST_ID}, {"page": 0}, 400),
        (Endpoint.TEST_EXECUTIONS, {"run_test_id": ids.RUN_TEST_ID}, {"status": "x"}, 400),
        (Endpoint.TEST_EXECUTION, {"test_execution_id": ids.TEST_EXECUTION_ID}, {"filters": "x"}, 400),
        (Endpoint.SIMULATION_RUNS, {}, {}, 400),
        (Endpoint.CALL_EXECUTIONS, {"run_test_id": "x"}, {}, 404),
        (Endpoint.TEST_EXECUTIONS, {"run_test_id": ids.AGENT_ID}, {}, 404),
        (Endpoint.TEST_EXECUTION, {"test_execution_id": ids.AGENT_ID}, {}, 404),
        (Endpoint.VERSION_CALL_EXECUTIONS, {"agent_id": ids.AGENT_ID, "version_id": ids.AGENT_ID}, {}, 404),
        (Endpoint.SIMULATION_RUNS, {}, {"run_test_name": "x"}, 404),
    ],
)
def test_an_error_says_what_is_wrong_in_the_form_all_errors_have(
    asker: ProfileClient, endpoint: Endpoint, path: dict[str, str], query: dict[str, Any], status: int
) -> None:
    answer = asker.answer(endpoint, path, **query)
    found = json.loads(answer.body)
    assert answer.status == status
    assert found["status"] is False
    assert found["detail"] == found["message"] == found["error"] == found["result"] != ""
    assert found["details"]


def test_latency_is_in_seconds_where_calls_are_listed_and_in_ms_where_runs_are(asker: ProfileClient) -> None:
    timed = [item for item in asker.calls(limit=10_000)["results"] if item["avg_agent_latency"] is not None]
    call = next(item for item in timed if not item["is_snapshot"])
    run = asker.runs(call_execution_id=call["id"])
    assert call["avg_agent_latency"] * 1000 == run["latency"]["avg_agent_latency_ms"] > 100


def test_the_kinds_of_null_that_the_documents_allow_all_occur(asker: ProfileClient) -> None:
    calls = asker.calls(limit=10_000)["results"]
    may_be_null = {"session_id", "duration", "start_time", "scenario", "overall_score", "eval_outputs",
                   "eval_metrics", "customer_name", "call_summary", "ended_reason", "avg_agent_latency",
                   "scenario_id", "rerun_type"}  # fmt: skip
    assert {key for call in calls for key, value in call.items() if value is None} == may_be_null
    assert {
        key for call in calls for key, value in call.items() if key in may_be_null and value is not None
    } == may_be_null
