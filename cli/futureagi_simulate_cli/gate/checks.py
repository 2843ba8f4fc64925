"""Evaluate an execution: one check per requirement, and the verdict. Pure: nothing is fetched here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Final, Literal

import attrs

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.records import CallRecord, ExecutionRecord
from futureagi_simulate_cli.gate.find import is_finished
from futureagi_simulate_cli.gate.measure import Measure, measure_execution, with_parts
from futureagi_simulate_cli.gate.settings import EVERY, Settings, Threshold, percent, points

TOGETHER: Final = "all evals together"
"""The subject of a threshold without a name."""

CheckKind = Literal[
    "status", "evaluated", "consistency", "threshold", "missing", "calls", "failed calls", "baseline"
]


class Outcome(Enum):
    """The outcome of a gate; the value is the exit code of `fi-simulate gate`."""

    READY = 0
    BELOW = 1
    UNFINISHED = 3


@attrs.frozen
class Check:
    """One requirement and whether it is met.

    `subject` is an eval's name, or what else was checked; `sentence` has the actual and the required value.
    """

    kind: CheckKind
    subject: str
    passed: bool
    sentence: str


@attrs.frozen
class Verdict:
    """The result of a gate, and everything it is based on.

    `checks` are the requirements; `measures` every eval of the execution; `baseline` the same for the
    execution compared with; `notes` what a reader should know that decides nothing; `settings` the
    requirements as given; `skipped` describes the evals that no threshold covers.
    """

    outcome: Outcome
    execution: ExecutionRecord
    checks: tuple[Check, ...]
    measures: tuple[Measure, ...]
    baseline: tuple[Measure, ...] = ()
    notes: tuple[str, ...] = ()
    settings: Settings = attrs.field(factory=Settings)
    skipped: tuple[str, ...] = ()

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
) -> Verdict:
    """Evaluate `execution` by `settings` (default: the documented rule, every pass rate above 90 %).

    With a `baseline`, no eval of it may be more than `settings.max_drop` points better, and there has to be
    something to compare. With its `calls`, missing results are counted by reason; without, by the execution's
    own numbers. Never ready: an execution that is not finished, was cancelled or failed, in which nothing was
    evaluated, or whose numbers are invalid.

    Raises:
        ConfigurationError: a threshold or a choice names an eval that the execution doesn't have; a threshold
            is for an eval that answers with choices, without accepted ones; or choices are given for an eval
            that has none.

    """
    settings = settings or Settings()
    found = measure_execution(execution, settings.choices, calls)
    before = measure_execution(baseline, settings.choices) if baseline else ()
    if not is_finished(execution):
        check = _status(execution)
        return Verdict(Outcome.UNFINISHED, execution, (check,), found, before, settings=settings)
    checks: list[Check | None] = [_status(execution), *_consistent(execution)]
    skipped: tuple[str, ...] = ()
    if any(measure.total for measure in with_parts(found)):
        _require_choices(found, settings.choices)
        checks += _thresholds(found, settings)
        skipped = tuple(_skipped(found, settings))
        if baseline:
            checks += _compare(found, baseline, before, settings.max_drop)
            compared = (
                new for old in with_parts(before) if old.value is not None for new in counterparts(found, old)
            )
            checks += (_missing(each, settings) for new in compared for each in _alone(new))
    else:
        checks.append(Check("evaluated", "evals", False, "no eval has a result"))
    if settings.max_failed is not None:
        checks.append(_failed_calls(execution, settings.max_failed))
    unique = tuple(dict.fromkeys(check for check in checks if check))
    outcome = Outcome.READY if all(check.passed for check in unique) else Outcome.BELOW
    notes = tuple(_notes(found, before, settings, baseline))
    return Verdict(outcome, execution, unique, found, before, notes, settings, skipped)


def _status(execution: ExecutionRecord) -> Check:
    passed = execution.status == "completed"
    sentence = f"execution status {execution.status or 'missing'}"
    if not is_finished(execution) and execution.completed_calls is not None:
        sentence += f" ({execution.completed_calls}/{execution.total_calls} calls done)"
    return Check("status", "execution", passed, sentence if passed else f"{sentence}, required completed")


def _failed_calls(execution: ExecutionRecord, allowed: int) -> Check:
    count = execution.failed_calls
    passed = count is not None and count <= allowed
    actual = "unknown" if count is None else str(count)
    return Check("failed calls", "calls", passed, f"failed calls: {actual}, allowed {allowed}")


def _consistent(execution: ExecutionRecord) -> Iterator[Check]:
    """Check the execution's own counts, where they are invalid."""
    total, completed, failed = execution.total_calls, execution.completed_calls, execution.failed_calls
    if any(count is not None and count < 0 for count in (total, completed, failed)) or (
        total is not None and (completed or 0) + (failed or 0) > total
    ):
        sentence = f"execution: invalid counts: {total} calls, {completed} completed and {failed} failed"
        yield Check("consistency", "execution", False, sentence)


def _thresholds(found: Sequence[Measure], settings: Settings) -> Iterator[Check | None]:
    for threshold in settings.thresholds:
        for measure in _selected(found, threshold):
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


def _skipped(found: Sequence[Measure], settings: Settings) -> Iterator[str]:
    """Describe the evals that no threshold covers."""
    covered = {
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
    def check(passed: bool, actual: str) -> Check:
        sentence = f"{measure.label}: {actual}, required {threshold.required}"
        return Check("threshold", measure.label, passed, sentence)

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
        return check(threshold.met_by(low), f"{actual}, lower bound {percent(low)}")
    return check(threshold.met_by(measure.value), actual)


def _actual(measure: Measure, value: float) -> str:
    counts = f" ({measure.hits}/{measure.total})" if measure.hits is not None and measure.total else ""
    return f"{measure.kind} {percent(value)}{counts}"


def _min_calls(measure: Measure, least: int) -> Check:
    count = measure.total or 0
    sentence = f"{measure.label}: calls judged {count}, required >= {least}"
    return Check("calls", measure.label, count >= least, sentence)


def _compare(
    found: Sequence[Measure], baseline: ExecutionRecord, before: Sequence[Measure], max_drop: float
) -> Iterator[Check]:
    """Check that no eval of `before`, the measures of `baseline`, was more than `max_drop` points better.

    A baseline without anything to compare fails too.
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
                yield _drop(counterparts(found, old), old, old.value, max_drop)


def counterparts(found: Sequence[Measure], old: Measure) -> list[Measure]:
    """Return the evals that `old`, one of the baseline, is compared with: by its id, else by its name."""
    everything = list(with_parts(found))
    by_id = [measure for measure in everything if old.id and measure.id == old.id]
    return by_id or [measure for measure in everything if measure.name == old.name]


def _drop(now: Sequence[Measure], old: Measure, before: float, max_drop: float) -> Check:
    values = [measure.value for measure in now if measure.value is not None]
    if not values or len(values) < len(now):
        sentence = f"{old.label}: evaluated in the baseline, but not here"
        return _baseline(sentence, old.label)
    if invalid := [measure for measure in now if measure.problem]:
        sentence = f"{invalid[0].label}: not comparable, invalid numbers: {invalid[0].problem}"
        return _baseline(sentence, old.label)
    drop = round(before - min(values), 2)
    change = f"{points(abs(drop))} points {'below' if drop > 0 else 'above'}" if drop else "equal to"
    sentence = (
        f"{old.label}: {percent(min(values))}, {change} the baseline ({percent(before)}), "
        f"allowed {points(max_drop)} below"
    )
    return _baseline(sentence, old.label, passed=drop <= max_drop)


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
