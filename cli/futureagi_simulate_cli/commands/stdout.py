"""Standard output: made ready for any text, and let go of when nobody reads it."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import Final


class Reader:
    """Whoever reads standard output; `gone` once it was found to have stopped."""

    def __init__(self) -> None:
        self.gone = False


READER: Final = Reader()


def make_ready() -> None:
    """Let standard output take any text, with "?" for what its encoding lacks; open what came closed."""
    READER.gone = False
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us: the results may be the exit code
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as we run
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def use_utf8() -> None:
    """Write UTF-8 from now on, whatever the locale says: for programs. Half a surrogate becomes an escape."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def discard() -> None:
    """Point standard output at nothing, so that what follows and Python's last flush have somewhere to go."""
    READER.gone = True
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
