"""The default reading, step by step: what is asked, what is given, and when a change is told."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from futureagi_simulate.errors import ContractError, ServerError
from futureagi_simulate.listings.exact import IncompleteListingError, read_exactly
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


class Timed(str):
    """A row of one letter and the time it is ordered by."""

    __slots__ = ("raw",)

    def __new__(cls, text: str) -> Timed:
        row = super().__new__(cls, text[0])
        row.raw = {"timestamp": text[1:]} if text[1:] else {}
        return row


def timed(ask: Ask, rows: str, count: int) -> Fetched[Any]:
    items = tuple(Timed(row) for row in rows.split())
    page = fetched(ask, "".join(items), count)
    return replace(page, page=replace(page.page, items=items))


@pytest.mark.parametrize(
    ("answers", "cause"),
    [
        (("a3 b2", "b2 d1", "a3 b2"), "ties"),
        (("a3 b2", "b2 d1", "b2 a3"), "ties"),
        (("a3 b2", "b2 d2", "a3 c2"), "ties"),
        (("a3 b2", "b2 d1", "c4 a3"), "change"),
        (("a3 b2", "b2 d1", "c4 b2"), "change"),
        (("a b", "b d", "c a"), "change"),
        (("a3 b2", "b2 a3", "a3 b2"), "page"),
        (("a3 b2", "b2 a3", "c4 a3"), "change"),
    ],
)
def test_a_row_that_comes_twice_is_explained_by_a_second_look(answers: tuple[str, ...], cause: str) -> None:
    pages = iter(answers)
    played = Played(read(2, 1), lambda ask: timed(ask, next(pages), 4))
    assert played.asked == [1, 2, 1]
    assert (played.causes, len(played.told)) == ([cause], 1)
    assert "page 2 repeats" in played.told[0]


def test_a_row_that_comes_twice_while_the_second_look_fails_is_left_unexplained() -> None:
    answers = iter([True, False])

    def answer(ask: Ask) -> Any:
        if ask.number == 2:
            return fetched(ask, "bc", 4)
        return fetched(ask, "ab", 4) if next(answers) else ServerError("broken", status=503)

    assert Played(read(2, 1), answer).causes == ["unknown"]


def test_the_second_look_leaves_the_pages_under_way_alone() -> None:
    played = Played(read(2, 3), pages("ab", "bc", "de", "fg", "hi", count=10))
    assert sorted(played.asked) == [1, 1, 2, 3, 4, 5]
    assert "".join("".join(page) for page in played.given) == "abcdefghi"


UNENDING = {
    "a huge count over empty pages": lambda ask: fetched(ask, "", 10**9, has_next=True),
    "empty pages behind the first": lambda ask: fetched(ask, "ab" if ask.number == 1 else "", 10**9),
    "two pages in turn": lambda ask: fetched(ask, ("ab", "cd")[ask.number % 2], 10**9, has_next=True),
    "the page is ignored": lambda ask: fetched(ask, "ab", 10**9, has_next=True),
    "the page is ignored, in any order": lambda ask: fetched(ask, ("ab", "ba")[ask.number % 2], 10**9),
    "a count that grows": lambda ask: fetched(ask, "ab", ask.number * 2 + 2, has_next=True),
    "many total pages": lambda ask: replace(
        fetched(ask, "", 10), facts=replace(fetched(ask, "", 10).facts, total_pages=10**9)
    ),
}


@pytest.mark.parametrize("prefetch", [1, 8])
@pytest.mark.parametrize("what", UNENDING)
def test_a_walk_that_comes_to_nothing_ends_with_an_error(what: str, prefetch: int) -> None:
    played = Played(read(2, prefetch), UNENDING[what])
    assert isinstance(played.raised, ContractError)
    assert "pages in a row" in str(played.raised)
    assert played.raised.remedy
    assert played.raised.page is not None
    assert len(played.asks) < 120


@pytest.mark.parametrize("prefetch", [1, 8])
@pytest.mark.parametrize("what", UNENDING)
def test_an_exact_walk_that_comes_to_nothing_ends_with_an_error(what: str, prefetch: int) -> None:
    played = Played(read_exactly(2, prefetch), UNENDING[what])
    assert isinstance(played.raised, IncompleteListingError)
    assert len(played.asks) < 120
    assert len(set(played.raised.found)) == len(played.raised.found) <= 4


def test_an_exact_listing_with_many_deleted_rows_is_settled_by_the_page_of_all() -> None:
    def answer(ask: Ask) -> Any:
        shown = "ab" if ask.number == 1 else ""
        page = fetched(ask, shown, 500)
        return replace(page, facts=replace(page.facts, total_pages=-(-500 // ask.size)))

    played = Played(read_exactly(2, 1), answer)
    assert (played.raised, [ask.size for ask in played.asks][-1]) == (None, 550)


def test_pages_in_the_middle_may_be_empty() -> None:
    played = Played(read(2, 1), lambda ask: fetched(ask, {1: "ab", 99: "cd"}.get(ask.number, ""), 198))
    assert played.raised is None
    assert "".join("".join(page) for page in played.given) == "abcd"


def test_a_walk_of_unknown_length_without_ids_ends_where_its_page_comes_again() -> None:
    def answer(ask: Ask) -> Any:
        page = fetched(ask, "ab", None, has_next=True)
        return replace(page, facts=replace(page.facts, ids=(None, None)))

    assert Played(read(2, 1), answer).asked == [1, 2]


LETTERS = "abcdefghijkl"


@pytest.mark.parametrize("prefetch", [1, 4])
@pytest.mark.parametrize("past", ["error", "empty", "the last page again"])
@pytest.mark.parametrize("says", ["next", "total_pages", "rows"])
def test_a_count_that_is_too_low_does_not_end_the_reading(says: str, past: str, prefetch: int) -> None:
    told = 1 if says == "rows" else 2

    def answer(ask: Ask) -> Any:
        rows = LETTERS[ask.number * 2 - 2 : ask.number * 2]
        if not rows and past == "error":
            return ServerError("no such page", status=500)
        rows = rows or ("kl" if past != "empty" else "")
        page = fetched(ask, rows, told, has_next=says == "next" and ask.number < 6)
        return replace(page, facts=replace(page.facts, total_pages=6 if says == "total_pages" else None))

    played = Played(read(2, prefetch), answer)
    assert played.raised is None
    assert "".join("".join(page) for page in played.given) == LETTERS
    assert played.causes == ["count"]
    assert max(played.asked) <= 7
    exact = Played(read_exactly(2, prefetch), answer)
    if exact.raised is None:
        assert "".join("".join(page) for page in exact.given) == LETTERS


def test_a_next_page_that_is_not_there_is_no_change() -> None:
    played = Played(read(2, 1), lambda ask: fetched(ask, "ab" if ask.number == 1 else "", 2, has_next=True))
    assert (played.asked, played.given, played.told) == ([1, 2], [("a", "b")], [])
