"""Records as Arrow, Parquet and DuckDB: one column for each field of `CallRecord`, whose units it has.

Durations are seconds, times UTC with microseconds, rates and scores percent (0 to 100), costs US cents;
unknown is null. `evals` and `transcript` are lists of structs, `raw` is the call as it was sent.
"""

from __future__ import annotations

import json
from array import array
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain, pairwise
from operator import attrgetter
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin, get_type_hints

import pyarrow as pa

from futureagi_simulate.records import CallRecord, ExecutionRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_ROWS: Final = 100
_GROUP: Final = 1_000
"""Rows turned into columns at a time, as Python objects are large, and rows of a group in a Parquet file."""

_BYTES: Final = 8 << 20
"""Both end early where calls are large: at so many bytes."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TYPES: Final = {
    str: pa.string(),
    float: pa.float64(),
    int: pa.int64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us", tz="UTC"),
    Any: pa.string(),  # written as JSON
}


def _fields(record: type[Any], without: Sequence[str] = ()) -> list[pa.Field]:
    return [
        pa.field(name, _type(hint))
        for name, hint in get_type_hints(record).items()
        if name not in ("raw_json", *without)
    ]


def _type(hint: Any) -> pa.DataType:
    """Return the Arrow type of an annotation."""
    options = [one for one in get_args(hint) if one is not NoneType]
    if get_origin(hint) is tuple:
        return pa.list_(_type(options[0]))
    if get_origin(hint) is Literal:
        return pa.string()
    if options:
        return _type(options[0])
    return _TYPES[hint] if hint in _TYPES else pa.struct(_fields(hint))


NESTED: Final = pa.schema(
    [*sorted(_fields(CallRecord), key=lambda field: pa.types.is_nested(field.type)), ("raw", pa.string())]
)
"""One row a call with its evals and its transcript inside."""

EXECUTIONS: Final = pa.schema(
    [*(field for field in _fields(ExecutionRecord, without=("evals",))), ("raw", pa.string())]
)
"""One row an execution; what its evals say together isn't part of the listing."""

_LISTS: Final = {"evals": "evals", "turns": "transcript"}
_as_json = json.JSONEncoder(ensure_ascii=False).encode


def to_arrow(records: Iterable[CallRecord]) -> pa.Table:
    """Return records as one Arrow table of the `NESTED` schema, for `.to_pandas()` or `polars.from_arrow`."""
    return pa.Table.from_batches(batches(records), schema=NESTED)


def flat_schema(name: str, extra: Iterable[pa.Field] = ()) -> pa.Schema:
    """Return the schema of the table `calls`, `evals` or `turns`; the latter two are keyed by `call_id`."""
    if name == "calls":
        flat = [field for field in NESTED if not pa.types.is_list(field.type)]
        return pa.schema([*flat, *extra])
    keys = [pa.field("call_id", pa.string()), pa.field("position", pa.int32())]
    return pa.schema([*keys, *NESTED.field(_LISTS[name]).type.value_type, *extra])


def flattened(batch: pa.RecordBatch, name: str) -> pa.RecordBatch:
    """Return the rows of the table `calls`, `evals` or `turns` of a batch of calls."""
    schema = flat_schema(name)
    if name == "calls":
        return batch.select(schema.names)
    lists = batch.column(_LISTS[name])
    ends = lists.offsets.to_pylist()
    parents = array("i", (row for row, (a, b) in enumerate(pairwise(ends)) for _ in range(b - a)))
    positions = array("i", (place for a, b in pairwise(ends) for place in range(b - a)))
    rows = _numbers(pa.int32(), "i", parents)
    ids = batch.column("id").take(rows)
    return pa.RecordBatch.from_arrays(
        [ids, _numbers(pa.int32(), "i", positions), *lists.flatten().flatten()], schema=schema
    )


def write_parquet(made: Path, records: Iterable[Any], what: str = "calls") -> None:
    """Write Parquet (zstd): calls of the `NESTED` schema, executions, or the flat table of evals or turns."""
    import pyarrow.parquet as pq

    received = EXECUTIONS if what == "executions" else NESTED
    flat = what in _LISTS
    schema = flat_schema(what) if flat else received
    with pq.ParquetWriter(made, schema, compression="zstd") as writer:
        held: list[pa.RecordBatch] = []
        for made_of in batches(records, received):
            batch = flattened(made_of, what) if flat else made_of
            held.append(batch)
            if sum(one.num_rows for one in held) >= _GROUP or sum(one.nbytes for one in held) >= _BYTES:
                writer.write_table(pa.Table.from_batches(held))
                held.clear()
        if held:
            writer.write_table(pa.Table.from_batches(held))


def write_duckdb(made: Path, records: Iterable[Any], what: str = "calls") -> None:
    """Write a DuckDB file: `calls`, and `evals` and `turns` keyed by `call_id` and 0-based `position`.

    Of anything but calls it has that table alone.

    It is loaded from Parquet, with little memory unless calls are so large that DuckDB can't do with it:
    inserted batch by batch the same took twice the time and held everything in memory.
    """
    import duckdb

    parquet = made.with_name("parquet")
    write_parquet(parquet, records, what)
    pa.default_memory_pool().release_unused()  # 15 MB that DuckDB needs now
    try:
        try:
            _load(parquet, made, {"memory_limit": "32MB", "threads": 1}, what)
        except duckdb.OutOfMemoryException:
            made.unlink(missing_ok=True)
            _load(parquet, made, {}, what)
    except duckdb.IOException as error:  # no OSError, though it means one
        raise OSError(str(error)) from error


def _queries(what: str) -> dict[str, str]:
    """Return what the tables of a file hold, as queries of the Parquet file that they are loaded from."""
    if what != "calls":
        return {what: "SELECT *"}
    position = "(generate_subscripts({0}, 1) - 1)::INTEGER AS position"
    listed = f"SELECT id AS call_id, {position}, unnest({{0}}, max_depth := 2)"
    return {
        "calls": "SELECT * EXCLUDE (evals, transcript)",
        "evals": listed.format("evals"),
        "turns": listed.format("transcript"),
    }


def _load(parquet: Path, made: Path, limits: dict[str, Any], what: str) -> None:
    import duckdb

    source, target = (str(path).replace("'", "''") for path in (parquet, made))
    with duckdb.connect(config={**limits, "temp_directory": str(made.parent)}) as database:
        database.execute("SET enable_progress_bar = false")  # it would write to standard output
        # row groups are the smallest that DuckDB takes: of its own choice, 122,880 rows, it would hold one
        database.execute(f"ATTACH '{target}' AS made (ROW_GROUP_SIZE 2048)")
        for name, query in _queries(what).items():
            database.execute(f"CREATE TABLE made.{name} AS {query} FROM read_parquet('{source}')")
        database.execute("DETACH made")


def batches(records: Iterable[Any], schema: pa.Schema = NESTED) -> Iterator[pa.RecordBatch]:
    """Yield records as batches of a schema."""
    held: list[Any] = []
    size = 0
    for record in records:
        held.append(record)
        size += len(record.raw_json)
        if len(held) == _ROWS or size >= _BYTES:
            yield _batch(held, schema)
            held, size = [], 0
    if held:
        yield _batch(held, schema)


def _batch(records: Sequence[Any], schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([_column(records, field) for field in schema], schema=schema)


def _column(rows: Sequence[Any], field: pa.Field) -> pa.Array:
    """Make the array of one field of some rows."""
    if field.name == "raw":
        return array_of([row.raw_json.decode(errors="replace") for row in rows], field.type)
    values = list(map(attrgetter(field.name), rows))
    if field.name == "output":
        values = [None if one is None else _as_json(one) for one in values]
    return array_of(values, field.type)


def array_of(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Make an array; values that its type can't hold, which hardly ever come, are brought near it.

    Not with `pa.array`, which imports pandas where it is installed: 100 MB and a second for nothing.
    """
    if pa.types.is_struct(kind):
        return pa.StructArray.from_arrays([_column(values, field) for field in kind], fields=list(kind))
    if pa.types.is_list(kind):
        ends = _numbers(pa.int32(), "i", accumulate(map(len, values), initial=0))
        return pa.ListArray.from_arrays(ends, array_of(list(chain.from_iterable(values)), kind.value_type))
    if pa.types.is_integer(kind):
        values = [one if one is not None and -(2**63) <= one < 2**63 else None for one in values]
    known = _numbers(pa.int8(), "b", (one is not None for one in values)).cast(pa.bool_()).buffers()[1]
    if pa.types.is_string(kind):
        texts = [_utf8(one) for one in values]
        ends = _numbers(pa.int32(), "i", accumulate(map(len, texts), initial=0))
        buffers = [known, ends.buffers()[1], pa.py_buffer(b"".join(texts))]
        return pa.Array.from_buffers(kind, len(values), buffers)
    if pa.types.is_boolean(kind):
        plain = _numbers(pa.int8(), "b", map(bool, values)).cast(kind)
    elif pa.types.is_timestamp(kind):
        plain = _numbers(kind, "q", ((one - _EPOCH) // _MICROSECOND if one else 0 for one in values))
    elif pa.types.is_integer(kind):
        plain = _numbers(kind, "q", (one or 0 for one in values))
    else:
        plain = _numbers(kind, "d", map(_double, values))
    return pa.Array.from_buffers(kind, len(values), [known, plain.buffers()[1]])


def _numbers(kind: pa.DataType, code: str, values: Iterable[Any]) -> pa.Array:
    numbers = array(code, values)
    return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(numbers)])


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
