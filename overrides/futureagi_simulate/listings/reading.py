"""How a listing is read by default.

Page after page once, with a warning where rows may have been missed.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final, Literal

from futureagi_simulate.listings.page import Facts, Fetched
from futureagi_simulate.listings.planner import Changed, Command, Deliver, Look, Outcome, Walk, Window
from futureagi_simulate.records.values import first

__all__ = ["read"]

_TIMES: Final = ("timestamp", "updated_at", "started_at", "start_time", "created_at")


def read(
    size: int, prefetch: int, variants: int = 1, start: int = 1
) -> Generator[Command, Outcome | None, None]:
    """Read pages from `start` to the last; an item seen on the pages before isn't given again.

    One `Changed` tells that rows may be missing: the count moved or is too low, rows came twice, the last
    pages vanished. Where rows came twice under the same count, the first page is read once more: if it is the
    same, the listing didn't change. Where rows are hidden, a row that slips from page to page may be one that
    isn't shown; so if fewer rows came than were counted, that is done at the end.
    """
    walk = Walk(size, start, variants)
    window = Window(walk, prefetch)
    beginning: Fetched[object] | None = None
    told = False
    while (fetched := (yield from window.next())) is not None:
        facts = fetched.facts
        beginning = beginning or fetched
        rows = walk.fresh
        change = None if told else _moved(facts, beginning.facts.count, walk)
        if change is None and not told and len(rows) < facts.delivered:
            change = yield from _repeated(fetched, len(rows), beginning)
        if change is not None:
            told = True
            yield change
        if rows or not walk.is_doubtful(facts.ask.number):
            yield Deliver(fetched.keeping(rows), fetched)
    if window.stuck is not None:
        raise window.stuck
    if told or beginning is None:
        return
    if window.shrank:
        yield Changed("its last pages vanished")
    elif (walk.last or 1) > start == 1 and walk.rows < (beginning.facts.count or 0):
        again = yield Look(beginning.facts.ask)
        if isinstance(again, Fetched) and again.facts.ids != beginning.facts.ids:
            yield Changed("its first page is another one now", _cause(beginning, again))


def _moved(facts: Facts, count: int | None, walk: Walk) -> Changed | None:
    """Return what the count of an answer gives away."""
    if facts.count is not None and facts.count != count:
        return Changed(f"its count went from {count} to {facts.count} at page {facts.ask.number}")
    if walk.past_count:
        return Changed(f"its count is {count}, and page {facts.ask.number} has more rows", "count")
    return None


def _repeated(
    fetched: Fetched[object], fresh: int, beginning: Fetched[object]
) -> Generator[Command, Outcome | None, Changed]:
    """Find out why rows came twice."""
    number, repeated = fetched.facts.ask.number, fetched.facts.delivered - fresh
    how = f"page {number} repeats {repeated} of the rows before it"
    again = yield Look(beginning.facts.ask)
    if not isinstance(again, Fetched):
        return Changed(how, "unknown")
    cause = _cause(beginning, again)
    return Changed(how, "page" if cause == "ties" and not fresh else cause)


def _cause(before: Fetched[object], after: Fetched[object]) -> Literal["change", "ties"]:
    """Return why rows may have come twice or not at all, from two answers for the first page.

    The listings are ordered by time, the newest first, so that what changes shows up there. Rows that only
    have equal times may come and go without any change.
    """
    if before.facts.count != after.facts.count:
        return "change"
    times = {
        row: _time(item)
        for page in (before, after)
        for row, item in zip(page.facts.ids, page.page.items, strict=True)
    }
    moved = set(before.facts.ids) ^ set(after.facts.ids)
    return "ties" if not moved or len({times[row] for row in moved} - {None}) == 1 else "change"


def _time(item: object) -> str | None:
    """Return the time that the listing of an item is ordered by, if it is sent."""
    raw = getattr(item, "raw", None)
    return first(raw, *_TIMES) if isinstance(raw, dict) else None
