# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""GET /sdk/api/v1/simulation/runs/

Documented statuses: 200, 400, 401, 404, 406, 500.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ...models.runs_by_call import RunsByCall
from ...models.runs_by_execution import RunsByExecution
from ...models.runs_by_name import RunsByName
from ...operations import GET_SIMULATION_RUNS, AsyncClient, SyncClient


def _model(arguments: Mapping[str, Any]) -> type[RunsByCall | RunsByExecution | RunsByName]:
    """Choose by what was asked for, not by what came: the first parameter that is there decides."""
    if arguments["call_execution_id"] is not None:
        return RunsByCall
    if arguments["execution_id"] is not None:
        return RunsByExecution
    return RunsByName


def sync(
    *,
    client: SyncClient,
    run_test_name: str | None = None,
    execution_id: str | UUID | None = None,
    call_execution_id: str | UUID | None = None,
    eval_name: str | None = None,
    summary: bool | None = None,
    page: int | None = None,
    limit: int | None = None,
) -> RunsByCall | RunsByExecution | RunsByName:
    """Get run records by name, execution or call

    Run records for machines: eval scores, counts, latency and cost, no transcripts. Exactly one
    of `run_test_name`, `execution_id` and `call_execution_id` decides what comes back; of
    several, the call wins over the execution and the execution over the name; without any the
    answer is 400. By name, the executions come latest first; runs of the same name are merged.
    By execution, the calls come most recently updated first. Observed: a page past the end and
    any bad `page` are answered with 500; a bad `limit` is taken as 10; a parameter it does not
    know is answered with 400. One result of an eval of type `numeric` makes the answer about
    its execution, and every page of its run test, a 500; the other endpoints still answer.
    Outputs of evals that were deleted from the run test are in `eval_outputs` and not in
    `eval_results`.

    Args:
        client: Sends the request: a `futureagi_simulate.Client`.
        run_test_name: Exact name of a run test; its executions come back.
        execution_id: Id of a test execution; its record with a page of calls comes back.
        call_execution_id: Id of a call execution; its record comes back.
        eval_name: Names of evals, separated by commas; other evals are left out of the answer.
            A name that holds a comma cannot be asked for. Observed, the case matters in
            `eval_results` and does not in `eval_outputs`.
        summary: Adds the explanation of failures to the record of an execution. Without it,
            false. Observed, the words 1, yes, on, t and y are taken for true in any case, and other
            words are answered with 400.
        page: Number of the page, counted from 1. Without it, the first page.
        limit: Number of records on a page. Without it, 10.

    Raises:
        futureagi_simulate.FutureAGIError: One of its classes, for an argument, the transport, a status or a body.

    Response headers:
        WWW-Authenticate (401): Names the scheme that is wanted.
    """
    arguments: dict[str, Any] = {
        "run_test_name": run_test_name,
        "execution_id": execution_id,
        "call_execution_id": call_execution_id,
        "eval_name": eval_name,
        "summary": summary,
        "page": page,
        "limit": limit,
    }
    return client.request(GET_SIMULATION_RUNS, arguments, _model(arguments))


async def asyncio(
    *,
    client: AsyncClient,
    run_test_name: str | None = None,
    execution_id: str | UUID | None = None,
    call_execution_id: str | UUID | None = None,
    eval_name: str | None = None,
    summary: bool | None = None,
    page: int | None = None,
    limit: int | None = None,
) -> RunsByCall | RunsByExecution | RunsByName:
    """Do what `sync` does, awaited; `client` is a `futureagi_simulate.AsyncClient`."""
    arguments: dict[str, Any] = {
        "run_test_name": run_test_name,
        "execution_id": execution_id,
        "call_execution_id": call_execution_id,
        "eval_name": eval_name,
        "summary": summary,
        "page": page,
        "limit": limit,
    }
    return await client.request(GET_SIMULATION_RUNS, arguments, _model(arguments))
