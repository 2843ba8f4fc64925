"""The real server's two ways to cut pages: one by hand, one by its framework. They differ in every corner."""

from __future__ import annotations

from array import array
from typing import Any
from urllib.parse import urlencode

import attrs
import msgspec

from futureagi_simulate_mock.messages import JSON_HEADERS, Query, Response
from futureagi_simulate_mock.observed.answers import Answered


@attrs.frozen
class Page:
    """A page: which one, how long, of how many, and the links beside it."""

    number: int
    size: int
    count: int
    pages: int
    next: str | None = None
    previous: str | None = None

    def of(self, ranks: array[int]) -> array[int]:
        """Cut this page out of the listing."""
        start = (self.number - 1) * self.size
        return ranks[start : start + self.size] if start < len(ranks) else ranks[:0]

    def envelope(self, rows: list[bytes], more: dict[str, Any] | None = None) -> Response:
        """Answer with the page: `rows` are JSON already, `more` comes last."""
        start = msgspec.json.encode({"count": self.count, "next": self.next, "previous": self.previous})
        last = {"total_pages": self.pages, "current_page": self.number, **(more or {})}
        end = msgspec.json.encode(last)[1:]
        return Response(
            200, JSON_HEADERS, b"".join((start[:-1], b',"results":[', b",".join(rows), b"],", end))
        )


def page_by_hand(query: Query, number: int, size: int, count: int) -> Page:
    """Cut without looking: past the end it is empty, and with a size of 0 it is empty for ever."""
    following = _link(query, number + 1) if (number - 1) * size + size < count or not size else None
    before = _link(query, number - 1) if number > 1 else None
    return Page(number, size, count, -(-count // size) if size else 0, following, before)


def _link(query: Query, number: int) -> str:
    """Write the address as the view does: the last of repeated values, no page 1, always a question mark."""
    pairs: dict[str, str] = dict(query.pairs)
    if number > 1:
        pairs["page"] = str(number)
    else:
        pairs.pop("page", None)
    return f"{query.url}?{urlencode(pairs)}"


def page_by_framework(query: Query, size: int, count: int, missing: Answered) -> Page:
    """Cut as the framework's paginator does: `last` is a page; one that isn't there raises `missing`."""
    pages = max(1, -(-count // size))
    asked = query.get("page")
    number = 1 if asked is None else pages if asked == "last" else whole(asked)
    if number is None or not 1 <= number <= pages:
        raise missing
    following = sorted_link(query, number + 1) if number < pages else None
    before = sorted_link(query, number - 1) if number > 1 else None
    return Page(number, size, count, pages, following, before)


def sorted_link(query: Query, number: int) -> str:
    """Write the address as the framework does: parameters by name, page 1 left out."""
    pairs = [pair for pair in query.pairs if pair[0] != "page"]
    if number > 1:
        pairs.append(("page", str(number)))
    pairs.sort(key=lambda pair: pair[0])
    return f"{query.url}?{urlencode(pairs)}" if pairs else query.url


def lenient_size(query: Query) -> int:
    """Read `limit` as three of the endpoints do: anything odd is 10."""
    size = whole(query.get("limit") or "")
    return size if size is not None and size > 0 else 10


def whole(text: str) -> int | None:
    """Read a whole number as Python does, or return None."""
    try:
        return int(text)
    except ValueError:
        return None
