"""How many calls of an eval that answers with choices chose well, as far as the server's shares tell."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from futureagi_simulate.records import EvalSummary


@attrs.frozen
class WantedShare:
    """The share in percent, and of how many calls; `most_hits` where no more than a range is known."""

    value: float
    hits: int | None
    most_hits: int | None = None


def wanted_share(summary: EvalSummary, good: Sequence[str]) -> WantedShare:
    """Count the answers that hold nothing but `good` choices: one wrong word spoils an answer.

    With the shares of whole answers that is a sum. With those of words, an answer that holds a wrong one is
    among the answers of that word; at most all these are different answers, at least as many as the most
    frequent wrong word has. The least that can be good is what counts. Never more than all.
    """
    accepted = {choice.casefold() for choice in good}
    total = summary.total
    parts = 100.0 if total is None else float(total)
    if summary.answers:
        fits = [
            _part(answer.percent, total)
            for answer in summary.answers
            if answer.choices and all(choice.casefold() in accepted for choice in answer.choices)
        ]
        return _share(min(sum(fits), parts), None, total)
    calls = {word: _part(share, total) for word, share in summary.choices.items()}
    right = [count for word, count in calls.items() if word.casefold() in accepted]
    wrong = [count for word, count in calls.items() if word.casefold() not in accepted]
    least = min(sum(right), max(parts - sum(wrong), 0))
    most = min(sum(right), parts - max(wrong, default=0))
    return _share(least, most, total)


def _part(percent: float, total: int | None) -> float:
    """Turn a share into calls, where their number is known: the server's shares are rounded, calls aren't."""
    return percent if total is None else round(percent * total / 100)


def _share(least: float, most: float | None, total: int | None) -> WantedShare:
    if not total:
        return WantedShare(round(least, 2), None)
    return WantedShare(
        round(100 * least / total, 2),
        round(least),
        round(most) if most is not None and round(most) > round(least) else None,
    )
