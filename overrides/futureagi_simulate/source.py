"""Where a listing's pages come from, what is checked in each, and the warnings about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast
from weakref import WeakSet

import msgspec
from msgspec.structs import replace

from futureagi_simulate.errors import (
    ContractWarning,
    FilterIgnoredWarning,
    ListingChangedWarning,
)
from futureagi_simulate.filters import Filter
from futureagi_simulate.logs import warn
from futureagi_simulate.pagination import Ask, Changed, Deliver, Deviation, Fetched, Page
from futureagi_simulate.requests import ListingSpec

if TYPE_CHECKING:
    import asyncio

__all__ = [
    "Contract",
    "Reader",
    "Readings",
    "Source",
    "ignored_by_row",
    "ignored_column",
    "warn_about_change",
    "warn_about_filter",
]


class Contract:
    """What a client has said about answers that differ from the contract.

    Each kind of deviation is reported once.
    """

    def __init__(self) -> None:
        self._warned: dict[tuple[str, str, str], object] = {}

    def report(self, operation: str, deviations: tuple[Deviation, ...]) -> None:
        """Warn about the kinds of deviation not yet reported."""
        for deviation in deviations:
            kind = (operation, *deviation.kind)
            warned = object()
            if self._warned.setdefault(kind, warned) is warned:  # once, from however many threads
                kept = f"{deviation.instead} stands for it" if deviation.instead else "it is kept as sent"
                warn(f"{operation}: {deviation}; {kept}.", ContractWarning)


def warn_about_change(operation: str, change: Changed) -> None:
    """Warn that rows of a listing may be missing, and say why."""
    text = _CAUSES[change.cause].format(listing=f"The listing of {operation}", how=change.how)
    if change.cause == "count":
        warn(f"{text}. It was read on until no new rows came.", ContractWarning)
    else:
        text = f"{text}. Items may be missing; exact=True reads until none is."
        warn(text, ListingChangedWarning, cause=change.cause)


_CAUSES: Final = {
    "change": "{listing} changed while it was read: {how}",
    "ties": "{listing} has no fixed order: {how}, though it didn't change. Rows with equal timestamps come "
    "in any order",
    "page": "{listing} was answered with the same rows again: {how}, though it didn't change. The server "
    "may ignore the page number",
    "count": "{listing} has more rows than the server counts: {how}",
    "unknown": "{listing} repeats rows: {how}. Either it changed while it was read, or rows with equal "
    "timestamps come in any order",
}


def warn_about_filter(what: str) -> None:
    """Warn that a filter has no effect."""
    warn(
        f"The server ignored a filter: {what}. "
        "With enforce_filters=True calls that contradict a filter are dropped.",
        FilterIgnoredWarning,
    )


def ignored_column(ignored: Filter) -> str:
    """Say that a filter names a column that an execution doesn't have."""
    return f"the column_order of this execution has no column or eval {ignored.column_id!r}"


def ignored_by_row(ignored: Filter, raw: Mapping[str, Any]) -> str:
    """Say that a call came that a filter excludes."""
    asked = f"{ignored.column_id} {ignored.operator} {ignored.value!r}"
    return f"{asked} was asked for, and call {raw.get('id')} came"


T = TypeVar("T")
F = TypeVar("F")


def _with_links(page: Page[T], envelope: Any) -> Page[T]:
    """Return a page with the links of what it came in."""
    links = {
        name: link for name in ("next", "previous") if isinstance(link := getattr(envelope, name, None), str)
    }
    return replace(page, **links) if links else page


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
    known: list[Fetched[T]] = msgspec.field(default_factory=list[Any])
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
    """One reading of a listing: reports deviations of its pages, and compares the rows with the filters."""

    def __init__(self, source: Source[T, Any]) -> None:
        self._source = source
        self._operation = source.spec.requests[0].operation
        self._filter_warned = False

    def changed(self, change: Changed) -> None:
        """Warn that rows may be missing, and why."""
        warn_about_change(self._operation, change)

    def deliver(self, command: Deliver) -> Page[T]:
        """Return a page to hand over."""
        page = _with_links(cast("Page[T]", command.page), command.fetched.envelope)
        self._source.contract.report(self._operation, page.deviations)
        row_filters = self._source.spec.row_filters
        if not row_filters.filters:
            return page
        from futureagi_simulate.matching import unknown_columns  # here: most listings have no filters

        columns = getattr(command.fetched.envelope, "column_order", None)
        unknown = unknown_columns(row_filters.filters, columns)
        if unknown:
            self._warn_once(ignored_column(unknown[0]))
        if command.fetched.notices:
            self._warn_once("; ".join(command.fetched.notices))
        return self._apply_filters(page, unknown)

    def _apply_filters(self, page: Page[T], unknown: tuple[Filter, ...]) -> Page[T]:
        from futureagi_simulate.matching import contradicted, fits_verdict, misses

        row_filters = self._source.spec.row_filters
        verdicts = [one for one in row_filters.filters if one.is_verdict]
        sent = [one for one in row_filters.filters if not one.is_verdict]
        kept: list[T] = []
        for item in page.items:
            raw = cast("Any", item).raw
            if not all(fits_verdict(one, raw) for one in verdicts):
                continue
            ignored = contradicted(sent, raw)
            if ignored is not None:
                self._warn_once(ignored_by_row(ignored, raw))
            if not row_filters.enforce or (ignored is None and not any(misses(one, raw) for one in unknown)):
                kept.append(item)
        if verdicts:
            page = replace(page, count=None)  # of the calls before that filter, which nobody asked for
        return page if len(kept) == len(page.items) else replace(page, items=tuple(kept))

    def _warn_once(self, what: str) -> None:
        """Warn about a filter once."""
        if not self._filter_warned:
            self._filter_warned = True
            warn_about_filter(what)
