"""What the outcome of an exchange means: a response, or which error and whether trying again could help.

Status before body. Text from a server is masked and cleaned before it is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from http import HTTPStatus
from typing import Any, Final, cast

import msgspec
from msgspec.structs import replace

from futureagi_simulate import printable
from futureagi_simulate.errors import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConnectError,
    ContractError,
    FutureAGIError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RedirectError,
    RequestInfo,
    ServerError,
    TimeoutError,
    TransportError,
)
from futureagi_simulate.options import RedirectTarget
from futureagi_simulate.retry import RetryPolicy, retry_after

__all__ = [
    "Classifier",
    "ErrorEnvelope",
    "FailedAttempt",
    "Failure",
    "FailureKind",
    "Reply",
    "clean",
    "excerpt",
    "helpful_headers",
    "sentence",
    "status_text",
]


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

    @property
    def unsent(self) -> bool:
        """Return whether nothing of the request can have reached the server."""
        return self.kind is FailureKind.CONNECT or self.limit in ("connect", "pool")


class Replacement(msgspec.Struct, frozen=True):
    """A value that JSON doesn't have: where it was first, what it was, what stands there now, and how often.

    The same in other elements of the arrays above it is the same kind.
    """

    path: str
    got: str
    instead: str
    count: int = 1


class Reply(msgspec.Struct, frozen=True):
    """An answer. Its headers have lower-case names; its body is whole unless `failure` says otherwise.

    `replacements` are values that had to be replaced to make its body JSON.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes = b""
    failure: Failure | None = None
    replacements: tuple[Replacement, ...] = ()

    def __repr__(self) -> str:
        return f"<Reply {self.status}, {len(self.content)} bytes, {self.failure or 'whole'}>"


EXCERPT: Final = 500  # characters of a body that an error keeps
_LOOKED_AT: Final = 64 * 1024  # bytes of it that are searched for keys before the cut
_HEADERS: Final = (
    "content-type",
    "date",
    "location",
    "retry-after",
    "retry-after-ms",
    "server",
    "via",
    "www-authenticate",
)
_MESSAGE_KEYS: Final = ("message", "detail", "error", "result")

Scrub = Callable[[str], str]


class ErrorEnvelope(msgspec.Struct, frozen=True):
    """The server's own words about an error; `found` tells whether its JSON envelope was there at all."""

    found: bool = False
    type: str = ""
    code: str = ""
    message: str = ""
    details: Mapping[str, Any] = msgspec.field(default_factory=dict[str, Any])

    @classmethod
    def of(cls, content: bytes, scrub: Scrub) -> ErrorEnvelope:
        """Read `{"status": false, "type", "code", "message", …, "details"}`.

        Every part of it may be missing.
        """
        try:
            body = _cleaned(msgspec.json.decode(content.decode(errors="replace")), scrub)
        except (msgspec.DecodeError, RecursionError):
            return cls()
        fields = _object(body)
        messages = [text for name in _MESSAGE_KEYS if isinstance(text := fields.get(name), str)]
        return cls(
            found=fields.get("status") is False,
            type=_text(fields.get("type")),
            code=_text(fields.get("code")),
            message=messages[0] if messages else "",
            details=_object(fields.get("details")),
        )


def clean(text: str, scrub: Scrub) -> str:
    """Mask the keys in a text from outside, and replace what a terminal would obey."""
    return printable.clean(scrub(text))


def excerpt(content: bytes, scrub: Scrub) -> str:
    """Return the beginning of a body as text that is safe to print."""
    return clean(content[:_LOOKED_AT].decode(errors="replace"), scrub)[:EXCERPT]


def helpful_headers(headers: Mapping[str, str], scrub: Scrub) -> dict[str, str]:
    """Keep the few headers of an answer that help to understand an error."""
    return {name: clean(headers[name], scrub) for name in _HEADERS if name in headers}


def status_text(status: int) -> str:
    """Name a status: "404 Not Found", or the number alone if it is nobody's standard."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def sentence(text: str) -> str:
    """End a text with a full stop unless it ends with a sign already."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _cleaned(value: Any, scrub: Scrub) -> Any:
    """Clean every text in a decoded body, names included."""
    if isinstance(value, str):
        return clean(value, scrub)
    if isinstance(value, list):
        return [_cleaned(item, scrub) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {clean(name, scrub): _cleaned(item, scrub) for name, item in fields.items()}
    return value


def _object(value: object) -> dict[str, Any]:
    """Return a JSON object, or an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


_UNKNOWN: Final = re.compile(r"No \w+ matches the given query\.")
_KINDS: Final[Mapping[int, type[APIStatusError]]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    429: RateLimitError,
}
_ONCE: Final = "It may have been carried out, and isn't sent again by itself: look before you send it again."
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_LARGER: Final = "Ask for smaller pages with page_size=."
_READ: Final = "Read what the server says."
_SHORTER: Final = "The request is too long: ask for a shorter text, or with fewer filters or names."
_TOO_LONG: Final = (414, 431)
_REMEDIES: Final[Mapping[type[APIStatusError], str]] = {
    BadRequestError: "Correct the parameters it names.",
    AuthenticationError: "Check FI_API_KEY and FI_SECRET_KEY: both of one pair, and made for this server.",
    PermissionDeniedError: "Use keys of an organization that may read this.",
    NotFoundError: "Check the id, that the keys belong to its organization, and base_url.",
    RateLimitError: "Ask less often, or allow more time with retry=RetryPolicy(attempts=..., budget=...).",
    ServerError: "Try again later; if it stays, report it to whoever runs the server.",
}
_KNOWN_CAUSES: Final = (
    (
        "getSimulationRuns",
        re.compile("Unable to fetch simulation runs"),
        re.compile(""),
        "Asking again won't help. Most likely an eval of type numeric has a result, which the server can't "
        "sum up, or the page doesn't exist. get_test_execution and list_call_executions still answer for the "
        "calls; so do gate, failures and report for an execution named by its id.",
    ),
    (
        "listTestExecutions",
        re.compile("Failed to retrieve test executions"),
        re.compile("[?&]search="),
        "Asking again won't help: the server can't search for the names of scenarios. Search for a status "
        "such as completed, or list without a search and compare the scenarios.",
    ),
    (
        "getTestExecution",
        re.compile(""),
        re.compile("[?&]row_groups="),
        "Asking again won't help: the server can't group by a plain column such as scenario. Group by the id "
        "of a scenario's column (scenario_<id>_dataset_<id>, listed in column_order), or fetch the calls and "
        "count them.",
    ),
)
"""Requests that always end in 500 on the open-source server: operation, message, URL, and what works."""
_FAILURES: Final[Mapping[FailureKind, tuple[type[TransportError], str]]] = {
    FailureKind.CONNECT: (
        ConnectError,
        "Check base_url (FI_BASE_URL), that the server runs, and proxy and TLS settings.",
    ),
    FailureKind.TIMEOUT: (
        TimeoutError,
        "Allow more with timeout= or retry=RetryPolicy(budget=...), or ask for smaller pages.",
    ),
    FailureKind.BROKEN: (TransportError, "Try again; if it stays, something on the way cuts connections."),
    FailureKind.DAMAGED: (TransportError, "Try again; if it stays, something on the way damages bodies."),
    FailureKind.TOO_LARGE: (TransportError, _LARGER),
    FailureKind.CLOSED: (TransportError, "Make a new client, or close this one after its last request."),
    FailureKind.REFUSED: (TransportError, "Check base_url and the settings of http_client=."),
}


class FailedAttempt(msgspec.Struct, frozen=True):
    """An outcome that is no answer: in a word, as an error, and whether and when to try again."""

    what: str
    error: FutureAGIError
    again: bool = False
    asked: float | None = None


class _Success(msgspec.Struct):
    """The one field of a 2xx body that is looked at here; the rest is only checked to be JSON."""

    status: msgspec.Raw = msgspec.Raw(b"")


_DECODER: Final = msgspec.json.Decoder(_Success)
_ELEMENTS: Final = msgspec.json.Decoder(list[msgspec.Raw])


def _says_it_failed(content: bytes) -> bool:
    """Return whether a 2xx body is an object that says `"status": false`."""
    try:
        return bytes(_DECODER.decode(content).status) == b"false"
    except (msgspec.DecodeError, RecursionError):
        return False


class Classifier(msgspec.Struct, frozen=True):
    """Classifies the outcomes of one request. `scrub` masks the keys in whatever the server says.

    A request that may change something is tried again only if it can't have been carried out: where no
    connection came about, and where the server refused it by 429.
    """

    request: RequestInfo
    policy: RetryPolicy
    scrub: Scrub
    answers: tuple[str, ...] = ("object",)

    def classify(self, outcome: Reply | Failure) -> Reply | FailedAttempt:
        """Decide what an outcome means; a good answer comes back as it is."""
        result = self._meaning(outcome)
        if isinstance(result, Reply) or not result.again or self.request.method in _SAFE:
            return result
        if outcome.unsent if isinstance(outcome, Failure) else outcome.status == RateLimitError.status_code:
            return result
        result.error.remedy = _ONCE
        return replace(result, again=False)

    def _meaning(self, outcome: Reply | Failure) -> Reply | FailedAttempt:
        if isinstance(outcome, Failure):
            return self._no_answer(outcome)
        if not 200 <= outcome.status < 300:
            return self._refusal(outcome)
        if outcome.failure is None:
            return self._success(outcome)
        if outcome.failure.kind is FailureKind.TOO_LARGE:
            return self._not_contract(outcome, f"is too large: {outcome.failure.text}.", _LARGER)
        return self._no_answer(outcome.failure)

    def redirect_away(self, reply: Reply, elsewhere: RedirectTarget, origin: str) -> FailedAttempt:
        """Classify a redirect to another origin, or to an address that can't be used."""
        target = clean(elsewhere.target, self.scrub)
        if elsewhere.problem:
            where = f"to {target}" if target else "to an address"
            problem = f"with a redirect {where} that can't be followed: its Location {elsewhere.problem}"
            remedy = "Check base_url (FI_BASE_URL); if it is right, report it to whoever runs the server."
            return self._redirect(reply, problem, remedy)
        problem = f"with a redirect to {target}; keys are sent to {origin} only"
        remedy = f"If the API lives at {target}, set base_url (FI_BASE_URL) to it."
        return self._redirect(reply, problem, remedy)

    def redirect_loop(self, reply: Reply, followed: int) -> FailedAttempt:
        """Classify a redirect after many."""
        problem = f"after {followed} redirects with yet another"
        return self._redirect(reply, problem, "Check base_url (FI_BASE_URL).")

    def redirect_of_a_write(self, reply: Reply, location: str) -> FailedAttempt:
        """Classify a redirect that asks for another request than the one that was sent."""
        target = clean(location, self.scrub)
        problem = f"with a redirect to {target}; a {self.request.method} follows only 307 and 308"
        return self._redirect(reply, problem, "Check base_url (FI_BASE_URL) and whether it was carried out.")

    def redirect_with_key(self, reply: Reply) -> FailedAttempt:
        """Classify a redirect that writes a key into an address."""
        return self._redirect(reply, "with a redirect that repeats a key", "Check base_url (FI_BASE_URL).")

    def _redirect(self, reply: Reply, how: str, remedy: str) -> FailedAttempt:
        problem = f"{self.request} answered {status_text(reply.status)} {how}"
        return FailedAttempt(
            str(reply.status), self._status_error(RedirectError, problem, remedy, reply, ErrorEnvelope())
        )

    def _no_answer(self, failure: Failure) -> FailedAttempt:
        """Classify a request that got no answer, or no whole one."""
        kind, remedy = _FAILURES[failure.kind]
        what = f"{failure.kind.value} ({failure.limit})" if failure.limit else failure.kind.value
        problem = sentence(f"{self.request}: {failure.kind.value}: {clean(failure.text, self.scrub)}")
        return FailedAttempt(what, kind(problem, remedy=remedy, request=self.request), failure.passing)

    def _success(self, reply: Reply) -> Reply | FailedAttempt:
        """Classify a whole 2xx answer: a JSON object is good unless it says `"status": false`."""
        if "nothing" in self.answers and (self.answers == ("nothing",) or not reply.content.strip()):
            return self._failed_success(reply) if _says_it_failed(reply.content) else reply
        if "array" in self.answers:
            return self._array(reply)
        try:
            status = bytes(_DECODER.decode(reply.content).status)
        except (msgspec.DecodeError, RecursionError) as error:
            from futureagi_simulate.bodies import to_strict_json  # here: nearly every body is JSON

            content, replacements = to_strict_json(reply.content)
            if content == reply.content:
                return self._not_json(reply, error)
            return self._success(replace(reply, content=content, replacements=replacements))
        if status != b"false":
            return reply
        return self._failed_success(reply)

    def _array(self, reply: Reply) -> Reply | FailedAttempt:
        """Classify a whole 2xx answer that is to be an array."""
        try:
            _ELEMENTS.decode(reply.content)
            return reply
        except msgspec.ValidationError as error:
            if _says_it_failed(reply.content):
                return self._failed_success(reply)
            return self._not_json(reply, error, "array")
        except (msgspec.DecodeError, RecursionError) as error:
            from futureagi_simulate.bodies import to_strict_json  # here: nearly every body is JSON

            content, strays = to_strict_json(reply.content)
            if content == reply.content:
                return self._not_json(reply, error, "array")
            return self._array(replace(reply, content=content, strays=strays))

    def _failed_success(self, reply: Reply) -> FailedAttempt:
        """Classify a 2xx answer that says of itself that it failed. The server meant it: no retry."""
        words = ErrorEnvelope.of(reply.content, self.scrub)
        reason = words.message or "without a reason"
        problem = f"{self.request} answered {reply.status} and yet that it failed: {reason}"
        return FailedAttempt(
            f"{reply.status}, failed", self._status_error(APIStatusError, problem, _READ, reply, words)
        )

    def _not_json(self, reply: Reply, error: Exception, form: str = "object") -> FailedAttempt:
        """Classify a 2xx body that is not of its form: one damaged on the way may arrive whole next time."""
        declared = reply.headers.get("content-type", "")
        remedy = "Check that base_url (FI_BASE_URL) names the API: something else seems to have answered."
        if not reply.content.strip():
            problem, again = "is empty", True
        elif isinstance(error, msgspec.ValidationError):
            problem, again = f"is JSON but no {form}", False
        elif isinstance(error, RecursionError):
            problem, again = "is nested too deeply to be read", False
        elif reply.content.lstrip()[:1] == b"<" or (declared and "json" not in declared.lower()):
            problem, again = f"is {clean(declared, self.scrub) or 'markup'}, not JSON", False
        else:
            problem, again = f"is damaged JSON ({error})", True
            remedy = "Try again; if it stays, the server or something in front of it sends broken bodies."
        return replace(self._not_contract(reply, f"{problem}.", remedy), again=again)

    def _refusal(self, reply: Reply) -> FailedAttempt:
        """Classify an answer that isn't 2xx."""
        words = ErrorEnvelope.of(reply.content, self.scrub)
        kind = _KINDS.get(reply.status, ServerError if reply.status >= 500 else APIStatusError)
        if reply.status == 500 and words.found and _UNKNOWN.search(words.message):
            kind = NotFoundError
        message = f": {words.message}" if words.message else ""
        problem = f"{self.request} answered {status_text(reply.status)}{message}"
        remedy = _SHORTER if reply.status in _TOO_LONG else _REMEDIES.get(kind, _READ)
        if reply.status == 500 and kind is ServerError:
            remedy = self._known_cause(words.message) or remedy
        error = self._status_error(kind, problem, remedy, reply, words)
        asked = retry_after(reply.headers, self.policy.clock.wall())
        if isinstance(error, RateLimitError):
            error.retry_after = asked
        again = reply.status in self.policy.statuses or (reply.status == 500 and not words.found)
        return FailedAttempt(str(reply.status), error, again, asked)

    def _known_cause(self, message: str) -> str | None:
        """Return what works instead of a request that the server always answers with 500."""
        asked = self.request
        fitting = (
            remedy
            for operation, words, query, remedy in _KNOWN_CAUSES
            if asked.operation == operation and words.search(message) and query.search(asked.url)
        )
        return next(fitting, None)

    def _status_error(
        self, kind: type[APIStatusError], problem: str, remedy: str, reply: Reply, words: ErrorEnvelope
    ) -> APIStatusError:
        return kind(
            sentence(problem),
            status=reply.status,
            type=words.type,
            code=words.code,
            message=words.message,
            details=words.details,
            headers=helpful_headers(reply.headers, self.scrub),
            excerpt=excerpt(reply.content, self.scrub),
            remedy=remedy,
            request=self.request,
        )

    def _not_contract(self, reply: Reply, problem: str, remedy: str) -> FailedAttempt:
        error = ContractError(
            f"{self.request} answered {reply.status}, but the body {problem}",
            status=reply.status,
            headers=helpful_headers(reply.headers, self.scrub),
            excerpt=excerpt(reply.content, self.scrub),
            remedy=remedy,
            request=self.request,
        )
        return FailedAttempt(f"{reply.status}, no usable body", error)
