"""Add what a test needs to a mock's data: every argument has a default that makes a valid whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from math import fsum
from sqlite3 import Connection
from typing import Any, Final

import msgspec
from msgspec import structs

from futureagi_simulate_mock.data.seeding import call_stages
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.models import Details, to_ms
from futureagi_simulate_mock.store import Store

Row = tuple[Any, ...]
EvalArgument = bool | float | str | Sequence[str] | None

SETTLED: Final = ("completed", "failed", "cancelled")
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


def _json(value: object) -> str:
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
    choices = _json(_CHOICES if output_type == "choices" else ())
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
    given = _json(dict(plan.details)) if plan.details else None
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
    return _json([value] if isinstance(value, str) else list(value))


def _overall(outputs: list[Row]) -> float | None:
    marks = [value for _, _, value, _ in outputs if isinstance(value, (int, float))]
    return round(100 * fsum(marks) / len(marks), 4) if marks else None


CALL_STATUSES: Final = ("pending", "queued", "ongoing", "completed", "failed", "analyzing", "cancelled")
EXECUTION_STATUSES: Final = (
    *("pending", "running", "completed", "failed", "cancelled", "cancelling", "evaluating"),
)
_SECOND: Final = 1_000
_DETAILS: Final = frozenset(field.name for field in structs.fields(Details))


class Builders:
    """Writes rows; ids come back as strings, ready for a client. Times default to what fits the clock."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def add_run_test(
        self,
        name: str = "Added run test",
        *,
        scenarios: Iterable[str] = ("Billing inquiry",),
        evals: Mapping[str, str] | None = None,
        channel: str = "voice",
        provider: str | None = "vapi",
        organization: int = 1,
    ) -> str:
        """Add a run test with an agent of its own, and return its id.

        `evals`: output type (`Pass/Fail`, `score` or `choices`) by name; without them, Coherence (Pass/Fail).
        """
        with self._store.writing() as connection:
            agent, version = next_number(connection, "agent"), next_number(connection, "version")
            number = next_number(connection, "run_test")
            agent_id, uuid = make_id("added-agent", agent), make_id("added-run-test", number)
            insert(
                connection, "agent", (agent, agent_id, organization, f"{name} agent", channel, provider, 0)
            )
            insert(connection, "version", (version, make_id("added-version", version), agent, "v1"))
            insert(connection, "run_test", (number, uuid, organization, name, agent, 0))
            for scenario in scenarios:
                scenario_number(connection, organization, scenario)
            for eval_name, output_type in (evals or {"Coherence": "Pass/Fail"}).items():
                eval_number(connection, number, eval_name, output_type)
        return uuid

    def version_of(self, run_test_id: str) -> tuple[str, str]:
        """Return the ids of a run test's agent and of its newest version."""
        rows = self._store.rows(
            "SELECT agent.id, version.id FROM run_test JOIN agent ON agent.number = run_test.agent "
            "JOIN version ON version.agent = agent.number WHERE run_test.id = ? ORDER BY version.number",
            (run_test_id,),
        )
        if not rows:
            raise LookupError(f"the mock has no run test {run_test_id}")
        return rows[0][0], rows[0][1]

    def add_execution(
        self,
        run_test_id: str,
        *,
        status: str = "completed",
        calls: int = 0,
        created_at: datetime | None = None,
        lasts: float = 600.0,
        scenarios: Sequence[str] = ("Billing inquiry",),
        version_id: str | None = None,
        simulator: str | None = None,
        errors: Sequence[str] = (),
        summary_status: str | None = None,
        summary: Mapping[str, Any] | None = None,
    ) -> str:
        """Add an execution with so many default calls, and return its id.

        A `running` one starts now, makes its calls one by one as the clock moves on, and is completed after
        `lasts` seconds. Any other one stays as it is; it ended now if it has ended.
        """
        _check(status, EXECUTION_STATUSES)
        now = to_ms(self._now())
        length = round(lasts * _SECOND)
        running = status == "running"
        created = to_ms(created_at) if created_at else now if running else now - length
        with self._store.writing() as connection:
            test, organization, agent = one(connection, _RUN_TEST, run_test_id, "run test")
            version = one(connection, *_version(agent, version_id))[0]
            number = next_number(connection, "execution")
            uuid = make_id("added-execution", number)
            played = _json([scenario_number(connection, organization, name) for name in scenarios])
            started = None if status == "pending" else created
            ended = created + length if status in SETTLED else None
            head = (number, uuid, test, version, status, created, started, ended, played)
            told = _json(dict(summary)) if summary is not None else None
            insert(connection, "execution", (*head, simulator, _json(list(errors)), summary_status, told))
            for stage in _stages(number, created, length) if running else ():
                insert(connection, "execution_stage", stage)
            for i in range(calls):
                name = scenarios[i % len(scenarios)]
                turn = i * length // (2 * calls) if running else None
                lasting = min(60, length // (4 * _SECOND)) if running else 60
                plan = CallPlan(_DEFAULT[status], now, name, created=created, turn=turn, duration=lasting)
                add_call(connection, uuid, plan)
        return uuid

    def add_call(
        self,
        execution_id: str,
        *,
        status: str = "completed",
        scenario: str | None = None,
        evals: Mapping[str, EvalArgument] | None = None,
        reasons: Mapping[str, str] | None = None,
        overall_score: float | None = None,
        phone_number: str | None = "+12125550123",
        call_type: str = "Inbound",
        duration: int | None = 60,
        created_at: datetime | None = None,
        updated_at: datetime | None = None,
        response_time_ms: int | None = 900,
        transcript: Sequence[tuple[str, str]] | None = None,
        deleted: bool = False,
        **details: Any,
    ) -> str:
        """Add a call and return its id.

        `evals`: output by name; a bool is Pass/Fail, a number from 0 to 1 a score, words are choices, None is
        still pending. Without them every eval of the run test passes. `overall_score`: without it, the mean.
        `transcript`: (`assistant` or `user`, text) for each turn. `details`: fields of `facts.Details`, such
        as `summary`, `ended_reason`, `customer_name`, `session_id` or `agent_latency_ms`.
        """
        unknown = sorted(details.keys() - _DETAILS)
        if unknown:
            raise TypeError(f"a call has no {', '.join(unknown)}; it has {', '.join(sorted(_DETAILS))}")
        if transcript is not None:
            details["transcript"] = _turns(transcript)
        plan = CallPlan(
            status=_check(status, CALL_STATUSES),
            now=to_ms(self._now()),
            scenario=scenario,
            evals=evals,
            reasons=reasons or {},
            score=overall_score,
            call_type=call_type,
            phone=phone_number,
            duration=duration,
            created=to_ms(created_at) if created_at else None,
            updated=to_ms(updated_at) if updated_at else None,
            response=response_time_ms,
            deleted=deleted,
            details=details,
        )
        with self._store.writing() as connection:
            return add_call(connection, execution_id, plan)

    def touch_call(self, call_id: str) -> None:
        """Save a call again: it becomes the one last updated, so that listings shift under a reader."""
        with self._store.writing() as connection:
            moved = connection.execute(
                "UPDATE call SET updated_at = max(?, (SELECT max(updated_at) FROM call) + 1) WHERE id = ?",
                (to_ms(self._now()), call_id),
            )
            if not moved.rowcount:
                raise LookupError(f"the mock has no call {call_id}")

    def delete_call(self, call_id: str) -> None:
        """Delete a call; the documented listings forget it."""
        self._mark("call", call_id)

    def delete_scenario(self, scenario_id: str) -> None:
        """Delete a scenario; its calls stay."""
        self._mark("scenario", scenario_id)

    def delete_run_test(self, run_test_id: str) -> None:
        """Delete a run test; it and its executions are no longer found."""
        self._mark("run_test", run_test_id)

    def _mark(self, table: str, uuid: str) -> None:
        with self._store.writing() as connection:
            sql = f"UPDATE {table} SET deleted = 1 WHERE id = ?"  # noqa: S608 - a name from this file
            marked = connection.execute(sql, (uuid,))
            if not marked.rowcount:
                raise LookupError(f"the mock has no {table} {uuid}")


_RUN_TEST: Final = "SELECT number, organization, agent FROM run_test WHERE id = ? AND deleted = 0"
_DEFAULT: Final = {
    "pending": "pending",
    "running": "completed",
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "cancelling": "cancelled",
    "evaluating": "analyzing",
}


def _version(agent: int, version_id: str | None) -> tuple[str, str, str]:
    """Return what finds a version of the agent: the one named, or its newest."""
    if version_id is None:
        return "SELECT number FROM version WHERE agent = ? ORDER BY number", str(agent), "version of agent"
    sql = f"SELECT number FROM version WHERE agent = {agent} AND id = ?"  # noqa: S608 - a number
    return sql, version_id, "version"


def _stages(number: int, created: int, length: int) -> list[tuple[int, int, str, int, int | None]]:
    """Return how a running execution comes to its end."""
    evaluating, done = created + length * 9 // 10, created + length
    return [
        (number, created, "running", created, None),
        (number, evaluating, "evaluating", created, None),
        (number, done, "completed", created, done),
    ]


def _turns(transcript: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    turns = []
    for i, (speaker, said) in enumerate(transcript):
        if speaker not in ("assistant", "user"):
            raise ValueError(f"turn {i + 1} is spoken by {speaker!r}, neither assistant nor user")
        turn_id = make_id("added-turn", i, said)
        start = i * 5 * _SECOND
        turns.append(
            {"id": turn_id, "speaker": speaker, "text": said, "start_ms": start, "end_ms": start + 4_000}
        )
    return turns


def _check(status: str, accepted: Sequence[str]) -> str:
    if status not in accepted:
        raise ValueError(f"status {status!r} is not one of {', '.join(accepted)}")
    return status
