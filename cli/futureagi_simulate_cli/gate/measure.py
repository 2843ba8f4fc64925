"""What the server says about each eval, as one number with its counts, interval and missing results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import attrs

from futureagi_simulate.records import CallRecord, EvalRecord, EvalSummary, ExecutionRecord
from futureagi_simulate_cli.gate.settings import Quarantined, points
from futureagi_simulate_cli.statistics import wilson

CALL_FAILED: Final = "call failed"
NOT_RUN: Final = "not run"
UNKNOWN: Final = "reason unknown"


@attrs.frozen
class Missing:
    """The calls of an execution without a result of one eval.

    `count` is None where the server doesn't say how many calls were judged; `of` is the number of calls;
    `failed` is how many of `count` are calls that failed, by the counts of the execution and of its calls.
    `reasons` adds up to `count`: "error", "skipped", "pending", "no output", "not run" (a completed call that
    doesn't name the eval), "call failed" and other statuses of calls, "reason unknown".
    """

    count: int | None
    of: int
    reasons: Mapping[str, int] = attrs.field(factory=dict, hash=False)
    failed: int = 0

    @property
    def words(self) -> str:
        """Return the reasons in words: "error: 2, skipped: 1"."""
        return ", ".join(f"{reason}: {count}" for reason, count in self.reasons.items())

    def without_failed_calls(self) -> Missing:
        """Return the same without the calls that failed, for a gate with a limit for these."""
        count = self.count - self.failed if self.count is not None else None
        reasons = {**self.reasons, CALL_FAILED: self.reasons.get(CALL_FAILED, 0) - self.failed}
        return Missing(
            count, self.of - self.failed, {why: number for why, number in reasons.items() if number}
        )


def count_missing(measure: Measure, execution: ExecutionRecord, calls: Sequence[CallRecord]) -> Missing:
    """Count the calls of `execution` that `measure`, an eval of it, has no result for.

    The counts of the execution and of its calls are both used, and the larger one holds: a call without a
    result is missing whichever of the two shows it. `calls` may be empty or incomplete.
    """
    rows = own_calls(calls)
    of = max(execution.total_calls or 0, len(rows))
    if measure.total is None or execution.total_calls is None or not of:
        return Missing(None, of)
    listed = any(entry.id == measure.id for call in rows for entry in call.evals)
    reasons = Counter(
        reason for call in rows if (reason := _reason(call, find_entry(call, measure, by_id=listed)))
    )
    if not rows and execution.failed_calls:
        reasons[CALL_FAILED] = min(execution.failed_calls, max(of - measure.total, 0))
    not_run = reasons.pop(NOT_RUN, 0)  # a server may leave an eval out of its calls: by itself no evidence
    count = max(of - measure.total, reasons.total())
    reasons[NOT_RUN] = min(not_run, count - reasons.total())
    reasons[UNKNOWN] = count - reasons.total()
    failed = min(reasons[CALL_FAILED], execution.failed_calls or 0)
    return Missing(count, of, {reason: number for reason, number in reasons.items() if number}, failed)


def own_calls(calls: Iterable[CallRecord]) -> list[CallRecord]:
    """Return each call once, without the former results of reruns."""
    return list({call.id: call for call in calls if not call.is_snapshot}.values())


def find_entry(call: CallRecord, measure: Measure, *, by_id: bool) -> EvalRecord | None:
    """Return what a call says of an eval, found by the eval's id or else by its name; None for nothing."""
    for entry in call.evals:
        if entry.id == measure.id if by_id else entry.name in (measure.name, measure.template):
            return entry
    return None


def _reason(call: CallRecord, entry: EvalRecord | None) -> str | None:
    """Return why a call has no result, None if it has one. The server judges completed calls only."""
    if call.status not in ("completed", None):
        return f"call {call.status}"
    if entry is None:
        return NOT_RUN
    return None if entry.status == "completed" else entry.status or "no output"


_ROUNDED: Final = 0.011
"""What two percentages of the same counts may differ by: the server rounds to two decimals."""


def find_problem(summary: EvalSummary) -> str | None:
    """Return why the numbers of an eval are invalid, None if they are valid."""
    return next(_problems(summary), None)


def _problems(summary: EvalSummary) -> Iterator[str]:
    counts = {"results": summary.total, "passed": summary.passed, "failed": summary.failed}
    yield from (f"{count} {what}" for what, count in counts.items() if count is not None and count < 0)
    if summary.total == 0 and not summary.passed and not summary.failed:
        return  # without a result the server's rates are 0, or left out
    if summary.kind is None and summary.pass_rate is None:
        return  # of a type that this package doesn't know: its scale isn't known either
    percentages = {"a pass rate": summary.pass_rate, "an average": summary.average}
    percentages |= {f"a {name} of scores": value for name, value in summary.percentiles.items()}
    percentages |= {f'a share of "{word}"': value for word, value in summary.choices.items()}
    for what, value in percentages.items():
        if value is not None and not 0 <= value <= 100 + _ROUNDED:
            yield f"{what} of {points(value)} %, which is not from 0 to 100"
    yield from {"pass_fail": _rate, "score": _score, "choices": _choices, None: _rate}[summary.kind](summary)
    yield from _parts(summary)


def _rate(summary: EvalSummary) -> Iterator[str]:
    total, passed, failed, rate = summary.total, summary.passed, summary.failed, summary.pass_rate
    if summary.kind == "pass_fail" and rate is None and total:
        yield f"{total} results, but no pass rate"
    if summary.kind == "pass_fail" and (passed, failed, total).count(None) in (1, 2):
        yield f"{_count(passed)} passed and {_count(failed)} failed of {_count(total)} results"
    if total is None or passed is None:
        return
    if passed + (failed or 0) > total or (failed is not None and passed + failed != total):
        yield f"{passed} passed and {failed} failed, but {total} results"
    elif rate is not None and total and abs(rate - 100 * passed / total) > _ROUNDED:
        yield f"a pass rate of {points(rate)} %, but {passed} of {total} passed"


def _score(summary: EvalSummary) -> Iterator[str]:
    if summary.average is None and summary.total:
        yield f"{summary.total} results, but no average"
    if summary.average is None or not summary.percentiles:
        return
    highest = max(summary.percentiles.values())
    if "p100" in summary.percentiles and summary.average > highest + _ROUNDED:
        yield f"an average of {points(summary.average)} %, but no score above {points(highest)} %"


def _choices(summary: EvalSummary) -> Iterator[str]:
    if not summary.total:
        return
    whole = sum(answer.percent for answer in summary.answers)
    shares = whole if summary.answers else sum(summary.choices.values())
    if shares < 99 or whole > 101:
        yield f"shares of choices that add up to {points(shares)} %"


def _parts(summary: EvalSummary) -> Iterator[str]:
    """Compare a template with the evals it sums up."""
    parts = [part for part in summary.parts if part.total != 0]
    for what, whole, values in (
        ("pass rate", summary.pass_rate, [part.pass_rate for part in parts]),
        ("average", summary.average, [part.average for part in parts]),
    ):
        known = [value for value in values if value is not None]
        if whole is not None and known and not min(known) - _ROUNDED <= whole <= max(known) + _ROUNDED:
            between = " to ".join(dict.fromkeys(map(points, (min(known), max(known)))))
            yield f"a {what} of {points(whole)} %, but its evals have {between} %"

    shares = [part.choices for part in parts if part.choices]
    for word in {*summary.choices, *(word for share in shares for word in share)} if summary.choices else ():
        known = [share.get(word, 0) for share in shares]
        if known and not min(known) - 0.1 <= summary.choices.get(word, 0) <= max(known) + 0.1:
            yield f'shares of "{word}" that differ between the template and its evals'


def _count(count: int | None) -> str:
    return "an unknown number" if count is None else str(count)


@attrs.frozen
class AcceptedShare:
    """The share in percent, and the number of calls; `most_hits` where only a range is known."""

    value: float
    hits: int | None
    most_hits: int | None = None


def accepted_share(summary: EvalSummary, accepted: Sequence[str]) -> AcceptedShare:
    """Count the answers that contain only `accepted` choices.

    With the shares of whole answers that is a sum. With shares of single choices it is a range: the wrong
    answers are at most the sum over all wrong choices, and at least the count of the most frequent one. The
    minimum of accepted answers counts. The result never exceeds the total.
    """
    folded = {choice.casefold() for choice in accepted}
    total = summary.total
    parts = 100.0 if total is None else float(total)
    if summary.answers:
        fits = [
            _part(answer.percent, total)
            for answer in summary.answers
            if answer.choices and all(choice.casefold() in folded for choice in answer.choices)
        ]
        return _share(min(sum(fits), parts), None, total)
    calls = {word: _part(share, total) for word, share in summary.choices.items()}
    right = [count for word, count in calls.items() if word.casefold() in folded]
    wrong = [count for word, count in calls.items() if word.casefold() not in folded]
    least = min(sum(right), max(parts - sum(wrong), 0))
    most = min(sum(right), parts - max(wrong, default=0))
    return _share(least, most, total)


def _part(percent: float, total: int | None) -> float:
    """Return a share as a number of calls if the total is known: the server rounds shares."""
    return percent if total is None else round(percent * total / 100)


def _share(least: float, most: float | None, total: int | None) -> AcceptedShare:
    if not total:
        return AcceptedShare(round(least, 2), None)
    return AcceptedShare(
        round(100 * least / total, 2),
        round(least),
        round(most) if most is not None and round(most) > round(least) else None,
    )


MeasureKind = Literal["pass rate", "average", "accepted choices", "choices", "other"]
"""What the number is.

"choices" is an eval with choices of which none was named as accepted, "other" one of a type without a
percentage, such as "numeric": neither has a number.
"""

_UNNAMED: Final = "(unnamed eval)"


@dataclass(frozen=True, slots=True)  # attrs can't evaluate a hint that names the class itself
class Measure:
    """One eval of an execution as a number in percent.

    `value` is None while no call was judged. `hits` of `total` calls passed, or gave accepted choices only;
    an average has no hits. `template` is the name of the eval this one is a part of, where that differs.
    `most` is set where the server's shares leave a range: `hits` is then the minimum. `problem` says why the
    server's numbers are invalid. `pooled` is set for a template that sums up its
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
        """Return the name, with the start of the id where another eval has the same name."""
        return f"{self.name} ({self.id[:8]})" if self.ambiguous and self.id else self.name

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the 95 % interval of a rate, in percent; None for an average, or without valid counts."""
        if self.hits is None or not self.total or not 0 <= self.hits <= self.total:
            return None
        return wilson(self.hits, self.total)

    def is_called(self, name: str) -> bool:
        """Return whether `name`, in any case, is this eval's name or that of its template."""
        return name.casefold() in (self.name.casefold(), (self.template or self.name).casefold())

    @property
    def is_rate(self) -> bool:
        """Return whether the number is a share of calls."""
        return self.kind in ("pass rate", "accepted choices")

    def evals(self) -> Iterator[Measure]:
        """Iterate over the evals of this measure: itself, unless it is pooled, and its parts."""
        if not self.pooled:
            yield self
        yield from self.parts


Choices = Mapping[str, tuple[str, ...]]


def measures(evals: Sequence[EvalSummary], choices: Choices) -> tuple[Measure, ...]:
    """Measure every eval of an execution.

    The server sums up by template. A template of which one part was evaluated is one measure under the part's
    name, the name that calls use; one with several keeps its own number and has the parts' beside it.
    """
    return tuple(_measure(summary, choices) for summary in evals)


def measure_execution(
    execution: ExecutionRecord,
    choices: Choices,
    calls: Sequence[CallRecord] = (),
    quarantine: Sequence[Quarantined] = (),
) -> tuple[Measure, ...]:
    """Measure every eval of an execution, and count the calls without a result of each.

    The results of `quarantine` are left out; they are known from `calls`.
    """
    found = measures(execution.evals, choices)
    names = Counter(measure.name.casefold() for measure in with_parts(found))

    def counted(measure: Measure) -> Measure:
        missing = None if measure.pooled else count_missing(measure, execution, calls)
        problem = measure.problem
        completed = execution.completed_calls
        if missing and problem is None and completed is not None and (measure.total or 0) > completed:
            problem = f"{measure.total} results for {completed} completed calls"
        if missing and problem is None:
            problem = _contradiction(measure, calls)
        measure = replace(
            measure,
            missing=missing,
            problem=problem,
            ambiguous=names[measure.name.casefold()] > 1,
            parts=tuple(map(counted, measure.parts)),
        )
        return _without(measure, execution, choices, calls, quarantine) if quarantine else measure

    return tuple(map(counted, found))


def _contradiction(measure: Measure, calls: Sequence[CallRecord]) -> str | None:
    """Return how the results listed for single calls are worse than the sum of them; None if they aren't."""
    entries = [entry for call in own_calls(calls) for entry in call.evals if entry.id == measure.id]
    if measure.kind == "pass rate" and measure.hits is not None and measure.total is not None:
        failed = sum(entry.passed is False for entry in entries)
        if failed > measure.total - measure.hits:
            return f"{measure.hits} of {measure.total} passed, but {failed} calls are listed that failed it"
    scores = [entry.score for entry in entries if entry.score is not None]
    if measure.kind == "average" and measure.value is not None and len(scores) == measure.total != 0:
        mean = sum(scores) / len(scores)
        if measure.value > mean + 1:
            return f"an average of {points(measure.value)} %, but the calls listed have {points(mean)} %"
    return None


def _without(
    measure: Measure,
    execution: ExecutionRecord,
    choices: Choices,
    calls: Sequence[CallRecord],
    quarantine: Sequence[Quarantined],
) -> Measure:
    """Return a measure without the results of quarantined scenarios."""
    if measure.pooled:
        return _pooled(measure)
    rows = own_calls(calls)
    out = [call for call in rows if in_quarantine(call, measure, quarantine)]
    if not out:
        return measure
    read = reader(measure, rows, choices)
    known = [value for call in out if (value := read(call)) is not None]
    total = max((measure.total or 0) - len(known), 0)
    value, hits = measure.value, measure.hits
    if measure.hits is not None:
        hits = min(max(measure.hits - round(sum(known)), 0), total)
        value = round(100 * hits / total, 2) if total else None
    elif measure.kind == "average" and value is not None:
        value = round((value * (measure.total or 0) - sum(known)) / total, 2) if total else None
    if measure.missing is not None:
        left = {id(call) for call in out}
        smaller = replace(execution, total_calls=(execution.total_calls or 0) - len(out))
        kept = [call for call in rows if id(call) not in left]
        counted = count_missing(replace(measure, total=total), smaller, kept)
        measure = replace(measure, missing=counted)
    return replace(measure, value=value, hits=hits, total=total, most=None)


def _pooled(measure: Measure) -> Measure:
    """Sum up a template anew from its parts, where all of them have counts."""
    judged = [part for part in measure.parts if part.total]
    total = sum(part.total or 0 for part in judged)
    hits = [part.hits for part in judged if part.hits is not None]
    if not total:
        return replace(measure, value=None, hits=None, total=0)
    if measure.is_rate and len(hits) == len(judged):
        value = round(100 * sum(hits) / total, 2)
        return replace(measure, value=value, hits=sum(hits), total=total, most=None)
    return measure


def in_quarantine(call: CallRecord, measure: Measure, quarantine: Iterable[Quarantined]) -> bool:
    """Return whether a call's scenario is quarantined for an eval."""
    return any(entry.covers(call.scenario, measure.name, measure.template) for entry in quarantine)


Result = Callable[[CallRecord], "bool | float | None"]


def reader(measure: Measure, calls: Sequence[CallRecord], choices: Choices) -> Result:
    """Return what reads an eval's result of one of `calls`: passed or not, or a score; None for no result."""
    by_id = any(entry.id == measure.id for call in calls for entry in call.evals)
    accepted = accepted_choices(choices, measure.name, measure.template)

    def read(call: CallRecord) -> bool | float | None:
        entry = find_entry(call, measure, by_id=by_id)
        if entry is None:
            return None
        return entry.score if measure.kind == "average" else entry_passed(entry, accepted)

    return read


def entry_passed(entry: EvalRecord, accepted: Sequence[str] | None) -> bool | None:
    """Return whether a call passed an eval; None without a result, or where nothing passes or fails."""
    if entry.choices and accepted:
        folded = {choice.casefold() for choice in accepted}
        return all(one.casefold() in folded for one in entry.choices)
    return entry.passed


def with_parts(measures: Iterable[Measure]) -> Iterator[Measure]:
    """Iterate over measures and their parts."""
    for measure in measures:
        yield measure
        yield from measure.parts


def counterparts(found: Sequence[Measure], old: Measure) -> list[Measure]:
    """Return the evals that `old`, one of the baseline, is compared with: by its id, else by its name."""
    everything = list(with_parts(found))
    by_id = [measure for measure in everything if old.id and measure.id == old.id]
    return by_id or [measure for measure in everything if measure.name == old.name]


def _measure(summary: EvalSummary, choices: Choices) -> Measure:
    name = summary.name or _UNNAMED
    parts = [_one(part, part.name or name, choices, template=name) for part in summary.parts]
    evaluated = [part for part in parts if part.total != 0] or parts
    problem = find_problem(summary)
    if len(evaluated) == 1:
        whole = evaluated[0]
        others = tuple(part for part in parts if part is not whole)
        return replace(
            whole,
            template=None if whole.name == name else name,
            parts=others,
            problem=whole.problem or problem,
        )
    return replace(_one(summary, name, choices), parts=tuple(parts), pooled=bool(parts), problem=problem)


def _one(summary: EvalSummary, name: str, choices: Choices, template: str | None = None) -> Measure:
    def measure(kind: MeasureKind, value: float | None, hits: int | None = None, **more: Any) -> Measure:
        more = {"total": summary.total, **more}
        problem = find_problem(summary)
        return Measure(name, kind, value, hits, template=template, id=summary.id, problem=problem, **more)

    if summary.kind == "score":
        return measure("average", summary.average if summary.total != 0 else None)
    if summary.kind == "choices":
        accepted = accepted_choices(choices, name, template)
        if accepted is None:
            return measure("choices", None)
        if summary.total == 0:
            return measure("accepted choices", None)
        share = accepted_share(summary, accepted)
        return measure("accepted choices", share.value, share.hits, most=share.most_hits)
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


def accepted_choices(choices: Choices, name: str, template: str | None) -> tuple[str, ...] | None:
    """Return the accepted choices of an eval, given for its name or its template's; None without any."""
    folded = {key.casefold(): choices for key, choices in choices.items()}
    return folded.get(name.casefold()) or folded.get((template or name).casefold())
