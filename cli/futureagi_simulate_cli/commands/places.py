"""Files that a command is to write: checked before anything is asked, written for their owner alone."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from futureagi_simulate_cli.commands.trouble import usage


def check_writable(path: Path | None, option: str) -> None:
    """Raise a usage error when the file that `option` names can't be written; create nothing."""
    if path is None:
        return
    if path.is_dir():
        raise usage(f"{path} is a folder.", f"Name a file with {option}.")
    if not path.parent.is_dir():
        raise usage(
            f"There is no folder {path.parent} for {path.name}.", f"Make it, or name another {option}."
        )
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise usage(f"{path} can't be written: no permission.", f"Name another file with {option}.")


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all; a link at `path` is replaced.

    A device or a pipe, such as /dev/stdout, is written to as it is.
    """
    if path.exists() and (path.parts[:2] == ("/", "dev") or not path.is_file()):
        path.write_bytes(content)
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")  # 0600, and never a link
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
