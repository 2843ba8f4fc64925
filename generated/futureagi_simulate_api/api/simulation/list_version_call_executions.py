# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from collections.abc import Container
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from ...client import Client, read_response, success
from ...models.version_call_execution_page import VersionCallExecutionPage
from ...types import Response

_ERRORS: Final[Container[int]] = frozenset({400, 401, 404, 406, 500})


def _get_kwargs(
    agent_id: str | UUID,
    version_id: str | UUID,
    *,
    limit: int | None = None,
    page: int | None = None,
) -> dict[str, Any]:
    params = {
        "limit": limit,
        "page": page,
    }
    return {
        "method": "GET",
        "url": f"/simulate/agent-definitions/{quote(str(agent_id), safe='')}/versions/{quote(str(version_id), safe='')}/call-executions/",
        "params": {name: value for name, value in params.items() if value is not None},
    }


def sync_detailed(
    agent_id: str | UUID,
    version_id: str | UUID,
    *,
    client: Client,
    limit: int | None = None,
    page: int | None = None,
) -> Response[VersionCallExecutionPage]:
    """Do what `sync` does, and return documented errors with status and headers instead of raising them.

    Documented headers:
        WWW-Authenticate (401): Names the scheme that is wanted.
    """
    kwargs = _get_kwargs(agent_id=agent_id, version_id=version_id, limit=limit, page=page)
    return read_response(client, client.request(**kwargs), VersionCallExecutionPage, _ERRORS)


def sync(
    agent_id: str | UUID,
    version_id: str | UUID,
    *,
    client: Client,
    limit: int | None = None,
    page: int | None = None,
) -> VersionCallExecutionPage:
    """List the completed calls of an agent version

    Completed calls that were made with one version of an agent, over all run tests. Most
    recently updated first. Observed: a page past the end and any bad `page` are answered with
    404; a bad `limit` is taken as 10; a parameter it does not know is ignored; text calls have
    no transcript.

    Args:
        agent_id: Id of the agent definition.
        version_id: Id of a version of that agent definition.
        client: Sends the request.
        limit: Number of records on a page. Without it, 10. There is no upper bound.
        page: Number of the page, counted from 1. Without it, the first page.

    Raises:
        ErrorStatus: The server answered with a documented error.
        UnexpectedStatus: The status or the body is not what the spec documents.
    """
    return success(
        sync_detailed(
            agent_id=agent_id, version_id=version_id, limit=limit, page=page, client=client
        )
    )


async def asyncio_detailed(
    agent_id: str | UUID,
    version_id: str | UUID,
    *,
    client: Client,
    limit: int | None = None,
    page: int | None = None,
) -> Response[VersionCallExecutionPage]:
    """Do what `sync_detailed` does, awaited."""
    kwargs = _get_kwargs(agent_id=agent_id, version_id=version_id, limit=limit, page=page)
    return read_response(
        client, await client.request_async(**kwargs), VersionCallExecutionPage, _ERRORS
    )


async def asyncio(
    agent_id: str | UUID,
    version_id: str | UUID,
    *,
    client: Client,
    limit: int | None = None,
    page: int | None = None,
) -> VersionCallExecutionPage:
    """Do what `sync` does, awaited."""
    return success(
        await asyncio_detailed(
            agent_id=agent_id, version_id=version_id, limit=limit, page=page, client=client
        )
    )
