"""Values of a listing: what is asked, what one answer says, and the page that a user gets."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec.structs import replace

__all__ = ["Ask", "Deviation", "Facts", "Fetched", "Page"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_PLACE: Final = re.compile(r"\[[^]]*\]")


class Deviation(msgspec.Struct, frozen=True):
    """One place where an answer differs from the contract; the value that was sent is kept in the model.

    A value that JSON doesn't have, such as NaN, can't be kept: `instead` says what stands for it.

    `path` leads from the answer's top to the place: `results[3].overall_score`; the keys of a map are in
    brackets too. `expected` and `got` are descriptions for people, `got` with the beginning of the value.
    """

    path: str
    expected: str
    got: str
    instead: str | None = None

    @property
    def kind(self) -> tuple[str, str]:
        """What makes two deviations the same: the field and what was expected, wherever in the listing."""
        return _PLACE.sub("[]", self.path), self.expected

    def __str__(self) -> str:
        return f"{self.path} should be {self.expected} and is {self.got}"


class Page(msgspec.Struct, Generic[T_co], frozen=True):
    """One page of a listing.

    `number` counts from 1. `items` are the page's items without those that were seen before; `count` is the
    number of items the server says the whole listing has, None if it doesn't say. `deviations` tells where
    the answer differs from the contract.
    """

    number: int
    items: tuple[T_co, ...]
    count: int | None = None
    total_pages: int | None = None
    deviations: tuple[Deviation, ...] = ()


class Ask(msgspec.Struct, frozen=True):
    """A page to ask for: its number, how many rows pages have, and which of a listing's requests is used."""

    number: int
    size: int
    variant: int = 0


class Facts(msgspec.Struct, frozen=True):
    """What one answer says about its listing. `ids` has one entry a row, None for a row that has no id."""

    ask: Ask
    ids: tuple[str | None, ...]
    count: int | None
    total_pages: int | None
    has_next: bool

    @property
    def delivered(self) -> int:
        """Number of rows that came."""
        return len(self.ids)


class Fetched(msgspec.Struct, Generic[T_co], frozen=True):
    """One answer to an `Ask`: what it says, and its page with one item for each of `facts.ids`."""

    facts: Facts
    page: Page[T_co]
    notices: tuple[str, ...] = ()
    envelope: Any = None

    def composed(self, compose: Callable[[T_co], T]) -> Fetched[T]:
        """Return the same with items made from these."""
        items = tuple(compose(item) for item in self.page.items)
        page = Page(self.page.number, items, self.page.count, self.page.total_pages, self.page.deviations)
        return Fetched(self.facts, page, self.notices, self.envelope)

    def fingerprint(self) -> int:
        """Return a number that is the same for pages of the same rows, in any order."""
        ids = self.facts.ids
        rows = (
            getattr(item, "raw_json", item) if id_ is None else id_
            for id_, item in zip(ids, self.page.items, strict=True)
        )
        return hash(frozenset(rows))

    def keeping(self, rows: list[int]) -> Page[T_co]:
        """Return the page with only the items at `rows`."""
        if len(rows) == len(self.page.items):
            return self.page
        return replace(self.page, items=tuple(self.page.items[row] for row in rows))
