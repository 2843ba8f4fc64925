# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model
from .eval_output_type import EvalOutputType
from .eval_status import EvalStatus


@define(kw_only=True)
class ToolOutput(Model):
    """Result of the check of one tool call.

    Attributes:
        name: Name of the tool with the number of the call, for instance `lookup_order #1`.
        type: What the check puts out.
        error: Whether the check failed.
        value: `Passed` or `Failed`; empty when the check failed.
        reason: Why the check came to this result.
        status: How far the check is.
    """

    name: str | Absent = None
    type: EvalOutputType | Absent = None
    error: bool | Absent = None
    value: str | Absent = None
    reason: str | Absent = None
    status: EvalStatus | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.name = self.type = self.error = None
        self.value = self.reason = self.status = None
