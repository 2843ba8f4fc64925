"""The seam between what surrounds the endpoints (routes, keys, faults, journal) and what answers them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from futureagi_simulate_mock.messages import Query, Response


class Endpoint(StrEnum):
    """The five endpoints, by their operation ids."""

    CALL_EXECUTIONS = "listCallExecutions"
    TEST_EXECUTIONS = "listTestExecutions"
    TEST_EXECUTION = "getTestExecution"
    RUNS = "getSimulationRuns"
    VERSION_CALL_EXECUTIONS = "listVersionCallExecutions"


class Organization(msgspec.Struct, frozen=True):
    """Who asks: the owner of the two keys. `number` is its row in the store."""

    number: int
    name: str
    api_key: str
    secret_key: str

    def __repr__(self) -> str:
        return f"Organization({self.number}, {self.name!r})"


class Profile(Protocol):
    """One description of the service: how each endpoint answers an authenticated question."""

    def answer(
        self, endpoint: Endpoint, ids: dict[str, str], query: Query, organization: Organization, now: datetime
    ) -> Response:
        """Answer one question. `ids` holds the path's ids by name, unchecked; `now` is the mock's clock."""
        ...
