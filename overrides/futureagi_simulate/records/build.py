"""From any endpoint's answer to a record: which field of which form goes where, in which unit it arrives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from futureagi_simulate.records.evals import eval_records, eval_summaries
from futureagi_simulate.records.model import CallRecord, ExecutionRecord
from futureagi_simulate.records.transcript import turns
from futureagi_simulate.records.values import (
    first,
    items,
    mapping,
    medium,
    moment,
    number,
    person,
    seconds,
    text,
    whole,
    word,
)


class Answered(Protocol):
    """Anything an endpoint returned: it holds what the server sent."""

    @property
    def raw(self) -> dict[str, Any]:
        """Give the item as the server sent it."""
        ...

    @property
    def raw_json(self) -> bytes:
        """Give the exact bytes of the item."""
        ...


def call_record(model: Answered, *, execution_id: str | None = None) -> CallRecord:
    """Make the record of a call from what any endpoint returned for it.

    `execution_id` is used where the answer itself doesn't name the execution. Never raises for odd values:
    what can't be read is None.
    """
    raw = _flat(mapping(model.raw))
    scenario = raw.get("scenario")
    linked = mapping(scenario)
    return CallRecord(
        id=text(first(raw, "id", "call_execution_id")) or "",
        execution_id=text(first(raw, "test_execution_id", "execution_id")) or execution_id,
        status=word(raw.get("status")),
        kind=medium(raw.get("simulation_call_type")),
        direction=_direction(raw),
        scenario=text(scenario) or text(linked.get("name")) or text(raw.get("scenario_name")),
        scenario_id=text(first(raw, "scenario_id")) or text(linked.get("id")),
        started_at=moment(first(raw, "start_time", "started_at")),
        ended_at=moment(first(raw, "completed_at", "ended_at")),
        created_at=moment(raw.get("created_at")),
        updated_at=moment(first(raw, "updated_at", "timestamp")),
        duration_s=number(raw["duration_seconds"] if "duration_seconds" in raw else raw.get("duration")),
        customer_name=person(raw.get("customer_name")) or _persona(raw),
        phone_number=text(raw.get("phone_number")),
        summary=text(raw.get("call_summary")),
        ended_reason=text(raw.get("ended_reason")),
        overall_score=number(raw.get("overall_score")),
        agent_latency_s=_agent_latency(raw),
        response_time_s=_response_time(raw),
        cost_cents=number(first(raw, "cost_cents", "total_cost_cents")),
        evals=eval_records(raw.get("eval_outputs"), raw.get("eval_metrics")),
        transcript=turns(first(raw, "transcript", "transcripts")),
        is_snapshot=raw.get("is_snapshot") is True,
        rerun_type=text(raw.get("rerun_type")),
        original_call_id=text(raw.get("original_call_execution_id")),
        session_id=text(raw.get("session_id")),
        provider=word(raw.get("provider")) or next(iter(mapping(raw.get("provider_call_data"))), None),
        raw_json=model.raw_json,
    )


def _flat(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the groups of the runs endpoint, `latency` and `cost`, beside the other fields."""
    return {**mapping(raw.get("latency")), **mapping(raw.get("cost")), **raw}


def _direction(raw: Mapping[str, Any]) -> Literal["inbound", "outbound"] | None:
    """Read who called whom: "Inbound", "outboundPhoneCall", or `call_direction` in the metadata."""
    for value in (mapping(raw.get("call_metadata")).get("call_direction"), raw.get("call_type")):
        said = word(value) or ""
        if "outbound" in said:
            return "outbound"
        if "inbound" in said:
            return "inbound"
    return None


def _persona(raw: Mapping[str, Any]) -> str | None:
    """Find the simulated customer's name in the scenario's own columns."""
    column = mapping(mapping(raw.get("scenario_columns")).get("persona"))
    return person(mapping(column.get("value")).get("name"))


def _in_milliseconds(raw: Mapping[str, Any]) -> bool:
    """Tell the real server's former results, whose times are in milliseconds, from the documented ones."""
    return raw.get("is_snapshot") is True and "timestamp" in raw


def _agent_latency(raw: Mapping[str, Any]) -> float | None:
    """Read the agent's mean latency: milliseconds wherever a form says so, else seconds as documented."""
    if "avg_agent_latency_ms" in raw:
        return seconds(raw["avg_agent_latency_ms"])
    plain = raw.get("avg_agent_latency")
    return seconds(plain) if _in_milliseconds(raw) else number(plain)


def _response_time(raw: Mapping[str, Any]) -> float | None:
    """Read the response time; like the latency, but `response_time` is seconds on the real server too."""
    if "response_time_ms" in raw:
        return seconds(raw["response_time_ms"])
    plain = first(raw, "response_time_seconds", "response_time")
    return seconds(plain) if _in_milliseconds(raw) else number(plain)


def execution_record(
    model: Answered, *, run_test_id: str | None = None, run_test_name: str | None = None
) -> ExecutionRecord:
    """Make the record of an execution from what any endpoint returned for it.

    The real server writes 0 for a length and a success rate that aren't known yet; here those are None. Its
    scenarios are one text joined with ", ", so a scenario whose name holds a comma comes out as two.
    """
    raw = mapping(model.raw)
    attempted = whole(raw.get("calls_attempted"))
    return ExecutionRecord(
        id=text(first(raw, "id", "execution_id")),
        run_test_id=text(raw.get("run_test")) or run_test_id,
        run_test_name=run_test_name,
        status=word(raw.get("status")),
        started_at=moment(first(raw, "started_at", "start_time")),
        ended_at=moment(raw.get("completed_at")),
        created_at=moment(raw.get("created_at")),
        duration_s=number(first(raw, "duration_seconds", "duration")) or None,
        total_calls=whole(first(raw, "total_calls", "calls")),
        completed_calls=whole(raw.get("completed_calls")),
        failed_calls=whole(raw.get("failed_calls")),
        scenarios=_scenarios(raw),
        agent_name=text(first(raw, "agent_definition_used_name", "agent_definition")),
        agent_version=_unless(text(raw.get("agent_version")), "N/A"),
        kind=medium(raw.get("agent_type")),
        success_rate=None if attempted == 0 else number(raw.get("success_rate")),
        error_reason=text(raw.get("error_reason")),
        evals=eval_summaries(raw.get("eval_results")),
        raw_json=model.raw_json,
    )


def _scenarios(raw: Mapping[str, Any]) -> tuple[str, ...]:
    named = raw.get("scenarios")
    if isinstance(named, str):
        return tuple(name for name in named.split(", ") if name and name != "No scenarios")
    return tuple(name for name in items(named) if isinstance(name, str))


def _unless(value: str | None, placeholder: str) -> str | None:
    return None if value == placeholder else value
