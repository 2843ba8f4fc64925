"""Which calls and executions a response is about, and the columns that filters and groups read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any, Final

import msgspec

from futureagi_simulate_mock.generated import FILTER_TYPES, Endpoint
from futureagi_simulate_mock.messages import parameters
from futureagi_simulate_mock.models import (
    CallRow,
    EvalConfig,
    EvalValue,
    Execution,
    RunTest,
    Version,
    iso,
    to_ms,
)
from futureagi_simulate_mock.store import Store

Condition = Callable[[CallRow], bool]


class Column(msgspec.Struct, frozen=True):
    """A column. `holds`: text, number, datetime, Pass/Fail, score or choices; `value` reads it."""

    id: str
    holds: str
    value: Callable[[CallRow], Any]
    config: EvalConfig | None = None


CALL_STATUSES: Final = parameters(Endpoint.CALL_EXECUTIONS, "observed")["status"].words
EXECUTION_STATUSES: Final = parameters(Endpoint.TEST_EXECUTIONS, "observed")["status"].words

_VALUES: Final[Mapping[str, Callable[[CallRow], Any]]] = {
    **{name: attrgetter(name) for name in ("status", "overall_score", "call_type", "scenario")},
    "timestamp": attrgetter("created_at"),
    "call_execution_id": attrgetter("id"),
    "response_time": lambda call: None if call.response_time is None else call.response_time / 1000,
}
#: The contract's columns that are read from rows as they are stored.
PLAIN: Final = {
    name: Column(name, FILTER_TYPES[name], value) for name, value in _VALUES.items() if name in FILTER_TYPES
}


def find_column(
    name: str, evals: list[EvalConfig], shown: Callable[[CallRow], Mapping[str, Any]] | None = None
) -> Column | None:
    """Return the column with this id, which is one of the contract's or an eval's UUID; None for none.

    Any other column of the contract has the value of the field of that name in what `shown` gives for a call.
    """
    if name in PLAIN:
        return PLAIN[name]
    if name in FILTER_TYPES and shown is not None:
        return Column(name, FILTER_TYPES[name], partial(_field, name, shown))
    config = next((config for config in evals if config.id == name.lower()), None)
    return (
        None if config is None else Column(config.id, config.output_type, _output_of(config.number), config)
    )


def _field(name: str, shown: Callable[[CallRow], Mapping[str, Any]], call: CallRow) -> Any:
    """Return a field of what is shown of a call, as its column holds it; None for what can't be compared."""
    value, holds = shown(call).get(name), FILTER_TYPES[name]
    if holds == "number":
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    if holds == "datetime":
        return to_ms(datetime.fromisoformat(value)) if isinstance(value, str) else None
    return value if isinstance(value, bool if holds == "boolean" else str) else None


def _output_of(config: int) -> Callable[[CallRow], EvalValue]:
    def value(call: CallRow) -> EvalValue:
        if call.settled:
            for output in call.evals:
                if output.config == config:
                    return output.value if output.status == "completed" else None
        return None

    return value


def day(call: CallRow) -> str:
    """Return the day of the call's creation in UTC."""
    return str(iso(call.created_at))[:10]


def search(store: Store, organization: int, text: str | None) -> Condition | None:
    """Return the condition of a search: part of the phone number or of the scenario's name, in any case."""
    if not text:
        return None
    scenarios = store.catalogue.scenarios_like(organization, text)
    return lambda call: call.scenario in scenarios or (call.phone is not None and text in call.phone)


def matching(calls: list[CallRow], conditions: Sequence[Condition | None]) -> list[CallRow]:
    """Return the calls that meet every condition; None is met by all."""
    for condition in conditions:
        if condition is not None:
            calls = list(filter(condition, calls))
    return calls


def calls_of_run_test(
    store: Store, test: RunTest, key: Hashable, condition: Condition | None, status: str | None
) -> list[CallRow]:
    """Return a run test's calls and snapshots, last update first. `key` stands for the condition."""
    return store.listing(
        ("run test", test.number, key, status),
        lambda: [
            call
            for call in store.calls_of("run_test", test.number)
            if not call.deleted
            and (not status or call.status == status)
            and (condition is None or condition(call))
        ],
    )


def calls_of_execution(
    store: Store, execution: Execution, key: Hashable = None, conditions: Sequence[Condition | None] = ()
) -> list[CallRow]:
    """Return an execution's calls that meet every condition, last update first. `key` stands for them."""
    return store.listing(
        ("execution", execution.number, key),
        lambda: matching(store.shown_calls_of("execution", execution.number), conditions),
    )


def calls_of_version(store: Store, version: Version) -> list[CallRow]:
    """Return a version's completed calls that have eval results, last update first."""
    return store.listing(
        ("version", version.number),
        lambda: [
            call
            for call in store.shown_calls_of("version", version.number)
            if call.status == "completed" and call.evals
        ],
    )


def executions_of(
    store: Store,
    tests: Sequence[RunTest],
    key: Hashable = None,
    condition: Callable[[Execution], bool] | None = None,
    statuses: Collection[str] = (),
) -> list[Execution]:
    """Return the executions of run tests, the newest first. `key` stands for the condition."""
    numbers = tuple(test.number for test in tests)
    return store.listing(
        ("executions", numbers, key, tuple(statuses)),
        lambda: sorted(
            (
                one
                for one in store.executions.values()
                if one.run_test in numbers
                and not one.deleted
                and (not statuses or one.status in statuses)
                and (condition is None or condition(one))
            ),
            key=lambda one: (-one.created_at, -one.number),
        ),
    )
