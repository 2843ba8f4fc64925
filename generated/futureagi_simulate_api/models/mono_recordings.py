# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Model


@define(kw_only=True)
class MonoRecordings(Model):
    """Recordings of an earlier attempt on one channel.

    Attributes:
        combined_url: Both speakers.
        customer_url: The customer alone. Only null was seen.
        assistant_url: The agent alone. Only null was seen.
    """

    combined_url: str | None = None
    customer_url: str | None = None
    assistant_url: str | None = None

    def __attrs_pre_init__(self) -> None:
        self.combined_url = self.customer_url = self.assistant_url = None
