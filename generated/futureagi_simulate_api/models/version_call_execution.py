# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from typing import Any

from attrs import define

from ..types import Absent, Model
from .call_status import CallStatus
from .call_type import CallType
from .eval_metric import EvalMetric
from .eval_output import EvalOutput
from .provider_call_type import ProviderCallType
from .scenario_column import ScenarioColumn
from .transcript_turn import TranscriptTurn


@define(kw_only=True)
class VersionCallExecution(Model):
    """A completed call of an agent version. Several documented fields have another name in what
    was observed.

    Attributes:
        id: Id of the call execution.
        service_provider_call_id: Id of the call at the provider. Null when there is none.
        status: Status of the call; `completed` for all that are returned.
        overall_score: Aggregate of the evals, 0 to 100. Null until they have run.
        eval_outputs: Output of each eval by the id of its configuration. Observed, in the
            stored form; an eval that has not run yet is `{"status": "pending"}`.
        call_summary: What happened, in a few generated sentences. Null when none was generated.
        ended_reason: Why the call ended, for instance `customer-ended-call` or
            `silence-timed-out`.
        created_at: When the call was created.
        session_id: Session that the caller named. Null when there is none.
        duration: Length of the call in seconds; observed as `duration_seconds`. Null when not
            recorded.
        start_time: When the call started; observed as `started_at`.
        transcript: The turns in order; observed as `transcripts`.
        scenario: Name of the scenario that was played; observed as `scenario_name`.
        eval_metrics: Values by the name of the metric. Null when there is none.
        scenario_columns: What the scenario's dataset says about this call, by the name of the
            column.
        customer_name: Name of the simulated customer. Null when there is none.
        phone_number: Phone number of the agent under test.
        started_at: When the call started.
        completed_at: When the call was processed.
        ended_at: When the conversation ended.
        updated_at: When the call was last changed; the order of the listing.
        duration_seconds: Length of the call in seconds. Null for a text call.
        recording_url: Recording of both speakers.
        stereo_recording_url: Recording with one speaker a channel.
        cost_cents: Cost of the simulated customer's side in cents.
        stt_cost_cents: Cost of speech recognition in cents.
        llm_cost_cents: Cost of the language model in cents.
        tts_cost_cents: Cost of speech synthesis in cents.
        customer_cost_cents: Cost of the tested agent's side in cents, as its provider reports
            it.
        cost_breakdown: Parts of the tested agent's cost, as its provider reports them.
        system_metrics: Latencies of the tested agent, as its provider reports them.
        call_metadata: How the call was set up, for instance its direction and its dataset row.
        error_message: Why the call failed. Only null was seen.
        scenario_name: Name of the scenario that was played.
        transcripts: The turns in order. Empty for text calls.
        provider_call_data: What the provider reported about the call, by the provider's name.
        response_time_ms: Response time of the agent in milliseconds.
        response_time_seconds: Response time of the agent in seconds.
        assistant_id: Id of the agent at the provider. Null when there is none.
        customer_number: Phone number of the simulated customer.
        call_type: The provider's word for the direction of the call.
        analysis_data: What the provider's analysis found.
        evaluation_data: What tool checks left, for instance their columns.
        message_count: Number of turns. Null for a text call.
        transcript_available: Whether there is a transcript.
        recording_available: Whether there is a recording.
        error_localizer_tasks: Tasks that look for the cause of an error. Only empty lists were
            seen.
        agent_version: Id of the agent version.
        customer_call_id: Id of the call at the tested agent's provider.
        simulation_call_type: Whether the call was spoken or typed.
        processing_skipped: Whether metrics and evals were skipped.
        processing_skip_reason: Why they were skipped. Null when they were not.
    """

    id: str
    service_provider_call_id: str | None
    status: CallStatus
    overall_score: float | None
    eval_outputs: dict[str, EvalOutput]
    call_summary: str | None
    ended_reason: str | None
    created_at: str
    session_id: str | None = None
    duration: float | None = None
    start_time: str | Absent = None
    transcript: list[TranscriptTurn] | Absent = None
    scenario: str | Absent = None
    eval_metrics: dict[str, EvalMetric | float | str | bool | list[str] | None] | None = None
    scenario_columns: dict[str, ScenarioColumn] | Absent = None
    customer_name: str | None = None
    phone_number: str | None = None
    started_at: str | Absent = None
    completed_at: str | Absent = None
    ended_at: str | Absent = None
    updated_at: str | Absent = None
    duration_seconds: float | None = None
    recording_url: str | None = None
    stereo_recording_url: str | None = None
    cost_cents: int | Absent = None
    stt_cost_cents: int | Absent = None
    llm_cost_cents: int | Absent = None
    tts_cost_cents: int | Absent = None
    customer_cost_cents: int | None = None
    cost_breakdown: dict[str, Any] | None = None
    system_metrics: dict[str, Any] | None = None
    call_metadata: dict[str, Any] | Absent = None
    error_message: str | None = None
    scenario_name: str | Absent = None
    transcripts: list[TranscriptTurn] | Absent = None
    provider_call_data: dict[str, Any] | None = None
    response_time_ms: int | None = None
    response_time_seconds: float | None = None
    assistant_id: str | None = None
    customer_number: str | None = None
    call_type: ProviderCallType | None = None
    analysis_data: dict[str, Any] | None = None
    evaluation_data: dict[str, Any] | None = None
    message_count: int | None = None
    transcript_available: bool | Absent = None
    recording_available: bool | Absent = None
    error_localizer_tasks: list[Any] | Absent = None
    agent_version: str | Absent = None
    customer_call_id: str | None = None
    simulation_call_type: CallType | Absent = None
    processing_skipped: bool | Absent = None
    processing_skip_reason: str | None = None

    def __attrs_pre_init__(self) -> None:
        self.session_id = self.duration = self.start_time = None
        self.transcript = self.scenario = self.eval_metrics = None
        self.scenario_columns = self.customer_name = self.phone_number = None
        self.started_at = self.completed_at = self.ended_at = None
        self.updated_at = self.duration_seconds = self.recording_url = None
        self.stereo_recording_url = self.cost_cents = self.stt_cost_cents = None
        self.llm_cost_cents = self.tts_cost_cents = self.customer_cost_cents = None
        self.cost_breakdown = self.system_metrics = self.call_metadata = None
        self.error_message = self.scenario_name = self.transcripts = None
        self.provider_call_data = self.response_time_ms = self.response_time_seconds = None
        self.assistant_id = self.customer_number = self.call_type = None
        self.analysis_data = self.evaluation_data = self.message_count = None
        self.transcript_available = self.recording_available = self.error_localizer_tasks = None
        self.agent_version = self.customer_call_id = self.simulation_call_type = None
        self.processing_skipped = self.processing_skip_reason = None
