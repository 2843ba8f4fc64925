"""When an exact listing counts as complete: ids seen before and after they were counted."""

from __future__ import annotations

import pytest

from futureagi_simulate.exact import Sightings
from futureagi_simulate.pagination import Ask, Facts

Passes = list[list[tuple[int, str]]]


def noted(passes: Passes) -> Sightings:
    """Note passes of pages; a page is the count it reports and the ids on it, one letter each."""
    seen = Sightings()
    for pages in passes:
        seen.begin()
        for number, (count, ids) in enumerate(pages, start=1):
            seen.note(Facts(Ask(number, 2), tuple(ids), count, None, False), tuple(ids))
    return seen


@pytest.mark.parametrize(
    ("passes", "complete"),
    [
        ([[(4, "ab"), (4, "cd")]], False),
        ([[(4, "ab"), (4, "cd")], [(4, "ab"), (4, "cd")]], True),
        ([[(4, "ab"), (4, "cd")], [(4, "cdab")]], True),
        ([[(4, "ab"), (4, "bc")], [(4, "ab"), (4, "cd")]], False),
        ([[(4, "ab"), (4, "bc")], [(4, "ab"), (4, "cd")], [(4, "abcd")]], True),
        ([[(3, "ab")], [(3, "a"), (3, "bd")]], False),
        ([[(3, "ab")], [(3, "ad"), (3, "b")]], False),
        ([[(3, "abc")], [(2, "ab")]], True),
        ([[(3, "abc")], [(3, "ab")]], False),
        ([[(5, "ab"), (5, "cd")], [(5, "ab"), (5, "cd")]], False),
        ([[(3, "ab"), (3, "c")], [(4, "da"), (4, "bc")]], False),
        ([[(3, "ab"), (3, "c")], [(4, "da"), (4, "bc")], [(4, "dabc")]], True),
        ([[(3, "ab")], [(3, "abc")], [(4, "abc")]], False),
        ([[(3, "a")], [(3, "ab")], [(2, "a")]], False),
    ],
    ids=[
        "one pass",
        "two equal passes",
        "another order",
        "a row missed in the first pass",
        "found in the second, confirmed by the third",
        "a row that came after the count makes up for none that was missed",
        "nor one that came with it",
        "a row that left before the count",
        "a row that left after it",
        "hidden rows",
        "a row that came between the passes",
        "confirmed by the next",
        "a row of the second pass was not seen before it, however often afterwards",
        "nor after the third, in which it was missing",
    ],
)
def test_a_table_is_complete_when_as_many_ids_as_were_counted_were_seen_before_and_after(
    passes: Passes, complete: bool
) -> None:
    assert noted(passes).proven() is complete


def test_only_rows_not_seen_before_are_fresh() -> None:
    seen = noted([[(4, "ab"), (4, "bc")]])
    assert seen.note(Facts(Ask(3, 2), ("c", "d", "d"), 4, None, False), ("c", "d", "d")) == [1]
    assert seen.ids() == ("a", "b", "c", "d")


def test_rows_without_an_id_are_listed_as_texts_too() -> None:
    class Row:
        raw_json = b"{}"

    seen = Sightings()
    seen.begin()
    assert seen.note(Facts(Ask(1, 2), (None, None), 2, None, False), (Row(), Row())) == [0, 1]
    assert [type(identity) for identity in seen.ids()] == [str, str]


def test_ids_are_told_apart_and_given_back_as_they_were_spelt() -> None:
    ids = ("6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "6F9619FF-8B86-4D01-B42D-00CF4FC964FF", "plain")
    seen = Sightings()
    seen.begin()
    assert seen.note(Facts(Ask(1, 3), ids, 3, None, False), ids) == [0, 1, 2]
    assert seen.ids() == ids
