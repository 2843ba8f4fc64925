"""Read by type checkers, never run: nothing a user gets is Any where the contract knows better."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, assert_type

from futureagi_simulate import (
    AsyncClient,
    AsyncExecutionRun,
    AsyncListing,
    AsyncTestExecutionDetail,
    CallExecution,
    CallRecord,
    CallRun,
    Client,
    Deviation,
    EvalRecord,
    EvalSummary,
    ExecutionRecord,
    ExecutionRun,
    ExecutionRunCall,
    Filter,
    FutureAGIError,
    GroupRecord,
    GroupRow,
    IncompleteListingError,
    Listing,
    Page,
    RateLimitError,
    RetryPolicy,
    TestExecution,
    TestExecutionCall,
    TestExecutionDetail,
    Timeout,
    Turn,
    VersionCallExecution,
    call_record,
    column,
    execution_record,
)
from futureagi_simulate.listings import AsyncPages
from futureagi_simulate.records import EvalKind, EvalStatus
from futureagi_simulate_api.models import (
    AgentType,
    CallCost,
    CallLatency,
    CallStatus,
    Column,
    EvalMetric,
    EvalOutput,
    EvalOutputType,
    EvalResult,
    EvalResultPart,
    ExplanationCluster,
    ExplanationStatus,
    ScenarioRef,
    TestExecutionStatus,
    TranscriptTurn,
)

ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


def listings(client: Client) -> None:
    calls = client.list_call_executions(ID, search="x", status="failed", page_size=10, prefetch=2, exact=True)
    assert_type(calls, Listing[CallExecution])
    assert_type(calls.first(), CallExecution | None)
    assert_type(calls.count(), int | None)
    assert_type(calls.to_list(), list[CallExecution])
    assert_type(calls.records(), Iterator[CallRecord])
    assert_type(client.list_test_executions(ID).records(), Iterator[ExecutionRecord])
    assert_type(client.list_execution_runs("x").records(), Iterator[ExecutionRecord])
    assert_type(client.list_test_execution_groups(ID, row_groups=["x"]).records(), Iterator[GroupRecord])
    for call in calls:
        assert_type(call, CallExecution)
    for page in calls.pages(start=2, stop=4):
        assert_type(page, Page[CallExecution])
        assert_type(page.items, tuple[CallExecution, ...])
        assert_type(page.number, int)
        assert_type(page.count, int | None)
        assert_type(page.total_pages, int | None)
        assert_type(page.deviations, tuple[Deviation, ...])
        assert_type(page.deviations[0].path, str)
    assert_type(client.list_test_executions(ID, prefetch=2), Listing[TestExecution])
    assert_type(client.list_version_call_executions(ID, ID, exact=True), Listing[VersionCallExecution])
    assert_type(client.list_test_execution_groups(ID, row_groups=["x"], search="z"), Listing[GroupRow])
    inside = client.list_test_execution_groups(ID, row_groups=["x"], group_keys=[None, 1, 0.5, True, "y"])
    assert_type(inside, Listing[GroupRow | TestExecutionCall])
    assert_type(client.list_execution_runs("x", eval_names=["y"], page_size=1), Listing[ExecutionRun])


def details(client: Client) -> None:
    wanted: list[Filter] = [column("overall_score").between(50, 90), column("status").is_in(["failed"])]
    detail = client.get_test_execution(ID, filters=wanted, enforce_filters=True, search="x", page_size=3)
    assert_type(detail, TestExecutionDetail)
    assert_type(detail.calls, Listing[TestExecutionCall])
    assert_type(detail.id, str)
    assert_type(detail.status, TestExecutionStatus | None)
    assert_type(detail.count, int | None)
    assert_type(detail.provider, str | None)
    assert_type(detail.agent_type, AgentType | None)
    assert_type(detail.error_messages, list[str])
    assert_type(detail.column_order, list[Column])
    assert_type(detail.column_order[0].column_name, str)
    assert_type(detail.raw, dict[str, Any])
    assert_type(detail.raw_json, bytes)


def runs(client: Client) -> None:
    run = client.get_execution_run(ID, eval_names="x", summary=True, page_size=3)
    assert_type(run, ExecutionRun)
    assert_type(run.calls, Listing[ExecutionRunCall])
    assert_type(run.execution_id, str)
    assert_type(run.status, TestExecutionStatus)
    assert_type(run.total_calls, int)
    assert_type(run.completed_calls, int)
    assert_type(run.failed_calls, int)
    assert_type(run.eval_results, list[EvalResult])
    assert_type(run.eval_results[0].name, str)
    assert_type(run.eval_results[0].output_type, EvalOutputType)
    assert_type(run.eval_results[0].result, list[EvalResultPart])
    assert_type(run.eval_results[0].result[0].output, dict[str, float])
    assert_type(run.eval_results[0].total_pass_rate, float | None)
    assert_type(run.eval_explanation_summary, dict[str, list[ExplanationCluster]] | None)
    assert_type(run.eval_explanation_summary_status, ExplanationStatus | None)
    assert_type(run.raw_json, bytes)
    call = client.get_call_run(ID, eval_names=["x"])
    assert_type(call, CallRun)
    assert_type(call.latency, CallLatency)
    assert_type(call.latency.response_time_ms, int | None)
    assert_type(call.cost, CallCost)
    assert_type(call.eval_outputs, dict[str, EvalOutput])
    assert_type(call.raw, dict[str, Any])


def items(call: CallExecution) -> None:
    assert_type(call.id, str)
    assert_type(call.status, CallStatus | None)
    assert_type(call.duration, float | None)
    assert_type(call.transcript, list[TranscriptTurn])
    assert_type(call.scenario, ScenarioRef | str | None)
    assert_type(call.overall_score, float | None)
    assert_type(call.eval_outputs, dict[str, EvalOutput] | None)
    assert_type(call.eval_metrics, dict[str, EvalMetric | float | str | bool | list[str] | None] | None)
    assert_type(call.is_snapshot, bool)
    assert_type(call.cost_cents, int | None)
    assert_type(call.raw, dict[str, Any])
    assert_type(call.raw_json, bytes)


def records(call: TestExecutionCall, execution: TestExecution, run: ExecutionRun) -> None:
    record = call_record(call, execution_id=ID)
    assert_type(record, CallRecord)
    assert_type(record.started_at, datetime | None)
    assert_type(record.duration_s, float | None)
    assert_type(record.evals, tuple[EvalRecord, ...])
    assert_type(record.evals[0].kind, EvalKind | None)
    assert_type(record.evals[0].status, EvalStatus | None)
    assert_type(record.evals[0].score, float | None)
    assert_type(record.transcript, tuple[Turn, ...])
    assert_type(record.transcript[0].speaker, str)
    summary = execution_record(execution)
    assert_type(summary, ExecutionRecord)
    assert_type(execution_record(run).evals, tuple[EvalSummary, ...])
    assert_type(summary.total_calls, int | None)


def errors(error: FutureAGIError, limited: RateLimitError, incomplete: IncompleteListingError) -> None:
    assert_type(error.problem, str)
    assert_type(error.remedy, str)
    assert_type(error.page, int | None)
    assert_type(limited.status, int)
    assert_type(limited.retry_after, float | None)
    assert_type(incomplete.found, tuple[str, ...])
    assert_type(incomplete.count, int | None)


def options() -> None:
    with Client(
        api_key="x",
        secret_key="y",
        base_url="https://api.test",
        timeout=Timeout(read=5),
        retry=RetryPolicy(attempts=2),
        strict=True,
    ) as client:
        assert_type(client, Client)
        assert_type(client.with_options(timeout=3.0, retry=RetryPolicy(), strict=False), Client)


async def asynchronous() -> None:
    async with AsyncClient(timeout=None) as client:
        assert_type(client, AsyncClient)
        assert_type(client.with_options(strict=True), AsyncClient)
        calls = client.list_call_executions(ID, prefetch=8)
        assert_type(calls, AsyncListing[CallExecution])
        assert_type(calls.pages(), AsyncPages[CallExecution])
        assert_type(await calls.first(), CallExecution | None)
        assert_type(await calls.count(), int | None)
        assert_type(await calls.to_list(), list[CallExecution])
        async for call in calls:
            assert_type(call, CallExecution)
        async for page in calls.pages():
            assert_type(page, Page[CallExecution])
        assert_type(client.list_test_executions(ID), AsyncListing[TestExecution])
        assert_type(client.list_version_call_executions(ID, ID), AsyncListing[VersionCallExecution])
        assert_type(client.list_test_execution_groups(ID, row_groups=["x"]), AsyncListing[GroupRow])
        inside = client.list_test_execution_groups(ID, row_groups=["x"], group_keys=[None])
        assert_type(inside, AsyncListing[GroupRow | TestExecutionCall])
        assert_type(client.list_execution_runs("x"), AsyncListing[AsyncExecutionRun])
        detail = await client.get_test_execution(ID)
        assert_type(detail, AsyncTestExecutionDetail)
        assert_type(detail.calls, AsyncListing[TestExecutionCall])
        run = await client.get_execution_run(ID)
        assert_type(run, AsyncExecutionRun)
        assert_type(run.calls, AsyncListing[ExecutionRunCall])
        assert_type(await client.get_call_run(ID), CallRun)


def mistakes(client: Client) -> None:
    client.list_call_executions(ID, page_sise=10)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.list_call_executions(ID, prefetch="8")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.list_execution_runs("x", summary=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.get_test_execution(ID, filters=["status"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
