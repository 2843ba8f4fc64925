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

import msgspec
from msgspec.structs import replace

from futureagi_simulate.errors import APIStatusError, FutureAGIError
from futureagi_simulate.listings.page import Ask, Facts, Fetched, Page

__all__ = [
    "Await",
    "Changed",
    "Command",
    "Deliver",
    "Outcome",
    "Start",
    "Walk",
    "Window",
    "ask_alone",
    "is_whole",
    "may_be_past_the_end",
]


class Start(msgspec.Struct, frozen=True):
    """Begin fetching a page."""

    ask: Ask


class Await(msgspec.Struct, frozen=True):
    """Wait for the page that was started first of those under way, and send its outcome back."""


class Deliver(msgspec.Struct, frozen=True):
    """Hand a page to the reader: the one fetched, without the rows that were given before."""

    page: Page[object]
    fetched: Fetched[object]


class Changed(msgspec.Struct, frozen=True):
    """Warn that the listing changed while it was read, and how that showed."""

    how: str


Command = Start | Await | Deliver | Changed
Outcome = Fetched[object] | FutureAGIError

_PAST_THE_END: Final = frozenset({404, 500})
_LOOKS: Final = 10
_ROOM: Final = 10
_ALIKE: Final = 50  # times the same page in a row: the server doesn't heed the page number


class Walk:
    """One walk over the pages of a listing, in order.

    There may be `variants`, requests to use one after another until one finds something. `last` is the last
    page as far as known, `rows` the number of rows that came, `lowered_size` the page size where the server
    lowered it.
    """

    def __init__(self, size: int, first: int = 1, variants: int = 1) -> None:
        self.last: int | None = None
        self.rows = 0
        self.lowered_size: int | None = None
        self._size = size
        self._first = self._next = first
        self._variants = variants
        self._variant = 0
        self._most = 0
        self._uniform = True
        self._sure: int | None = None
        self._ids: tuple[str | None, ...] = ()
        self._alike = 0

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
        self.rows += facts.delivered
        self._most = max(self._most, facts.delivered)
        same = facts.ids == self._ids and None not in facts.ids and facts.delivered > 0
        self._alike = self._alike + 1 if same else 0
        self._ids = facts.ids
        self.last = facts.ask.number if self._alike >= _ALIKE else self._end(facts)

    def _end(self, facts: Facts) -> int:
        number, count, stated = facts.ask.number, facts.count, facts.total_pages
        if count is None:
            return number + 1 if facts.has_next and facts.delivered and not self._alike else number
        pages = _pages(count, max(self._size, self._most))
        if stated is not None and stated > pages and self._most * (stated - 1) < count:
            self.lowered_size = self._most
            return stated
        if stated is not None and stated < pages and not (facts.has_next and number >= stated):
            return max(stated, 1)  # the server raised it
        self._sure = pages
        if stated is None and number >= pages and self._more(facts, count):
            if not self._uniform:
                return number + 1
            self.lowered_size = self._most
            return _pages(count, self._most)
        return pages

    def _more(self, facts: Facts, count: int) -> bool:
        """Tell whether to go on where the pages that should have been are over.

        Without `total_pages` a size that was lowered looks like rows that are hidden: rows are missing.
        Then the server's word that there is more is taken, for as long as rows come.
        """
        return facts.has_next and facts.delivered > 0 and self.rows < count and self._first == 1

    def is_doubtful(self, number: int) -> bool:
        """Tell whether page `number` was asked for only because the server said that there is more."""
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
            if isinstance(outcome, FutureAGIError):
                outcome = yield from self._judge(ask, outcome)
            if outcome is not None and not self._walk.start_over(outcome.facts):
                self._walk.take(outcome.facts)
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
        error.page = ask.number
        error.add_note(
            f"This was page {ask.number} of a listing; pages(start={ask.number}) goes on from there."
        )
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
            fresh = yield from ask_alone(replace(ask, number=1))
            if fresh is None:
                break
            if self._walk.start_over(fresh.facts):
                return None
            if self._walk.shrank(fresh.facts, ask.number):
                self._walk.take(fresh.facts)
                return None
            if fresh.facts.count == count:
                break
            count = fresh.facts.count
            again = yield from ask_alone(ask)
            if again is not None:
                self._walk.rewind(ask.number + 1)
                return again
        raise error

    def _drop_the_rest(self) -> Generator[Command, Outcome | None, None]:
        while self._under_way:
            yield Await()
            self._under_way.popleft()


def may_be_past_the_end(error: FutureAGIError) -> bool:
    """Tell whether a page may have failed because it isn't there."""
    return isinstance(error, APIStatusError) and error.status in _PAST_THE_END and (error.page or 0) > 1


def ask_alone(ask: Ask) -> Generator[Command, Outcome | None, Fetched[object] | None]:
    """Fetch one page while nothing else is under way, None if that fails."""
    yield Start(ask)
    outcome = yield Await()
    return outcome if isinstance(outcome, Fetched) else None
