"""What went wrong, in two lines: what happened, and what to do about it."""

from __future__ import annotations

import errno
import os
from typing import Final, NamedTuple

from futureagi_simulate.printable import one_line

USAGE: Final = 2
UNFINISHED: Final = 3
NO_ACCESS: Final = 4
SOFTWARE: Final = 70
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Trouble(NamedTuple):
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


def of_system(error: OSError) -> Trouble:
    """Say what the operating system refused: a file that was named, room on a disk, or something else."""
    reason = (error.strerror or str(error) or type(error).__name__).rstrip(".")
    said = f"{reason}: {os.fsdecode(error.filename)}." if _names_a_file(error) else f"{reason}."
    if error.errno in _FULL:
        return Trouble(said, "Make room, or write to another disk, and run it again.", NO_ACCESS)
    if _names_a_file(error):
        return Trouble(said, "Name a file that can be used, in a folder that exists.", USAGE)
    return Trouble(said, "Set that right on this machine; FI_DEBUG=1 shows where it happened.", NO_ACCESS)


def _names_a_file(error: OSError) -> bool:
    return isinstance(error.filename, str | bytes) and bool(error.filename)


def of_database(error: Exception) -> Trouble:
    """Say what SQLite refused."""
    remedy = "Name another file with --database: a new one, or one that this command has made."
    return Trouble(f"The database can't be used: {error}.", remedy, USAGE)
