"""Judge an execution: pure decisions on records, nothing is fetched here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.records import CallRecord, ExecutionRecord
from futureagi_simulate_cli.gate.baseline import compare, counterparts
from futureagi_simulate_cli.gate.measure import Measure, measured, with_parts
from futureagi_simulate_cli.gate.settings import EVERY, Settings, Threshold, percent
from futureagi_simulate_cli.gate.status import is_finished, state
from futureagi_simulate_cli.gate.verdict import Check, Outcome, Verdict

TOGETHER: Final = "all evals together"
"""The subject of a threshold without a name."""


def judge(
    execution: ExecutionRecord,
    settings: Settings | None = None,
    baseline: ExecutionRecord | None = None,
    calls: Sequence[CallRecord] = (),
) -> Verdict:
    """Judge `execution` by `settings` (default: the documented rule, every pass rate above 90 %).

    With a `baseline`, no eval of it may be more than `settings.max_drop` points better, and there has to be
    something to compare. With its `calls`, results that are missing are counted by reason; without, by the
    execution's own numbers. Never ready: an execution that isn't finished, was cancelled or failed, in which
    nothing was evaluated, or whose numbers can't be true.

    Raises:
        ConfigurationError: a threshold or a wanted choice names an eval that the execution doesn't have; a
            threshold asks a number of an eval that answers with choices, and which are wanted wasn't said;
            or choices are wanted of an eval that has none.

    """
    settings = settings or Settings()
    found = measured(execution, settings.wanted, calls)
    before = measured(baseline, settings.wanted) if baseline else ()
    if not is_finished(execution):
        return Verdict(
            Outcome.UNFINISHED, execution, (_unfinished(execution),), found, before, settings=settings
        )
    checks: list[Check | None] = [_status(execution), *_consistent(execution)]
    if any(measure.total for measure in with_parts(found)):
        _check_wanted(found, settings.wanted)
        checks += _thresholds(found, settings)
        if baseline:
            checks += compare(found, baseline, before, settings.max_drop)
            compared = (
                new for old in with_parts(before) if old.value is not None for new in counterparts(found, old)
            )
            checks += (_missing(each, settings) for new in compared for each in _alone(new))
    else:
        checks.append(Check("evaluated", "evals", False, "nothing was evaluated."))
    if settings.max_failed is not None:
        checks.append(_failed_calls(execution, settings.max_failed))
    told = tuple(dict.fromkeys(check for check in checks if check))
    outcome = Outcome.READY if all(check.passed for check in told) else Outcome.BELOW
    return Verdict(
        outcome, execution, told, found, before, tuple(_notes(found, before, settings, baseline)), settings
    )


def _unfinished(execution: ExecutionRecord) -> Check:
    done = execution.completed_calls
    of = f" ({done} of {execution.total_calls} calls done)" if done is not None else ""
    return Check("status", "execution", False, f"the execution {state(execution)}{of}.")


def _status(execution: ExecutionRecord) -> Check:
    return Check("status", "execution", execution.status == "completed", f"the execution {state(execution)}.")


def _failed_calls(execution: ExecutionRecord, allowed: int) -> Check:
    count = execution.failed_calls
    if count is None:
        return Check("failed calls", "calls", False, "the number of failed calls is unknown.")
    noun = "call" if count == 1 else "calls"
    return Check("failed calls", "calls", count <= allowed, f"{count} {noun} failed, at most {allowed} may.")


def _consistent(execution: ExecutionRecord) -> Iterator[Check]:
    """Check the execution's own counts, where they can't be true."""
    total, completed, failed = execution.total_calls, execution.completed_calls, execution.failed_calls
    if any(count is not None and count < 0 for count in (total, completed, failed)) or (
        total is not None and (completed or 0) + (failed or 0) > total
    ):
        sentence = f"the execution has {total} calls, of which {completed} completed and {failed} failed."
        yield Check("consistency", "execution", False, sentence)


def _thresholds(found: Sequence[Measure], settings: Settings) -> Iterator[Check | None]:
    for threshold in settings.thresholds:
        for measure in _chosen(found, threshold):
            wholes = [each for each in found if each.is_rate] if measure.name == TOGETHER else [measure]
            evals = list(_evals(measure, threshold))
            wrong = {id(each): each for each in (*wholes, *evals) if each.problem}
            yield from map(_implausible, wrong.values())
            if not wrong:
                yield _enough(measure, threshold, settings.confident)
            yield from (_missing(each, settings) for each in evals)
            if settings.min_calls > 1:
                judged = [each for each in evals if each in wholes or each.total != 0]
                yield from (_calls(each, settings.min_calls) for each in judged or wholes)


def _chosen(found: Sequence[Measure], threshold: Threshold) -> list[Measure]:
    if threshold.name is None:
        return [_together(found)]
    if threshold.name == EVERY:
        return [measure for measure in found if measure.is_rate] or [_together(())]
    return _named(found, threshold.name)


def _evals(measure: Measure, threshold: Threshold) -> Iterator[Measure]:
    """Walk the evals that a threshold asks for with `measure`: one that it names is asked for alone."""
    if threshold.name is not None and threshold.name.casefold() == measure.name.casefold():
        return _alone(measure)
    return measure.evals()


def _alone(measure: Measure) -> Iterator[Measure]:
    return measure.evals() if measure.pooled else iter([measure])


def _implausible(measure: Measure) -> Check:
    return Check(
        "consistency", measure.label, False, f"{measure.label} can't be judged: it has {measure.problem}."
    )


def _missing(measure: Measure, settings: Settings) -> Check | None:
    """Check how many calls have no result of an eval; None where every call has one."""
    missing = measure.missing
    if missing is None or missing.count is None:
        return Check(
            "missing", measure.label, False, f"of how many calls {measure.label} has a result is unknown."
        )
    if settings.max_failed is not None:
        missing = missing.without_failed_calls()
    if not missing.count:
        return None
    calls = "call" if missing.of == 1 else "calls"
    return Check(
        "missing",
        measure.label,
        settings.max_missing.holds(missing.count or 0, missing.of),
        f"{measure.label} has no result for {missing.count} of {missing.of} {calls} ({missing.words}), "
        f"allowed: {settings.max_missing}.",
    )


def _together(found: Sequence[Measure]) -> Measure:
    """Take all evals with a pass rate as one: how many of their answers were good."""
    parts = tuple(each for measure in found if measure.is_rate for each in measure.evals())
    rates = [measure for measure in found if measure.is_rate and measure.value is not None]
    hits = [measure.hits for measure in rates if measure.hits is not None]
    total = sum(measure.total or 0 for measure in rates)
    if not rates or len(hits) < len(rates) or not total:
        return Measure(TOGETHER, "pass rate", None, parts=parts, pooled=True)
    value = round(100 * sum(hits) / total, 2)
    return Measure(TOGETHER, "pass rate", value, sum(hits), total, parts=parts, pooled=True)


def _named(found: Sequence[Measure], name: str) -> list[Measure]:
    """Give all evals of that name, else those of a template of that name; the same spelling goes first."""
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


def _check_wanted(found: Sequence[Measure], wanted: Iterable[str]) -> None:
    """Raise ConfigurationError where choices are wanted of an eval that isn't there, or has none."""
    for name in wanted:
        if not any(
            measure.kind == "wanted share" and measure.is_called(name) for measure in with_parts(found)
        ):
            raise ConfigurationError(
                f"{_named(found, name)[0].name} doesn't answer with choices, so none can be wanted of it.",
                remedy="Leave its --want out.",
            )


def _enough(measure: Measure, threshold: Threshold, confident: bool) -> Check:
    def check(passed: bool, sentence: str) -> Check:
        return Check("threshold", measure.label, passed, f"{measure.label} {sentence}")

    if measure.kind == "other":
        return check(False, f"answers with a type that has no percentage, {threshold.words} was asked for.")
    if measure.kind == "shares":
        raise ConfigurationError(
            f"{measure.name} answers with choices, and which of them are good was not said.",
            remedy=f'Say it with --want "{measure.name}=first,second".',
        )
    if measure.value is None and measure.id is None and measure.name == TOGETHER:
        return Check(
            "threshold", TOGETHER, False, f"no eval has a pass rate, {threshold.words} was asked for."
        )
    if measure.value is None:
        return check(False, f"was not evaluated, {threshold.words} was asked for.")
    what = _what(measure, measure.value)
    if confident and measure.is_rate:
        if measure.interval is None:
            return check(False, f"{what}, but of how many calls is unknown: nothing is certain.")
        low = round(measure.interval[0], 2)
        sure = threshold.reached_by(low)
        return check(sure, f"{what}, for certain at least {percent(low)}; {threshold.words} was asked for.")
    return check(threshold.reached_by(measure.value), f"{what}, {threshold.words} was asked for.")


def _what(measure: Measure, value: float) -> str:
    verb = {"average": "has an average of", "wanted share": "chose well in"}.get(measure.kind, "passed in")
    counts = f" ({measure.hits} of {measure.total})" if measure.hits is not None and measure.total else ""
    return f"{verb} {percent(value)}{counts}"


def _calls(measure: Measure, least: int) -> Check:
    count = measure.total or 0
    return Check(
        "calls",
        measure.label,
        count >= least,
        f"{measure.label} judged {count} calls, at least {least} must be.",
    )


def _notes(
    found: Sequence[Measure], before: Sequence[Measure], settings: Settings, baseline: ExecutionRecord | None
) -> Iterator[str]:
    for old in with_parts(before):
        lost = old.missing
        if old.value is not None and lost and lost.count:
            yield f"The baseline has no result of {old.label} for {lost.count} of {lost.of} calls."
    if baseline and baseline.status in ("failed", "cancelled"):
        yield f"The baseline {state(baseline)}; it was compared with what it has."
    every = [threshold for threshold in settings.thresholds if threshold.name == EVERY]
    for threshold in every:
        for whole in found:
            for part in whole.parts:
                if (
                    whole.pooled
                    and part.is_rate
                    and part.value is not None
                    and not threshold.reached_by(part.value)
                ):
                    yield (
                        f"{part.name}, a part of {whole.name}, has {percent(part.value)}; the rule for every "
                        f'eval looks at {whole.name} as a whole. Add --min "{part.name}=…" to ask it too.'
                    )
    for measure in with_parts(found):
        if measure.most is not None:
            yield (
                f"The server tells how many answers of {measure.name} hold each choice, and one answer can "
                f"hold several: from {measure.hits} to {measure.most} of {measure.total} hold good ones "
                "only; the least was compared."
            )
    if settings.confident and any(
        m.kind == "average" for t in settings.thresholds for m in _chosen(found, t)
    ):
        yield "An average has no interval here: it was compared as it is."
