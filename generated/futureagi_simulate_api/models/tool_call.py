# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model


@define(kw_only=True)
class ToolCall(Model):
    """A tool that the agent called in a text call.

    Attributes:
        id: Id that the agent gave the call.
        name: Name of the tool.
    """

    id: str | Absent = None
    name: str | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.id = self.name = None
