"""How one request becomes an answer: the one flow that the synchronous and the asynchronous driver run.

The generator yields what it wants done, a `Hop` to send or a `Pause` to wait, and is sent what came of it.
Everything decided between two steps is decided here or in the pure functions called from here; a driver only
sends and sleeps.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Any, Final
from urllib.parse import unquote

from futureagi_simulate.errors import Attempt, RequestInfo
from futureagi_simulate.options import Options
from futureagi_simulate.transport import logs
from futureagi_simulate.transport.hop import Cancelled, Failure, FailureKind, Hop, Pause, Reply
from futureagi_simulate.transport.judge import Case, Trouble
from futureagi_simulate.transport.origin import target_origin
from futureagi_simulate.transport.request import Answer, Request
from futureagi_simulate.transport.version import VERSION

__all__ = ["Steps", "flow"]

Steps = Generator[Hop | Pause, Any, Answer]  # sent in: a Reply or a Failure for a Hop, None for a Pause

_MAX_REDIRECTS: Final = 10
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_HEADERS: Final = (
    (b"accept", b"application/json"),
    (b"accept-encoding", b"gzip"),
    (b"user-agent", f"futureagi-simulate/{VERSION}".encode()),
)


def flow(request: Request, options: Options, cancelled: threading.Event | None = None) -> Steps:
    """Try a request until it has an answer, trying again can't help, or attempts or time are used up.

    Returns the answer through StopIteration; raises the last attempt's error, which tells of all of them, or
    Cancelled between two steps once that event is set.
    """
    policy, clock = options.retry, options.retry.clock
    url = options.origin.url(request.path, request.query)
    case = Case(RequestInfo("GET", url, request.operation), policy, options.credentials.scrub)
    begun = clock.monotonic()
    deadline = begun + policy.budget
    history: tuple[Attempt, ...] = ()
    while True:
        started = clock.monotonic()
        result = yield from _attempt(case, options, deadline, cancelled)
        ended = clock.monotonic()
        what = result.what if isinstance(result, Trouble) else str(result.status)
        history += (Attempt(len(history) + 1, what, ended - started),)
        logs.attempted(str(case.request), history[-1])
        if isinstance(result, Reply):
            return Answer(
                request=request,
                status=result.status,
                headers={name: case.scrub(value) for name, value in result.headers.items()},
                content=options.credentials.scrub_answer(result.content),
                attempts=len(history),
                elapsed=ended - begun,
                strays=result.strays,
            )
        wait = policy.wait(len(history), result.asked)
        result.error.tried(history)
        if not result.again or len(history) >= policy.attempts or ended + wait >= deadline:
            raise result.error
        logs.waiting(str(case.request), wait, history[-1])
        yield Pause(wait)
        if clock.monotonic() >= deadline:
            raise result.error


def _attempt(
    case: Case, options: Options, deadline: float, cancelled: threading.Event | None
) -> Generator[Hop, Any, Reply | Trouble]:
    """Make one attempt, hop by hop along redirects of the same origin, and judge where it ends.

    A redirect to another origin isn't followed at all: there is no hop after which keys could come back.
    """
    origin, url = options.origin, case.request.url

    def remaining() -> float:
        return deadline - options.retry.clock.monotonic()

    followed = 0
    while True:
        if cancelled is not None and cancelled.is_set():
            raise Cancelled
        left = remaining()
        if left <= 0:
            text = f"the budget of {options.retry.budget:g} s ran out"
            return case.judge(Failure(FailureKind.TIMEOUT, text, limit="budget"))
        outcome: Reply | Failure = yield Hop(
            url=url,
            headers=_HEADERS,
            keys=options.credentials if origin.owns(url) else None,
            timeout=options.timeout,
            max_body=options.max_body,
            remaining=remaining,
            budget=options.retry.budget,
            cancelled=cancelled,
        )
        location = _location(outcome)
        if not isinstance(outcome, Reply) or location is None:
            return case.judge(outcome)
        if case.scrub(unquote(location)) != unquote(location):  # a URL is logged, by httpx and by every proxy
            return case.redirected_with_key(outcome)
        target = origin.follow(url, location)
        if target is None:
            return case.redirected_away(outcome, target_origin(url, location), origin.root)
        if followed == _MAX_REDIRECTS:
            return case.redirected_endlessly(outcome, followed)
        url, followed = target, followed + 1


def _location(outcome: Reply | Failure) -> str | None:
    """Return where an outcome redirects to, None if it doesn't."""
    if isinstance(outcome, Reply) and outcome.status in _REDIRECTS:
        return outcome.headers.get("location")
    return None
