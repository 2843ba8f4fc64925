# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class FilterColumn(OpenEnum):
    """Column that a filter can look at. `timestamp` filters by the time of creation (observed),
    and equals then means the whole day."""

    STATUS = "status"
    TIMESTAMP = "timestamp"
    CALL_EXECUTION_ID = "call_execution_id"
    OVERALL_SCORE = "overall_score"
    RESPONSE_TIME = "response_time"
    CALL_TYPE = "call_type"
    SCENARIO = "scenario"
