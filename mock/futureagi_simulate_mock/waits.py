"""Skip the waits of the client's default clock while a mock asks for it.

The mock knows nothing of the client but the public name `futureagi_simulate.SystemClock` and its methods.
"""

from __future__ import annotations

import threading
from importlib import import_module
from typing import Any, Final

from futureagi_simulate_mock.service import Clock

_lock: Final = threading.Lock()
_clocks: list[Clock] = []
_originals: dict[str, Any] = {}
_skipped = 0.0


def skip(clock: Clock) -> None:
    """Let waits of the client return at once and advance `clock` instead."""
    with _lock:
        if clock in _clocks:
            return
        _clocks.append(clock)
        if not _originals:
            _replace(import_module("futureagi_simulate").SystemClock)


def restore(clock: Clock) -> None:
    """Undo `skip`; when the last mock does so, the client waits again."""
    with _lock:
        if clock in _clocks:
            _clocks.remove(clock)
            if not _clocks:
                system_clock = import_module("futureagi_simulate").SystemClock
                for name, method in _originals.items():
                    setattr(system_clock, name, method)
                _originals.clear()


def _advance(seconds: float) -> None:
    global _skipped
    with _lock:
        _skipped += max(0.0, seconds)
        for clock in _clocks:
            clock.advance(max(0.0, seconds))


def _replace(system_clock: Any) -> None:
    names = ("monotonic", "wall", "sleep", "wait", "sleep_async")
    _originals.update({name: getattr(system_clock, name) for name in names})
    monotonic, wall = _originals["monotonic"], _originals["wall"]

    async def sleep_async(_: Any, seconds: float) -> None:
        import anyio  # httpx brings it

        _advance(seconds)
        await anyio.sleep(0)

    system_clock.monotonic = lambda self: monotonic(self) + _skipped
    system_clock.wall = lambda self: wall(self) + _skipped
    system_clock.sleep = lambda _, seconds: _advance(seconds)
    system_clock.wait = lambda _, seconds, event: None if event.is_set() else _advance(seconds)
    system_clock.sleep_async = sleep_async
