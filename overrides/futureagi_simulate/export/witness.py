"""What tells an interrupted export whether the listing is still the one it was reading."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

import attrs

from futureagi_simulate.export.received import Received
from futureagi_simulate.records import call_record

if TYPE_CHECKING:
    from futureagi_simulate.listings.page import Page


@attrs.frozen
class Witness:
    """The look of a listing after some of its pages were read; another look means that it has changed.

    Calls come last update first, so one that is new or changed becomes the first: `newest` is its id with the
    time of its update. One that is deleted lowers `count`. `last_page` has the ids of the last page that was
    read, all of them, whichever of its calls were taken: it tells whether rows moved, in whatever order.
    """

    count: int | None = None
    newest: str = ""
    last_page: tuple[str, ...] = ()

    @classmethod
    def of(cls, first: Page[Any], last: Page[Any]) -> Self:
        """Look at a listing's first page, and at the last one that was read."""
        return cls(first.count, _newest(first.items), _ids(last.items))

    def after(self, page: Page[Any]) -> Witness:
        """Look at the next page too."""
        if page.number == 1:
            return Witness.of(page, page)
        return attrs.evolve(self, last_page=_ids(page.items))


def _ids(items: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(item.id) for item in items)


def _newest(items: tuple[Any, ...]) -> str:
    if not items:
        return ""
    record = call_record(Received.of(items[0].raw_json))
    return f"{record.id} {record.updated_at}"
