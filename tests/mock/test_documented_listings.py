"""Pages, searches, status filters and refusals of the documented listings."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from futureagi_simulate_mock import ids
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.messages import Endpoint

from .profile_client import URL, ProfileClient, made

PATHS = {
    Endpoint.CALL_EXECUTIONS: {"run_test_id": ids.RUN_TEST_ID},
    Endpoint.TEST_EXECUTIONS: {"run_test_id": ids.RUN_TEST_ID},
    Endpoint.TEST_EXECUTION: {"test_execution_id": ids.TEST_EXECUTION_ID},
    Endpoint.VERSION_CALL_EXECUTIONS: {"agent_id": ids.AGENT_ID, "version_id": ids.VERSION_ID},
    Endpoint.SIMULATION_RUNS: {},
}
NAMED = {Endpoint.SIMULATION_RUNS: {"run_test_name": ids.RUN_TEST_NAME}}
DEFAULTS = {
    Endpoint.CALL_EXECUTIONS: 10,
    Endpoint.TEST_EXECUTIONS: 10,
    Endpoint.TEST_EXECUTION: 30,
    Endpoint.VERSION_CALL_EXECUTIONS: 10,
    Endpoint.SIMULATION_RUNS: 10,
}
every_endpoint = pytest.mark.parametrize("endpoint", list(Endpoint))


@pytest.fixture(scope="module")
def asker() -> Any:
    store = made()
    return ProfileClient(store)


def page(asker: ProfileClient, endpoint: Endpoint, **query: Any) -> Any:
    found = json.loads(asker.answer(endpoint, PATHS[endpoint], **NAMED.get(endpoint, {}), **query).body)
    return found.get("result", found)


def item_id(item: dict[str, Any]) -> str:
    return str(item.get("id") or item["execution_id"])


@every_endpoint
def test_a_page_has_its_documented_default_size(asker: ProfileClient, endpoint: Endpoint) -> None:
    assert len(page(asker, endpoint)["results"]) == DEFAULTS[endpoint]


@every_endpoint
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_together_are_the_whole_listing(asker: ProfileClient, endpoint: Endpoint, limit: int) -> None:
    whole = page(asker, endpoint, limit=10_000)
    count = whole["count"]
    walked = [
        item_id(item)
        for number in range(1, -(-count // limit) + 1)
        for item in page(asker, endpoint, limit=limit, page=number)["results"]
    ]
    assert walked == [item_id(item) for item in whole["results"]]
    assert len(walked) == count == len(set(walked))


@every_endpoint
def test_past_the_last_page_is_empty_and_no_error(asker: ProfileClient, endpoint: Endpoint) -> None:
    found = page(asker, endpoint, page=10**30)
    assert found["results"] == []
    assert found["count"] > 0


@every_endpoint
@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize("value", ["0", "-1", "abc", "1.0", " 1", "+1", "", "٣", "1e3", "9" * 5000])
def test_a_bad_page_or_limit_is_refused_by_name(
    asker: ProfileClient, endpoint: Endpoint, name: str, value: str
) -> None:
    answer = asker.answer(endpoint, PATHS[endpoint], **NAMED.get(endpoint, {}), **{name: value})
    assert answer.status == 400
    assert list(json.loads(answer.body)["details"]) == [name]


@every_endpoint
def test_an_unknown_parameter_is_refused_by_name(asker: ProfileClient, endpoint: Endpoint) -> None:
    answer = asker.answer(endpoint, PATHS[endpoint], **NAMED.get(endpoint, {}), page_size=3, x=1)
    assert answer.status == 400
    assert list(json.loads(answer.body)["details"]) == ["page_size", "x"]


def test_links_lead_to_the_neighbours_and_keep_what_was_asked(asker: ProfileClient) -> None:
    middle = asker.calls(search="ref und", limit=2, page=1)
    assert middle["next"] is None
    middle = asker.calls(search="refund for", limit=2, page=2)
    assert middle["next"].startswith(URL)
    ahead, back = (parse_qs(urlsplit(middle[way]).query) for way in ("next", "previous"))
    assert ahead == {"search": ["refund for"], "limit": ["2"], "page": ["3"]}
    assert back == ahead | {"page": ["1"]}


def test_the_first_page_has_no_previous_and_the_last_no_next(asker: ProfileClient) -> None:
    count = asker.calls()["count"]
    last = asker.calls(limit=10, page=-(-count // 10))
    assert asker.calls()["previous"] is None
    assert last["next"] is None
    assert last["previous"] is not None


def test_past_the_end_previous_leads_to_the_last_page(asker: ProfileClient) -> None:
    found = asker.executions(limit=5, page=99)
    assert found["next"] is None
    assert found["previous"].endswith("page=3")


def test_calls_come_last_update_first_and_executions_newest_first(asker: ProfileClient) -> None:
    created = [item["created_at"] for item in asker.executions(limit=100)["results"]]
    assert created == sorted(created, reverse=True)
    updated = {call.id: call.updated_at for call in asker.store.calls.values()}
    order = [updated[item["id"]] for item in asker.calls(limit=1000)["results"]]
    assert order == sorted(order, reverse=True)


def test_a_deleted_call_is_neither_listed_nor_counted(asker: ProfileClient) -> None:
    deleted = {call.id for call in asker.store.calls.values() if call.deleted}
    found = asker.calls(limit=10_000)
    assert deleted
    assert not deleted & {item["id"] for item in found["results"]}
    assert found["count"] == len(found["results"])


def test_a_rerun_shows_in_the_run_tests_calls_only(asker: ProfileClient) -> None:
    kept = [item for item in asker.calls(limit=10_000)["results"] if item["is_snapshot"]]
    assert kept
    assert {item["rerun_type"] for item in kept} <= {"call_and_eval", "eval_only"}
    elsewhere = {item["id"] for item in asker.detail(limit=1000)["results"]}
    elsewhere |= {item["id"] for item in asker.version(limit=1000)["results"]}
    assert not elsewhere & {item["id"] for item in kept}


def test_a_call_of_a_deleted_scenario_has_none(asker: ProfileClient) -> None:
    gone = [item for item in asker.calls(limit=10_000)["results"] if item["scenario"] is None]
    assert gone
    assert {item["scenario_id"] for item in gone} == {None}


def test_only_completed_calls_with_results_are_listed_for_a_version(asker: ProfileClient) -> None:
    items = asker.version(limit=1000)["results"]
    assert {item["status"] for item in items} == {"completed"}
    assert all(item["eval_outputs"] for item in items)


@pytest.mark.parametrize(
    "text", ["REFUND for", "“urgent”", "RÉSUMÉ", "50% off_promo", "angry", "+1", "55501", "5550"]
)
def test_a_search_finds_parts_of_scenario_names_and_phone_numbers_in_any_case(
    asker: ProfileClient, text: str
) -> None:
    names = asker.store.catalogue.scenarios
    held = {call.id: (call.phone or "", names[call.scenario].name) for call in asker.store.calls.values()}
    whole = asker.calls(limit=10_000)["results"]
    expected = [
        item["id"]
        for item in whole
        if text in held[item["id"]][0] or text.casefold() in held[item["id"]][1].casefold()
    ]
    assert [item["id"] for item in asker.calls(limit=10_000, search=text)["results"]] == expected
    assert expected


@pytest.mark.parametrize("text", ["%", "_", "\\", "\x00", "' OR 1=1 --", "🤖", "x" * 10_000])
def test_a_search_takes_every_character_as_it_is(asker: ProfileClient, text: str) -> None:
    found = asker.calls(limit=10_000, search=text)
    names = {item["scenario"]["name"] for item in found["results"] if item["scenario"]}
    assert all(text in name for name in names)


@pytest.mark.parametrize(
    "status", ["pending", "queued", "ongoing", "completed", "failed", "analyzing", "cancelled"]
)
def test_calls_are_filtered_by_status(asker: ProfileClient, status: str) -> None:
    expected = [item for item in asker.calls(limit=10_000)["results"] if item["status"] == status]
    assert asker.calls(limit=10_000, status=status)["results"] == expected


@pytest.mark.parametrize("status", ["PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"])
def test_executions_are_filtered_by_their_documented_status(asker: ProfileClient, status: str) -> None:
    for run_test in (ids.RUN_TEST_ID, make_id("run-test", "acme", 1)):
        expected = [
            item for item in asker.executions(run_test, limit=100)["results"] if item["status"] == status
        ]
        assert asker.executions(run_test, limit=100, status=status)["results"] == expected


@pytest.mark.parametrize("endpoint", [Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTIONS])
@pytest.mark.parametrize("status", ["Completed", "done", "complete", "completed "])
def test_an_unknown_status_is_refused(asker: ProfileClient, endpoint: Endpoint, status: str) -> None:
    answer = asker.answer(endpoint, PATHS[endpoint], status=status)
    assert answer.status == 400
    assert list(json.loads(answer.body)["details"]) == ["status"]


def test_a_search_among_executions_finds_statuses_and_scenario_names(asker: ProfileClient) -> None:
    chat = make_id("run-test", "acme", 1)
    whole = asker.executions(limit=100)["results"]
    assert asker.executions(limit=100, search="complet")["results"] == [
        item for item in whole if item["status"] == "COMPLETED"
    ]
    assert asker.executions(search="promo")["count"] == len(whole)
    assert asker.executions(chat, search="promo")["count"] == 0
    assert asker.executions(chat, search="予約")["count"] == asker.executions(chat)["count"] > 0


@pytest.mark.parametrize("endpoint", [endpoint for endpoint in Endpoint if PATHS[endpoint]])
@pytest.mark.parametrize("bad", ["not-a-uuid", "", "12345678123442348234123456789abc", "g" * 36])
def test_an_id_that_is_no_uuid_is_not_found(asker: ProfileClient, endpoint: Endpoint, bad: str) -> None:
    path = dict.fromkeys(PATHS[endpoint], bad)
    assert asker.answer(endpoint, path).status == 404


@pytest.mark.parametrize("endpoint", [endpoint for endpoint in Endpoint if PATHS[endpoint]])
def test_an_id_counts_in_any_case(asker: ProfileClient, endpoint: Endpoint) -> None:
    upper = {name: value.upper() for name, value in PATHS[endpoint].items()}
    assert asker.answer(endpoint, upper).body == asker.answer(endpoint, PATHS[endpoint]).body


def test_a_version_of_another_agent_is_not_found(asker: ProfileClient) -> None:
    path = {"agent_id": make_id("agent", "acme", 1), "version_id": ids.VERSION_ID}
    assert asker.answer(Endpoint.VERSION_CALL_EXECUTIONS, path).status == 404


def test_neither_organization_finds_what_the_other_has(asker: ProfileClient) -> None:
    other = ProfileClient(asker.store, organization=2)
    for endpoint, path in PATHS.items():
        if path:
            assert other.answer(endpoint, path).status == 404
    assert other.runs(execution_id=ids.TEST_EXECUTION_ID)["code"] == "not_found"
    assert other.runs(call_execution_id=ids.CALL_EXECUTION_ID)["code"] == "not_found"


def test_runs_of_the_same_name_are_each_organizations_own(asker: ProfileClient) -> None:
    mine = asker.runs(run_test_name=ids.RUN_TEST_NAME, limit=100)["results"]
    theirs = ProfileClient(asker.store, organization=2).runs(run_test_name=ids.RUN_TEST_NAME, limit=100)[
        "results"
    ]
    assert mine
    assert theirs
    assert not {item["execution_id"] for item in mine} & {item["execution_id"] for item in theirs}


def test_a_deleted_run_test_is_not_found(asker: ProfileClient) -> None:
    deleted = make_id("run-test", "acme", 4)
    assert asker.answer(Endpoint.CALL_EXECUTIONS, {"run_test_id": deleted}).status == 404
    assert asker.runs(run_test_name="Retired run test")["code"] == "not_found"


def test_a_run_test_without_executions_is_empty_and_no_error(asker: ProfileClient) -> None:
    empty = make_id("run-test", "acme", 3)
    assert asker.calls(empty) == {"count": 0, "next": None, "previous": None, "results": []}
    assert asker.runs(run_test_name="No executions yet")["total_pages"] == 1
