"""Time as the client sees it: the system's, or one that tests move by hand."""

from __future__ import annotations

import threading
import time
from typing import Protocol

__all__ = ["Clock", "ManualClock", "SystemClock"]


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
        """Return the given start (2026-01-01 UTC unless told) plus the seconds moved so far."""
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
