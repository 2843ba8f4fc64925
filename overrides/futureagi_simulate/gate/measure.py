"""From what the server says about an eval to one number with its counts: what a gate compares."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

import attrs

from futureagi_simulate.gate.interval import wilson
from futureagi_simulate.records import EvalSummary

MeasureKind = Literal["pass rate", "average", "wanted share", "shares"]
"""What the number is; "shares": an eval with choices of which none was named as wanted; it has no number."""

_UNNAMED: Final = "(unnamed eval)"


@attrs.frozen
class Measure:
    """One eval of an execution as a number in percent.

    `value` is None while no call was judged. `hits` of `total` calls passed, or chose what is wanted; an
    average has no hits. `template` is the name of the eval this one is a part of, where that differs.
    """

    name: str
    kind: MeasureKind
    value: float | None
    hits: int | None = None
    total: int | None = None
    template: str | None = None
    parts: tuple[Measure, ...] = ()

    @property
    def interval(self) -> tuple[float, float] | None:
        """Give the 95 % interval of a rate, in percent; None for an average or unknown counts."""
        return wilson(self.hits, self.total) if self.hits is not None and self.total else None

    @property
    def is_rate(self) -> bool:
        """Say whether the number is a share of calls."""
        return self.kind in ("pass rate", "wanted share")


Wanted = Mapping[str, tuple[str, ...]]


def measures(evals: Sequence[EvalSummary], wanted: Wanted) -> tuple[Measure, ...]:
    """Measure every eval of an execution.

    The server sums up by template. A template of which one part was evaluated is one measure under the part's
    name, the name that calls use; one with several keeps its own number and has the parts' beside it.
    """
    return tuple(_measure(summary, wanted) for summary in evals)


def _measure(summary: EvalSummary, wanted: Wanted) -> Measure:
    name = summary.name or _UNNAMED
    parts = [_one(part, part.name or name, wanted, template=name) for part in summary.parts]
    evaluated = [part for part in parts if part.total != 0] or parts
    if len(evaluated) == 1:
        whole = evaluated[0]
        others = tuple(part for part in parts if part is not whole)
        return attrs.evolve(whole, template=None if whole.name == name else name, parts=others)
    return attrs.evolve(_one(summary, name, wanted), parts=tuple(parts))


def _one(summary: EvalSummary, name: str, wanted: Wanted, template: str | None = None) -> Measure:
    if summary.kind == "score":
        value = summary.average if summary.total != 0 else None
        return Measure(name, "average", value, total=summary.total, template=template)
    if summary.kind == "choices":
        good = _good_choices(wanted, name, template)
        if good is None:
            return Measure(name, "shares", None, total=summary.total, template=template)
        value = wanted_share(summary.choices, good) if summary.total != 0 else None
        hits = _hits(value, summary.total)
        return Measure(name, "wanted share", value, hits, summary.total, template)
    total = summary.total
    if total is None and summary.passed is not None and summary.failed is not None:
        total = summary.passed + summary.failed
    value = _pass_rate(summary, total) if total != 0 else None
    hits = summary.passed if summary.passed is not None else _hits(value, total)
    return Measure(name, "pass rate", value, hits, total, template)


def _pass_rate(summary: EvalSummary, total: int | None) -> float | None:
    """Take the server's rate, which is rounded to two decimals: what is shown is what is compared."""
    if summary.pass_rate is None and summary.passed is not None and total:
        return round(100 * summary.passed / total, 2)
    return summary.pass_rate


def _hits(value: float | None, total: int | None) -> int | None:
    return None if value is None or not total else min(round(value * total / 100), total)


def _good_choices(wanted: Wanted, name: str, template: str | None) -> tuple[str, ...] | None:
    folded = {key.casefold(): choices for key, choices in wanted.items()}
    return folded.get(name.casefold()) or folded.get((template or name).casefold())


def wanted_share(shares: Mapping[str, float], good: Sequence[str]) -> float:
    """Add up the shares of the answers that hold nothing but `good` choices.

    The server counts answers by their text, and that text may be a list or an object ("['calm', 'kind']").
    """
    accepted = {choice.casefold() for choice in good}
    return round(
        sum(
            share
            for answer, share in shares.items()
            if (said := choices_of(answer)) and all(choice.casefold() in accepted for choice in said)
        ),
        2,
    )


def folded(shares: Mapping[str, float]) -> dict[str, float]:
    """Add up the shares of answers that hold the same choices, whatever form the server printed them in."""
    sums: dict[str, float] = {}
    for answer, share in shares.items():
        said = ", ".join(choices_of(answer)) or answer
        sums[said] = sums.get(said, 0) + share
    return sums


def choices_of(answer: str) -> tuple[str, ...]:
    """Read the choices in an answer's text: a word, or a list or an object as Python prints it."""
    if answer[:1] not in ("[", "{", "("):
        return (answer,)
    try:
        value = ast.literal_eval(answer)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return (answer,)
    return tuple(_words(value))


def _words(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _words(value.get("choices", value.get("choice")))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _words(part)
    elif isinstance(value, str):
        yield value
