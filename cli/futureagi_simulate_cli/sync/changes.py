"""The changes of a run test since the last time, in batches, for an engine that keeps the tables itself.

What was received stays in a folder until the engine confirms that it has it. A position names what an engine
has; it is small, and the engine keeps it beside its tables.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import pyarrow as pa

from futureagi_simulate.checks import at_least_one, uuid
from futureagi_simulate.client import Client
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.frames import array_of
from futureagi_simulate.records import CallRecord, ExecutionRecord, call_record, execution_record
from futureagi_simulate_cli.export.columns import (
    EXECUTIONS,
    calls_in_batches,
    executions_in_batches,
    flat_schema,
    flattened,
)
from futureagi_simulate_cli.export.job import without_gc
from futureagi_simulate_cli.export.partial import take_lock
from futureagi_simulate_cli.export.source import Received, origin_of
from futureagi_simulate_cli.sync.reading import Reading
from futureagi_simulate_cli.sync.state import State

T = TypeVar("T", CallRecord, ExecutionRecord)

TABLES: Final = ("calls", "executions", "evals", "turns")
KEYS: Final = {"calls": "id", "executions": "id", "evals": "call_id", "turns": "call_id"}
"""What each table is merged by. The rows of evals and turns are replaced together, those of one call."""

Position = dict[str, Any]
"""What an engine has: `{"state": text, "batch": number}`. Empty: nothing."""

_READ_AT: Final = pa.field("read_at", pa.timestamp("us", tz="UTC"))
_REMOVED: Final = pa.field("removed", pa.bool_())
_ROWS: Final = 1_000


def require_table(name: str) -> str:
    """Return the name of a table; raise ConfigurationError for any other word."""
    if name not in TABLES:
        raise ConfigurationError(f"There is no table {name!r}.", remedy=f"Use one of {', '.join(TABLES)}.")
    return name


def table_schema(name: str) -> pa.Schema:
    """Return the schema of a table, without the columns of changes."""
    return EXECUTIONS if require_table(name) == "executions" else flat_schema(name)


def changes_schema(name: str) -> pa.Schema:
    """Return the schema of a table's changes.

    `read_at` is the time of reading, which is later in each batch. `removed` says that the rows of this key
    are no more; of all other columns only `position`, which is -1, isn't null then.
    """
    schema = table_schema(name)
    key = schema.get_field_index(KEYS[name])
    return schema.set(key, schema.field(key).with_nullable(False)).append(_READ_AT).append(_REMOVED)


class Changes:
    """The changes of one run test, kept in `folder` until they are confirmed. Use it in a `with` block.

    Only its owner can read the folder, and it holds no key. Where it is lost, everything is read again.
    """

    _state: State

    def __init__(
        self,
        client: Client,
        folder: Path,
        run_test_id: str,
        *,
        page_size: int = 100,
        prefetch: int = 4,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.requests: int = 0
        self._client = client
        self._folder = folder
        self._run_test = uuid(run_test_id, "run_test_id")
        self._size = at_least_one(page_size, "page_size")
        self._prefetch = at_least_one(prefetch, "prefetch")
        self._clock = clock
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ExitStack() as stack:
            try:
                take_lock(stack.enter_context(open(self._folder / "lock", "ab")))
            except BlockingIOError:
                raise ConfigurationError(
                    f"Another run reads changes into {self._folder}.",
                    remedy="Wait until it has ended, or give this one another folder.",
                ) from None
            self._open()
            stack.callback(lambda: self._state.close())
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _open(self) -> None:
        held = self._folder / "held"
        held.mkdir(mode=0o700, exist_ok=True)
        self._state = State(held)
        what = f"{origin_of(self._client)} {self._run_test}"
        if self._state.get("what") is None:
            self._state.note(what=what, state=secrets.token_hex(8), confirmed=0)
            self._state.save()
        elif self._state.get("what") != what:
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._state.close()
        shutil.rmtree(self._folder / "held")
        self._open()

    @property
    def position(self) -> Position:
        """Return the position of what is confirmed."""
        confirmed = self._state.get("confirmed")
        return {"state": self._state.get("state"), "batch": confirmed} if confirmed else {}

    @property
    def offered(self) -> Position | None:
        """Return the position that has the batch on offer, None if there is none."""
        batch = self._state.get("offered")
        return None if batch is None else {"state": self._state.get("state"), "batch": batch}

    def go_on(self, position: Position, *, arrived: bool = True) -> None:
        """Go on from the position that an engine gives: its last batch is confirmed, if it `arrived`.

        From a position that this folder doesn't know everything is read again.
        """
        if position == self.position:
            return
        if position != self.offered:
            self._begin_anew()
        elif arrived:
            self._state.published(self._state.get("until"))
            self._state.note(confirmed=position["batch"])
            self._state.run("DELETE FROM meta WHERE name IN ('offered', 'until')")
            self._state.save()

    def offer(self, most: int | None = None) -> Position:
        """Prepare the next batch, and return the position that has it; nothing new, the one there was.

        With `most` calls to a batch, the server is only asked again when all that was received is confirmed.
        """
        if most is None or not self._state.dirty():
            reading = Reading(
                self._client,
                self._run_test,
                self._state,
                page_size=self._size,
                prefetch=self._prefetch,
                since=None,
                now=self._clock() // 1_000,
                progress=None,
            )
            with without_gc():
                reading.run(full=False)
            self.requests += reading.requests
        if not self._state.dirty():
            return self.position
        until = None
        if most is not None:
            rows = self._state.all(
                "SELECT at FROM calls WHERE dirty AND at IS NOT NULL ORDER BY at LIMIT 1 OFFSET ?", most
            )
            until = rows[0][0] if rows else None
        read_at = max(self._clock() // 1_000, self._state.get("read_at", 0) + 1)
        batch = self._state.get("confirmed") + 1
        self._state.note(read_at=read_at, offered=batch, until=until)
        self._state.save()
        return self.offered or {}

    # the batch on offer

    def batches(self, tables: Sequence[str]) -> Iterator[tuple[str, pa.RecordBatch]]:
        """Yield the rows of some tables of the batch on offer, each with the table's name."""
        if self._state.get("offered") is None:
            return
        until = self._state.get("until")
        by_call = [name for name in tables if name != "executions"]
        if by_call:
            yield from self._calls(by_call, until)
        if until is not None:
            return
        gone = [one for (one,) in self._state.all("SELECT id FROM calls WHERE dirty AND gone IS NOT NULL")]
        for name in by_call:
            yield from self._removals(name, gone)
        if "executions" in tables:
            yield from self._executions()

    def _calls(self, tables: list[str], until: int | None) -> Iterator[tuple[str, pa.RecordBatch]]:
        """Yield the rows of calls; where one that was published has no evals or turns now, a removal."""
        empty: dict[str, list[str]] = {name: [] for name in tables}

        def records() -> Iterator[CallRecord]:
            for raw, (name, execution, published) in self._state.changes(until):
                record = call_record(Received.of(raw), execution_id=execution)
                for table, rows in (("evals", record.evals), ("turns", record.transcript)):
                    if published and not rows and table in empty:
                        empty[table].append(name)
                yield _known_as(name, record)

        for batch in calls_in_batches(records()):
            for name in tables:
                yield from self._marked(name, flattened(batch, name))
        for name, calls in empty.items():
            yield from self._removals(name, calls)

    def _executions(self) -> Iterator[tuple[str, pa.RecordBatch]]:
        rows = self._state.all(
            "SELECT id, raw FROM executions WHERE dirty AND raw IS NOT NULL AND gone IS NULL"
        )
        records = (
            _known_as(name, execution_record(Received.of(raw), run_test_id=self._run_test))
            for name, raw in rows
        )
        for batch in executions_in_batches(records):
            yield from self._marked("executions", batch)
        gone = self._state.all("SELECT id FROM executions WHERE dirty AND gone IS NOT NULL")
        yield from self._removals("executions", [one for (one,) in gone])

    def _marked(self, name: str, batch: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
        if batch.num_rows:
            marks = self._marks(batch.num_rows, removed=False)
            yield name, pa.RecordBatch.from_arrays([*batch.columns, *marks], schema=changes_schema(name))

    def _marks(self, rows: int, *, removed: bool) -> list[pa.Array]:
        read_at = array_of([self._state.get("read_at")] * rows, pa.int64()).cast(_READ_AT.type)
        return [read_at, array_of([removed] * rows, _REMOVED.type)]

    def _removals(self, name: str, ids: Iterable[str]) -> Iterator[tuple[str, pa.RecordBatch]]:
        schema, left = changes_schema(name), iter(ids)
        while some := list(islice(left, _ROWS)):
            known = {KEYS[name]: array_of(some, pa.string())}
            if "position" in schema.names:
                known["position"] = array_of([-1] * len(some), pa.int64()).cast(pa.int32())
            known |= zip((_READ_AT.name, _REMOVED.name), self._marks(len(some), removed=True), strict=True)
            columns = [
                known[field.name] if field.name in known else pa.nulls(len(some), field.type)
                for field in schema
            ]
            yield name, pa.RecordBatch.from_arrays(columns, schema=schema)


def _known_as(name: str, record: T) -> T:
    """Return a record with the id that a removal would name; a row without an id has one made of its JSON."""
    return record if record.id == name else replace(record, id=name)
