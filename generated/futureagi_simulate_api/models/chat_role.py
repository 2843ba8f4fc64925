# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class ChatRole(OpenEnum):
    """Who writes in a turn of a text call."""

    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
