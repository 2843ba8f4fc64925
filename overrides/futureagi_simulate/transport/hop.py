"""What the flow asks of a driver, and what the driver answers. Values only."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from futureagi_simulate.options import Timeout
from futureagi_simulate.transport.keys import Credentials

if TYPE_CHECKING:
    from futureagi_simulate.transport.nearly import Stray

__all__ = ["Cancelled", "Failure", "FailureKind", "Hop", "Pause", "Reply"]


class Cancelled(Exception):  # noqa: N818 - not an error: whoever set the event expects it
    """A request was given up because its `cancelled` event was set. Doesn't leave the package."""


class Hop(msgspec.Struct, frozen=True):
    """One HTTP request to send: a redirect takes another hop. Without `keys` none are attached.

    `remaining` tells the seconds left of `budget`; `cancelled` ends it early.
    """

    url: str
    headers: tuple[tuple[bytes, bytes], ...]
    keys: Credentials | None
    timeout: Timeout
    max_body: int
    remaining: Callable[[], float]
    budget: float = math.inf
    cancelled: threading.Event | None = None


class Pause(msgspec.Struct, frozen=True):
    """A wait before the next attempt, in seconds."""

    seconds: float


class FailureKind(Enum):
    """What kept a whole answer from coming."""

    CONNECT = "no connection"
    TIMEOUT = "timeout"
    BROKEN = "connection broke"
    DAMAGED = "damaged body"
    TOO_LARGE = "body too large"
    REFUSED = "request not sendable"
    CLOSED = "client closed"


class Failure(msgspec.Struct, frozen=True):
    """Why no whole answer came, in the words of a library or the system.

    Exceptions would hold the request. `limit` names the limit of time that a timeout ran into: the phase
    ("read"), or "budget".
    """

    kind: FailureKind
    text: str
    passing: bool = True
    limit: str = ""


class Reply(msgspec.Struct, frozen=True):
    """An answer. Its headers have lower-case names; its body is whole unless `failure` says otherwise.

    `strays` are values that had to be replaced to make its body JSON.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes = b""
    failure: Failure | None = None
    strays: tuple[Stray, ...] = ()

    def __repr__(self) -> str:
        return f"<Reply {self.status}, {len(self.content)} bytes, {self.failure or 'whole'}>"
