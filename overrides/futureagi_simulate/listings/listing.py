"""Listings: lazy, paged, the same for both clients."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Generator
from typing import Any, Final, Generic, Self, TypeVar

import msgspec
from msgspec.structs import replace

from futureagi_simulate.checks import at_least_one, yes_or_no
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.listings.drivers import AsyncItems, AsyncPages, Items, Pages
from futureagi_simulate.listings.exact import IncompleteListingError, read_exactly
from futureagi_simulate.listings.notices import Contract
from futureagi_simulate.listings.planner import Command, Outcome
from futureagi_simulate.listings.reading import read
from futureagi_simulate.listings.source import Source
from futureagi_simulate.transport.request import Answer

if sys.version_info >= (3, 12):
    from typing import TypedDict
else:  # httpx brings it; pydantic reads no other TypedDict there
    from typing_extensions import TypedDict

__all__ = ["AsyncListing", "Listing", "Paging", "Plan"]

T = TypeVar("T")

PAGE_SIZE: Final = 50
_MOST_AHEAD: Final = 100  # connections that httpx keeps open for a client at most


class Paging(TypedDict, total=False):
    """How a listing is read.

    `page_size`: items a page is asked to have, 50 by default; the server may send fewer. `prefetch`: pages
    under way at once, 1 by default and 100 at most. `exact`: read until every item that is there the whole
    time is known to have been given, once.
    """

    page_size: int
    prefetch: int
    exact: bool


class Plan(msgspec.Struct, frozen=True):
    """Checked `Paging`."""

    size: int
    prefetch: int
    exact: bool

    @classmethod
    def of(cls, paging: Paging) -> Plan:
        """Check how a listing is to be read."""
        for name in paging.keys() - Paging.__annotations__.keys():
            raise TypeError(
                f"a listing has no argument {name!r}; it takes {', '.join(Paging.__annotations__)}"
            )
        size = at_least_one(paging.get("page_size", PAGE_SIZE), "page_size")
        prefetch = at_least_one(paging.get("prefetch", 1), "prefetch")
        if prefetch > _MOST_AHEAD:
            raise ConfigurationError(
                f"prefetch={prefetch} is more pages at once than the {_MOST_AHEAD} connections of a client.",
                remedy=f"Give prefetch= as 1 to {_MOST_AHEAD}; 4 to 8 suit most servers.",
            )
        return cls(size, prefetch, yes_or_no(paging.get("exact", False), "exact"))

    def decisions(self, variants: int, start: int) -> Generator[Command, Outcome | None, None]:
        """Begin to decide which pages to read."""
        if self.exact:
            return read_exactly(self.size, self.prefetch, variants)
        return read(self.size, self.prefetch, variants, at_least_one(start, "start"))


def _unpickled(kind: Any, spec: Any, plan: Plan) -> Any:
    """Make a listing that says where it comes from, and that it can't be read any more."""
    return kind(Source(spec, _no_connection, _no_connection, Contract()), plan)


def _no_connection(*_: object) -> Any:
    raise ConfigurationError(
        "This listing went through pickle, which keeps no keys and no connections.",
        remedy="Ask a client for it again.",
    )


class _Kept:
    """A listing copies as itself; pickled it keeps what it lists."""

    _source: Source[Any, Any]
    _plan: Plan

    @property
    def filtered(self) -> bool:
        """Return whether the client itself leaves rows out, so that their number isn't known."""
        return any(one.is_verdict for one in self._source.spec.sieve.filters)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (type(self), self._source.spec, self._plan)


class Listing(_Kept, Generic[T]):
    """Items of an endpoint, read page by page while you iterate; each iteration reads anew.

    Making one sends nothing. It may ask for a page twice: where rows are missing or a page is gone,
    a second look tells whether the listing changed. An error while a page is read has the page's number in
    `page`; what came before it has been given, and `pages(start=error.page)` goes on from there. Leaving a
    loop early cancels the pages under way.
    """

    def __init__(self, source: Source[T, Answer], plan: Plan) -> None:
        self._source = source
        self._plan = plan

    def __repr__(self) -> str:
        return f"<Listing of {self._source.spec.item_name}>"

    def __iter__(self) -> Items[T]:
        return Items(self.pages())

    def pages(self, start: int = 1) -> Pages[T]:
        """Iterate over pages, from page `start` on; an exact listing always begins at the beginning."""
        decisions = self._plan.decisions(len(self._source.spec.requests), start)
        return Pages(decisions, self._source, self._plan.prefetch)

    def first(self) -> T | None:
        """Give the first item, None if there is none."""
        return next(iter(self._alone()), None)

    def count(self) -> int | None:
        """Give the number of items the server says there are, deleted calls included on the real one.

        Asks for one page.
        """
        return next((page.count for page in self._alone().pages()), None)

    def _alone(self) -> Listing[T]:
        """Return the same listing without pages that are asked for ahead."""
        return Listing(self._source, replace(self._plan, prefetch=1))

    def to_list(self) -> list[T]:
        """Read everything.

        If an exact listing can't be completed, the error holds what was found in `items`.
        """
        items = []
        try:
            for item in self:
                items.append(item)
        except IncompleteListingError as error:
            error.items = items
            raise
        return items


class AsyncListing(_Kept, Generic[T]):
    """`Listing` for the async client: `async for`, and methods to await."""

    def __init__(self, source: Source[T, Awaitable[Answer]], plan: Plan) -> None:
        self._source = source
        self._plan = plan

    def __repr__(self) -> str:
        return f"<AsyncListing of {self._source.spec.item_name}>"

    def __aiter__(self) -> AsyncItems[T]:
        return AsyncItems(self.pages())

    def pages(self, start: int = 1) -> AsyncPages[T]:
        """Iterate over pages, from page `start` on; an exact listing always begins at the beginning."""
        decisions = self._plan.decisions(len(self._source.spec.requests), start)
        return AsyncPages(decisions, self._source, self._plan.prefetch)

    async def first(self) -> T | None:
        """Give the first item, None if there is none."""
        return await anext(aiter(self._alone()), None)

    async def count(self) -> int | None:
        """Give the number of items the server says there are, deleted calls included on the real one.

        Asks for one page.
        """
        page = await anext(self._alone().pages(), None)
        return None if page is None else page.count

    def _alone(self) -> AsyncListing[T]:
        """Return the same listing without pages that are asked for ahead."""
        return AsyncListing(self._source, replace(self._plan, prefetch=1))

    async def to_list(self) -> list[T]:
        """Read everything.

        If an exact listing can't be completed, the error holds what was found in `items`.
        """
        items = []
        try:
            async for item in self:
                items.append(item)
        except IncompleteListingError as error:
            error.items = items
            raise
        return items
