# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""GET /simulate/run-tests/{run_test_id}/executions/

Documented statuses: 200, 401, 404, 406, 500.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ...models.test_execution_page import TestExecutionPage
from ...operations import LIST_TEST_EXECUTIONS, AsyncClient, SyncClient


def sync(
    run_test_id: str | UUID,
    *,
    client: SyncClient,
    search: str | None = None,
    status: str | None = None,
    limit: int | None = None,
    page: int | None = None,
) -> TestExecutionPage:
    """List the executions of a run test

    Every time one run test was started, latest first. Observed: a page past the end and any bad
    `page` are answered with 500; a bad `limit` is taken as 10; a search that would have to look
    at scenario names fails with 500; a parameter it does not know is ignored.

    Args:
        run_test_id: Id of the run test.
        client: Sends the request: a `futureagi_simulate.Client`.
        search: Keeps executions whose status or a scenario name contains this text, in any
            case. Observed, a text that is no part of a status, and a NUL character, are answered
            with 500.
        status: Keeps executions with exactly this status. Documented in upper case; the
            observed server finds something only for the lower-case words.
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
    return client.request(LIST_TEST_EXECUTIONS, arguments, TestExecutionPage)


async def asyncio(
    run_test_id: str | UUID,
    *,
    client: AsyncClient,
    search: str | None = None,
    status: str | None = None,
    limit: int | None = None,
    page: int | None = None,
) -> TestExecutionPage:
    """Do what `sync` does, awaited; `client` is a `futureagi_simulate.AsyncClient`."""
    arguments: dict[str, Any] = {
        "run_test_id": run_test_id,
        "search": search,
        "status": status,
        "limit": limit,
        "page": page,
    }
    return await client.request(LIST_TEST_EXECUTIONS, arguments, TestExecutionPage)
