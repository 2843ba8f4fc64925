"""The stored tables: a Parquet dataset or a DuckDB file, published whole or not at all."""

# pyarrow.compute makes its functions as it is imported.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.frames import BYTES, array_of
from futureagi_simulate.records import call_record, execution_record
from futureagi_simulate_cli.export.columns import (
    EXECUTIONS,
    calls_in_batches,
    executions_in_batches,
    flat_schema,
    flattened,
)
from futureagi_simulate_cli.export.source import Received
from futureagi_simulate_cli.sync.state import State

SCHEMA_VERSION: Final = 1
"""Goes up when a column is added. A column is never renamed, retyped or taken away."""

BY_CALL: Final = ("calls", "evals", "turns")
TABLES: Final = (*BY_CALL, "executions")
_GROUP: Final = 1_000
_VANISHED: Final = pa.field("vanished_at", pa.timestamp("us", tz="UTC"))
_EXECUTION: Final = pa.field("execution_id", pa.string())
_LONG: Final = ("raw", "summary", "text", "reason", "output")
"""Columns whose smallest and largest value say nothing, and would be half of a small file."""

_NONE: Final = "unknown"
"""Not the word that Hive has for null, which pandas can't read."""


def schema_of(name: str, *, partitioned: bool) -> pa.Schema:
    """Return the schema of a stored table; of a partitioned one the folders' names hold `execution_id`."""
    if name == "executions":
        return EXECUTIONS.append(_VANISHED)
    schema = flat_schema(name)
    if name == "calls":
        schema = schema.append(_VANISHED)
    if "execution_id" in schema.names:
        schema = schema.remove(schema.get_field_index("execution_id"))
    return schema if partitioned else schema.append(_EXECUTION)


def _records(
    received: Iterable[tuple[bytes, str | None, int | None]], gone: list[int | None]
) -> Iterator[Any]:
    for raw, execution, vanished in received:
        gone.append(vanished)
        yield call_record(Received.of(raw), execution_id=execution)


def _moments(microseconds: list[int | None]) -> pa.Array:
    return array_of(microseconds, pa.int64()).cast(_VANISHED.type)


class _Writers:
    """Writes calls, evals and turns side by side, in row groups of bounded size.

    Without dictionaries: an execution's files are small, and take less time and no more room so.
    """

    def __init__(self, paths: dict[str, Path], *, partitioned: bool) -> None:
        self._stack = ExitStack()
        self._schemas = {name: schema_of(name, partitioned=partitioned) for name in paths}
        self._writers = {
            name: self._stack.enter_context(
                pq.ParquetWriter(
                    path,
                    self._schemas[name],
                    compression="zstd",
                    use_dictionary=False,
                    write_statistics=[  # pyright: ignore[reportArgumentType]
                        one for one in self._schemas[name].names if one not in _LONG
                    ],
                )
            )
            for name, path in paths.items()
        }
        self._paths = tuple(paths.values())
        self._held: dict[str, list[pa.RecordBatch]] = {name: [] for name in paths}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with self._stack:
            if kind is None:
                for name in self._held:
                    self._flush(name)
        for path in self._paths if kind is None else ():
            _flush(path)

    def add(self, name: str, batch: pa.RecordBatch) -> None:
        """Add rows, with nulls in columns that they lack."""
        columns = [
            batch.column(field.name)
            if field.name in batch.schema.names
            else pa.nulls(batch.num_rows, field.type)
            for field in self._schemas[name]
        ]
        held = self._held[name]
        held.append(pa.RecordBatch.from_arrays(columns, schema=self._schemas[name]))
        if sum(one.num_rows for one in held) >= _GROUP or sum(one.nbytes for one in held) >= BYTES:
            self._flush(name)

    def add_received(self, received: Iterable[tuple[bytes, str | None, int | None]]) -> None:
        """Convert calls as received, and add them."""
        gone: list[int | None] = []
        for batch in calls_in_batches(_records(received, gone)):
            marks = _moments(gone[: batch.num_rows])
            del gone[: batch.num_rows]
            self.add("calls", flattened(batch, "calls").append_column(_VANISHED, marks))
            executions = batch.column("execution_id")
            for name in ("evals", "turns"):
                rows = flattened(batch, name)
                if _EXECUTION.name in self._schemas[name].names:
                    at = pc.index_in(rows.column("call_id"), batch.column("id"))
                    rows = rows.append_column(_EXECUTION, executions.take(at))
                self.add(name, rows)

    def _flush(self, name: str) -> None:
        if self._held[name]:
            self._writers[name].write_table(pa.Table.from_batches(self._held[name]))
            self._held[name].clear()


def _write_executions(path: Path, state: State, run_test_id: str) -> None:
    gone: list[int | None] = []

    def records() -> Iterator[Any]:
        for raw, vanished in state.all("SELECT raw, gone FROM executions WHERE raw IS NOT NULL ORDER BY id"):
            gone.append(vanished)
            yield execution_record(Received.of(raw), run_test_id=run_test_id)

    schema = schema_of("executions", partitioned=True)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in executions_in_batches(records()):
            marks = _moments(gone[: batch.num_rows])
            del gone[: batch.num_rows]
            writer.write_batch(batch.append_column(_VANISHED, marks))


def _require_known(version: object, where: Path) -> int:
    found = version if isinstance(version, int) else 0
    if found > SCHEMA_VERSION:
        raise ConfigurationError(
            f"{where} has schema version {found}, and this program knows {SCHEMA_VERSION}.",
            remedy="Use the program that wrote it, or a newer one, or name another destination.",
        )
    return found


class ParquetDataset:
    """A folder with one version of the tables after the other; the link `current` names the one that counts.

    Files are never changed: a version shares those that stay with the one before, as hard links. That one is
    kept until the next, for readers who have just begun.
    """

    def __init__(self, destination: Path) -> None:
        self.current: Path = destination / "current"
        self._versions = destination / "versions"

    def _number(self) -> int:
        try:
            return int(os.readlink(self.current).rpartition("/")[2])
        except (OSError, ValueError):
            return 0

    def publish(self, state: State, run_test_id: str, step: Callable[[int, int], None]) -> None:
        """Publish what changed, unless nothing did."""
        number = self._number()
        old = self._versions / f"{number:08}" if number else None
        version = 0
        if old is not None:
            with suppress(FileNotFoundError):
                version = _require_known(json.loads((old / "schema.json").read_bytes()).get("version"), old)
        upgrade = old is not None and version < SCHEMA_VERSION
        if old is not None and not upgrade and not state.dirty():
            return
        self._versions.mkdir(exist_ok=True)
        for left in self._versions.iterdir():
            if left != old and not (left.name.isdigit() and int(left.name) == number - 1):
                shutil.rmtree(left)
        made = self._versions / f"{number + 1:08}"
        made.mkdir()
        affected = {_folder(state, n): n for n in state.affected()}
        kept = {one.name for one in (old / "calls").iterdir()} if old is not None else set()
        for name in BY_CALL:
            (made / name).mkdir()
        todo = sorted(kept | affected.keys())
        for done, folder in enumerate(todo):
            if folder in affected or upgrade:
                self._rewrite(state, folder, affected.get(folder), old if folder in kept else None, made)
            else:
                for name in BY_CALL:
                    (made / name / folder).mkdir()
                    for file in (old / name / folder).iterdir() if old is not None else ():
                        os.link(file, made / name / folder / file.name)
            step(done + 1, len(todo))
        (made / "executions").mkdir()
        _write_executions(made / "executions" / f"{number + 1:08}.parquet", state, run_test_id)
        (made / "schema.json").write_text(json.dumps({"version": SCHEMA_VERSION}))
        _flush(made)
        link = self.current.with_name("current.new")
        link.unlink(missing_ok=True)
        link.symlink_to(Path("versions", made.name), target_is_directory=True)
        os.replace(link, self.current)

    def _rewrite(
        self, state: State, folder: str, execution: int | None, old: Path | None, made: Path
    ) -> None:
        replaced, vanished = state.leaving(execution) if execution is not None else (set[str](), {})
        for name in BY_CALL:
            (made / name / folder).mkdir()
        paths = {name: made / name / folder / f"{made.name}.parquet" for name in BY_CALL}
        with _Writers(paths, partitioned=True) as writers:
            for name in BY_CALL if old is not None else ():
                for file in sorted((old / name / folder).iterdir()) if old is not None else ():
                    for batch in pq.ParquetFile(file).iter_batches(_GROUP):
                        writers.add(
                            name, _without(batch, "id" if name == "calls" else "call_id", replaced, vanished)
                        )
            if execution is not None:
                writers.add_received(state.received(execution))
        if not pq.read_metadata(paths["calls"]).num_rows:  # every call has left it
            for name in BY_CALL:
                shutil.rmtree(made / name / folder)


def _flush(path: Path) -> None:
    """Put a file on disk, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _folder(state: State, execution: int) -> str:
    """Return the name of an execution's folder, as Hive has it."""
    found = state.all("SELECT id FROM executions WHERE n = ?", execution)
    return f"execution_id={quote(found[0][0], safe='') if found else _NONE}"


def _without(batch: pa.RecordBatch, key: str, replaced: set[str], vanished: dict[str, int]) -> pa.RecordBatch:
    """Drop the rows of some calls, and mark those that vanished."""
    if not replaced and not vanished:
        return batch
    ids = batch.column(key).to_pylist()
    if vanished and key == "id":
        marks = batch.column(_VANISHED.name).cast(pa.int64()).to_pylist()
        marks = [vanished.get(one, mark) for one, mark in zip(ids, marks, strict=True)]
        place = batch.schema.get_field_index(_VANISHED.name)
        batch = batch.set_column(place, _VANISHED, _moments(marks))
    if replaced:
        batch = batch.filter(array_of([one not in replaced for one in ids], pa.bool_()))
    return batch


class DuckDBFile:
    """A DuckDB file, replaced by a changed copy: who has it open goes on with the old one."""

    def __init__(self, destination: Path, work: Path) -> None:
        self.current = destination
        self._work = work

    def publish(self, state: State, run_test_id: str, step: Callable[[int, int], None]) -> None:
        """Publish what changed, unless nothing did."""
        import duckdb

        step(0, 1)
        version = None
        made, folder = self._work / "made.duckdb", self._work / "made"
        limits: dict[str, Any] = {"memory_limit": "32MB", "threads": 1, "temp_directory": str(self._work)}
        if self.current.exists():
            with duckdb.connect(self.current, read_only=True, config={"threads": 1}) as database:
                version = _require_known(
                    database.execute("SELECT max(version) FROM schema_version").fetchall()[0][0], self.current
                )
            if version == SCHEMA_VERSION and not state.dirty():
                return
        for left in (made, made.with_name("made.duckdb.wal")):
            left.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        paths = {name: folder / f"{name}.parquet" for name in TABLES}
        with _Writers({name: paths[name] for name in BY_CALL}, partitioned=False) as writers:
            writers.add_received(state.received())
        _write_executions(paths["executions"], state, run_test_id)
        pa.default_memory_pool().release_unused()
        if version is not None:
            shutil.copyfile(self.current, made)
        try:
            self._load(made, paths, state, version, limits)
        except duckdb.OutOfMemoryException:
            made.unlink(missing_ok=True)
            if version is not None:
                shutil.copyfile(self.current, made)
            self._load(made, paths, state, version, {"temp_directory": str(self._work)})
        _flush(made)
        os.replace(made, self.current)
        shutil.rmtree(folder)
        step(1, 1)

    def _load(
        self, made: Path, paths: dict[str, Path], state: State, version: int | None, limits: dict[str, Any]
    ) -> None:
        import duckdb

        with duckdb.connect(config=limits) as database:
            database.execute("SET enable_progress_bar = false")
            target = str(made).replace("'", "''")
            database.execute(f"ATTACH '{target}' AS made (ROW_GROUP_SIZE 2048)")
            for name, path in paths.items():
                source = f"read_parquet('{str(path).replace(chr(39), chr(39) * 2)}')"
                if version is None:
                    database.execute(f"CREATE TABLE made.{name} AS SELECT * FROM {source}")  # noqa: S608
                    continue
                rows = database.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
                for column, kind, *_ in rows:
                    database.execute(f'ALTER TABLE made.{name} ADD COLUMN IF NOT EXISTS "{column}" {kind}')
                if name == "executions":
                    database.execute(f"DELETE FROM made.{name}")  # noqa: S608
                else:
                    calls = str(paths["calls"]).replace("'", "''")
                    key = "id" if name == "calls" else "call_id"
                    database.execute(
                        f"DELETE FROM made.{name} WHERE {key} IN (SELECT id FROM read_parquet('{calls}'))"  # noqa: S608
                    )
                database.execute(f"INSERT INTO made.{name} BY NAME SELECT * FROM {source}")  # noqa: S608
            gone = state.all("SELECT gone, id FROM calls WHERE dirty AND at IS NULL AND gone IS NOT NULL")
            if gone:
                database.executemany(
                    "UPDATE made.calls SET vanished_at = make_timestamptz(?::BIGINT) WHERE id = ?", gone
                )
            database.execute(
                "CREATE OR REPLACE TABLE made.schema_version AS SELECT ? AS version", [SCHEMA_VERSION]
            )
            database.execute("DETACH made")
