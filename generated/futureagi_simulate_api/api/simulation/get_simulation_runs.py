# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from collections.abc import Container
from typing import Any, Final
from uuid import UUID

from ...client import Client, read_response, success
from ...models.runs_by_call import RunsByCall
from ...models.runs_by_execution import RunsByExecution
from ...models.runs_by_name import RunsByName
from ...types import Response

_ERRORS: Final[Container[int]] = frozenset({400, 401, 404, 406, 500})


def _get_kwargs(
    *,
    run_test_name: str | None = None,
    execution_id: str | UUID | None = None,
    call_execution_id: str | UUID | None = None,
    eval_name: str | None = None,
    summary: bool | None = None,
    page: int | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    params = {
        "run_test_name": run_test_name,
        "execution_id": execution_id,
        "call_execution_id": call_execution_id,
        "eval_name": eval_name,
        "summary": summary,
        "page": page,
        "limit": limit,
    }
    return {
        "method": "GET",
        "url": "/sdk/api/v1/simulation/runs/",
        "params": {name: value for name, value in params.items() if value is not None},
    }


def _model(params: dict[str, Any]) -> type[RunsByCall | RunsByExecution | RunsByName]:
    """Choose by what was asked for, not by what came: the first parameter that is there decides."""
    if "call_execution_id" in params:
        return RunsByCall
    if "execution_id" in params:
        return RunsByExecution
    return RunsByName


def sync_detailed(
    *,
    client: Client,
    run_test_name: str | None = None,
    execution_id: str | UUID | None = None,
    call_execution_id: str | UUID | None = None,
    eval_name: str | None = None,
    summary: bool | None = None,
    page: int | None = None,
    limit: int | None = None,
) -> Response[RunsByCall | RunsByExecution | RunsByName]:
    """Do what `sync` does, and return documented errors with status and headers instead of raising them.

    Documented headers:
        WWW-Authenticate (401): Names the scheme that is wanted.
    """
    kwargs = _get_kwargs(
        run_test_name=run_test_name,
        execution_id=execution_id,
        call_execution_id=call_execution_id,
        eval_name=eval_name,
        summary=summary,
        page=page,
        limit=limit,
    )
    return read_response(client, client.request(**kwargs), _model(kwargs["params"]), _ERRORS)


def sync(
    *,
    client: Client,
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
    know is answered with 400.

    Args:
        client: Sends the request.
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
        limit: Number of records on a page. Without it, 10. There is no upper bound.

    Raises:
        ErrorStatus: The server answered with a documented error.
        UnexpectedStatus: The status or the body is not what the spec documents.
    """
    return success(
        sync_detailed(
            run_test_name=run_test_name,
            execution_id=execution_id,
            call_execution_id=call_execution_id,
            eval_name=eval_name,
            summary=summary,
            page=page,
            limit=limit,
            client=client,
        )
    )


async def asyncio_detailed(
    *,
    client: Client,
    run_test_name: str | None = None,
    execution_id: str | UUID | None = None,
    call_execution_id: str | UUID | None = None,
    eval_name: str | None = None,
    summary: bool | None = None,
    page: int | None = None,
    limit: int | None = None,
) -> Response[RunsByCall | RunsByExecution | RunsByName]:
    """Do what `sync_detailed` does, awaited."""
    kwargs = _get_kwargs(
        run_test_name=run_test_name,
        execution_id=execution_id,
        call_execution_id=call_execution_id,
        eval_name=eval_name,
        summary=summary,
        page=page,
        limit=limit,
    )
    return read_response(
        client, await client.request_async(**kwargs), _model(kwargs["params"]), _ERRORS
    )


async def asyncio(
    *,
    client: Client,
    run_test_name: str | None = None,
    execution_id: str | UUID | None = None,
    call_execution_id: str | UUID | None = None,
    eval_name: str | None = None,
    summary: bool | None = None,
    page: int | None = None,
    limit: int | None = None,
) -> RunsByCall | RunsByExecution | RunsByName:
    """Do what `sync` does, awaited."""
    return success(
        await asyncio_detailed(
            run_test_name=run_test_name,
            execution_id=execution_id,
            call_execution_id=call_execution_id,
            eval_name=eval_name,
            summary=summary,
            page=page,
            limit=limit,
            client=client,
        )
    )
