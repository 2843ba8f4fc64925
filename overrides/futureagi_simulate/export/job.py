"""An export from beginning to end: fetch into the spool, then write the file; either can be interrupted."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from futureagi_simulate.errors import ConfigurationError, ListingChangedWarning
from futureagi_simulate.export import writers
from futureagi_simulate.export.conversion import Conversion
from futureagi_simulate.export.helper import Helper
from futureagi_simulate.export.sources import Source, changed_since
from futureagi_simulate.export.spool import Spool
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

    `evals` lays the evals out in Parquet and CSV: "nested" in each call's row (CSV, which has no nesting,
    takes "wide" then), "long" one row an eval, "wide" columns for each eval's name. `since` takes only calls
    changed at that time or later.
    """

    source: Source
    target: Path
    format: writers.Format
    evals: writers.Evals = "nested"
    since: datetime | None = None
    page_size: int = PAGE_SIZE
    prefetch: int = PREFETCH

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.since.tzinfo is None:
            raise ConfigurationError(
                f"The time {self.since.isoformat()} has no time zone.",
                remedy="Write it as 2026-03-01T00:00:00Z.",
            )
        if not self.target.parent.is_dir():
            raise ConfigurationError(
                f"There is no folder {self.target.parent}.",
                remedy="Make it, or name a file in another folder.",
            )

    def run(self, client: Client, progress: Watch | None = None) -> int:
        """Do what is left to do, and return the number of calls written.

        Interrupted at any moment and run again, it goes on behind the last page received, and the file is the
        same. The file appears under its name only when it is whole. If the listing has changed in between, it
        begins again.

        Raises:
            FutureAGIError: a page could not be fetched; what came before it is kept for the next run.
            ConfigurationError: the source, the target or `since` make no sense.

        """
        spool = Spool(self.target, self._question())
        made = (
            spool.folder / f"made-{os.getpid()}"
        )  # a helper of a run that was killed may still write to its own
        conversion = Conversion(made, self.format, self.evals, self.source.execution_id)
        with Helper(conversion, spool.lines_file) as helper:
            with spool:
                if not spool.progress.complete:
                    self._fetch(client, spool, helper, progress)
            if self.format == "jsonl":
                writers.write_lines(self.target, spool.lines_file)
            else:
                if not helper.finish():
                    conversion.run(spool.lines)
                conversion.publish(self.target)
        rows = spool.progress.rows
        spool.remove()
        return rows

    def _question(self) -> str:
        since = self.since.astimezone(UTC).isoformat() if self.since else ""
        return f"{self.source.name}?page_size={self.page_size}&since={since}"

    def _fetch(self, client: Client, spool: Spool, helper: Helper, progress: Watch | None) -> None:
        """Read what is missing; if the last page received is another one now, everything."""
        listing = self.source.listing(client, {"page_size": self.page_size, "prefetch": self.prefetch})
        known = spool.progress.page
        if known and not self._still_there(client, spool):
            warnings.warn(
                ListingChangedWarning(
                    "The listing changed after the export was interrupted: it begins again."
                ),
                stacklevel=3,
            )
            spool.restart()
            known = 0
        for page in listing.pages(start=max(known, 1)):
            if page.number > known:
                spool.add_page(page.number, self._chosen(page.items))
                helper.follow(spool.progress.offset, page.count)
                if progress:
                    progress(spool.progress.rows, page.count)
        spool.finish()

    def _still_there(self, client: Client, spool: Spool) -> bool:
        listing = self.source.listing(client, {"page_size": self.page_size})
        page = next(listing.pages(start=spool.progress.page), None)
        ids = tuple(identifier for identifier, _ in self._chosen(page.items)) if page else ()
        return ids == spool.progress.last_page

    def _chosen(self, items: tuple[Any, ...]) -> Iterator[tuple[str, bytes]]:
        for item in items:
            if self.since is None:
                yield str(item.id), item.raw_json
                continue
            record = call_record(item)
            if changed_since(record, self.since):
                yield record.id, record.raw_json
