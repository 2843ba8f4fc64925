"""The exact reading, step by step: passes, failures within them, and the page of all at the end."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from typing import Any

import pytest
from msgspec.structs import replace

from futureagi_simulate import exact
from futureagi_simulate.errors import FutureAGIError, ServerError, TransportError
from futureagi_simulate.exact import IncompleteListingError, read_exactly
from futureagi_simulate.pagination import Ask

from .played import Played, fetched


class Rows:
    """Six rows of which some are hidden; the server never gives more than `cap` a page."""

    def __init__(self, hidden: str = "", cap: int = 1000) -> None:
        self.hidden = hidden
        self.cap = cap
        self.faults: dict[int, FutureAGIError] = {}
        self.asked = 0

    def __call__(self, ask: Ask) -> Any:
        self.asked += 1
        if self.asked in self.faults:
            return self.faults[self.asked]
        size = min(ask.size, self.cap)
        last = -(-6 // size)
        if ask.number > last:
            return ServerError("no such page", status=500)
        shown = [
            row for row in "abcdef"[(ask.number - 1) * size : ask.number * size] if row not in self.hidden
        ]
        page = fetched(ask, "".join(shown), 6, has_next=ask.number < last)
        return replace(page, facts=replace(page.facts, total_pages=last))


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take any number of rows for more than one page should have."""
    monkeypatch.setattr(exact, "SMALL", 0)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, many: None) -> None:
    monkeypatch.setattr(exact, "SMALL", 1000)


def all_given(played: Played) -> str:
    return "".join("".join(page) for page in played.given)


def test_two_passes_of_different_sizes_prove_a_table_at_rest() -> None:
    played = Played(read_exactly(2, 1), Rows())
    assert [(ask.number, ask.size) for ask in played.asks] == [(1, 2), (2, 2), (3, 2), (1, 4), (2, 4)]
    assert all_given(played) == "abcdef"


def test_a_page_of_all_settles_it_where_rows_are_hidden() -> None:
    played = Played(read_exactly(1, 1), Rows(hidden="df"))
    assert played.raised is None
    assert all_given(played) == "abce"
    assert [ask.number for ask in played.asks[-1:]] == [1]


def test_what_cannot_be_proven_is_tried_three_times_at_once_and_then_told() -> None:
    played = Played(read_exactly(2, 1), Rows(hidden="df", cap=5))
    assert [(ask.number, ask.size) for ask in played.asks[-4:]][1:] == [(1, 56)] * 3
    assert played.asks[-4].size < 56
    assert isinstance(played.raised, IncompleteListingError)
    assert (played.raised.found, played.raised.count) == (("a", "b", "c", "e"), 6)
    assert played.raised.problem.startswith("After 4 passes and a page of all rows ")
    assert "exact=True" in played.raised.remedy
    assert played.raised.__cause__ is None
    assert played.raised.items == []


def test_a_page_that_fails_once_costs_its_pass_only() -> None:
    rows = Rows()
    rows.faults = {number: ServerError("moved", status=500) for number in (2, 4)}
    played = Played(read_exactly(2, 1), rows)
    assert played.raised is None
    assert all_given(played) == "abcdef"


def test_a_page_that_is_broken_is_raised_in_the_second_pass() -> None:
    class Broken(Rows):
        def __call__(self, ask: Ask) -> Any:
            return ServerError("broken", status=500) if ask.number == 2 else super().__call__(ask)

    played = Played(read_exactly(2, 1), Broken())
    assert isinstance(played.raised, ServerError)
    assert played.raised.page == 2
    assert {ask.size for ask in played.asks} == {2, 4}


@pytest.mark.parametrize("error", [ServerError("busy", status=503), TransportError("cut")], ids=repr)
def test_an_error_that_cannot_mean_the_end_is_raised_in_the_first_pass(error: FutureAGIError) -> None:
    rows = Rows()
    rows.faults = {2: error}
    played = Played(read_exactly(2, 1), rows)
    assert (played.raised, played.asked) == (error, [1, 2])


def test_where_the_page_of_all_fails_the_failure_is_the_cause() -> None:
    cut = TransportError("cut")

    class Narrow(Rows):
        def __call__(self, ask: Ask) -> Any:
            return cut if ask.size > 50 else super().__call__(ask)

    played = Played(read_exactly(2, 1), Narrow(hidden="d", cap=5))
    assert isinstance(played.raised, IncompleteListingError)
    assert played.raised.__cause__ is cut
    assert played.raised.found == ("a", "b", "c", "e", "f")


@pytest.mark.parametrize(
    ("cap", "asks"),
    [
        (3, [(1, 10), (2, 10), (1, 2), (2, 2), (3, 2)]),
        (1, [(number, 10) for number in range(1, 7)] + [(number, 1) for number in range(1, 7)]),
    ],
)
def test_where_the_server_lowers_the_size_the_next_pass_stays_below_it(
    cap: int, asks: list[tuple[int, int]]
) -> None:
    played = Played(read_exactly(10, 1), Rows(cap=cap))
    assert [(ask.number, ask.size) for ask in played.asks] == asks
    assert all_given(played) == "abcdef"


def test_rows_that_only_the_page_of_all_shows_are_given() -> None:
    class Shy(Rows):
        def __call__(self, ask: Ask) -> Any:
            self.hidden = "df" if ask.size <= 50 else ""
            self.cap = 5 if ask.size <= 50 else 1000
            return super().__call__(ask)

    played = Played(read_exactly(2, 1), Shy())
    assert (played.raised, all_given(played)) == (None, "abcedf")


def test_the_page_of_all_has_room_for_a_tenth_more() -> None:
    asked: list[int] = []

    def answer(ask: Ask) -> Any:
        asked.append(ask.size)
        page = fetched(ask, "a", 1000)
        return replace(page, facts=replace(page.facts, total_pages=1 if ask.size >= 1000 else 2))

    Played(read_exactly(2, 1), answer)
    assert asked[-1] == 1100


def test_a_page_of_all_that_newcomers_fill_may_close_the_proof() -> None:
    newcomers = "".join(chr(0x100 + number) for number in range(74))
    passes = iter(["abcd", "abef", "abcd", "abcd"])  # of 30 rows that are counted, the rest is never shown
    shown = ""

    def answer(ask: Ask) -> Any:
        nonlocal shown
        if ask.size == 81:
            return fetched(ask, "abcdef" + newcomers, 6)
        shown = next(passes) if ask.number == 1 else shown
        last = -(-30 // ask.size)
        slots = "abcdef"[(ask.number - 1) * ask.size : ask.number * ask.size]
        count = 31 if ask.number > 1 else 30  # it moves: another pass may show more
        page = fetched(ask, "".join(row for row in slots if row in shown), count, has_next=ask.number < last)
        return replace(page, facts=replace(page.facts, total_pages=last))

    played = Played(read_exactly(2, 1), answer)
    assert played.raised is None
    assert all_given(played) == "abcdef" + newcomers
    assert played.asks[-1] == Ask(1, 81)


def test_few_rows_take_one_page_of_all_after_the_first(few: None) -> None:
    played = Played(read_exactly(2, 1), Rows(hidden="df"))
    assert [(ask.number, ask.size) for ask in played.asks] == [(1, 2), (1, 56)]
    assert (played.raised, all_given(played)) == (None, "abce")


def test_a_page_of_all_that_the_server_lowers_is_the_first_of_a_pass(few: None) -> None:
    played = Played(read_exactly(2, 1), Rows(cap=4))
    assert [(ask.number, ask.size) for ask in played.asks] == [(1, 2), (1, 56), (2, 56), (1, 3), (2, 3)]
    assert (played.raised, all_given(played)) == (None, "abcdef")


def test_a_lowered_first_page_is_not_followed_by_a_page_of_all(few: None) -> None:
    played = Played(read_exactly(5, 1), Rows(cap=2))
    once, twice = [(1, 5), (2, 5), (3, 5)], [(number, 1) for number in range(1, 7)]
    assert [(ask.number, ask.size) for ask in played.asks] == once + twice


def test_where_another_page_could_not_be_told_from_the_last_passes_are_read(few: None) -> None:
    def answer(ask: Ask) -> Any:
        size = min(ask.size, 3)  # lowered without a word
        return fetched(ask, "abcdef"[(ask.number - 1) * size : ask.number * size], 6)

    played = Played(read_exactly(2, 1), answer)
    assert all_given(played) == "abcdef"
    assert max(ask.size for ask in played.asks) < 56


@pytest.mark.parametrize("error", [ServerError("too many", status=400), TransportError("cut")], ids=repr)
def test_a_page_of_all_that_is_refused_is_asked_for_once(few: None, error: FutureAGIError) -> None:
    class Narrow(Rows):
        def __call__(self, ask: Ask) -> Any:
            return error if ask.size > 50 else super().__call__(ask)

    played = Played(read_exactly(2, 1), Narrow())
    assert (played.raised, all_given(played)) == (None, "abcdef")
    assert sum(ask.size > 50 for ask in played.asks) == 1


def test_with_several_pages_at_once_the_second_pass_begins_with_the_count_alone() -> None:
    played = Played(read_exactly(2, 3), Rows())
    first, then = [(1, 2), (2, 2), (3, 2)], [(1, 3), (2, 3)]
    assert [(ask.number, ask.size) for ask in played.asks] == [*first, (1, 1), *then]
    assert all_given(played) == "abcdef"


def test_rows_without_ids_are_counted_with_the_first_page_of_each_pass() -> None:
    class Nameless(Rows):
        def __call__(self, ask: Ask) -> Any:
            page = super().__call__(ask)
            rows = tuple(Nameless.Row(letter) for letter in page.facts.ids)
            facts = replace(page.facts, ids=(None,) * len(rows))
            return replace(page, facts=facts, page=replace(page.page, items=rows))

        class Row(str):
            @property
            def raw_json(self) -> bytes:
                return self.encode()

    played = Played(read_exactly(2, 3), Nameless())
    assert (1, 1) not in [(ask.number, ask.size) for ask in played.asks]
    assert (played.raised, all_given(played)) == (None, "abcdef")


def test_the_count_is_asked_for_between_the_pages_of_two_passes() -> None:
    """All pages before and after it are: one under way meanwhile could show a row that was gone by then."""
    commands: list[str] = []

    def noted() -> Generator[Any, Any, None]:
        decisions, outcome = read_exactly(2, 3), None
        with suppress(StopIteration):
            while True:
                command = decisions.send(outcome)
                commands.append(type(command).__name__)
                outcome = yield command

    Played(noted(), Rows())
    whole = "Start Await Start Start Await Await Recheck Start Start Await Await"
    assert [name for name in commands if name != "Deliver"] == whole.split()


def test_a_count_that_is_too_low_proves_nothing() -> None:
    """Two rows are counted, and two are seen twice; there are five."""

    def answer(ask: Ask) -> Any:
        rows = "abcde" if ask.size > 50 else {1: "abc"}.get(ask.size, "abd")
        shown = rows[(ask.number - 1) * ask.size : ask.number * ask.size]
        return fetched(ask, shown, 2, has_next=ask.number * ask.size < len(rows))

    played = Played(read_exactly(1, 1), answer)
    assert set(all_given(played)) == set("abcde")
