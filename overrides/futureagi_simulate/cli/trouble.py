"""What went wrong, in two lines: what happened, and what to do about it."""

from __future__ import annotations

from typing import Final

import attrs

from futureagi_simulate.printable import one_line

USAGE: Final = 2
UNFINISHED: Final = 3
NO_ACCESS: Final = 4
SOFTWARE: Final = 70
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141


@attrs.frozen
class Trouble:
    """A failure as the user sees it: two sentences and an exit code."""

    what: str
    remedy: str
    exit_code: int

    def __str__(self) -> str:
        return f"error: {one_line(self.what)}\ntry: {one_line(self.remedy)}"


class TroubleError(Exception):
    """Carries a `Trouble` from a command to `run`, which prints it."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.what)
        self.trouble = trouble


def missing(package: str, command: str, extra: str) -> TroubleError:
    """Make the error of a command whose extra isn't installed."""
    return TroubleError(
        Trouble(
            f"The command {command} needs the package {package}, which is not installed.",
            f'pip install "futureagi-simulate[{extra}]"',
            USAGE,
        )
    )


def usage(what: str, remedy: str) -> TroubleError:
    """Make the error of a command that was called in a way it can't follow."""
    return TroubleError(Trouble(what, remedy, USAGE))
