from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from futureagi_simulate_mock import ids
from futureagi_simulate_mock.data.seeding import EPOCH, fill
from futureagi_simulate_mock.store import Store

from .profile_client import ProfileClient, made


@pytest.fixture
def store() -> Any:
    found = made()
    yield found
    found.close()


def listings_of(store: Store) -> list[str]:
    """Return the statements behind the listings, as the store was asked for them."""
    asked: list[str] = []
    ranks = store.ranks

    def watched(sql: str, values: tuple[Any, ...] = ()) -> Any:
        asked.append(sql)
        return ranks(sql, values)

    store.ranks = watched  # type: ignore[method-assign]
    asker = ProfileClient(store)
    asker.calls()
    asker.calls(status="completed")
    asker.calls(search="555")
    asker.detail()
    asker.version()
    asker.executions()
    asker.runs(run_test_name=ids.RUN_TEST_NAME)
    return asked


def test_every_listing_reads_an_index_in_order_and_sorts_nothing(store: Store) -> None:
    statements = listings_of(store)
    assert len(statements) == 7
    for sql in statements:
        plan = [row[3] for row in store.rows("EXPLAIN QUERY PLAN " + sql, (1,) * sql.count("?"))]
        assert "_by_" in plan[0], plan
        assert not any("TEMP B-TREE" in step for step in plan), plan
        assert not any(step.startswith("SCAN call") or step.startswith("SCAN execution") for step in plan), (
            plan
        )


def test_no_statement_of_a_listing_skips_rows_by_offset(store: Store) -> None:
    assert not any("OFFSET" in sql for sql in listings_of(store))


def test_a_deep_page_costs_the_statements_of_the_first(store: Store) -> None:
    asker = ProfileClient(store)
    asker.calls(limit="5")
    counted: list[str] = []
    store.connection.set_trace_callback(counted.append)
    asker.calls(limit="5", page="2")
    second = len(counted)
    counted.clear()
    asker.calls(limit="5", page="40")
    assert len(counted) == second
    counted.clear()
    asker.calls(limit="5", page="40")
    assert counted == []


def test_a_call_is_found_by_its_id_through_an_index(store: Store) -> None:
    plan = store.rows("EXPLAIN QUERY PLAN SELECT number FROM call WHERE id = ?", ("x",))
    assert "call_by_id" in plan[0][3]


def test_a_running_execution_progresses_and_finishes_as_time_passes(store: Store) -> None:
    running = store.rows("SELECT id FROM execution WHERE status = 'running'")[0][0]
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
    running = store.rows("SELECT id FROM execution WHERE status = 'running'")[0][0]

    def seen(minutes: int) -> Any:
        return ProfileClient(store, now=EPOCH + timedelta(minutes=minutes)).detail(running, limit=100)

    early = seen(1)
    assert seen(30) != early
    assert seen(1) == early


def test_what_is_done_does_not_change_while_time_passes(store: Store) -> None:
    before = ProfileClient(store).detail(limit=100)
    assert ProfileClient(store, now=EPOCH + timedelta(days=30)).detail(limit=100) == before


def test_a_file_keeps_the_data(tmp_path: Path) -> None:
    path = str(tmp_path / "mock.db")
    first = Store(path)
    fill(first, executions=2, calls=20)
    answer = ProfileClient(first).calls()
    first.close()
    second = Store(path)
    fill(second, executions=2, calls=20)
    assert ProfileClient(second).calls() == answer
    second.close()


def test_a_file_with_other_data_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "mock.db")
    first = Store(path)
    fill(first, executions=2, calls=20)
    first.close()
    second = Store(path)
    with pytest.raises(ValueError, match="holds other data"):
        fill(second, seed=5, executions=2, calls=20)
    second.close()


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
        with store.writing() as connection:
            connection.execute("DELETE FROM call")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert ProfileClient(store).calls() == before
