"""What the client asks and what it gets: one request of the API, one whole answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

__all__ = ["Answer", "Request"]

_NO_IDS: Mapping[str, str] = MappingProxyType({})


@attrs.frozen
class Request:
    """One GET request.

    The operation's name in the contract, its path below the base URL, its query, the ids in both.
    """

    operation: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    ids: Mapping[str, str] = _NO_IDS


@attrs.frozen
class Answer:
    """A 2xx answer whose `content` is a JSON object, decompressed; a key that it repeats is masked.

    `headers` has lower-case names, `attempts` counts the tries it took, `elapsed` is the time of all of them
    and of the waits between, in seconds.
    """

    request: Request
    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    content: bytes = attrs.field(repr=False)
    attempts: int = 1
    elapsed: float = 0.0
