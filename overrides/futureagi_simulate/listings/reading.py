"""How a listing is read by default.

Page after page once, with a warning when it changed under the reader's feet.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from futureagi_simulate.listings.page import Facts
from futureagi_simulate.listings.planner import Changed, Command, Deliver, Outcome, Walk, Window, ask_alone

__all__ = ["Neighbours", "read"]

_REMEMBERED: Final = 5_000


class Neighbours:
    """Remembers the ids of the pages before: at least 5,000 of them, or the page before if that has more."""

    def __init__(self) -> None:
        self._older: set[str] = set()
        self._newer: set[str] = set()

    def fresh(self, facts: Facts) -> list[int]:
        """Tell which rows weren't on the pages before, or earlier on this one, and remember them."""
        if len(self._newer) >= _REMEMBERED:
            self._older, self._newer = self._newer, set()
        rows = []
        for row, identity in enumerate(facts.ids):
            if identity is None:
                rows.append(row)
            elif identity not in self._newer and identity not in self._older:
                self._newer.add(identity)
                rows.append(row)
        return rows


def read(
    size: int, prefetch: int, variants: int = 1, first: int = 1
) -> Generator[Command, Outcome | None, None]:
    """Read pages from `first` to the last; an item seen on the pages before isn't given again.

    One `Changed` tells when the listing changed meanwhile: its count moved, rows moved from page to page,
    its last pages vanished. Where rows are hidden, a row that slips from page to page may be one that isn't
    shown; so if fewer rows came than were counted, the first page is read once more to see whether the
    order moved.
    """
    walk = Walk(size, first, variants)
    window = Window(walk, prefetch)
    neighbours = Neighbours()
    beginning: Facts | None = None
    told = False
    while (fetched := (yield from window.next())) is not None:
        facts = fetched.facts
        beginning = beginning or facts
        rows = neighbours.fresh(facts)
        how = None if told else _change(facts, beginning.count, facts.delivered - len(rows))
        if how is not None:
            told = True
            yield Changed(how)
        yield Deliver(fetched.keeping(rows), fetched)
    if told or beginning is None:
        return
    if window.shrank:
        yield Changed("its last pages vanished")
    elif (walk.last or 1) > first == 1 and walk.rows < (beginning.count or 0):
        again = yield from ask_alone(beginning.ask)
        if again is not None and again.facts.ids != beginning.ids:
            yield Changed("its first page is another one now")


def _change(facts: Facts, count: int | None, repeated: int) -> str | None:
    if facts.count is not None and facts.count != count:
        return f"its count went from {count} to {facts.count} at page {facts.ask.number}"
    if repeated:
        return f"page {facts.ask.number} repeats {repeated} of the rows before it"
    return None
