"""When to try a request again, how long to wait before, and the clock that both go by."""

from __future__ import annotations

import math
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

import msgspec

from futureagi_simulate.errors import ConfigurationError

__all__ = ["Clock", "ManualClock", "RetryPolicy", "SystemClock", "backoff", "retry_after"]


class Clock(Protocol):
    """What the client asks of time; both colours of sleep move the same clock.

    A clock whose `sleep` blocks a thread should have `wait(seconds, event)` too, which returns early when the
    `threading.Event` is set: a listing that is left then needn't sit through the back-off of its other pages.
    """

    def monotonic(self) -> float:
        """Return seconds that never go back; only differences mean something."""
        ...

    def wall(self) -> float:
        """Return seconds since 1970 in UTC, for `Retry-After` dates."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait, in the synchronous client."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Wait, in the asynchronous client."""
        ...


class SystemClock:
    """The system's time."""

    def monotonic(self) -> float:
        """Return the system's monotonic time."""
        return time.monotonic()

    def wall(self) -> float:
        """Return the system's time of day."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Block the thread."""
        time.sleep(seconds)

    def wait(self, seconds: float, event: threading.Event) -> None:
        """Block the thread until the time has passed or the event is set."""
        event.wait(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Suspend the task, under asyncio or trio."""
        import anyio  # httpx brings it; imported late because a client that never waits never needs it

        await anyio.sleep(seconds)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SystemClock)

    def __hash__(self) -> int:
        return hash(SystemClock)

    def __repr__(self) -> str:
        return "SystemClock()"


class ManualClock:
    """A clock that stands still until it is moved, and never waits: sleeping moves it.

    `RetryPolicy(clock=ManualClock())` makes retries take no time in a test; `slept` lists what was asked for.
    """

    def __init__(self, wall: float = 1_767_225_600.0) -> None:
        self.slept: list[float] = []
        self._passed = 0.0
        self._wall = wall
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        """Return the seconds moved so far."""
        return self._passed

    def wall(self) -> float:
        """Return the given start (2026-01-01 UTC unless warned) plus the seconds moved so far."""
        return self._wall + self._passed

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        with self._lock:
            self._passed += seconds

    def sleep(self, seconds: float) -> None:
        """Note the wait and move the clock by it."""
        self.slept.append(seconds)
        self.advance(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Note the wait and move the clock by it."""
        self.sleep(seconds)


_NUMBER: Final = re.compile(r"\d+(\.\d*)?|\.\d+", re.ASCII)
_MAX_DOUBLINGS: Final = 62
_LONGEST: Final = 1_000_000.0  # seconds; a sleep of "infinity" is an OverflowError
_LIMITS: Final[tuple[tuple[str, float, float], ...]] = (  # a limit that is an int asks for a whole number
    ("attempts", 1, math.inf),
    ("budget", 0.001, math.inf),
    ("base", 0.0, _LONGEST),
    ("most", 0.0, _LONGEST),
    ("retry_after_cap", 0.0, _LONGEST),
)


def _roll() -> float:
    """Return a number from 0 to 1; a pickled policy names this and takes no generator along."""
    return random.random()  # noqa: S311 - waits needn't be secret


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How often a request is tried, and for how long in all. Times are in seconds.

    `attempts`: tries in all, the first included; 1 switches retries off.
    `budget`: wall-clock time for everything one request takes: attempts, waits, `Retry-After`. No attempt
    starts and no wait begins that would end after it, and whatever an attempt does ends when it does: looking
    up a name, connecting, waiting for the next byte.
    `math.inf` for none.
    `base`, `most`: the wait before try n+1 is random between 0 and the smaller of `most` and base * 2^(n-1)
    (full jitter).
    `retry_after_cap`: a server that asks for a longer wait gets this one.
    `statuses`: the statuses tried again. A 500 is tried again too unless it has the server's JSON error
    envelope, which means that the request itself is at fault; so are failed connections, timeouts, resets and
    damaged bodies.
    `clock`, `random`: where time and chance (0 to 1) come from; see `ManualClock` for
    tests.
    """

    attempts: int = 4
    budget: float = 120.0
    base: float = 0.5
    most: float = 8.0
    retry_after_cap: float = 60.0
    statuses: frozenset[int] = frozenset({408, 429, 502, 503, 504})
    clock: Clock = SystemClock()
    random: Callable[[], float] = _roll

    def __post_init__(self) -> None:
        for name, least, most in _LIMITS:
            self._check(name, least, most)
        msgspec.structs.force_setattr(self, "statuses", frozenset(self.statuses))

    def _check(self, name: str, least: float, most: float) -> None:
        value = getattr(self, name)
        kinds = (int,) if isinstance(least, int) else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
            kind = "a whole number" if isinstance(least, int) else "a number of seconds"
            limit = "" if most == math.inf else f" and at most {most:g}"
            default = msgspec.structs.fields(type(self))[self.__struct_fields__.index(name)].default
            raise ConfigurationError(
                f"RetryPolicy({name}={value!r}) isn't {kind} of at least {least:g}{limit}.",
                remedy=f"Leave {name}= out for the default, {default!r}.",
            )

    def wait(self, attempt: int, asked: float | None) -> float:
        """Return how long to wait after try number `attempt`, given what the server asked for, if it did."""
        if asked is not None:
            return min(asked, self.retry_after_cap)
        return backoff(attempt, base=self.base, most=self.most, roll=self.random())


def backoff(attempt: int, *, base: float, most: float, roll: float) -> float:
    """Return the wait after try number `attempt` (from 1) for a `roll` between 0 and 1, the jitter."""
    return roll * min(most, base * 2.0 ** min(attempt - 1, _MAX_DOUBLINGS))


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds a server asks to wait, None if it doesn't say or says nothing sensible.

    `headers` has lower-case names. Read are `retry-after-ms` in milliseconds, else `retry-after` in seconds
    or as an HTTP date; a date is compared with the answer's own `date`, so that a wrong clock here doesn't
    matter, else with `now` (seconds since 1970). A date that has passed means 0.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    asked = headers.get("retry-after", "")
    seconds = _number(asked)
    if seconds is not None:
        return seconds
    until = _date(asked)
    if until is None:
        return None
    sent = _date(headers.get("date", ""))
    return max(0.0, until - (now if sent is None else sent))


def _number(text: str) -> float | None:
    """Read a plain, non-negative decimal number; a sign, an exponent or a word is no number here."""
    return float(text.strip()) if _NUMBER.fullmatch(text.strip()) else None


def _date(text: str) -> float | None:
    """Read an HTTP date as seconds since 1970."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return date.timestamp()
