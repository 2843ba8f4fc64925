"""From what the server says about an eval to one number with its counts: what a gate compares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

import attrs

from futureagi_simulate.gate.interval import wilson
from futureagi_simulate.gate.wanted import wanted_share
from futureagi_simulate.records import EvalSummary

MeasureKind = Literal["pass rate", "average", "wanted share", "shares"]
"""What the number is; "shares": an eval with choices of which none was named as wanted; it has no number."""

_UNNAMED: Final = "(unnamed eval)"


@attrs.frozen
class Measure:
    """One eval of an execution as a number in percent.

    `value` is None while no call was judged. `hits` of `total` calls passed, or chose what is wanted; an
    average has no hits. `template` is the name of the eval this one is a part of, where that differs. `most`
    is set where the server's shares don't tell how many chose well: `hits` is then the least it can be.
    """

    name: str
    kind: MeasureKind
    value: float | None
    hits: int | None = None
    total: int | None = None
    template: str | None = None
    parts: tuple[Measure, ...] = ()
    most: int | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Give the 95 % interval of a rate, in percent; None for an average or unknown counts."""
        return wilson(self.hits, self.total) if self.hits is not None and self.total else None

    def is_called(self, name: str) -> bool:
        """Say whether `name`, in any case, is this eval's name or that of its template."""
        return name.casefold() in (self.name.casefold(), (self.template or self.name).casefold())

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


def with_parts(measures: Iterable[Measure]) -> Iterator[Measure]:
    """Walk measures and their parts."""
    for measure in measures:
        yield measure
        yield from measure.parts


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
        if summary.total == 0:
            return Measure(name, "wanted share", None, None, 0, template)
        share = wanted_share(summary, good)
        return Measure(
            name, "wanted share", share.value, share.hits, summary.total, template, most=share.most_hits
        )
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
