"""What the client says about its requests, on the logger `futureagi_simulate`. It never says a key.

Nor do the libraries underneath, whose debug logs have headers in them: their records are masked.

`FI_LOG=debug` prints each attempt to standard error; without it, an application's own logging set-up decides.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from typing import Final
from weakref import WeakValueDictionary

from futureagi_simulate.auth import Credentials
from futureagi_simulate.errors import Attempt, ConfigurationError, FutureAGIWarning
from futureagi_simulate.printable import clean

__all__ = ["attempted", "hide", "logger", "show", "waiting", "warn"]


logger: Final = logging.getLogger("futureagi_simulate")
logger.addHandler(logging.NullHandler())

_PACKAGE: Final = os.path.dirname(__file__)
_LEVELS: Final = {name: getattr(logging, name.upper()) for name in ("debug", "info", "warning", "error")}
_showing: Final = threading.Lock()
_HANDLER: Final = "futureagi_simulate.FI_LOG"
_LIBRARIES: Final = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
    "hpack.hpack",
    "hpack.table",
)
_COMPRESSED: Final = ("Encoded header block", "Decoding")  # hpack, of all headers at once
_known: WeakValueDictionary[int, Credentials] = WeakValueDictionary()


def hide(credentials: Credentials) -> None:
    """Mask these keys in the libraries' logs for as long as they are in use."""
    _known[id(credentials)] = credentials
    for name in _LIBRARIES:
        logging.getLogger(name).addFilter(_masked)


def _masked(record: logging.LogRecord) -> bool:
    """Mask the keys in a record; drop one that has the headers in a compressed form."""
    if record.name == "hpack.hpack" and str(record.msg).startswith(_COMPRESSED):
        return False
    original = text = record.getMessage()
    for reference in _known.valuerefs():
        credentials = reference()
        text = text if credentials is None else credentials.scrub(text)
    if text != original:
        record.msg, record.args = text, ()
    return True


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
    with _showing:  # or threads would add one each
        _add_handler()


def _add_handler() -> None:
    if not any(handler.get_name() == _HANDLER for handler in logger.handlers):
        handler = logging.StreamHandler()
        handler.set_name(_HANDLER)
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(handler)


def attempted(request: object, attempt: Attempt) -> None:
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
            "fi_request": str(request),
            "fi_outcome": attempt.outcome,
            "fi_ms": milliseconds,
            "fi_attempt": attempt.number,
        },
    )


def waiting(request: object, seconds: float, attempt: Attempt) -> None:
    """Log that a request will be tried again."""
    logger.info(
        "%s: %s, trying again in %.2f s (attempt %d)", request, attempt.outcome, seconds, attempt.number
    )


def warn(text: str, category: type[FutureAGIWarning], **facts: str) -> None:
    """Warn at the line of the caller's own code; the facts become attributes of the warning."""
    depth, frame = 1, sys._getframe()  # pyright: ignore[reportPrivateUsage]  # documented
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        depth, frame = depth + 1, frame.f_back
    warning = category(clean(text))
    for name, value in facts.items():
        setattr(warning, name, value)
    warnings.warn(warning, stacklevel=depth)
