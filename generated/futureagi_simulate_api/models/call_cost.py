# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Model


@define(kw_only=True)
class CallCost(Model):
    """What one call cost.

    Attributes:
        total_cost_cents: Cost of the call in cents.
        stt_cost_cents: Cost of speech recognition in cents.
        llm_cost_cents: Cost of the language model in cents.
        tts_cost_cents: Cost of speech synthesis in cents.
    """

    total_cost_cents: int | None
    stt_cost_cents: int | None
    llm_cost_cents: int | None
    tts_cost_cents: int | None
