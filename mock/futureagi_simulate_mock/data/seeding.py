"""Fill a store from a seed: the same seed, scale and time give the same rows everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
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
    fill_catalogue,
    plan_executions,
)
from futureagi_simulate_mock.ids import CALL_EXECUTION_ID, make_id
from futureagi_simulate_mock.models import (
    PROGRESS,
    CallRow,
    EvalConfig,
    EvalValue,
    Execution,
    Scenario,
    StoredOutput,
)
from futureagi_simulate_mock.store import Store

Row = tuple[Any, ...]
_ENTRY: Final = 40
Stage = tuple[int, dict[str, Any]]


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


def draw_call(execution: ExecutionContext, number: int, i: int, store: Store) -> int:
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
    evals: list[StoredOutput] = []
    score = _draw_evals(execution, i, draws, evals, shown) if final == "completed" else None
    deleted = not shown and draws.chance(15)
    head = (uuid, version.run_test, execution.execution, version.version, scenario.number)
    kind = (version.channel, call_type, phone)
    if final == "pending":
        times: Row = (created, created, None, None, None, None, None, False)
    elif final == "queued":
        times = (created, turn + 900, None, None, None, None, None, False)
    elif final == "ongoing":
        times = (created, started + 30_000, started, None, None, None, None, False)
    elif final == "cancelled":
        begun = started if draws.chance(500) else None
        times = (created, started + 5_000, begun, None, None, None, None, True)
    elif final == "failed":
        lasted = duration // 4 if draws.chance(600) else None
        stop = None if lasted is None else started + lasted * 1_000
        times = (created, (stop or started) + 1_500, started, stop, lasted, None, response, True)
    elif final == "analyzing":
        times = (created, ended + 1_000, started, ended, duration, None, response, False)
    else:
        times = (created, updated, started, ended, duration, score, response, True)
    if plan.status == "running":
        store.stages[number] = call_stages(turn, times, final)
    store.calls[number] = CallRow(
        number,
        *head,
        None,
        None,
        deleted,
        final,
        *kind,
        *times,
        tuple(evals),  # type: ignore[call-arg]
    )
    rerun = plan.status == "completed" and (shown or draws.chance(60))
    if rerun and not deleted:
        return _add_snapshot(number + 1, number, head, kind, times, draws, store, execution)
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
    execution: ExecutionContext, i: int, draws: Draws, outputs: list[StoredOutput], shown: bool
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
        value: EvalValue = None
        if status == "completed":
            fine = good[flaw_of(config)]
            if config.output_type == "choices":
                value = _draw_choices(config, draws, fine)
            else:
                score = draws.between(600, 1000) if fine else draws.between(60, 480)
                value = fine if config.output_type == "Pass/Fail" else score / 1000
                marks.append(1000 * fine if config.output_type == "Pass/Fail" else score)
        outputs.append(StoredOutput(config.number, status, value))
    return round(sum(marks) / len(marks) / 10, 4) if marks else None


def _eval_status(draws: Draws) -> str:
    roll = draws.below(1000)
    return "completed" if roll < 940 else "pending" if roll < 960 else "skipped" if roll < 980 else "error"


def _draw_choices(config: EvalConfig, draws: Draws, fine: bool) -> tuple[str, ...]:
    *calm, angry = config.choices
    chosen = [draws.choice(calm)] if fine else [angry, calm[-1]] if draws.chance(300) else [angry]
    return tuple(chosen)


def call_stages(turn: int, times: Row, final: str) -> list[Stage]:
    """Return the stages by which a call comes to its end: waiting until its turn, then what `times` say.

    `times` are the values of `PROGRESS`.
    """
    created, updated, started, ended, duration, _, response, _ = times
    turn = max(turn, created + 1)
    unknown = (None, None, None, None, None, False)

    def stage(at: int, status: str, values: Row) -> Stage:
        return at, {"status": status, **dict(zip(PROGRESS[1:], values, strict=True))}

    stages = [stage(created, "pending", (created, *unknown)), stage(turn, "queued", (turn, *unknown))]
    if started is not None:
        stages.append(stage(started, "ongoing", (started, started, *unknown[1:])))
    if ended is not None and final == "completed":
        values = (ended, started, ended, duration, None, response, False)
        stages.append(stage(ended, "analyzing", values))
    return [*stages, stage(max(updated, turn + 1), final, (updated, *times[2:]))]


def _add_snapshot(
    number: int,
    original: int,
    head: Row,
    kind: Row,
    times: Row,
    draws: Draws,
    store: Store,
    execution: ExecutionContext,
) -> int:
    """Keep what a call was before it was run again: worse, and seen in the run test's call listing only."""
    uuid = make_id("snapshot", head[0], 1)
    created, updated = times[0], times[1]
    at = updated + draws.between(1, 30) * MINUTE
    rerun_type = "eval_only" if draws.chance(300) else "call_and_eval"
    status = "failed" if draws.chance(400) else "completed"
    score = float(draws.between(5, 45)) if status == "completed" else None
    row = (created, at, times[2], times[3], draws.between(15, 80), score, draws.between(900, 2_900), True)
    first = execution.version.evals[0]
    evals = (StoredOutput(first.number, "completed", False),) if status == "completed" else ()
    values: Row = (number, uuid, *head[1:], original, rerun_type, False, status, *kind, *row, evals)
    store.calls[number] = CallRow(*values)
    return number + 1


#: The time at which the data are "now" by default.
EPOCH: Final = datetime(2026, 3, 23, 20, 0, tzinfo=UTC)


def fill(
    store: Store,
    *,
    seed: int = 0,
    executions: int | None = None,
    calls: int | None = None,
    now: datetime = EPOCH,
) -> None:
    """Make the data of `seed`; raise ValueError if there is less than one execution or a call for each."""
    executions = DEFAULT_EXECUTIONS if executions is None else executions
    calls = (
        (DEFAULT_CALLS if executions == DEFAULT_EXECUTIONS else 12 * executions) if calls is None else calls
    )
    if executions < 1 or calls < executions:
        raise ValueError(
            f"a scale needs at least 1 execution and 1 call for each; got {executions} and {calls}"
        )
    store.seed = seed
    fill_catalogue(store.catalogue)
    versions: dict[tuple[int, int, int], VersionContext] = {}
    number = 1
    for execution, plan in enumerate(plan_executions(executions, calls), 1):
        key = (plan.world, plan.run_test, plan.version)
        version = versions.get(key) or versions.setdefault(key, _version(store, *key))
        number = _add_execution(store, _context(version, seed, execution, plan, now), number)
    store.changed()


def _version(store: Store, world_position: int, test_position: int, version_position: int) -> VersionContext:
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


def _context(
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


def _add_execution(store: Store, execution: ExecutionContext, number: int) -> int:
    """Draw an execution and its calls, whose numbers start with `number`; return the next one."""
    first = number
    for i in range(execution.plan.calls):
        number = draw_call(execution, number, i, store)
    store.executions[execution.execution] = _execution_row(execution)
    if execution.plan.status == "running":
        last = max((store.stages[call][-1][0] for call in range(first, number)), default=0)
        store.execution_stages[execution.execution] = list(_execution_stages(execution, last))
    return number


def _execution_row(execution: ExecutionContext) -> Execution:
    plan = execution.plan
    over = plan.status in ("completed", "failed", "cancelled")
    lasted = execution.spacing * plan.calls + 6 * MINUTE
    return Execution(
        number=execution.execution,
        id=make_id("test-execution", execution.version.world, plan.run_test, plan.position),
        run_test=execution.version.run_test,
        version=execution.version.version,
        status=plan.status,
        created_at=execution.begun - 3_000,
        started_at=None if plan.status == "pending" else execution.begun,
        completed_at=execution.begun + min(lasted, plan.age - MINUTE) if over else None,
        scenarios=tuple(scenario.number for scenario in execution.version.scenarios),
        simulator="Impatient customer" if plan.position % 3 else None,
        errors=("Provider quota exceeded – 429",) if plan.status == "failed" else (),
        summary_status=plan.summary,
        summary=None,
    )


def _execution_stages(execution: ExecutionContext, last: int) -> Iterator[Stage]:
    created, begun = execution.begun - 3_000, execution.begun
    yield created, {"status": "pending", "started_at": None, "completed_at": None}
    yield begun, {"status": "running", "started_at": begun, "completed_at": None}
    yield max(last, begun + 1), {"status": "evaluating", "started_at": begun, "completed_at": None}
    done = max(last, begun + 1) + 15_000
    yield done, {"status": "completed", "started_at": begun, "completed_at": done}
