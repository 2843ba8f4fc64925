# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
from __future__ import annotations

from attrs import define

from ..types import Absent, Model
from .mono_recordings import MonoRecordings


@define(kw_only=True)
class Recordings(Model):
    """Recordings of a call by kind. Earlier attempts have `mono` and `stereo_url`, calls the other
    four.

    Attributes:
        combined: Both speakers on one channel.
        stereo: One speaker a channel.
        assistant: The agent alone. Only null was seen.
        customer: The customer alone. Only null was seen.
        mono: Recordings on one channel, of an earlier attempt.
        stereo_url: One speaker a channel, of an earlier attempt. Only null was seen.
    """

    combined: str | Absent = None
    stereo: str | Absent = None
    assistant: str | None = None
    customer: str | None = None
    mono: MonoRecordings | Absent = None
    stereo_url: str | None = None

    def __attrs_pre_init__(self) -> None:
        self.combined = self.stereo = self.assistant = None
        self.customer = self.mono = self.stereo_url = None
