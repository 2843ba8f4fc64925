# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""GET /simulate/run-tests/{run_test_id}/call-executions/

Documented statuses: 200, 401, 404, 406, 500.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ...models.call_execution_page import CallExecutionPage
from ...models.call_status import CallStatus
from ...operations import LIST_CALL_EXECUTIONS, AsyncClient, SyncClient


def sync(
    run_test_id: str | UUID,
    *,
    client: SyncClient,
    search: str | None = None,
    status: CallStatus | str | None = None,
    limit: int | None = None,
    page: int | None = None,
) -> CallExecutionPage:
    """List the calls of a run test

    Every call of every execution of one run test, and the kept earlier attempts of calls that
    were run again (`is_snapshot: true`). Most recently updated first. Observed: deleted calls
    are counted but not shown, so that pages may have gaps, or nothing on them, before the last
    one; the calls of deleted executions are shown; `limit=0` is accepted and pages never end;
    any other bad `page` or `limit` is answered with 500; a parameter it does not know is
    ignored. Outputs of evals that were deleted from the run test are still there.

    Args:
        run_test_id: Id of the run test.
        client: Sends the request: a `futureagi_simulate.Client`.
        search: Keeps calls whose phone number or scenario name contains this text, in any case.
            Observed, `%` and `_` are wildcards, a backslash never matches and a NUL character is
            answered with 500.
        status: Keeps calls with exactly this status, in lower case. The reference page names no
            words; observed, another word finds nothing, and blanks around it are cut off.
        limit: Number of records on a page. Without it, 10.
        page: Number of the page, counted from 1. Without it, the first page.

    Raises:
        futureagi_simulate.FutureAGIError: One of its classes, for an argument, the transport, a status or a body.

    Response headers:
        WWW-Authenticate (401): Names the scheme that is wanted.
    """
    arguments: dict[str, Any] = {
        "run_test_id": run_test_id,
        "search": search,
        "status": status,
        "limit": limit,
        "page": page,
    }
    return client.request(LIST_CALL_EXECUTIONS, arguments, CallExecutionPage)


async def asyncio(
    run_test_id: str | UUID,
    *,
    client: AsyncClient,
    search: str | None = None,
    status: CallStatus | str | None = None,
    limit: int | None = None,
    page: int | None = None,
) -> CallExecutionPage:
    """Do what `sync` does, awaited; `client` is a `futureagi_simulate.AsyncClient`."""
    arguments: dict[str, Any] = {
        "run_test_id": run_test_id,
        "search": search,
        "status": status,
        "limit": limit,
        "page": page,
    }
    return await client.request(LIST_CALL_EXECUTIONS, arguments, CallExecutionPage)
