"""Where a listing ends when the server lowers or raises page sizes, hides rows or lies about `next`."""

from __future__ import annotations

from typing import Any

import pytest

from futureagi_simulate.listings.page import Ask, Facts
from futureagi_simulate.listings.planner import Walk, is_whole


def facts(number: int, size: int, delivered: int, **said: Any) -> Facts:
    told = {"count": None, "total_pages": None, "has_next": False, **said}
    return Facts(Ask(number, size), tuple(f"{number}-{row}" for row in range(delivered)), **told)


def walked(*delivered: int, first: int = 1, **said: Any) -> Walk:
    walk = Walk(10, first)
    for number, rows in enumerate(delivered, start=first):
        walk.take(facts(number, 10, rows, **said))
    return walk


@pytest.mark.parametrize(
    ("delivered", "last", "lowered"),
    [
        ((5, 5, 5), 6, 5),
        ((1, 1, 1), 30, 1),
        ((5, 4, 5), 4, None),
        ((4, 5, 5), 4, None),
        ((0, 5, 5), 4, None),
        ((5, 5, 0), 3, None),
        ((10, 10, 10), 4, None),
    ],
)
def test_pages_that_are_all_short_by_as_much_mean_a_lowered_size_and_others_hidden_rows(
    delivered: tuple[int, ...], last: int, lowered: int | None
) -> None:
    walk = walked(*delivered, count=30, has_next=True)
    assert (walk.last, walk.lowered_size) == (last, lowered)


def test_a_lowered_size_is_known_from_the_number_of_pages() -> None:
    walk = walked(5, count=95, total_pages=19, has_next=True)
    assert (walk.last, walk.lowered_size) == (19, 5)


def test_a_number_of_pages_that_would_leave_the_last_one_empty_is_not_believed() -> None:
    assert walked(10, count=40, total_pages=5).last == 4
    assert walked(10, count=41, total_pages=5).last == 5


def test_a_next_page_is_asked_for_though_count_and_total_pages_agree_that_there_is_none() -> None:
    walk = walked(5, 5, 5, count=30, total_pages=3, has_next=True)
    assert (walk.last, walk.lowered_size) == (4, None)


def test_no_pages_at_all_are_one() -> None:
    assert walked(0, count=0, total_pages=0).last == 1


def test_a_raised_size_stays_known_when_the_last_page_is_shorter() -> None:
    assert walked(50, 45, count=95).last == 2


@pytest.mark.parametrize(("has_next", "last"), [(True, 10), (False, 2)])
def test_too_few_pages_are_believed_unless_there_is_more_behind_the_last(has_next: bool, last: int) -> None:
    assert walked(10, 10, count=95, total_pages=2, has_next=has_next).last == last


def test_too_few_pages_are_believed_while_there_are_more_of_them() -> None:
    assert walked(10, count=95, total_pages=2, has_next=True).last == 2


def test_a_walk_that_began_in_the_middle_goes_on_only_where_a_next_page_is_named() -> None:
    assert walked(5, first=3, count=30, has_next=True).last == 4
    assert walked(10, first=3, count=5).last == 1


def test_nothing_is_doubtful_before_the_first_answer() -> None:
    assert not Walk(10).is_doubtful(5)


def test_a_page_behind_the_end_of_a_fresh_count_is_gone_and_the_last_one_is_not() -> None:
    walk = walked(10, count=30)
    fresh = facts(1, 10, 10, count=20)
    assert (walk.shrank(fresh, 2), walk.shrank(fresh, 3)) == (False, True)


def test_a_raised_size_counts_in_a_fresh_look_too() -> None:
    walk = walked(50, count=95)
    assert walk.shrank(facts(1, 10, 0, count=60), 3)


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ({"count": 3, "delivered": 20}, True),
        ({"count": 3, "delivered": 21}, False),
        ({"count": 29, "delivered": 28}, True),
        ({"count": 30, "delivered": 28}, False),
        ({"count": 29, "delivered": 29}, True),
        ({"count": 30, "delivered": 30}, False),
    ],
)
def test_a_page_counts_as_whole_only_with_room_to_spare(said: dict[str, Any], whole: bool) -> None:
    assert is_whole(facts(1, 30, **said)) is whole


@pytest.mark.parametrize(
    ("delivered", "said", "last"),
    [
        ((10,), {"count": 10, "has_next": True}, 2),
        ((10, 10), {"count": 10, "has_next": True}, 3),
        ((10, 10, 0), {"count": 10, "has_next": True}, 1),
        ((10,), {"count": 10, "total_pages": 3}, 2),
        ((10,), {"count": 9}, 2),
        ((10,), {"count": 10}, 1),
        ((9,), {"count": 8}, 2),
        ((10, 9), {"count": 10}, 1),
    ],
)
def test_more_rows_than_were_counted_are_looked_for_page_by_page(
    delivered: tuple[int, ...], said: dict[str, Any], last: int
) -> None:
    walk = walked(*delivered, **said)
    assert (walk.last, walk.past_count) == (last, sum(delivered) > said["count"] and len(delivered) > 1)


def test_a_next_page_that_was_not_named_where_there_was_one_is_not_believed_at_the_end() -> None:
    walk = walked(10, count=20)
    walk.take(facts(2, 10, 10, count=20, has_next=True))
    assert walk.last == 2
