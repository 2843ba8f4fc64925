"""How a command reaches the server: --timeout, --retries, --rate, and what -v and -q make it say."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from futureagi_simulate import Client


@dataclass
class Connection:
    """The options of the command line that all commands share."""

    timeout: str | None = None
    retries: int | None = None
    rate: float | None = None
    verbose: bool = False
    quiet: bool = False
    output: str | None = None


CONNECTION: Final = Connection()
"""Set by the options of the command that runs; each invocation sets all of them anew."""

LEAST_WAIT: Final = 1.0
"""Seconds; shorter waits aren't told."""


@contextmanager
def connect() -> Iterator[Client]:
    """Open a client as the command line says; waits before another attempt are told on standard error."""
    from futureagi_simulate import Client, RetryPolicy
    from futureagi_simulate.options import Options
    from futureagi_simulate.transport import open_client
    from futureagi_simulate_cli.commands.options import duration

    settings: dict[str, Any] = {}
    if CONNECTION.timeout is not None:
        settings["timeout"] = duration(CONNECTION.timeout)
    if CONNECTION.retries is not None:
        settings["retry"] = RetryPolicy(attempts=CONNECTION.retries + 1)
    tell_waits()
    if CONNECTION.rate is None:
        with Client(**settings) as client:
            yield client
        return
    with open_client(None, Options.of().origin) as http:
        http.event_hooks = {"request": [_pace(CONNECTION.rate)]}
        with Client(**settings, http_client=http) as client:
            yield client


def _pace(rate: float) -> Any:
    """Return a hook that lets requests pass at `rate` a second, from any number of threads."""
    lock = threading.Lock()
    free_at = time.monotonic()

    def wait(_: object) -> None:
        nonlocal free_at
        with lock:
            now = time.monotonic()
            start = max(now, free_at)
            free_at = start + 1 / rate
        time.sleep(start - now)

    return wait


class _Waits(logging.Handler):
    """Print on standard error which request waits for another attempt, and for how long."""

    def emit(self, record: logging.LogRecord) -> None:
        from futureagi_simulate_cli.commands.console import progress, say

        waits = record.levelno == logging.INFO and isinstance(record.args, tuple) and len(record.args) == 4
        if waits and isinstance(record.args, tuple):
            _, outcome, seconds, _ = record.args
            if isinstance(seconds, float | int) and seconds >= LEAST_WAIT and not CONNECTION.verbose:
                said = (
                    f"The server answered {outcome}" if str(outcome).isdigit() else str(outcome).capitalize()
                )
                say(progress(), f"{said}; waiting {seconds:.0f} s.", "dim")
        if CONNECTION.verbose:
            say(progress(), record.getMessage(), "dim")


_WAITS: Final = _Waits()


def tell_waits() -> None:
    """Tell waits from now on, every request with -v, and nothing with -q."""
    logger = logging.getLogger("futureagi_simulate")
    logger.removeHandler(_WAITS)
    if CONNECTION.quiet:
        return
    logger.addHandler(_WAITS)
    wanted = logging.DEBUG if CONNECTION.verbose else logging.INFO
    if logger.level == logging.NOTSET or logger.level > wanted:
        logger.setLevel(wanted)
