"""The default reading of a listing that changes: no repeats, and a word when something may be missing."""

from __future__ import annotations

import os
import random
import warnings
from typing import Any

import pytest

from futureagi_simulate import ListingChangedWarning

from .drifting import Schedule, Table, read_all

SCHEDULES = int(os.environ.get("FI_TEST_SCHEDULES", "100"))


def outcome(table: Table, is_async: bool, **paging: Any) -> tuple[bool, int]:
    """Read; tell whether a row was lost or repeated, and how many warnings there were."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = read_all(table, is_async, **paging)
    harmed = len(found) != len(set(found)) or not (table.always or set()) <= set(found)
    return harmed, sum(issubclass(one.category, ListingChangedWarning) for one in caught)


def test_of_the_schedules_that_lose_or_repeat_a_row_at_most_one_in_a_hundred_goes_unwarned() -> None:
    chance = random.Random(20)
    harmed = silent = 0
    for seed in range(SCHEDULES):
        table = Table(
            Schedule(
                seed=seed,
                rows=chance.randint(0, 500),
                operations=chance.choice([0, 1, 1, 2, 5, 20, 200]),
                spread=chance.randint(1, 60),
                ties=chance.choice([1, 1, 2, 10, 500]),
                shuffled=chance.random() < 0.5,
                hidden=chance.choice([0, 0, 0.02, 0.3]),
                cap=chance.choice([None, None, None, 7]),
                total_pages=chance.random() < 0.6,
                past_the_end=chance.choice(["error", "empty"]),
            )
        )
        size, prefetch = chance.choice([1, 3, 10, 50, 100]), chance.choice([1, 8])
        lost, told = outcome(table, chance.random() < 0.5, page_size=size, prefetch=prefetch)
        assert told <= 1
        harmed += lost
        silent += lost and not told
    assert harmed > SCHEDULES // 4
    assert silent <= max(1, harmed // 100), f"{silent} of {harmed} went unwarned"


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_listing_at_rest_gives_no_warning(is_async: bool) -> None:
    assert outcome(Table(Schedule(rows=95, hidden=0.1)), is_async, page_size=10) == (False, 0)


@pytest.mark.parametrize("kind", ["insert", "update", "delete"])
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_one_change_between_pages_gives_one_warning_at_the_callers_line(is_async: bool, kind: str) -> None:
    table = Table(Schedule(rows=95, operations=1, spread=8, kinds=(kind,)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = read_all(table, is_async, page_size=10)
    assert len(found) == len(set(found))
    assert [one.category for one in caught] == [ListingChangedWarning]
    assert all(one.filename.endswith("drifting.py") for one in caught)


def test_a_row_that_slips_to_the_next_page_is_given_once() -> None:
    table = Table(Schedule(rows=30))
    pages = table.listing(page_size=10).pages()
    first = next(pages)
    table.rows[0].updated = 1000  # the last row of all becomes the first
    table.reorder()
    with pytest.warns(ListingChangedWarning, match="page 2 repeats 1"):
        second = next(pages)
    assert len(second.items) == 9
    assert not set(first.items) & set(second.items)


def test_last_pages_that_vanish_end_the_listing_with_a_warning() -> None:
    table = Table(Schedule(rows=30, past_the_end="error"))
    pages = table.listing(page_size=10).pages()
    next(pages)
    del table.rows[:20]
    table.reorder()
    with pytest.warns(ListingChangedWarning, match="last pages vanished"):
        assert list(pages) == []
