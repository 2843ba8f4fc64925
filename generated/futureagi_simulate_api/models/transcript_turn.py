# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model
from .chat_message import ChatMessage
from .chat_role import ChatRole
from .speaker_role import SpeakerRole
from .tool_call import ToolCall


@define(kw_only=True)
class TranscriptTurn(Model):
    """A turn of a transcript. Voice calls have `speaker_role`, `content` and times; text calls
    have `role`, `messages`, `tool_calls` and `content` as a list; earlier attempts have five
    fields of a voice turn as it was stored, without `id` and without seconds. Tool calls and
    their results are turns of their own. The documents do not say what is in a turn.

    Attributes:
        id: Id of the turn. Missing in an earlier attempt.
        speaker_role: Who speaks, in a voice call. An earlier attempt has the role as the
            provider gave it: in inbound calls of Vapi the customer and the agent are the other way
            round there.
        role: Who writes, in a text call.
        content: What is said; in a text call, the messages with their roles.
        messages: The messages of the turn, in a text call.
        tool_calls: The tools that the agent called in the turn, in a text call.
        session_id: Session of a text call.
        start_time_ms: Start of the turn in milliseconds from the start of the call.
        start_time_seconds: Start of the turn in seconds from the start of the call.
        end_time_ms: End of the turn in milliseconds from the start of the call; 0 when unknown.
        end_time_seconds: End of the turn in seconds from the start of the call. Null when
            unknown.
        confidence_score: How sure the speech recognition is, 0 to 1.
        created_at: When the turn was stored.
    """

    id: str | Absent = None
    speaker_role: SpeakerRole | Absent = None
    role: ChatRole | Absent = None
    content: str | list[ChatMessage] | Absent = None
    messages: list[str] | Absent = None
    tool_calls: list[ToolCall] | Absent = None
    session_id: str | Absent = None
    start_time_ms: int | Absent = None
    start_time_seconds: float | Absent = None
    end_time_ms: int | Absent = None
    end_time_seconds: float | None = None
    confidence_score: float | Absent = None
    created_at: str | Absent = None

    def __attrs_pre_init__(self) -> None:
        self.id = self.speaker_role = self.role = None
        self.content = self.messages = self.tool_calls = None
        self.session_id = self.start_time_ms = self.start_time_seconds = None
        self.end_time_ms = self.end_time_seconds = self.confidence_score = None
        self.created_at = None
