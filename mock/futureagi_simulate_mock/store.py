"""The store: one SQLite database with the whole truth, its listings as ranks, its state at a time."""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from threading import RLock
from typing import Any, Final
from weakref import finalize

from futureagi_simulate_mock.catalogue import Catalogue
from futureagi_simulate_mock.recent import Recent
from futureagi_simulate_mock.schema import INDEXES, TABLES

_MAX_RANKED: Final = 8_000_000
_VARIABLES: Final = 500

_Listing = tuple[str, tuple[Any, ...]]

_ADVANCE_CALLS: Final = """
UPDATE call
SET (status, updated_at, started_at, ended_at, duration, overall_score, response_time, settled) = (
    SELECT status, updated_at, started_at, ended_at, duration, overall_score, response_time, settled
    FROM call_stage WHERE call_stage.call = call.number AND at <= max(:now, created_at)
    ORDER BY at DESC LIMIT 1)
WHERE number IN (SELECT DISTINCT call FROM call_stage)
"""
_ADVANCE_EXECUTIONS: Final = """
UPDATE execution SET (status, started_at, completed_at) = (
    SELECT status, started_at, completed_at FROM execution_stage
    WHERE execution_stage.execution = execution.number AND at <= max(:now, created_at)
    ORDER BY at DESC LIMIT 1)
WHERE number IN (SELECT DISTINCT execution FROM execution_stage)
"""


class Store:
    """The mock's data in SQLite, in memory or in a file.

    Any thread may use it: one connection, one lock. A listing is an array of row numbers in order, read once
    from an index and kept until something changes; so page 19,000 costs what page 1 costs.
    """

    def __init__(self, database: str = ":memory:") -> None:
        self.lock = RLock()
        self.changes = 0
        self.connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        # a store that is forgotten, not closed, is no reason for a ResourceWarning in somebody's test
        finalize(self, self.connection.close)
        self.connection.execute("PRAGMA journal_mode = MEMORY")
        self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.execute("PRAGMA cache_size = -65536")
        self.connection.create_function("fold", 1, _fold, deterministic=True)
        fresh = not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'meta'")
        if fresh:
            self.connection.executescript(TABLES)
        self.catalogue = Catalogue(self)
        self._ranks: Recent[_Listing, array[int]] = Recent(_MAX_RANKED, lambda ranks: len(ranks) + 100)
        self._times: list[int] | None = None
        self._moment = -1

    def close(self) -> None:
        """Close the database."""
        with self.lock:
            self.connection.close()

    def rows(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        with self.lock:
            return self.connection.execute(sql, values).fetchall()

    def rows_of(self, sql: str, numbers: Iterable[int]) -> list[tuple[Any, ...]]:
        """Run a statement with `IN ({})` for many numbers, a portion at a time."""
        wanted = list(numbers)
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(wanted), _VARIABLES):
            part = wanted[start : start + _VARIABLES]
            found += self.rows(sql.format(",".join("?" * len(part))), part)
        return found

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Change data in one transaction; afterwards nothing kept from before is used."""
        with self.lock:
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")
            self.changed()

    def changed(self) -> None:
        """Forget what was read before a change."""
        self.changes += 1
        self._ranks.clear()
        self.catalogue.clear()
        self._times = None
        self._moment = -1

    def index(self) -> None:
        """Make the indexes that listings read; done after the first data, which is then written faster."""
        with self.lock:
            self.connection.executescript(INDEXES)

    @contextmanager
    def at(self, now: int) -> Iterator[None]:
        """Hold the store still, as it is at `now` (ms): what is under way has come so far."""
        with self.lock:
            times = self._times
            if times is None:
                times = self._times = [
                    row[0]
                    for row in self.connection.execute(
                        "SELECT at FROM call_stage UNION SELECT at FROM execution_stage ORDER BY 1"
                    )
                ]
            moment = bisect_right(times, now)
            if moment != self._moment:
                if times:
                    self._advance(now)
                self._moment = moment
            yield

    def _advance(self, now: int) -> None:
        self.connection.execute("BEGIN")
        self.connection.execute(_ADVANCE_CALLS, {"now": now})
        self.connection.execute(_ADVANCE_EXECUTIONS, {"now": now})
        self.connection.execute("COMMIT")
        self.changes += 1
        self._ranks.clear()

    def ranks(self, sql: str, values: tuple[Any, ...] = ()) -> array[int]:
        """Return the numbers that `sql` selects, in its order: the listing as ranks."""
        with self.lock:
            kept = self._ranks.get((sql, values))
            if kept is None:
                cursor = self.connection.execute(sql, values)
                kept = self._ranks.put((sql, values), array("I", chain.from_iterable(cursor)))
            return kept

    def meta(self, name: str) -> str | None:
        """Return a note about the data, such as its seed."""
        found = self.rows("SELECT value FROM meta WHERE name = ?", (name,))
        return str(found[0][0]) if found else None


def _fold(text: str | None) -> str | None:
    return None if text is None else str(text).casefold()
