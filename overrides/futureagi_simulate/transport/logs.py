"""What the client says about its requests, on the logger `futureagi_simulate`. It never says a key.

`FI_LOG=debug` prints each attempt to standard error; without it, an application's own logging set-up decides.
"""

from __future__ import annotations

import logging
from typing import Final

from futureagi_simulate.errors import Attempt, ConfigurationError

__all__ = ["logger"]

logger: Final = logging.getLogger("futureagi_simulate")
logger.addHandler(logging.NullHandler())

_LEVELS: Final = {name: getattr(logging, name.upper()) for name in ("debug", "info", "warning", "error")}
_HANDLER: Final = "futureagi_simulate.FI_LOG"


def show(level: str) -> None:
    """Print this package's log from `level` on to standard error; calling it again changes the level only.

    Raises ConfigurationError for an unknown level; "" means that nothing is asked for.
    """
    if not level:
        return
    if level.lower() not in _LEVELS:
        raise ConfigurationError(
            f"FI_LOG={level!r} isn't a log level.",
            remedy=f"Set FI_LOG to one of {', '.join(_LEVELS)}, or unset it.",
        )
    logger.setLevel(_LEVELS[level.lower()])
    if not any(handler.get_name() == _HANDLER for handler in logger.handlers):
        handler = logging.StreamHandler()
        handler.set_name(_HANDLER)
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(handler)


def attempted(request: str, attempt: Attempt) -> None:
    """Log one try at a request."""
    if not logger.isEnabledFor(logging.DEBUG):
        return
    milliseconds = attempt.seconds * 1000
    logger.debug(
        "%s: %s in %.0f ms (attempt %d)",
        request,
        attempt.outcome,
        milliseconds,
        attempt.number,
        extra={
            "fi_request": request,
            "fi_outcome": attempt.outcome,
            "fi_ms": milliseconds,
            "fi_attempt": attempt.number,
        },
    )


def waiting(request: str, seconds: float, attempt: Attempt) -> None:
    """Log that a request will be tried again."""
    logger.info(
        "%s: %s, trying again in %.2f s (attempt %d)", request, attempt.outcome, seconds, attempt.number
    )
