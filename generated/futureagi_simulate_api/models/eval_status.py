# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class EvalStatus(OpenEnum):
    """How far an eval or a check of a tool call is."""

    PENDING = "pending"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    ERROR = "error"
    FAILED = "failed"
