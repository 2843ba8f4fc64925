"""Groups of an execution's calls, and the calls of one group."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from futureagi_simulate import AsyncClient, Client, ConfigurationError, ContractError
from futureagi_simulate.mock import Mock, ids
from futureagi_simulate_api.models import GroupRow, TestExecutionCall

ID = ids.TEST_EXECUTION_ID
DATASET = "scenario_00000000-0000-4000-8000-000000000000_dataset_00000000-0000-4000-8000-000000000000"
PLAIN = ["scenario", "status", "timestamp", "overall_score", "response_time"]
EVALS = [value for name, value in vars(ids).items() if name.startswith("EVAL_")]


def connect(colour: Any, handler: Any, **more: Any) -> Any:
    keys = {"api_key": ids.API_KEY, "secret_key": ids.SECRET_KEY, "base_url": "https://mock.invalid"}
    http = colour.http(handler, **more)
    return colour.pick(Client, AsyncClient)(**keys, strict=True, http_client=http)


def on_mock(colour: Any, profile: Any) -> Any:
    mock = Mock(profile)
    return connect(colour, None, transport=mock.async_transport() if colour.is_async else mock.transport())


def groups(colour: Any, client: Any, row_groups: list[str], keys: Any = None, **more: Any) -> list[Any]:
    found = colour.collect(client.test_execution_groups(ID, row_groups=row_groups, group_keys=keys, **more))
    return list(found)


def test_as_many_keys_as_columns_give_the_calls_of_that_group(colour: Any) -> None:
    client = on_mock(colour, "documented")
    kinds = set()
    for column in (*PLAIN, *EVALS):
        rows = groups(colour, client, [column])
        assert {type(row) for row in rows} == {GroupRow}
        for row in [*rows[:3], *(row for row in rows if row.raw[column] is None)]:
            key = row.raw[column]
            kinds.add(type(key))
            for exact in (False, True):
                calls = groups(colour, client, [column], [key], page_size=100, exact=exact)
                assert {type(call) for call in calls} == {TestExecutionCall}
                assert len({call.id for call in calls}) == len(calls) == row.count
    assert kinds == {str, float, type(None)}


def test_fewer_keys_than_columns_give_the_groups_of_the_next_level(colour: Any) -> None:
    client, columns = on_mock(colour, "documented"), ["scenario", "status"]
    outer = groups(colour, client, columns)[0]
    inner = groups(colour, client, columns, [outer.raw["scenario"]])
    assert {type(row) for row in (outer, *inner)} == {GroupRow}
    assert sum(row.count for row in inner) == outer.count
    keys = [inner[0].raw[column] for column in columns]
    calls = groups(colour, client, columns, keys)
    assert {(call.scenario, call.status) for call in calls} == {tuple(keys)}
    assert groups(colour, client, columns, ["no such scenario", "completed"]) == []


@pytest.mark.parametrize("keys", [None, [], ["x"], [None]])
def test_groups_are_groups_where_the_server_ignores_the_keys(colour: Any, keys: Any) -> None:
    rows = groups(colour, on_mock(colour, "observed"), [DATASET], keys, page_size=100)
    assert {type(row) for row in rows} == {GroupRow}
    assert all(row.count >= 1 for row in rows)


@pytest.mark.parametrize(
    "keys",
    [["Billing"], [""], [" "], [None], [0], [-1.5], [10**30], [True], ["a", None], ('"', False)],
)
def test_keys_are_sent_as_the_json_values_they_are(colour: Any, keys: Any) -> None:
    sent = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.params["group_keys"])
        return httpx.Response(200, json={**dict.fromkeys(("next", "previous")), "results": [], "count": 0})

    client = connect(colour, answer)
    with pytest.raises(ContractError, match="absent"):  # this answer is no whole page
        groups(colour, client, ["scenario", "status"], keys)
    assert json.dumps(json.loads(sent[0])) == json.dumps(list(keys))


@pytest.mark.parametrize(
    "keys",
    [[["x"]], [{}], [float("nan")], [float("inf")], [b"x"], b"x", ["\ud800"], ["\0"], [1j], ["a", "b", "c"]],
)
def test_other_keys_are_refused_before_anything_is_sent(colour: Any, keys: Any) -> None:
    client = connect(colour, lambda _request: pytest.fail("a request was sent"))
    with pytest.raises(ConfigurationError, match="group_keys"):
        client.test_execution_groups(ID, row_groups=["scenario", "status"], group_keys=keys)


def test_an_odd_row_among_calls_is_told_as_a_call(colour: Any) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"results": [{"id": "1"}, {"count": 3}, None]})

    with pytest.raises(ContractError) as caught:
        groups(colour, connect(colour, answer), ["scenario"], ["x"])
    assert any(deviation.path == "results[1].id" for deviation in caught.value.deviations)
