"""Where a listing's pages come from, and what is done with each before the reader gets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from weakref import WeakSet

import msgspec
from msgspec.structs import replace

from futureagi_simulate.filters import Filter
from futureagi_simulate.listings.notices import (
    Contract,
    ignored_by_row,
    ignored_column,
    warn_about_change,
    warn_about_filter,
)
from futureagi_simulate.listings.page import Ask, Fetched, Page
from futureagi_simulate.listings.planner import Changed, Deliver
from futureagi_simulate.requests import ListingSpec

if TYPE_CHECKING:
    import asyncio

__all__ = ["Reader", "Readings", "Source"]

T = TypeVar("T")
F = TypeVar("F")


class Readings:
    """The iterations over a client's listings, whose pages are cancelled when the client is closed."""

    def __init__(self, parent: Readings | None = None) -> None:
        self._parent = parent
        self._open: WeakSet[Any] = WeakSet()
        self._tasks: set[asyncio.Task[Any]] = set()

    def add(self, pages: Any) -> None:
        """Remember an iteration for as long as it is used."""
        self._open.add(pages)
        if self._parent is not None:
            self._parent.add(pages)

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Remember the task of a page until it ends, whatever becomes of the iteration it is for."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self._parent is not None:
            self._parent.keep(task)

    def stop(self) -> None:
        """Cancel the pages under way, and wait for their threads."""
        for pages in self._all():
            pages.stop(patience=1.0)

    async def stop_async(self) -> None:
        """Cancel the pages under way, and wait for their tasks."""
        for pages in self._all():
            await pages.stop()
        if self._tasks:
            import asyncio

            here = asyncio.get_running_loop()
            if left := [task for task in self._tasks if task.get_loop() is here]:
                await asyncio.wait(left)

    def _all(self) -> list[Any]:
        while True:
            try:
                return list(self._open)
            except RuntimeError:  # another thread began to read; a lock would be lost in a fork
                continue


class Source(msgspec.Struct, Generic[T, F], frozen=True):
    """A listing's spec, how a page is sent for, and how its answer is read.

    `send` gives the answer, and takes an event that cancels it; for the async client it gives something to
    await for the answer, and takes no event. `known` is a first page of a
    size that is in hand already; it is used for one reading.
    """

    spec: ListingSpec[Any]
    send: Callable[..., F]
    read: Callable[[Ask, Any], Fetched[T]]
    contract: Contract
    known: list[Fetched[T]] = msgspec.field(default_factory=list)
    readings: Readings = msgspec.field(default_factory=Readings)

    def in_hand(self, ask: Ask) -> Fetched[T] | None:
        """Take the page that is in hand, if it is the one that is asked for."""
        try:
            page = self.known.pop()  # at once, as several threads may begin to read
        except IndexError:
            return None
        if page.facts.ask == ask:
            return page
        self.known.append(page)
        return None


class Reader(Generic[T]):
    """One reading of a listing: reports what is odd about the pages, and judges the rows by the filter."""

    def __init__(self, source: Source[T, Any]) -> None:
        self._source = source
        self._operation = source.spec.requests[0].operation
        self._filter_told = False

    def changed(self, change: Changed) -> None:
        """Tell that rows may be missing, and why."""
        warn_about_change(self._operation, change)

    def deliver(self, command: Deliver) -> Page[T]:
        """Give a page to hand over."""
        page = cast("Page[T]", command.page)
        self._source.contract.report(self._operation, page.deviations)
        sieve = self._source.spec.sieve
        if not sieve.filters:
            return page
        from futureagi_simulate.listings.sieve import unknown_columns  # here: most listings have no filters

        columns = getattr(command.fetched.envelope, "column_order", None)
        unknown = unknown_columns(sieve.filters, columns)
        if unknown:
            self._tell(ignored_column(unknown[0]))
        if command.fetched.notices:
            self._tell("; ".join(command.fetched.notices))
        return self._sift(page, unknown)

    def _sift(self, page: Page[T], unknown: tuple[Filter, ...]) -> Page[T]:
        from futureagi_simulate.listings.sieve import contradicted, fits_verdict, misses

        sieve = self._source.spec.sieve
        verdicts = [one for one in sieve.filters if one.is_verdict]
        sent = [one for one in sieve.filters if not one.is_verdict]
        kept = []
        for item in page.items:
            raw = cast("Any", item).raw
            if not all(fits_verdict(one, raw) for one in verdicts):
                continue
            ignored = contradicted(sent, raw)
            if ignored is not None:
                self._tell(ignored_by_row(ignored, raw))
            if not sieve.enforce or (ignored is None and not any(misses(one, raw) for one in unknown)):
                kept.append(item)
        if verdicts:
            page = replace(page, count=None)  # of the calls before that filter, which nobody asked for
        return page if len(kept) == len(page.items) else replace(page, items=tuple(kept))

    def _tell(self, what: str) -> None:
        """Warn about a filter once."""
        if not self._filter_told:
            self._filter_told = True
            warn_about_filter(what)
