"""What a sync knows of the calls it has stored, in an SQLite file beside the data.

A call takes its id, 16 bytes of digest and some small numbers. What was received and isn't published yet is
in a second file, the spool, at the place that the call's row tells.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import quote

import attrs

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.records import FINISHED, word

VERSION: Final = 1
SAVE_EVERY_S = 1.0
_LONGEST_ID: Final = 200
"""Of an execution, which is a folder's name."""

_FINISHED: Final = ", ".join(f"'{one}'" for one in FINISHED)
_SCHEMA: Final = f"""
CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE executions(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, digest BLOB, raw BLOB, status TEXT,
    total INTEGER, gone INTEGER, open INTEGER NOT NULL DEFAULT 1, agreed INTEGER NOT NULL DEFAULT 0,
    joined INTEGER NOT NULL DEFAULT 0, dirty INTEGER NOT NULL DEFAULT 1);
CREATE TABLE calls(id TEXT PRIMARY KEY, digest BLOB NOT NULL, execution INTEGER NOT NULL, stored INTEGER,
    seq INTEGER NOT NULL, walk INTEGER NOT NULL, status TEXT, original TEXT, gone INTEGER, at INTEGER,
    size INTEGER, dirty INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX by_execution ON calls(execution);
CREATE INDEX by_seq ON calls(seq);
CREATE INDEX by_dirty ON calls(execution) WHERE dirty;
CREATE INDEX by_stored ON calls(stored) WHERE dirty AND stored IS NOT NULL;
CREATE INDEX unfinished ON calls(execution) WHERE gone IS NULL AND original IS NULL
    AND coalesce(status, '') NOT IN ({_FINISHED});
"""
_UPSERT: Final = """
INSERT INTO calls(id, digest, execution, seq, walk, status, original, at, size, dirty)
VALUES (:id, :digest, :execution, :seq, :walk, :status, :original, :at, :size, 1)
ON CONFLICT(id) DO UPDATE SET digest = :digest, seq = :seq, walk = :walk, status = :status, gone = NULL,
    original = :original, at = :at, size = :size, dirty = 1,
    execution = CASE WHEN :execution THEN :execution ELSE execution END
"""


@attrs.frozen
class Known:
    """What is stored of a call: `execution` is a number of this file, 0 if it isn't known."""

    digest: bytes
    execution: int
    seq: int
    walk: int
    status: str | None
    gone: int | None


class State:
    """The file `state.sqlite` and the spool of one destination. Writes count after `save`."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._spool_path = folder / "received"
        self._spool: BinaryIO | None = None
        self._clock = clock
        self._due = clock() + SAVE_EVERY_S
        self._numbers: dict[str, int] = {}
        path = folder / "state.sqlite"
        self._db = sqlite3.connect(path, isolation_level=None)
        try:
            self._open()
        except BaseException:
            self._db.close()
            raise

    def _open(self) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "cache_size = -8000"):
            self._db.execute(f"PRAGMA {pragma}")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise ConfigurationError(
                f"The state has version {version}, and this program knows {VERSION}.",
                remedy="Use the program that wrote it, or a newer one, or name another destination.",
            )
        self._db.execute("BEGIN")
        if not version:
            for statement in _SCHEMA.split(";\n"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {VERSION}")
        self.save()

    def close(self) -> None:
        """Save, and close the files."""
        try:
            self.save()
        finally:
            self._db.close()
            if self._spool is not None:
                self._spool.close()

    def save(self) -> None:
        """Put everything so far on disk."""
        if self._spool is not None:
            self._spool.flush()
            os.fsync(self._spool.fileno())
        if self._db.in_transaction:
            self._db.execute("COMMIT")
        self._db.execute("BEGIN")
        self._due = self._clock() + SAVE_EVERY_S

    def save_if_due(self) -> None:
        """Save once a second."""
        if self._clock() >= self._due:
            self.save()

    # facts about the whole

    def get(self, name: str, default: Any = None) -> Any:
        """Return a fact."""
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return default if found is None else found[0]

    def note(self, **facts: Any) -> None:
        """Note facts."""
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", facts.items())

    def one(self, query: str, *values: Any) -> Any:
        """Return the first column of a query's first row."""
        return self._db.execute(query, values).fetchone()[0]

    def all(self, query: str, *values: Any) -> list[Any]:
        """Return the rows of a query."""
        return self._db.execute(query, values).fetchall()

    def run(self, statement: str, *values: Any) -> int:
        """Run a statement, and return the number of rows changed."""
        return self._db.execute(statement, values).rowcount

    def live(self) -> int:
        """Return how many calls are stored that the server still has."""
        return int(self.one("SELECT count(*) FROM calls WHERE gone IS NULL"))

    # calls

    def known(self, ids: Iterable[str]) -> dict[str, Known]:
        """Return what is stored of calls, by id."""
        found: dict[str, Known] = {}
        left = iter(ids)
        while some := list(islice(left, 500)):
            marks = ",".join("?" * len(some))
            query = "SELECT id, digest, execution, seq, walk, status, gone FROM calls WHERE id IN"
            for row in self._db.execute(f"{query} ({marks})", some):
                found[row[0]] = Known(*row[1:])
        return found

    def put(self, calls: Iterable[tuple[bytes, dict[str, Any]]]) -> None:
        """Store calls that are new or changed: their bytes go to the spool, their columns to the file."""
        if self._spool is None:
            self._spool = open(self._spool_path, "ab", buffering=1 << 18)  # noqa: SIM115 - until `close`
        rows, at = [], self._spool.tell()
        for raw, columns in calls:
            rows.append({**columns, "at": at, "size": len(raw)})
            at += self._spool.write(raw)
        self._db.executemany(_UPSERT, rows)

    def seen(self, rows: Iterable[tuple[int, int, str]]) -> None:
        """Note place and walk of calls that are as they were: (seq, walk, id)."""
        self._db.executemany("UPDATE calls SET seq = ?, walk = ? WHERE id = ?", rows)

    def mark_gone(self, ids: Iterable[str], now: int) -> None:
        """Mark calls that the server has no more; `now` is in microseconds since 1970."""
        rows = ((now, one) for one in ids)
        self._db.executemany("UPDATE calls SET gone = ?, dirty = 1 WHERE id = ? AND gone IS NULL", rows)

    def resolve_snapshots(self) -> None:
        """Give former results the execution of the call that they belong to."""
        self.run(
            "UPDATE calls SET execution = coalesce((SELECT o.execution FROM calls o WHERE o.id = "
            "calls.original), 0) WHERE dirty AND execution = 0 AND original > ''"
        )

    def rank(self, seq: int, *, counting_gone: bool) -> int:
        """Return how many calls come before a place in the listing."""
        only = "" if counting_gone else " AND gone IS NULL"
        return int(self.one(f"SELECT count(*) FROM calls WHERE seq > ?{only}", seq))  # noqa: S608

    # executions

    def number_of(self, execution: object) -> int:
        """Return the number of an execution, which is noted if it is new; 0 for what can't be an id."""
        if not isinstance(execution, str):
            return 0
        if (number := self._numbers.get(execution)) is None:
            if not 0 < len(quote(execution, safe="")) <= _LONGEST_ID:
                return 0
            if len(self._numbers) > 10_000:
                self._numbers.clear()
            self.run("INSERT OR IGNORE INTO executions(id) VALUES (?)", execution)
            number = int(self.one("SELECT n FROM executions WHERE id = ?", execution))
            self._numbers[execution] = number
        return number

    def put_execution(self, execution: str, raw: bytes, digest: bytes, status: object, total: object) -> None:
        """Store an execution that is new or changed."""
        number, said = self.number_of(execution), word(status)
        whole = total if isinstance(total, int) and not isinstance(total, bool) else None
        self.run(
            "UPDATE executions SET raw = ?, digest = ?, status = ?, total = ?, gone = NULL, dirty = 1, "
            "open = (open AND raw IS NOT NULL) OR ? WHERE n = ?",
            *(raw, digest, said, whole, said not in FINISHED, number),
        )

    # what is to be published

    def dirty(self) -> bool:
        """Return whether anything isn't published yet."""
        return bool(
            self.one(
                "SELECT EXISTS(SELECT 1 FROM calls WHERE dirty) OR "
                "EXISTS(SELECT 1 FROM executions WHERE dirty)"
            )
        )

    def affected(self) -> list[int]:
        """Return the numbers of executions whose calls changed, also of those that calls leave."""
        return [
            number
            for (number,) in self.all(
                "SELECT execution FROM calls WHERE dirty UNION SELECT stored FROM calls WHERE dirty "
                "AND stored IS NOT NULL ORDER BY 1"
            )
        ]

    def leaving(self, execution: int) -> tuple[set[str], dict[str, int]]:
        """Return the ids whose stored rows of an execution count no more, and when others vanished."""
        rows = self.all(
            "SELECT id, at, gone FROM calls WHERE dirty AND execution = ? UNION ALL "
            "SELECT id, at, gone FROM calls WHERE dirty AND stored IS NOT NULL AND stored = ? "
            "AND execution != ?",
            *(execution, execution, execution),
        )
        replaced = {one for one, at, _ in rows if at is not None}
        return replaced, {one: gone for one, at, gone in rows if at is None and gone is not None}

    def received(self, execution: int | None = None) -> Iterator[tuple[bytes, str | None, int | None]]:
        """Yield the calls that aren't published yet, of one execution or all: bytes, execution, gone."""
        only = "" if execution is None else f" AND c.execution = {int(execution)}"
        rows = self._db.execute(
            f"SELECT c.at, c.size, e.id, c.gone FROM calls c LEFT JOIN executions e ON e.n = c.execution "  # noqa: S608
            f"WHERE c.dirty AND c.at IS NOT NULL{only} ORDER BY c.at"
        )
        for raw, (name, gone) in self._spooled(rows):
            yield raw, name, gone

    def changes(self, until: int | None) -> Iterator[tuple[bytes, tuple[str, str | None, bool]]]:
        """Yield the calls to be published that the server has: bytes, then id, execution, if ever published.

        `until` is the place in the spool where they end, None for all.
        """
        only = "" if until is None else f" AND c.at < {int(until)}"
        rows = self._db.execute(
            f"SELECT c.at, c.size, c.id, e.id, c.stored IS NOT NULL FROM calls c LEFT JOIN executions e "  # noqa: S608
            f"ON e.n = c.execution WHERE c.dirty AND c.at IS NOT NULL AND c.gone IS NULL{only} ORDER BY c.at"
        )
        yield from self._spooled(rows)

    def _spooled(self, rows: Iterator[Any]) -> Iterator[tuple[bytes, Any]]:
        """Read from the spool what rows say with their first two columns; yield it with the others."""
        if self._spool is not None:
            self._spool.flush()
        if not self._spool_path.exists():
            return
        with open(self._spool_path, "rb") as spool:
            while some := list(islice(rows, 1_000)):
                for at, size, *others in some:
                    spool.seek(at)
                    yield spool.read(size), tuple(others)

    def published(self, until: int | None = None) -> None:
        """Note that everything is published, or the calls before a place in the spool."""
        only = "" if until is None else f" AND at < {int(until)}"
        self.run(f"UPDATE calls SET dirty = 0, at = NULL, size = NULL, stored = execution WHERE dirty{only}")  # noqa: S608
        if until is None:
            self.run("UPDATE executions SET dirty = 0 WHERE dirty")
        self.save()
        if until is None:
            self.drop_spool()

    def drop_spool(self) -> None:
        """Delete what was received and is published."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None
        self._spool_path.unlink(missing_ok=True)
