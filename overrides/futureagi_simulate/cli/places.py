"""Files that a command is to write: looked at before anything is asked."""

from __future__ import annotations

import os
from pathlib import Path

from futureagi_simulate.cli.trouble import usage


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
