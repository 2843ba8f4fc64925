"""Standard output: whether anybody still reads it."""

from __future__ import annotations

import os
import sys
from typing import Final


class Reader:
    """Whoever reads standard output; `gone` once it was found to have stopped."""

    def __init__(self) -> None:
        self.gone = False


READER: Final = Reader()


def discard() -> None:
    """Point standard output at nothing, so that what follows and Python's last flush have somewhere to go."""
    READER.gone = True
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
