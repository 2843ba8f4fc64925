"""Records as Arrow: the schema of each record, and batches of columns made from rows.

A record's fields are the columns, in its units: times are UTC with microseconds, unknown is null. What the
record holds as tuples are lists of structs, what it holds as dicts are maps from text, a value of any type is
JSON text. `raw` is the item as it was sent. The schema follows from the record's class alone: it is the same
for no rows and for any. Needs pyarrow.
"""

# pyarrow and pandas have no types of their own; everything else here is strict.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportUnknownLambdaType=false

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain
from operator import attrgetter
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import pyarrow as pa

__all__ = ["BYTES", "Builder", "array_of", "batches", "numbers", "schema_of"]

BYTES: Final = 8 << 20
"""A batch ends early where its rows were larger than this as JSON."""

_ROWS: Final = 1_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TYPES: Final = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us", tz="UTC"),
    Any: pa.string(),  # written as JSON
}
_as_json = json.JSONEncoder(ensure_ascii=False).encode


def schema_of(record: type[Any], without: Sequence[str] = ()) -> pa.Schema:
    """Return the schema of a class of records `without` some fields: nested columns come last, then `raw`."""
    kept = [field for field in _fields(record) if field.name not in without]
    fields = sorted(kept, key=lambda field: pa.types.is_nested(field.type))
    return pa.schema([*fields, ("raw", pa.string())])


def _fields(record: type[Any], around: tuple[type[Any], ...] = ()) -> list[pa.Field]:
    """Return the fields of a record; one that holds records of its own kind has none inside those."""
    hints = {name: hint for name, hint in get_type_hints(record).items() if name != "raw_json"}
    return [
        pa.field(name, _type(hint, (*around, record)))
        for name, hint in hints.items()
        if not (record in around and record in get_args(hint))
    ]


def _type(hint: Any, around: tuple[type[Any], ...]) -> pa.DataType:
    """Return the Arrow type of an annotation."""
    options = [one for one in get_args(hint) if one is not NoneType]
    if get_origin(hint) is tuple:
        return pa.list_(_type(options[0], around))
    if get_origin(hint) is dict:
        return pa.map_(*(_type(one, around) for one in options))
    if get_origin(hint) is Literal:
        return pa.string()
    if options:
        return _type(options[0], around)
    return _TYPES[hint] if hint in _TYPES else pa.struct(_fields(hint, around))


class Builder:
    """Makes batches of records `without` some fields: of so many rows, fewer where those are large."""

    def __init__(self, record: type[Any], rows: int = _ROWS, *, without: Sequence[str] = ()) -> None:
        self.schema: pa.Schema = schema_of(record, without)
        self._rows = rows
        self._held: list[Any] = []
        self._size = 0
        self._made: list[pa.RecordBatch] = []

    def add(self, record: Any) -> None:
        """Take a record."""
        self._held.append(record)
        self._size += len(record.raw_json)
        if len(self._held) == self._rows or self._size >= BYTES:
            self._flush()

    def made(self) -> list[pa.RecordBatch]:
        """Give up the batches that are full."""
        made, self._made = self._made, []
        return made

    def table(self) -> pa.Table:
        """Return all records that weren't given up as a table."""
        if self._held:
            self._flush()
        return pa.Table.from_batches(self.made(), schema=self.schema)

    def _flush(self) -> None:
        columns = [_column(self._held, field) for field in self.schema]
        self._made.append(pa.RecordBatch.from_arrays(columns, schema=self.schema))
        self._held, self._size = [], 0


def batches(
    records: Iterable[Any], record: type[Any], rows: int = _ROWS, *, without: Sequence[str] = ()
) -> Iterator[pa.RecordBatch]:
    """Yield records of a class in batches, `without` some fields."""
    builder = Builder(record, rows, without=without)
    for one in records:
        builder.add(one)
        yield from builder.made()
    yield from builder.table().to_batches()


def _column(rows: Sequence[Any], field: pa.Field) -> pa.Array:
    """Make the array of one field of some rows."""
    if field.name == "raw":
        return array_of([row.raw_json.decode(errors="replace") for row in rows], field.type)
    values = list(map(attrgetter(field.name), rows))
    if field.name in ("output", "value"):
        values = [None if one is None else _as_json(one) for one in values]
    return array_of(values, field.type)


def array_of(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Make an array; values that its type can't hold, which hardly ever come, are brought near it.

    Not with `pa.array`, which imports pandas where it is installed: 100 MB and a second for nothing.
    """
    if pa.types.is_struct(kind):
        return pa.StructArray.from_arrays([_column(values, field) for field in kind], fields=list(kind))
    if pa.types.is_map(kind):
        ends = numbers(pa.int32(), "i", accumulate(map(len, values), initial=0))
        pairs = [pair for one in values for pair in one.items()]
        keys, items = [key for key, _ in pairs], [item for _, item in pairs]
        return pa.MapArray.from_arrays(ends, array_of(keys, kind.key_type), array_of(items, kind.item_type))
    if pa.types.is_list(kind):
        ends = numbers(pa.int32(), "i", accumulate(map(len, values), initial=0))
        return pa.ListArray.from_arrays(ends, array_of(list(chain.from_iterable(values)), kind.value_type))
    known = numbers(pa.int8(), "b", (one is not None for one in values)).cast(pa.bool_()).buffers()[1]
    if pa.types.is_string(kind):
        texts = [_utf8(one) for one in values]
        ends = numbers(pa.int32(), "i", accumulate(map(len, texts), initial=0))
        buffers = [known, ends.buffers()[1], pa.py_buffer(b"".join(texts))]
        return pa.Array.from_buffers(kind, len(values), buffers)
    if pa.types.is_boolean(kind):
        plain = numbers(pa.int8(), "b", map(bool, values)).cast(kind)
    elif pa.types.is_timestamp(kind):
        plain = numbers(kind, "q", ((one - _EPOCH) // _MICROSECOND if one else 0 for one in values))
    elif pa.types.is_integer(kind):
        plain = numbers(kind, "q", map(_whole, values))
    else:
        plain = numbers(kind, "d", map(_double, values))
    return pa.Array.from_buffers(kind, len(values), [known, plain.buffers()[1]])


def numbers(kind: pa.DataType, code: str, values: Iterable[Any]) -> pa.Array:
    """Make an array of numbers, none of them null; `code` is that of `array.array`."""
    held = array(code, values)
    return pa.Array.from_buffers(kind, len(held), [None, pa.py_buffer(held)])


def _whole(value: int | None) -> int:
    """Return a whole number that 64 bits hold."""
    return max(-(2**63), min(value or 0, 2**63 - 1))


def _double(value: float | None) -> float:
    try:
        return 0.0 if value is None else float(value)
    except OverflowError:  # a whole number beyond any double
        return float(str(value))


def _utf8(value: str | None) -> bytes:
    """Encode a text; halves of surrogate pairs, which no file can hold, are replaced."""
    try:
        return (value or "").encode()
    except UnicodeEncodeError:
        return (value or "").encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
