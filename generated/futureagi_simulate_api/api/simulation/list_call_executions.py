# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from collections.abc import Container
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from ...client import Client, read_response, success
from ...models.call_execution_page import CallExecutionPage
from ...models.call_status import CallStatus
from ...types import Response

_ERRORS: Final[Container[int]] = frozenset({400, 401, 404, 406, 500})


def _get_kwargs(
    run_test_id: str | UUID,
    *,
    search: str | None = None,
    status: CallStatus | str | None = None,
    limit: int | None = None,
    page: int | None = None,
) -> dict[str, Any]:
    params = {
        "search": search,
        "status": status,
        "limit": limit,
        "page": page,
    }
    return {
        "method": "GET",
        "url": f"/simulate/run-tests/{quote(str(run_test_id), safe='')}/call-executions/",
        "params": {name: value for name, value in params.items() if value is not None},
    }


def sync_detailed(
    run_test_id: str | UUID,
    *,
    client: Client,
    search: str | None = None,
    status: CallStatus | str | None = None,
    limit: int | None = None,
    page: int | None = None,
) -> Response[CallExecutionPage]:
    """Do what `sync` does, and return documented errors with status and headers instead of raising them.

    Documented headers:
        WWW-Authenticate (401): Names the scheme that is wanted.
    """
    kwargs = _get_kwargs(
        run_test_id=run_test_id, search=search, status=status, limit=limit, page=page
    )
    return read_response(client, client.request(**kwargs), CallExecutionPage, _ERRORS)


def sync(
    run_test_id: str | UUID,
    *,
    client: Client,
    search: str | None = None,
    status: CallStatus | str | None = None,
    limit: int | None = None,
    page: int | None = None,
) -> CallExecutionPage:
    """List the calls of a run test

    Every call of every execution of one run test, and the kept earlier attempts of calls that
    were run again (`is_snapshot: true`). Most recently updated first. Observed: deleted calls
    are counted but not shown, so that pages may have gaps, or nothing on them, before the last
    one; `limit=0` is accepted and pages never end; any other bad `page` or `limit` is answered
    with 500; a parameter it does not know is ignored.

    Args:
        run_test_id: Id of the run test.
        client: Sends the request.
        search: Keeps calls whose phone number or scenario name contains this text, in any case.
            Observed, `%` and `_` are wildcards, a backslash never matches and a NUL character is
            answered with 500.
        status: Keeps calls with exactly this status, in lower case.
        limit: Number of records on a page. Without it, 10. There is no upper bound.
        page: Number of the page, counted from 1. Without it, the first page.

    Raises:
        ErrorStatus: The server answered with a documented error.
        UnexpectedStatus: The status or the body is not what the spec documents.
    """
    return success(
        sync_detailed(
            run_test_id=run_test_id,
            search=search,
            status=status,
            limit=limit,
            page=page,
            client=client,
        )
    )


async def asyncio_detailed(
    run_test_id: str | UUID,
    *,
    client: Client,
    search: str | None = None,
    status: CallStatus | str | None = None,
    limit: int | None = None,
    page: int | None = None,
) -> Response[CallExecutionPage]:
    """Do what `sync_detailed` does, awaited."""
    kwargs = _get_kwargs(
        run_test_id=run_test_id, search=search, status=status, limit=limit, page=page
    )
    return read_response(client, await client.request_async(**kwargs), CallExecutionPage, _ERRORS)


async def asyncio(
    run_test_id: str | UUID,
    *,
    client: Client,
    search: str | None = None,
    status: CallStatus | str | None = None,
    limit: int | None = None,
    page: int | None = None,
) -> CallExecutionPage:
    """Do what `sync` does, awaited."""
    return success(
        await asyncio_detailed(
            run_test_id=run_test_id,
            search=search,
            status=status,
            limit=limit,
            page=page,
            client=client,
        )
    )
