"""The calls of an export, as bytes, and the rule of `since`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Self

import attrs
import msgspec
from msgspec.structs import replace

from futureagi_simulate.checks import uuid
from futureagi_simulate.client import Client
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.listings import Listing, Paging, Plan
from futureagi_simulate.records import FINISHED, CallRecord, ExecutionRecord
from futureagi_simulate.requests import ListingSpec, listing_spec
from futureagi_simulate_api import operations
from futureagi_simulate_api.types import decoded


@attrs.define(slots=False)
class Received:
    """A row as received, of which only the id is decoded; a row may be anything that JSON can hold."""

    id: Any = msgspec.UNSET
    _raw_json = b""  # not annotated, as it is no field of the JSON; the listing sets each item's own

    @classmethod
    def of(cls, raw_json: bytes) -> Self:
        """Make one of a row's bytes."""
        made = cls()
        made._raw_json = raw_json
        return made

    @property
    def raw_json(self) -> bytes:
        """Return the exact bytes of the row."""
        return self._raw_json

    @property
    def raw(self) -> dict[str, Any]:
        """Return the row as sent, empty if it isn't an object; what isn't UTF-8 is replaced."""
        found: Any = decoded(self._raw_json)
        return found if isinstance(found, dict) else {}


def undecoded(
    client: Client, spec: ListingSpec[Any], paging: Paging, item: type[Any] = Received
) -> Listing[Any]:
    """Make a listing whose rows stay bytes but for the fields of `item`, unless the client is strict."""
    if not client._session.options.strict:
        spec = replace(spec, form=replace(spec.form, item=item))
    return client._listing(spec, Plan.of(paging))


def origin_of(client: Client) -> str:
    """Return the scheme, host and port of a client's server."""
    return str(client._session.options.origin)


def _id(name: str) -> Any:
    """Make a field for an id: none, or a UUID in its usual form."""

    def check(value: str | None) -> str | None:
        return None if value is None else uuid(value, name)

    return attrs.field(default=None, converter=check)


@attrs.frozen
class Source:
    """One listing of calls: exactly one of `run_test_id`, `execution_id`, or `agent_id` with `version_id`.

    With `executions` it is the listing of a run test's executions.

    Raises ConfigurationError for anything else, and for an id that isn't a UUID.
    """

    run_test_id: str | None = _id("run_test_id")
    execution_id: str | None = _id("execution_id")
    agent_id: str | None = _id("agent_id")
    version_id: str | None = _id("version_id")
    executions: bool = False

    def __attrs_post_init__(self) -> None:
        version = bool(self.agent_id and self.version_id)
        half = bool(self.agent_id) != bool(self.version_id)
        if half or bool(self.run_test_id) + bool(self.execution_id) + version != 1:
            raise ConfigurationError(
                "An export needs exactly one source of calls.",
                remedy="Give --run-test, or --execution, or --agent with --version (in Python: run_test_id, "
                "execution_id, or agent_id with version_id).",
            )

        if self.executions and not self.run_test_id:
            raise ConfigurationError(
                "Executions belong to a run test, and none was named.",
                remedy="Give --run-test (in Python: run_test_id).",
            )

    def listing(self, client: Client, paging: Paging) -> Listing[Any]:
        """Make the listing of the source's calls.

        A strict client compares each call with the contract. Any other leaves them undecoded, which halves
        the time of fetching: an export keeps the bytes. Nothing else in the export reads what is private to
        the client.
        """
        return undecoded(client, self._spec(), paging)

    def question(self, client: Client, page_size: int) -> str:
        """Return a text that identifies the request and the server.

        The keys are not part of it: ids are unique across organizations.
        """
        strict = client._session.options.strict
        ids = "/".join(str(one or "") for one in attrs.astuple(self))
        return f"{origin_of(client)} {ids}?page_size={page_size}&strict={strict}"

    def _spec(self) -> ListingSpec[Any]:
        ids = {name: value for name, value in attrs.asdict(self).items() if value and name != "executions"}
        if self.executions:
            return listing_spec(operations.LIST_TEST_EXECUTIONS_METHOD, ids)
        if self.run_test_id:
            return listing_spec(operations.LIST_CALL_EXECUTIONS_METHOD, ids)
        if self.execution_id:
            asked = {"test_execution_id": self.execution_id}
            return listing_spec(operations.GET_TEST_EXECUTION_METHOD, asked)
        return listing_spec(operations.LIST_VERSION_CALL_EXECUTIONS_METHOD, ids)


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


def is_settled(call: CallRecord) -> bool:
    """Return whether a call is finished, with all its evals.

    Only what is settled may be left out by its time: the server starts and cancels calls without touching the
    time of their update.
    """
    return call.status in ("completed", "failed") and all(
        one.status in ("completed", "skipped", "error") for one in call.evals
    )


def changed_since(call: CallRecord | ExecutionRecord, since: datetime) -> bool:
    """Return whether a call or an execution may have changed at `since` or later.

    Without a time of update the last other time counts. A call without any time, or not settled, may always
    have changed.
    """
    if isinstance(call, ExecutionRecord):
        times = [time for time in (call.ended_at, call.started_at, call.created_at) if time]
        return call.status not in FINISHED or not times or max(times) >= since
    if not is_settled(call):
        return True
    others = (call.created_at, call.ended_at, call.started_at)
    times = [call.updated_at] if call.updated_at else [time for time in others if time]
    return not times or max(times) >= since
