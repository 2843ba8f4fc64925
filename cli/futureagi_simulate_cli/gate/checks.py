"""Evaluate an execution: one check per requirement, and the verdict. Pure: nothing is fetched here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from difflib import get_close_matches
from enum import Enum
from typing import Final, Literal

import attrs

import futureagi_simulate_cli
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.records import CallRecord, ExecutionRecord
from futureagi_simulate_cli.gate.find import is_finished
from futureagi_simulate_cli.gate.measure import (
    Choices,
    Measure,
    counterparts,
    measure_execution,
    own_calls,
    with_parts,
)
from futureagi_simulate_cli.gate.settings import EVERY, Settings, Threshold, percent, points

TOGETHER: Final = "all evals together"
"""The subject of a threshold without a name."""

CheckKind = Literal[
    "status", "evaluated", "consistency", "threshold", "missing", "calls", "failed calls", "baseline"
]


Operator = Literal[">=", ">", "<=", "==", "!="]


class Outcome(Enum):
    """The outcome of a gate; the value is the exit code of `fi-simulate gate`."""

    READY = 0
    BELOW = 1
    UNFINISHED = 3


@attrs.frozen
class Check:
    """One requirement and whether it is met.

    `subject` is an eval's name, or what else was checked; `sentence` has the actual and the required value.
    The same as values: `actual` `operator` `required`, such as 68.89 >= 90, where they are known; `hits` of
    `total` calls; `interval` is the 95 % interval of a rate in percent, or of a difference in points.
    """

    kind: CheckKind
    subject: str
    passed: bool
    sentence: str
    actual: float | str | None = None
    operator: Operator | None = None
    required: float | str | None = None
    hits: int | None = None
    total: int | None = None
    interval: tuple[float, float] | None = None

    @property
    def word(self) -> str:
        """Return PASS or FAIL."""
        return "PASS" if self.passed else "FAIL"


@attrs.frozen
class Verdict:
    """The result of a gate, and everything it is based on.

    `checks` are the requirements; `measures` every eval of the execution; `baseline` the same for the
    execution compared with, and `comparison` what the statistics say of the two; `notes` what a reader should
    know that decides nothing; `settings` the requirements; `skipped` describes the evals that no requirement
    covers.
    """

    outcome: Outcome
    execution: ExecutionRecord
    checks: tuple[Check, ...]
    measures: tuple[Measure, ...]
    baseline: tuple[Measure, ...] = ()
    notes: tuple[str, ...] = ()
    settings: Settings = attrs.field(factory=Settings)
    skipped: tuple[str, ...] = ()
    comparison: futureagi_simulate_cli.Comparison | None = None

    def with_notes(self, notes: Iterable[str]) -> Verdict:
        """Return the same verdict with `notes` before its own."""
        return attrs.evolve(self, notes=(*notes, *self.notes))

    @property
    def ready(self) -> bool:
        """Return whether every check passed."""
        return self.outcome is Outcome.READY

    @property
    def exit_code(self) -> int:
        """Return 0 for ready, 1 for below, 3 for not finished."""
        return self.outcome.value

    @property
    def failed(self) -> tuple[Check, ...]:
        """Return the checks that failed."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def sentence(self) -> str:
        """Return the summary: the outcome, the number of failed checks, and the first of them."""
        total = len(self.checks)
        checks = "1 check" if total == 1 else f"{total} checks"
        if self.ready:
            return f"Ready to promote: {checks} passed."
        first = self.failed[0].sentence
        if self.outcome is Outcome.UNFINISHED:
            return f"Not finished: {first}"
        return f"Not ready to promote: {len(self.failed)} of {checks} failed. {first}"


def evaluate(
    execution: ExecutionRecord,
    settings: Settings | None = None,
    baseline: ExecutionRecord | None = None,
    calls: Sequence[CallRecord] = (),
    baseline_calls: Sequence[CallRecord] = (),
    *,
    today: date | None = None,
) -> Verdict:
    """Evaluate `execution` by `settings`; nothing required means the documented rule, pass rates above 90 %.

    With a `baseline`, no eval or scenario may be worse by `comparison.compare`, or, with `settings.max_drop`,
    no eval more points below; and there has to be something to compare. Calls pair the scenarios of the two,
    tell why results are missing, and which results are quarantined; without them the executions' own numbers
    count. `today` (default: of the clock, UTC) ends quarantines. Never ready: an execution that is not
    finished, was cancelled or failed, in which nothing was evaluated, or whose numbers are invalid.

    Raises:
        ConfigurationError: a threshold or a choice names an eval that the execution doesn't have; a threshold
            is for an eval that answers with choices, without accepted ones; choices are given for an eval
            that has none; or a choice that no answer has.

    """
    from futureagi_simulate_cli.comparison import Played, compare  # it imports this package

    settings = (settings or Settings()).resolved(compared=baseline is not None)
    today = today or datetime.now(UTC).date()
    active = tuple(entry for entry in settings.quarantine if today <= entry.until)
    found = measure_execution(execution, settings.choices, calls, active)
    before = measure_execution(baseline, settings.choices, baseline_calls, active) if baseline else ()
    if not is_finished(execution):
        check = _status(execution)
        return Verdict(Outcome.UNFINISHED, execution, (check,), found, before, settings=settings)
    comparison = None
    if baseline and is_finished(baseline):
        comparison = compare(
            Played(baseline, tuple(baseline_calls)),
            Played(execution, tuple(calls)),
            choices=settings.choices,
            quarantine=active,
        )
    checks: list[Check | None] = [_status(execution), *_consistent(execution)]
    notes = list(_quarantine_notes(settings, today, calls))
    skipped: tuple[str, ...] = ()
    if any(measure.total for measure in with_parts(found)):
        _require_choices(found, settings.choices)
        words = _answered([execution, *([baseline] if baseline else [])], [*calls, *baseline_calls])
        notes += _unknown_choices(settings.choices, words)
        checks += _thresholds(found, settings)
        compared: list[Measure] = []
        if baseline:
            checks += _compare(found, baseline, before, settings.max_drop, comparison)
            compared = [
                new for old in with_parts(before) if old.value is not None for new in counterparts(found, old)
            ]
            checks += (_missing(each, settings) for new in compared for each in _alone(new))
        skipped = tuple(_skipped(found, settings, compared))
    else:
        checks.append(Check("evaluated", "evals", False, "no eval has a result"))
    if settings.max_failed is not None:
        checks.append(_failed_calls(execution, settings.max_failed))
    unique = tuple(dict.fromkeys(check for check in checks if check))
    outcome = Outcome.READY if all(check.passed for check in unique) else Outcome.BELOW
    notes += _notes(found, before, settings, baseline)
    if comparison and settings.max_drop is None:
        notes += comparison.notes
    return Verdict(
        outcome, execution, unique, found, before, tuple(notes), settings, skipped, comparison=comparison
    )


def _quarantine_notes(settings: Settings, today: date, calls: Sequence[CallRecord]) -> Iterator[str]:
    """Tell which results don't count, and which count again."""
    for entry in settings.quarantine:
        what = f"{entry.scenario} ({'every eval' if entry.eval == EVERY else entry.eval})"
        held = sum(entry.covers(call.scenario, entry.eval) for call in own_calls(calls))
        if today > entry.until:
            yield f"The quarantine of {what} ended on {entry.until}; its results count again."
        elif held:
            calls_text = "1 call doesn't" if held == 1 else f"{held} calls don't"
            yield f"In quarantine until {entry.until}: {what}; {calls_text} count."
        else:
            yield f"In quarantine until {entry.until}: {what}; no call of this execution is known to have it."


def _answered(
    executions: Iterable[ExecutionRecord], calls: Iterable[CallRecord]
) -> dict[str, tuple[dict[str, str], int]]:
    """Return, by the name of an eval in lower case, the choices of its answers, and how many there are."""
    words: dict[str, dict[str, str]] = {}
    totals: dict[str, int] = {}
    for execution in executions:
        for summary in execution.evals:
            for one in (summary, *summary.parts):
                said = [*one.choices, *(word for answer in one.answers for word in answer.choices)]
                for name in {(one.name or "").casefold(), (summary.name or "").casefold()}:
                    words.setdefault(name, {}).update((word.casefold(), word) for word in said)
                    totals[name] = totals.get(name, 0) + (one.total or 0)
    for call in calls:
        for entry in call.evals:
            if entry.name and entry.choices:
                spelt = {word.casefold(): word for word in entry.choices}
                words.setdefault(entry.name.casefold(), {}).update(spelt)
    return {name: (said, totals.get(name, 0)) for name, said in words.items()}


_MANY_ANSWERS: Final = 30
"""Answers after which a choice that none has counts as a mistake: its share is below 10 % (rule of three)."""


def _unknown_choices(choices: Choices, answered: dict[str, tuple[dict[str, str], int]]) -> Iterator[str]:
    """Note an accepted choice that no answer has; raise ConfigurationError if it looks like a mistake."""
    for name, accepted in choices.items():
        words, total = answered.get(name.casefold(), ({}, 0))
        known = ", ".join(sorted(words.values()))
        for choice in accepted if words else ():
            if choice.casefold() in words:
                continue
            if total >= _MANY_ANSWERS or get_close_matches(choice.casefold(), words, cutoff=0.75):
                raise ConfigurationError(
                    f'No answer of {name} is "{choice}".', remedy=f"Correct it; it answered: {known}."
                )
            yield f'No answer of {name} is "{choice}"; it answered: {known}.'


def _status(execution: ExecutionRecord) -> Check:
    passed = execution.status == "completed"
    sentence = f"execution status {execution.status or 'missing'}"
    if not is_finished(execution) and execution.completed_calls is not None:
        sentence += f" ({execution.completed_calls}/{execution.total_calls} calls done)"
    sentence = sentence if passed else f"{sentence}, required completed"
    return Check("status", "execution", passed, sentence, execution.status, "==", "completed")


def _failed_calls(execution: ExecutionRecord, allowed: int) -> Check:
    count = execution.failed_calls
    passed = count is not None and count <= allowed
    actual = "unknown" if count is None else str(count)
    sentence = f"failed calls: {actual}, allowed {allowed}"
    return Check("failed calls", "calls", passed, sentence, count, "<=", allowed, total=execution.total_calls)


def _consistent(execution: ExecutionRecord) -> Iterator[Check]:
    """Check the execution's own counts, where they are invalid."""
    total, completed, failed = execution.total_calls, execution.completed_calls, execution.failed_calls
    if any(count is not None and count < 0 for count in (total, completed, failed)) or (
        total is not None and (completed or 0) + (failed or 0) > total
    ):
        sentence = f"execution: invalid counts: {total} calls, {completed} completed and {failed} failed"
        yield Check("consistency", "execution", False, sentence)


def _thresholds(found: Sequence[Measure], settings: Settings) -> Iterator[Check | None]:
    named = {
        id(measure)
        for threshold in settings.thresholds
        if threshold.name not in (None, EVERY)
        for measure in _selected(found, threshold)
    }
    for threshold in settings.thresholds:
        for measure in _selected(found, threshold):
            if threshold.name == EVERY and id(measure) in named:
                continue  # the threshold for its name overrides that for every one
            wholes = [each for each in found if each.is_rate] if measure.name == TOGETHER else [measure]
            evals = list(_evals(measure, threshold))
            invalid = {id(each): each for each in (*wholes, *evals) if each.problem}
            yield from map(_invalid, invalid.values())
            if not invalid:
                yield _threshold(measure, threshold, settings.confident)
            yield from (_missing(each, settings) for each in evals)
            if settings.min_calls > 1:
                judged = [each for each in evals if each in wholes or each.total != 0]
                yield from (_min_calls(each, settings.min_calls) for each in judged or wholes)


def _selected(found: Sequence[Measure], threshold: Threshold) -> list[Measure]:
    """Return the measures that a threshold is compared with."""
    if threshold.name is None:
        return [_together(found)]
    if threshold.name == EVERY:
        return [measure for measure in found if measure.is_rate] or [_together(())]
    return _named(found, threshold.name)


def _evals(measure: Measure, threshold: Threshold) -> Iterator[Measure]:
    """Iterate over the evals that a threshold covers with `measure`: only itself where it is named."""
    if threshold.name is not None and threshold.name.casefold() == measure.name.casefold():
        return _alone(measure)
    return measure.evals()


def _alone(measure: Measure) -> Iterator[Measure]:
    return measure.evals() if measure.pooled else iter([measure])


def _skipped(found: Sequence[Measure], settings: Settings, compared: Iterable[Measure]) -> Iterator[str]:
    """Describe the evals that no requirement covers."""
    covered = {id(each) for each in compared} | {
        id(each)
        for threshold in settings.thresholds
        for measure in _selected(found, threshold)
        for each in (measure, *_evals(measure, threshold))
    }
    for measure in found:
        if covered.isdisjoint(map(id, (measure, *measure.parts))):
            value = "" if measure.value is None else f"{_actual(measure, measure.value)}, "
            yield f"{measure.label}: {value}no requirement"


def _invalid(measure: Measure) -> Check:
    return Check("consistency", measure.label, False, f"{measure.label}: invalid numbers: {measure.problem}")


def _missing(measure: Measure, settings: Settings) -> Check | None:
    """Check how many calls have no result of an eval; None where every call has one."""
    missing = measure.missing
    if missing is None or missing.count is None:
        sentence = f"{measure.label}: number of calls without a result unknown"
        return Check("missing", measure.label, False, sentence)
    if settings.max_failed is not None:
        missing = missing.without_failed_calls()
    if not missing.count:
        return None
    calls = "call" if missing.of == 1 else "calls"
    return Check(
        "missing",
        measure.label,
        settings.max_missing.allows(missing.count or 0, missing.of),
        f"{measure.label}: no result for {missing.count} of {missing.of} {calls} ({missing.words}), "
        f"allowed {settings.max_missing}",
        actual=missing.count,
        operator="<=",
        required=str(settings.max_missing),
        total=missing.of,
    )


def _together(found: Sequence[Measure]) -> Measure:
    """Pool all evals with a pass rate: the share of good answers among all their answers."""
    parts = tuple(each for measure in found if measure.is_rate for each in measure.evals())
    rates = [measure for measure in found if measure.is_rate and measure.value is not None]
    hits = [measure.hits for measure in rates if measure.hits is not None]
    total = sum(measure.total or 0 for measure in rates)
    if not rates or len(hits) < len(rates) or not total:
        return Measure(TOGETHER, "pass rate", None, parts=parts, pooled=True)
    value = round(100 * sum(hits) / total, 2)
    return Measure(TOGETHER, "pass rate", value, sum(hits), total, parts=parts, pooled=True)


def _named(found: Sequence[Measure], name: str) -> list[Measure]:
    """Return all evals of that name, else those of a template of that name; exact case has priority."""
    everything = list(with_parts(found))
    for spell in (str, str.casefold):
        if same := [measure for measure in everything if spell(name) == spell(measure.name)]:
            return same
        if same := [measure for measure in found if spell(name) == spell(measure.template or "")]:
            return same
    known = ", ".join(sorted({measure.name for measure in everything})) or "none"
    raise ConfigurationError(
        f'The execution has no eval called "{name}".', remedy=f"Name one of those it has: {known}."
    )


def _require_choices(found: Sequence[Measure], choices: Iterable[str]) -> None:
    """Raise ConfigurationError if choices are given for an eval that does not exist, or has none."""
    for name in choices:
        if not any(m.kind == "accepted choices" and m.is_called(name) for m in with_parts(found)):
            raise ConfigurationError(
                f"{_named(found, name)[0].name} doesn't answer with choices.",
                remedy="Leave its --want out.",
            )


def _threshold(measure: Measure, threshold: Threshold, confident: bool) -> Check:
    def check(passed: bool, actual: str, compared: float | None = None) -> Check:
        sentence = f"{measure.label}: {actual}, required {threshold.required}"
        return Check(
            "threshold",
            measure.label,
            passed,
            sentence,
            actual=compared,
            operator=">=" if threshold.inclusive else ">",
            required=threshold.minimum,
            hits=measure.hits,
            total=measure.total,
            interval=measure.interval,
        )

    if measure.kind == "other":
        return check(False, "its output type has no percentage")
    if measure.kind == "choices":
        raise ConfigurationError(
            f"{measure.name} answers with choices, and no accepted choices are given.",
            remedy=f'Give them with --want "{measure.name}=first,second".',
        )
    if measure.value is None:
        nothing = measure.id is None and measure.name == TOGETHER
        return check(False, "no eval has a pass rate" if nothing else "not evaluated")
    actual = _actual(measure, measure.value)
    if confident and measure.is_rate:
        if measure.interval is None:
            return check(False, f"{actual}, lower bound unknown without the number of calls")
        low = round(measure.interval[0], 2)
        return check(threshold.met_by(low), f"{actual}, lower bound {percent(low)}", low)
    return check(threshold.met_by(measure.value), actual, measure.value)


def _actual(measure: Measure, value: float) -> str:
    counts = f" ({measure.hits}/{measure.total})" if measure.hits is not None and measure.total else ""
    return f"{measure.kind} {percent(value)}{counts}"


def _min_calls(measure: Measure, least: int) -> Check:
    count = measure.total or 0
    sentence = f"{measure.label}: calls judged {count}, required >= {least}"
    return Check("calls", measure.label, count >= least, sentence, count, ">=", least, total=measure.total)


def _compare(
    found: Sequence[Measure],
    baseline: ExecutionRecord,
    before: Sequence[Measure],
    max_drop: float | None,
    comparison: futureagi_simulate_cli.Comparison | None,
) -> Iterator[Check]:
    """Check that nothing is worse than in `baseline`, whose measures are `before`.

    That is a matter of statistics, or of `max_drop` points. A baseline without anything to compare fails too.
    """
    if not is_finished(baseline):
        status = baseline.status or "missing"
        yield _baseline(f"baseline: execution status {status}, its numbers can still change")
    elif all(measure.value is None for measure in with_parts(before)):
        yield _baseline("baseline: no eval with a number to compare with")
    else:
        for old in with_parts(before):
            if old.problem:
                yield _baseline(f"baseline: invalid numbers of {old.label}: {old.problem}")
            elif old.value is not None:
                yield from _one_change(counterparts(found, old), old, old.value, max_drop, comparison)


def _one_change(
    now: Sequence[Measure],
    old: Measure,
    before: float,
    max_drop: float | None,
    comparison: futureagi_simulate_cli.Comparison | None,
) -> Iterator[Check]:
    values = [measure.value for measure in now if measure.value is not None]
    if not values or len(values) < len(now):
        yield _baseline(f"{old.label}: evaluated in the baseline, but not here", old.label)
    elif invalid := [measure for measure in now if measure.problem]:
        sentence = f"{invalid[0].label}: not comparable, invalid numbers: {invalid[0].problem}"
        yield _baseline(sentence, old.label)
    elif max_drop is not None:
        yield _drop(now, old, min(values), before, max_drop)
    elif comparison is not None:
        yield from _changes(comparison, old)


def _drop(now: Sequence[Measure], old: Measure, value: float, before: float, max_drop: float) -> Check:
    drop = round(before - value, 2)
    change = f"{points(abs(drop))} points {'below' if drop > 0 else 'above'}" if drop else "equal to"
    sentence = (
        f"{old.label}: {percent(value)}, {change} the baseline ({percent(before)}), "
        f"allowed {points(max_drop)} below"
    )
    worst = next(measure for measure in now if measure.value == value)
    return Check(
        "baseline",
        old.label,
        drop <= max_drop,
        sentence,
        actual=drop,
        operator="<=",
        required=max_drop,
        hits=worst.hits,
        total=worst.total,
        interval=worst.interval,
    )


def _changes(comparison: futureagi_simulate_cli.Comparison, old: Measure) -> Iterator[Check]:
    """Check that an eval of the baseline isn't worse here, and no scenario of it."""
    from futureagi_simulate_cli.comparison.render import eval_sentence, scenario_sentence

    for change in comparison.evals:
        if (change.baseline.id, change.baseline.label) != (old.id, old.label):
            continue
        yield Check(
            "baseline",
            change.name,
            change.verdict != "worse",
            f"{eval_sentence(change)}: {change.verdict}",
            actual=change.verdict,
            operator="!=",
            required="worse",
            hits=change.candidate.hits,
            total=change.candidate.total,
            interval=change.interval,
        )
        for scenario in change.scenarios:
            if scenario.verdict == "worse":
                yield Check(
                    "baseline",
                    f"{change.name}, {scenario.scenario}",
                    False,
                    f"{scenario_sentence(change, scenario)}: worse",
                    actual="worse",
                    operator="!=",
                    required="worse",
                    hits=scenario.candidate.hits,
                    total=scenario.candidate.total,
                )


def _baseline(sentence: str, subject: str = "baseline", *, passed: bool = False) -> Check:
    return Check("baseline", subject, passed, sentence)


def _notes(
    found: Sequence[Measure], before: Sequence[Measure], settings: Settings, baseline: ExecutionRecord | None
) -> Iterator[str]:
    for old in with_parts(before):
        missing = old.missing
        if old.value is not None and missing and missing.count:
            yield f"The baseline has no result of {old.label} for {missing.count} of {missing.of} calls."
    if baseline and baseline.status in ("failed", "cancelled"):
        yield f"The baseline has the status {baseline.status}; the results it has were compared."
    for threshold in settings.thresholds:
        for whole in found if threshold.name == EVERY else ():
            for part in whole.parts:
                below = part.value is not None and not threshold.met_by(part.value)
                if whole.pooled and part.is_rate and part.value is not None and below:
                    yield (
                        f"{part.name}, a part of {whole.name}, has {percent(part.value)}; the rule for every "
                        f'eval covers {whole.name} as a whole. Add --min "{part.name}=…" to require it too.'
                    )
    for measure in with_parts(found):
        if measure.most is not None:
            yield (
                f"The server only counts the answers of {measure.name} that contain each choice, and one "
                f"answer can contain several: {measure.hits} to {measure.most} of {measure.total} contain "
                "accepted ones only; the minimum was compared."
            )
    if settings.confident and any(
        measure.kind == "average"
        for threshold in settings.thresholds
        for measure in _selected(found, threshold)
    ):
        yield "An average has no interval here: the average itself was compared."
