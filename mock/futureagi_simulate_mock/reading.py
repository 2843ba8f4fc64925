"""Read whole calls and executions from the store, and what is counted over an execution's calls."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from msgspec import structs

from futureagi_simulate_mock.data.details import draw_details
from futureagi_simulate_mock.facts import (
    Call,
    EvalConfig,
    EvalValue,
    Execution,
    Tally,
    Turn,
)
from futureagi_simulate_mock.recent import Recent
from futureagi_simulate_mock.store import Store

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
