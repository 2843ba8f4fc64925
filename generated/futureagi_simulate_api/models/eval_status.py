# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class EvalStatus(OpenEnum):
    """How far an eval or a check of a tool call is. Several parts of the server write it, some in
    lower case and some in title case: compare it in one case."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    ERROR = "error"
    FAILED = "failed"
    PENDING_TITLE = "Pending"
    RUNNING_TITLE = "Running"
    COMPLETED_TITLE = "Completed"
    SKIPPED_TITLE = "Skipped"
    ERROR_TITLE = "Error"
    FAILED_TITLE = "Failed"
