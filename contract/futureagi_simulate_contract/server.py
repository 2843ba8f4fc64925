"""Send requests to a server over HTTP. The only module of the package that imports the client."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from futureagi_simulate import logs, transport
from futureagi_simulate.auth import MASK, Credentials, Secret
from futureagi_simulate.checks import uuid
from futureagi_simulate.errors import (
    Attempt,
    ConfigurationError,
    ConnectError,
    RequestInfo,
    TimeoutError,
    TransportError,
)
from futureagi_simulate.http import OutgoingRequest
from futureagi_simulate.options import Options
from futureagi_simulate.responses import Failure, FailureKind, Reply
from futureagi_simulate.retry import Clock, SystemClock
from futureagi_simulate_contract.exchange import Keys, Request, Response, Send

__all__ = [
    "MASK",
    "PER_REQUEST",
    "WRONG_SECRET",
    "Clock",
    "Credentials",
    "Options",
    "OutOfTimeError",
    "SystemClock",
    "TimeoutError",
    "TransportError",
    "open_server",
    "out_of_time",
    "uuid",
]

WRONG_SECRET: Final = "not-the-secret-key"  # noqa: S105 - sent where a check needs a wrong one
PER_REQUEST: Final = 30.0  # seconds
_ERRORS: Final = {FailureKind.CONNECT: ConnectError, FailureKind.TIMEOUT: TimeoutError}


class OutOfTimeError(TimeoutError):
    """The time for all requests is over."""


def out_of_time(seconds: float) -> OutOfTimeError:
    """Return the error of requests that took longer than `seconds` together."""
    return OutOfTimeError(
        f"The requests took longer than {seconds:g} s.", remedy="Allow more time, or send fewer requests."
    )


@contextmanager
def open_server(
    options: Options, other: Credentials | None = None, *, seconds: float = math.inf
) -> Iterator[Send]:
    """Send requests to a server: GET only, no redirect is followed, keys go to the configured origin only.

    `other`: keys of a second organization, for the checks that need them. A response takes at most
    `PER_REQUEST`, and all of them at most `seconds`, on the clock of the options. Raises TransportError when
    no response comes, OutOfTimeError when `seconds` are over, ConfigurationError for a request that can't be
    sent to a server.
    """
    clock = options.retry.clock
    end = clock.monotonic() + seconds
    keys = options.credentials
    wrong = Credentials(keys.api_key, Secret(WRONG_SECRET))
    pairs = {Keys.GOOD: keys, Keys.WRONG_SECRET: wrong, Keys.OTHER: other}
    with closing(transport.open_client(None, options.origin)) as client:

        def send(request: Request) -> Response:
            if request.method != "GET" or (request.keys is Keys.OTHER and other is None):
                raise ConfigurationError(f"{request} isn't sent to a server.", remedy="Send it to a mock.")
            start = clock.monotonic()
            limit = min(start + PER_REQUEST, end)
            if start >= end:
                raise out_of_time(seconds)
            outgoing = OutgoingRequest(
                url=options.origin.url(request.path, request.query),
                headers=_headers(request, keys),
                keys=pairs.get(request.keys),
                timeout=options.timeout,
                max_body=options.max_body,
                remaining=lambda: limit - clock.monotonic(),
                budget=limit - start,
            )
            outcome = transport.exchange(client, outgoing)
            failure = outcome if isinstance(outcome, Failure) else outcome.failure
            result = str(outcome.status) if isinstance(outcome, Reply) else outcome.kind.value
            info = RequestInfo(request.method, outgoing.url)
            logs.attempted(str(info), Attempt(1, result, clock.monotonic() - start))
            if isinstance(outcome, Failure) or failure is not None:
                assert failure is not None  # noqa: S101 - one of the two is a Failure
                if clock.monotonic() >= end:
                    raise out_of_time(seconds)
                error = _ERRORS.get(failure.kind, TransportError)
                raise error(
                    f"{options.origin} gave no answer: {failure.text}.", remedy="Is the base URL right?"
                )
            return Response(outcome.status, outcome.headers, outcome.content)

        yield send


def _headers(request: Request, keys: Credentials) -> tuple[tuple[bytes, bytes], ...]:
    headers = {"accept": "application/json", "user-agent": "futureagi-simulate (contract checks)"}
    headers |= {name.lower(): value for name, value in request.headers}
    if request.keys is Keys.NO_SECRET:
        headers["x-api-key"] = keys.api_key.reveal()
    return tuple((name.encode(), value.encode()) for name, value in headers.items())
