# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Model
from .call_cost import CallCost
from .call_latency import CallLatency
from .call_status import CallStatus
from .eval_output import EvalOutput


@define(kw_only=True)
class CallRun(Model):
    """The record of one call. The documents show one that has ended; of one that has not, dates,
    duration, reason and costs are null.

    Attributes:
        call_execution_id: Id of the call execution.
        execution_id: Id of the test execution it belongs to.
        scenario_id: Id of the scenario that was played.
        scenario_name: Name of that scenario.
        status: Status of the call.
        started_at: When the call started. Null before that.
        completed_at: When the call was processed. Null before that.
        duration_seconds: Length of the call in seconds. Null until it has ended.
        ended_reason: Why the call ended, for instance `customer-ended-call`.
        call_summary: What happened, in a few generated sentences.
        eval_outputs: Output of each eval by the id of its configuration, in the stored form.
        latency: How fast the agent was.
        cost: What the call cost.
    """

    call_execution_id: str
    execution_id: str
    scenario_id: str
    scenario_name: str
    status: CallStatus
    started_at: str | None
    completed_at: str | None
    duration_seconds: float | None
    ended_reason: str | None
    call_summary: str | None
    eval_outputs: dict[str, EvalOutput]
    latency: CallLatency
    cost: CallCost
