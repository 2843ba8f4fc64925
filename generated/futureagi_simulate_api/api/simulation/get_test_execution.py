# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""GET /simulate/test-executions/{test_execution_id}/

Documented statuses: 200, 400, 401, 404, 406, 500.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ...models.test_execution_detail import TestExecutionDetail
from ...operations import GET_TEST_EXECUTION, AsyncClient, SyncClient


def sync(
    test_execution_id: str | UUID,
    *,
    client: SyncClient,
    search: str | None = None,
    page: int | None = None,
    limit: int | None = None,
    filters: str | None = None,
    row_groups: str | None = None,
    group_keys: str | None = None,
) -> TestExecutionDetail:
    """Get an execution with a page of its calls or groups

    One execution: its status, the columns of its results grid, and a page of its calls, most
    recently updated first. With `row_groups` the page holds groups of calls instead, and
    `group_keys` opens them level by level. Observed: an unknown or deleted id is answered with
    500; grouping works for scenario dataset columns only, counts calls of every execution and
    leaves `status`, `provider` and `agent_type` out. Outputs of evals that were deleted from
    the run test are left out here, and nowhere else but in the aggregates of the run records.

    Args:
        test_execution_id: Id of the test execution.
        client: Sends the request: a `futureagi_simulate.Client`.
        search: Keeps calls whose phone number or scenario name contains this text. Observed, in
            any case.
        page: Number of the page, counted from 1. Without it, the first page.
        limit: Number of calls or groups on a page. Without it, 30 (documented) or 10
            (observed).
        filters: Keeps calls that pass every filter: a JSON array of objects with `column_id`
            and `filter_config`. Observed, text that is no such array, a missing key, an unknown
            type or operator and a missing `filter_value` are answered with 400, and `null` is no
            filter; most combinations of column, type and operator are refused or silently not
            applied, some leave a message in `error_messages`; a filter on an id that is not in
            `column_order` is ignored.
        row_groups: Groups the calls: a JSON array of column ids, outermost group first. The
            results are then group rows. Observed, anything else than an array is answered with 400,
            and every column but a scenario dataset column with 500.
        group_keys: Opens a group: a JSON array of the values of its columns, in the order of
            `row_groups`, each as the group's row has it: a text, a number, true, false or null.
            With fewer keys than groups the results are the groups of the next level, with as many
            they are the calls of that group. Observed, anything but an array is answered with 400,
            and the keys are ignored.

    Raises:
        futureagi_simulate.FutureAGIError: One of its classes, for an argument, the transport, a status or a body.

    Response headers:
        WWW-Authenticate (401): Names the scheme that is wanted.
    """
    arguments: dict[str, Any] = {
        "test_execution_id": test_execution_id,
        "search": search,
        "page": page,
        "limit": limit,
        "filters": filters,
        "row_groups": row_groups,
        "group_keys": group_keys,
    }
    return client.request(GET_TEST_EXECUTION, arguments, TestExecutionDetail)


async def asyncio(
    test_execution_id: str | UUID,
    *,
    client: AsyncClient,
    search: str | None = None,
    page: int | None = None,
    limit: int | None = None,
    filters: str | None = None,
    row_groups: str | None = None,
    group_keys: str | None = None,
) -> TestExecutionDetail:
    """Do what `sync` does, awaited; `client` is a `futureagi_simulate.AsyncClient`."""
    arguments: dict[str, Any] = {
        "test_execution_id": test_execution_id,
        "search": search,
        "page": page,
        "limit": limit,
        "filters": filters,
        "row_groups": row_groups,
        "group_keys": group_keys,
    }
    return await client.request(GET_TEST_EXECUTION, arguments, TestExecutionDetail)
