"""Real time in tests of what must end soon, true on a machine that is busy with something else."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

_THREADS = Path("/proc/self/task")


class Stopwatch:
    """Measures real time since it was made.

    `seconds` leaves out the time in which threads of this process were ready to run and had no processor:
    a deadline can't promise that. The kernel counts it for each thread; all of them matter, since one that
    waits for a processor may hold the interpreter's lock. Where the kernel doesn't tell, nothing is left out.
    """

    def __init__(self) -> None:
        self._waited = _waited()
        self._begun = time.monotonic()

    @property
    def real(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self._begun

    @property
    def seconds(self) -> float:
        """Return the seconds since the start without those spent waiting for a processor."""
        real = self.real
        now = _waited()
        return real - sum(waited - self._waited.get(thread, 0.0) for thread, waited in now.items())


def _waited() -> dict[str, float]:
    """Return the seconds that each thread has waited for a processor in its life."""
    found: dict[str, float] = {}
    with suppress(OSError):
        for thread in _THREADS.iterdir():
            with suppress(OSError):  # it ended
                found[thread.name] = int((thread / "schedstat").read_text().split()[1]) / 1e9
    return found
