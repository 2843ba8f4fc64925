# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class ExplanationStatus(OpenEnum):
    """How far the explanation of failures is."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
