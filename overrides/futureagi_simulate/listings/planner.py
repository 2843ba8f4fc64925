"""Which page to ask for next, and when to stop: decided from what the answers say, without any I/O.

Pages are asked for by number; the links in `next` are never followed. Where the end is follows from `count`
and the page size that really applies: the server may lower the size that was asked for, pages in the middle
may be short or empty, and `count` may move from answer to answer. Asking past the end is an error on three of
the endpoints, so that it is only done where an answer contradicts its own `count`: `next` or `total_pages`
name a further page, or more rows came than were counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from futureagi_simulate.errors import APIStatusError, ContractError, FutureAGIError
from futureagi_simulate.listings.page import Ask, Facts, Fetched, Page

__all__ = [
    "Await",
    "Changed",
    "Command",
    "Deliver",
    "Drop",
    "Look",
    "Neighbours",
    "Outcome",
    "Start",
    "Walk",
    "Window",
    "is_whole",
    "may_be_past_the_end",
]


class Start(msgspec.Struct, frozen=True):
    """Begin fetching a page."""

    ask: Ask


class Await(msgspec.Struct, frozen=True):
    """Wait for the page that was started first of those under way, and send its outcome back."""


class Look(msgspec.Struct, frozen=True):
    """Fetch a page now, apart from those under way, and send its outcome back."""

    ask: Ask


class Drop(msgspec.Struct, frozen=True):
    """Cancel all pages under way; their outcomes aren't wanted."""


class Deliver(msgspec.Struct, frozen=True):
    """Hand a page to the reader: the one fetched, without the rows that were given before."""

    page: Page[object]
    fetched: Fetched[object]


class Changed(msgspec.Struct, frozen=True):
    """Warn that rows may be missing: how that showed, and what the cause is.

    The cause is "change" where the listing changed while it was read, "ties" where it didn't and rows came in
    another order all the same, "page" where a page was answered with an earlier one, "count" where more rows
    came than the server counted, and "unknown" where that can't be told.
    """

    how: str
    cause: Literal["change", "ties", "page", "count", "unknown"] = "change"


Command = Start | Await | Look | Drop | Deliver | Changed
Outcome = Fetched[object] | FutureAGIError

_PAST_THE_END: Final = frozenset({404, 500})
_LOOKS: Final = 10
_ROOM: Final = 10
_REMEMBERED: Final = 5_000
_BARREN: Final = 100  # pages in a row without a new row; deleted calls are counted, so that a few are normal


class Neighbours:
    """Remembers the ids of the pages before: at least 5,000 of them, or the page before if that has more."""

    def __init__(self) -> None:
        self._older: set[str] = set()
        self._newer: set[str] = set()

    def fresh(self, facts: Facts) -> list[int]:
        """Return which rows weren't on the pages before, or earlier on this one, and remember them."""
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


class Walk:
    """One walk over the pages of a listing, in order.

    There may be `variants`, requests to use one after another until one finds something. `last` is the last
    page as far as known, `rows` the number of rows that came, `lowered_size` the page size where the server
    lowered it. `fresh` are the rows of the last answer that weren't on the pages before; `barren` is the
    number of pages in a row up to it that had nothing new. `past_count` tells that more rows came than
    `count` allows for.
    """

    def __init__(self, size: int, first: int = 1, variants: int = 1) -> None:
        self.last: int | None = None
        self.rows = 0
        self.lowered_size: int | None = None
        self.fresh: list[int] = []
        self.barren = 0
        self.past_count = False
        self._size = size
        self._first = self._next = first
        self._variants = variants
        self._variant = 0
        self._most = 0
        self._uniform = True
        self._next_is_true = True  # until it is missing where the count tells of further pages
        self._sure: int | None = None
        self._count: int | None = None
        self._count_moved = False
        self._neighbours = Neighbours()
        self._pages: set[int] = set()

    def ask(self) -> Ask | None:
        """Tell which page to ask for now, None if none is known to be left.

        The first page is asked for alone.
        """
        known = self._first if self.last is None else self.last
        if self._next > known:
            return None
        self._next += 1
        return Ask(self._next - 1, self._size, self._variant)

    def start_over(self, facts: Facts) -> bool:
        """Go on to the next of the variants if the first answer says that this one finds nothing."""
        if self.last is not None or facts.count != 0 or self._variant + 1 == self._variants:
            return False
        self._variant += 1
        self._next = self._first
        return True

    def take(self, facts: Facts, fingerprint: int | None = None) -> None:
        """Learn from an answer where the listing ends. Pages with the same rows have equal fingerprints."""
        fingerprint = hash(frozenset(facts.ids)) if fingerprint is None else fingerprint
        self.fresh = self._neighbours.fresh(facts)
        new = bool(self.fresh) and fingerprint not in self._pages
        self._pages.add(fingerprint)
        self.barren = 0 if new else self.barren + 1
        self._uniform = self._uniform and facts.delivered > 0 and self._most in (0, facts.delivered)
        self.rows += facts.delivered
        self._most = max(self._most, facts.delivered)
        self._count_moved = self._count_moved or self._count not in (None, facts.count)
        self._count = facts.count
        self.last = self._end(facts)
        behind = self._most * (facts.ask.number - 1) + facts.delivered if self._first > 1 else self.rows
        if new and facts.count is not None and behind > facts.count and self.is_doubtful(facts.ask.number):
            self.past_count = True

    def _end(self, facts: Facts) -> int:
        number, count, stated = facts.ask.number, facts.count, facts.total_pages
        if count is None:
            return number + 1 if facts.has_next and not self.barren else number
        pages = _pages(count, max(self._size, self._most))
        if stated is not None and stated > pages and self._most * (stated - 1) < count:
            self.lowered_size = self._most
            return stated
        if stated is not None and stated < pages and not (facts.has_next and number >= stated):
            return max(stated, 1)  # the server raised it
        self._sure = pages
        if number < pages:
            self._next_is_true = self._next_is_true and facts.has_next
            return pages
        if self.barren or not self._has_more(facts, count):
            return pages
        if stated is None and self.rows < count and self._uniform and self._first == 1:
            self.lowered_size = self._most
            self._sure = _pages(count, self._most)
            return self._sure
        return number + 1

    def _has_more(self, facts: Facts, count: int) -> bool:
        """Return whether an answer contradicts its own count, by which its page is the last or behind it.

        Then one more page is asked for, and so on for as long as new rows come.
        """
        if (facts.has_next and self._next_is_true) or (facts.total_pages or 0) > facts.ask.number:
            return True
        whole = self._first == 1 and not self._count_moved
        return whole and self.rows > count and facts.delivered >= self._most

    def is_doubtful(self, number: int) -> bool:
        """Return whether page `number` lies behind the end that the count gives."""
        return self._sure is not None and number > self._sure

    def rewind(self, number: int) -> None:
        """Go on from page `number`."""
        self._next = number

    def shrank(self, facts: Facts, number: int) -> bool:
        """Tell from a fresh answer for page 1 whether page `number` is beyond the end by now."""
        fresh = Walk(self._size)
        fresh._most = self._most
        fresh.take(facts)
        return fresh.last is not None and fresh.last < number


def _pages(count: int, size: int) -> int:
    return max(1, -(-count // size))


def is_whole(facts: Facts) -> bool:
    """Tell whether this answer alone, a single query for the rows, held every row the server shows.

    The page must have had room for more: the server counts in a query of its own, before it takes the rows,
    and a full page may have pushed one out in between.
    """
    if facts.ask.number != 1 or facts.count is None or facts.delivered >= facts.ask.size:
        return False
    if (
        facts.delivered > facts.count
    ):  # rows came in between; with little room left they may have filled the page
        return facts.delivered + _ROOM <= facts.ask.size
    if facts.delivered == facts.count:
        return True
    ends_here = facts.total_pages == 1 if facts.total_pages is not None else not facts.has_next
    return ends_here and facts.count < facts.ask.size


class Window:
    """Keeps up to `prefetch` pages of a walk under way and gives them in order.

    `stuck` is the error that tells why the walk was ended where it came to nothing.
    """

    def __init__(self, walk: Walk, prefetch: int) -> None:
        self.shrank = False
        self.stuck: ContractError | None = None
        self._walk = walk
        self._prefetch = prefetch
        self._under_way: deque[Ask] = deque()

    def next(self) -> Generator[Command, Outcome | None, Fetched[object] | None]:
        """Give the next page, None after the last; raise what kept it from coming, with `page` set."""
        while True:
            yield from self._fill()
            if not self._under_way:
                return None
            outcome = yield Await()
            ask = self._under_way.popleft()
            if isinstance(outcome, FutureAGIError):
                outcome = yield from self._judge(ask, outcome)
            if outcome is not None and not self._walk.start_over(outcome.facts):
                self._walk.take(outcome.facts, outcome.fingerprint())
                if self._walk.barren > _BARREN:
                    self.stuck = _stuck(outcome.facts, self._walk.barren)
                    yield from self._drop_the_rest()
                    return None
                yield from self._fill()
                return outcome

    def _fill(self) -> Generator[Command, Outcome | None, None]:
        while len(self._under_way) < self._prefetch and (ask := self._walk.ask()) is not None:
            self._under_way.append(ask)
            yield Start(ask)

    def _judge(
        self, ask: Ask, error: FutureAGIError
    ) -> Generator[Command, Outcome | None, Fetched[object] | None]:
        """Raise `error`, unless the listing got shorter meanwhile and the page just wasn't there.

        Then give the page if it is there again, None if it is gone.
        """
        _locate(error, ask.number)
        if not may_be_past_the_end(error):
            raise error
        if self._walk.is_doubtful(ask.number):
            return None
        if self._walk.last is None or ask.number <= self._walk.last:
            yield from self._drop_the_rest()
            again = yield from self._look_again(ask, error)
            if again is not None or self._walk.last is None:
                return again
        self.shrank = True
        return None

    def _look_again(
        self, ask: Ask, error: FutureAGIError
    ) -> Generator[Command, Outcome | None, Fetched[object] | None]:
        """Ask for the first page, then for the missing one, for as long as the count moves in between."""
        count: int | None = None
        for _ in range(_LOOKS):
            fresh = yield Look(replace(ask, number=1))
            if not isinstance(fresh, Fetched):
                break
            if self._walk.start_over(fresh.facts):
                return None
            if self._walk.shrank(fresh.facts, ask.number):
                self._walk.take(fresh.facts)
                return None
            if fresh.facts.count == count:
                break
            count = fresh.facts.count
            again = yield Look(ask)
            if isinstance(again, Fetched):
                self._walk.rewind(ask.number + 1)
                return again
        raise error

    def _drop_the_rest(self) -> Generator[Command, Outcome | None, None]:
        if self._under_way:
            self._under_way.clear()
            yield Drop()


def _locate(error: FutureAGIError, number: int) -> None:
    """Note which page an error is about, and how to go on from there."""
    error.page = number
    error.add_note(f"This was page {number} of a listing; pages(start={number}) goes on from there.")


def _stuck(facts: Facts, pages: int) -> ContractError:
    """Make the error about a listing that doesn't come to an end."""
    error = ContractError(
        f"{pages} pages in a row, up to page {facts.ask.number}, had no row that wasn't seen before, "
        f"though the server counts {facts.count} rows.",
        remedy="Ask for larger pages if that many deleted rows are counted; else the server doesn't heed the "
        "page number, or its count is wrong.",
    )
    _locate(error, facts.ask.number)
    return error


def may_be_past_the_end(error: FutureAGIError) -> bool:
    """Return whether a page may have failed because it isn't there."""
    return isinstance(error, APIStatusError) and error.status in _PAST_THE_END and (error.page or 0) > 1
