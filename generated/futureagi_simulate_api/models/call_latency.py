# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Model


@define(kw_only=True)
class CallLatency(Model):
    """How fast the agent was in one call.

    Attributes:
        avg_agent_latency_ms: Mean time the agent took to answer, in milliseconds.
        response_time_ms: Response time of the agent in milliseconds.
    """

    avg_agent_latency_ms: int | None
    response_time_ms: int | None
