"""Which page to ask for next, and when to stop: decided from what the answers say, without any I/O.

Only page numbers are used; `next` is at most a witness, as it may lie. Where the end is follows from `count`
and the page size that really applies: the server may lower the size that was asked for, pages in the middle
may be short or empty, and `count` may move from answer to answer. Asking past the end is an error on three of
the endpoints, so it isn't done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from typing import Final

import attrs

from futureagi_simulate.errors import APIStatusError, FutureAGIError
from futureagi_simulate.page import Ask, Facts, Fetched, Page

__all__ = ["Await", "Changed", "Command", "Deliver", "Outcome", "Start", "Walk", "Window", "is_whole"]


@attrs.frozen
class Start:
    """Begin fetching a page."""

    ask: Ask


@attrs.frozen
class Await:
    """Wait for the page that was started first of those under way, and send its outcome back."""


@attrs.frozen
class Deliver:
    """Hand a page to the reader: the one fetched, without the rows that were given before."""

    page: Page[object]
    fetched: Fetched[object]


@attrs.frozen
class Changed:
    """Warn that the listing changed while it was read, and how that showed."""

    how: str


Command = Start | Await | Deliver | Changed
Outcome = Fetched[object] | FutureAGIError

_PAST_THE_END: Final = frozenset({404, 500})


class Walk:
    """One walk over the pages of a listing, in order.

    There may be `variants`, requests to use one after another until one finds something.
    """

    def __init__(self, size: int, first: int = 1, variants: int = 1) -> None:
        self.last: int | None = None
        self._size = size
        self._first = self._next = first
        self._variants = variants
        self._variant = 0
        self._rows = 0
        self._most = 0
        self._uniform = True

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

    def take(self, facts: Facts) -> None:
        """Learn from an answer where the listing ends."""
        self._uniform = self._uniform and facts.delivered > 0 and self._most in (0, facts.delivered)
        self._rows += facts.delivered
        self._most = max(self._most, facts.delivered)
        self.last = self._end(facts)

    def _end(self, facts: Facts) -> int:
        number, count, stated = facts.ask.number, facts.count, facts.total_pages
        if count is None:
            return number + 1 if facts.has_next and facts.delivered else number
        pages = _pages(count, max(self._size, self._most))
        if stated is not None and stated > pages and self._most * (stated - 1) < count:
            return stated  # the server lowered the size
        if stated is not None and stated < pages and not (facts.has_next and number >= stated):
            return max(stated, 1)  # the server raised it
        if stated is None and self._lowered(facts, pages, count):
            return _pages(count, self._most)
        return pages

    def _lowered(self, facts: Facts, pages: int, count: int) -> bool:
        """Tell, for an answer without `total_pages`, a size that was lowered from rows that are hidden.

        It was lowered when the pages that should have been all came equally short and the server says there
        is more.
        """
        more = facts.ask.number == pages and facts.has_next and self._first == 1
        return more and self._uniform and 0 < self._rows < count

    def shrank(self, facts: Facts, number: int) -> bool:
        """Tell from a fresh answer for page 1 whether page `number` is beyond the end by now."""
        fresh = Walk(self._size)
        fresh._most = self._most
        fresh.take(facts)
        return fresh.last is not None and fresh.last < number


def _pages(count: int, size: int) -> int:
    return max(1, -(-count // size))


def is_whole(facts: Facts) -> bool:
    """Tell whether this answer alone, a single query, held every row the server shows."""
    if facts.ask.number != 1 or facts.count is None:
        return False
    if facts.delivered >= facts.count:
        return True
    ends_here = facts.total_pages == 1 if facts.total_pages is not None else not facts.has_next
    return ends_here and facts.count <= facts.ask.size


class Window:
    """Keeps up to `prefetch` pages of a walk under way and gives them in order."""

    def __init__(self, walk: Walk, prefetch: int) -> None:
        self.shrank = False
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
            if isinstance(outcome, Fetched):
                if self._walk.start_over(outcome.facts):
                    continue
                self._walk.take(outcome.facts)
                yield from self._fill()
                return outcome
            if outcome is not None:
                yield from self._judge(ask, outcome)

    def _fill(self) -> Generator[Command, Outcome | None, None]:
        while len(self._under_way) < self._prefetch and (ask := self._walk.ask()) is not None:
            self._under_way.append(ask)
            yield Start(ask)

    def _judge(self, ask: Ask, error: FutureAGIError) -> Generator[Command, Outcome | None, None]:
        """Raise `error`, unless the listing got shorter meanwhile and the page just isn't there any more."""
        error.page = ask.number
        if ask.number == 1 or not isinstance(error, APIStatusError) or error.status not in _PAST_THE_END:
            raise error
        if self._walk.last is None or ask.number <= self._walk.last:
            for _ in range(len(self._under_way)):  # the answer to Await comes in the order of Start
                yield Await()
            self._under_way.clear()
            yield Start(attrs.evolve(ask, number=1))
            fresh = yield Await()
            if not isinstance(fresh, Fetched):
                raise error
            if self._walk.start_over(fresh.facts):
                return
            if not self._walk.shrank(fresh.facts, ask.number):
                raise error
            self._walk.take(fresh.facts)
        self.shrank = True
