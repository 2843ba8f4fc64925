"""Write a DuckDB file: first each table as Parquet, batch by batch, then each loaded in one go.

Inserted batch by batch the same took twice the time and held everything in memory.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from futureagi_simulate.export import schema
from futureagi_simulate.export.files import whole_file
from futureagi_simulate.export.writers import batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from futureagi_simulate.records import CallRecord

_TABLES: Final[Mapping[str, tuple[pa.Schema, Callable[[Sequence[CallRecord]], pa.RecordBatch]]]] = {
    "calls": (schema.CALLS, schema.calls_batch),
    "evals": (schema.EVALS, schema.evals_batch),
    "turns": (schema.TURNS, schema.turns_batch),
}
_FRUGAL: Final[Mapping[str, Any]] = {"memory_limit": "32MB", "threads": 1}
_ROW_GROUP: Final = 2_048
"""The smallest that DuckDB takes; of its own choice, 122,880 rows, it would hold one in memory."""


def write_parts(made: Path, records: Iterable[CallRecord]) -> None:
    """Write the tables as Parquet, under names that begin with `made`."""
    import pyarrow.parquet as pq

    with ExitStack() as open_files:
        writers = {
            name: open_files.enter_context(pq.ParquetWriter(_part(made, name), layout, compression="zstd"))
            for name, (layout, _) in _TABLES.items()
        }
        for batch in batches(records):
            for name, (_, make) in _TABLES.items():
                writers[name].write_batch(make(batch))


def load(made: Path, target: Path) -> None:
    """Make a DuckDB file of what `write_parts` wrote.

    Memory stays small unless calls are so large that DuckDB can't do with little.
    """
    import duckdb

    pa.default_memory_pool().release_unused()  # 15 MB that DuckDB needs now
    try:
        try:
            _load(made, target, _FRUGAL)
        except duckdb.OutOfMemoryException:
            _load(made, target, {})
    except duckdb.IOException as error:  # no OSError, though it means one
        raise OSError(str(error)) from error


def _load(made: Path, target: Path, limits: Mapping[str, Any]) -> None:
    import duckdb

    settings = {**limits, "temp_directory": str(made.parent)}
    with whole_file(target) as temporary, duckdb.connect(config=settings) as database:
        temporary.with_name(f"{temporary.name}.wal").unlink(missing_ok=True)  # of a run that was killed
        database.execute("SET enable_progress_bar = false")  # it would write to standard output
        database.execute(f"ATTACH {_quoted(temporary)} AS made (ROW_GROUP_SIZE {_ROW_GROUP})")
        for name in _TABLES:
            given = _quoted(_part(made, name))
            database.execute(f"CREATE TABLE made.{name} AS SELECT * FROM read_parquet({given})")  # noqa: S608 - the names above
        database.execute("DETACH made")


def _part(made: Path, name: str) -> Path:
    return made.with_name(f"{made.name}.{name}")


def _quoted(path: Path) -> str:
    """Write a path as a text of SQL."""
    return "'" + str(path).replace("'", "''") + "'"
