"""A call as the server's two grids show it: the run test's listing and the test execution's details."""

from __future__ import annotations

from typing import Any

from futureagi_simulate_mock.documented.rows import scenario_columns
from futureagi_simulate_mock.facts import Call, Turn
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.observed.context import Around
from futureagi_simulate_mock.observed.evals import displayed_metrics, displayed_outputs
from futureagi_simulate_mock.times import iso

Item = dict[str, Any]


def listing_row(call: Call, around: Around) -> Item:
    """Return a call as the run test's listing has it: no session, but transcript and recordings."""
    return {
        **_start(call, around, session=None, transcript=transcript(call), template_type=None),
        **_measures(call),
        **_end(call, around),
    }


def detail_row(call: Call, around: Around, snapshots: list[Any]) -> Item:
    """Return a call as the test execution's details have it: no transcript, no recordings, its reruns."""
    session = call.details.session_id
    return {
        **_start(call, around, session=session, transcript=None, template_type="single"),
        **_measures(call),
        "rerun_snapshots": snapshots,
        **_end(call, around),
    }


def _start(
    call: Call,
    around: Around,
    *,
    session: str | None,
    transcript: list[Item] | None,
    template_type: str | None,
) -> Item:
    details, scenario = call.details, call.scenario
    audio = audio_url(call)
    row: Item = {
        "id": call.id,
        "service_provider_call_id": details.provider_call_id,
        "session_id": session,
        "timestamp": iso(call.updated_at),
        "call_type": call.call_type,
        "status": call.status,
        "duration": call.duration
        if call.channel == "voice" or call.duration is None
        else float(call.duration),
        "duration_seconds": call.duration,
        "start_time": iso(call.started_at),
        "transcript": transcript or [],
        "scenario": scenario.name,
        "overall_score": call.overall_score,
        "response_time": None if call.response_time is None else call.response_time / 1000,
        "response_time_ms": call.response_time,
        "audio_url": audio,
        "customer_name": details.customer_number,
        "eval_outputs": displayed_outputs(call),
        "eval_metrics": displayed_metrics(call, template_type),
        "scenario_columns": scenario_columns(call),
        "ended_reason": details.ended_reason,
    }
    if not around.agent.deleted:
        simulator = around.execution.simulator or "Default simulator"
        row["simulator_agent_name"] = simulator
        row["simulator_agent_id"] = make_id("simulator", around.agent.id, simulator)
        row["agent_definition_used_name"] = around.agent.name
        row["agent_definition_used_id"] = around.agent.id
    recordings = {"combined": audio, "assistant": None, "customer": None} if audio else {}
    graph = scenario.number % 4 == 1
    row |= {
        "call_summary": details.summary,
        "recordings": {} if transcript is None else recordings,
        "test_execution_id": around.execution.id,
        "scenario_id": scenario.id,
        "scenario_graph": _graph() if graph else {},
        "scenario_graph_id": make_id("scenario-graph", scenario.id) if graph else None,
    }
    return row


def _graph() -> Item:
    return {"edges": [], "nodes": [{"id": "n1", "type": "conversation"}]}


def _measures(call: Call) -> Item:
    details = call.details
    users, agents = details.interruptions or (None, None)
    user_speed, agent_speed = details.words_per_minute or (None, None)
    spent, made = details.tokens or (None, None)
    ratio = details.talk_ratio
    return {
        "avg_agent_latency": details.agent_latency_ms,
        "avg_agent_latency_ms": details.agent_latency_ms,
        "user_interruption_count": users,
        "user_interruption_rate": _per_minute(users, call.duration),
        "user_wpm": user_speed,
        "bot_wpm": agent_speed,
        "talk_ratio": ratio,
        "ai_interruption_count": agents,
        "ai_interruption_rate": _per_minute(agents, call.duration),
        "avg_stop_time_after_interruption": details.stop_time_ms,
        "total_tokens": None if spent is None or made is None else spent + made,
        "input_tokens": spent,
        "output_tokens": made,
        "avg_latency_ms": None if spent is None else details.agent_latency_ms,
        "turn_count": len(details.transcript) if users is not None else None,
        "agent_talk_percentage": None if ratio is None else round(100 * ratio / (1 + ratio), 1),
        "csat_score": details.csat,
        "processing_skipped": details.skip_reason is not None,
        "processing_skip_reason": details.skip_reason,
    }


def _end(call: Call, around: Around) -> Item:
    details = call.details
    billed = billing(call)
    return {
        "is_snapshot": False,
        "snapshot_timestamp": None,
        "rerun_type": None,
        "original_call_execution_id": None,
        "tool_outputs": _tools(call),
        "cost_cents": details.costs[0] if details.costs else None,
        "customer_cost_cents": billed[0] if billed else None,
        "customer_cost_breakdown": billed[1] if billed else None,
        "customer_latency_metrics": {"systemMetrics": system_metrics(call)} if billed else None,
        "customer_call_id": details.provider_call_id,
        "simulation_call_type": call.channel,
        "provider": around.agent.provider if call.channel == "voice" else None,
        "phone_number": call.phone,
    }


def _tools(call: Call) -> Item | None:
    if not call.details.tools:
        return None
    return {
        tool["id"]: {key: value for key, value in tool.items() if key != "id"} for tool in call.details.tools
    }


def _per_minute(count: int | None, duration: int | None) -> float | None:
    return None if count is None or not duration else round(60 * count / duration, 2)


def audio_url(call: Call) -> str | None:
    """Return where the recording is, or None."""
    return None if call.details.recording is None else f"{call.details.recording}.wav"


def billing(call: Call) -> tuple[int, dict[str, float]] | None:
    """Return what the customer's side of a voice call cost in cents, and its parts in dollars."""
    costs = call.details.costs
    if costs is None or call.channel != "voice":
        return None
    total, stt, llm, _ = costs
    return total // 2, {"llm": llm / 100, "stt": stt / 100}


def system_metrics(call: Call) -> dict[str, float]:
    """Return how long a turn and the model's part of it took, in ms."""
    turn = call.details.agent_latency_ms or 1_000
    return {"turn": turn, "model": turn / 2.5}


def transcript(call: Call) -> list[Item]:
    """Return the turns: spoken ones with times, written ones as messages."""
    if call.channel == "voice":
        return spoken(call)
    created = iso(call.updated_at)
    return [
        {
            "id": turn.id,
            "role": turn.speaker,
            "messages": [turn.text],
            "content": [{"role": turn.speaker, "content": turn.text}],
            "session_id": call.details.session_id or f"chat-{call.id[:8]}",
            "tool_calls": [],
            "created_at": created,
        }
        for turn in call.details.transcript
    ]


def spoken(call: Call) -> list[Item]:
    """Return the turns of a voice call, with times in ms and in seconds."""
    created = iso(call.updated_at)
    return [
        {
            **_words(turn),
            "start_time_seconds": turn.start_ms / 1000,
            "end_time_seconds": turn.end_ms / 1000 or None,
            "created_at": created,
        }
        for turn in call.details.transcript
    ]


def _words(turn: Turn) -> Item:
    return {
        "id": turn.id,
        "speaker_role": turn.speaker,
        "content": turn.text,
        "start_time_ms": turn.start_ms,
        "end_time_ms": turn.end_ms,
        "confidence_score": 0.95,
    }


def kept_words(call: Call) -> list[Item]:
    """Return the turns as a snapshot keeps them: only what was needed."""
    return [_words(turn) for turn in call.details.transcript]
