"""How a listing is read by default.

Page after page once, with a warning when it changed under the reader's feet.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from futureagi_simulate.page import Facts
from futureagi_simulate.planner import Changed, Command, Deliver, Outcome, Walk, Window

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

    One `Changed` tells when the listing changed meanwhile: its count moved, rows moved from page to page, or
    its last pages vanished. Rows that moved across a page boundary in the other direction can't be seen, so
    then one may be missing.
    """
    window = Window(Walk(size, first, variants), prefetch)
    neighbours = Neighbours()
    count: int | None = None
    told = False
    while (fetched := (yield from window.next())) is not None:
        facts = fetched.facts
        rows = neighbours.fresh(facts)
        count = facts.count if count is None else count
        how = None if told else _change(facts, count, facts.delivered - len(rows))
        if how is not None:
            told = True
            yield Changed(how)
        yield Deliver(fetched.keeping(rows), fetched)
    if window.shrank and not told:
        yield Changed("its last pages vanished")


def _change(facts: Facts, count: int | None, repeated: int) -> str | None:
    if facts.count is not None and facts.count != count:
        return f"its count went from {count} to {facts.count} at page {facts.ask.number}"
    if repeated:
        return f"page {facts.ask.number} repeats {repeated} of the rows before it"
    return None
