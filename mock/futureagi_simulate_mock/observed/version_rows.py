"""A call as the agent version's listing shows it: the stored record itself, with names of its own."""

from __future__ import annotations

from typing import Any

from futureagi_simulate_mock.facts import Call
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.observed.evals import stored_outputs
from futureagi_simulate_mock.observed.rows import audio_url, billing, spoken, system_metrics
from futureagi_simulate_mock.times import iso

Item = dict[str, Any]


def version_row(call: Call, version_id: str, provider: str | None) -> Item:
    """Return a completed call of a version. Written conversations are left out."""
    details = call.details
    voice = call.channel == "voice"
    audio = audio_url(call)
    billed = billing(call)
    total, stt, llm, tts = details.costs or (0, 0, 0, 0)
    turns = spoken(call) if voice else []
    direction = call.call_type.lower()
    metadata: Item = {"row_id": make_id("dataset-row", call.id), "call_direction": direction}
    if details.skip_reason is not None:
        metadata |= {"processing_skipped": True, "processing_skip_reason": details.skip_reason}
    return {
        "id": call.id,
        "phone_number": call.phone,
        "service_provider_call_id": details.provider_call_id,
        "status": call.status,
        "started_at": iso(call.started_at),
        "completed_at": iso(call.ended_at),
        "duration_seconds": call.duration,
        "recording_url": audio,
        "cost_cents": total,
        "call_metadata": metadata,
        "error_message": details.error,
        "scenario_name": call.scenario.name,
        "transcripts": turns,
        "created_at": iso(call.created_at),
        "updated_at": iso(call.updated_at),
        "provider_call_data": _provider_data(call, provider, audio, total),
        "stereo_recording_url": f"{details.recording}-stereo.wav" if audio and details.stereo else None,
        "ended_reason": details.ended_reason,
        "stt_cost_cents": stt,
        "llm_cost_cents": llm,
        "tts_cost_cents": tts,
        "overall_score": call.overall_score,
        "response_time_ms": call.response_time,
        "response_time_seconds": None if call.response_time is None else call.response_time / 1000,
        "assistant_id": make_id("assistant", version_id),
        "customer_number": details.customer_number,
        "call_type": f"{direction}PhoneCall" if voice and details.customer_number else None,
        "ended_at": iso(call.ended_at),
        "analysis_data": {"summary": details.summary or ""} if billed else None,
        "evaluation_data": _evaluation_data(call),
        "message_count": len(details.transcript),
        "transcript_available": bool(turns),
        "recording_available": audio is not None,
        "eval_outputs": stored_outputs(call),
        "error_localizer_tasks": [],
        "call_summary": details.summary,
        "agent_version": version_id,
        "customer_cost_cents": billed[0] if billed else None,
        "system_metrics": system_metrics(call) if billed else None,
        "cost_breakdown": billed[1] if billed else None,
        "customer_call_id": details.provider_call_id,
        "simulation_call_type": call.channel,
        "processing_skipped": details.skip_reason is not None,
        "processing_skip_reason": details.skip_reason,
    }


def _provider_data(call: Call, provider: str | None, audio: str | None, total: int) -> Item | None:
    if provider is None or audio is None or call.number % 3:
        return None
    known = {"id": f"{provider}-{call.id[:8]}", "recording": {"combined": audio}}
    return {provider: {**known, "costBreakdown": {"total": total / 100}}}


def _evaluation_data(call: Call) -> Item | None:
    if not call.details.tools:
        return None
    return {
        "tool_column_order": [
            {
                "id": tool["id"],
                "type": "tool_evaluation",
                "visible": True,
                "column_name": tool["name"],
                "eval_config": tool_config(tool["name"]),
            }
            for tool in call.details.tools
        ]
    }


def tool_config(name: str) -> Item:
    """Return what a tool's column says about the tool."""
    tool, _, index = name.partition(" #")
    return {
        "name": name,
        "tool_name": tool,
        "tool_index": int(index or 1),
        "eval_type_id": "tool_evaluation",
        "tool_call_id": f"call_{index or 1}",
    }
