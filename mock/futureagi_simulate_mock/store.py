"""The store: the mock's data in memory, its listings in order, its state at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from operator import attrgetter
from threading import RLock
from typing import Any, Final, Generic, Literal, TypeVar

import msgspec
from msgspec import structs

from futureagi_simulate_mock.data.details import draw_details
from futureagi_simulate_mock.messages import Organization
from futureagi_simulate_mock.models import (
    Agent,
    Call,
    CallRow,
    EvalConfig,
    EvalValue,
    Execution,
    RunTest,
    Scenario,
    Tally,
    Version,
)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: How often each output of an eval occurs.
Counted = list[tuple[EvalValue, int]]
#: What calls are looked up by.
Parent = Literal["run_test", "execution", "version", "original"]

_MOST_LISTED: Final = 8_000_000
_MOST_BYTES: Final = 32 * 1024 * 1024


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
        """Keep `value`, removing what was used longest ago."""
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


class Catalogue:
    """The few rows that everything else refers to, by number. Another organization's rows are not found."""

    def __init__(self) -> None:
        self.organizations: dict[int, Organization] = {}
        self.agents: dict[int, Agent] = {}
        self.versions: dict[int, Version] = {}
        self.scenarios: dict[int, Scenario] = {}
        self.run_tests: dict[int, RunTest] = {}
        self.eval_configs: dict[int, EvalConfig] = {}

    def evals_of(self, run_test: int) -> list[EvalConfig]:
        """Return the evals of a run test in their order, deleted ones left out."""
        return [one for one in self.eval_configs.values() if one.run_test == run_test and not one.deleted]

    def run_test(self, organization: int, uuid: str) -> RunTest | None:
        """Return the organization's run test with this id, or None."""
        found = by_id(self.run_tests, uuid)
        return found if found and found.organization == organization and not found.deleted else None

    def run_tests_named(self, organization: int, name: str) -> list[RunTest]:
        """Return the organization's run tests with exactly this name."""
        return [
            test
            for test in self.run_tests.values()
            if test.name == name and test.organization == organization and not test.deleted
        ]

    def version(self, organization: int, agent_uuid: str, version_uuid: str) -> Version | None:
        """Return the version of the organization's agent, or None."""
        agent, version = by_id(self.agents, agent_uuid), by_id(self.versions, version_uuid)
        if agent is None or version is None or agent.organization != organization or agent.deleted:
            return None
        return version if version.agent == agent.number else None

    def scenarios_like(self, organization: int, text: str) -> frozenset[int]:
        """Return the numbers of the organization's scenarios whose name contains `text` in any case."""
        wanted = text.casefold()
        return frozenset(
            scenario.number
            for scenario in self.scenarios.values()
            if scenario.organization == organization and wanted in scenario.name.casefold()
        )


def by_id(table: dict[int, V], uuid: str) -> V | None:
    """Return the row with this id, or None."""
    wanted = uuid.lower()
    return next((row for row in table.values() if row.id == wanted), None)  # type: ignore[attr-defined]


class Store:
    """The mock's data. Any thread may use it: there is one lock.

    A listing is a list of rows in order, made once and kept until something changes: page 10,000 costs
    what page 1 costs.
    """

    def __init__(self) -> None:
        self.lock: RLock = RLock()
        self.changes: int = 0
        self.seed = 0
        self.catalogue: Catalogue = Catalogue()
        self.executions: dict[int, Execution] = {}
        self.calls: dict[int, CallRow] = {}
        #: How a call or an execution that is under way looks from a time on: (time, values by field).
        self.stages: dict[int, list[tuple[int, dict[str, Any]]]] = {}
        self.execution_stages: dict[int, list[tuple[int, dict[str, Any]]]] = {}
        self._undo: list[Callable[[], object]] = []
        self._children: dict[Parent, dict[int | None, list[CallRow]]] = {}
        self._ids: dict[str, dict[str, int]] = {}
        self._listings: Recent[Hashable, list[Any]] = Recent(_MOST_LISTED, lambda rows: len(rows) + 100)
        self._times: list[int] | None = None
        self._moment = -1

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Change data by `put` and `change`: all of it, or nothing if the block raises."""
        with self.lock:
            self._undo.clear()
            try:
                yield
            except BaseException:
                for undo in reversed(self._undo):
                    undo()
                raise
            finally:
                self._undo.clear()
                self.changed()

    def put(self, table: dict[int, V], number: int, row: V) -> None:
        """Add or replace a row."""
        before = table.get(number)
        self._undo.append(
            partial(table.pop, number) if before is None else partial(table.__setitem__, number, before)
        )
        table[number] = row

    def change(self, row: CallRow, **values: Any) -> None:
        """Set fields of a call."""
        for name, value in values.items():
            self._undo.append(partial(setattr, row, name, getattr(row, name)))
            setattr(row, name, value)

    def changed(self) -> None:
        """Clear all caches after a change."""
        self.changes += 1
        self._listings.clear()
        self._children.clear()
        self._ids.clear()
        self._times = None
        self._moment = -1

    @contextmanager
    def at(self, now: int) -> Iterator[None]:
        """Hold the store still, as it is at `now` (ms): what is under way has come so far."""
        with self.lock:
            stages = (self.stages, self.execution_stages)
            if self._times is None:
                self._times = sorted({at for table in stages for rows in table.values() for at, _ in rows})
            moment = bisect_right(self._times, now)
            if moment != self._moment:
                if self._times:
                    for table, rows in zip(stages, (self.calls, self.executions), strict=True):
                        _advance(table, rows, now)
                    self.changes += 1
                    self._listings.clear()
                self._moment = moment
            yield

    def call(self, uuid: str) -> CallRow | None:
        """Return the call with this id, or None."""
        return self._with_id("call", self.calls, uuid)

    def execution(self, uuid: str) -> Execution | None:
        """Return the execution with this id, or None."""
        return self._with_id("execution", self.executions, uuid)

    def _with_id(self, kind: str, table: dict[int, V], uuid: str) -> V | None:
        if kind not in self._ids:
            self._ids[kind] = {row.id: number for number, row in table.items()}  # type: ignore[attr-defined]
        return table.get(self._ids[kind].get(uuid.lower(), 0))

    def calls_of(self, parent: Parent, number: int) -> list[CallRow]:
        """Return the calls of a run test, execution, version or original call, last update first."""

        def ordered() -> list[CallRow]:
            if parent not in self._children:
                found: dict[int | None, list[CallRow]] = {}
                key = attrgetter(parent)
                for row in self.calls.values():
                    found.setdefault(key(row), []).append(row)
                self._children[parent] = found
            # rows are in the order of their numbers, and sorting in reverse keeps the order of equal ones
            rows = self._children[parent].get(number, [])[::-1]
            rows.sort(key=attrgetter("updated_at"), reverse=True)
            return rows

        return self.listing(("calls", parent, number), ordered)

    def shown_calls_of(self, parent: Parent, number: int) -> list[CallRow]:
        """Return those of `calls_of` that are neither deleted nor snapshots."""

        def shown() -> list[CallRow]:
            return [row for row in self.calls_of(parent, number) if not row.deleted and row.original is None]

        return self.listing(("shown", parent, number), shown)

    def listing(self, key: Hashable, make: Callable[[], list[V]]) -> list[V]:
        """Return what `make` returned for this key since the last change, making it if needed."""
        with self.lock:
            kept = self._listings.get(key)
            return self._listings.put(key, make()) if kept is None else kept


def _advance(table: dict[int, list[tuple[int, dict[str, Any]]]], rows: Any, now: int) -> None:
    for number, stages in table.items():
        row = rows[number]
        latest = max(now, row.created_at)
        values = next(values for at, values in reversed(stages) if at <= latest)
        for name, value in values.items():
            setattr(row, name, value)


class Reader:
    """Whole calls from the store, and what is counted over an execution's. Use it inside `Store.at`."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.catalogue: Catalogue = store.catalogue
        self._tallies: Recent[int, Tally] = Recent(20_000)
        self._counts: Recent[int, dict[int, Counted]] = Recent(2_000)
        self._rendered: Recent[tuple[str, int], bytes] = Recent(_MOST_BYTES, len)
        self._seen = -1

    def _refresh(self) -> None:
        if self._seen != self.store.changes:
            self._seen = self.store.changes
            self._tallies.clear()
            self._counts.clear()
            self._rendered.clear()

    def rendered(self, form: str, render: Callable[[Call], Any], rows: Sequence[CallRow]) -> list[bytes]:
        """Return calls as JSON, in the order of `rows`; `form` names what `render` makes of a call."""
        self._refresh()
        found = []
        for row in rows:
            item = self._rendered.get((form, row.number))
            if item is None:
                item = self._rendered.put((form, row.number), msgspec.json.encode(render(self.call(row))))
            found.append(item)
        return found

    def call(self, row: CallRow) -> Call:
        """Return a call with its details, which are drawn from the seed."""
        given = dict(row.given or {})
        configs = self.catalogue.eval_configs
        outputs = [
            (configs[output.config], output.status, output.value, output.reason)
            for output in (row.evals if row.settled else ())
        ]
        scenario = self.catalogue.scenarios[row.scenario]
        details, evals = draw_details(
            self.store.seed,
            row.id,
            scenario.script,
            row.channel,
            row.status,
            row.duration,
            outputs,
            given.pop("transcript", None),
        )
        if given:
            details = structs.replace(details, **given)
        values = structs.asdict(row)
        del values["given"]
        return Call(**values | {"scenario": scenario, "evals": evals, "details": details})

    def call_row(self, organization: int, uuid: str) -> CallRow | None:
        """Return the organization's call with this id; neither deleted ones nor snapshots are found."""
        row = self.store.call(uuid)
        if (
            row is None
            or row.deleted
            or row.original is not None
            or not self._owns(organization, row.run_test)
        ):
            return None
        return row

    def execution(self, organization: int, uuid: str) -> Execution | None:
        """Return the organization's execution with this id, or None."""
        found = self.store.execution(uuid)
        if found is None or found.deleted or not self._owns(organization, found.run_test):
            return None
        return found

    def _owns(self, organization: int, run_test: int) -> bool:
        test = self.catalogue.run_tests[run_test]
        return test.organization == organization and not test.deleted

    def tally(self, execution: int) -> Tally:
        """Count an execution's calls by status; deleted ones and snapshots don't count."""
        self._refresh()
        kept = self._tallies.get(execution)
        if kept is None:
            by_status: dict[str, int] = {}
            times = []
            for row in self.store.shown_calls_of("execution", execution):
                by_status[row.status] = by_status.get(row.status, 0) + 1
                if row.response_time is not None:
                    times.append(row.response_time)
            mean = sum(times) / len(times) if times else None
            kept = self._tallies.put(execution, Tally(sum(by_status.values()), by_status, mean))
        return kept

    def eval_counts(self, execution: int) -> dict[int, Counted]:
        """Return how often each output of each eval (by number) occurs among an execution's calls."""
        self._refresh()
        kept = self._counts.get(execution)
        if kept is None:
            counts: dict[int, dict[EvalValue, int]] = {}
            for row in self.store.shown_calls_of("execution", execution):
                for output in row.evals if row.settled else ():
                    if output.status == "completed":
                        cells = counts.setdefault(output.config, {})
                        cells[output.value] = cells.get(output.value, 0) + 1
            kept = {
                config: sorted(cells.items(), key=lambda cell: sortable(cell[0]))
                for config, cells in sorted(counts.items())
            }
            self._counts.put(execution, kept)
        return kept


def sortable(value: Any) -> tuple[bool, Any]:
    """Return a key that sorts values of one column: None first, choices by their text."""
    if value is None:
        return False, 0
    return True, msgspec.json.encode(value) if isinstance(value, tuple) else value
