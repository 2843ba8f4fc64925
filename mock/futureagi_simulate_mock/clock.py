"""The mock's time. It stands still until a test moves it, or runs with the machine's when asked to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Tell the mock what time it is. Running executions progress by it.

    `start` must be aware; it is kept in UTC. With `ticking` the clock also runs by itself, by `monotonic`.
    """

    def __init__(
        self,
        start: datetime,
        *,
        ticking: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if start.tzinfo is None:
            raise ValueError("the clock's start needs a time zone, such as datetime(..., tzinfo=UTC)")
        self._start = start.astimezone(UTC)
        self._moved = timedelta()
        self._monotonic = monotonic if ticking else None
        self._origin = monotonic() if ticking else 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the current time, in UTC."""
        run = timedelta(seconds=self._monotonic() - self._origin) if self._monotonic else timedelta()
        return self._start + self._moved + run

    def advance(self, seconds: float) -> datetime:
        """Move the clock forward by `seconds` and return the new time. It never goes back."""
        if not seconds >= 0:
            raise ValueError(f"a clock goes forward only: advance({seconds!r})")
        with self._lock:
            self._moved += timedelta(seconds=seconds)
        return self.now()

    def __repr__(self) -> str:
        return f"<Clock {self.now().isoformat()}>"
