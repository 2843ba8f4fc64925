# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from typing import Any

from attrs import define

from ..types import Absent, Model
from .eval_output_type import EvalOutputType
from .eval_status import EvalStatus


@define(kw_only=True)
class EvalOutput(Model):
    """Output of one eval for one call, in one of two forms. The stored form has `output` and
    `output_type`; the displayed form, which the call listings send, has `value` and `type`. An
    eval that has not run is `{}` in the displayed form and `{"status": "pending"}` in the
    stored one.

    Attributes:
        name: Name of the eval.
        output: The output; stored form.
        output_type: What the eval puts out; stored form. Observed, null when the eval was
            skipped.
        reason: Why the eval came to this output; an empty text when it does not say.
        value: The output; displayed form.
        type: What the eval puts out; displayed form. Null when the eval was skipped.
        status: How far the eval is. In the stored form only of some writers, and when it has
            not completed.
        skipped: Whether the eval was skipped.
        error: Whether the eval failed (displayed form), or the word `error` when it did (stored
            form).
        timestamp: When the eval failed; stored form.
    """

    name: str | Absent = None
    output: str | bool | float | list[str] | dict[str, Any] | None = None
    output_type: EvalOutputType | None = None
    reason: str | Absent = None
    value: str | bool | float | list[str] | dict[str, Any] | None = None
    type: EvalOutputType | None = None
    status: EvalStatus | Absent = None
    skipped: bool | Absent = None
    error: bool | str | Absent = None
    timestamp: str | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.name = self.output = self.output_type = None
        self.reason = self.value = self.type = None
        self.status = self.skipped = self.error = None
        self.timestamp = None
