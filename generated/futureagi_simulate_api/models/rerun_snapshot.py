# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from typing import Any

from attrs import define

from ..types import Absent, Model
from .call_status import CallStatus
from .eval_output import EvalOutput
from .provider_call_type import ProviderCallType
from .transcript_turn import TranscriptTurn


@define(kw_only=True)
class RerunSnapshot(Model):
    """A kept earlier attempt of a call. Most fields are null for an attempt that was never made.

    Attributes:
        id: Id of the attempt.
        snapshot_timestamp: When the attempt was put aside.
        rerun_type: What was run again, for instance `call_and_eval`.
        service_provider_call_id: Id of the call at the provider.
        status: Status that the call had.
        started_at: When the attempt started.
        completed_at: When the attempt was processed.
        ended_at: When the conversation ended. Only null was seen.
        duration_seconds: Length of the attempt in seconds.
        recording_url: Recording of both speakers.
        stereo_recording_url: Recording with one speaker a channel. Only null was seen.
        cost_cents: Cost of the attempt in cents. Only null was seen.
        stt_cost_cents: Cost of speech recognition in cents. Only null was seen.
        llm_cost_cents: Cost of the language model in cents. Only null was seen.
        tts_cost_cents: Cost of speech synthesis in cents. Only null was seen.
        call_summary: What happened, in a few generated sentences.
        ended_reason: Why the attempt ended.
        overall_score: Aggregate of the evals, 0 to 100.
        response_time_ms: Response time of the agent in milliseconds.
        assistant_id: Id of the agent at the provider. Only null was seen.
        customer_number: Phone number of the simulated customer.
        call_type: The provider's word for the direction of the call. Only null was seen.
        message_count: Number of turns. Only null was seen.
        transcript_available: Whether a transcript was kept.
        recording_available: Whether a recording was kept.
        eval_outputs: Output of each eval by the id of its configuration, in the stored form.
        transcripts: The turns in order.
        analysis_data: What the provider's analysis found. Only null was seen.
        evaluation_data: What tool checks left. Only null was seen.
        provider_call_data: What the provider reported about the call. Only null was seen.
        avg_agent_latency_ms: Mean time the agent took to answer, in milliseconds.
        user_interruption_count: Number of times the customer interrupted the agent. Only null
            was seen.
        user_interruption_rate: Interruptions by the customer per minute. Only null was seen.
        user_wpm: How fast the customer spoke, in words per minute. Only null was seen.
        bot_wpm: How fast the agent spoke, in words per minute. Only null was seen.
        talk_ratio: Ratio of the agent's talking time to the customer's. Only null was seen.
        ai_interruption_count: Number of times the agent interrupted the customer. Only null was
            seen.
        ai_interruption_rate: Interruptions by the agent per minute. Only null was seen.
        avg_stop_time_after_interruption_ms: Mean time the agent took to fall silent when
            interrupted, in milliseconds. Only null was seen.
        conversation_metrics_data: Further metrics of the conversation. Only null was seen.
    """

    id: str | Absent = None
    snapshot_timestamp: str | Absent = None
    rerun_type: str | Absent = None
    service_provider_call_id: str | None = None
    status: CallStatus | None = None
    started_at: str | None = None
    completed_at: str | None = None
    ended_at: str | None = None
    duration_seconds: float | None = None
    recording_url: str | None = None
    stereo_recording_url: str | None = None
    cost_cents: int | None = None
    stt_cost_cents: int | None = None
    llm_cost_cents: int | None = None
    tts_cost_cents: int | None = None
    call_summary: str | None = None
    ended_reason: str | None = None
    overall_score: float | None = None
    response_time_ms: int | None = None
    assistant_id: str | None = None
    customer_number: str | None = None
    call_type: ProviderCallType | None = None
    message_count: int | None = None
    transcript_available: bool | Absent = None
    recording_available: bool | Absent = None
    eval_outputs: dict[str, EvalOutput] | None = None
    transcripts: list[TranscriptTurn] | Absent = None
    analysis_data: dict[str, Any] | None = None
    evaluation_data: dict[str, Any] | None = None
    provider_call_data: dict[str, Any] | None = None
    avg_agent_latency_ms: int | None = None
    user_interruption_count: int | None = None
    user_interruption_rate: float | None = None
    user_wpm: float | None = None
    bot_wpm: float | None = None
    talk_ratio: float | None = None
    ai_interruption_count: int | None = None
    ai_interruption_rate: float | None = None
    avg_stop_time_after_interruption_ms: int | None = None
    conversation_metrics_data: dict[str, Any] | None = None

    def __attrs_pre_init__(self) -> None:
        self.id = self.snapshot_timestamp = self.rerun_type = None
        self.service_provider_call_id = self.status = self.started_at = None
        self.completed_at = self.ended_at = self.duration_seconds = None
        self.recording_url = self.stereo_recording_url = self.cost_cents = None
        self.stt_cost_cents = self.llm_cost_cents = self.tts_cost_cents = None
        self.call_summary = self.ended_reason = self.overall_score = None
        self.response_time_ms = self.assistant_id = self.customer_number = None
        self.call_type = self.message_count = self.transcript_available = None
        self.recording_available = self.eval_outputs = self.transcripts = None
        self.analysis_data = self.evaluation_data = self.provider_call_data = None
        self.avg_agent_latency_ms = self.user_interruption_count = self.user_interruption_rate = (
            None
        )
        self.user_wpm = self.bot_wpm = self.talk_ratio = None
        self.ai_interruption_count = self.ai_interruption_rate = (
            self.avg_stop_time_after_interruption_ms
        ) = None
        self.conversation_metrics_data = None
