"""What the client asks and what it gets: one request of the API, one whole answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from futureagi_simulate.transport.nearly import Stray

__all__ = ["Answer", "Request"]


class Request(msgspec.Struct, frozen=True):
    """One GET request.

    The operation's name in the contract, its path below the base URL, its query, the ids in both.
    """

    operation: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    ids: Mapping[str, str] = msgspec.field(default_factory=dict)


class Answer(msgspec.Struct, frozen=True):
    """A 2xx answer whose `content` is a JSON object, decompressed; a key that it repeats is masked.

    `headers` has lower-case names, `attempts` counts the tries it took, `elapsed` is the time of all of them
    and of the waits between, in seconds. `strays` are values JSON doesn't have, and what stands for them.
    """

    request: Request
    status: int
    headers: Mapping[str, str]
    content: bytes
    attempts: int = 1
    elapsed: float = 0.0
    strays: tuple[Stray, ...] = ()

    def __repr__(self) -> str:
        return f"<Answer {self.status} to {self.request.operation}, {len(self.content)} bytes>"
