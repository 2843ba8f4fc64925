"""Who answers questions: a mock in this process, or a server over HTTP."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from futureagi_simulate import logs, transport
from futureagi_simulate.auth import Credentials, Secret
from futureagi_simulate.errors import (
    Attempt,
    ConfigurationError,
    ConnectError,
    RequestInfo,
    TimeoutError,
    TransportError,
)
from futureagi_simulate.http import OutgoingRequest as Hop
from futureagi_simulate.responses import Failure, FailureKind, Reply
from futureagi_simulate.retry import Clock, SystemClock
from futureagi_simulate_contract.exchange import Answer, Keys, Question

if TYPE_CHECKING:
    from futureagi_simulate.options import Options
    from futureagi_simulate_mock import Mock
    from futureagi_simulate_mock.messages import Request, Response

Ask = Callable[[Question], Answer]

_WRONG: Final = "not-the-secret-key"
_ERRORS: Final = {FailureKind.CONNECT: ConnectError, FailureKind.TIMEOUT: TimeoutError}
_BUSY: Final = 429
_AGAIN: Final = 2
_PATIENCE: Final = 60.0
PER_REQUEST: Final = 30.0


class OutOfTimeError(TimeoutError):
    """The time for all questions is over."""


def of_mock(mock: Mock, handle: Callable[[Request], Response] | None = None) -> Ask:
    """Ask a mock in this process, or what stands in front of it: `handle`."""
    from futureagi_simulate_mock.messages import Request

    keys = {
        Keys.GOOD: (mock.api_key, mock.secret_key),
        Keys.OTHER: (mock.other_api_key, mock.other_secret_key),
        Keys.WRONG_SECRET: (mock.api_key, _WRONG),
        Keys.NO_SECRET: (mock.api_key, None),
        Keys.NONE: (None, None),
    }
    answer_with = handle or mock.handle
    scheme, _, host = mock.base_url.partition("://")

    def ask(question: Question) -> Answer:
        pair = zip(("x-api-key", "x-secret-key"), keys[question.keys], strict=True)
        sent = {"host": host, **{name: value for name, value in pair if value is not None}}
        sent |= {name.lower(): value for name, value in question.headers}
        query = urlencode(question.query, quote_via=quote)
        request = Request(question.method, question.path, query, tuple(sent.items()), scheme=scheme)
        answer = answer_with(request)
        headers = {name.lower(): value for name, value in answer.headers}
        return Answer(answer.status, headers, answer.body)

    return ask


@contextmanager
def of_server(
    options: Options, other: Credentials | None = None, *, seconds: float = math.inf
) -> Iterator[Ask]:
    """Ask a server over HTTP: GET only, no redirect is followed, keys go to the configured origin only.

    `other`: keys of a second organization, for the checks that need them. An answer takes at most
    `PER_REQUEST`, and all of them at most `seconds`, on the clock of the options. Raises TransportError when
    no answer comes, OutOfTimeError when `seconds` are over, ConfigurationError for a question that can't be
    asked here.
    """
    clock = options.retry.clock
    end = clock.monotonic() + seconds
    keys = options.credentials
    wrong = Credentials(keys.api_key, Secret(_WRONG))
    pairs = {Keys.GOOD: keys, Keys.WRONG_SECRET: wrong, Keys.OTHER: other}
    with closing(transport.open_client(None, options.origin)) as client:

        def ask(question: Question) -> Answer:
            if question.method != "GET" or (question.keys is Keys.OTHER and other is None):
                raise ConfigurationError(f"{question} isn't asked of a server.", remedy="Ask it of a mock.")
            begun = clock.monotonic()
            limit = min(begun + PER_REQUEST, end)
            if begun >= end:
                raise _out_of_time(seconds)
            hop = Hop(
                url=options.origin.url(question.path, question.query),
                headers=_headers(question, keys),
                keys=pairs.get(question.keys),
                timeout=options.timeout,
                max_body=options.max_body,
                remaining=lambda: limit - clock.monotonic(),
                budget=limit - begun,
            )
            outcome = transport.exchange(client, hop)
            failure = outcome if isinstance(outcome, Failure) else outcome.failure
            what = str(outcome.status) if isinstance(outcome, Reply) else outcome.kind.value
            asked = RequestInfo(question.method, hop.url)
            logs.attempted(str(asked), Attempt(1, what, clock.monotonic() - begun))
            if isinstance(outcome, Failure) or failure is not None:
                assert failure is not None  # noqa: S101 - one of the two is a Failure
                if clock.monotonic() >= end:
                    raise _out_of_time(seconds)
                error = _ERRORS.get(failure.kind, TransportError)
                raise error(
                    f"{options.origin} gave no answer: {failure.text}.", remedy="Is the base URL right?"
                )
            return Answer(outcome.status, outcome.headers, outcome.content)

        yield ask


def _headers(question: Question, keys: Credentials) -> tuple[tuple[bytes, bytes], ...]:
    headers = {"accept": "application/json", "user-agent": "futureagi-simulate (contract checks)"}
    headers |= {name.lower(): value for name, value in question.headers}
    if question.keys is Keys.NO_SECRET:
        headers["x-api-key"] = keys.api_key.reveal()
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


def _out_of_time(seconds: float) -> OutOfTimeError:
    return OutOfTimeError(
        f"The questions took longer than {seconds:g} s.", remedy="Allow more time, or ask fewer questions."
    )


def paced(ask: Ask, rate: float, clock: Clock | None = None, *, seconds: float = math.inf) -> Ask:
    """Return `ask`, slowed down to `rate` questions a second; after a 429 it waits as long as it is told.

    No wait ends after `seconds`: it raises OutOfTimeError instead.
    """
    time = clock or SystemClock()
    free_at = time.monotonic()
    end = free_at + seconds

    def once(question: Question) -> Answer:
        nonlocal free_at
        now = time.monotonic()
        if max(now, free_at) >= end:
            raise _out_of_time(seconds)
        if now < free_at:
            time.sleep(free_at - now)
        free_at = max(now, free_at) + 1 / rate
        return ask(question)

    def slowed(question: Question) -> Answer:
        nonlocal free_at
        answer = once(question)
        for _ in range(_AGAIN):
            if answer.status != _BUSY:
                break
            free_at = time.monotonic() + _told(answer.headers)
            answer = once(question)
        return answer

    return slowed


def _told(headers: Mapping[str, str]) -> float:
    text = headers.get("retry-after", "")
    return min(float(text), _PATIENCE) if text.isdecimal() else 5.0
