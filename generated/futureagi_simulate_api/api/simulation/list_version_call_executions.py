# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""GET /simulate/agent-definitions/{agent_id}/versions/{version_id}/call-executions/

Documented statuses: 200, 401, 404, 406, 500.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ...models.version_call_execution_page import VersionCallExecutionPage
from ...operations import LIST_VERSION_CALL_EXECUTIONS, AsyncClient, SyncClient


def sync(
    agent_id: str | UUID,
    version_id: str | UUID,
    *,
    client: SyncClient,
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
        client: Sends the request: a `futureagi_simulate.Client`.
        limit: Number of records on a page. Without it, 10.
        page: Number of the page, counted from 1. Without it, the first page.

    Raises:
        futureagi_simulate.FutureAGIError: One of its classes, for an argument, the transport, a status or a body.

    Response headers:
        WWW-Authenticate (401): Names the scheme that is wanted.
    """
    arguments: dict[str, Any] = {
        "agent_id": agent_id,
        "version_id": version_id,
        "limit": limit,
        "page": page,
    }
    return client.request(LIST_VERSION_CALL_EXECUTIONS, arguments, VersionCallExecutionPage)


async def asyncio(
    agent_id: str | UUID,
    version_id: str | UUID,
    *,
    client: AsyncClient,
    limit: int | None = None,
    page: int | None = None,
) -> VersionCallExecutionPage:
    """Do what `sync` does, awaited; `client` is a `futureagi_simulate.AsyncClient`."""
    arguments: dict[str, Any] = {
        "agent_id": agent_id,
        "version_id": version_id,
        "limit": limit,
        "page": page,
    }
    return await client.request(LIST_VERSION_CALL_EXECUTIONS, arguments, VersionCallExecutionPage)
