"""Transcripts: turns of a voice call or a text chat, with the two sides named alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from futureagi_simulate.records.model import Turn
from futureagi_simulate.records.values import first, items, number, seconds, text, word

_SIDES: Final = {
    **dict.fromkeys(("agent", "assistant", "bot"), "agent"),
    **dict.fromkeys(("customer", "human", "simulator", "user"), "customer"),
}
_START: Final = ("start_time_seconds", "start_time"), "start_time_ms"
_END: Final = ("end_time_seconds", "end_time"), "end_time_ms"


def turns(value: object) -> tuple[Turn, ...]:
    """Read a transcript in the order sent.

    The words of the agent's side are assistant, bot and agent; those of the customer's side are user,
    customer, human and simulator. They are taken from the platform's point of view: for calls that the
    simulator places through Vapi the provider's own roles are the other way round (there the simulator is
    the "assistant"), but the server turns them before it answers, so nothing is turned here. Every other
    word (system, tool_calls, …) is kept.
    """
    return tuple(_turn(entry) for entry in items(value) if isinstance(entry, dict))


def _turn(entry: Mapping[str, Any]) -> Turn:
    spoken = word(first(entry, "speaker_role", "role", "speaker")) or ""
    return Turn(
        speaker=_SIDES.get(spoken, spoken),
        text=_text(first(entry, "messages", "content", "text", "message")),
        start_s=_time(entry, *_START),
        end_s=_time(entry, *_END),
    )


def _text(content: object) -> str:
    """Read what was said: a text, or a chat's list of texts or of `{"content": …}`."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        content = first(content, "content", "text")
    if isinstance(content, list):
        return "\n".join(part for part in map(_text, content) if part)
    return text(content) or ""


def _time(entry: Mapping[str, Any], in_seconds: tuple[str, ...], in_milliseconds: str) -> float | None:
    """Read a time in seconds; `…_ms` is 0 where `…_seconds` says null, so the latter goes first."""
    for key in in_seconds:
        if key in entry:
            return number(entry[key])
    return seconds(entry.get(in_milliseconds))
