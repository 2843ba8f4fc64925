"""Which calls and executions a response is about, and the columns that filters and groups read."""

from __future__ import annotations

from array import array
from typing import Any, Final

import msgspec

from futureagi_simulate_mock.models import EvalConfig, Execution, RunTest, Version
from futureagi_simulate_mock.store import Store

_ORDER: Final = "ORDER BY updated_at DESC, number DESC"
_SHOWN: Final = "deleted = 0 AND original IS NULL"

Clause = tuple[str, tuple[Any, ...]]
ALL: Final[Clause] = ("1", ())


def search(store: Store, organization: int, text: str | None) -> Clause:
    """Return the condition of a search: part of the phone number or of the scenario's name, in any case."""
    if not text:
        return ALL
    return _either(store.catalogue.scenarios_like(organization, text), "instr(phone, ?) > 0", (text,))


def search_executions(
    store: Store, organization: int, text: str | None, shown: dict[str, tuple[str, ...]]
) -> Clause:
    """Return the condition of a search among executions: part of the status or of a scenario's name."""
    if not text:
        return ALL
    wanted = text.casefold()
    statuses = [status for word, group in shown.items() if wanted in word.casefold() for status in group]
    scenarios = ",".join(map(str, store.catalogue.scenarios_like(organization, text)))
    among = f"EXISTS (SELECT 1 FROM json_each(scenarios) WHERE json_each.value IN ({scenarios}))"  # noqa: S608 - numbers
    marks = ",".join("?" * len(statuses))
    return f"(status IN ({marks}) OR {among})", tuple(statuses)


def _either(scenarios: list[int], condition: str, values: tuple[Any, ...]) -> Clause:
    return f"({condition} OR scenario IN ({','.join(map(str, scenarios))}))", values


def calls_of_run_test(store: Store, test: RunTest, found: Clause, status: str | None) -> array[int]:
    """Rank a run test's calls and snapshots, last update first."""
    where, values = found
    if status:
        where, values = f"{where} AND status = ?", (*values, status)
    sql = f"SELECT number FROM call WHERE run_test = ? AND deleted = 0 AND {where} {_ORDER}"  # noqa: S608 - no values
    return store.ranks(sql, (test.number, *values))


def calls_of_execution(store: Store, execution: Execution, *conditions: Clause) -> array[int]:
    """Rank an execution's calls that meet every condition, last update first."""
    where = " AND ".join([_SHOWN, *(condition for condition, _ in conditions)])
    values = tuple(value for _, part in conditions for value in part)
    sql = f"SELECT number FROM call WHERE execution = ? AND {where} {_ORDER}"  # noqa: S608 - no values
    return store.ranks(sql, (execution.number, *values))


def calls_of_version(store: Store, version: Version) -> array[int]:
    """Rank a version's completed calls that have eval results, last update first."""
    sql = (
        f"SELECT number FROM call WHERE version = ? AND {_SHOWN} AND status = 'completed' "  # noqa: S608 - no values
        f"AND EXISTS (SELECT 1 FROM eval_output WHERE eval_output.call = call.number) {_ORDER}"
    )
    return store.ranks(sql, (version.number,))


def executions_of(
    store: Store, tests: list[RunTest], found: Clause = ALL, status: tuple[str, ...] = ()
) -> array[int]:
    """Rank the executions of run tests, the newest first."""
    where, values = found
    if status:
        where, values = f"{where} AND status IN ({','.join('?' * len(status))})", (*values, *status)
    numbers = ",".join(str(test.number) for test in tests)
    sql = (
        f"SELECT number FROM execution WHERE run_test IN ({numbers}) AND {where} "  # noqa: S608 - numbers
        "ORDER BY created_at DESC, number DESC"
    )
    return store.ranks(sql, values)


_OUTPUT: Final = (
    "(SELECT value FROM eval_output WHERE eval_output.call = call.number AND eval_output.config = {}"
    " AND eval_output.status = 'completed' AND call.settled = 1)"
)


class Column(msgspec.Struct, frozen=True):
    """A column. `holds` is text, number, datetime, Pass/Fail, score or choices; `sql` is its stored value."""

    id: str
    holds: str
    sql: str
    config: EvalConfig | None = None


PLAIN: Final = {
    column.id: column
    for column in (
        Column("status", "text", "status"),
        Column("timestamp", "datetime", "created_at"),
        Column("call_execution_id", "text", "id"),
        Column("overall_score", "number", "overall_score"),
        Column("response_time", "number", "response_time / 1000.0"),
        Column("call_type", "text", "call_type"),
        Column("scenario", "text", "scenario"),
    )
}


def find_column(name: str, evals: list[EvalConfig]) -> Column | None:
    """Find a column by its id, which is one of seven words or an eval's UUID."""
    if name in PLAIN:
        return PLAIN[name]
    config = next((config for config in evals if config.id == name.lower()), None)
    if config is None:
        return None
    return Column(config.id, config.output_type, _OUTPUT.format(config.number), config)
