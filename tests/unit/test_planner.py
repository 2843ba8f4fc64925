"""Where a listing ends, decided from what its pages say."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from futureagi_simulate.listings.page import Ask, Facts
from futureagi_simulate.listings.planner import Walk, is_whole


def facts(number: int, size: int, delivered: int, **said: Any) -> Facts:
    told = {"count": None, "total_pages": None, "has_next": False, **said}
    return Facts(Ask(number, size), tuple(str(row) for row in range(delivered)), **told)


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


@pytest.mark.parametrize(("known", "last"), [(True, 2), (False, 3)])
def test_without_a_count_a_listing_ends_where_a_page_is_repeated(known: bool, last: int) -> None:
    walk = Walk(10)
    for number in (1, 2):
        answer = facts(number, 10, 10, has_next=True)
        walk.take(answer if known else replace(answer, ids=(None,) * 10))
    assert walk.last == last


@pytest.mark.parametrize(("alike", "last"), [(50, 100_000), (51, 51)])
def test_a_server_that_does_not_heed_the_page_number_isnt_asked_for_ever(alike: int, last: int) -> None:
    walk = Walk(10)
    walk.take(replace(facts(1, 10, 10, count=1_000_000), ids=("else",) * 10))
    walk.take(replace(facts(1, 10, 10, count=1_000_000), ids=("another",) * 10))
    for number in range(1, alike + 1):
        walk.take(facts(number, 10, 10, count=1_000_000, has_next=True))
    assert walk.last == last
    walk.take(replace(facts(alike + 1, 10, 10, count=1_000_000), ids=("fresh",) * 10))
    assert walk.last == 100_000


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
