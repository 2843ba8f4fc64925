"""Which rows a default reading takes for repeats: those of the last 5,000 or so, by their ids."""

from __future__ import annotations

from futureagi_simulate.listings.page import Ask, Facts
from futureagi_simulate.listings.planner import Neighbours


def facts(*ids: str | None) -> Facts:
    return Facts(Ask(1, len(ids) or 1), ids, None, None, False)


def numbered(first: int, count: int) -> Facts:
    return facts(*(str(number) for number in range(first, first + count)))


def test_a_row_of_any_of_the_small_pages_before_is_a_repeat() -> None:
    neighbours = Neighbours()
    for identity in "abc":
        assert neighbours.fresh(facts(identity)) == [0]
    assert neighbours.fresh(facts("x", "a", "c", "y")) == [0, 3]


def test_a_row_of_a_large_page_before_is_a_repeat_and_one_of_the_page_before_that_is_forgotten() -> None:
    neighbours = Neighbours()
    assert len(neighbours.fresh(numbered(0, 5_000))) == 5_000
    assert neighbours.fresh(numbered(4_999, 5_001)) == list(range(1, 5_001))
    assert neighbours.fresh(facts("9999", "0", "5000")) == [1]


def test_4999_rows_are_not_enough_to_forget_any() -> None:
    neighbours = Neighbours()
    neighbours.fresh(numbered(0, 4_999))
    neighbours.fresh(numbered(5_000, 5_000))
    assert neighbours.fresh(facts("0")) == []


def test_rows_without_an_id_are_never_repeats() -> None:
    neighbours = Neighbours()
    assert neighbours.fresh(facts(None, "a", None)) == [0, 1, 2]
    assert neighbours.fresh(facts(None, "a")) == [0]
