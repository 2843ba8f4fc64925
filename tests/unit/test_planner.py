"""Where a listing ends, decided from what its pages say."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from futureagi_simulate.listings.page import Ask, Facts
from futureagi_simulate.listings.planner import Walk, is_whole


def facts(number: int, size: int, delivered: int, **said: Any) -> Facts:
    told = {"count": None, "total_pages": None, "has_next": False, **said}
    return Facts(Ask(number, size), tuple(f"{number}-{row}" for row in range(delivered)), **told)


@pytest.mark.parametrize(
    ("said", "last"),
    [
        ({"count": 0, "delivered": 0}, 1),
        ({"count": 1, "delivered": 1}, 1),
        ({"count": 10, "delivered": 10}, 1),
        ({"count": 11, "delivered": 10}, 2),
        ({"count": 95, "delivered": 10}, 10),
        ({"count": 95, "delivered": 0}, 10),
        ({"count": 95, "delivered": 10, "has_next": True}, 10),
        ({"count": 95, "delivered": 10, "total_pages": 10}, 10),
        ({"count": 95, "delivered": 9, "total_pages": 10}, 10),
        ({"count": 95, "delivered": 5, "total_pages": 19, "has_next": True}, 19),
        ({"count": 95, "delivered": 10, "total_pages": 99}, 10),
        ({"count": 95, "delivered": 50, "total_pages": 2, "has_next": True}, 2),
        ({"count": 95, "delivered": 50, "has_next": True}, 2),
        ({"count": None, "delivered": 10, "has_next": True}, 2),
        ({"count": None, "delivered": 10, "has_next": False}, 1),
        ({"count": None, "delivered": 0, "has_next": True}, 1),
    ],
)
def test_the_first_page_tells_where_the_end_is(said: dict[str, Any], last: int) -> None:
    walk = Walk(10)
    assert walk.ask() == Ask(1, 10)
    assert walk.ask() is None, "the first page is asked for alone"
    walk.take(facts(1, 10, **said))
    assert walk.last == last


@pytest.mark.parametrize(("repeated", "last"), [(True, 2), (False, 3)])
def test_without_a_count_a_listing_ends_where_a_page_is_repeated(repeated: bool, last: int) -> None:
    walk = Walk(10)
    first, second = (facts(number, 10, 10, has_next=True) for number in (1, 2))
    walk.take(first)
    walk.take(replace(second, ids=first.ids) if repeated else second)
    assert walk.last == last


def test_rows_without_an_id_are_repeated_where_their_page_is() -> None:
    walk = Walk(10)
    nameless = replace(facts(1, 10, 3, count=1_000), ids=(None,) * 3)
    barren = []
    for fingerprint in (1, 2, 2, 1, 3):
        walk.take(nameless, fingerprint)
        barren.append(walk.barren)
    assert barren == [0, 0, 1, 2, 0]


def test_pages_without_anything_new_are_counted_in_a_row() -> None:
    walk = Walk(2)
    barren = []
    for ids in ("ab", "cd", "", "ab", "dc", "de", "e"):
        walk.take(replace(facts(1, 2, 2, count=1_000), ids=tuple(ids)))
        barren.append(walk.barren)
    assert barren == [0, 0, 1, 2, 3, 0, 1]


def test_the_end_moves_with_the_count() -> None:
    walk = Walk(10)
    ends = []
    for number, count in enumerate([25, 25, 45, 31], start=1):
        walk.take(facts(number, 10, 10, count=count))
        ends.append(walk.last)
    assert ends == [3, 3, 5, 4]


def test_rows_that_are_missing_without_word_of_the_number_of_pages_are_looked_for_while_there_is_more() -> (
    None
):
    walk = Walk(10)
    for number, delivered in enumerate([4, 7, 5], start=1):
        walk.take(facts(number, 10, delivered, count=30, has_next=True))
    assert (walk.last, walk.is_doubtful(3), walk.is_doubtful(4)) == (4, False, True)
    walk.take(facts(4, 10, 0, count=30, has_next=True))
    assert walk.last == 3


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ({"count": 3, "delivered": 3}, True),
        ({"count": 3, "delivered": 3, "has_next": True}, True),
        ({"count": 3, "delivered": 2}, True),
        ({"count": 3, "delivered": 2, "has_next": True}, False),
        ({"count": 3, "delivered": 2, "total_pages": 1, "has_next": True}, True),
        ({"count": 3, "delivered": 2, "total_pages": 2}, False),
        ({"count": 30, "delivered": 10}, False),
        ({"count": 30, "delivered": 10, "total_pages": 1}, False),
        ({"count": 30, "delivered": 30}, False),
        ({"count": None, "delivered": 3}, False),
        ({"count": 0, "delivered": 0}, True),
        ({"count": 10, "delivered": 10}, False),
        ({"count": 10, "delivered": 9}, False),
        ({"count": 3, "delivered": 4}, False),
    ],
)
def test_one_answer_is_known_to_hold_everything_only_when_nothing_speaks_against_it(
    said: dict[str, Any], whole: bool
) -> None:
    assert is_whole(facts(1, 10, **said)) is whole
    assert not is_whole(facts(2, 10, **said))
