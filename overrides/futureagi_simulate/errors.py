"""Everything this package raises or warns about.

The tree:

* FutureAGIError
  + ConfigurationError          nothing was sent: a key, an address, an option or an argument is wrong
  + TransportError              no whole answer arrived
    - ConnectError              no connection to the server
    - TimeoutError              an attempt, or the whole budget, ran out of time
  + APIStatusError              the server answered that it won't do this
    - RedirectError             3xx that isn't followed
    - BadRequestError           400
    - AuthenticationError       401
    - PermissionDeniedError     403
    - NotFoundError             404, and the 500 with which the server says that a test execution is unknown
    - RateLimitError            429
    - ServerError               5xx
  + ContractError               the answer isn't what the contract says

* FutureAGIWarning (a UserWarning)
  + ContractWarning             the answer differs from the contract; nothing was lost
  + ListingChangedWarning       rows of a listing may be missing: it changed, or has no fixed order
  + FilterIgnoredWarning        rows came back that contradict the filter
  + InsecureConnectionWarning   the keys go over plain http to another machine

Each error names what happened (`problem`) and what to do about it (`remedy`), knows the request and the
attempts made, pickles and copies whole, and holds no key.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal, NamedTuple

from futureagi_simulate.printable import clean

__all__ = [
    "APIStatusError",
    "Attempt",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConnectError",
    "ContractError",
    "ContractWarning",
    "FilterIgnoredWarning",
    "FutureAGIError",
    "FutureAGIWarning",
    "InsecureConnectionWarning",
    "ListingChangedWarning",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "RedirectError",
    "RequestInfo",
    "ServerError",
    "TimeoutError",
    "TransportError",
]


_SHOWN_URL: Final = 500  # characters of it in a message or a log; `url` has them all


class RequestInfo(NamedTuple):
    """The request an error is about: what was asked, without headers."""

    method: str
    url: str
    operation: str = ""

    def __str__(self) -> str:
        url = self.url if len(self.url) <= _SHOWN_URL else f"{self.url[:_SHOWN_URL]}…"
        return f"{self.method} {url}"


class Attempt(NamedTuple):
    """One try at a request: its number from 1, how it ended, and how long it took, in seconds."""

    number: int
    outcome: str
    seconds: float


class FutureAGIError(Exception):
    """Base of every error of this package.

    `request` is None where the error isn't about a request. `attempts` counts the tries made and `history`
    tells how each of them ended. `page` is the number of the page that failed while a listing was read, else
    None.
    """

    def __init__(
        self,
        problem: str,
        *,
        remedy: str = "",
        request: RequestInfo | None = None,
        attempts: int = 0,
        history: tuple[Attempt, ...] = (),
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.request = request
        self.attempts: int = attempts
        self.history: tuple[Attempt, ...] = history
        self.page: int | None = None

    def tried(self, history: tuple[Attempt, ...]) -> None:
        """Note the attempts made."""
        self.history = history
        self.attempts = len(history)

    def __str__(self) -> str:
        tried = f" ({self.attempts} attempts)" if self.attempts > 1 else ""
        return clean(f"{self.problem}{tried} {self.remedy}".rstrip())

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__.copy())


def _rebuild(kind: type[FutureAGIError], args: tuple[Any, ...], state: dict[str, Any]) -> FutureAGIError:
    """Make an error from what `__reduce__` kept, without running its constructor."""
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigurationError(FutureAGIError):
    """A key, an address, an option or an argument is wrong; nothing was sent."""


class TransportError(FutureAGIError):
    """No whole answer arrived."""


class ConnectError(TransportError):
    """No connection to the server could be made."""


class TimeoutError(TransportError, builtins.TimeoutError):
    """An attempt, or the whole budget of the request, ran out of time.

    `except TimeoutError` catches it too.
    """


class APIStatusError(FutureAGIError):
    """The server answered that it won't do this.

    `status` is the status it sent; `type`, `code`, `message` and `details` (field → list of texts) are its
    own words, "" and {} where it sent none. `headers` holds the few that help (lower-case names), `excerpt`
    the beginning of the body.
    """

    def __init__(
        self,
        problem: str,
        *,
        status: int,
        type: str = "",
        code: str = "",
        message: str = "",
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        excerpt: str = "",
        remedy: str = "",
        request: RequestInfo | None = None,
        attempts: int = 0,
        history: tuple[Attempt, ...] = (),
    ) -> None:
        super().__init__(problem, remedy=remedy, request=request, attempts=attempts, history=history)
        self.status = status
        self.type = type
        self.code = code
        self.message = message
        self.details: dict[str, Any] = dict(details or {})
        self.headers: dict[str, str] = dict(headers or {})
        self.excerpt = excerpt


class RedirectError(APIStatusError):
    """The server redirects to where the keys must not go, or without end."""


class BadRequestError(APIStatusError):
    """400: the server can't do anything with the parameters; `details` says which."""

    status_code: ClassVar[Literal[400]] = 400


class AuthenticationError(APIStatusError):
    """401: a key is missing or wrong."""

    status_code: ClassVar[Literal[401]] = 401


class PermissionDeniedError(APIStatusError):
    """403: the keys are right and don't allow this."""

    status_code: ClassVar[Literal[403]] = 403


class NotFoundError(APIStatusError):
    """404: there is no such thing, or not in this organization.

    `status` is 500 where the server answered so with that status, as it does for an unknown test execution.
    """

    status_code: ClassVar[Literal[404]] = 404


class RateLimitError(APIStatusError):
    """429: too many requests. `retry_after`: the wait the server asked for, in seconds; None if it didn't."""

    status_code: ClassVar[Literal[429]] = 429
    retry_after: float | None = None


class ServerError(APIStatusError):
    """5xx: the server, or something in front of it, failed."""

    status_code: ClassVar[Literal[500]] = 500


class ContractError(FutureAGIError):
    """The answer isn't what the contract says: not JSON, empty, too large, of another form.

    `status`, `headers` and `excerpt` are the answer's; `deviations` lists what differed where the client
    compared them.
    """

    def __init__(
        self,
        problem: str,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        excerpt: str = "",
        deviations: tuple[Any, ...] = (),
        remedy: str = "",
        request: RequestInfo | None = None,
        attempts: int = 0,
        history: tuple[Attempt, ...] = (),
    ) -> None:
        super().__init__(problem, remedy=remedy, request=request, attempts=attempts, history=history)
        self.status = status
        self.headers: dict[str, str] = dict(headers or {})
        self.excerpt = excerpt
        self.deviations = deviations


class FutureAGIWarning(UserWarning):
    """Base of every warning of this package."""


class ContractWarning(FutureAGIWarning):
    """The answer differs from the contract; nothing was lost."""


class ListingChangedWarning(FutureAGIWarning):
    """A row of a listing may have been missed.

    `cause` is "change" where the listing changed meanwhile, "ties" where it didn't and rows of equal times
    came in another order, "page" where the same rows came again, "unknown" where that can't be told.
    """

    cause: str = "unknown"


class FilterIgnoredWarning(FutureAGIWarning):
    """Rows came back that contradict the filter: the server didn't apply it."""


class InsecureConnectionWarning(FutureAGIWarning):
    """The base URL is plain http and another machine: whoever is on the way can read the keys."""
