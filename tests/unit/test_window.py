"""Pages that fail while others are under way, variants of a request: what is asked next."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from futureagi_simulate.errors import ServerError, TransportError
from futureagi_simulate.listings.page import Ask, Facts
from futureagi_simulate.listings.planner import Walk
from futureagi_simulate.listings.reading import read

from .played import Played, fetched, pages

THREE = ("ab", "cd", "ef")


def gone(status: int = 500) -> ServerError:
    return ServerError("no such page", status=status)


class Flaky:
    """Three pages of two rows; `faults` maps a page to the errors it gives before it works."""

    def __init__(self, faults: dict[int, list[Any]], counts: list[int] | None = None) -> None:
        self.faults = faults
        self.counts = counts or []

    def __call__(self, ask: Ask) -> Any:
        if self.faults.get(ask.number):
            return self.faults[ask.number].pop(0)
        count = self.counts.pop(0) if self.counts else 6
        return fetched(ask, THREE[ask.number - 1], count)


@pytest.mark.parametrize("status", [404, 500])
def test_a_page_that_is_missing_for_a_moment_is_read_after_a_look_at_the_first(status: int) -> None:
    played = Played(read(2, 1), Flaky({2: [gone(status)]}))
    assert played.asked == [1, 2, 1, 2, 3]
    assert (played.given, played.told) == ([tuple(page) for page in THREE], [])


def test_the_last_page_is_looked_for_too() -> None:
    played = Played(read(2, 1), Flaky({3: [gone()]}))
    assert played.asked == [1, 2, 3, 1, 3]
    assert (played.given, played.told) == ([tuple(page) for page in THREE], [])


def test_a_page_behind_the_end_that_an_earlier_page_told_of_is_not_looked_for() -> None:
    def answer(ask: Ask) -> Any:
        if ask.number == 3:
            return gone()
        rows, count, stated = [("abc", 12, 3), ("def", 8, 2)][ask.number - 1]
        page = fetched(ask, rows, count)
        return replace(page, facts=replace(page.facts, total_pages=stated))

    played = Played(read(2, 3), answer)
    assert played.asked == [1, 2, 3]
    assert played.told == ["its count went from 12 to 8 at page 2"]
    assert played.raised is None


def test_a_connection_that_breaks_is_raised_at_once() -> None:
    cut = TransportError("cut")
    played = Played(read(2, 1), Flaky({2: [cut]}))
    assert (played.asked, played.raised, cut.page) == ([1, 2], cut, 2)


def test_a_page_that_stays_missing_though_it_should_be_there_is_an_error() -> None:
    error = gone()
    played = Played(read(2, 1), Flaky({2: [error] * 9}))
    assert played.asked == [1, 2, 1, 2, 1]
    assert played.raised is error
    assert error.page == 2
    assert error.__notes__ == ["This was page 2 of a listing; pages(start=2) goes on from there."]


def test_a_missing_page_is_looked_for_ten_times_while_the_count_moves() -> None:
    played = Played(read(2, 1), Flaky({2: [gone() for _ in range(99)]}, [6, *range(7, 99)]))
    assert played.asked == [1] + [2, 1] * 10 + [2]
    assert isinstance(played.raised, ServerError)


def test_a_page_is_an_error_where_the_first_page_fails_too() -> None:
    first = [None, gone()]

    def answer(ask: Ask) -> Any:
        if ask.number == 1:
            return first.pop(0) or fetched(ask, "ab", 6)
        return gone()

    played = Played(read(2, 1), answer)
    assert played.asked == [1, 2, 1]
    assert isinstance(played.raised, ServerError)
    assert played.raised.page == 2


@pytest.mark.parametrize("status", [400, 403, 429, 502])
def test_an_error_that_cannot_mean_the_end_is_raised_at_once(status: int) -> None:
    played = Played(read(2, 1), Flaky({2: [gone(status)]}))
    assert played.asked == [1, 2]
    assert played.raised is not None


def test_a_first_page_that_fails_is_raised_at_once() -> None:
    played = Played(read(2, 1), Flaky({1: [gone()]}))
    assert (played.asked, played.raised is not None) == ([1], True)


def test_pages_under_way_behind_a_missing_one_are_dropped_and_asked_for_again() -> None:
    played = Played(read(2, 3), Flaky({2: [gone()]}))
    assert played.asked == [1, 2, 3, 1, 2, 3]
    assert (played.given, played.told) == ([tuple(page) for page in THREE], [])


@pytest.mark.parametrize("prefetch", [1, 2, 3])
def test_so_many_pages_are_under_way_and_no_more(prefetch: int) -> None:
    letters = "abcdefghijkl"
    answer = pages(*(letters[place : place + 2] for place in range(0, 12, 2)), count=12)
    assert Played(read(2, prefetch), answer).most_under_way == prefetch


def test_the_next_pages_are_begun_before_a_page_is_given() -> None:
    answer = pages("ab", "cd", "ef", "gh", "ij", count=10)
    assert Played(read(2, 2), answer).asked_when_given == [3, 4, 5, 5, 5]


def test_a_page_that_was_only_perhaps_there_ends_the_listing_in_silence() -> None:
    def answer(ask: Ask) -> Any:
        if ask.number > 3:
            return gone()
        return fetched(ask, ["ab", "c", "de"][ask.number - 1], 6, has_next=True)

    played = Played(read(2, 1), answer)
    assert played.asked == [1, 2, 3, 4, 1]
    assert (played.given, played.told) == ([("a", "b"), ("c",), ("d", "e")], [])
    assert played.raised is None


def variants(*counts: int) -> Any:
    """Answer each variant with its count of rows on pages of two."""

    def answer(ask: Ask) -> Any:
        count = counts[ask.variant]
        rows = "abcdefgh"[:count][(ask.number - 1) * 2 : ask.number * 2]
        return fetched(ask, rows, count) if rows or ask.number == 1 else gone()

    return answer


@pytest.mark.parametrize(
    ("counts", "asked", "given"),
    [
        ((4, 9), [(1, 0), (2, 0)], "abcd"),
        ((0, 4), [(1, 0), (1, 1), (2, 1)], "abcd"),
        ((0, 0, 2), [(1, 0), (1, 1), (1, 2)], "ab"),
        ((0, 0), [(1, 0), (1, 1)], ""),
    ],
)
def test_the_next_variant_is_asked_only_when_one_finds_nothing(
    counts: tuple[int, ...], asked: list[tuple[int, int]], given: str
) -> None:
    played = Played(read(2, 1, variants=len(counts)), variants(*counts))
    assert [(ask.number, ask.variant) for ask in played.asks] == asked
    assert "".join("".join(page) for page in played.given) == given


def test_a_listing_that_is_emptied_while_it_is_read_is_not_begun_anew_with_another_variant() -> None:
    played = Played(
        read(2, 1, variants=2),
        lambda ask: fetched(ask, "ab", 4) if ask.number == 1 else fetched(ask, "", 0),
    )
    assert [(ask.number, ask.variant) for ask in played.asks] == [(1, 0), (2, 0)]
    assert played.told == ["its count went from 4 to 0 at page 2"]


def test_a_reading_that_begins_in_the_middle_finds_the_variant_that_has_rows() -> None:
    played = Played(read(2, 1, variants=2, start=2), variants(0, 4))
    assert [(ask.number, ask.variant) for ask in played.asks] == [(2, 0), (1, 0), (2, 1)]
    assert (played.given, played.told) == ([("c", "d")], [])


def test_a_walk_has_one_variant_unless_told_otherwise() -> None:
    assert Walk(10).start_over(Facts(Ask(1, 10), (), 0, None, False)) is False
