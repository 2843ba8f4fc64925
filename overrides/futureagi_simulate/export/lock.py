"""One export at a time works in a folder: a lock that goes with the process that holds it."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final

from futureagi_simulate.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(file: BinaryIO) -> None:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
else:
    import fcntl

    def _take(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


NAME: Final = "lock"
"""The file that is locked; where no export is at work it means nothing."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold `folder` alone, made if need be; in the end it is deleted if nothing else is in it.

    The system lets go of the lock when the process ends, however it ends.

    Raises:
        ConfigurationError: another export holds the folder, or it can't be written to.

    """
    try:
        file = _locked(folder)
        while file is None:  # who held it was just deleting it
            file = _locked(folder)
    except BlockingIOError:
        raise ConfigurationError(
            f"Another export is writing {folder.name.removesuffix('.partial')}.",
            remedy="Wait until it has ended, or name another file.",
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"The folder {folder} can't be used: {error.strerror}.",
            remedy="Name a file in a folder that can be written to.",
        ) from error
    try:
        yield
    finally:
        _release(folder, file)


def _locked(folder: Path) -> BinaryIO | None:
    """Lock the file of that name; None if it was deleted meanwhile: another may lock its successor."""
    folder.mkdir(exist_ok=True)
    try:
        file = open(folder / NAME, "ab")  # noqa: SIM115 - open as long as the lock is held
    except FileNotFoundError:
        return None
    try:
        _take(file)
        there = os.stat(folder / NAME)
    except FileNotFoundError:
        file.close()
        return None
    except OSError:
        file.close()
        raise
    if os.path.samestat(os.fstat(file.fileno()), there):
        return file
    file.close()
    return None


def _release(folder: Path, file: BinaryIO) -> None:
    if sys.platform == "win32":  # what is open can't be deleted there
        file.close()
    with file, suppress(OSError):  # another that came meanwhile has it
        if [path.name for path in folder.iterdir()] == [NAME]:
            (folder / NAME).unlink()
            folder.rmdir()
