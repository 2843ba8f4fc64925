"""An export from beginning to end: fetch into the spool, then write the file; either can be interrupted."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from futureagi_simulate.errors import FutureAGIError, ListingChangedWarning
from futureagi_simulate.export.conversion import Conversion
from futureagi_simulate.export.files import Evals, Format, layout_in, require_packages, write_lines
from futureagi_simulate.export.helper import Helper
from futureagi_simulate.export.lock import held
from futureagi_simulate.export.received import Received
from futureagi_simulate.export.sources import Source, changed_since, question, require_moment
from futureagi_simulate.export.spool import Progress, Spool, folder_of
from futureagi_simulate.export.target import failure, place, require_regular, require_utf8
from futureagi_simulate.export.witness import Witness
from futureagi_simulate.records import call_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from futureagi_simulate.client import Client

Watch = Callable[[int, int | None], None]
"""Is told after each page: the calls received so far, and how many the server says there are."""

PAGE_SIZE = 100
PREFETCH = 4


@attrs.frozen
class Export:
    """What to export, and to where.

    `evals` lays the evals out: "nested" in each call's row (Parquet, JSON Lines), "long" one row an eval
    (Parquet, CSV, a table of DuckDB), "wide" columns for each eval's name (Parquet, CSV). By default Parquet
    is nested and CSV wide. `since` takes only calls changed at that time or later. A `target` that is a
    symbolic link stands for the file it leads to.
    """

    source: Source
    target: Path = attrs.field(converter=place)
    format: Format
    evals: Evals | None = None
    since: datetime | None = None
    page_size: int = PAGE_SIZE
    prefetch: int = PREFETCH

    def __attrs_post_init__(self) -> None:
        if self.since is not None:
            require_moment(self.since)
        layout_in(self.format, self.evals)
        require_regular(self.target)
        if self.format != "jsonl":
            require_utf8(self.target)
        require_packages(self.format)

    def run(self, client: Client, progress: Watch | None = None) -> int:
        """Do what is left to do, and return the number of calls written.

        Interrupted at any moment and run again, it goes on behind the last page received, and the file is the
        same. The file appears under its name only when it is whole. If the listing has changed in between, or
        another server is asked, it begins again.

        Raises:
            FutureAGIError: a page could not be fetched, or the disk is full; what came before it is kept for
                the next run.
            ConfigurationError: another export is writing the file, or nothing can be written beside it.

        """
        folder = folder_of(self.target)
        try:
            with held(folder):
                return self._run(client, progress)
        except (FutureAGIError, BrokenPipeError):  # a time-out is an OSError too
            raise
        except OSError as error:
            kept = f"What was received is kept in {folder}: make room, and the same export goes on."
            raise failure(self.target, error, kept) from error

    def _run(self, client: Client, progress: Watch | None) -> int:
        spool = Spool(self.target, question(self.source, client, self.page_size, self.since))
        # a helper of a run that was killed may still write to its own
        made = spool.folder / f"made-{os.getpid()}"
        conversion = Conversion(
            made, self.format, layout_in(self.format, self.evals), self.source.execution_id
        )
        with conversion, Helper(conversion, spool.lines_file) as helper:
            with spool:
                if spool.progress.page and not self._is_as_it_was(client, spool.progress):
                    warnings.warn(
                        ListingChangedWarning(
                            "The listing changed after the export was interrupted: it begins again."
                        ),
                        stacklevel=3,
                    )
                    spool.restart()
                if not spool.progress.complete:
                    self._fetch(client, spool, helper, progress)
            spool.require_whole()
            if self.format == "jsonl":
                write_lines(self.target, spool.lines_file)
            else:
                if not helper.finish():
                    conversion.run(spool.lines)
                conversion.publish(self.target)
        rows = spool.progress.rows
        spool.remove()
        return rows

    def _is_as_it_was(self, client: Client, kept: Progress) -> bool:
        """Look at the first page again, and at the last one kept."""
        listing = self.source.listing(client, {"page_size": self.page_size})
        first = next(listing.pages(), None)
        last = first if kept.page == 1 else next(listing.pages(start=kept.page), None)
        return first is not None and last is not None and Witness.of(first, last) == kept.witness

    def _fetch(self, client: Client, spool: Spool, helper: Helper, progress: Watch | None) -> None:
        """Read the pages that are missing."""
        listing = self.source.listing(client, {"page_size": self.page_size, "prefetch": self.prefetch})
        known = spool.progress.page
        for page in listing.pages(start=max(known, 1)):
            if page.number > known:
                spool.add_page(page.number, self._chosen(page.items), spool.progress.witness.after(page))
                helper.follow(spool.progress.offset, page.count)
                if progress:
                    progress(spool.progress.rows, page.count)
        spool.finish()

    def _chosen(self, items: tuple[Any, ...]) -> Iterator[bytes]:
        for item in items:
            raw = item.raw_json
            if self.since is None or changed_since(call_record(Received.of(raw)), self.since):
                yield raw
