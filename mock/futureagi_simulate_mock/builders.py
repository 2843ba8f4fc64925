"""Add what a test needs to a mock's data: every argument has a default that makes a valid whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import structs

from futureagi_simulate_mock.building import (
    SETTLED,
    CallPlan,
    EvalArgument,
    add_call,
    eval_number,
    insert,
    next_number,
    one,
    scenario_number,
    text,
)
from futureagi_simulate_mock.facts import Details
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.store import Store
from futureagi_simulate_mock.times import to_ms

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
            played = text([scenario_number(connection, organization, name) for name in scenarios])
            started = None if status == "pending" else created
            ended = created + length if status in SETTLED else None
            head = (number, uuid, test, version, status, created, started, ended, played)
            told = text(dict(summary)) if summary is not None else None
            insert(connection, "execution", (*head, simulator, text(list(errors)), summary_status, told))
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
