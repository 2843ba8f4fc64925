"""From what the server says about an eval to one number with its counts: what a gate compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import attrs

from futureagi_simulate.records import CallRecord, EvalSummary, ExecutionRecord
from futureagi_simulate_cli.gate.interval import wilson
from futureagi_simulate_cli.gate.missing import Missing, count_missing
from futureagi_simulate_cli.gate.plausible import find_problem
from futureagi_simulate_cli.gate.wanted import wanted_share

MeasureKind = Literal["pass rate", "average", "wanted share", "shares", "other"]
"""What the number is.

"shares" is an eval with choices of which none was named as wanted, "other" one of a type without a
percentage, such as "numeric": neither has a number.
"""

_UNNAMED: Final = "(unnamed eval)"


@attrs.frozen
class Measure:
    """One eval of an execution as a number in percent.

    `value` is None while no call was judged. `hits` of `total` calls passed, or chose what is wanted; an
    average has no hits. `template` is the name of the eval this one is a part of, where that differs. `most`
    is set where the server's shares don't tell how many chose well: `hits` is then the least it can be.
    `problem` says why the server's numbers can't be true. `pooled` is set for a template that sums up its
    `parts`; else these are evals beside this one that never ran. `ambiguous` is set where another eval of the
    execution has the same name. `missing` counts the calls without a result, for an eval of a known
    execution; a pooled template has none of its own.
    """

    name: str
    kind: MeasureKind
    value: float | None
    hits: int | None = None
    total: int | None = None
    template: str | None = None
    parts: tuple[Measure, ...] = ()
    most: int | None = None
    id: str | None = None
    problem: str | None = None
    pooled: bool = False
    ambiguous: bool = False
    missing: Missing | None = None

    @property
    def label(self) -> str:
        """Give the name, with the start of the id where another eval has the same name."""
        return f"{self.name} ({self.id[:8]})" if self.ambiguous and self.id else self.name

    @property
    def interval(self) -> tuple[float, float] | None:
        """Give the 95 % interval of a rate, in percent; None for an average, or counts that tell none."""
        if self.hits is None or not self.total or not 0 <= self.hits <= self.total:
            return None
        return wilson(self.hits, self.total)

    def is_called(self, name: str) -> bool:
        """Say whether `name`, in any case, is this eval's name or that of its template."""
        return name.casefold() in (self.name.casefold(), (self.template or self.name).casefold())

    @property
    def is_rate(self) -> bool:
        """Say whether the number is a share of calls."""
        return self.kind in ("pass rate", "wanted share")

    def evals(self) -> Iterator[Measure]:
        """Walk the evals behind this measure: itself, unless it is pooled, and its parts."""
        if not self.pooled:
            yield self
        yield from self.parts


Wanted = Mapping[str, tuple[str, ...]]


def measures(evals: Sequence[EvalSummary], wanted: Wanted) -> tuple[Measure, ...]:
    """Measure every eval of an execution.

    The server sums up by template. A template of which one part was evaluated is one measure under the part's
    name, the name that calls use; one with several keeps its own number and has the parts' beside it.
    """
    return tuple(_measure(summary, wanted) for summary in evals)


def measured(
    execution: ExecutionRecord, wanted: Wanted, calls: Sequence[CallRecord] = ()
) -> tuple[Measure, ...]:
    """Measure every eval of an execution, and count the calls without a result of each."""
    found = measures(execution.evals, wanted)
    names = Counter(measure.name.casefold() for measure in with_parts(found))

    def counted(measure: Measure) -> Measure:
        missing = None if measure.pooled else count_missing(measure, execution, calls)
        problem = measure.problem
        completed = execution.completed_calls
        if missing and problem is None and completed is not None and (measure.total or 0) > completed:
            problem = f"{measure.total} results for {completed} completed calls"
        return attrs.evolve(
            measure,
            missing=missing,
            problem=problem,
            ambiguous=names[measure.name.casefold()] > 1,
            parts=tuple(map(counted, measure.parts)),
        )

    return tuple(map(counted, found))


def with_parts(measures: Iterable[Measure]) -> Iterator[Measure]:
    """Walk measures and their parts."""
    for measure in measures:
        yield measure
        yield from measure.parts


def _measure(summary: EvalSummary, wanted: Wanted) -> Measure:
    name = summary.name or _UNNAMED
    parts = [_one(part, part.name or name, wanted, template=name) for part in summary.parts]
    evaluated = [part for part in parts if part.total != 0] or parts
    problem = find_problem(summary)
    if len(evaluated) == 1:
        whole = evaluated[0]
        others = tuple(part for part in parts if part is not whole)
        return attrs.evolve(
            whole,
            template=None if whole.name == name else name,
            parts=others,
            problem=whole.problem or problem,
        )
    return attrs.evolve(_one(summary, name, wanted), parts=tuple(parts), pooled=bool(parts), problem=problem)


def _one(summary: EvalSummary, name: str, wanted: Wanted, template: str | None = None) -> Measure:
    def measure(kind: MeasureKind, value: float | None, hits: int | None = None, **more: Any) -> Measure:
        more = {"total": summary.total, **more}
        problem = find_problem(summary)
        return Measure(name, kind, value, hits, template=template, id=summary.id, problem=problem, **more)

    if summary.kind == "score":
        return measure("average", summary.average if summary.total != 0 else None)
    if summary.kind == "choices":
        good = _good_choices(wanted, name, template)
        if good is None:
            return measure("shares", None)
        if summary.total == 0:
            return measure("wanted share", None)
        share = wanted_share(summary, good)
        return measure("wanted share", share.value, share.hits, most=share.most_hits)
    if summary.kind is None and summary.pass_rate is None:
        return measure("other", None)
    total = summary.total
    if total is None and summary.passed is not None and summary.failed is not None:
        total = summary.passed + summary.failed
    value = summary.pass_rate if total != 0 else None
    hits = summary.passed if summary.passed is not None else _hits(value, total)
    return measure("pass rate", value, hits, total=total)


def _hits(value: float | None, total: int | None) -> int | None:
    return None if value is None or not total else min(round(value * total / 100), total)


def _good_choices(wanted: Wanted, name: str, template: str | None) -> tuple[str, ...] | None:
    folded = {key.casefold(): choices for key, choices in wanted.items()}
    return folded.get(name.casefold()) or folded.get((template or name).casefold())
