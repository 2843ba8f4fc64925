# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from typing import Any

from attrs import define

from ..types import Absent, Model
from .call_status import CallStatus
from .call_type import CallType
from .eval_metric import EvalMetric
from .eval_output import EvalOutput
from .recordings import Recordings
from .scenario_column import ScenarioColumn
from .scenario_ref import ScenarioRef
from .tool_output import ToolOutput
from .transcript_turn import TranscriptTurn


@define(kw_only=True)
class CallExecution(Model):
    """A call of a run test, or, when `is_snapshot` is true, an earlier attempt of a call that was
    run again. Observed, the two are different shapes: an earlier attempt lacks about half of
    the fields, and its `status`, `call_type` and `eval_outputs` can be null.

    Attributes:
        id: Id of the call execution; of an earlier attempt, its own id.
        status: Status of the call. The reference page names no words. Observed, null for an
            attempt that was never made.
        duration: Length of the call in seconds. Null until it has ended.
        transcript: The turns in order. Empty when there is none.
        scenario: The scenario that was played. Documented as an object, null when it was
            deleted; observed, its name.
        scenario_id: Id of the scenario. Documented as null when it was deleted; observed, it is
            still there.
        overall_score: Aggregate of the evals, 0 to 100. Null until they have run.
        eval_outputs: Output of each eval by the id of its configuration. Documented as null
            before the evals have run; observed, `{}` then, and null only for earlier attempts,
            which have the stored form.
        eval_metrics: Documented, values by the name of the metric, null when there is none;
            observed, displayable outputs by the id of the eval configuration, `{}` when there is
            none.
        customer_name: Name of the simulated customer. Observed, the customer's phone number.
        call_summary: What happened, in a few generated sentences.
        ended_reason: Why the call ended: documented, for instance `completed`, `timeout` or
            `error`; observed, the words of the provider, for instance `customer-ended-call` or
            `silence-timed-out`.
        avg_agent_latency: Mean time the agent took to answer, in seconds (documented) or
            milliseconds (observed).
        is_snapshot: Whether this is a kept earlier attempt of a call that was run again.
        rerun_type: What was run again, for instance `call_and_eval`. Null for a call itself.
        session_id: Session that the caller named, for matching with other systems. Observed,
            always null.
        start_time: When the call started. Null before that.
        call_type: Direction of the call; of an earlier attempt, the provider's word for it, or
            null.
        created_at: When the call was created. Observed, missing; `timestamp` holds another
            time.
        error_localizer_tasks: Tasks that look for the cause of an error; on earlier attempts
            only, and always empty there.
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
    status: CallStatus | None
    duration: float | None
    transcript: list[TranscriptTurn]
    scenario: ScenarioRef | str | None
    scenario_id: str | None
    overall_score: float | None
    eval_outputs: dict[str, EvalOutput] | None
    eval_metrics: dict[str, EvalMetric | float | str | bool | list[str] | None] | None
    customer_name: str | None
    call_summary: str | None
    ended_reason: str | None
    avg_agent_latency: float | None
    is_snapshot: bool
    rerun_type: str | None
    session_id: str | None = None
    start_time: str | None = None
    call_type: str | None = None
    created_at: str | Absent = None
    error_localizer_tasks: list[Any] | Absent = None
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
        self.session_id = self.start_time = self.call_type = None
        self.created_at = self.error_localizer_tasks = self.timestamp = None
        self.test_execution_id = self.service_provider_call_id = self.customer_call_id = None
        self.simulation_call_type = self.provider = self.phone_number = None
        self.simulator_agent_id = self.simulator_agent_name = self.agent_definition_used_id = None
        self.agent_definition_used_name = self.scenario_columns = self.scenario_graph = None
        self.scenario_graph_id = self.snapshot_timestamp = self.original_call_execution_id = None
        self.processing_skipped = self.processing_skip_reason = self.audio_url = None
        self.recordings = self.tool_outputs = self.duration_seconds = None
        self.response_time = self.response_time_ms = self.avg_agent_latency_ms = None
        self.avg_latency_ms = self.user_interruption_count = self.user_interruption_rate = None
        self.ai_interruption_count = self.ai_interruption_rate = (
            self.avg_stop_time_after_interruption
        ) = None
        self.user_wpm = self.bot_wpm = self.talk_ratio = None
        self.agent_talk_percentage = self.turn_count = self.total_tokens = None
        self.input_tokens = self.output_tokens = self.csat_score = None
        self.cost_cents = self.customer_cost_cents = self.customer_cost_breakdown = None
        self.customer_latency_metrics = None
