"""The files an export writes: their formats, and how each appears under its name only when it is whole."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, cast, get_args

from futureagi_simulate.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Format = Literal["jsonl", "csv", "parquet", "duckdb"]
Evals = Literal["nested", "long", "wide"]
FORMATS: dict[str, Format] = {".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet", ".duckdb": "duckdb"}
"""The format that a file name's ending asks for."""
LAYOUTS: dict[Format, tuple[Evals, ...]] = {
    "jsonl": ("nested",),
    "csv": ("wide", "long"),
    "parquet": ("nested", "long", "wide"),
    "duckdb": ("long",),
}
"""The layouts of evals that a format can have; it has the first if nothing is said."""

_NEEDS: dict[Format, tuple[str, ...]] = {
    "jsonl": (),
    "csv": ("pyarrow",),
    "parquet": ("pyarrow",),
    "duckdb": ("pyarrow", "duckdb"),
}


def format_of(target: Path) -> Format:
    """Tell the format that a file name's ending asks for."""
    try:
        return FORMATS[target.suffix.lower()]
    except KeyError:
        raise ConfigurationError(
            f"The ending of {target.name} names no format.", remedy=f"Use one of {', '.join(FORMATS)}."
        ) from None


def layout_of(text: str) -> Evals:
    """Check the name of a layout for evals."""
    for known in get_args(Evals):
        if text == known:
            return cast(Evals, text)
    raise ConfigurationError(f"There is no layout {text!r} for evals.", remedy="Use nested, long or wide.")


def layout_in(form: Format, asked: Evals | None) -> Evals:
    """Give the layout that is asked for, or else the format's own; raise if the format can't have it."""
    known = LAYOUTS[form]
    if asked is None:
        return known[0]
    if asked in known:
        return asked
    raise ConfigurationError(
        f"The format {form} has no layout {asked} for evals.",
        remedy=f"Use {' or '.join(known)}, or a file of another format.",
    )


def require_packages(form: Format) -> None:
    """Raise ConfigurationError if what a format needs isn't installed: before anything is fetched."""
    for package in _NEEDS[form]:
        if find_spec(package) is None:
            raise ConfigurationError(
                f"The format {form} needs the package {package}, which is not installed.",
                remedy='pip install "futureagi-simulate[export]"',
            )


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Give a name to write to beside `target`, and rename it when the block ends without an error."""
    temporary = target.with_name(f".{target.name}.new")
    temporary.unlink(missing_ok=True)
    try:
        yield temporary
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def write_lines(target: Path, lines: Path) -> None:
    """Write JSON Lines: the bytes received, one call a line."""
    with whole_file(target) as temporary:
        shutil.copyfile(lines, temporary)
