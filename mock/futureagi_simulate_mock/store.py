"""The store: the mock's data in one SQLite database, its listings in order, its state at a time."""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from threading import RLock
from typing import Any, Final, Generic, TypeVar
from weakref import finalize

import msgspec
from msgspec import structs

from futureagi_simulate_mock.data.details import draw_details
from futureagi_simulate_mock.messages import Organization
from futureagi_simulate_mock.models import (
    Agent,
    Call,
    EvalConfig,
    EvalValue,
    Execution,
    RunTest,
    Scenario,
    Tally,
    Turn,
    Version,
)

TABLES: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE organization (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, api_key TEXT NOT NULL UNIQUE, secret_key TEXT NOT NULL);
CREATE TABLE agent (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, organization INTEGER NOT NULL, name TEXT NOT NULL,
    channel TEXT NOT NULL, provider TEXT, deleted INTEGER NOT NULL);
CREATE TABLE version (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, agent INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE scenario (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, organization INTEGER NOT NULL, name TEXT NOT NULL,
    script TEXT NOT NULL, dataset_id TEXT, deleted INTEGER NOT NULL);
CREATE TABLE run_test (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, organization INTEGER NOT NULL, name TEXT NOT NULL,
    agent INTEGER NOT NULL, deleted INTEGER NOT NULL);
CREATE TABLE eval_config (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run_test INTEGER NOT NULL, name TEXT NOT NULL,
    template_id TEXT NOT NULL, template_name TEXT NOT NULL, output_type TEXT NOT NULL,
    form TEXT NOT NULL, choices TEXT NOT NULL);
CREATE TABLE execution (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run_test INTEGER NOT NULL, version INTEGER NOT NULL,
    status TEXT NOT NULL, created_at INTEGER NOT NULL, started_at INTEGER, completed_at INTEGER,
    scenarios TEXT NOT NULL, simulator TEXT, errors TEXT NOT NULL, summary_status TEXT, summary TEXT);
-- overall_score is 0-100; settled is 1 once nothing more will happen, and evals and costs are known
CREATE TABLE call (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, run_test INTEGER NOT NULL, execution INTEGER NOT NULL,
    version INTEGER NOT NULL, scenario INTEGER NOT NULL, original INTEGER, rerun_type TEXT,
    deleted INTEGER NOT NULL, status TEXT NOT NULL, channel TEXT NOT NULL, call_type TEXT NOT NULL,
    phone TEXT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER,
    duration INTEGER, overall_score REAL, response_time INTEGER, settled INTEGER NOT NULL, given TEXT);
-- value: 0 or 1 for Pass/Fail, 0-1 for score, a JSON array for choices; NULL unless status is completed
CREATE TABLE eval_output (
    call INTEGER NOT NULL, config INTEGER NOT NULL, status TEXT NOT NULL, value, reason TEXT,
    PRIMARY KEY (call, config)) WITHOUT ROWID;
-- what a call or an execution looks like from `at` on, while it is under way
CREATE TABLE call_stage (
    call INTEGER NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL, updated_at INTEGER NOT NULL,
    started_at INTEGER, ended_at INTEGER, duration INTEGER, overall_score REAL, response_time INTEGER,
    settled INTEGER NOT NULL, PRIMARY KEY (call, at)) WITHOUT ROWID;
CREATE TABLE execution_stage (
    execution INTEGER NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL, started_at INTEGER,
    completed_at INTEGER, PRIMARY KEY (execution, at)) WITHOUT ROWID;
"""

# Each listing reads one of these from its end: newest first, ties by number.
INDEXES: Final = """
CREATE UNIQUE INDEX IF NOT EXISTS call_by_id ON call (id);
CREATE INDEX IF NOT EXISTS call_by_run_test ON call (run_test, updated_at, number, deleted, original);
CREATE INDEX IF NOT EXISTS call_by_execution
    ON call (execution, updated_at, number, deleted, original, status);
CREATE INDEX IF NOT EXISTS call_by_version ON call (version, updated_at, number, deleted, original, status);
CREATE INDEX IF NOT EXISTS execution_by_run_test ON execution (run_test, created_at, number);
CREATE INDEX IF NOT EXISTS call_by_original ON call (original) WHERE original IS NOT NULL;
"""


K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Keep what was used last, up to a total weight. Not safe for several threads: its owner holds a lock."""

    def __init__(self, limit: int, weigh: Callable[[V], int] = lambda _: 1) -> None:
        self._limit = limit
        self._weigh = weigh
        self._weight = 0
        self._items: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """Return what is kept under `key` and mark it as used, or None."""
        value = self._items.pop(key, None)
        if value is not None:
            self._items[key] = value
        return value

    def put(self, key: K, value: V) -> V:
        """Keep `value`, letting go of what was used longest ago."""
        self._items[key] = value
        self._weight += self._weigh(value)
        while self._weight > self._limit and len(self._items) > 1:
            oldest = next(iter(self._items))
            self._weight -= self._weigh(self._items.pop(oldest))
        return value

    def clear(self) -> None:
        """Remove everything."""
        self._items.clear()
        self._weight = 0


T = TypeVar("T")
Row = tuple[Any, ...]


class Catalogue:
    """Look-ups by number and by id. Another organization's rows are not found."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tables: dict[str, dict[int, Any]] = {}
        self._ids: dict[str, dict[str, int]] = {}

    def clear(self) -> None:
        """Clear the cache."""
        self._tables.clear()
        self._ids.clear()

    def _table(self, name: str, make: Callable[[Row], T]) -> dict[int, T]:
        table = self._tables.get(name)
        if table is None:
            rows = self._store.rows(f"SELECT * FROM {name} ORDER BY number")  # noqa: S608 - a name from this file
            table = self._tables[name] = {row[0]: make(row) for row in rows}
            self._ids[name] = {row[1]: row[0] for row in rows}
        return table

    @property
    def organizations(self) -> dict[int, Organization]:
        """Every organization by number."""
        return self._table("organization", lambda row: Organization(*row))

    @property
    def agents(self) -> dict[int, Agent]:
        """Every agent by number."""
        return self._table("agent", lambda row: Agent(*_flagged(row)))

    @property
    def versions(self) -> dict[int, Version]:
        """Every agent version by number."""
        return self._table("version", lambda row: Version(*row))

    @property
    def scenarios(self) -> dict[int, Scenario]:
        """Every scenario by number, deleted ones too."""
        return self._table("scenario", lambda row: Scenario(*_flagged(row)))

    @property
    def run_tests(self) -> dict[int, RunTest]:
        """Every run test by number, deleted ones too."""
        return self._table("run_test", lambda row: RunTest(*_flagged(row)))

    @property
    def eval_configs(self) -> dict[int, EvalConfig]:
        """Every eval by number."""
        return self._table("eval_config", _eval_config)

    def evals_of(self, run_test: int) -> list[EvalConfig]:
        """Return the evals of a run test in their order."""
        return [config for config in self.eval_configs.values() if config.run_test == run_test]

    def run_test(self, organization: int, uuid: str) -> RunTest | None:
        """Find the organization's run test with this id."""
        tests = self.run_tests
        found = tests.get(self._ids["run_test"].get(uuid.lower(), 0))
        return found if found and found.organization == organization and not found.deleted else None

    def run_tests_named(self, organization: int, name: str) -> list[RunTest]:
        """Find the organization's run tests with exactly this name."""
        return [
            test
            for test in self.run_tests.values()
            if test.name == name and test.organization == organization and not test.deleted
        ]

    def version(self, organization: int, agent_uuid: str, version_uuid: str) -> Version | None:
        """Find the version of the organization's agent."""
        agents, versions = self.agents, self.versions
        agent = agents.get(self._ids["agent"].get(agent_uuid.lower(), 0))
        version = versions.get(self._ids["version"].get(version_uuid.lower(), 0))
        if agent is None or version is None or agent.organization != organization or agent.deleted:
            return None
        return version if version.agent == agent.number else None

    def scenarios_like(self, organization: int, text: str) -> list[int]:
        """Return the numbers of the organization's scenarios whose name holds `text` in any case."""
        wanted = text.casefold()
        return [
            scenario.number
            for scenario in self.scenarios.values()
            if scenario.organization == organization and wanted in scenario.name.casefold()
        ]


def _flagged(row: Row) -> Row:
    """Read the last column, `deleted`, as a boolean."""
    return (*row[:-1], bool(row[-1]))


def _eval_config(row: Row) -> EvalConfig:
    values: Row = (*row[:-1], tuple(msgspec.json.decode(row[-1], type=list[str])))
    return EvalConfig(*values)


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
        """Clear all caches after a change."""
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


_CALLS: Final = "SELECT * FROM call WHERE number IN ({})"
_EVALS: Final = (
    "SELECT call, config, status, value, reason FROM eval_output WHERE call IN ({}) ORDER BY config"
)
_EXECUTIONS: Final = "SELECT * FROM execution WHERE number IN ({})"
_TALLY: Final = """
SELECT status, count(*), sum(response_time), count(response_time) FROM call
WHERE execution = ? AND deleted = 0 AND original IS NULL GROUP BY status
"""
_OUTPUTS: Final = """
SELECT eval_output.config, eval_output.value, count(*) FROM call
JOIN eval_output ON eval_output.call = call.number
WHERE call.execution = ? AND call.deleted = 0 AND call.original IS NULL AND call.settled = 1
AND eval_output.status = 'completed' GROUP BY 1, 2
"""
Counted = list[tuple[EvalValue, int]]
_decode_list: Final = msgspec.json.Decoder(list[str]).decode
_decode_turns: Final = msgspec.json.Decoder(tuple[Turn, ...]).decode


class Reader:
    """Facts from the store. Use it while the store is held still by `Store.at`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.catalogue = store.catalogue
        self._tallies: Recent[int, Tally] = Recent(20_000)
        self._counts: Recent[int, dict[int, Counted]] = Recent(2_000)
        self._seen = -1

    def _refresh(self) -> None:
        if self._seen != self.store.changes:
            self._seen = self.store.changes
            self._tallies.clear()
            self._counts.clear()

    def calls(self, numbers: Sequence[int] | array[int]) -> list[Call]:
        """Read calls in the order of `numbers`."""
        rows = {row[0]: row for row in self.store.rows_of(_CALLS, numbers)}
        outputs: dict[int, list[tuple[EvalConfig, str, EvalValue, str | None]]] = {}
        configs = self.catalogue.eval_configs
        for call, config, status, value, reason in self.store.rows_of(_EVALS, numbers):
            found = configs[config]
            outputs.setdefault(call, []).append((found, status, read_value(found, value), reason))
        seed = int(self.store.meta("seed") or 0)
        return [self._call(seed, rows[number], outputs.get(number, [])) for number in numbers]

    def _call(
        self, seed: int, row: tuple[Any, ...], outputs: list[tuple[EvalConfig, str, EvalValue, str | None]]
    ) -> Call:
        scenario = self.catalogue.scenarios[row[5]]
        uuid, status, channel, duration = row[1], row[9], row[10], row[17]
        settled = bool(row[20])
        given = {} if row[21] is None else msgspec.json.decode(row[21])
        turns = msgspec.convert(given.pop("transcript"), tuple[Turn, ...]) if "transcript" in given else None
        details, evals = draw_details(
            seed, uuid, scenario.script, channel, status, duration, outputs if settled else [], turns
        )
        if given:
            details = structs.replace(details, **given)
        values: tuple[Any, ...] = (
            *row[:5],
            scenario,
            *row[6:8],
            bool(row[8]),
            *row[9:20],
            settled,
            evals,
            details,
        )
        return Call(*values)

    def call_number(self, organization: int, uuid: str) -> int | None:
        """Find the organization's call with this id; neither deleted ones nor snapshots are found."""
        rows = self.store.rows(
            "SELECT number, run_test FROM call WHERE id = ? AND deleted = 0 AND original IS NULL",
            (uuid.lower(),),
        )
        return rows[0][0] if rows and self._owns(organization, rows[0][1]) else None

    def execution(self, organization: int, uuid: str) -> Execution | None:
        """Find the organization's execution with this id."""
        rows = self.store.rows("SELECT * FROM execution WHERE id = ?", (uuid.lower(),))
        return _execution(rows[0]) if rows and self._owns(organization, rows[0][2]) else None

    def executions(self, numbers: Iterable[int]) -> list[Execution]:
        """Read executions in the order of `numbers`."""
        wanted = list(numbers)
        rows = {row[0]: row for row in self.store.rows_of(_EXECUTIONS, wanted)}
        return [_execution(rows[number]) for number in wanted]

    def _owns(self, organization: int, run_test: int) -> bool:
        test = self.catalogue.run_tests[run_test]
        return test.organization == organization and not test.deleted

    def tally(self, execution: int) -> Tally:
        """Count an execution's calls by status; deleted ones and snapshots don't count."""
        self._refresh()
        kept = self._tallies.get(execution)
        if kept is None:
            rows = self.store.rows(_TALLY, (execution,))
            timed = sum(row[3] for row in rows)
            mean = sum(row[2] or 0 for row in rows) / timed if timed else None
            by_status = {row[0]: row[1] for row in rows}
            kept = self._tallies.put(execution, Tally(sum(by_status.values()), by_status, mean))
        return kept

    def eval_counts(self, execution: int) -> dict[int, Counted]:
        """Return how often each output of each eval (by number) occurs among an execution's calls."""
        self._refresh()
        kept = self._counts.get(execution)
        if kept is None:
            kept = {}
            configs = self.catalogue.eval_configs
            for config, value, count in self.store.rows(_OUTPUTS, (execution,)):
                kept.setdefault(config, []).append((read_value(configs[config], value), count))
            self._counts.put(execution, kept)
        return kept


def read_value(config: EvalConfig, stored: object) -> EvalValue:
    """Turn a stored output into what it means."""
    if stored is None:
        return None
    if config.output_type == "Pass/Fail":
        return bool(stored)
    if config.output_type == "score":
        assert isinstance(stored, (int, float))  # noqa: S101 - the schema says so
        return float(stored)
    return tuple(_decode_list(str(stored)))


def _execution(row: tuple[Any, ...]) -> Execution:
    scenarios, simulator, errors, status, summary = row[8:]
    values: tuple[Any, ...] = (
        *row[:8],
        tuple(msgspec.json.decode(scenarios, type=list[int])),
        simulator,
        tuple(_decode_list(errors)),
        status,
        None if summary is None else msgspec.json.decode(summary),
    )
    return Execution(*values)


_KEPT_BYTES: Final = 32 * 1024 * 1024


class Rendered:
    """The rendered calls of one profile, by the name of the form and the call's number."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kept: Recent[tuple[str, int], bytes] = Recent(_KEPT_BYTES, len)
        self._seen = -1

    def calls(
        self, form: str, render: Callable[[Call], Any], numbers: Sequence[int] | array[int]
    ) -> list[bytes]:
        """Return the calls in the order of `numbers`, reading and rendering those not kept."""
        if self._seen != self._reader.store.changes:
            self._seen = self._reader.store.changes
            self._kept.clear()
        found = {number: self._kept.get((form, number)) for number in numbers}
        missing = [number for number, item in found.items() if item is None]
        if missing:
            for call in self._reader.calls(missing):
                found[call.number] = self._kept.put((form, call.number), msgspec.json.encode(render(call)))
        return [item for item in found.values() if item is not None]
