from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from futureagi_simulate_mock import ids
from futureagi_simulate_mock.builders import Builders
from futureagi_simulate_mock.data.seeding import EPOCH
from futureagi_simulate_mock.store import Store

from .profile_client import ProfileClient, made


@pytest.fixture
def store() -> Any:
    found = made()
    return found


def test_a_deep_page_makes_no_listing_anew() -> None:
    asker = ProfileClient(made(executions=1, calls=20_000))
    asker.calls(limit="5")
    made_lists = []
    listing = asker.store.listing

    def watched(key: Any, make: Any) -> Any:
        return listing(key, lambda: made_lists.append(key) or make())

    asker.store.listing = watched  # type: ignore[method-assign]
    assert asker.calls(limit="5", page="4000")["results"]
    assert made_lists == []


def test_a_call_that_is_added_is_found_by_its_id_and_in_the_listings(store: Store) -> None:
    asker = ProfileClient(store)
    before = asker.detail()["count"]
    uuid = Builders(store, lambda: EPOCH).add_call(ids.TEST_EXECUTION_ID)
    assert asker.detail()["count"] == before + 1
    assert asker.runs(call_execution_id=uuid)["call_execution_id"] == uuid


def test_a_running_execution_progresses_and_finishes_as_time_passes(store: Store) -> None:
    running = next(one.id for one in store.executions.values() if one.status == "running")
    seen = []
    for minutes in range(0, 16, 2):
        asker = ProfileClient(store, now=EPOCH + timedelta(minutes=minutes))
        seen.append((asker.detail(running)["status"], asker.runs(execution_id=running)["completed_calls"]))
    statuses = list(dict.fromkeys(status for status, _ in seen))
    completed = [count for _, count in seen]
    assert statuses in (["running", "evaluating", "completed"], ["running", "completed"])
    assert completed == sorted(completed)
    assert completed[0] < completed[-1]


def test_the_state_depends_on_the_time_alone_even_backwards(store: Store) -> None:
    running = next(one.id for one in store.executions.values() if one.status == "running")

    def seen(minutes: int) -> Any:
        return ProfileClient(store, now=EPOCH + timedelta(minutes=minutes)).detail(running, limit=100)

    early = seen(1)
    assert seen(30) != early
    assert seen(1) == early


def test_what_is_done_does_not_change_while_time_passes(store: Store) -> None:
    before = ProfileClient(store).detail(limit=100)
    assert ProfileClient(store, now=EPOCH + timedelta(days=30)).detail(limit=100) == before


def test_threads_may_ask_at_once(store: Store) -> None:
    expected = ProfileClient(store).calls(limit=50)
    answers: list[Any] = []
    asker = ProfileClient(store)

    def ask() -> None:
        answers.extend(asker.calls(limit=50) for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 40


def test_a_failed_change_leaves_everything_as_it_was(store: Store) -> None:
    before = ProfileClient(store).calls()

    def fail() -> None:
        with store.writing():
            call = store.calls[1]
            store.change(call, deleted=True, status="failed")
            store.put(store.calls, max(store.calls) + 1, call)
            store.put(store.catalogue.run_tests, 1, store.catalogue.run_tests[2])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert ProfileClient(store).calls() == before
