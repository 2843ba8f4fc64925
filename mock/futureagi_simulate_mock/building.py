"""Rows that builders write: found or made, with the columns that follow from each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from sqlite3 import Connection
from typing import Any, Final

import msgspec

from futureagi_simulate_mock.data.calls import call_stages
from futureagi_simulate_mock.ids import make_id

Row = tuple[Any, ...]
EvalArgument = bool | float | str | Sequence[str] | None

SETTLED: Final = ("completed", "failed", "cancelled")
_SECOND: Final = 1_000
_CHOICES: Final = ("calm", "friendly", "neutral", "angry")
_FIRST: Final[dict[str, EvalArgument]] = {"Pass/Fail": True, "score": 0.9, "choices": "calm"}
_CALL: Final = """
SELECT execution.number, execution.run_test, execution.version, execution.scenarios, execution.created_at,
    run_test.organization, agent.channel
FROM execution JOIN run_test ON run_test.number = execution.run_test
JOIN agent ON agent.number = run_test.agent
WHERE execution.id = ?
"""


class CallPlan(msgspec.Struct, frozen=True):
    """A call to add. Times in ms; `turn`: ms after its creation at which a call under way gets its turn."""

    status: str
    now: int
    scenario: str | None = None
    evals: Mapping[str, EvalArgument] | None = None
    reasons: Mapping[str, str] = msgspec.field(default_factory=dict)
    score: float | None = None
    call_type: str = "Inbound"
    phone: str | None = "+12125550123"
    duration: int | None = 60
    created: int | None = None
    updated: int | None = None
    response: int | None = 900
    deleted: bool = False
    details: Mapping[str, Any] = msgspec.field(default_factory=dict)
    turn: int | None = None


def text(value: object) -> str:
    """Return `value` as JSON."""
    return msgspec.json.encode(value).decode()


def next_number(connection: Connection, table: str) -> int:
    """Return the number of the next row of a table."""
    sql = f"SELECT coalesce(max(number), 0) + 1 FROM {table}"  # noqa: S608 - a name from our code
    return int(connection.execute(sql).fetchone()[0])


def insert(connection: Connection, table: str, row: Row) -> None:
    """Write one row."""
    connection.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)  # noqa: S608 - as above


def one(connection: Connection, sql: str, uuid: str, what: str) -> Row:
    """Return the row of an id. Raises LookupError."""
    row: Row | None = connection.execute(sql, (uuid,)).fetchone()
    if row is None:
        raise LookupError(f"the mock has no {what} {uuid}")
    return row


def scenario_number(connection: Connection, organization: int, name: str) -> int:
    """Find the organization's scenario of this name, or add one."""
    found = connection.execute(
        "SELECT number FROM scenario WHERE organization = ? AND name = ? AND deleted = 0",
        (organization, name),
    ).fetchone()
    if found:
        return int(found[0])
    number = next_number(connection, "scenario")
    uuid, dataset = make_id("added-scenario", number), make_id("added-dataset", number)
    insert(connection, "scenario", (number, uuid, organization, name, "billing", dataset, 0))
    return number


def eval_number(connection: Connection, run_test: int, name: str, output_type: str) -> int:
    """Find the run test's eval of this name, or add one."""
    if output_type not in _FIRST:
        raise ValueError(f"output type {output_type!r} is not one of {', '.join(_FIRST)}")
    found = connection.execute(
        "SELECT number, output_type FROM eval_config WHERE run_test = ? AND name = ?", (run_test, name)
    ).fetchone()
    if found:
        if found[1] != output_type:
            raise ValueError(f"the eval {name!r} has the output type {found[1]}, not {output_type}")
        return int(found[0])
    number = next_number(connection, "eval_config")
    template = name.casefold().replace(" ", "_")
    ids = (make_id("added-eval", number), run_test, name, make_id("added-template", run_test, template))
    choices = text(_CHOICES if output_type == "choices" else ())
    insert(connection, "eval_config", (number, *ids, template, output_type, "word", choices))
    return number


def add_call(connection: Connection, execution_id: str, plan: CallPlan) -> str:
    """Write a call with its eval outputs and, when it is under way, its stages; return its id."""
    execution, run_test, version, played, begun, organization, channel = one(
        connection, _CALL, execution_id, "test execution"
    )
    if plan.scenario is None:
        scenario = msgspec.json.decode(played, type=list[int])[0]
    else:
        scenario = scenario_number(connection, organization, plan.scenario)
    number = next_number(connection, "call")
    uuid = make_id("added-call", number)
    outputs = _outputs(connection, run_test, plan) if plan.status in SETTLED else []
    score = plan.score if plan.score is not None else _overall(outputs)
    created = begun if plan.turn is not None else plan.created
    if created is None:
        created = plan.now - (plan.duration or 0) * _SECOND - 60 * _SECOND
    times = _times(plan, created, score)
    head = (number, uuid, run_test, execution, version, scenario, None, None, int(plan.deleted))
    phone = plan.phone if channel == "voice" else None
    given = text(dict(plan.details)) if plan.details else None
    insert(connection, "call", (*head, plan.status, channel, plan.call_type, phone, *times, given))
    for config, status, value, reason in outputs:
        insert(connection, "eval_output", (number, config, status, value, reason))
    if plan.turn is not None:
        for stage in call_stages(number, created + plan.turn, times, plan.status):
            insert(connection, "call_stage", stage)
    return uuid


def _times(plan: CallPlan, created: int, score: float | None) -> Row:
    """Return created_at to settled, as far as a call of this status has come."""
    started = created + (plan.turn or 0) + 5 * _SECOND
    ended = None if plan.duration is None else started + plan.duration * _SECOND
    updated = plan.updated if plan.updated is not None else (ended or started) + 10 * _SECOND
    settled = int(plan.status in SETTLED)
    if plan.status in ("pending", "queued"):
        return (created, plan.updated or created, None, None, None, None, None, 0)
    if plan.status == "ongoing":
        return (created, plan.updated or started, started, None, None, None, None, 0)
    if plan.status == "analyzing":
        score = None
    return (created, updated, started, ended, plan.duration, score, plan.response, settled)


def _outputs(connection: Connection, run_test: int, plan: CallPlan) -> list[Row]:
    """Return (eval, status, stored value, reason) of each output; without any given, every eval passes."""
    evals = plan.evals
    if evals is None:
        if plan.status != "completed":
            return []
        kinds = connection.execute(
            "SELECT name, output_type FROM eval_config WHERE run_test = ? ORDER BY number", (run_test,)
        ).fetchall()
        evals = {name: _FIRST[kind] for name, kind in kinds}
    rows = []
    for name, value in evals.items():
        kind = _kind(connection, run_test, name, value)
        config = eval_number(connection, run_test, name, kind)
        rows.append(
            (config, "pending" if value is None else "completed", _stored(value), plan.reasons.get(name))
        )
    return sorted(rows)


def _kind(connection: Connection, run_test: int, name: str, value: EvalArgument) -> str:
    if value is None:
        found = connection.execute(
            "SELECT output_type FROM eval_config WHERE run_test = ? AND name = ?", (run_test, name)
        ).fetchone()
        return str(found[0]) if found else "Pass/Fail"
    if isinstance(value, bool):
        return "Pass/Fail"
    if isinstance(value, (int, float)):
        if not 0 <= value <= 1:
            raise ValueError(f"a score is a number from 0 to 1; {name!r} got {value}")
        return "score"
    return "choices"


def _stored(value: EvalArgument) -> Any:
    if value is None:
        return None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return float(value)
    return text([value] if isinstance(value, str) else list(value))


def _overall(outputs: list[Row]) -> float | None:
    marks = [value for _, _, value, _ in outputs if isinstance(value, (int, float))]
    return round(100 * fsum(marks) / len(marks), 4) if marks else None
