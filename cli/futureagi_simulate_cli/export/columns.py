"""Calls as Arrow, Parquet and DuckDB: one column for each field of `CallRecord`, whose units it has.

Durations are seconds, times UTC with microseconds, rates and scores percent (0 to 100), costs US cents;
unknown is null. `evals` and `transcript` are lists of structs, `raw` is the call as it was sent. Schema and
batches are those of listings: `futureagi_simulate.frames`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from futureagi_simulate.frames import BYTES, batches, schema_of
from futureagi_simulate.records import CallRecord

_ROWS: Final = 100
_GROUP: Final = 1_000
"""Rows turned into columns at a time, as Python objects are large, and rows of a group in a Parquet file."""

NESTED: Final = schema_of(CallRecord)
"""One row a call with its evals and its transcript inside."""


def to_arrow(records: Iterable[CallRecord]) -> pa.Table:
    """Return records as one Arrow table of the `NESTED` schema, for `.to_pandas()` or `polars.from_arrow`."""
    return pa.Table.from_batches(_batches(records), schema=NESTED)


def write_parquet(made: Path, records: Iterable[CallRecord]) -> None:
    """Write Parquet (zstd) of the `NESTED` schema."""
    import pyarrow.parquet as pq

    with pq.ParquetWriter(made, NESTED, compression="zstd") as writer:
        held: list[pa.RecordBatch] = []
        for batch in _batches(records):
            held.append(batch)
            if sum(one.num_rows for one in held) >= _GROUP or sum(one.nbytes for one in held) >= BYTES:
                writer.write_table(pa.Table.from_batches(held))
                held.clear()
        if held:
            writer.write_table(pa.Table.from_batches(held))


def write_duckdb(made: Path, records: Iterable[CallRecord]) -> None:
    """Write a DuckDB file: `calls`, and `evals` and `turns` keyed by `call_id` and 0-based `position`.

    It is loaded from Parquet, with little memory unless calls are so large that DuckDB can't do with it:
    inserted batch by batch the same took twice the time and held everything in memory.
    """
    import duckdb

    parquet = made.with_name("parquet")
    write_parquet(parquet, records)
    pa.default_memory_pool().release_unused()  # 15 MB that DuckDB needs now
    try:
        try:
            _load(parquet, made, {"memory_limit": "32MB", "threads": 1})
        except duckdb.OutOfMemoryException:
            made.unlink(missing_ok=True)
            _load(parquet, made, {})
    except duckdb.IOException as error:  # no OSError, though it means one
        raise OSError(str(error)) from error


def _load(parquet: Path, made: Path, limits: dict[str, Any]) -> None:
    import duckdb

    source, target = (str(path).replace("'", "''") for path in (parquet, made))
    position = "(generate_subscripts({0}, 1) - 1)::INTEGER AS position"
    listed = f"SELECT id AS call_id, {position}, unnest({{0}}, max_depth := 2)"
    tables = {
        "calls": "SELECT * EXCLUDE (evals, transcript)",
        "evals": listed.format("evals"),
        "turns": listed.format("transcript"),
    }
    with duckdb.connect(config={**limits, "temp_directory": str(made.parent)}) as database:
        database.execute("SET enable_progress_bar = false")  # it would write to standard output
        # row groups are the smallest that DuckDB takes: of its own choice, 122,880 rows, it would hold one
        database.execute(f"ATTACH '{target}' AS made (ROW_GROUP_SIZE 2048)")
        for name, query in tables.items():
            database.execute(f"CREATE TABLE made.{name} AS {query} FROM read_parquet('{source}')")
        database.execute("DETACH made")


def _batches(records: Iterable[CallRecord]) -> Iterator[pa.RecordBatch]:
    return batches(records, CallRecord, _ROWS)
