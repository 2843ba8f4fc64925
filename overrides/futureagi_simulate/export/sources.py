"""Where an export's calls come from, and which of them it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import attrs
import msgspec
from msgspec.structs import replace

from futureagi_simulate import endpoints
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.listings.listing import Plan

if TYPE_CHECKING:
    from datetime import datetime

    from futureagi_simulate.client import Client
    from futureagi_simulate.listings.listing import Listing, Paging
    from futureagi_simulate.records import CallRecord


@attrs.define(slots=False)
class Received:
    """A call as received, of which only the id is decoded."""

    id: str
    _raw_json = b""  # not annotated, as it is no field of the JSON; the listing sets each item's own

    @classmethod
    def of(cls, raw_json: bytes) -> Self:
        """Take an item's bytes back from where they were kept."""
        made = cls("")
        made._raw_json = raw_json
        return made

    @property
    def raw_json(self) -> bytes:
        """Give the exact bytes of the call."""
        return self._raw_json

    @property
    def raw(self) -> dict[str, Any]:
        """Give the call as the server sent it."""
        return _as_dict(self._raw_json)


_as_dict = msgspec.json.Decoder(dict[str, Any]).decode


@attrs.frozen
class Source:
    """One listing of calls: exactly one of `run_test_id`, `execution_id`, or `agent_id` with `version_id`."""

    run_test_id: str | None = None
    execution_id: str | None = None
    agent_id: str | None = None
    version_id: str | None = None

    def __attrs_post_init__(self) -> None:
        version = bool(self.agent_id and self.version_id)
        half = bool(self.agent_id) != bool(self.version_id)
        if half or bool(self.run_test_id) + bool(self.execution_id) + version != 1:
            raise ConfigurationError(
                "An export needs exactly one source of calls.",
                remedy="Name a run test, or an execution, or an agent together with a version.",
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

        A strict client compares each call with the contract. Any other leaves them undecoded, which makes the
        listing four times as fast: an export keeps the bytes, and the records are made from those.
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


def changed_since(call: CallRecord, since: datetime | None) -> bool:
    """Say whether a call was changed at `since` or later; one without any time counts as changed."""
    if since is None:
        return True
    changed = call.updated_at or call.created_at or call.ended_at or call.started_at
    return changed is None or changed >= since
