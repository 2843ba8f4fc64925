# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from ..types import OpenEnum


class ProviderCallType(OpenEnum):
    """A provider's word for the direction of a call."""

    INBOUNDPHONECALL = "inboundPhoneCall"
    OUTBOUNDPHONECALL = "outboundPhoneCall"
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    WEB = "web"
