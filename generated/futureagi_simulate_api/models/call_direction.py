# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class CallDirection(OpenEnum):
    """Direction of a call, seen from the agent under test."""

    INBOUND = "Inbound"
    OUTBOUND = "Outbound"
