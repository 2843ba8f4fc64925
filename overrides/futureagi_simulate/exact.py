"""Reading a listing exactly: every item that is there from the first request to the last is given once.

Walking pages can't promise that while rows move, appear and vanish. Two ways to know that nothing was missed:

* Double collect. Let t be the moment when a request counted c rows, B the ids of the answers before it, A the
  ids of its own answer and of those after it. Each id in both was there at t, so if B and A have c ids in
  common, those are the whole table at t. (An id that left and came back would count too; rows don't come back
  on this API but through filters.)
* One page that holds everything: a single query, nothing can move within it.

The server's count includes rows it never returns, so that the first may never close; and rows with equal
times have no order, so that passes of one page size could miss the same row each time. Hence passes of
growing page sizes, then one page of all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import Any, Final
from uuid import UUID

from futureagi_simulate.errors import APIStatusError, ContractError, FutureAGIError
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
        self._seen: dict[_Key, int] = {}
        self._counts: list[int | None] = []
        self._pass = -1
        self._repeats: Counter[bytes] = Counter()

    def __len__(self) -> int:
        return len(self._seen)

    def begin(self) -> None:
        """Begin another pass."""
        self._pass += 1
        self._repeats.clear()

    def note(self, facts: Facts, rows: tuple[Any, ...]) -> list[int]:
        """Note one answer; return which of its rows weren't seen before."""
        fresh: list[int] = []
        for place, identity in enumerate(facts.ids):
            key = self._key(identity, rows[place])
            seen = self._seen.get(key)
            if seen is None:
                fresh.append(place)
            self._seen[key] = ((self._pass if seen is None else seen >> 4) << 4) | self._pass
        if len(self._counts) == self._pass:
            self._counts.append(facts.count)
        self.count = facts.count
        self.variant = facts.ask.variant
        return fresh

    def proven(self) -> bool:
        """Return whether as many ids were seen both before and after a pass began as were counted then."""
        passes = Counter(self._seen.values())
        return any(
            count == sum(many for seen, many in passes.items() if seen >> 4 < number <= seen & 15)
            for number, count in enumerate(self._counts[1:], start=1)
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
    lowered: int | None = None
    failed = False
    stuck: ContractError | None = None
    for number in range(PASSES):
        seen.begin()
        traversal = Traversal(_pass_size(size, number, lowered), variants=variants)
        window = Window(traversal, prefetch)
        try:
            whole = yield from _one_pass(seen, window)
        except APIStatusError as error:
            if failed or not may_be_past_the_end(error):
                raise
            failed = True  # it came and went while the end moved; one that is broken fails again
            continue
        if whole or (not traversal.past_count and seen.proven()):  # a count that is too low proves nothing
            return
        stuck = window.stuck
        if stuck is not None:
            break
        lowered = traversal.lowered_size
    yield from _all_at_once(seen, stuck)


def _one_pass(seen: Sightings, window: Window) -> Generator[Command, Outcome | None, bool]:
    """Read all pages once; return whether a single one of them held everything."""
    while (fetched := (yield from window.next())) is not None:
        fresh = seen.note(fetched.facts, fetched.page.items)
        yield Deliver(fetched.keeping(fresh), fetched)
        if is_whole(fetched.facts):
            return True
    return False


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
        count = max(seen.count or 0, len(seen))
        outcome = yield Recheck(Ask(1, count + max(50, count // 10), seen.variant))
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
