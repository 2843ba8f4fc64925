"""Where an export's calls come from, and which of them it takes."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import attrs
from msgspec.structs import replace

from futureagi_simulate import endpoints
from futureagi_simulate.checks import uuid
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.export.received import Received
from futureagi_simulate.listings.listing import Plan

if TYPE_CHECKING:
    from datetime import datetime

    from futureagi_simulate.client import Client
    from futureagi_simulate.listings.listing import Listing, Paging
    from futureagi_simulate.records import CallRecord


def _id(name: str) -> Any:
    """Make a field for an id: none, or a UUID in its usual form."""

    def check(value: str | None) -> str | None:
        return None if value is None else uuid(value, name)

    return attrs.field(default=None, converter=check)


@attrs.frozen
class Source:
    """One listing of calls: exactly one of `run_test_id`, `execution_id`, or `agent_id` with `version_id`.

    Raises ConfigurationError for anything else, and for an id that isn't a UUID.
    """

    run_test_id: str | None = _id("run_test_id")
    execution_id: str | None = _id("execution_id")
    agent_id: str | None = _id("agent_id")
    version_id: str | None = _id("version_id")

    def __attrs_post_init__(self) -> None:
        version = bool(self.agent_id and self.version_id)
        half = bool(self.agent_id) != bool(self.version_id)
        if half or bool(self.run_test_id) + bool(self.execution_id) + version != 1:
            raise ConfigurationError(
                "An export needs exactly one source of calls.",
                remedy="Give --run-test, or --execution, or --agent with --version (in Python: run_test_id, "
                "execution_id, or agent_id with version_id).",
            )

    @property
    def name(self) -> str:
        """Say what is exported, in a word that identifies it."""
        if self.run_test_id:
            return f"run-test/{self.run_test_id}"
        if self.execution_id:
            return f"execution/{self.execution_id}"
        return f"version/{self.agent_id}/{self.version_id}"

    def listing(self, client: Client, paging: Paging) -> Listing[Any]:
        """Make the listing of the source's calls.

        A strict client compares each call with the contract. Any other leaves them undecoded, which halves
        the work of the process that fetches: an export keeps the bytes, and the records are made from those.
        """
        connection, plan = client._connection, Plan.of(paging)
        spec = self._spec()
        if connection.session.options.strict:
            return connection.listing(spec, plan)
        return connection.listing(replace(spec, form=replace(spec.form, item=Received)), plan)

    def _spec(self) -> endpoints.ListingSpec[Any]:
        if self.run_test_id:
            return endpoints.call_executions(self.run_test_id, None, None)
        if self.execution_id:
            return endpoints.test_execution(self.execution_id, None, (), enforce=False)
        assert self.agent_id is not None and self.version_id is not None  # noqa: S101,PT018 - checked when made
        return endpoints.version_call_executions(self.agent_id, self.version_id)


def require_moment(since: datetime) -> None:
    """Raise ConfigurationError for a time without a time zone, and for one that is in no year of UTC."""
    problem = ""
    if since.tzinfo is None:
        problem = "has no time zone"
    else:
        try:
            since.astimezone(UTC)
        except OverflowError:
            problem = "lies outside the years 1 to 9999 of UTC"
    if problem:
        raise ConfigurationError(
            f"The time {since.isoformat()} {problem}.", remedy="Write it as 2026-03-01T00:00:00Z."
        )


def question(source: Source, client: Client, page_size: int, since: datetime | None) -> str:
    """Identify what is asked for, and of which server.

    The keys play no part: what one organization has another doesn't see, so its ids tell them apart.
    """
    options = client._connection.session.options
    moment = since.astimezone(UTC).isoformat() if since else ""
    return f"{options.origin} {source.name}?page_size={page_size}&since={moment}&strict={options.strict}"


def changed_since(call: CallRecord, since: datetime) -> bool:
    """Say whether a call was changed at `since` or later; one without any time counts as changed."""
    changed = call.updated_at or call.created_at or call.ended_at or call.started_at
    return changed is None or changed >= since
