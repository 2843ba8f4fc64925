"""What a call was before its rerun: a row of another shape in one endpoint, an entry in another."""

from __future__ import annotations

from typing import Any, Final

from futureagi_simulate_mock.documented.rows import scenario_columns
from futureagi_simulate_mock.facts import Call
from futureagi_simulate_mock.observed.context import Around
from futureagi_simulate_mock.observed.evals import stored_outputs
from futureagi_simulate_mock.observed.rows import audio_url, kept_words
from futureagi_simulate_mock.times import iso

Item = dict[str, Any]

_NEVER: Final = dict.fromkeys(
    (
        "user_interruption_count",
        "user_interruption_rate",
        "user_wpm",
        "bot_wpm",
        "talk_ratio",
        "ai_interruption_count",
        "ai_interruption_rate",
    )
)


def bare(call: Call) -> bool:
    """Say whether this snapshot kept nothing but that it exists: one in five."""
    return call.number % 5 == 0


def snapshot_row(call: Call, original_id: str, around: Around) -> Item:
    """Return a snapshot as the run test's listing has it: 29 keys of a call are missing."""
    details, empty = call.details, bare(call)
    audio = None if empty else audio_url(call)
    row: Item = {
        "id": call.id,
        "timestamp": iso(call.updated_at),
        "call_type": None,
        "status": None if empty else call.status,
        "duration": None if empty else call.duration,
        "transcript": [] if empty else kept_words(call),
        "scenario": call.scenario.name,
        "overall_score": None if empty else call.overall_score,
        "response_time": None if empty else call.response_time,
        "audio_url": audio,
        "customer_name": details.customer_number,
        "eval_outputs": None if empty else stored_outputs(call),
        "eval_metrics": {},
        "scenario_columns": scenario_columns(call),
        "error_localizer_tasks": [],
        "ended_reason": None if empty else details.ended_reason,
    }
    if not around.agent.deleted:
        row["agent_definition_used_name"] = around.agent.name
        row["agent_definition_used_id"] = around.agent.id
    row |= {
        "call_summary": None if empty else details.summary,
        "recordings": {
            "mono": {"combined_url": audio, "customer_url": None, "assistant_url": None},
            "stereo_url": None,
        },
        "scenario_id": call.scenario.id,
        "avg_agent_latency": None if empty else details.agent_latency_ms,
        **_NEVER,
        "avg_stop_time_after_interruption": None,
        "is_snapshot": True,
        "snapshot_timestamp": iso(call.updated_at),
        "rerun_type": call.rerun_type,
        "original_call_execution_id": original_id,
    }
    return row


def snapshot_entry(call: Call) -> Item:
    """Return a snapshot as an entry of `rerun_snapshots`."""
    details, empty = call.details, bare(call)
    return {
        "id": call.id,
        "snapshot_timestamp": iso(call.updated_at),
        "rerun_type": call.rerun_type,
        "service_provider_call_id": None,
        "status": None if empty else call.status,
        "started_at": iso(call.started_at),
        "completed_at": iso(call.ended_at),
        "ended_at": None,
        "duration_seconds": None if empty else call.duration,
        "recording_url": None if empty else audio_url(call),
        "stereo_recording_url": None,
        **dict.fromkeys(("cost_cents", "stt_cost_cents", "llm_cost_cents", "tts_cost_cents")),
        "call_summary": None if empty else details.summary,
        "ended_reason": None if empty else details.ended_reason,
        "overall_score": None if empty else call.overall_score,
        "response_time_ms": None if empty else call.response_time,
        "assistant_id": None,
        "customer_number": details.customer_number,
        "call_type": None,
        "message_count": None,
        "transcript_available": False,
        "recording_available": False,
        "eval_outputs": None if empty else stored_outputs(call),
        "transcripts": [] if empty else kept_words(call),
        **dict.fromkeys(("analysis_data", "evaluation_data", "provider_call_data")),
        "avg_agent_latency_ms": None if empty else details.agent_latency_ms,
        **_NEVER,
        "avg_stop_time_after_interruption_ms": None,
        "conversation_metrics_data": None,
    }
