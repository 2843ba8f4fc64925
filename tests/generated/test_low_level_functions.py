from __future__ import annotations

import importlib
from uuid import UUID

import httpx
import pytest

from futureagi_simulate import AuthenticationError, ConfigurationError, ContractError, ServerError
from futureagi_simulate_api.api.simulation import (
    get_simulation_runs,
    get_test_execution,
    list_call_executions,
    list_test_executions,
)
from futureagi_simulate_api.models import (
    CallExecutionPage,
    CallStatus,
    GroupRow,
    RunsByCall,
    RunsByExecution,
    RunsByName,
    TestExecutionCall,
)
from tools.spec import operations, read, resolve, snake

ID = "cc3c8111-0000-4000-8000-000000000001"
EMPTY_PAGE = {"count": 0, "next": None, "previous": None, "results": []}
DENIED = {"status": False, "type": "authentication_error", "detail": "Invalid API key", "surprise": 1}
RUN_PAGE = {"count": 0, "total_pages": 0, "current_page": 1, "results": []}


@pytest.fixture
def contract(root):
    return read(root / "openapi.yaml")


def test_a_listing_gives_a_typed_page_that_keeps_its_bytes(call):
    page = call(list_call_executions, call.client(httpx.Response(200, json=EMPTY_PAGE)), ID)

    assert isinstance(page, CallExecutionPage)
    assert (page.count, page.next, page.results) == (0, None, [])
    assert page.raw == EMPTY_PAGE


def test_path_and_query_carry_the_arguments_and_leave_out_what_is_none(call):
    client = call.client(httpx.Response(200, json=EMPTY_PAGE))

    call(list_call_executions, client, UUID(ID), status=CallStatus.FAILED, search="50% off", page=2)

    assert call.requests[0].method == "GET"
    assert call.requests[0].url.path == f"/simulate/run-tests/{ID}/call-executions/"
    assert dict(call.requests[0].url.params) == {"status": "failed", "search": "50% off", "page": "2"}


def test_an_id_that_is_none_is_refused_before_anything_is_sent(call):
    with pytest.raises(ConfigurationError, match="isn't a UUID"):
        call(list_call_executions, call.client(httpx.Response(200, json=EMPTY_PAGE)), "a/b?c")

    assert call.requests == []


def test_a_boolean_is_sent_as_a_word_of_json(call):
    body = {"status": True, "result": RUN_PAGE}
    call(get_simulation_runs, call.client(httpx.Response(200, json=body)), run_test_name="x", summary=True)

    assert call.requests[0].url.params["summary"] == "true"


def test_an_error_is_that_of_the_client(call):
    client = call.client(httpx.Response(401, json=DENIED))

    with pytest.raises(AuthenticationError, match="Invalid API key") as caught:
        call(list_call_executions, client, ID)

    assert caught.value.status_code == 401


def test_an_error_whose_body_looks_like_a_page_is_no_page(call):
    client = call.client(httpx.Response(500, json=EMPTY_PAGE))

    with pytest.raises(ServerError):
        call(list_call_executions, client, ID)


@pytest.mark.parametrize("body", [b"", b"<html>Not Found</html>", b'{"count": 1', b"[]"])
def test_a_body_that_is_no_json_object_is_an_error(call, body):
    with pytest.raises(ContractError):
        call(list_call_executions, call.client(httpx.Response(200, content=body)), ID)


def test_a_success_of_the_wrong_shape_names_the_place(call):
    client = call.client(httpx.Response(200, json=EMPTY_PAGE | {"count": "many"}), strict=True)

    with pytest.raises(ContractError, match="count should be a whole number"):
        call(list_test_executions, client, ID)


CALL_RESULT = {
    "call_execution_id": ID,
    "execution_id": ID,
    "scenario_id": ID,
    "scenario_name": "Billing",
    "status": "completed",
    "started_at": None,
    "completed_at": None,
    "duration_seconds": None,
    "ended_reason": None,
    "call_summary": None,
    "eval_outputs": {},
    "latency": {"avg_agent_latency_ms": None, "response_time_ms": None},
    "cost": {
        "total_cost_cents": None,
        "stt_cost_cents": None,
        "llm_cost_cents": None,
        "tts_cost_cents": None,
    },
}
EXECUTION_RESULT = {
    "execution_id": ID,
    "status": "completed",
    "started_at": "2026-01-19T07:42:26Z",
    "completed_at": None,
    "total_calls": 0,
    "completed_calls": 0,
    "failed_calls": 0,
    "eval_results": [],
    "call_results": RUN_PAGE,
}


@pytest.mark.parametrize(
    ("asked", "result", "kind"),
    [
        ({"run_test_name": "x"}, RUN_PAGE, RunsByName),
        ({"execution_id": ID}, EXECUTION_RESULT, RunsByExecution),
        ({"call_execution_id": ID}, CALL_RESULT, RunsByCall),
        # Of several the call wins over the execution and the execution over the name.
        ({"execution_id": ID, "run_test_name": "x"}, EXECUTION_RESULT, RunsByExecution),
        ({"run_test_name": "x", "execution_id": ID, "call_execution_id": ID}, CALL_RESULT, RunsByCall),
    ],
)
def test_what_was_asked_for_decides_the_class_of_a_run(call, asked, result, kind):
    answer = httpx.Response(200, json={"status": True, "result": result})

    assert type(call(get_simulation_runs, call.client(answer), **asked)) is kind


def test_an_odd_call_is_an_error_and_not_an_execution(call):
    answer = httpx.Response(200, json={"status": True, "result": CALL_RESULT | {"latency": "fast"}})

    with pytest.raises(ContractError, match=r"result\.latency should be an object"):
        call(get_simulation_runs, call.client(answer, strict=True), call_execution_id=ID)


@pytest.mark.parametrize(("example", "row"), [("observed", TestExecutionCall), ("observed-groups", GroupRow)])
def test_rows_of_either_kind_stay_undecoded_until_one_kind_is_named(call, contract, example, row):
    body = examples(contract, "getTestExecution", "200")[example]

    first = call(get_test_execution, call.client(httpx.Response(200, json=body)), ID).results[0]

    assert row.from_json(first).raw == body["results"][0]


ASKED_BY = {
    "by-name": "run_test_name",
    "by-call": "call_execution_id",
    "by-waiting-call": "call_execution_id",
}


def test_every_example_of_the_contract_goes_through_its_function(call, contract):
    seen = 0
    for path, item in contract["paths"].items():
        name = snake(item["get"]["operationId"])
        operation = importlib.import_module(f"futureagi_simulate_api.api.simulation.{name}")
        for title, body in examples(contract, item["get"]["operationId"], "200").items():
            asked = {} if name != "get_simulation_runs" else {ASKED_BY.get(title, "execution_id"): ID}
            client = call.client(httpx.Response(200, json=body))
            found = call(operation, client, *[ID] * path.count("{"), **asked)
            assert found.raw == body, (name, title)
            seen += 1
    assert seen >= 12


def examples(contract, operation_id, status):
    """The bodies that the contract shows for one answer of an operation, by name."""
    operation = next(each for _, each, _ in operations(contract) if each["operationId"] == operation_id)
    media = resolve(operation["responses"][status], contract).get("content", {}).get("application/json", {})
    named = {name: resolve(each, contract)["value"] for name, each in media.get("examples", {}).items()}
    return named | ({"example": media["example"]} if "example" in media else {})
