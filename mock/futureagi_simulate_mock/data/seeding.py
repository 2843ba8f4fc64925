"""Fill a store from a seed: the same seed, scale and time give the same rows everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from sqlite3 import Connection
from typing import Any, Final

import msgspec

from futureagi_simulate_mock.data.calls import Place, Rows, Setting, draw_call
from futureagi_simulate_mock.data.details import languages
from futureagi_simulate_mock.data.plan import (
    DEFAULT_CALLS,
    DEFAULT_EXECUTIONS,
    MINUTE,
    ExecutionPlan,
    plan_executions,
)
from futureagi_simulate_mock.data.talk import FLAWS
from futureagi_simulate_mock.data.world import WORLDS, catalogue_rows
from futureagi_simulate_mock.dice import Dice
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.store import Store

#: The time at which the data are "now", unless told otherwise.
EPOCH: Final = datetime(2026, 3, 23, 20, 0, tzinfo=UTC)

_BATCH: Final = 4_000
_INSERT: Final = "INSERT INTO {} VALUES ({})"


def fill(
    store: Store,
    *,
    seed: int = 0,
    executions: int | None = None,
    calls: int | None = None,
    now: datetime = EPOCH,
) -> None:
    """Make the data of `seed` unless the store already holds them.

    Raises ValueError for a scale below one execution and one call per execution, and when a database file
    holds data of another seed, scale or time.
    """
    executions = DEFAULT_EXECUTIONS if executions is None else executions
    calls = (
        (DEFAULT_CALLS if executions == DEFAULT_EXECUTIONS else 12 * executions) if calls is None else calls
    )
    if executions < 1 or calls < executions:
        raise ValueError(
            f"a scale needs at least 1 execution and 1 call for each; got {executions} and {calls}"
        )
    made_from = f"seed={seed} executions={executions} calls={calls} now={now.isoformat()}"
    held = store.meta("made_from")
    if held not in (None, made_from):
        raise ValueError(f"the database holds other data ({held}); remove the file or ask for the same")
    if held is None:
        _make(store, seed, executions, calls, now, made_from)
    store.index()


def _make(store: Store, seed: int, executions: int, calls: int, now: datetime, made_from: str) -> None:
    with store.writing() as connection:
        for table, fixed in catalogue_rows().items():
            _insert(connection, table, fixed)
        connection.execute("INSERT INTO meta VALUES ('seed', ?), ('made_from', ?)", (str(seed), made_from))
        store.catalogue.clear()
        places: dict[tuple[int, int, int], Place] = {}
        rows = Rows()
        number = 1
        for execution, plan in enumerate(plan_executions(executions, calls), 1):
            key = (plan.world, plan.run_test, plan.version)
            place = places.get(key) or places.setdefault(key, _place(store, *key))
            number = _add_execution(connection, _setting(place, seed, execution, plan, now), number, rows)
        _flush(connection, rows)
        store.catalogue.clear()


def _place(store: Store, world_position: int, test_position: int, version_position: int) -> Place:
    world = WORLDS[world_position]
    test = world.run_tests[test_position]
    catalogue = store.catalogue
    run_test = catalogue.run_test(world_position + 1, make_id("run-test", world.key, test_position))
    assert run_test is not None  # noqa: S101 - written a moment ago
    version_id = make_id("agent-version", world.key, test.agent, version_position)
    version = next(version.number for version in catalogue.versions.values() if version.id == version_id)
    scenarios = {scenario.id: scenario for scenario in catalogue.scenarios.values()}
    return Place(
        world=world.key,
        run_test=run_test.number,
        version=version,
        channel=catalogue.agents[run_test.agent].channel,
        scenarios=tuple(scenarios[make_id("scenario", world.key, i)] for i in test.scenarios),
        evals=tuple(catalogue.evals_of(run_test.number)),
    )


def _setting(place: Place, seed: int, number: int, plan: ExecutionPlan, now: datetime) -> Setting:
    dice = Dice(seed, "execution", place.world, plan.run_test, plan.position)
    longest, whole = (40_000, 10 * MINUTE) if plan.status == "running" else (7_000, plan.age // 2)
    return Setting(
        place=place,
        seed=seed,
        execution=number,
        plan=plan,
        begun=round(now.timestamp() * 1000) - plan.age,
        spacing=min(longest, whole // max(1, plan.calls)),
        languages=languages(),
        offsets=tuple(dice.below(1 << 32) for _ in range(1 + len(FLAWS))),
    )


def _add_execution(connection: Connection, setting: Setting, number: int, rows: Rows) -> int:
    """Draw an execution and its calls, whose numbers start with `number`; return the next one."""
    running = setting.plan.status == "running"
    last = 0
    for i in range(setting.plan.calls):
        number = draw_call(setting, number, i, rows)
        if running:
            last = max(last, rows.call_stages[-1][1])
        if len(rows.calls) >= _BATCH:
            _flush(connection, rows)
    rows.executions.append(_execution_row(setting))
    if running:
        rows.execution_stages += _execution_stages(setting, last)
    return number


def _flush(connection: Connection, rows: Rows) -> None:
    """Write and empty the rows."""
    for table, part in rows.tables().items():
        _insert(connection, table, part)
        part.clear()


def _execution_row(setting: Setting) -> tuple[Any, ...]:
    plan = setting.plan
    uuid = make_id("test-execution", setting.place.world, plan.run_test, plan.position)
    created = setting.begun - 3_000
    started = None if plan.status == "pending" else setting.begun
    over = plan.status in ("completed", "failed", "cancelled")
    lasted = setting.spacing * plan.calls + 6 * MINUTE
    completed = setting.begun + min(lasted, plan.age - MINUTE) if over else None
    errors = ["Provider quota exceeded – 429"] if plan.status == "failed" else []
    scenarios = msgspec.json.encode([scenario.number for scenario in setting.place.scenarios]).decode()
    simulator = "Impatient customer" if plan.position % 3 else None
    return (
        *(
            setting.execution,
            uuid,
            setting.place.run_test,
            setting.place.version,
            plan.status,
            created,
            started,
            completed,
        ),
        *(scenarios, simulator, msgspec.json.encode(errors).decode(), plan.summary, None),
    )


def _execution_stages(setting: Setting, last: int) -> Iterator[tuple[Any, ...]]:
    created, begun = setting.begun - 3_000, setting.begun
    yield setting.execution, created, "pending", None, None
    yield setting.execution, begun, "running", begun, None
    yield setting.execution, max(last, begun + 1), "evaluating", begun, None
    done = max(last, begun + 1) + 15_000
    yield setting.execution, done, "completed", begun, done


def _insert(connection: Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        connection.executemany(_INSERT.format(table, ",".join("?" * len(rows[0]))), rows)
