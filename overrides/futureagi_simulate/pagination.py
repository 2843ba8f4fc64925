"""Which page to ask for next and when to stop, decided from what the responses say, without any I/O."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import Any, Final, Generic, Literal, TypeVar, cast

import msgspec
from msgspec.structs import replace

from futureagi_simulate.errors import APIStatusError, ContractError, FutureAGIError
from futureagi_simulate.printable import clean

__all__ = [
    "Ask",
    "Await",
    "Changed",
    "Command",
    "Deliver",
    "Deviation",
    "Deviations",
    "Drop",
    "Facts",
    "Fetched",
    "Neighbours",
    "Outcome",
    "Page",
    "Recheck",
    "Start",
    "Traversal",
    "Window",
    "is_whole",
    "may_be_past_the_end",
    "read",
]


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_PLACE: Final = re.compile(r"\[[^]]*\]")
_MOST_KINDS: Final = 1000  # of deviations in one answer: a server that makes up keys could make any number


class Deviation(msgspec.Struct, frozen=True):
    """One kind of difference between an answer and the contract; the values sent are kept in the models.

    A value that JSON doesn't have, such as NaN, can't be kept: `instead` says what stands for it.

    `path` leads from the answer's top to the first place: `results[3].overall_score`; the keys of a map are
    in brackets too. `expected` and `got` are descriptions for people, `got` with the beginning of the value.
    `count` is the number of places in the answer: the same field of other rows, or other keys of the map.
    """

    path: str
    expected: str
    got: str
    instead: str | None = None
    count: int = 1

    @property
    def kind(self) -> tuple[str, str]:
        """What makes two deviations the same: the field and what was expected, wherever in the listing."""
        return _PLACE.sub("[]", self.path), self.expected

    def __str__(self) -> str:
        times = f" ({self.count:,} times)" if self.count > 1 else ""
        return clean(f"{self.path} should be {self.expected} and is {self.got}{times}")


class Deviations:
    """The deviations of one answer, each kind once with a count: a million of them take no memory."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], Deviation] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, deviation: Deviation, times: int = 1) -> None:
        """Count a deviation, with the first of its kind."""
        kind = deviation.kind
        if kind not in self._first:
            if len(self._first) >= _MOST_KINDS:
                kind = ("", "")
                deviation = replace(deviation, path="(another place)")
            self._first.setdefault(kind, deviation)
        self._counts[kind] = self._counts.get(kind, 0) + times * deviation.count

    def update(self, deviations: Iterable[Deviation], times: int = 1) -> None:
        """Count several deviations."""
        for deviation in deviations:
            self.add(deviation, times)

    def found(self) -> tuple[Deviation, ...]:
        """Return each kind with its count, in the order found."""
        return tuple(replace(first, count=self._counts[kind]) for kind, first in self._first.items())


class Page(msgspec.Struct, Generic[T_co], frozen=True):
    """One page of a listing.

    `number` counts from 1. `items` are the page's items without those that were seen before; `count` is the
    number of items the server says the whole listing has, None if it doesn't say. `deviations` tells where
    the answer differs from the contract. `next` and `previous` are the server's links to the pages beside
    this one, as sent; not every endpoint has them, and the client doesn't follow them.
    """

    number: int
    items: tuple[T_co, ...]
    count: int | None = None
    total_pages: int | None = None
    deviations: tuple[Deviation, ...] = ()
    next: str | None = None
    previous: str | None = None


class Ask(msgspec.Struct, frozen=True):
    """A page to ask for: its number, how many rows pages have, and which of a listing's requests is used."""

    number: int
    size: int
    variant: int = 0


class Facts(msgspec.Struct, frozen=True):
    """What one answer says about its listing. `ids` has one entry a row, None for a row that has no id."""

    ask: Ask
    ids: tuple[str | None, ...]
    count: int | None
    total_pages: int | None
    has_next: bool

    @property
    def delivered(self) -> int:
        """Number of rows that came."""
        return len(self.ids)


class Fetched(msgspec.Struct, Generic[T_co], frozen=True):
    """One answer to an `Ask`: what it says, and its page with one item for each of `facts.ids`."""

    facts: Facts
    page: Page[T_co]
    notices: tuple[str, ...] = ()
    envelope: Any = None

    def composed(self, compose: Callable[[T_co], T]) -> Fetched[T]:
        """Return the same with items made from these."""
        items = tuple(compose(item) for item in self.page.items)
        page: Page[T] = replace(cast("Any", self.page), items=items)
        return Fetched(self.facts, page, self.notices, self.envelope)

    def fingerprint(self) -> int:
        """Return a number that is the same for pages of the same rows, in any order."""
        ids = self.facts.ids
        rows = (
            getattr(item, "raw_json", item) if id_ is None else id_
            for id_, item in zip(ids, self.page.items, strict=True)
        )
        return hash(frozenset(rows))

    def keeping(self, rows: list[int]) -> Page[T_co]:
        """Return the page with only the items at `rows`."""
        if len(rows) == len(self.page.items):
            return self.page
        return replace(self.page, items=tuple(self.page.items[row] for row in rows))


class Start(msgspec.Struct, frozen=True):
    """Begin fetching a page."""

    ask: Ask


class Await(msgspec.Struct, frozen=True):
    """Wait for the page that was started first of those under way, and send its outcome back."""


class Recheck(msgspec.Struct, frozen=True):
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


Command = Start | Await | Recheck | Drop | Deliver | Changed
Outcome = Fetched[object] | FutureAGIError

_PAST_THE_END: Final = frozenset({404, 500})
_RECHECKS: Final = 10
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
        rows: list[int] = []
        for row, identity in enumerate(facts.ids):
            if identity is None:
                rows.append(row)
            elif identity not in self._newer and identity not in self._older:
                self._newer.add(identity)
                rows.append(row)
        return rows


class Traversal:
    """One traversal over the pages of a listing, in order.

    It begins with page `first` and ends before page `stop`. There may be `variants`, requests to use one
    after another until one finds something. `last` is the last page as far as known, `rows` the number of
    rows that came, `lowered_size` the page size where the server lowered it. `fresh` are the rows of the last
    answer that weren't on the pages before; `barren` is the number of pages in a row up to it that had
    nothing new. `past_count` tells that more rows came than `count` allows for, `calm` that the count never
    moved and no row came twice.
    """

    def __init__(self, size: int, first: int = 1, variants: int = 1, stop: int | None = None) -> None:
        self.last: int | None = None
        self.rows: int = 0
        self.lowered_size: int | None = None
        self.fresh: list[int] = []
        self.barren: int = 0
        self.past_count: bool = False
        self.calm: bool = True
        self._size = size
        self._first = self._next = first
        self._stop = math.inf if stop is None else stop
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
        """Return which page to ask for now, None if none is known to be left.

        The first page is asked for alone.
        """
        known = self._first if self.last is None else self.last
        if self._next > known or self._next >= self._stop:
            return None
        self._next += 1
        return Ask(self._next - 1, self._size, self._variant)

    @property
    def stopped(self) -> bool:
        """Return whether it ended before the last page."""
        return self.last is not None and self.last >= self._stop

    def expect(self, count: int, variant: int) -> None:
        """Ask for all pages of `count` rows, of one of the variants, without waiting for the first."""
        self.last = _pages(count, self._size)
        self._variant = variant

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
        self.calm = self.calm and not self._count_moved and len(self.fresh) == facts.delivered
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
        """Return, from a fresh answer for page 1, whether page `number` is beyond the end by now."""
        fresh = Traversal(self._size)
        fresh._most = self._most
        fresh.take(facts)
        return fresh.last is not None and fresh.last < number


def _pages(count: int, size: int) -> int:
    return max(1, -(-count // size))


def is_whole(facts: Facts) -> bool:
    """Return whether this answer alone, a single query for the rows, held every row the server shows.

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
    """Keeps up to `prefetch` pages of a traversal under way and gives them in order.

    `stuck` is the error that tells why the traversal was ended where it came to nothing.
    """

    def __init__(self, traversal: Traversal, prefetch: int) -> None:
        self.shrank: bool = False
        self.stuck: ContractError | None = None
        self._traversal = traversal
        self._prefetch = prefetch
        self._under_way: deque[Ask] = deque()

    def next(self) -> Generator[Command, Outcome | None, Fetched[object] | None]:
        """Return the next page, None after the last; raise what kept it from coming, with `page` set."""
        while True:
            yield from self._fill()
            if not self._under_way:
                return None
            outcome = yield Await()
            ask = self._under_way.popleft()
            if isinstance(outcome, FutureAGIError):
                outcome = yield from self._handle_error(ask, outcome)
            if outcome is not None and not self._traversal.start_over(outcome.facts):
                self._traversal.take(outcome.facts, outcome.fingerprint())
                if self._traversal.barren > _BARREN:
                    self.stuck = _stuck(outcome.facts, self._traversal.barren)
                    yield from self.drop()
                    return None
                if self._prefetch > 1:
                    yield from self._fill()
                return outcome

    def _fill(self) -> Generator[Command, Outcome | None, None]:
        while len(self._under_way) < self._prefetch and (ask := self._traversal.ask()) is not None:
            self._under_way.append(ask)
            yield Start(ask)

    def _handle_error(
        self, ask: Ask, error: FutureAGIError
    ) -> Generator[Command, Outcome | None, Fetched[object] | None]:
        """Raise `error`, unless the listing got shorter meanwhile and the page just wasn't there.

        Then give the page if it is there again, None if it is gone.
        """
        _locate(error, ask.number)
        if not may_be_past_the_end(error):
            raise error
        if self._traversal.is_doubtful(ask.number):
            return None
        if self._traversal.last is None or ask.number <= self._traversal.last:
            yield from self.drop()
            again = yield from self._retry_page(ask, error)
            if again is not None or self._traversal.last is None:
                return again
        self.shrank = True
        return None

    def _retry_page(
        self, ask: Ask, error: FutureAGIError
    ) -> Generator[Command, Outcome | None, Fetched[object] | None]:
        """Ask for the first page, then for the missing one, for as long as the count moves in between."""
        count: int | None = None
        for _ in range(_RECHECKS):
            fresh = yield Recheck(replace(ask, number=1))
            if not isinstance(fresh, Fetched):
                break
            if self._traversal.start_over(fresh.facts):
                return None
            if self._traversal.shrank(fresh.facts, ask.number):
                self._traversal.take(fresh.facts)
                return None
            if fresh.facts.count == count:
                break
            count = fresh.facts.count
            again = yield Recheck(ask)
            if isinstance(again, Fetched):
                self._traversal.rewind(ask.number + 1)
                return again
        raise error

    def drop(self) -> Generator[Command, Outcome | None, None]:
        """Cancel what is under way."""
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


_TIMES: Final = ("timestamp", "updated_at", "started_at", "start_time", "created_at")


def read(
    size: int, prefetch: int, variants: int = 1, start: int = 1, stop: int | None = None
) -> Generator[Command, Outcome | None, None]:
    """Read pages from `start` to the last or the one before `stop`; an item seen before isn't given again.

    One `Changed` tells that rows may be missing: the count moved or is too low, rows came twice, the last
    pages vanished. Where rows came twice under the same count, the first page is read once more: if it is the
    same, the listing didn't change. Where rows are hidden, a row that slips from page to page may be one that
    isn't shown; so if fewer rows came than were counted, that is done at the end.
    """
    traversal = Traversal(size, start, variants, stop)
    window = Window(traversal, prefetch)
    beginning: Fetched[object] | None = None
    warned = False
    while (fetched := (yield from window.next())) is not None:
        facts = fetched.facts
        beginning = beginning or fetched
        rows = traversal.fresh
        change = None if warned else _moved(facts, beginning.facts.count, traversal)
        if change is None and not warned and len(rows) < facts.delivered:
            change = yield from _repeated(fetched, len(rows), beginning)
        if change is not None:
            warned = True
            yield change
        if rows or not traversal.is_doubtful(facts.ask.number):
            yield Deliver(fetched.keeping(rows), fetched)
    if window.stuck is not None:
        raise window.stuck
    if warned or beginning is None or traversal.stopped:
        return
    if window.shrank:
        yield Changed("its last pages vanished")
    elif (traversal.last or 1) > start == 1 and traversal.rows < (beginning.facts.count or 0):
        again = yield Recheck(beginning.facts.ask)
        if isinstance(again, Fetched) and again.facts.ids != beginning.facts.ids:
            yield Changed("its first page is another one now", _cause(beginning, again))


def _moved(facts: Facts, count: int | None, traversal: Traversal) -> Changed | None:
    """Return what the count of an answer gives away."""
    if facts.count is not None and facts.count != count:
        return Changed(f"its count went from {count} to {facts.count} at page {facts.ask.number}")
    if traversal.past_count:
        return Changed(f"its count is {count}, and page {facts.ask.number} has more rows", "count")
    return None


def _repeated(
    fetched: Fetched[object], fresh: int, beginning: Fetched[object]
) -> Generator[Command, Outcome | None, Changed]:
    """Find out why rows came twice."""
    number, repeated = fetched.facts.ask.number, fetched.facts.delivered - fresh
    how = f"page {number} repeats {repeated} of the rows before it"
    again = yield Recheck(beginning.facts.ask)
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
    if not isinstance(raw, dict):
        return None
    fields = cast("dict[str, Any]", raw)
    return next((fields[name] for name in _TIMES if fields.get(name)), None)
