from __future__ import annotations

import importlib
import pickle
from uuid import UUID

import httpx
import pytest
from futureagi_simulate_api.api.simulation import (
    get_simulation_runs,
    get_test_execution,
    list_call_executions,
    list_test_executions,
)
from futureagi_simulate_api.errors import APIError, ErrorStatus, UnexpectedStatus
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


def test_an_id_cannot_leave_its_place_in_the_path(call):
    call(list_call_executions, call.client(httpx.Response(200, json=EMPTY_PAGE)), "a/b?c")

    assert call.requests[0].url.raw_path == b"/simulate/run-tests/a%2Fb%3Fc/call-executions/"


def test_a_boolean_is_sent_as_a_word_of_json(call):
    body = {"status": True, "result": RUN_PAGE}
    call(get_simulation_runs, call.client(httpx.Response(200, json=body)), run_test_name="x", summary=True)

    assert call.requests[0].url.params["summary"] == "true"


def test_an_error_is_raised_with_status_and_body(call):
    client = call.client(httpx.Response(401, json=DENIED))

    with pytest.raises(ErrorStatus) as caught:
        call(list_call_executions, client, ID)

    assert caught.value.status_code == 401
    assert caught.value.error.detail == "Invalid API key"
    assert caught.value.error.raw == DENIED
    assert "HTTP 401" in str(caught.value)


def test_the_detailed_function_returns_an_error_beside_an_empty_success(call):
    response = call(list_call_executions, call.client(httpx.Response(401, json=DENIED)), ID, detailed=True)

    assert (response.status_code, response.parsed) == (401, None)
    assert response.error.detail == "Invalid API key"
    assert response.headers["content-type"] == "application/json"


def test_an_error_whose_body_looks_like_a_page_is_no_page(call):
    client = call.client(httpx.Response(500, json=EMPTY_PAGE))

    with pytest.raises(ErrorStatus):
        call(list_call_executions, client, ID)


@pytest.mark.parametrize("status", [204, 301, 418, 429, 502, 520])
def test_an_undocumented_status_is_unexpected(call, status):
    client = call.client(httpx.Response(status, json=EMPTY_PAGE))

    with pytest.raises(UnexpectedStatus, match=f"HTTP {status}"):
        call(list_call_executions, client, ID)


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize("body", [b"", b"<html>Not Found</html>", b'{"count": 1', b"[]", b"\xff"])
def test_a_body_that_is_not_the_documented_json_is_unexpected(call, status, body):
    client = call.client(httpx.Response(status, content=body))

    with pytest.raises(UnexpectedStatus) as caught:
        call(list_call_executions, client, ID)

    assert (caught.value.status_code, caught.value.content) == (status, body)


def test_a_success_of_the_wrong_shape_names_the_place(call):
    client = call.client(httpx.Response(200, json=EMPTY_PAGE | {"count": "many"}))

    with pytest.raises(UnexpectedStatus, match=r"\$\.count"):
        call(list_test_executions, client, ID)


@pytest.mark.parametrize("kind", [ErrorStatus, UnexpectedStatus])
def test_errors_survive_pickling(call, kind):
    answer = httpx.Response(401 if kind is ErrorStatus else 418, json=DENIED)
    with pytest.raises(APIError) as caught:
        call(list_call_executions, call.client(answer), ID)

    copy = pickle.loads(pickle.dumps(caught.value))

    assert type(copy) is kind
    assert (copy.status_code, copy.content, str(copy)) == (
        caught.value.status_code,
        caught.value.content,
        str(caught.value),
    )


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

    with pytest.raises(UnexpectedStatus, match=r"\$\.result\.latency"):
        call(get_simulation_runs, call.client(answer), call_execution_id=ID)


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
        for status in item["get"]["responses"]:
            for title, body in examples(contract, item["get"]["operationId"], status).items():
                asked = {} if name != "get_simulation_runs" else {ASKED_BY.get(title, "execution_id"): ID}
                client = call.client(httpx.Response(int(status), json=body))
                response = call(operation, client, *[ID] * path.count("{"), detailed=True, **asked)
                assert response.status_code == int(status)
                assert (response.parsed or response.error).raw == body, (name, status, title)
                assert (response.parsed is None) == (status != "200")
                seen += 1
    assert seen >= 20


def examples(contract, operation_id, status):
    """The bodies that the contract shows for one answer of an operation, by name."""
    operation = next(each for _, each, _ in operations(contract) if each["operationId"] == operation_id)
    media = resolve(operation["responses"][status], contract).get("content", {}).get("application/json", {})
    named = {name: resolve(each, contract)["value"] for name, each in media.get("examples", {}).items()}
    return named | ({"example": media["example"]} if "example" in media else {})
