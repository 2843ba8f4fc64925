"""Turn records into Parquet, CSV, or an Arrow table, batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from futureagi_simulate.export import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from futureagi_simulate.export.files import Evals
    from futureagi_simulate.records import CallRecord

BATCH = 250
"""Calls turned into columns at a time: 1,000 take 50 MB more and no less time."""

ROW_GROUP = 1_000
"""Rows of a Parquet row group: with transcripts about 10 MB, held as columns until they are written."""


def write_parquet(
    target: Path, records: Iterable[CallRecord], evals: Evals = "nested", names: Sequence[str] = ()
) -> None:
    """Write Parquet (zstd): `NESTED`, `EVALS` for long, or `wide_schema(names)` for wide."""
    import pyarrow.parquet as pq

    layout, make = _layout(evals, names)
    with pq.ParquetWriter(target, layout, compression="zstd") as writer:
        for group in _groups(make(batch) for batch in batches(records)):
            writer.write_table(group)


def write_csv(
    target: Path, records: Iterable[CallRecord], evals: Evals = "wide", names: Sequence[str] = ()
) -> None:
    """Write CSV with a header: one row an eval for long, else one row a call with its evals in columns."""
    from pyarrow import csv

    layout, make = _layout(evals, names)
    flat = pa.schema([_as_text(field) for field in layout if field.name != "raw"])
    with csv.CSVWriter(target, flat) as writer:
        for batch in batches(records):
            made = make(batch)
            writer.write_batch(
                pa.RecordBatch.from_arrays([_flatten(made.column(f.name)) for f in flat], schema=flat)
            )


def batches(records: Iterable[CallRecord], size: int = BATCH) -> Iterator[list[CallRecord]]:
    """Cut `records` into lists of at most `size`."""
    batch: list[CallRecord] = []
    for record in records:
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _groups(made: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Put batches together to tables of `ROW_GROUP` rows or a few more."""
    held: list[pa.RecordBatch] = []
    for batch in made:
        held.append(batch)
        if sum(one.num_rows for one in held) >= ROW_GROUP:
            yield pa.Table.from_batches(held)
            held.clear()
    if held:
        yield pa.Table.from_batches(held)


def _layout(
    evals: Evals, names: Sequence[str]
) -> tuple[pa.Schema, Callable[[Sequence[CallRecord]], pa.RecordBatch]]:
    if evals == "nested":
        return schema.NESTED, schema.nested_batch
    if evals == "long":
        return schema.EVALS, schema.evals_batch
    return schema.wide_schema(names), lambda records: schema.wide_batch(records, names)


def _as_text(field: pa.Field) -> pa.Field:
    return pa.field(field.name, pa.string()) if pa.types.is_list(field.type) else field


def _flatten(column: pa.Array) -> pa.Array:
    if not pa.types.is_list(column.type):
        return column
    return pa.array([None if one is None else "|".join(one) for one in column.to_pylist()], pa.string())


def to_arrow(records: Iterable[CallRecord]) -> pa.Table:
    """Return records as one Arrow table of the `NESTED` schema, for `.to_pandas()` or `polars.from_arrow`."""
    made = [schema.nested_batch(batch) for batch in batches(records)]
    return pa.Table.from_batches(made, schema=schema.NESTED)
