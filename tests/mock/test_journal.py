from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.journal import Journal
from futureagi_simulate_mock.messages import Endpoint, Request, Response
from futureagi_simulate_mock.service import Clock

from .services import DETAIL, KEYS, RUNS, START, UUID, ask, make_service


def test_the_journal_tells_what_was_asked_and_answered():
    service = make_service()
    ask(service, RUNS, "run_test_name=a%20b&page=2")
    entry = service.journal.last
    assert (entry.number, entry.endpoint, entry.organization, entry.status) == (
        1,
        Endpoint.SIMULATION_RUNS,
        "acme",
        200,
    )
    assert entry.params == {"run_test_name": "a b", "page": "2"}
    assert str(entry) == f"#1 GET {RUNS}?run_test_name=a%20b&page=2 -> 200"


def test_a_scripted_fault_is_named_and_silence_has_no_status():
    service = make_service()
    for fault in ("429:2", "reset"):
        service.faults.add(fault)
    for _ in range(4):
        ask(service)
    assert [(entry.status, entry.fault) for entry in service.journal] == [
        (429, "429:2"),
        (429, "429:2"),
        (None, "reset:1"),
        (200, None),
    ]


@pytest.mark.parametrize("key", ["key-1", "secret-1", "key-2", "secret-2"])
@pytest.mark.parametrize("form", [str, lambda key: key.replace("-", "%2D"), "x{}y".format])
def test_no_key_gets_into_the_journal(key: str, form: Callable[[str], str]) -> None:
    service = make_service()
    headers = (
        *KEYS,
        ("authorization", f"Bearer {key}"),
        ("cookie", f"k={key}"),
        ("x-trace", f"has {form(key)}"),
    )
    ask(service, DETAIL, f"note={form(key)}&{form(key)}=1", headers=headers)
    ask(service, f"/{form(key)}/", headers=(("proxy-authorization", key), ("X-API-KEY", key)))
    text = repr(service.journal.entries) + str(service.journal)
    assert len(service.journal) == 2
    for secret in {key, form(key), "key-1", "secret-1"}:
        assert secret not in text


def test_no_key_of_a_mock_gets_into_its_journal() -> None:
    with Mock() as mock, httpx.Client(transport=mock.transport(), base_url=mock.base_url) as client:
        for keys in (
            (mock.api_key, mock.secret_key),
            (mock.other_api_key, mock.other_secret_key),
        ):
            client.get(
                f"/{keys[0]}/", params={"a": keys[1]}, headers={"x-api-key": keys[0], "x-secret-key": keys[1]}
            )
        text = repr(mock.journal.entries)
        keys_of_both = (mock.api_key, mock.secret_key, mock.other_api_key, mock.other_secret_key)
    assert not [key for key in keys_of_both if key in text]


def test_requests_are_selected_by_endpoint_status_and_parameters():
    service = make_service()
    ask(service, RUNS, "page=1")
    ask(service, RUNS, "page=2")
    ask(service, DETAIL)
    ask(service, RUNS, "page=2", headers=())
    journal = service.journal
    assert [entry.number for entry in journal.select("runs", page=2)] == [2, 4]
    assert [entry.number for entry in journal.select("getSimulationRuns", status=401)] == [4]
    assert [entry.number for entry in journal.select(page=None)] == [3]


def test_assertions_pass_and_fail_with_what_really_came():
    service = make_service()
    ask(service, RUNS, "page=1")
    journal = service.journal
    assert len(journal.assert_asked("runs", page=1)) == 1
    journal.assert_asked("runs", times=1)
    journal.assert_not_asked("executions")
    with pytest.raises(
        AssertionError, match=r"expected runs page=2 at least once, got it 0 times(.|\n)*GET .*page=1 -> 200"
    ):
        journal.assert_asked("runs", page=2)
    with pytest.raises(AssertionError, match="0 times, got it 1 times"):
        journal.assert_not_asked("runs")


def test_an_empty_journal_says_so():
    with pytest.raises(AssertionError, match="received no request"):
        _ = Journal().last


def test_the_newest_entries_are_kept_and_all_are_counted():
    journal = Journal(limit=3)
    for number in range(5):
        journal.record(datetime.now(UTC), Request("GET", f"/{number}"), Response(200), None)
    assert ([entry.path for entry in journal], journal.total) == (["/2", "/3", "/4"], 5)
    journal.clear()
    assert (len(journal), journal.total) == (0, 0)


def test_the_clock_stands_still_until_it_is_moved():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    clock = Clock(start)
    assert clock.now() == clock.now() == start
    assert clock.advance(90) == start + timedelta(seconds=90)


def test_a_ticking_clock_runs_with_the_machine():
    readings = iter([100.0, 107.5])
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC), ticking=True, monotonic=lambda: next(readings))
    assert clock.now() == datetime(2026, 1, 1, 0, 0, 7, 500_000, tzinfo=UTC)


def test_a_clock_refuses_to_go_back_and_wants_a_time_zone():
    with pytest.raises(ValueError, match="forward only"):
        Clock(START).advance(-1)
    with pytest.raises(ValueError, match="forward only"):
        Clock(START).advance(float("nan"))
    with pytest.raises(ValueError, match="time zone"):
        Clock(datetime(2026, 1, 1))


def test_entries_carry_the_mocks_time():
    service = make_service()
    service.clock.advance(60)
    ask(service, f"/simulate/test-executions/{UUID}/")
    assert service.journal.last.at == service.clock.now()
