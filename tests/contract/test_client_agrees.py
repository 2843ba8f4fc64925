"""Client, contract and mock agree: what is sent arrives whole and typed, what is asked is what was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from futureagi_simulate import (
    AuthenticationError,
    BadRequestError,
    Client,
    FilterIgnoredWarning,
    NotFoundError,
    column,
)
from futureagi_simulate_contract.claims.filters import by
from futureagi_simulate_contract.exchange import Endpoint, row_id
from futureagi_simulate_contract.session import Subject
from futureagi_simulate_mock import Mock

NOWHERE = "00000000-0000-4000-8000-000000000000"
UNASKED = object()


@pytest.fixture
def client(mock: Mock) -> Iterator[Client]:
    with httpx.Client(transport=mock.transport()) as http, connect(mock, http) as client:
        yield client


def connect(mock: Mock, http: httpx.Client, **keys: str) -> Client:
    given = {"api_key": mock.api_key, "secret_key": mock.secret_key, **keys}
    return Client(**given, base_url=mock.base_url, strict=True, http_client=http)


Read = Callable[[Client, Any], Any]
LISTINGS: dict[str, tuple[Endpoint, Read]] = {
    "calls": (Endpoint.CALL_EXECUTIONS, lambda client, ids: client.list_call_executions(ids.run_test_id)),
    "executions": (
        Endpoint.TEST_EXECUTIONS,
        lambda client, ids: client.list_test_executions(ids.run_test_id),
    ),
    "detail": (
        Endpoint.TEST_EXECUTION,
        lambda client, ids: client.get_test_execution(ids.test_execution_id, page_size=100).calls,
    ),
    "version": (
        Endpoint.VERSION_CALL_EXECUTIONS,
        lambda client, ids: client.list_version_call_executions(ids.agent_id, ids.version_id),
    ),
    "run": (Endpoint.RUNS, lambda client, ids: client.get_execution_run(ids.test_execution_id).calls),
    "runs": (Endpoint.RUNS, lambda client, ids: client.list_execution_runs(ids.run_test_name)),
}


def raw_rows(mock: Mock, name: str) -> list[dict[str, Any]]:
    queries = {
        "run": {"execution_id": mock.ids.test_execution_id},
        "runs": {"run_test_name": mock.ids.run_test_name},
    }
    return Subject.of_mock(mock).rows(LISTINGS[name][0], queries.get(name))


@pytest.mark.filterwarnings("default::futureagi_simulate.ListingChangedWarning")
@pytest.mark.parametrize("name", LISTINGS)
def test_every_item_arrives_whole(name: str, mock: Mock, client: Client) -> None:
    items = list(LISTINGS[name][1](client, mock.ids))
    assert [item.raw for item in items] == raw_rows(mock, name)


@pytest.mark.filterwarnings("default::futureagi_simulate.ListingChangedWarning")
@pytest.mark.parametrize("name", LISTINGS)
def test_every_field_that_is_sent_is_a_typed_one_with_the_same_value(
    name: str, mock: Mock, client: Client
) -> None:
    for item in LISTINGS[name][1](client, mock.ids):
        for field, sent in item.raw.items():
            assert same(getattr(item, field, UNASKED), sent), f"{type(item).__name__}.{field}: {sent!r}"


def same(read: Any, sent: Any) -> bool:
    """Return whether a typed value is what was sent: objects field by field, what wasn't sent is None."""
    if isinstance(sent, dict) and not isinstance(read, dict):
        unsent = [
            name for name in getattr(read, "__slots__", ()) if name not in sent and not name.startswith("_")
        ]
        return all(same(getattr(read, name, UNASKED), value) for name, value in sent.items()) and all(
            getattr(read, name) is None for name in unsent
        )
    if isinstance(sent, dict):
        return read.keys() == sent.keys() and all(same(read[name], value) for name, value in sent.items())
    if isinstance(sent, list):
        return isinstance(read, list) and len(read) == len(sent) and all(map(same, read, sent))
    return bool(read == sent)


def test_one_call_and_one_execution_arrive_whole(mock: Mock, client: Client) -> None:
    subject = Subject.of_mock(mock)
    for row in subject.rows(Endpoint.TEST_EXECUTION)[:10]:
        sent = subject.page(Endpoint.RUNS, {"call_execution_id": row_id(row)}).response.json["result"]
        assert same(client.get_call_run(row_id(row)), sent)
    query = {"execution_id": mock.ids.test_execution_id, "summary": "true"}
    sent = subject.page(Endpoint.RUNS, query).response.json["result"]
    run = client.get_execution_run(mock.ids.test_execution_id, summary=True)
    for name in ("execution_id", "status", "eval_results", "eval_explanation_summary_status"):
        assert same(getattr(run, name), sent[name]), name


FILTERS = {
    "status": (column("status").equals("completed"), by("status", "text", "equals", "completed")),
    "score": (column("overall_score").between(40, 90), by("overall_score", "number", "between", [40, 90])),
    "above": (column("overall_score").greater_than(60), by("overall_score", "number", "greater_than", 60)),
    "scenario": (
        column("scenario").contains("refund"),
        by("scenario", "text", "contains", "refund"),
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_asks_for_what_it_says(name: str, mock: Mock, client: Client) -> None:
    made, raw = FILTERS[name]
    found = client.get_test_execution(mock.ids.test_execution_id, filters=[made]).calls
    wanted = Subject.of_mock(mock).rows(Endpoint.TEST_EXECUTION, raw)
    assert [call.id for call in found] == [row_id(row) for row in wanted]
    assert wanted


def test_an_ignored_filter_is_warned_about(mock: Mock, client: Client) -> None:
    name = row_id(Subject.of_mock(mock).rows(Endpoint.TEST_EXECUTION)[3])
    made = [column("call_execution_id").equals(name)]
    if mock.profile == "documented":
        found = [
            call.id for call in client.get_test_execution(mock.ids.test_execution_id, filters=made).calls
        ]
    else:
        detail = client.get_test_execution(mock.ids.test_execution_id, filters=made, enforce_filters=True)
        with pytest.warns(FilterIgnoredWarning):
            found = [call.id for call in detail.calls]
    assert found == [name]


def test_refusals_become_the_errors_they_are(mock: Mock, client: Client) -> None:
    with pytest.raises(NotFoundError):
        client.list_call_executions(NOWHERE).first()
    with pytest.raises(NotFoundError):
        client.get_test_execution(NOWHERE)
    with pytest.raises(NotFoundError):
        client.get_call_run(NOWHERE)
    with httpx.Client(transport=mock.transport()) as http:
        wrong = connect(mock, http, secret_key="another")
        for _, read in LISTINGS.values():
            with pytest.raises(AuthenticationError):
                read(wrong, mock.ids).first()


@pytest.mark.parametrize("mock", ["documented"], indirect=True)
def test_a_refused_parameter_is_a_bad_request(mock: Mock, client: Client) -> None:
    with pytest.raises(BadRequestError):
        client.list_test_execution_groups(mock.ids.test_execution_id, row_groups=["no_such_column"]).first()


@pytest.mark.parametrize("mock", ["documented"], indirect=True)
def test_groups_arrive_whole(mock: Mock, client: Client) -> None:
    groups = list(client.list_test_execution_groups(mock.ids.test_execution_id, row_groups=["scenario"]))
    wanted = Subject.of_mock(mock).rows(Endpoint.TEST_EXECUTION, {"row_groups": '["scenario"]'})
    assert [group.raw for group in groups] == wanted
    assert (
        sum(group.count for group in groups)
        == client.get_test_execution(mock.ids.test_execution_id).calls.count()
    )
