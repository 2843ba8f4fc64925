"""Reading a listing exactly: every item that is there from the first request to the last is given once.

Walking pages can't promise that while rows move, appear and vanish. Two ways to know that nothing was missed:

* Double collect. Let t be the moment when a request counted c rows, B the ids of the answers before it, A the
  ids of its own answer and of those after it. Each id in both was there at t, so if B and A have c ids in
  common, those are the whole table at t. (An id that left and came back would count too; rows don't come back
  on this API but through filters.)
* One page that holds everything: a single query, nothing can move within it.

The server's count includes rows it never returns, so that the first may never close; and rows with equal
times have no order, so that passes of one page size could miss the same row each time. Hence passes of
different page sizes, or one page of all, whichever takes less. Where a row costs the server a fixed time and
nothing changes, that is at most twice what reading the pages once takes:

* One page at a time: a page of all after the first, where the count is small.
* Several at a time: a second pass that begins with asking for the count alone, so that all of its pages can
  be under way at once and are later than that moment all the same.
* After a pass that saw fewer rows than were counted though nothing moved: the page of all.

A server that lowers page sizes never gives a page of all; what it gives instead is the first page of a pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import Any, Final
from uuid import UUID

from futureagi_simulate.errors import ContractError, FutureAGIError
from futureagi_simulate.pagination import (
    Ask,
    Command,
    Deliver,
    Facts,
    Fetched,
    Outcome,
    Recheck,
    Traversal,
    Window,
    is_whole,
    may_be_past_the_end,
)

__all__ = ["IncompleteListingError", "read_exactly"]


PASSES: Final = 4
TRIES: Final = 3
SMALL: Final = 1_000  # rows that one page may have where passes would do too: the real server takes 7 s

_Key = bytes | str | tuple[int, bytes]


class IncompleteListingError(FutureAGIError):
    """An exact listing can't be proven complete: it changes all the time, or the server limits its pages.

    `found` are the ids of all items that were given; `items` the items themselves when they were asked for as
    a list. `count` is what the server last said the listing has.
    """

    def __init__(
        self, problem: str, *, found: tuple[str, ...] = (), count: int | None = None, remedy: str = ""
    ) -> None:
        super().__init__(problem, remedy=remedy)
        self.found = found
        self.count = count
        self.items: list[Any] = []


class Sightings:
    """Which ids were seen in which pass: 16 bytes an id that is a UUID, and the first and last pass."""

    def __init__(self) -> None:
        self.count: int | None = None
        self.variant: int = 0
        self.identified: bool = True  # whether each row had an id
        self._seen: dict[_Key, int] = {}
        self._counts: dict[int, int | None] = {}
        self._pass = -1
        self._repeats: Counter[bytes] = Counter()

    def __len__(self) -> int:
        return len(self._seen)

    def begin(self, count: int | None = None) -> None:
        """Begin another pass; `count` is what the server counted before any of its pages is asked for."""
        self._pass += 1
        self._repeats.clear()
        if count is not None:
            self._counts[self._pass] = self.count = count

    def note(self, facts: Facts, rows: tuple[Any, ...]) -> list[int]:
        """Note one answer; return which of its rows weren't seen before."""
        fresh: list[int] = []
        for place, identity in enumerate(facts.ids):
            key = self._key(identity, rows[place])
            seen = self._seen.get(key)
            if seen is None:
                fresh.append(place)
            self._seen[key] = ((self._pass if seen is None else seen >> 4) << 4) | self._pass
        self._counts.setdefault(self._pass, facts.count)
        self.identified = self.identified and None not in facts.ids
        self.count, self.variant = facts.count, facts.ask.variant
        return fresh

    def proven(self) -> bool:
        """Return whether as many ids were seen both before and after a pass began as were counted then."""
        passes = Counter(self._seen.values())
        return any(
            count == sum(many for seen, many in passes.items() if seen >> 4 < number <= seen & 15)
            for number, count in self._counts.items()
            if number > 0
        )

    def ids(self) -> tuple[str, ...]:
        """Return all ids seen."""
        return tuple(str(UUID(bytes=key)) if isinstance(key, bytes) else str(key) for key in self._seen)

    def _key(self, identity: str | None, row: Any) -> _Key:
        """Shorten an id. A row without one is known by its bytes and how often those came in this pass."""
        if identity is None:
            exact: bytes = row.raw_json
            self._repeats[exact] += 1
            return self._repeats[exact], exact
        try:
            short = UUID(identity)
        except ValueError:
            return identity
        return short.bytes if str(short) == identity else identity


def read_exactly(size: int, prefetch: int, variants: int = 1) -> Generator[Command, Outcome | None, None]:
    """Read pass after pass until nothing can have been missed.

    Raise IncompleteListingError if that can't be shown.
    """
    seen = Sightings()
    traversal: Traversal | None = None
    lowered: int | None = None
    failed = refused = too_low = False
    stuck: ContractError | None = None
    for number in range(PASSES):
        counted: int | None = None
        at_once = not (lowered or refused) and traversal is not None and _at_once(seen, traversal, number)
        if at_once:
            traversal = Traversal(_room(seen), variants=variants)
        else:
            if number and prefetch > 1 and seen.identified:
                counted = yield from _counted(seen)
            if counted:
                traversal = Traversal(_parallel_size(counted, size, number, prefetch, lowered))
                traversal.expect(counted, seen.variant)
            else:
                traversal = Traversal(_pass_size(size, number, lowered), variants=variants)
        seen.begin(counted)
        window = Window(traversal, prefetch)
        try:
            whole = yield from _one_pass(seen, traversal, window, cut=number == 0 and prefetch == 1)
        except FutureAGIError as error:
            if at_once and traversal.last is None:
                refused = True  # the server can't give that many; whatever else it is the next pass tells
                continue
            if failed or not may_be_past_the_end(error):
                raise
            failed = True  # it came and went while the end moved; one that is broken fails again
            traversal = None
            continue
        too_low = too_low or traversal.past_count
        if whole or (not too_low and seen.proven()):  # a count that was ever too low proves nothing
            return
        stuck = window.stuck
        if stuck is not None:
            break
        lowered = traversal.lowered_size or lowered
    yield from _all_at_once(seen, stuck)


def _one_pass(
    seen: Sightings, traversal: Traversal, window: Window, *, cut: bool
) -> Generator[Command, Outcome | None, bool]:
    """Read all pages once; return whether a single one of them held everything.

    With `cut` the pass ends after the first page where one page of all takes less than the other pages twice.
    """
    while (fetched := (yield from window.next())) is not None:
        facts = fetched.facts
        fresh = seen.note(facts, fetched.page.items)
        yield Deliver(fetched.keeping(fresh), fetched)
        if is_whole(facts):
            return True
        if cut and traversal.lowered_size is None and _is_small(facts):
            yield from window.drop()
            return False
    return False


def _is_small(facts: Facts) -> bool:
    """Return whether the rows are so few that one page may have all, and a lowered page size would show."""
    shows = facts.total_pages is not None or facts.has_next
    return shows and facts.count is not None and facts.ask.size < facts.count <= SMALL


def _at_once(seen: Sightings, last: Traversal, number: int) -> bool:
    """Return whether to ask for all rows in one page now, as another pass would hardly prove anything."""
    if seen.count is None:
        return False
    small = seen.count <= SMALL
    return (small and number > 1) or (len(seen) < seen.count and (small or last.calm))


def _counted(seen: Sightings) -> Generator[Command, Outcome | None, int | None]:
    """Ask for the count alone, with one row; None if that doesn't come."""
    outcome = yield Recheck(Ask(1, 1, seen.variant))
    return outcome.facts.count if isinstance(outcome, Fetched) else None


def _room(seen: Sightings) -> int:
    """Return the size of a page of all rows, with room for those that come meanwhile."""
    count = max(seen.count or 0, len(seen))
    return count + max(50, count // 10)


def _parallel_size(count: int, size: int, number: int, prefetch: int, lowered: int | None) -> int:
    """Return the page size of a pass whose pages are all asked for at once, `prefetch` at a time.

    The pages fill whole rounds, as few as pages of at most twice the `size` allow; passes differ in size.
    """
    most = 2 * size if lowered is None else max(1, lowered - 1)
    rounds = -(-count // (prefetch * most))
    even = -(-count // (prefetch * rounds)) + number - 1
    return min(most, even + (even == size))


def _pass_size(size: int, number: int, lowered: int | None) -> int:
    """Return each pass another page size.

    They grow by half, as rows slip only across page boundaries; below a size that the server insists on
    they fall.
    """
    if lowered is not None:
        return max(1, lowered - 1)
    return size * (2 + number) // 2 + number


def _all_at_once(seen: Sightings, stuck: ContractError | None) -> Generator[Command, Outcome | None, None]:
    """Ask for everything in one page; again if that changed at that very moment.

    A server whose pages came to nothing has to say itself that this one is all.
    """
    outcome: Outcome | None = None
    for _ in range(TRIES):
        outcome = yield Recheck(Ask(1, _room(seen), seen.variant))
        if not isinstance(outcome, Fetched):
            break
        seen.begin()
        fresh = seen.note(outcome.facts, outcome.page.items)
        yield Deliver(outcome.keeping(fresh), outcome)
        facts = outcome.facts
        said = stuck is None or facts.total_pages == 1 or facts.delivered == facts.count
        if (said and is_whole(facts)) or (stuck is None and seen.proven()):
            return
    problem = (
        f"After {PASSES} passes and a page of all rows this listing still can't be shown to be complete."
    )
    raise IncompleteListingError(
        problem if stuck is None else f"{stuck.problem} A page of all rows didn't settle it either.",
        found=seen.ids(),
        count=seen.count,
        remedy="Read it when less is going on, or without exact=True; `found` of this error has the ids.",
    ) from (outcome if isinstance(outcome, Exception) else stuck)
