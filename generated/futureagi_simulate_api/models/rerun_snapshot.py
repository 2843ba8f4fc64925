# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from typing import Any

from attrs import define

from ..types import UNSET, Model, UnsetType
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

    id: str | UnsetType = UNSET
    snapshot_timestamp: str | UnsetType = UNSET
    rerun_type: str | UnsetType = UNSET
    service_provider_call_id: str | None | UnsetType = UNSET
    status: CallStatus | None | UnsetType = UNSET
    started_at: str | None | UnsetType = UNSET
    completed_at: str | None | UnsetType = UNSET
    ended_at: str | None | UnsetType = UNSET
    duration_seconds: float | None | UnsetType = UNSET
    recording_url: str | None | UnsetType = UNSET
    stereo_recording_url: str | None | UnsetType = UNSET
    cost_cents: int | None | UnsetType = UNSET
    stt_cost_cents: int | None | UnsetType = UNSET
    llm_cost_cents: int | None | UnsetType = UNSET
    tts_cost_cents: int | None | UnsetType = UNSET
    call_summary: str | None | UnsetType = UNSET
    ended_reason: str | None | UnsetType = UNSET
    overall_score: float | None | UnsetType = UNSET
    response_time_ms: int | None | UnsetType = UNSET
    assistant_id: str | None | UnsetType = UNSET
    customer_number: str | None | UnsetType = UNSET
    call_type: ProviderCallType | None | UnsetType = UNSET
    message_count: int | None | UnsetType = UNSET
    transcript_available: bool | UnsetType = UNSET
    recording_available: bool | UnsetType = UNSET
    eval_outputs: dict[str, EvalOutput] | None | UnsetType = UNSET
    transcripts: list[TranscriptTurn] | UnsetType = UNSET
    analysis_data: dict[str, Any] | None | UnsetType = UNSET
    evaluation_data: dict[str, Any] | None | UnsetType = UNSET
    provider_call_data: dict[str, Any] | None | UnsetType = UNSET
    avg_agent_latency_ms: int | None | UnsetType = UNSET
    user_interruption_count: int | None | UnsetType = UNSET
    user_interruption_rate: float | None | UnsetType = UNSET
    user_wpm: float | None | UnsetType = UNSET
    bot_wpm: float | None | UnsetType = UNSET
    talk_ratio: float | None | UnsetType = UNSET
    ai_interruption_count: int | None | UnsetType = UNSET
    ai_interruption_rate: float | None | UnsetType = UNSET
    avg_stop_time_after_interruption_ms: int | None | UnsetType = UNSET
    conversation_metrics_data: dict[str, Any] | None | UnsetType = UNSET

    def __attrs_pre_init__(self) -> None:
        self.id = self.snapshot_timestamp = self.rerun_type = UNSET
        self.service_provider_call_id = self.status = self.started_at = UNSET
        self.completed_at = self.ended_at = self.duration_seconds = UNSET
        self.recording_url = self.stereo_recording_url = self.cost_cents = UNSET
        self.stt_cost_cents = self.llm_cost_cents = self.tts_cost_cents = UNSET
        self.call_summary = self.ended_reason = self.overall_score = UNSET
        self.response_time_ms = self.assistant_id = self.customer_number = UNSET
        self.call_type = self.message_count = self.transcript_available = UNSET
        self.recording_available = self.eval_outputs = self.transcripts = UNSET
        self.analysis_data = self.evaluation_data = self.provider_call_data = UNSET
        self.avg_agent_latency_ms = self.user_interruption_count = self.user_interruption_rate = (
            UNSET
        )
        self.user_wpm = self.bot_wpm = self.talk_ratio = UNSET
        self.ai_interruption_count = self.ai_interruption_rate = (
            self.avg_stop_time_after_interruption_ms
        ) = UNSET
        self.conversation_metrics_data = UNSET
