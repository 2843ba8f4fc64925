# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class CallStatus(OpenEnum):
    """Status of a call. It waits as `pending` and `queued`, is `ongoing`, is evaluated as
    `analyzing`, and ends as `completed`, `failed` or `cancelled`."""

    PENDING = "pending"
    QUEUED = "queued"
    ONGOING = "ongoing"
    COMPLETED = "completed"
    FAILED = "failed"
    ANALYZING = "analyzing"
    CANCELLED = "cancelled"
