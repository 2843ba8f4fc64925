"""After any schedule of changes, what is stored equals an exact listing, for few requests."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from futureagi_simulate_mock import Mock

from .keeping import OPEN, executions, listed, require_equal, rerun, run, set_execution, set_status

FULL = bool(os.environ.get("FUTUREAGI_FULL"))
SCHEDULES = {"calls": 200 if FULL else 5, "calls.duckdb": 200 if FULL else 2}
"""How many for each destination: DuckDB takes five times as long."""

SIZE = 4


def word(status: Any) -> str:
    return str(status or "").lower()


def pick(rows: list[Any], at: int) -> Any:
    return rows[at % len(rows)]


class Kept(RuleBasedStateMachine):
    """A mock that changes, and a destination that is synced now and then."""

    profile: Any = "documented"
    destination = "calls"

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.target = Path(self.folder.name, self.destination)
        self.mock = Mock(profile=self.profile, executions=1, calls=1)
        self.run_test = self.mock.add_run_test("Kept")
        self.ever: set[str] = set()
        self.before: dict[str, Any] = {}
        self.before_executions: dict[str, Any] = {}
        self.members: dict[str, Any] = {}

    def teardown(self) -> None:
        self.folder.cleanup()

    @initialize(calls=st.integers(0, 14))
    def begin(self, calls: int) -> None:
        self.add_execution("completed", calls)

    def calls(self, *, snapshots: bool = False) -> list[Any]:
        rows = self.mock._store.calls.values()
        number = next(
            one.number for one in self.mock._store.catalogue.run_tests.values() if one.id == self.run_test
        )
        return [
            row
            for row in rows
            if row.run_test == number and not row.deleted and (snapshots or row.original is None)
        ]

    def later(self) -> None:
        """Move the clock behind every change so far: what comes now is the last update."""
        latest = max((row.updated_at for row in self.mock._store.calls.values()), default=0)
        now = self.mock.clock.now().timestamp() * 1_000
        self.mock.clock.advance(max(1.0, (latest - now) / 1_000 + 1))

    @rule(status=st.sampled_from(["completed", "pending", "running", "cancelled"]), calls=st.integers(0, 6))
    def add_execution(self, status: str, calls: int) -> None:
        self.later()
        execution = self.mock.add_execution(self.run_test, status=status, calls=calls)
        if status != "running":  # the mock makes their calls in the past, where no server inserts a row
            number = self.mock._store.execution(execution).number
            for row in [one for one in self.calls() if one.execution == number]:
                self.mock.touch_call(row.id)

    @precondition(lambda self: self.calls())
    @rule(at=st.integers(0, 99), status=st.sampled_from(["completed", "failed", "pending", "ongoing"]))
    def add_call(self, at: int, status: str) -> None:
        self.later()
        row = pick(self.calls(), at)
        execution = self.mock._store.executions[row.execution].id
        self.mock.touch_call(self.mock.add_call(execution, status=status))

    @precondition(lambda self: self.calls())
    @rule(at=st.integers(0, 99))
    def touch(self, at: int) -> None:
        self.mock.touch_call(pick(self.calls(), at).id)

    @precondition(lambda self: self.calls())
    @rule(at=st.integers(0, 99))
    def delete(self, at: int) -> None:
        self.mock.delete_call(pick(self.calls(), at).id)

    @precondition(lambda self: self.calls())
    @rule(at=st.integers(0, 99))
    def rerun(self, at: int) -> None:
        rerun(self.mock, pick(self.calls(), at).id)

    def waiting(self) -> list[Any]:
        stages = self.mock._store.stages
        return [row for row in self.calls() if row.status in OPEN and row.number not in stages]

    @precondition(lambda self: self.waiting())
    @rule(at=st.integers(0, 99), status=st.sampled_from(["ongoing", "cancelled"]))
    def start_or_cancel(self, at: int, status: str) -> None:
        set_status(self.mock, pick(self.waiting(), at).id, status)

    @precondition(lambda self: self.waiting())
    @rule(at=st.integers(0, 99))
    def cancel_execution(self, at: int) -> None:
        number = pick(self.waiting(), at).execution
        for row in self.waiting():
            if row.execution == number:
                set_status(self.mock, row.id, "cancelled")
        set_execution(self.mock, self.mock._store.executions[number].id, "cancelled")

    @rule(seconds=st.sampled_from([1, 60, 300, 900]))
    def wait(self, seconds: int) -> None:
        self.mock.clock.advance(seconds)

    @rule()
    def sync(self) -> None:
        unfinished = self.unfinished()
        asked = len(self.mock.journal)
        result = run(self.mock, self.target, self.run_test, page_size=SIZE)
        requests = len(self.mock.journal) - asked
        now = listed(self.mock, self.run_test)
        vanished = self.before.keys() - now.keys()
        place = {one: at for at, one in enumerate(self.order())}
        changed = {place[one] // SIZE for one, row in now.items() if self.before.get(one) != row}
        listing = executions(self.mock, self.run_test)
        news = {one for one, row in listing.items() if self.before_executions.get(one) != row}
        members = self.membership()
        moved = {one for one in listing if self.members.get(one) != members.get(one)} | news
        unfinished |= self.unfinished()
        most = len(changed) + len(vanished) + bool(news) + len(moved - unfinished) + len(unfinished) + 2
        order = self.order()
        pages = [order[at : at + SIZE] for at in range(0, len(order), SIZE)]
        most += sum(now.keys().isdisjoint(page) for page in pages)  # of deleted calls alone: they say nothing
        times = [row.updated_at for row in self.calls(snapshots=True)]
        most += self.profile == "observed" and len(times) > len(
            set(times)
        )  # one page more where ties hid a row
        assert requests <= most, (
            requests,
            most,
            [str(one) for one in list(self.mock.journal)[asked:][:requests]],
        )
        self.ever |= now.keys()
        self.before, self.before_executions, self.members = now, listing, members
        assert not result.missing
        require_equal(self.target, self.mock, self.run_test, self.ever)

    def order(self) -> list[str]:
        """Return the ids of the listing's places, those of deleted calls too if they are counted."""
        store = self.mock._store
        number = next(one.number for one in store.catalogue.run_tests.values() if one.id == self.run_test)
        rows = store.calls_of("run_test", number)
        return [row.id for row in rows if self.profile == "observed" or not row.deleted]

    def membership(self) -> dict[str, Any]:
        store, found = self.mock._store, dict[str, Any]()
        for row in self.calls():
            found.setdefault(store.executions[row.execution].id, []).append((row.id, row.status))
        return {one: sorted(rows) for one, rows in found.items()}

    def unfinished(self) -> set[str]:
        listing = executions(self.mock, self.run_test)
        store = self.mock._store
        return {one for one, row in listing.items() if word(row["status"]) in OPEN} | {
            store.executions[row.execution].id for row in self.calls() if row.status in OPEN
        }


@pytest.mark.parametrize("destination", ["calls", "calls.duckdb"])
@pytest.mark.parametrize("profile", ["documented", "observed"])
def test_after_any_schedule_what_is_stored_equals_an_exact_listing_for_few_requests(
    profile: str, destination: str
) -> None:
    machine = type("Machine", (Kept,), {"profile": profile, "destination": destination})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=SCHEDULES[destination],
            phases=(*Phase,) if FULL else (Phase.explicit, Phase.generate),
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
