# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from typing import Any

from attrs import define

from ..types import Absent, Model
from .eval_output_type import EvalOutputType
from .eval_status import EvalStatus


@define(kw_only=True)
class EvalMetric(Model):
    """Output of one eval as the results grid shows it; `{}` for an eval that has not run.

    Attributes:
        id: Id of the eval configuration.
        name: Name of the eval.
        value: The output.
        reason: Why the eval came to this output.
        type: What the eval puts out. Null when the eval was skipped.
        template_type: Kind of eval template, for instance `single`; null in the calls of a run
            test.
        visible: Whether the grid shows it.
        error: Whether the eval failed.
        status: How far the eval is.
        skipped: Whether the eval was skipped.
        error_localizer: Whether the cause of a failure is looked for.
    """

    id: str | Absent = None
    name: str | Absent = None
    value: str | bool | float | list[str] | dict[str, Any] | None = None
    reason: str | Absent = None
    type: EvalOutputType | None = None
    template_type: str | None = None
    visible: bool | Absent = None
    error: bool | Absent = None
    status: EvalStatus | Absent = None
    skipped: bool | Absent = None
    error_localizer: bool | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.id = self.name = self.value = None
        self.reason = self.type = self.template_type = None
        self.visible = self.error = self.status = None
        self.skipped = self.error_localizer = None
