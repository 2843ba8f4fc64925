# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Model
from .call_status import CallStatus
from .eval_output import EvalOutput


@define(kw_only=True)
class ExecutionRunCall(Model):
    """A call in the record of its execution.

    Attributes:
        call_execution_id: Id of the call execution.
        scenario_id: Id of the scenario that was played.
        scenario_name: Name of that scenario.
        status: Status of the call.
        duration_seconds: Length of the call in seconds. Null until it has ended.
        eval_outputs: Output of each eval by the id of its configuration, in the stored form.
    """

    call_execution_id: str
    scenario_id: str
    scenario_name: str
    status: CallStatus
    duration_seconds: float | None
    eval_outputs: dict[str, EvalOutput]
