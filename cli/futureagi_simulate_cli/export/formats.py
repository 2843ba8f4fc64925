"""The formats of an export: their file names, the packages they need, and how they are written."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

from futureagi_simulate.checks import packages
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.records import CallRecord

Format = Literal["jsonl", "csv", "parquet", "duckdb"]
FORMATS: Final[dict[str, Format]] = {
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".duckdb": "duckdb",
}
"""The format of each file name ending."""

_NEEDS: Final[dict[Format, tuple[str, ...]]] = {
    "jsonl": (),
    "csv": (),
    "parquet": ("pyarrow",),
    "duckdb": ("pyarrow", "duckdb"),
}
_NOT_FLAT: Final = ("evals", "transcript", "raw_json")
_PARTS: Final = ("passed", "score", "choices", "reason")
_ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def format_of(target: Path) -> Format:
    """Return the format of a file name."""
    try:
        return FORMATS[target.suffix.lower()]
    except KeyError:
        raise ConfigurationError(
            f"The ending of {target.name} names no format.", remedy=f"Use one of {', '.join(FORMATS)}."
        ) from None


def require_packages(form: Format) -> None:
    """Raise ConfigurationError if what a format needs isn't installed: before anything is fetched."""
    packages(f"The format {form}", *_NEEDS[form])


def write(
    form: Format, made: Path, records: Callable[[], Iterable[CallRecord]], *, spreadsheet: bool = False
) -> None:
    """Write the file `made`; `records` returns the calls, from the beginning each time."""
    if form == "jsonl":
        with open(made, "wb") as file:
            file.writelines(part for record in records() for part in (record.raw_json, b"\n"))
    elif form == "csv":
        write_csv(made, records, spreadsheet=spreadsheet)
    else:
        columns = import_module("futureagi_simulate_cli.export.columns")  # here: it needs Arrow
        getattr(columns, f"write_{form}")(made, records())


def write_csv(made: Path, records: Callable[[], Iterable[CallRecord]], *, spreadsheet: bool = False) -> None:
    """Write CSV as RFC 4180 has it: one row a call, with four columns for each eval's name.

    With `spreadsheet` a cell of text that a spreadsheet would run as a formula begins with an apostrophe.
    """
    fields = [field.name for field in dataclasses.fields(CallRecord) if field.name not in _NOT_FLAT]
    evals: dict[str, str] = {}
    kinds: set[tuple[tuple[str, str | None], ...]] = set()
    for record in records():
        kinds.add(_kind(record))
        for one in record.evals:
            if one.name:
                evals.setdefault(one.id, one.name)
    names = {kind: _names(kind, evals) for kind in kinds}
    columns = sorted({name for each in names.values() for name in each})
    headings = [*fields, *(f"{name}.{part}" for name in columns for part in _PARTS)]
    with open(made, "w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_cell(heading, spreadsheet=spreadsheet) for heading in headings])
        for record in records():
            by_name = dict(zip(names[_kind(record)], record.evals, strict=True))
            row = [getattr(record, field) for field in fields]
            row += [getattr(by_name.get(name), part, None) for name in columns for part in _PARTS]
            writer.writerow([_cell(value, spreadsheet=spreadsheet) for value in row])


def _kind(record: CallRecord) -> tuple[tuple[str, str | None], ...]:
    """Return what the names of a call's evals follow from; most calls of a listing share it."""
    return tuple((one.id, one.name) for one in record.evals)


def _names(kind: Iterable[tuple[str, str | None]], by_id: Mapping[str, str]) -> list[str]:
    """Name the columns of a call's evals.

    An eval that comes without a name has the one that its id has in other calls, or its id. A second one of
    the same name is "<name> (2)".
    """
    names: list[str] = []
    for identity, name in kind:
        plain = unique = name or by_id.get(identity, identity)
        number = 1
        while unique in names:
            number += 1
            unique = f"{plain} ({number})"
        names.append(unique)
    return names


def _cell(value: Any, *, spreadsheet: bool) -> Any:
    if value is None or isinstance(value, float | int):
        return str(value).lower() if isinstance(value, bool) else value
    text = "|".join(value) if isinstance(value, tuple) else str(value)
    return f"'{text}" if spreadsheet and text.startswith(_ACTIVE) else text
