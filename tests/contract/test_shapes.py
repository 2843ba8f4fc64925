"""A deviation of a body from a view has a location and a kind, and none of the body's values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from futureagi_simulate_contract.claim import Kind
from futureagi_simulate_contract.exchange import Endpoint, Exchange, Response
from futureagi_simulate_contract.session import Subject
from futureagi_simulate_contract.shapes import shapes_of
from futureagi_simulate_contract.views import Profile
from futureagi_simulate_mock import Mock

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def documented() -> Iterator[Subject]:
    with Mock(profile="documented") as mock:
        yield Subject.of_mock(mock)


def spoiled(subject: Subject, endpoint: Endpoint, change: Change) -> Exchange:
    queries = {Endpoint.RUNS: {"execution_id": subject.ids.test_execution_id}}
    page = subject.page(endpoint, queries.get(endpoint))
    body = msgspec.json.decode(page.response.body)
    change(body)
    return Exchange(page.request, Response(200, page.response.headers, msgspec.json.encode(body)))


CASES: list[tuple[Endpoint, Change, str, Kind]] = [
    (Endpoint.CALL_EXECUTIONS, lambda body: body.pop("count"), "count", Kind.MISSING),
    (Endpoint.CALL_EXECUTIONS, lambda body: body.update(zzz=1), "zzz", Kind.EXTRA),
    (Endpoint.CALL_EXECUTIONS, lambda body: body.update(count="12"), "count", Kind.TYPE),
    (Endpoint.CALL_EXECUTIONS, lambda body: body.update(count=None), "count", Kind.NULL),
    (Endpoint.CALL_EXECUTIONS, lambda body: body["results"][0].pop("id"), "results[].id", Kind.MISSING),
    (
        Endpoint.CALL_EXECUTIONS,
        lambda body: body["results"][0].update(scenario="Billing"),
        "results[].scenario",
        Kind.TYPE,
    ),
    (
        Endpoint.TEST_EXECUTION,
        lambda body: body["results"][0].update(status="COMPLETED"),
        "results[].status",
        Kind.CASING,
    ),
    (
        Endpoint.TEST_EXECUTION,
        lambda body: body["results"][0].update(status="asleep"),
        "results[].status",
        Kind.VALUE,
    ),
    (
        Endpoint.CALL_EXECUTIONS,
        lambda body: body["results"][0].update(created_at="2026-03-23 10:00"),
        "results[].created_at",
        Kind.FORMAT,
    ),
    (
        Endpoint.CALL_EXECUTIONS,
        lambda body: body["results"][0].update(is_snapshot=True, status=None),
        "results[snapshot].status",
        Kind.NULL,
    ),
    (
        Endpoint.RUNS,
        lambda body: body["result"]["call_results"]["results"][0].pop("status"),
        "result.call_results.results[].status",
        Kind.MISSING,
    ),
    (
        Endpoint.TEST_EXECUTION,
        lambda body: body["column_order"][0].update(visible="yes"),
        "column_order[].visible",
        Kind.TYPE,
    ),
]


@pytest.mark.parametrize(
    ("endpoint", "change", "location", "kind"), CASES, ids=[f"{case[2]} {case[3]}" for case in CASES]
)
def test_a_deviation_has_a_location_and_a_kind(
    documented: Subject, endpoint: Endpoint, change: Change, location: str, kind: Kind
) -> None:
    found = list(shapes_of(Profile.DOCUMENTED).deviations(spoiled(documented, endpoint, change)))
    assert [(one.location, one.kind) for one in found] == [(location, kind)]
    assert not {"Billing", "asleep", "COMPLETED", "2026-03-23 10:00"} & {found[0].got, found[0].expected}


def test_a_body_as_described_has_no_deviation(subject: Subject) -> None:
    for listing in subject.listings():
        for page in subject.pages(listing, 100):
            assert list(shapes_of(subject.profile).deviations(page)) == []


def test_another_status_than_200_is_not_checked(documented: Subject) -> None:
    page = documented.page(Endpoint.CALL_EXECUTIONS)
    refusal = Exchange(page.request, Response(400, {}, b"{}"))
    assert list(shapes_of(Profile.DOCUMENTED).deviations(refusal)) == []


@pytest.mark.parametrize("profile", list(Profile), ids=str)
def test_every_endpoint_lists_its_statuses(profile: Profile) -> None:
    for endpoint in Endpoint:
        assert {"200", "401", "404"} <= shapes_of(profile).statuses(endpoint)
