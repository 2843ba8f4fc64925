# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model
from .chat_role import ChatRole


@define(kw_only=True)
class ChatMessage(Model):
    """A message of a text call.

    Attributes:
        role: Who writes.
        content: What is written.
    """

    role: ChatRole | Absent = None
    content: str | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.role = self.content = None
