"""The formats of an export: their file names, the packages they need, and how they are written."""

from __future__ import annotations

import csv
import dataclasses
import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, TextIO, cast

import msgspec

from futureagi_simulate.checks import packages
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.records import CallRecord, EvalRecord, ExecutionRecord, Turn

Format = Literal["jsonl", "csv", "parquet", "duckdb"]
FORMATS: Final[dict[str, Format]] = {
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".duckdb": "duckdb",
}
"""The format of each file name ending."""

What = Literal["calls", "executions", "evals", "turns"]
"""What a row of a file is."""

_NEEDS: Final[dict[Format, tuple[str, ...]]] = {
    "jsonl": (),
    "csv": (),
    "parquet": ("pyarrow",),
    "duckdb": ("pyarrow", "duckdb"),
}
_NOT_FLAT: Final = ("evals", "transcript", "raw_json")
_KEYS: Final = ("call_id", "position")
_FIELDS: Final[dict[What, tuple[str, ...]]] = {
    "evals": (*_KEYS, *(field.name for field in dataclasses.fields(EvalRecord))),
    "turns": (*_KEYS, *(field.name for field in dataclasses.fields(Turn))),
    "executions": tuple(
        field.name for field in dataclasses.fields(ExecutionRecord) if field.name not in ("evals", "raw_json")
    ),
}
_PARTS: Final = ("passed", "score", "choices", "reason")
_ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def format_of(target: Path) -> Format:
    """Return the format of a file name."""
    name = target.with_suffix("") if target.suffix.lower() == ".gz" else target
    try:
        found = FORMATS[name.suffix.lower()]
        if name is not target and found not in ("jsonl", "csv"):
            raise ConfigurationError(
                f"{target.name} is compressed already as {found}.", remedy=f"Name it {name.name}."
            )
        return found
    except KeyError:
        raise ConfigurationError(
            f"The ending of {target.name} names no format.", remedy=f"Use one of {', '.join(FORMATS)}."
        ) from None


def require_packages(form: Format) -> None:
    """Raise ConfigurationError if what a format needs isn't installed: before anything is fetched."""
    packages(f"The format {form}", *_NEEDS[form])


def write(
    form: Format,
    made: Path,
    records: Callable[[], Iterable[Any]],
    *,
    what: What = "calls",
    spreadsheet: bool = False,
    compressed: bool = False,
) -> None:
    """Write the file `made`; `records` returns calls or executions, from the beginning each time."""
    if form == "jsonl":
        with _opened(made, compressed=compressed) as file:
            if what in ("calls", "executions"):
                file.writelines(part for record in records() for part in (record.raw_json, b"\n"))
            else:
                rows = (dict(zip(_FIELDS[what], row, strict=True)) for row in _rows(records(), what))
                file.writelines(msgspec.json.encode(row) + b"\n" for row in rows)
    elif form == "csv":
        with (
            _opened(made, compressed=compressed) as file,
            TextIOWrapper(file, encoding="utf-8", errors="replace", newline="") as text,
        ):
            if what == "calls":
                write_csv(text, records, spreadsheet=spreadsheet)
            else:
                writer = csv.writer(text)
                writer.writerow(_FIELDS[what])
                for row in _rows(records(), what):
                    writer.writerow([_cell(value, spreadsheet=spreadsheet) for value in row])
    else:
        columns = import_module("futureagi_simulate_cli.export.columns")  # here: it needs Arrow
        getattr(columns, f"write_{form}")(made, records(), what)


def _opened(made: Path, *, compressed: bool) -> BinaryIO:
    return cast("BinaryIO", gzip.open(made, "wb", 6)) if compressed else open(made, "wb")


def _rows(records: Iterable[Any], what: What) -> Iterator[tuple[Any, ...]]:
    """Yield rows of a flat table: executions, or evals or turns with the id of their call and a position."""
    own = _FIELDS[what] if what == "executions" else _FIELDS[what][2:]
    for record in records:
        if what == "executions":
            yield tuple(getattr(record, name) for name in own)
            continue
        for position, one in enumerate(record.evals if what == "evals" else record.transcript):
            yield (record.id, position, *(getattr(one, name) for name in own))


def write_csv(
    file: TextIO, records: Callable[[], Iterable[CallRecord]], *, spreadsheet: bool = False
) -> None:
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
