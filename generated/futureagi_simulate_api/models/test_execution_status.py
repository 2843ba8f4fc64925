# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class TestExecutionStatus(OpenEnum):
    """Status of an execution, in lower case. `evaluating` means that the calls are over and evals
    still run."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CANCELLING = "cancelling"
    EVALUATING = "evaluating"
