"""Pages of a listing of ranks."""

from __future__ import annotations

from array import array
from typing import Any

import msgspec

from futureagi_simulate_mock.messages import JSON_HEADERS, Query, Response


class Slice(msgspec.Struct, frozen=True):
    """A part of a listing: `number` and `size` as asked for, `count` and `pages` of the whole."""

    number: int
    size: int
    count: int

    @property
    def pages(self) -> int:
        """Return how many pages there are; an empty listing has one."""
        return max(1, -(-self.count // self.size))

    def of(self, ranks: array[int]) -> array[int]:
        """Cut this page out of the listing; past the end it is empty."""
        start = (self.number - 1) * self.size
        return ranks[start : start + self.size] if start < len(ranks) else ranks[:0]

    def links(self, query: Query) -> tuple[str | None, str | None]:
        """Return the addresses of the next and the previous page. Past the end, previous is the last page."""
        following = query.link(self.number + 1) if self.number < self.pages else None
        before = query.link(min(self.number - 1, self.pages)) if self.number > 1 else None
        return following, before


def envelope(
    part: Slice, query: Query, rows: list[bytes], more: dict[str, Any] | None = None, **head: Any
) -> Response:
    """Answer with a page: `rows` are JSON already, `head` comes before them and `more` after."""
    following, before = part.links(query)
    start = msgspec.json.encode({"count": part.count, "next": following, "previous": before, **head})
    end = b"]" + (b"," + msgspec.json.encode(more)[1:] if more else b"}")
    return Response(200, JSON_HEADERS, b"".join((start[:-1], b',"results":[', b",".join(rows), end)))
