"""Where in a call an eval failed: the server doesn't say, so the reason's words are looked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

import attrs

from futureagi_simulate.records import Turn

_WORD: Final = re.compile(r"[^\W\d_]{4,}|\d{2,}")
_EMPTY_WORDS: Final = frozenset(
    _WORD.findall(
        """
        about after agent agents already also although asked because been before being both call called caller
        conversation could customer customers does during from gave give given gives have into just made make
        more never only other over said same should some than that their them then there these they this
        through turn very wants was went were what when where which while with without would
        """
    )
)


@attrs.frozen
class FailingTurn:
    """The turn that a reason most likely speaks of: its index, and how it was found.

    "words": it shares the rarest words with the reason. "end": nothing is shared, so the agent's last turn.
    """

    index: int
    found_by: Literal["words", "end"]


def find_turn(reason: str | None, transcript: Sequence[Turn]) -> FailingTurn | None:
    """Find the turn of `transcript` that `reason` speaks of; None without a transcript.

    A word counts the more the fewer turns hold it. Between equals the agent's turn wins, for it is the agent
    that is judged, and then the later one.
    """
    if not transcript:
        return None
    spoken = [_words(turn.text) for turn in transcript]
    frequency = Counter(word for words in spoken for word in words)
    asked = _words(reason or "")

    def weight(index: int) -> tuple[float, bool, int]:
        shared = sum(1 / frequency[word] for word in sorted(spoken[index] & asked))
        return round(shared, 6), transcript[index].speaker == "agent", index

    best = max(range(len(transcript)), key=weight)
    if weight(best)[0] > 0:
        return FailingTurn(best, "words")
    agent = [index for index, turn in enumerate(transcript) if turn.speaker == "agent"]
    return FailingTurn(agent[-1] if agent else len(transcript) - 1, "end")


def around(index: int, transcript: Sequence[Turn], before: int = 1, after: int = 1) -> range:
    """Give the indexes of the turns to show around the one at `index`."""
    return range(max(index - before, 0), min(index + after + 1, len(transcript)))


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text.casefold()) if word not in _EMPTY_WORDS)
