"""Calls as Arrow, Parquet and DuckDB: one column for each field of `CallRecord`, whose units it has.

Durations are seconds, times UTC with microseconds, rates and scores percent (0 to 100), costs US cents;
unknown is null. `evals` and `transcript` are lists of structs, `raw` is the call as it was sent. Schema and
batches are those of listings: `futureagi_simulate.frames`.
"""

# pyarrow.compute makes its functions as it is imported.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from futureagi_simulate.frames import BYTES, batches, numbers, schema_of
from futureagi_simulate.records import CallRecord, ExecutionRecord

_ROWS: Final = 100
_GROUP: Final = 1_000
"""Rows turned into columns at a time, as Python objects are large, and rows of a group in a Parquet file."""

NESTED: Final = schema_of(CallRecord)
"""One row a call with its evals and its transcript inside."""

_NOT_LISTED: Final = ("evals",)
EXECUTIONS: Final = schema_of(ExecutionRecord, _NOT_LISTED)
"""One row an execution; what its evals say together isn't part of the listing."""

_LISTS: Final = {"evals": "evals", "turns": "transcript"}


def to_arrow(records: Iterable[CallRecord]) -> pa.Table:
    """Return records as one Arrow table of the `NESTED` schema, for `.to_pandas()` or `polars.from_arrow`."""
    return pa.Table.from_batches(calls_in_batches(records), schema=NESTED)


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
    parents = pc.list_parent_indices(lists)
    first = lists.offsets.take(parents)
    positions = pc.subtract(numbers(pa.int32(), "i", range(len(parents))), first)
    ids = batch.column("id").take(parents)
    return pa.RecordBatch.from_arrays([ids, positions, *lists.flatten().flatten()], schema=schema)


def write_parquet(made: Path, records: Iterable[Any], what: str = "calls") -> None:
    """Write Parquet (zstd): calls of the `NESTED` schema, executions, or the flat table of evals or turns."""
    import pyarrow.parquet as pq

    flat = what in _LISTS
    schema = flat_schema(what) if flat else EXECUTIONS if what == "executions" else NESTED
    received = executions_in_batches if what == "executions" else calls_in_batches
    with pq.ParquetWriter(made, schema, compression="zstd") as writer:
        held: list[pa.RecordBatch] = []
        for made_of in received(records):
            batch = flattened(made_of, what) if flat else made_of
            held.append(batch)
            if sum(one.num_rows for one in held) >= _GROUP or sum(one.nbytes for one in held) >= BYTES:
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


def calls_in_batches(records: Iterable[CallRecord]) -> Iterator[pa.RecordBatch]:
    """Yield calls in batches of the `NESTED` schema."""
    return batches(records, CallRecord, _ROWS)


def executions_in_batches(records: Iterable[ExecutionRecord]) -> Iterator[pa.RecordBatch]:
    """Yield executions in batches of the `EXECUTIONS` schema."""
    return batches(records, ExecutionRecord, _ROWS, without=_NOT_LISTED)
