# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from typing import Any

from attrs import define

from ..types import Absent, Model
from .call_direction import CallDirection
from .call_status import CallStatus
from .call_type import CallType
from .eval_metric import EvalMetric
from .eval_output import EvalOutput
from .recordings import Recordings
from .rerun_snapshot import RerunSnapshot
from .scenario_column import ScenarioColumn
from .tool_output import ToolOutput
from .transcript_turn import TranscriptTurn


@define(kw_only=True)
class TestExecutionCall(Model):
    """A call of an execution. The documents give `duration` and `overall_score` no null, and do
    not say what is there until the call has ended and the evals have run.

    Attributes:
        id: Id of the call execution.
        status: Status of the call.
        transcript: The turns in order. Observed, always empty here.
        eval_outputs: Output of each eval by the id of its configuration. Observed, in the
            displayed form.
        scenario: Name of the scenario that was played.
        duration: Length of the call in seconds. Observed, null until it has ended.
        overall_score: Aggregate of the evals, 0 to 100. Observed, null until they have run.
        created_at: When the call was created. Observed, missing; `timestamp` holds another
            time.
        session_id: Session that the caller named, for matching with other systems.
        start_time: When the call started. Null before that.
        scenario_id: Id of the scenario that was played.
        eval_metrics: Displayable output of each eval by the id of its configuration.
        customer_name: The customer's phone number.
        call_summary: What happened, in a few generated sentences.
        ended_reason: Why the call ended, for instance `customer-ended-call`,
            `silence-timed-out` or `error`.
        call_type: Direction of the call.
        avg_agent_latency: Mean time the agent took to answer, in milliseconds.
        is_snapshot: Always false here; earlier attempts are in `rerun_snapshots`.
        rerun_type: Always null here; see `rerun_snapshots`.
        rerun_snapshots: Kept earlier attempts of this call, latest first. Empty when it was
            never run again.
        timestamp: When the call was last changed; the order of the listing. Of an earlier
            attempt, when it was put aside.
        test_execution_id: Id of the test execution it belongs to.
        service_provider_call_id: Id of the call at the provider.
        customer_call_id: Id of the call at the tested agent's provider.
        simulation_call_type: Whether the call was spoken or typed.
        provider: Provider of the tested agent, for instance `vapi`.
        phone_number: Phone number of the agent under test.
        simulator_agent_id: Id of the agent that played the customer. Missing when it is gone.
        simulator_agent_name: Name of the agent that played the customer. Missing when it is
            gone.
        agent_definition_used_id: Id of the agent under test. Missing when it is gone.
        agent_definition_used_name: Name of the agent under test. Missing when it is gone.
        scenario_columns: What the scenario's dataset says about this call, by the name of the
            column.
        scenario_graph: The course of the scenario as nodes and edges; `{}` when it has none.
        scenario_graph_id: Id of that graph.
        snapshot_timestamp: When an earlier attempt was put aside. Null for a call itself.
        original_call_execution_id: Of an earlier attempt, the id of the call that replaced it.
            Null for a call itself.
        processing_skipped: Whether metrics and evals were skipped.
        processing_skip_reason: Why they were skipped. Null when they were not.
        audio_url: Recording of both speakers.
        recordings: Recordings by kind; `{}` when there is none, and always in the calls of an
            execution.
        tool_outputs: Results of the checks of tool calls. Null when there was none.
        duration_seconds: Length of the call in whole seconds. Null when unknown, for a text
            call also where `duration` has it.
        response_time: Response time of the agent in seconds; of an earlier attempt, in
            milliseconds.
        response_time_ms: Response time of the agent in milliseconds.
        avg_agent_latency_ms: Mean time the agent took to answer, in milliseconds.
        avg_latency_ms: Mean latency of a text call in milliseconds. Null for a voice call.
        user_interruption_count: Number of times the customer interrupted the agent.
        user_interruption_rate: Interruptions by the customer per minute.
        ai_interruption_count: Number of times the agent interrupted the customer.
        ai_interruption_rate: Interruptions by the agent per minute.
        avg_stop_time_after_interruption: Mean time the agent took to fall silent when
            interrupted, in milliseconds.
        user_wpm: How fast the customer spoke, in words per minute.
        bot_wpm: How fast the agent spoke, in words per minute.
        talk_ratio: Ratio of the agent's talking time to the customer's.
        agent_talk_percentage: Share of the talking time that was the agent's, in percent (0 to
            100).
        turn_count: Number of turns.
        total_tokens: Number of tokens of a text call. Null for a voice call.
        input_tokens: Number of tokens that a text call took in.
        output_tokens: Number of tokens that a text call put out.
        csat_score: Customer satisfaction of a text call, in points.
        cost_cents: Cost of the simulated customer's side in cents.
        customer_cost_cents: Cost of the tested agent's side in cents, as its provider reports
            it.
        customer_cost_breakdown: Parts of that cost, as the provider reports them.
        customer_latency_metrics: Latencies of the tested agent, as its provider reports them.
    """

    id: str
    status: CallStatus
    transcript: list[TranscriptTurn]
    eval_outputs: dict[str, EvalOutput]
    scenario: str
    duration: float | None = None
    overall_score: float | None = None
    created_at: str | Absent = None
    session_id: str | None = None
    start_time: str | None = None
    scenario_id: str | Absent = None
    eval_metrics: dict[str, EvalMetric | float | str | bool | list[str] | None] | Absent = None
    customer_name: str | None = None
    call_summary: str | None = None
    ended_reason: str | None = None
    call_type: CallDirection | None = None
    avg_agent_latency: float | None = None
    is_snapshot: bool | Absent = None
    rerun_type: str | None = None
    rerun_snapshots: list[RerunSnapshot] | Absent = None
    timestamp: str | Absent = None
    test_execution_id: str | Absent = None
    service_provider_call_id: str | None = None
    customer_call_id: str | None = None
    simulation_call_type: CallType | Absent = None
    provider: str | None = None
    phone_number: str | None = None
    simulator_agent_id: str | Absent = None
    simulator_agent_name: str | Absent = None
    agent_definition_used_id: str | Absent = None
    agent_definition_used_name: str | Absent = None
    scenario_columns: dict[str, ScenarioColumn] | Absent = None
    scenario_graph: dict[str, Any] | Absent = None
    scenario_graph_id: str | None = None
    snapshot_timestamp: str | None = None
    original_call_execution_id: str | None = None
    processing_skipped: bool | Absent = None
    processing_skip_reason: str | None = None
    audio_url: str | None = None
    recordings: Recordings | Absent = None
    tool_outputs: dict[str, ToolOutput] | None = None
    duration_seconds: int | None = None
    response_time: float | None = None
    response_time_ms: int | None = None
    avg_agent_latency_ms: int | None = None
    avg_latency_ms: int | None = None
    user_interruption_count: int | None = None
    user_interruption_rate: float | None = None
    ai_interruption_count: int | None = None
    ai_interruption_rate: float | None = None
    avg_stop_time_after_interruption: int | None = None
    user_wpm: float | None = None
    bot_wpm: float | None = None
    talk_ratio: float | None = None
    agent_talk_percentage: float | None = None
    turn_count: int | None = None
    total_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    csat_score: float | None = None
    cost_cents: int | None = None
    customer_cost_cents: int | None = None
    customer_cost_breakdown: dict[str, Any] | None = None
    customer_latency_metrics: dict[str, Any] | None = None

    def __attrs_pre_init__(self) -> None:
        self.duration = self.overall_score = self.created_at = None
        self.session_id = self.start_time = self.scenario_id = None
        self.eval_metrics = self.customer_name = self.call_summary = None
        self.ended_reason = self.call_type = self.avg_agent_latency = None
        self.is_snapshot = self.rerun_type = self.rerun_snapshots = None
        self.timestamp = self.test_execution_id = self.service_provider_call_id = None
        self.customer_call_id = self.simulation_call_type = self.provider = None
        self.phone_number = self.simulator_agent_id = self.simulator_agent_name = None
        self.agent_definition_used_id = self.agent_definition_used_name = self.scenario_columns = (
            None
        )
        self.scenario_graph = self.scenario_graph_id = self.snapshot_timestamp = None
        self.original_call_execution_id = self.processing_skipped = self.processing_skip_reason = (
            None
        )
        self.audio_url = self.recordings = self.tool_outputs = None
        self.duration_seconds = self.response_time = self.response_time_ms = None
        self.avg_agent_latency_ms = self.avg_latency_ms = self.user_interruption_count = None
        self.user_interruption_rate = self.ai_interruption_count = self.ai_interruption_rate = None
        self.avg_stop_time_after_interruption = self.user_wpm = self.bot_wpm = None
        self.talk_ratio = self.agent_talk_percentage = self.turn_count = None
        self.total_tokens = self.input_tokens = self.output_tokens = None
        self.csat_score = self.cost_cents = self.customer_cost_cents = None
        self.customer_cost_breakdown = self.customer_latency_metrics = None
