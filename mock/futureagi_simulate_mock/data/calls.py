"""What becomes of each call: drawn from the seed, stored as rows."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from futureagi_simulate_mock.data.names import draw_phone
from futureagi_simulate_mock.data.plan import MINUTE, ExecutionPlan
from futureagi_simulate_mock.data.talk import FLAWS, flaw_of
from futureagi_simulate_mock.data.world import NEVER_RUN
from futureagi_simulate_mock.dice import Dice, spread
from futureagi_simulate_mock.facts import EvalConfig, Scenario
from futureagi_simulate_mock.ids import CALL_EXECUTION_ID, make_id

Row = tuple[Any, ...]
_ENTRY: Final = 40
_encode: Final = msgspec.json.encode


class Place(msgspec.Struct, frozen=True):
    """What the calls made by one version of an agent in one run test share. Numbers are rows."""

    world: str
    run_test: int
    version: int
    channel: str
    scenarios: tuple[Scenario, ...]
    evals: tuple[EvalConfig, ...]


class Setting(msgspec.Struct, frozen=True):
    """What the calls of one execution share. `begun` and `spacing` are ms.

    `languages` are the scripts'; `offsets` shift how calls turn out: one for their status, one for each flaw.
    """

    place: Place
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


def draw_call(setting: Setting, number: int, i: int, rows: Rows) -> int:
    """Add the i-th call of an execution, with its snapshot if it was rerun; return the next number."""
    plan, place = setting.plan, setting.place
    uuid = make_id("call-execution", place.world, plan.run_test, plan.position, i)
    dice = Dice(setting.seed, uuid)
    shown = uuid == CALL_EXECUTION_ID
    scenario = place.scenarios[i % len(place.scenarios)]
    language = setting.languages[scenario.script]
    phone = draw_phone(dice, language) if place.channel == "voice" and (shown or dice.chance(900)) else None
    call_type = "Outbound" if dice.chance(400) else "Inbound"
    created = setting.begun + i * min(setting.spacing, _ENTRY)
    turn = setting.begun + i * setting.spacing
    started = turn + dice.between(1_000, 20_000)
    duration = dice.between(25, 240)
    ended = started + duration * 1_000 + dice.below(1_000)
    final = "completed" if shown else _final_status(plan.status, spread(i, setting.offsets[0]))
    if final in ("completed", "analyzing"):
        response: int | None = dice.between(400, 2_400) if dice.chance(900) else None
    else:
        response = None
    updated = ended + dice.between(2_000, 90_000)
    evals: list[Row] = []
    score = _draw_evals(setting, number, i, dice, evals, shown) if final == "completed" else None
    deleted = int(not shown and dice.chance(15))
    head = (uuid, place.run_test, setting.execution, place.version, scenario.number)
    kind = (place.channel, call_type, phone)
    if final == "pending":
        times: Row = (created, created, None, None, None, None, None, 0)
    elif final == "queued":
        times = (created, turn + 900, None, None, None, None, None, 0)
    elif final == "ongoing":
        times = (created, started + 30_000, started, None, None, None, None, 0)
    elif final == "cancelled":
        begun = started if dice.chance(500) else None
        times = (created, started + 5_000, begun, None, None, None, None, 1)
    elif final == "failed":
        lasted = duration // 4 if dice.chance(600) else None
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
    rerun = plan.status == "completed" and (shown or dice.chance(60))
    if rerun and not deleted:
        return _add_snapshot(number + 1, number, head, kind, times, dice, rows, setting)
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
    setting: Setting, number: int, i: int, dice: Dice, rows: list[Row], shown: bool
) -> float | None:
    """Add the outputs of the evals of a completed call; return the overall score (0-100) or None.

    Evals that look for the same flaw agree, so that the conversation can fit all of them.
    """
    quality = round(setting.plan.quality * 1000)
    good = {flaw: spread(i, at) < quality for flaw, at in zip(FLAWS, setting.offsets[1:], strict=True)}
    if shown:
        good = {"coherence": True, "task": False, "tone": False}
    elif dice.chance(20):
        return None
    marks = []
    for config in setting.place.evals:
        if config.name == NEVER_RUN:
            continue
        status = "completed" if shown else _eval_status(dice)
        value: object = None
        if status == "completed":
            fine = good[flaw_of(config)]
            if config.output_type == "choices":
                value = _draw_choices(config, dice, fine)
            else:
                score = dice.between(600, 1000) if fine else dice.between(60, 480)
                value = int(fine) if config.output_type == "Pass/Fail" else score / 1000
                marks.append(1000 * fine if config.output_type == "Pass/Fail" else score)
        rows.append((number, config.number, status, value, None))
    return round(sum(marks) / len(marks) / 10, 4) if marks else None


def _eval_status(dice: Dice) -> str:
    roll = dice.below(1000)
    return "completed" if roll < 940 else "pending" if roll < 960 else "skipped" if roll < 980 else "error"


def _draw_choices(config: EvalConfig, dice: Dice, fine: bool) -> str:
    *calm, angry = config.choices
    chosen = [dice.choice(calm)] if fine else [angry, calm[-1]] if dice.chance(300) else [angry]
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
    number: int, original: int, head: Row, kind: Row, times: Row, dice: Dice, rows: Rows, setting: Setting
) -> int:
    """Keep what a call was before it was run again: worse, and seen in the run test's call listing only."""
    uuid = make_id("snapshot", head[0], 1)
    created, updated = times[0], times[1]
    at = updated + dice.between(1, 30) * MINUTE
    rerun_type = "eval_only" if dice.chance(300) else "call_and_eval"
    status = "failed" if dice.chance(400) else "completed"
    score = float(dice.between(5, 45)) if status == "completed" else None
    row = (created, at, times[2], times[3], dice.between(15, 80), score, dice.between(900, 2_900), 1)
    rows.calls.append((number, uuid, *head[1:], original, rerun_type, 0, status, *kind, *row, None))
    first = setting.place.evals[0]
    if status == "completed":
        rows.evals.append((number, first.number, "completed", 0, None))
    return number + 1
