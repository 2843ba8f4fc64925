"""The default reading, step by step: what is asked, what is given, and when a change is told."""

from __future__ import annotations

from typing import Any

from futureagi_simulate.errors import ServerError
from futureagi_simulate.listings.page import Ask, Fetched
from futureagi_simulate.listings.reading import read

from .played import Played, fetched, pages


def test_where_rows_are_hidden_the_first_page_is_looked_at_once_more() -> None:
    played = Played(read(2, 1), pages("ab", "c", "ef", count=6))
    assert played.asked == [1, 2, 3, 1]
    assert played.given == [("a", "b"), ("c",), ("e", "f")]
    assert played.told == []


def test_where_rows_are_hidden_another_first_page_tells_that_the_order_moved() -> None:
    firsts = iter(["ab", "ba"])

    def answer(ask: Ask) -> Fetched[str]:
        return fetched(ask, next(firsts) if ask.number == 1 else "c", 4)

    played = Played(read(2, 1), answer)
    assert played.asked == [1, 2, 1]
    assert played.told == ["its first page is another one now"]
    assert played.given == [("a", "b"), ("c",)], "the second look is given to nobody"


def test_a_second_look_that_fails_tells_nothing() -> None:
    answers = iter([True, False])

    def answer(ask: Ask) -> Any:
        if ask.number == 2:
            return fetched(ask, "c", 4)
        return fetched(ask, "ab", 4) if next(answers) else ServerError("broken", status=500)

    played = Played(read(2, 1), answer)
    assert (played.asked, played.told) == ([1, 2, 1], [])


def test_a_listing_whose_rows_all_came_is_not_looked_at_again() -> None:
    assert Played(read(2, 1), pages("ab", "cd", count=4)).asked == [1, 2]


def test_a_listing_of_one_page_is_not_looked_at_again_though_rows_are_hidden() -> None:
    assert Played(read(10, 1), pages("ab", count=4)).asked == [1]


def test_a_reading_that_began_in_the_middle_does_not_look_at_the_first_page() -> None:
    assert Played(read(2, 1, start=2), pages("ab", "c", "ef", count=6)).asked == [2, 3]


def test_a_listing_without_a_count_is_not_looked_at_again() -> None:
    played = Played(read(2, 1), lambda ask: fetched(ask, "abc"[ask.number - 1], None, ask.number < 3))
    assert (played.asked, played.told) == ([1, 2, 3], [])


def test_a_count_that_is_missing_from_a_page_is_no_change() -> None:
    counts = iter([4, None])
    played = Played(read(2, 1), lambda ask: fetched(ask, ["ab", "cd"][ask.number - 1], next(counts)))
    assert (played.given, played.told) == ([("a", "b"), ("c", "d")], [])


def test_beginning_past_the_end_gives_nothing_and_tells_nothing() -> None:
    played = Played(read(2, 1, start=9), pages("ab", "cd", count=4))
    assert (played.given, played.told) == ([], [])
