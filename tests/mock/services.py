"""A service around a profile that answers anything: for what concerns only what surrounds the endpoints."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from futureagi_simulate_mock.messages import Endpoint, Organization, Query, Request, Response, json_response
from futureagi_simulate_mock.service import ACCESS_RULES, Clock, ProfileName, Service

ACME = Organization(1, "acme", "key-1", "secret-1")
START = datetime(2026, 3, 23, 20, 0, tzinfo=UTC)
GLOBEX = Organization(2, "globex", "key-2", "secret-2")
UUID = "12345678-1234-4234-8234-123456789abc"
RUNS = "/sdk/api/v1/simulation/runs/"
DETAIL = f"/simulate/test-executions/{UUID}/"
KEYS = (("x-api-key", "key-1"), ("x-secret-key", "secret-1"))


class Echo:
    """A profile that says what it was asked."""

    def answer(
        self, endpoint: Endpoint, ids: dict[str, str], query: Query, organization: Organization, now: datetime
    ) -> Response:
        body: dict[str, Any] = {"endpoint": endpoint.value, "ids": ids, "url": query.url}
        body |= {"query": dict(query.pairs), "organization": organization.name, "now": now.isoformat()}
        return json_response(body)


def make_service(profile: ProfileName = "documented") -> Service:
    return Service(Echo(), [ACME, GLOBEX], ACCESS_RULES[profile], Clock(START))


def ask(
    service: Service,
    path: str = RUNS,
    query: str = "",
    method: str = "GET",
    headers: tuple[tuple[str, str], ...] = KEYS,
) -> Response:
    return service.handle(Request(method, path, query, headers))
