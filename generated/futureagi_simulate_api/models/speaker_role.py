# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class SpeakerRole(OpenEnum):
    """Who speaks in a turn of a voice call. `assistant` is the agent under test."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL_CALLS = "tool_calls"
    TOOL_CALL_RESULT = "tool_call_result"
    UNKNOWN = "unknown"
