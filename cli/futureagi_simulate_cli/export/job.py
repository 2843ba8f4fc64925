"""An export from beginning to end: receive what is missing, then write the file."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import attrs

from futureagi_simulate.client import Client
from futureagi_simulate.errors import (
    ConfigurationError,
    FutureAGIError,
    FutureAGIWarning,
    ListingChangedWarning,
)
from futureagi_simulate.exact import IncompleteListingError
from futureagi_simulate.listings import Paging
from futureagi_simulate.pagination import Page
from futureagi_simulate.records import CallRecord, ExecutionRecord, call_record, execution_record
from futureagi_simulate_cli.export.formats import Format, What, format_of, require_packages, write
from futureagi_simulate_cli.export.partial import Partial, Progress
from futureagi_simulate_cli.export.source import Received, Source, changed_since, require_moment
from futureagi_simulate_cli.export.target import failure, require_regular, require_utf8, resolve

_AT_ONCE: Final = 1_000
"""Largest listing that is fetched in one page where pages don't add up: one response of all settles it."""


@attrs.frozen
class Export:
    """What to export, and to where.

    The ending of `target` names the format if `format` doesn't; a `target` that is a symbolic link stands for
    the file it leads to. `since` takes only calls that may have changed at that time or later. `spreadsheet`
    makes text in CSV harmless that a spreadsheet would run as a formula. `what` is a row of the file: a call,
    an eval or a turn of one, or an execution, which needs a source with `executions`. A page has `page_size`
    calls, and `prefetch` pages are requested at once.
    """

    source: Source
    target: Path = attrs.field(converter=resolve)
    format: Format = attrs.field(default=attrs.Factory(lambda self: format_of(self.target), takes_self=True))
    since: datetime | None = None
    page_size: int = 100
    prefetch: int = 4
    spreadsheet: bool = False
    what: What = "calls"

    def __attrs_post_init__(self) -> None:
        if (self.what == "executions") != self.source.executions:
            raise ConfigurationError(
                f"The source has no {self.what}.",
                remedy='Executions need Source(..., executions=True) and what="executions".',
            )
        if self.since is not None:
            require_moment(self.since)
        if self.spreadsheet and self.format != "csv":
            raise ConfigurationError(
                f"The format {self.format} has no cells to make harmless.",
                remedy="Use --spreadsheet with a .csv file only.",
            )
        require_regular(self.target)
        if self.format != "jsonl":
            require_utf8(self.target)
        require_packages(self.format)

    def run(self, client: Client, progress: Callable[[int, int | None], None] | None = None) -> int:
        """Do what is left to do, and return the number of calls written.

        Interrupted at any moment and run again, it goes on behind the last page received, and the file is the
        same. The file appears under its name only when it is whole. If the listing has changed in between, or
        the server is another one, it begins again. `progress` is called after each page with the number
        of calls received so far, and the total that the server says.

        The calls are counted. If they aren't as many as the server says, or that changes meanwhile, they are
        read again as with `exact=True`.

        Raises:
            FutureAGIError: a page could not be fetched, or the disk is full; what came before it is kept for
                the next run.
            IncompleteListingError: the file is written, but a call may be missing.
            ConfigurationError: another export is writing the file, or nothing can be written beside it.

        """
        partial = Partial(self.target, self.source.question(client, self.page_size))
        try:
            with partial:
                return self._run(client, partial, progress)
        except (FutureAGIError, BrokenPipeError):  # a time-out is an OSError too
            raise
        except OSError as error:
            kept = f"What was received is kept in {partial.folder}: make room, and the same export goes on."
            raise failure(self.target, error, kept) from error

    def _run(
        self, client: Client, partial: Partial, progress: Callable[[int, int | None], None] | None
    ) -> int:
        pages = self._missing(client, partial.progress)
        if pages is None:
            warnings.warn(
                ListingChangedWarning(
                    "The listing changed after the export was interrupted: it begins again."
                ),
                stacklevel=3,
            )
            partial.begin_again()
            pages = self._pages(client)
        incomplete = None
        with warnings.catch_warnings(), closing(pages):
            warnings.simplefilter("ignore", ListingChangedWarning)  # of the listing: settled by _complete
            if not partial.progress.whole:
                for page in pages:
                    partial.add(page.items, **_noted(partial.progress, page))
                    if progress:
                        progress(partial.progress.rows, page.count)
                incomplete = self._complete(client, partial)
        if incomplete is None:
            partial.finish()
        written = self._write(partial)
        partial.remove()
        if incomplete is not None:
            raise incomplete
        return written

    def _missing(self, client: Client, kept: Progress) -> Any:
        """Return the pages behind those kept; None if the first or the last of those is another one now."""
        if kept.page == 0:
            return self._pages(client)
        if kept.page > 1:
            with closing(self._pages(client)) as pages:
                first = next(pages, None)
            if first is None or _page_key(first) != kept.first:
                return None
        pages = self._pages(client, kept.page)
        last = next(pages, None)
        if last is None or _ids(last) != kept.last or (kept.page == 1 and _page_key(last) != kept.first):
            pages.close()
            return None
        return pages

    def _pages(self, client: Client, start: int = 1) -> Any:
        """Return an iterator over pages, which can be closed."""
        paging: Paging = {"page_size": self.page_size, "prefetch": self.prefetch}
        return self.source.listing(client, paging).pages(start=start)

    def _complete(self, client: Client, partial: Partial) -> IncompleteListingError | None:
        """Read the listing exactly unless its pages add up; return the error if that isn't possible.

        Each call once, and as many as every page said: then none was missed, however rows of equal times are
        ordered. A small listing is fetched in one page, which settles it at once.
        """
        kept = partial.progress
        if kept.steady and kept.rows == kept.count:
            return None
        most = max(kept.count or 0, kept.rows)
        size = most + max(50, most // 10) if most <= _AT_ONCE else self.page_size
        paging: Paging = {"page_size": size, "prefetch": self.prefetch, "exact": True}
        partial.begin_pass()
        try:
            for page in self.source.listing(client, paging).pages():
                partial.add(page.items, count=page.count)
        except IncompleteListingError as error:
            rows, count = partial.progress.rows, error.count
            lack = f": {count - rows} may be missing" if count and count > rows else ""
            return IncompleteListingError(
                f"{self.target} has {rows} calls, and the server counts {count}{lack}.",
                count=count,
                remedy="It may count deleted calls. Export again when less is going on, or in larger pages.",
            )
        return None

    def _record(self, received: Received) -> CallRecord | ExecutionRecord:
        if self.what == "executions":
            return execution_record(received, run_test_id=self.source.run_test_id)
        return call_record(received, execution_id=self.source.execution_id)

    def _write(self, partial: Partial) -> int:
        """Write the file, and return the number of its calls."""
        written = undated = 0
        since = self.since

        def records() -> Iterator[Any]:
            nonlocal written, undated
            written = undated = 0
            for received in map(Received.of, partial.lines()):
                record: CallRecord | ExecutionRecord | Received = received
                if self.since is not None or self.format != "jsonl" or self.what in ("evals", "turns"):
                    record = self._record(received)
                    if since is not None and not changed_since(record, since):
                        undated += getattr(record, "updated_at", since) is None
                        continue
                written += 1
                yield record

        with without_gc():
            partial.publish(
                lambda made: write(
                    *(self.format, made, records),
                    what=self.what,
                    spreadsheet=self.spreadsheet,
                    compressed=self.target.suffix.lower() == ".gz",
                ),
                self.target,
            )
        if undated:
            warnings.warn(
                FutureAGIWarning(
                    f"{undated} finished calls were left out by the time they ended, or were created: the "
                    "listing sends no time of update. One that changed later is missing. "
                    "Export without since to have it."
                ),
                stacklevel=4,
            )
        return written


@contextmanager
def without_gc() -> Iterator[None]:
    """Hold off the garbage collector: records form no cycles, and looking for some is a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _noted(kept: Progress, page: Page[Any]) -> dict[str, Any]:
    """Return what a page adds to the progress."""
    new: dict[str, Any] = {"page": page.number, "last": _ids(page), "count": page.count}
    if kept.page == 0:
        return {**new, "first": _page_key(page)}
    return {**new, "steady": kept.steady and page.count == kept.count}


def _ids(page: Page[Any]) -> tuple[str, ...]:
    """Return the ids of a page's calls, which change if rows moved, in whatever order."""
    return tuple(str(item.id) for item in page.items)


def _page_key(page: Page[Any]) -> str:
    """Return what changes on the first page if any call is added, deleted or updated.

    Calls come last update first: one that is new or changed becomes the first.
    """
    newest = call_record(Received.of(page.items[0].raw_json)) if page.items else None
    return f"{page.count} {newest and newest.id} {newest and newest.updated_at}"
