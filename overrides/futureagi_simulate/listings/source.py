"""Where a listing's pages come from, and what is done with each before the reader gets it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast
from weakref import WeakSet

import msgspec
from msgspec.structs import replace

from futureagi_simulate.endpoints import ListingSpec
from futureagi_simulate.listings.notices import Contract, warn_about_change, warn_about_filter
from futureagi_simulate.listings.page import Ask, Fetched, Page
from futureagi_simulate.listings.planner import Changed, Deliver

__all__ = ["Reader", "Readings", "Source"]

T = TypeVar("T")
F = TypeVar("F")


class Readings:
    """The iterations over a client's listings, whose pages are cancelled when the client is closed."""

    def __init__(self, parent: Readings | None = None) -> None:
        self._parent = parent
        self._lock = threading.Lock()
        self._open: WeakSet[Any] = WeakSet()

    def add(self, pages: Any) -> None:
        """Remember an iteration for as long as it is used."""
        with self._lock:
            self._open.add(pages)
        if self._parent is not None:
            self._parent.add(pages)

    def stop(self) -> None:
        """Cancel the pages under way, and wait for their threads."""
        for pages in self._all():
            pages.stop()

    async def stop_async(self) -> None:
        """Cancel the pages under way, and wait for their tasks."""
        for pages in self._all():
            await pages.stop()

    def _all(self) -> list[Any]:
        with self._lock:
            return list(self._open)


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
        if command.fetched.notices and not self._filter_told:
            self._filter_told = True
            warn_about_filter(None, {}, command.fetched.notices)
        return self._sift(page)

    def _sift(self, page: Page[T]) -> Page[T]:
        from futureagi_simulate.listings.sieve import contradicted  # here: most listings have no filters

        sieve = self._source.spec.sieve
        kept = []
        for item in page.items:
            raw = cast("Any", item).raw
            ignored = contradicted(sieve.filters, raw)
            if ignored is not None and not self._filter_told:
                self._filter_told = True
                warn_about_filter(ignored, raw, ())
            if ignored is None or not sieve.enforce:
                kept.append(item)
        return page if len(kept) == len(page.items) else replace(page, items=tuple(kept))
