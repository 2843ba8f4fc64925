"""What one outcome means: an answer, or which error and whether trying again could help.

Status before body.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

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
from futureagi_simulate.transport.hop import Failure, FailureKind, Reply
from futureagi_simulate.transport.origin import Elsewhere
from futureagi_simulate.transport.retry import RetryPolicy, retry_after
from futureagi_simulate.transport.wording import (
    Scrub,
    Words,
    clean,
    excerpt,
    helpful_headers,
    sentence,
    status_text,
)

__all__ = ["Case", "Trouble"]

_UNKNOWN: Final = re.compile(r"No \w+ matches the given query\.")
_KINDS: Final[Mapping[int, type[APIStatusError]]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    429: RateLimitError,
}
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


class Trouble(msgspec.Struct, frozen=True):
    """An outcome that is no answer: in a word, as an error, and whether and when to try again."""

    what: str
    error: FutureAGIError
    again: bool = False
    asked: float | None = None


class _Success(msgspec.Struct):
    """The one field of a 2xx body that is looked at here; the rest is only checked to be JSON."""

    status: msgspec.Raw = msgspec.Raw(b"")


_DECODER: Final = msgspec.json.Decoder(_Success)


class Case(msgspec.Struct, frozen=True):
    """One request under judgement. `scrub` masks the keys in whatever the server says."""

    request: RequestInfo
    policy: RetryPolicy
    scrub: Scrub

    def judge(self, outcome: Reply | Failure) -> Reply | Trouble:
        """Decide what an outcome means; a good answer comes back as it is."""
        if isinstance(outcome, Failure):
            return self._no_answer(outcome)
        if not 200 <= outcome.status < 300:
            return self._refusal(outcome)
        if outcome.failure is None:
            return self._success(outcome)
        if outcome.failure.kind is FailureKind.TOO_LARGE:
            return self._not_contract(outcome, f"is too large: {outcome.failure.text}.", _LARGER)
        return self._no_answer(outcome.failure)

    def redirected_away(self, reply: Reply, elsewhere: Elsewhere, origin: str) -> Trouble:
        """Judge a redirect to another origin, or to an address that can't be used."""
        target = clean(elsewhere.target, self.scrub)
        if elsewhere.problem:
            where = f"to {target}" if target else "to an address"
            problem = f"with a redirect {where} that can't be followed: its Location {elsewhere.problem}"
            remedy = "Check base_url (FI_BASE_URL); if it is right, report it to whoever runs the server."
            return self._redirect(reply, problem, remedy)
        problem = f"with a redirect to {target}; keys are sent to {origin} only"
        remedy = f"If the API lives at {target}, set base_url (FI_BASE_URL) to it."
        return self._redirect(reply, problem, remedy)

    def redirected_endlessly(self, reply: Reply, followed: int) -> Trouble:
        """Judge a redirect after many."""
        problem = f"after {followed} redirects with yet another"
        return self._redirect(reply, problem, "Check base_url (FI_BASE_URL).")

    def redirected_with_key(self, reply: Reply) -> Trouble:
        """Judge a redirect that writes a key into an address."""
        return self._redirect(reply, "with a redirect that repeats a key", "Check base_url (FI_BASE_URL).")

    def _redirect(self, reply: Reply, how: str, remedy: str) -> Trouble:
        problem = f"{self.request} answered {status_text(reply.status)} {how}"
        return Trouble(str(reply.status), self._status_error(RedirectError, problem, remedy, reply, Words()))

    def _no_answer(self, failure: Failure) -> Trouble:
        """Judge a request that got no answer, or no whole one."""
        kind, remedy = _FAILURES[failure.kind]
        what = f"{failure.kind.value} ({failure.limit})" if failure.limit else failure.kind.value
        problem = sentence(f"{self.request}: {failure.kind.value}: {failure.text}")
        return Trouble(what, kind(problem, remedy=remedy, request=self.request), failure.passing)

    def _success(self, reply: Reply) -> Reply | Trouble:
        """Judge a whole 2xx answer: a JSON object is good unless it says `"status": false`."""
        try:
            status = bytes(_DECODER.decode(reply.content).status)
        except (msgspec.DecodeError, RecursionError) as error:
            from futureagi_simulate.transport.nearly import readable  # here: nearly all answers are JSON

            content, strays = readable(reply.content)
            if content == reply.content:
                return self._not_json(reply, error)
            return self._success(replace(reply, content=content, strays=strays))
        if status != b"false":
            return reply
        return self._failed_success(reply)

    def _failed_success(self, reply: Reply) -> Trouble:
        """Judge a 2xx answer that says of itself that it failed. The server meant it: no retry."""
        words = Words.of(reply.content, self.scrub)
        reason = words.message or "without a reason"
        problem = f"{self.request} answered {reply.status} and yet that it failed: {reason}"
        return Trouble(
            f"{reply.status}, failed", self._status_error(APIStatusError, problem, _READ, reply, words)
        )

    def _not_json(self, reply: Reply, error: Exception) -> Trouble:
        """Judge a 2xx body that is no JSON object: one damaged on the way may arrive whole next time."""
        declared = reply.headers.get("content-type", "")
        remedy = "Check that base_url (FI_BASE_URL) names the API: something else seems to have answered."
        if not reply.content.strip():
            problem, again = "is empty", True
        elif isinstance(error, msgspec.ValidationError):
            problem, again = "is JSON but no object", False
        elif isinstance(error, RecursionError):
            problem, again = "is nested too deeply to be read", False
        elif reply.content.lstrip()[:1] == b"<" or (declared and "json" not in declared.lower()):
            problem, again = f"is {clean(declared, self.scrub) or 'markup'}, not JSON", False
        else:
            problem, again = f"is damaged JSON ({error})", True
            remedy = "Try again; if it stays, the server or something in front of it sends broken bodies."
        return replace(self._not_contract(reply, f"{problem}.", remedy), again=again)

    def _refusal(self, reply: Reply) -> Trouble:
        """Judge an answer that isn't 2xx."""
        words = Words.of(reply.content, self.scrub)
        kind = _KINDS.get(reply.status, ServerError if reply.status >= 500 else APIStatusError)
        if reply.status == 500 and words.found and _UNKNOWN.search(words.message):
            kind = NotFoundError
        said = f": {words.message}" if words.message else ""
        problem = f"{self.request} answered {status_text(reply.status)}{said}"
        remedy = _SHORTER if reply.status in _TOO_LONG else _REMEDIES.get(kind, _READ)
        error = self._status_error(kind, problem, remedy, reply, words)
        asked = retry_after(reply.headers, self.policy.clock.wall())
        if isinstance(error, RateLimitError):
            error.retry_after = asked
        again = reply.status in self.policy.statuses or (reply.status == 500 and not words.found)
        return Trouble(str(reply.status), error, again, asked)

    def _status_error(
        self, kind: type[APIStatusError], problem: str, remedy: str, reply: Reply, words: Words
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

    def _not_contract(self, reply: Reply, problem: str, remedy: str) -> Trouble:
        error = ContractError(
            f"{self.request} answered {reply.status}, but the body {problem}",
            status=reply.status,
            headers=helpful_headers(reply.headers, self.scrub),
            excerpt=excerpt(reply.content, self.scrub),
            remedy=remedy,
            request=self.request,
        )
        return Trouble(f"{reply.status}, no usable body", error)
