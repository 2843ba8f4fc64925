"""The file that a command is to write: what its name leads to, and whether it can be written there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from futureagi_simulate.errors import ConfigurationError, FutureAGIError
from futureagi_simulate.export.files import whole_file


def place(named: Path) -> Path:
    """Follow symbolic links: what a link leads to is replaced, the link stays."""
    return Path(os.path.realpath(named))


def is_special(named: Path) -> bool:
    """Say whether there is something that isn't a file with content: a pipe, a terminal, another device."""
    try:
        mode = os.stat(named).st_mode
    except OSError:  # nothing there
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def require_writable(named: Path) -> None:
    """Raise ConfigurationError where no file can be written: before anything is asked."""
    if is_special(named):
        return
    file = place(named)
    if file.is_dir():
        raise ConfigurationError(f"{named} is a folder.", remedy="Name a file, in it for instance.")
    if not file.parent.is_dir():
        raise ConfigurationError(
            f"There is no folder {file.parent}.", remedy="Make it, or name a file in another folder."
        )
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise ConfigurationError(
            f"Nothing can be written in the folder {file.parent}.", remedy="Name a file in another folder."
        )


def require_regular(named: Path) -> None:
    """Raise ConfigurationError also where there is something that can't be replaced by a file."""
    if is_special(named) or place(named).is_symlink():  # a link that leads to itself
        raise ConfigurationError(f"{named} is no regular file.", remedy="Name a file, or one to be made.")
    require_writable(named)


def require_utf8(file: Path) -> None:
    """Raise ConfigurationError for a path that isn't UTF-8: what writes columns takes no other."""
    try:
        str(file).encode()
    except UnicodeEncodeError:
        raise ConfigurationError(
            f"The path {os.fsencode(file).decode(errors='backslashreplace')} isn't UTF-8.",
            remedy="Name another file, in a folder whose name is UTF-8, or write .jsonl.",
        ) from None


def failure(file: Path, error: OSError, remedy: str) -> FutureAGIError:
    """Make the error of a file that couldn't be written although it seemed possible: the disk is full."""
    return FutureAGIError(f"{file} can't be written: {error.strerror or error}.", remedy=remedy)


def write_file(named: Path, content: bytes) -> None:
    """Write a file, which appears when it is whole; into a pipe or a device the content is just written."""
    if is_special(named):
        with open(named, "wb") as device:
            device.write(content)
        return
    with whole_file(place(named)) as temporary:
        temporary.write_bytes(content)
