"""Fill a store from a seed: the same seed, scale and time give the same rows everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from sqlite3 import Connection
from typing import Any, Final

import msgspec

from futureagi_simulate_mock.data.details import FLAWS, flaw_of, languages
from futureagi_simulate_mock.data.draws import Draws, draw_phone, spread
from futureagi_simulate_mock.data.world import (
    DEFAULT_CALLS,
    DEFAULT_EXECUTIONS,
    MINUTE,
    WITHOUT_RESULTS,
    WORLDS,
    ExecutionPlan,
    catalogue_rows,
    plan_executions,
)
from futureagi_simulate_mock.ids import CALL_EXECUTION_ID, make_id
from futureagi_simulate_mock.models import EvalConfig, Scenario
from futureagi_simulate_mock.store import Store

Row = tuple[Any, ...]
_ENTRY: Final = 40
_encode: Final = msgspec.json.encode


class VersionContext(msgspec.Struct, frozen=True):
    """What the calls made by one version of an agent in one run test share. Numbers are rows."""

    world: str
    run_test: int
    version: int
    channel: str
    scenarios: tuple[Scenario, ...]
    evals: tuple[EvalConfig, ...]


class ExecutionContext(msgspec.Struct, frozen=True):
    """What the calls of one execution share. `begun` and `spacing` are ms.

    `languages` are the scripts'; `offsets` shift how calls turn out: one for their status, one for each flaw.
    """

    version: VersionContext
    seed: int
    execution: int
    plan: ExecutionPlan
    begun: int
    spacing: int
    languages: dict[str, str]
    offsets: tuple[int, ...]


class Rows(msgspec.Struct):
    """Rows to insert, by table."""

    executions: list[Row] = msgspec.field(default_factory=list)
    execution_stages: list[Row] = msgspec.field(default_factory=list)
    calls: list[Row] = msgspec.field(default_factory=list)
    call_stages: list[Row] = msgspec.field(default_factory=list)
    evals: list[Row] = msgspec.field(default_factory=list)

    def tables(self) -> dict[str, list[Row]]:
        """Return the rows by the name of their table."""
        return {
            "execution": self.executions,
            "execution_stage": self.execution_stages,
            "call": self.calls,
            "call_stage": self.call_stages,
            "eval_output": self.evals,
        }


def draw_call(execution: ExecutionContext, number: int, i: int, rows: Rows) -> int:
    """Add the i-th call of an execution, with its snapshot if it was rerun; return the next number."""
    plan, version = execution.plan, execution.version
    uuid = make_id("call-execution", version.world, plan.run_test, plan.position, i)
    draws = Draws(execution.seed, uuid)
    shown = uuid == CALL_EXECUTION_ID
    scenario = version.scenarios[i % len(version.scenarios)]
    language = execution.languages[scenario.script]
    phone = (
        draw_phone(draws, language) if version.channel == "voice" and (shown or draws.chance(900)) else None
    )
    call_type = "Outbound" if draws.chance(400) else "Inbound"
    created = execution.begun + i * min(execution.spacing, _ENTRY)
    turn = execution.begun + i * execution.spacing
    started = turn + draws.between(1_000, 20_000)
    duration = draws.between(25, 240)
    ended = started + duration * 1_000 + draws.below(1_000)
    final = "completed" if shown else _final_status(plan.status, spread(i, execution.offsets[0]))
    if final in ("completed", "analyzing"):
        response: int | None = draws.between(400, 2_400) if draws.chance(900) else None
    else:
        response = None
    updated = ended + draws.between(2_000, 90_000)
    evals: list[Row] = []
    score = _draw_evals(execution, number, i, draws, evals, shown) if final == "completed" else None
    deleted = int(not shown and draws.chance(15))
    head = (uuid, version.run_test, execution.execution, version.version, scenario.number)
    kind = (version.channel, call_type, phone)
    if final == "pending":
        times: Row = (created, created, None, None, None, None, None, 0)
    elif final == "queued":
        times = (created, turn + 900, None, None, None, None, None, 0)
    elif final == "ongoing":
        times = (created, started + 30_000, started, None, None, None, None, 0)
    elif final == "cancelled":
        begun = started if draws.chance(500) else None
        times = (created, started + 5_000, begun, None, None, None, None, 1)
    elif final == "failed":
        lasted = duration // 4 if draws.chance(600) else None
        stop = None if lasted is None else started + lasted * 1_000
        times = (created, (stop or started) + 1_500, started, stop, lasted, None, response, 1)
    elif final == "analyzing":
        times = (created, ended + 1_000, started, ended, duration, None, response, 0)
    else:
        times = (created, updated, started, ended, duration, score, response, 1)
    if plan.status == "running":
        rows.call_stages += call_stages(number, turn, times, final)
    rows.calls.append((number, *head, None, None, deleted, final, *kind, *times, None))
    rows.evals += evals
    rerun = plan.status == "completed" and (shown or draws.chance(60))
    if rerun and not deleted:
        return _add_snapshot(number + 1, number, head, kind, times, draws, rows, execution)
    return number + 1


def _final_status(execution: str, roll: int) -> str:
    if execution in ("completed", "running"):
        return "completed" if roll < 930 else "failed" if roll < 980 else "cancelled"
    if execution == "evaluating":
        return "analyzing" if roll < 600 else "completed" if roll < 950 else "failed"
    if execution == "cancelling":
        return "cancelled" if roll < 600 else "ongoing" if roll < 800 else "completed"
    if execution == "pending":
        return "pending" if roll < 600 else "queued"
    if execution == "cancelled":
        return "cancelled" if roll < 600 else "completed"
    return "failed" if roll < 800 else "cancelled"


def _draw_evals(
    execution: ExecutionContext, number: int, i: int, draws: Draws, rows: list[Row], shown: bool
) -> float | None:
    """Add the outputs of the evals of a completed call; return the overall score (0-100) or None.

    Evals that look for the same flaw agree, so that the conversation can fit all of them.
    """
    quality = round(execution.plan.quality * 1000)
    good = {flaw: spread(i, at) < quality for flaw, at in zip(FLAWS, execution.offsets[1:], strict=True)}
    if shown:
        good = {"coherence": True, "task": False, "tone": False}
    elif draws.chance(20):
        return None
    marks = []
    for config in execution.version.evals:
        if config.name == WITHOUT_RESULTS:
            continue
        status = "completed" if shown else _eval_status(draws)
        value: object = None
        if status == "completed":
            fine = good[flaw_of(config)]
            if config.output_type == "choices":
                value = _draw_choices(config, draws, fine)
            else:
                score = draws.between(600, 1000) if fine else draws.between(60, 480)
                value = int(fine) if config.output_type == "Pass/Fail" else score / 1000
                marks.append(1000 * fine if config.output_type == "Pass/Fail" else score)
        rows.append((number, config.number, status, value, None))
    return round(sum(marks) / len(marks) / 10, 4) if marks else None


def _eval_status(draws: Draws) -> str:
    roll = draws.below(1000)
    return "completed" if roll < 940 else "pending" if roll < 960 else "skipped" if roll < 980 else "error"


def _draw_choices(config: EvalConfig, draws: Draws, fine: bool) -> str:
    *calm, angry = config.choices
    chosen = [draws.choice(calm)] if fine else [angry, calm[-1]] if draws.chance(300) else [angry]
    return _encode(chosen).decode()


def call_stages(number: int, turn: int, times: Row, final: str) -> list[Row]:
    """Return the stages by which a call comes to its end: waiting until its turn, then what `times` say.

    `times` are created_at, updated_at, started_at, ended_at, duration, overall_score, response_time, settled.
    """
    created, updated, started, ended, duration, _, response, _ = times
    turn = max(turn, created + 1)
    unknown = (None, None, None, None, None, 0)
    stages = [
        (number, created, "pending", created, *unknown),
        (number, turn, "queued", turn, *unknown),
    ]
    if started is not None:
        stages.append((number, started, "ongoing", started, started, None, None, None, None, 0))
    if ended is not None and final == "completed":
        stages.append((number, ended, "analyzing", ended, started, ended, duration, None, response, 0))
    return [*stages, (number, max(updated, turn + 1), final, updated, *times[2:])]


def _add_snapshot(
    number: int,
    original: int,
    head: Row,
    kind: Row,
    times: Row,
    draws: Draws,
    rows: Rows,
    execution: ExecutionContext,
) -> int:
    """Keep what a call was before it was run again: worse, and seen in the run test's call listing only."""
    uuid = make_id("snapshot", head[0], 1)
    created, updated = times[0], times[1]
    at = updated + draws.between(1, 30) * MINUTE
    rerun_type = "eval_only" if draws.chance(300) else "call_and_eval"
    status = "failed" if draws.chance(400) else "completed"
    score = float(draws.between(5, 45)) if status == "completed" else None
    row = (created, at, times[2], times[3], draws.between(15, 80), score, draws.between(900, 2_900), 1)
    rows.calls.append((number, uuid, *head[1:], original, rerun_type, 0, status, *kind, *row, None))
    first = execution.version.evals[0]
    if status == "completed":
        rows.evals.append((number, first.number, "completed", 0, None))
    return number + 1


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
        places: dict[tuple[int, int, int], VersionContext] = {}
        rows = Rows()
        number = 1
        for execution, plan in enumerate(plan_executions(executions, calls), 1):
            key = (plan.world, plan.run_test, plan.version)
            version = places.get(key) or places.setdefault(key, _place(store, *key))
            number = _add_execution(connection, _setting(version, seed, execution, plan, now), number, rows)
        _flush(connection, rows)
        store.catalogue.clear()


def _place(store: Store, world_position: int, test_position: int, version_position: int) -> VersionContext:
    world = WORLDS[world_position]
    test = world.run_tests[test_position]
    catalogue = store.catalogue
    run_test = catalogue.run_test(world_position + 1, make_id("run-test", world.key, test_position))
    assert run_test is not None  # noqa: S101 - written a moment ago
    version_id = make_id("agent-version", world.key, test.agent, version_position)
    version = next(version.number for version in catalogue.versions.values() if version.id == version_id)
    scenarios = {scenario.id: scenario for scenario in catalogue.scenarios.values()}
    return VersionContext(
        world=world.key,
        run_test=run_test.number,
        version=version,
        channel=catalogue.agents[run_test.agent].channel,
        scenarios=tuple(scenarios[make_id("scenario", world.key, i)] for i in test.scenarios),
        evals=tuple(catalogue.evals_of(run_test.number)),
    )


def _setting(
    version: VersionContext, seed: int, number: int, plan: ExecutionPlan, now: datetime
) -> ExecutionContext:
    draws = Draws(seed, "execution", version.world, plan.run_test, plan.position)
    longest, whole = (40_000, 10 * MINUTE) if plan.status == "running" else (7_000, plan.age // 2)
    return ExecutionContext(
        version=version,
        seed=seed,
        execution=number,
        plan=plan,
        begun=round(now.timestamp() * 1000) - plan.age,
        spacing=min(longest, whole // max(1, plan.calls)),
        languages=languages(),
        offsets=tuple(draws.below(1 << 32) for _ in range(1 + len(FLAWS))),
    )


def _add_execution(connection: Connection, execution: ExecutionContext, number: int, rows: Rows) -> int:
    """Draw an execution and its calls, whose numbers start with `number`; return the next one."""
    running = execution.plan.status == "running"
    last = 0
    for i in range(execution.plan.calls):
        number = draw_call(execution, number, i, rows)
        if running:
            last = max(last, rows.call_stages[-1][1])
        if len(rows.calls) >= _BATCH:
            _flush(connection, rows)
    rows.executions.append(_execution_row(execution))
    if running:
        rows.execution_stages += _execution_stages(execution, last)
    return number


def _flush(connection: Connection, rows: Rows) -> None:
    """Write and empty the rows."""
    for table, part in rows.tables().items():
        _insert(connection, table, part)
        part.clear()


def _execution_row(execution: ExecutionContext) -> tuple[Any, ...]:
    plan = execution.plan
    uuid = make_id("test-execution", execution.version.world, plan.run_test, plan.position)
    created = execution.begun - 3_000
    started = None if plan.status == "pending" else execution.begun
    over = plan.status in ("completed", "failed", "cancelled")
    lasted = execution.spacing * plan.calls + 6 * MINUTE
    completed = execution.begun + min(lasted, plan.age - MINUTE) if over else None
    errors = ["Provider quota exceeded – 429"] if plan.status == "failed" else []
    scenarios = msgspec.json.encode([scenario.number for scenario in execution.version.scenarios]).decode()
    simulator = "Impatient customer" if plan.position % 3 else None
    return (
        *(
            execution.execution,
            uuid,
            execution.version.run_test,
            execution.version.version,
            plan.status,
            created,
            started,
            completed,
        ),
        *(scenarios, simulator, msgspec.json.encode(errors).decode(), plan.summary, None),
    )


def _execution_stages(execution: ExecutionContext, last: int) -> Iterator[tuple[Any, ...]]:
    created, begun = execution.begun - 3_000, execution.begun
    yield execution.execution, created, "pending", None, None
    yield execution.execution, begun, "running", begun, None
    yield execution.execution, max(last, begun + 1), "evaluating", begun, None
    done = max(last, begun + 1) + 15_000
    yield execution.execution, done, "completed", begun, done


def _insert(connection: Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        connection.executemany(_INSERT.format(table, ",".join("?" * len(rows[0]))), rows)
