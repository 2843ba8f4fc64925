# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class CallType(OpenEnum):
    """Whether a call is spoken or typed."""

    VOICE = "voice"
    TEXT = "text"
