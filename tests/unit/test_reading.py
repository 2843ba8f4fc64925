"""The default reading, step by step: what is asked, what is given, and when a change is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from futureagi_simulate.errors import FutureAGIError, ServerError
from futureagi_simulate.listings.page import Ask, Facts, Fetched, Page
from futureagi_simulate.listings.planner import Await, Changed, Deliver, Start
from futureagi_simulate.listings.reading import read

Answer = Callable[[Ask], Any]


class Played:
    """What a reading asked for, gave and told."""

    def __init__(self, decisions: Generator[Any, Any, None], answer: Answer) -> None:
        self.asked: list[int] = []
        self.given: list[tuple[Any, ...]] = []
        self.told: list[str] = []
        under_way: deque[Any] = deque()
        outcome = None
        for _ in range(1000):
            try:
                command = decisions.send(outcome)
            except StopIteration:
                break
            outcome = None
            match command:
                case Start(ask):
                    self.asked.append(ask.number)
                    under_way.append(answer(ask))
                case Await():
                    outcome = under_way.popleft()
                case Changed(how):
                    self.told.append(how)
                case Deliver(page, _):
                    self.given.append(page.items)


def fetched(ask: Ask, ids: str, count: int | None, has_next: bool = False) -> Fetched[str]:
    """Make an answer whose rows are one letter each."""
    facts = Facts(ask, tuple(ids), count, None, has_next)
    return Fetched(facts, Page(ask.number, tuple(ids), count))


def pages(*ids: str, count: int) -> Answer:
    """Answer with these pages, and with an error past the last."""

    def answer(ask: Ask) -> Fetched[str] | FutureAGIError:
        if ask.number > len(ids):
            return ServerError("no such page", status=500)
        return fetched(ask, ids[ask.number - 1], count)

    return answer


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
    assert Played(read(2, 1, first=2), pages("ab", "c", "ef", count=6)).asked == [2, 3]


def test_a_listing_without_a_count_is_not_looked_at_again() -> None:
    played = Played(read(2, 1), lambda ask: fetched(ask, "abc"[ask.number - 1], None, ask.number < 3))
    assert (played.asked, played.told) == ([1, 2, 3], [])


def test_a_count_that_is_missing_from_a_page_is_no_change() -> None:
    counts = iter([4, None])
    played = Played(read(2, 1), lambda ask: fetched(ask, ["ab", "cd"][ask.number - 1], next(counts)))
    assert (played.given, played.told) == ([("a", "b"), ("c", "d")], [])


def test_beginning_past_the_end_gives_nothing_and_tells_nothing() -> None:
    played = Played(read(2, 1, first=9), pages("ab", "cd", count=4))
    assert (played.given, played.told) == ([], [])
