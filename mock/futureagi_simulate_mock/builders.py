"""Add what a test needs to a mock's data: every argument has a default that makes a valid whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from math import fsum
from typing import Any, Final, TypeVar

import msgspec
from msgspec import structs

from futureagi_simulate_mock.data.seeding import call_stages
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.models import (
    PROGRESS,
    Agent,
    CallRow,
    Details,
    EvalConfig,
    EvalValue,
    Execution,
    RunTest,
    Scenario,
    StoredOutput,
    Turn,
    Version,
    to_ms,
)
from futureagi_simulate_mock.queries import CALL_STATUSES, EXECUTION_STATUSES
from futureagi_simulate_mock.store import Store, by_id

V = TypeVar("V")
Row = tuple[Any, ...]
EvalArgument = bool | float | str | Sequence[str] | None

_SETTLED: Final = ("completed", "failed", "cancelled")
_SECOND: Final = 1_000
_CHOICES: Final = ("calm", "friendly", "neutral", "angry")
_FIRST: Final[dict[str, EvalArgument]] = {"Pass/Fail": True, "score": 0.9, "choices": "calm", "numeric": 4}
_DETAILS: Final = frozenset(field.name for field in structs.fields(Details))
#: The status of an execution's default calls, where it isn't its own.
_DEFAULT: Final = {"running": "completed", "cancelling": "cancelled", "evaluating": "analyzing"}


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

        `evals`: output type (`Pass/Fail`, `score`, `choices` or `numeric`) by name; without them, Coherence
        (Pass/Fail). Observed, one result of a numeric eval makes the runs endpoint fail.
        """
        store, catalogue = self._store, self._store.catalogue
        with store.writing():
            agent, version = _next(catalogue.agents), _next(catalogue.versions)
            number = _next(catalogue.run_tests)
            agent_id, uuid = make_id("added-agent", agent), make_id("added-run-test", number)
            row = Agent(agent, agent_id, organization, f"{name} agent", channel, provider, deleted=False)
            store.put(catalogue.agents, agent, row)
            store.put(
                catalogue.versions, version, Version(version, make_id("added-version", version), agent, "v1")
            )
            test = RunTest(number, uuid, organization, name, agent, deleted=False)
            store.put(catalogue.run_tests, number, test)
            for scenario in scenarios:
                self._scenario(organization, scenario)
            for eval_name, output_type in (evals or {"Coherence": "Pass/Fail"}).items():
                self._eval(number, eval_name, output_type)
        return uuid

    def version_of(self, run_test_id: str) -> tuple[str, str]:
        """Return the ids of a run test's agent and of its newest version."""
        catalogue = self._store.catalogue
        agent = catalogue.agents[_found(catalogue.run_tests, run_test_id, "run test").agent]
        return agent.id, self._newest_version(agent.number).id

    def _newest_version(self, agent: int) -> Version:
        return next(one for one in self._store.catalogue.versions.values() if one.agent == agent)

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
        store, catalogue = self._store, self._store.catalogue
        with store.writing():
            test = _found(catalogue.run_tests, run_test_id, "run test")
            if test.deleted:
                raise LookupError(f"the mock has no run test {run_test_id}")
            number = _next(store.executions)
            row = Execution(
                number=number,
                id=make_id("added-execution", number),
                run_test=test.number,
                version=self._version(test.agent, version_id).number,
                status=status,
                created_at=created,
                started_at=None if status == "pending" else created,
                completed_at=created + length if status in _SETTLED else None,
                scenarios=tuple(self._scenario(test.organization, name) for name in scenarios),
                simulator=simulator,
                errors=tuple(errors),
                summary_status=summary_status,
                summary=dict(summary) if summary is not None else None,
            )
            store.put(store.executions, number, row)
            if running:
                store.put(store.execution_stages, number, _stages(created, length))
            default = _DEFAULT.get(status, status if status in CALL_STATUSES else "pending")
            for i in range(calls):
                name = scenarios[i % len(scenarios)]
                turn = i * length // (2 * calls) if running else None
                lasting = min(60, length // (4 * _SECOND)) if running else 60
                plan = CallPlan(default, now, name, created=created, turn=turn, duration=lasting)
                self._call(row, plan)
        return row.id

    def _version(self, agent: int, version_id: str | None) -> Version:
        """Return the agent's version with this id, or its newest."""
        if version_id is None:
            return self._newest_version(agent)
        version = _found(self._store.catalogue.versions, version_id, "version")
        if version.agent != agent:
            raise LookupError(f"the mock has no version {version_id}")
        return version

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
        `transcript`: (`assistant` or `user`, text) for each turn. `details`: fields of `models.Details`, such
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
        with self._store.writing():
            return self._call(_found(self._store.executions, execution_id, "test execution"), plan)

    def _call(self, execution: Execution, plan: CallPlan) -> str:
        """Add a call with its eval outputs and, when it is under way, its stages; return its id."""
        store, catalogue = self._store, self._store.catalogue
        test = catalogue.run_tests[execution.run_test]
        channel = catalogue.agents[test.agent].channel
        number = _next(store.calls)
        outputs = self._outputs(test.number, plan) if plan.status in _SETTLED else []
        score = plan.score if plan.score is not None else _overall(outputs)
        created = execution.created_at if plan.turn is not None else plan.created
        if created is None:
            created = plan.now - (plan.duration or 0) * _SECOND - 60 * _SECOND
        times = _times(plan, created, score)
        scenario = execution.scenarios[0]
        if plan.scenario is not None:
            scenario = self._scenario(test.organization, plan.scenario)
        row = CallRow(
            number=number,
            id=make_id("added-call", number),
            run_test=test.number,
            execution=execution.number,
            version=execution.version,
            scenario=scenario,
            original=None,
            rerun_type=None,
            deleted=plan.deleted,
            status=plan.status,
            channel=channel,
            call_type=plan.call_type,
            phone=plan.phone if channel == "voice" else None,
            **dict(zip(PROGRESS, times, strict=True)),
            evals=tuple(outputs),
            given=dict(plan.details) or None,
        )
        store.put(store.calls, number, row)
        if plan.turn is not None:
            store.put(store.stages, number, call_stages(created + plan.turn, times, plan.status))
        return row.id

    def _scenario(self, organization: int, name: str) -> int:
        """Return the number of the organization's scenario of this name, which is added if needed."""
        scenarios = self._store.catalogue.scenarios
        for one in scenarios.values():
            if one.organization == organization and one.name == name and not one.deleted:
                return one.number
        number = _next(scenarios)
        uuid, dataset = make_id("added-scenario", number), make_id("added-dataset", number)
        row = Scenario(number, uuid, organization, name, "billing", dataset, deleted=False)
        self._store.put(scenarios, number, row)
        return number

    def _eval(self, run_test: int, name: str, output_type: str | None) -> int:
        """Return the number of the run test's eval of this name, which is added if needed."""
        if output_type not in (None, *_FIRST):
            raise ValueError(f"output type {output_type!r} is not one of {', '.join(_FIRST)}")
        configs = self._store.catalogue.eval_configs
        for one in self._store.catalogue.evals_of(run_test):
            if one.name == name:
                if output_type not in (None, one.output_type):
                    raise ValueError(
                        f"the eval {name!r} has the output type {one.output_type}, not {output_type}"
                    )
                return one.number
        number, kind = _next(configs), output_type or "Pass/Fail"
        template = name.casefold().replace(" ", "_")
        uuid, template_id = make_id("added-eval", number), make_id("added-template", run_test, template)
        choices = _CHOICES if kind == "choices" else ()
        row = EvalConfig(number, uuid, run_test, name, template_id, template, kind, "word", choices)
        self._store.put(configs, number, row)
        return number

    def _outputs(self, run_test: int, plan: CallPlan) -> list[StoredOutput]:
        """Return the eval outputs in order; without any given, every eval of a completed call passes."""
        evals = plan.evals
        if evals is None:
            if plan.status != "completed":
                return []
            evals = {one.name: _FIRST[one.output_type] for one in self._store.catalogue.evals_of(run_test)}
        outputs = []
        for name, given in evals.items():
            known = {one.name: one.output_type for one in self._store.catalogue.evals_of(run_test)}
            kind: str | None
            value: EvalValue
            if known.get(name) == "numeric" and isinstance(given, (int, float)):
                kind, value = "numeric", float(given)
            else:
                kind, value = _read(name, given)
            config = self._eval(run_test, name, kind)
            status = "pending" if given is None else "completed"
            outputs.append(StoredOutput(config, status, value, plan.reasons.get(name)))
        return sorted(outputs, key=lambda output: output.config)

    def touch_call(self, call_id: str) -> None:
        """Save a call again: it becomes the one last updated, so that listings shift under a reader."""
        calls = self._store.calls
        with self._store.writing():
            row = _found(calls, call_id, "call")
            latest = max(one.updated_at for one in calls.values())
            self._store.change(row, updated_at=max(to_ms(self._now()), latest + 1))

    def delete_call(self, call_id: str) -> None:
        """Delete a call; the documented listings leave it out."""
        with self._store.writing():
            self._store.change(_found(self._store.calls, call_id, "call"), deleted=True)

    def delete_scenario(self, scenario_id: str) -> None:
        """Delete a scenario; its calls stay."""
        self._delete(self._store.catalogue.scenarios, scenario_id, "scenario")

    def delete_run_test(self, run_test_id: str) -> None:
        """Delete a run test; it and its executions are no longer found."""
        self._delete(self._store.catalogue.run_tests, run_test_id, "run test")

    def delete_execution(self, execution_id: str) -> None:
        """Delete an execution; only the run test's listing of calls still shows its calls."""
        self._delete(self._store.executions, execution_id, "execution")

    def delete_eval(self, eval_id: str) -> None:
        """Delete an eval of a run test; its outputs stay with the calls, without a summed result.

        Observed, a test execution's page leaves its outputs out and the other endpoints show them.
        """
        self._delete(self._store.catalogue.eval_configs, eval_id, "eval")

    def _delete(self, table: dict[int, Any], uuid: str, what: str) -> None:
        with self._store.writing():
            row = _found(table, uuid, what)
            self._store.put(table, row.number, structs.replace(row, deleted=True))


def _next(table: dict[int, Any]) -> int:
    """Return the number of a table's next row; numbers rise."""
    return next(reversed(table), 0) + 1


def _found(table: dict[int, V], uuid: str, what: str) -> V:
    row = by_id(table, uuid)
    if row is None:
        raise LookupError(f"the mock has no {what} {uuid}")
    return row


def _times(plan: CallPlan, created: int, score: float | None) -> Row:
    """Return created_at to settled, as far as a call of this status has come."""
    started = created + (plan.turn or 0) + 5 * _SECOND
    ended = None if plan.duration is None else started + plan.duration * _SECOND
    updated = plan.updated if plan.updated is not None else (ended or started) + 10 * _SECOND
    if plan.status in ("pending", "queued"):
        return (created, plan.updated or created, None, None, None, None, None, False)
    if plan.status == "ongoing":
        return (created, plan.updated or started, started, None, None, None, None, False)
    if plan.status == "analyzing":
        score = None
    return (created, updated, started, ended, plan.duration, score, plan.response, plan.status in _SETTLED)


def _read(name: str, value: EvalArgument) -> tuple[str | None, EvalValue]:
    """Return the output type that a given output has, and its value. None fits any type."""
    if value is None:
        return None, None
    if isinstance(value, bool):
        return "Pass/Fail", value
    if isinstance(value, (int, float)):
        if not 0 <= value <= 1:
            raise ValueError(f"a score is a number from 0 to 1; {name!r} got {value}")
        return "score", float(value)
    return "choices", (value,) if isinstance(value, str) else tuple(value)


def _overall(outputs: list[StoredOutput]) -> float | None:
    marks = [one.value for one in outputs if isinstance(one.value, (int, float)) and one.value <= 1]
    return round(100 * fsum(marks) / len(marks), 4) if marks else None


def _stages(created: int, length: int) -> list[tuple[int, dict[str, Any]]]:
    """Return how a running execution comes to its end."""
    evaluating, done = created + length * 9 // 10, created + length
    return [
        (created, {"status": "running", "started_at": created, "completed_at": None}),
        (evaluating, {"status": "evaluating", "started_at": created, "completed_at": None}),
        (done, {"status": "completed", "started_at": created, "completed_at": done}),
    ]


def _turns(transcript: Sequence[tuple[str, str]]) -> tuple[Turn, ...]:
    turns = []
    for i, (speaker, said) in enumerate(transcript):
        if speaker not in ("assistant", "user"):
            raise ValueError(f"turn {i + 1} is spoken by {speaker!r}, neither assistant nor user")
        start = i * 5 * _SECOND
        turns.append(Turn(make_id("added-turn", i, said), speaker, said, start, start + 4_000))
    return tuple(turns)


def _check(status: str, accepted: Sequence[str]) -> str:
    if status not in accepted:
        raise ValueError(f"status {status!r} is not one of {', '.join(accepted)}")
    return status
