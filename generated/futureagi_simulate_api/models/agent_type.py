# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class AgentType(OpenEnum):
    """Kind of agent."""

    VOICE = "voice"
    TEXT = "text"
