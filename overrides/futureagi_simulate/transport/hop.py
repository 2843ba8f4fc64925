"""What the flow asks of a driver, and what the driver answers. Values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

import attrs

from futureagi_simulate.options import Timeout
from futureagi_simulate.transport.keys import Credentials

__all__ = ["Failure", "FailureKind", "Hop", "Pause", "Reply"]


@attrs.frozen
class Hop:
    """One HTTP request to send: a redirect takes another hop. Without `keys` none are attached."""

    url: str
    headers: tuple[tuple[str, str], ...]
    keys: Credentials | None
    timeout: Timeout
    max_body: int
    remaining: Callable[[], float] = attrs.field(eq=False, repr=False)


@attrs.frozen
class Pause:
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


@attrs.frozen
class Failure:
    """Why no whole answer came, in the words of a library or the system.

    Exceptions would hold the request.
    """

    kind: FailureKind
    text: str
    passing: bool = True


@attrs.frozen
class Reply:
    """An answer. Its headers have lower-case names; its body is whole unless `failure` says otherwise."""

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    content: bytes = attrs.field(default=b"", repr=False)
    failure: Failure | None = None
