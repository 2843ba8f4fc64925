"""Ask again until an execution has finished or time is up; faults on the way are part of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import attrs

from futureagi_simulate.errors import (
    ConfigurationError,
    FutureAGIError,
    RateLimitError,
    ServerError,
    TransportError,
)
from futureagi_simulate.gate.judge import is_finished
from futureagi_simulate.records import ExecutionRecord
from futureagi_simulate.transport.clock import Clock, SystemClock

INTERVAL: Final = 5.0
"""Seconds between two questions: an execution takes minutes, and one question costs the server 0.04 s."""

_DURATION: Final = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>s|m|h|)", re.IGNORECASE)
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600}


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
    """Read "90", "90s", "30m" or "2h" as seconds."""
    match = _DURATION.fullmatch(str(text).strip())
    if match is None or not float(match["number"]):
        raise ConfigurationError(
            f'The duration "{text}" can\'t be read.', remedy='Write it as "90s", "30m" or "2h".'
        )
    return float(match["number"]) * _UNITS[match["unit"].lower()]


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
