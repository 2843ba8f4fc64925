"""Ask again until an execution has finished or time is up; faults on the way are part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from futureagi_simulate.durations import FORMS, seconds
from futureagi_simulate.errors import (
    ConfigurationError,
    FutureAGIError,
    RateLimitError,
    ServerError,
    TransportError,
)
from futureagi_simulate.records import ExecutionRecord
from futureagi_simulate.retry import Clock, SystemClock
from futureagi_simulate_cli.gate.status import is_finished

INTERVAL: Final = 5.0
"""Seconds between two questions: an execution takes minutes, and one question costs the server 0.04 s."""

SHORTEST: Final = 0.1
"""Least number of seconds between two questions."""


@attrs.frozen
class Look:
    """One look at an execution: what was seen, or the fault that hid it, and the seconds passed and left."""

    execution: ExecutionRecord | None
    fault: FutureAGIError | None
    passed: float
    left: float

    @property
    def finished(self) -> bool:
        """Say whether the execution was seen to have ended."""
        return self.execution is not None and is_finished(self.execution)


def parse_duration(text: str | float) -> float:
    """Read how long to wait, in seconds; raise ConfigurationError for what is no duration, or none at all."""
    try:
        if duration := seconds(text):
            return duration
    except ValueError:
        pass
    raise ConfigurationError(f'The duration "{text}" can\'t be read.', remedy=f"Write it as {FORMS}.")


def parse_interval(text: str | float) -> float:
    """Read the time between two questions, as `parse_duration` does; it is `SHORTEST` at least."""
    interval = parse_duration(text)
    if interval < SHORTEST:
        raise ConfigurationError(
            f'The interval "{text}" is too short.',
            remedy="Give at least 100ms: the server has others to serve.",
        )
    return interval


def parse_start(text: str) -> datetime:
    """Read a moment: ISO 8601, UTC where it names no zone, or a duration for that long ago."""
    try:
        return datetime.now(UTC) - timedelta(seconds=seconds(text))
    except (ValueError, OverflowError):
        pass
    try:
        read = datetime.fromisoformat(text.strip())
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f'The time "{text}" can\'t be read.',
            remedy='Write it as "2026-03-01T12:00:00Z", or as a duration: "2h" for two hours ago.',
        ) from None


def looks(
    ask: Callable[[], ExecutionRecord],
    *,
    deadline: float,
    interval: float = INTERVAL,
    clock: Clock | None = None,
) -> Iterator[Look]:
    """Look at an execution every `interval` seconds until it has finished or `deadline` seconds have passed.

    There is always one look, and one at the deadline. A server that fails, limits or doesn't answer is looked
    at again; every other error ends this. The caller decides what a last look that saw nothing means.
    """
    clock = clock or SystemClock()
    start = clock.monotonic()
    while True:
        seen, fault = None, None
        try:
            seen = ask()
        except (TransportError, ServerError, RateLimitError) as error:
            fault = error
        passed = clock.monotonic() - start
        look = Look(seen, fault, passed, max(deadline - passed, 0.0))
        yield look
        if look.finished or look.left <= 0:
            return
        clock.sleep(min(max(interval, _asked_to_wait(fault)), look.left))


def follow(looks: Iterable[Look], show: Callable[[Look], object]) -> ExecutionRecord:
    """Show every look, and give what the last one saw; raise the fault that hid it where one did."""
    last: Look | None = None
    for last in looks:
        show(last)
    if last is None or last.execution is None:
        raise last.fault if last and last.fault else ValueError("nothing was looked at")
    return last.execution


def _asked_to_wait(fault: FutureAGIError | None) -> float:
    return fault.retry_after or 0.0 if isinstance(fault, RateLimitError) else 0.0
