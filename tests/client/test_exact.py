"""`exact=True`: whatever changes meanwhile, nothing is lost and nothing is given twice."""

from __future__ import annotations

import asyncio
import os
import pickle
import random
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from msgspec.structs import replace

from futureagi_simulate import IncompleteListingError, exact

from .drifting import Schedule, Table, read_all

SCHEDULES = int(os.environ.get("FI_TEST_SCHEDULES", "50"))
"""How many schedules are tried; the full number, 1,000, takes about half a minute."""


def some_schedule(seed: int, **fixed: Any) -> Schedule:
    """Make up a schedule of up to 200 operations on up to 500 rows."""
    chance = random.Random(seed)
    made = {
        "rows": chance.randint(0, 500),
        "operations": chance.choice([0, 1, 2, 5, 20, 100, 200]),
        "spread": chance.randint(1, 80),
        "ties": chance.choice([1, 1, 2, 10, 500]),
        "shuffled": chance.random() < 0.5,
        "hidden": chance.choice([0, 0, 0.02, 0.3]),
        "total_pages": chance.random() < 0.6,
        "past_the_end": chance.choice(["error", "empty"]),
        "torn": chance.random() < 0.3,
    }
    return Schedule(seed=seed, **{**made, **fixed})


def check(table: Table, given_ids: list[str]) -> None:
    assert len(given_ids) == len(set(given_ids)), "an item was given twice"
    assert (table.always or set()) <= set(given_ids), "an item was lost"
    assert set(given_ids) <= table.reachable, "an item was made up"


@settings(max_examples=SCHEDULES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**32),
    size=st.sampled_from([1, 3, 10, 50, 100]),
    prefetch=st.sampled_from([1, 8]),
    small=st.sampled_from([0, exact.SMALL]),
)
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_nothing_is_lost_or_repeated_while_the_table_changes(
    is_async: bool, seed: int, size: int, prefetch: int, small: int
) -> None:
    table = Table(some_schedule(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "SMALL", small)
        check(table, read_all(table, is_async, page_size=size, prefetch=prefetch, exact=True))


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("seed", range(20))
def test_with_a_lowered_page_size_it_is_exact_or_says_that_it_is_not(seed: int, is_async: bool) -> None:
    table = Table(some_schedule(seed, cap=7))
    incomplete: IncompleteListingError | None = None
    try:
        found = read_all(table, is_async, page_size=10, exact=True)
    except IncompleteListingError as error:
        incomplete = error
    if incomplete is None:
        check(table, found)
    else:
        assert set(incomplete.found) <= table.reachable


@pytest.mark.parametrize("size", [101, 250])
def test_a_listing_that_fits_one_page_is_proven_by_one_request(size: int) -> None:
    table = Table(Schedule(rows=100, hidden=0.1))
    found = read_all(table, False, page_size=size, exact=True)
    assert set(found) == table.visible()
    assert len(table.requests) == 1


@pytest.mark.parametrize("seed", range(300))
def test_a_change_between_the_servers_count_and_its_rows_hides_nothing(seed: int) -> None:
    chance = random.Random(seed)
    rows = chance.randint(1, 25)
    table = Table(
        Schedule(
            seed=seed,
            rows=rows,
            operations=chance.choice([1, 2, 4, 8, 15]),
            spread=chance.choice([1, 3, 6, 9]),
            hidden=chance.choice([0, 0, 0.2]),
            torn=True,
        )
    )
    check(table, read_all(table, False, page_size=chance.choice([rows, 5, 7]), exact=True))


SIZES = {
    (30, 1): [30],
    (50, 1): [50, 50],
    (51, 1): [50, 51],
    (240, 1): [50, 240],
    (1_000, 1): [50, 1_000],
    (1_001, 1): [50] * 20 + [1] + [76] * 13 + [13],
    (30, 8): [30],
    (50, 8): [50, 1] + [7] * 7 + [1],
    (240, 8): [50] * 4 + [40, 1] + [30] * 8,
    (1_000, 8): [50] * 20 + [1] + [63] * 15 + [55],
}


@pytest.mark.parametrize(("rows", "prefetch"), SIZES)
def test_a_quiet_table_takes_these_rows(rows: int, prefetch: int) -> None:
    table = Table(Schedule(rows=rows))
    assert len(read_all(table, False, prefetch=prefetch, exact=True)) == rows
    taken = [len(table._page(ask, rows).facts.ids) for ask in table.requests]
    assert sorted(taken) == sorted(SIZES[rows, prefetch])


@pytest.mark.parametrize("prefetch", [1, 8])
@pytest.mark.parametrize("rows", [31, 240, 1_000, 10_000])
@pytest.mark.parametrize("fault", [{}, {"hidden": 0.1}, {"cap": 100}, {"ties": 5}], ids=str)
def test_what_is_exact_takes_twice_the_rows_of_a_plain_reading_at_most(
    fault: dict[str, Any], rows: int, prefetch: int
) -> None:
    table = Table(Schedule(rows=rows, **fault))
    assert set(read_all(table, False, prefetch=prefetch, exact=True)) == table.visible()
    taken = sum(len(table._page(ask, rows).facts.ids) for ask in table.requests)
    first = min(50, rows)  # is taken for nothing where a server lowers what is asked for after it
    assert taken <= 2 * len(table.visible()) + 1 + (first if fault == {"cap": 100} else 0)


def test_passes_differ_in_page_size_and_one_page_of_all_is_the_last_resort(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exact, "SMALL", 0)
    table = Table(Schedule(rows=100, hidden=0.1, seed=3, ties=100, shuffled=True))
    found = read_all(table, False, page_size=10, exact=True)
    assert set(found) == table.visible()
    sizes = list(dict.fromkeys(ask.size for ask in table.requests))
    assert sizes == [10, 16, 22, 28, 150]


def test_items_are_given_as_they_are_found() -> None:
    table = Table(Schedule(rows=100))
    items = iter(table.listing(page_size=10, exact=True))
    assert len([next(items) for _ in range(10)]) == 10
    assert len(table.requests) == 1


def test_an_exact_listing_that_cannot_be_completed_says_what_was_found() -> None:
    table = Table(Schedule(rows=100, hidden=0.1, seed=3, cap=7))
    with pytest.raises(IncompleteListingError) as caught:
        table.listing(page_size=10, exact=True).to_list()
    assert set(caught.value.items) == table.visible()
    assert len(caught.value.found) == len(table.visible())
    assert caught.value.count == 100
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.found, again.items, str(again)) == (
        caught.value.found,
        caught.value.items,
        str(caught.value),
    )


def test_rows_without_an_id_are_told_apart_by_their_bytes_and_number() -> None:
    class Nameless(Table):
        def answer(self, ask: Any) -> Any:
            fetched = super().answer(ask)
            rows = tuple(Nothing(identity) for identity in fetched.facts.ids)
            facts = replace(fetched.facts, ids=(None,) * len(rows))
            return replace(fetched, facts=facts, page=replace(fetched.page, items=rows))

    table = Nameless(Schedule(rows=40))
    found = table.listing(page_size=10, exact=True).to_list()
    assert len(found) == 40


@attrs.frozen
class Nothing:
    """A row of which only the bytes are known."""

    name: str

    @property
    def raw_json(self) -> bytes:
        return self.name[-1:].encode()


class ReadWhileWriting(RuleBasedStateMachine):
    """Writers and one exact reader take turns in any order; at the end the reader has everything."""

    @initialize(
        rows=st.integers(0, 60),
        size=st.sampled_from([1, 4, 20]),
        prefetch=st.sampled_from([1, 8]),
        is_async=st.booleans(),
        ties=st.sampled_from([1, 5, 100]),
        hidden=st.sampled_from([0.0, 0.2]),
    )
    def open(self, rows: int, size: int, prefetch: int, is_async: bool, ties: int, hidden: float) -> None:
        self.table = Table(Schedule(rows=rows, ties=ties, shuffled=ties > 1, hidden=hidden))
        self.found: list[str] = []
        self.runner = asyncio.Runner() if is_async else None
        listing = self.table.listing(is_async, page_size=size, prefetch=prefetch, exact=True)
        self.reader = aiter(listing) if is_async else iter(listing)

    @rule()
    def insert(self) -> None:
        self.table.change("insert")

    @rule()
    def update(self) -> None:
        self.table.change("update")

    @rule()
    def delete(self) -> None:
        self.table.change("delete")

    @rule(count=st.integers(1, 30))
    def read(self, count: int) -> None:
        for _ in range(count):
            identity = self.step()
            if identity is not None:
                self.found.append(identity)

    def step(self) -> str | None:
        if self.runner is None:
            return next(self.reader, None)
        return self.runner.run(self.step_async())

    async def step_async(self) -> str | None:
        return await anext(self.reader, None)

    def teardown(self) -> None:
        if not hasattr(self, "table"):
            return
        while (identity := self.step()) is not None:
            self.found.append(identity)
        if self.runner is not None:
            self.runner.close()
        check(self.table, self.found)


TestReadWhileWriting = ReadWhileWriting.TestCase
TestReadWhileWriting.settings = settings(
    max_examples=max(20, SCHEDULES // 4),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
