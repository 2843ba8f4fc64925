"""The output file of a command: checked first, and complete when it appears."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from futureagi_simulate.errors import ConfigurationError, FutureAGIError


def resolve(named: Path) -> Path:
    """Follow symbolic links: the file that a link leads to is replaced, the link stays."""
    return Path(os.path.realpath(named))


def is_special(named: Path) -> bool:
    """Return whether a pipe, a terminal or a device has that name."""
    try:
        mode = os.stat(named).st_mode
    except OSError:  # nothing there
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def require_writable(named: Path) -> None:
    """Raise ConfigurationError if no file can be written: checked before the first request."""
    if is_special(named):
        return
    file = resolve(named)
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
    """Raise ConfigurationError also for anything that can't be replaced by a file."""
    if is_special(named) or resolve(named).is_symlink():  # a link that leads to itself
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
    """Return the error for a file that could not be written after all: the disk is full."""
    return FutureAGIError(f"{file} can't be written: {error.strerror or error}.", remedy=remedy)


def write_file(named: Path, content: bytes) -> None:
    """Write a file, which appears when it is whole; into a pipe or a device the content is just written."""
    if is_special(named):
        with open(named, "wb") as device:
            device.write(content)
        return
    target = resolve(named)
    replace(target.with_name(f".{target.name}.new"), target, content)


def replace(temporary: Path, target: Path, content: bytes) -> None:
    """Write `content` under a name of its own, then rename it to `target`.

    What `temporary` names before is deleted, never written to: it may be a link.
    """
    temporary.unlink(missing_ok=True)
    try:
        with open(temporary, "xb") as file:
            take_mode(temporary, target)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def take_mode(new: Path, old: Path) -> None:
    """Give a new file the permissions of the one that it will replace, if there is one."""
    with suppress(FileNotFoundError):
        new.chmod(os.lstat(old).st_mode & 0o777)
