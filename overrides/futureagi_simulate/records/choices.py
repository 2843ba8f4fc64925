"""Shares of choices: told apart by answer ("['calm', 'kind']") or by word, they come out alike."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Final

from futureagi_simulate.records.model import AnswerShare

_PRINTED: Final = re.compile(
    r"""(?=[\[{(]) (?: [\[\]{}(),:\s] | None | True | False | -?[\d.]++(?:e[-+]?\d++)?
    | '(?:[^'\\\n]|\\[\\'nrtxuU])*+' | "(?:[^"\\\n]|\\[\\'nrtxuU])*+" )++""",
    re.VERBOSE,
)
"""What Python may print for a list or an object: only such a text is read, since reading others can warn."""


def word_shares(answers: tuple[AnswerShare, ...], total: int | None) -> dict[str, float]:
    """Give each word's share of the answers that hold it, in percent, by word.

    Where the calls of each share are known they are counted, so that rounded shares aren't summed.
    """
    said = sorted({word for answer in answers for word in answer.choices})
    return {word: _share([one for one in answers if word in one.choices], total) for word in said}


def _share(answers: list[AnswerShare], total: int | None) -> float:
    calls = [answer.calls for answer in answers if answer.calls is not None]
    if total and len(calls) == len(answers):
        return round(100 * sum(calls) / total, 2)
    return round(sum(answer.percent for answer in answers), 2)


def answer_shares(shares: Mapping[str, float], total: int | None) -> tuple[AnswerShare, ...]:
    """Read the shares as a server sends them, and add up those of answers that hold the same words."""
    sums: dict[tuple[str, ...], float] = {}
    for text, share in shares.items():
        said = choices_of(text)
        sums[said] = sums.get(said, 0) + share
    return tuple(
        AnswerShare(said, round(share, 2), None if total is None else round(share * total / 100))
        for said, share in sorted(sums.items())
    )


def overlap(answers: tuple[AnswerShare, ...]) -> bool:
    """Say whether these are shares of words, of which one answer can hold several: they exceed 100 %.

    Each may have been rounded up by a hundredth.
    """
    return sum(answer.percent for answer in answers) > 100 + 0.01 * len(answers)


def choices_of(answer: str) -> tuple[str, ...]:
    """Read the choices in an answer's text: a list or an object as Python prints it, else the text is one."""
    if not _PRINTED.fullmatch(answer):
        return (answer,)
    try:
        value = ast.literal_eval(answer)
        return tuple(_words(value)) if isinstance(value, list | tuple | dict) else (answer,)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return (answer,)


def _words(value: object) -> Iterator[str]:
    """Walk the words in a list or an object of choices; raise where it holds anything else."""
    match value:
        case {"choices": held} | {"choice": held}:
            yield from _words(held)
        case list() | tuple():
            for part in value:
                yield from _words(part)
        case str():
            value.encode()  # half of a surrogate pair is a ValueError: it could be written nowhere
            yield value
        case None:
            pass
        case dict() if not value:
            pass
        case _:
            raise TypeError
