# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class TestExecutionStatusFilter(OpenEnum):
    """Status of an execution as the listing is documented to send it and to take it as a filter."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
