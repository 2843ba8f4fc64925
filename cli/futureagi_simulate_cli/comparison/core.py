"""Compare two executions: which evals and scenarios got worse or better, and by how much. Pure.

A rate is tested with the calls of each scenario against those of the same scenario, so that hard and easy
scenarios don't count as a difference of the agents. The scenarios are fixed and each call is a conversation
of its own: where nothing changed, which calls of a scenario belong to which execution is chance, and the
exact test of `statistics.stratified_exact` holds for one call of each scenario and for several.

`LEVEL` is the chance that a comparison of an unchanged agent calls any eval or scenario worse or better.
Evals have 4 of the 5 %, corrected by Holm's method for their number, and the scenarios 1 %; the scenarios of
an eval that was found to have changed are tested at 5 % among themselves, to say where.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import fmean
from typing import Any, Final, Literal, TypeVar

from futureagi_simulate.records import (
    AnswerShare,
    CallRecord,
    EvalKind,
    EvalRecord,
    EvalSummary,
    ExecutionRecord,
    call_record,
    execution_record,
)
from futureagi_simulate_cli import statistics
from futureagi_simulate_cli.gate.measure import (
    Choices,
    Measure,
    Result,
    counterparts,
    find_entry,
    in_quarantine,
    measure_execution,
    own_calls,
    reader,
)
from futureagi_simulate_cli.gate.settings import Quarantined
from futureagi_simulate_cli.statistics import Interval, Stratum

LEVEL: Final = 0.05
EVALS_LEVEL: Final = 0.04
SCENARIOS_LEVEL: Final = 0.01

RELEVANT: Final = 10.0
"""Points of a drop that should have been shown; otherwise the calls are too few to tell."""

ChangeVerdict = Literal["worse", "better", "no difference shown", "too few calls to tell"]
MetricVerdict = Literal["higher", "lower", "no difference shown"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Played:
    """An execution with its calls. Without calls only the execution's own counts can be compared."""

    execution: ExecutionRecord
    calls: tuple[CallRecord, ...] = ()

    @classmethod
    def of(cls, run: Any) -> Played:
        """Make it of an execution's run, as the client returns it; its calls are read."""
        return cls(execution_record(run), tuple(map(call_record, run.calls)))


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of the calls that an eval judged passed."""

    hits: int
    total: int

    @property
    def percent(self) -> float | None:
        """Return the share that passed, in percent with two decimals; None without a call."""
        return round(100 * self.hits / self.total, 2) if self.total else None


@dataclass(frozen=True, slots=True)
class Flip:
    """A call whose result differs from that of the same scenario in the baseline.

    Of several calls of a scenario as few as possible count as flipped. `reason` is the eval's, for the call
    that failed.
    """

    scenario: str
    baseline_call: str
    candidate_call: str
    passed: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class ScenarioChange:
    """An eval's results in one scenario, in both executions.

    `p_value` is that of the scenario alone, `corrected_p` with Holm's correction over the scenarios it was
    tested with; None where these calls can't show anything.
    """

    scenario: str
    baseline: Rate
    candidate: Rate
    p_value: float
    corrected_p: float | None = None
    verdict: ChangeVerdict = "no difference shown"


@dataclass(frozen=True, slots=True)
class EvalChange:
    """What became of one eval.

    `baseline` and `candidate` are its numbers as the gate has them. `difference` (points) and `interval`
    (95 %, for this eval alone) are of the calls that could be compared: `compared_calls` in either execution,
    by scenario where `by_scenario` is set; a scenario counts alike in both, however often it was played.
    `corrected_p` has Holm's correction over the evals. `smallest_drop` is the smallest drop in points that
    these calls would have shown with 80 % power; None: none at all.
    """

    name: str
    id: str | None
    kind: str
    baseline: Measure
    candidate: Measure
    difference: float | None
    interval: Interval | None
    p_value: float
    corrected_p: float
    smallest_drop: float | None
    verdict: ChangeVerdict
    compared_calls: tuple[int, int]
    by_scenario: bool
    scenarios: tuple[ScenarioChange, ...] = ()
    flips: tuple[Flip, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A number of the calls: its means, and the mean difference of calls paired by scenario.

    It decides nothing: longer calls may be worse or better. `corrected_p` has Holm's correction over the
    metrics.
    """

    name: str
    unit: str
    baseline: float | None
    candidate: float | None
    pairs: int
    difference: float | None
    interval: Interval | None
    p_value: float
    corrected_p: float = 1.0
    verdict: MetricVerdict = "no difference shown"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of two executions.

    `evals` have numbers in both; `only_baseline` and `only_candidate` are the names of evals that have one in
    this execution only; `not_compared` those of evals without a number, such as choices of which none was
    accepted. `metrics` are latency, cost, length and failed calls.
    """

    baseline: ExecutionRecord
    candidate: ExecutionRecord
    evals: tuple[EvalChange, ...]
    metrics: tuple[MetricChange, ...]
    only_baseline: tuple[str, ...] = ()
    only_candidate: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    relevant_drop: float = RELEVANT

    @property
    def worse(self) -> bool:
        """Return whether an eval, or a scenario of one, got worse."""
        return any(self._with("worse"))

    @property
    def better(self) -> bool:
        """Return whether an eval, or a scenario of one, got better."""
        return any(self._with("better"))

    def _with(self, verdict: ChangeVerdict) -> Iterator[bool]:
        for one in self.evals:
            yield one.verdict == verdict
            yield from (scenario.verdict == verdict for scenario in one.scenarios)

    @property
    def verdict(self) -> ChangeVerdict:
        """Return the verdict on the whole: worse before better, too few calls if that holds for an eval."""
        if self.worse or self.better:
            return "worse" if self.worse else "better"
        few = not self.evals or any(one.verdict == "too few calls to tell" for one in self.evals)
        return "too few calls to tell" if few else "no difference shown"

    @property
    def exit_code(self) -> int:
        """Return 1 for worse, else 0."""
        return int(self.worse)


def compare(
    baseline: Played | Iterable[CallRecord],
    candidate: Played | Iterable[CallRecord],
    *,
    choices: Choices | None = None,
    quarantine: Sequence[Quarantined] = (),
    relevant_drop: float = RELEVANT,
) -> Comparison:
    """Compare two executions, given with their calls or as their calls alone.

    Args:
        baseline: the execution to compare with.
        candidate: the execution to judge.
        choices: the accepted choices of evals that answer with choices, by name; the others have no rate.
        quarantine: scenarios of evals that are left out.
        relevant_drop: points of a drop that matters. Where nothing is shown and the calls would have missed
            such a drop in more than 20 of 100 cases, the verdict is "too few calls to tell".

    """
    a, b, choices = played_of(baseline), played_of(candidate), choices or {}
    before = measure_execution(a.execution, choices, a.calls, quarantine)
    after = measure_execution(b.execution, choices, b.calls, quarantine)
    match = _match(a.calls, b.calls)
    shared = [
        (old, new)
        for old in _evals(before)
        for new in counterparts(after, old)
        if old.value is not None and new.value is not None and not new.pooled
    ]
    level = EVALS_LEVEL / max(len(shared), 1)
    found = [_eval_change(old, new, _outside(match, new, quarantine), choices, level) for old, new in shared]
    alone = _alone(before, after), _alone(after, before)
    unmeasured = [one.label for one in _evals(after) if one.kind in ("choices", "other")]
    return Comparison(
        baseline=a.execution,
        candidate=b.execution,
        evals=tuple(_judged(found, relevant_drop)),
        metrics=tuple(_metrics(match)),
        only_baseline=alone[0],
        only_candidate=alone[1],
        not_compared=tuple(unmeasured),
        notes=tuple(_notes(match, found)),
        relevant_drop=relevant_drop,
    )


def _outside(match: _Match, measure: Measure, quarantine: Sequence[Quarantined]) -> _Match:
    """Return the calls that aren't quarantined for an eval."""
    if not quarantine:
        return match

    def kept(calls: Iterable[CallRecord]) -> list[CallRecord]:
        return [call for call in calls if not in_quarantine(call, measure, quarantine)]

    groups = tuple((scenario, kept(a), kept(b)) for scenario, a, b in match.groups)
    return replace(match, a=kept(match.a), b=kept(match.b), groups=groups)


def _evals(found: Iterable[Measure]) -> Iterator[Measure]:
    for measure in found:
        yield from measure.evals()


def _alone(found: Sequence[Measure], others: Sequence[Measure]) -> tuple[str, ...]:
    return tuple(
        one.label
        for one in _evals(found)
        if one.value is not None and all(other.value is None for other in counterparts(others, one))
    )


def played_of(given: Played | Iterable[CallRecord]) -> Played:
    """Return an execution with its calls, each once; calls alone are summed up."""
    if isinstance(given, Played):
        return replace(given, calls=tuple(own_calls(given.calls)))
    calls = tuple(own_calls(given))
    statuses = Counter(call.status for call in calls)
    return Played(
        ExecutionRecord(
            id=next((call.execution_id for call in calls if call.execution_id), None),
            status="completed",
            total_calls=len(calls),
            completed_calls=len(calls) - statuses["failed"],
            failed_calls=statuses["failed"],
            evals=tuple(_summaries(calls)),
        ),
        calls,
    )


def _summaries(calls: Iterable[CallRecord]) -> Iterator[EvalSummary]:
    entries: defaultdict[str, list[EvalRecord]] = defaultdict(list)
    for call in calls:
        for entry in call.evals:
            entries[entry.id].append(entry)
    for key, listed in entries.items():
        done = [entry for entry in listed if entry.status == "completed"]
        kind: EvalKind | None = next((entry.kind for entry in listed if entry.kind), None)
        passed = sum(entry.passed is True for entry in done)
        total = len(done) if kind != "pass_fail" else sum(entry.passed is not None for entry in done)
        scores = [entry.score for entry in done if entry.score is not None]
        yield EvalSummary(
            id=key,
            name=next((entry.name for entry in listed if entry.name), key),
            kind=kind,
            pass_rate=round(100 * passed / total, 2) if kind == "pass_fail" and total else None,
            passed=passed if kind == "pass_fail" else None,
            failed=total - passed if kind == "pass_fail" else None,
            average=round(fmean(scores), 2) if kind == "score" and scores else None,
            answers=_answers(done) if kind == "choices" else (),
            total=total,
        )


def _answers(done: Sequence[EvalRecord]) -> tuple[AnswerShare, ...]:
    counts = Counter(entry.choices for entry in done)
    return tuple(AnswerShare(said, 100 * count / len(done), count) for said, count in sorted(counts.items()))


@dataclass(frozen=True, slots=True)
class _Match:
    """The calls of both executions, those of a scenario together, and those that have no counterpart.

    `groups` are (scenario, calls of the baseline, calls of the candidate); a scenario that was played with
    the same customers on both sides has a group for each customer.
    """

    a: Sequence[CallRecord]
    b: Sequence[CallRecord]
    groups: tuple[tuple[str, list[CallRecord], list[CallRecord]], ...]
    by_scenario: bool


def _match(a: Sequence[CallRecord], b: Sequence[CallRecord]) -> _Match:
    """Group calls by scenario: by its id or its name, whichever more calls share; all together if none do."""
    keys: tuple[Callable[[CallRecord], str | None], ...] = (
        lambda call: call.scenario_id,
        lambda call: call.scenario,
    )
    best: list[tuple[list[CallRecord], list[CallRecord]]] = []
    for key in keys:
        left, right = _grouped(a, key), _grouped(b, key)
        shared = [(left[name], right[name]) for name in left if name in right]
        if _size(shared) > _size(best):
            best = shared
    if not best:
        return _Match(a, b, (("", _ordered(a), _ordered(b)),), by_scenario=False)
    groups = [
        (_scenario(right[0]), ours, theirs)
        for left, right in best
        for ours, theirs in _by_customer(left, right)
    ]
    return _Match(a, b, tuple(groups), by_scenario=True)


def _scenario(call: CallRecord) -> str:
    return call.scenario or call.scenario_id or ""


def _size(shared: Iterable[tuple[list[CallRecord], list[CallRecord]]]) -> int:
    return sum(min(len(one), len(other)) for one, other in shared)


def _grouped(calls: Iterable[CallRecord], key: Callable[[CallRecord], T | None]) -> dict[T, list[CallRecord]]:
    groups: defaultdict[T, list[CallRecord]] = defaultdict(list)
    for call in calls:
        if (name := key(call)) is not None:
            groups[name].append(call)
    return groups


def _by_customer(
    a: list[CallRecord], b: list[CallRecord]
) -> Iterator[tuple[list[CallRecord], list[CallRecord]]]:
    left, right = (Counter(call.customer_name for call in calls) for calls in (a, b))
    if left != right or None in left:
        yield _ordered(a), _ordered(b)
        return
    ours, theirs = (_grouped(calls, lambda call: call.customer_name) for calls in (a, b))
    yield from ((_ordered(ours[name]), _ordered(theirs[name])) for name in ours)


_EPOCH: Final = datetime.fromtimestamp(0, UTC)


def _ordered(calls: Iterable[CallRecord]) -> list[CallRecord]:
    return sorted(calls, key=lambda call: (call.created_at or call.started_at or _EPOCH, call.id))


def _eval_change(old: Measure, new: Measure, match: _Match, choices: Choices, level: float) -> EvalChange:
    results = reader(old, match.a, choices), reader(new, match.b, choices)
    groups = [(scenario, _known(a, results[0]), _known(b, results[1])) for scenario, a, b in match.groups]
    told = zip((old, new), (match.a, match.b), results, strict=True)
    agree = all(_agrees(measure, _known(calls, result)) for measure, calls, result in told)
    groups = [one for one in groups if one[1] and one[2]] if agree else []
    if not old.is_rate or not new.is_rate:
        return _average_change(old, new, groups, by_scenario=match.by_scenario, level=level)
    scenarios: tuple[ScenarioChange, ...] = ()
    if groups:
        strata = [Stratum(*_counts(a), *_counts(b)) for _, a, b in groups]
        scenarios = tuple(_scenarios(groups)) if match.by_scenario else ()
    else:
        counts = (old.hits, old.total, new.hits, new.total)
        strata = [] if None in counts else [Stratum(*(count or 0 for count in counts))]
    found = statistics.difference(strata)
    return EvalChange(
        name=new.label,
        id=new.id,
        kind=new.kind,
        baseline=old,
        candidate=new,
        difference=found.points if found else None,
        interval=found.interval if found else None,
        p_value=statistics.stratified_exact(strata),
        corrected_p=1.0,
        smallest_drop=statistics.smallest_drop(strata, level),
        verdict="no difference shown",
        compared_calls=(sum(one.total_a for one in strata), sum(one.total_b for one in strata)),
        by_scenario=match.by_scenario and bool(groups),
        scenarios=scenarios,
        flips=tuple(_flips(groups, (old, match.a), (new, match.b))),
    )


_NEAR: Final = 0.5
"""Points by which the mean of the calls' scores may differ from the execution's average: both are rounded."""


def _agrees(measure: Measure, known: Known) -> bool:
    """Return whether the calls' results are those that the execution counts; of a range they are in it."""
    if measure.kind == "average":
        mean = fmean(value for _, value in known) if known else measure.value
        return measure.value is None or mean is None or abs(mean - measure.value) <= _NEAR
    if measure.hits is None or measure.total is None:
        return True
    hits, total = _counts(known)
    return total == measure.total and measure.hits <= hits <= max(measure.hits, measure.most or 0)


Known = list[tuple[CallRecord, float]]


def _known(calls: Iterable[CallRecord], result: Result) -> Known:
    return [(call, float(value)) for call in calls if (value := result(call)) is not None]


def _counts(known: Known) -> tuple[int, int]:
    return round(sum(value for _, value in known)), len(known)


def _average_change(
    old: Measure, new: Measure, groups: Sequence[tuple[str, Known, Known]], *, by_scenario: bool, level: float
) -> EvalChange:
    pairs = _pairs(groups)
    return EvalChange(
        name=new.label,
        id=new.id,
        kind=new.kind,
        baseline=old,
        candidate=new,
        difference=fmean(pairs) if pairs else None,
        interval=statistics.mean_interval(pairs),
        p_value=statistics.sign_flip(pairs),
        corrected_p=1.0,
        smallest_drop=statistics.smallest_shift(pairs, level),
        verdict="no difference shown",
        compared_calls=(len(pairs), len(pairs)),
        by_scenario=by_scenario and bool(pairs),
    )


def _pairs(groups: Iterable[tuple[str, Known, Known]]) -> list[float]:
    """Return the differences of paired calls: the first of a scenario with the first, and so on."""
    return [right - left for _, a, b in groups for (_, left), (_, right) in zip(a, b, strict=False)]


def _scenarios(groups: Iterable[tuple[str, Known, Known]]) -> Iterator[ScenarioChange]:
    known: defaultdict[str, tuple[Known, Known]] = defaultdict(lambda: ([], []))
    for scenario, a, b in groups:
        known[scenario][0].extend(a)
        known[scenario][1].extend(b)
    for scenario, (a, b) in known.items():
        before, after = Rate(*_counts(a)), Rate(*_counts(b))
        yield ScenarioChange(scenario, before, after, statistics.stratified_exact([_stratum(before, after)]))


def _stratum(before: Rate, after: Rate) -> Stratum:
    return Stratum(before.hits, before.total, after.hits, after.total)


def _flips(
    groups: Iterable[tuple[str, Known, Known]], *sides: tuple[Measure, Sequence[CallRecord]]
) -> Iterator[Flip]:
    """Iterate over the calls that flipped: from pass to fail first."""
    by_id = [any(entry.id == one.id for call in calls for entry in call.evals) for one, calls in sides]
    flips = []
    for scenario, a, b in groups:
        before, after = (sorted(known, key=lambda one: -one[1]) for known in (a, b))
        most = max(len(a), len(b))
        for place in range(most):  # the fewer calls stand for as many as the other side has
            old, was = before[place * len(a) // most]
            new, now = after[place * len(b) // most]
            if was != now:
                side = int(now < was)  # the call that failed is the candidate's, or the baseline's
                entry = find_entry((old, new)[side], sides[side][0], by_id=by_id[side])
                flips.append(Flip(scenario, old.id, new.id, now > was, entry.reason if entry else None))
    return iter(sorted(flips, key=lambda flip: (flip.passed, flip.scenario)))


def _judged(found: Sequence[EvalChange], relevant: float) -> Iterator[EvalChange]:
    """Correct for the number of evals and of scenarios, and give the verdicts."""
    corrected = statistics.holm([one.p_value for one in found])
    verdicts: list[ChangeVerdict] = []
    for one, p in zip(found, corrected, strict=True):
        if p <= EVALS_LEVEL and one.difference:
            verdicts.append("worse" if one.difference < 0 else "better")
        else:
            few = one.smallest_drop is None or one.smallest_drop > relevant
            verdicts.append("too few calls to tell" if few else "no difference shown")
    changed = [verdict in ("worse", "better") for verdict in verdicts]
    cells = {
        is_changed: _judge_scenarios(
            [
                (index, scenario)
                for index, one in enumerate(found)
                if changed[index] is is_changed
                for scenario in one.scenarios
            ],
            LEVEL if is_changed else SCENARIOS_LEVEL,
        )
        for is_changed in (True, False)
    }
    for index, (one, p, verdict) in enumerate(zip(found, corrected, verdicts, strict=True)):
        yield replace(
            one, corrected_p=p, verdict=verdict, scenarios=tuple(cells[changed[index]].get(index, ()))
        )


def _judge_scenarios(
    cells: Sequence[tuple[int, ScenarioChange]], level: float
) -> dict[int, list[ScenarioChange]]:
    """Correct for the scenarios that could be significant at all (Tarone), and give the verdicts."""
    least = [statistics.attainable(_stratum(cell.baseline, cell.candidate)) for _, cell in cells]
    count = next((k for k in range(1, len(cells) + 1) if sum(p <= level / k for p in least) <= k), 0)
    able = [index for index, p in enumerate(least) if count and p <= level / count]
    corrected = dict(zip(able, statistics.holm([cells[index][1].p_value for index in able]), strict=True))
    judged: defaultdict[int, list[ScenarioChange]] = defaultdict(list)
    for index, (eval_index, cell) in enumerate(cells):
        p, verdict = corrected.get(index), cell.verdict
        if p is not None and p <= level:
            before, after = cell.baseline.percent or 0.0, cell.candidate.percent or 0.0
            verdict = "worse" if after < before else "better"
        judged[eval_index].append(replace(cell, corrected_p=p, verdict=verdict))
    return judged


_METRICS: Final[tuple[tuple[str, str, Callable[[CallRecord], float | None]], ...]] = (
    ("agent latency", "s", lambda call: call.agent_latency_s),
    ("response time", "s", lambda call: call.response_time_s),
    ("call length", "s", lambda call: call.duration_s),
    ("cost", "cents", lambda call: call.cost_cents),
)


def _metrics(match: _Match) -> Iterator[MetricChange]:
    """Compare the numbers of calls that both executions have, and the share of failed calls."""
    found = [change for metric in _METRICS if (change := _metric(*metric, match))]
    if match.a and match.b:
        found.append(_failed_calls(match))
    corrected = statistics.holm([one.p_value for one in found])
    for one, p in zip(found, corrected, strict=True):
        shown = p <= LEVEL and one.difference
        verdict: MetricVerdict = "no difference shown"
        if shown:
            verdict = "higher" if (one.difference or 0) > 0 else "lower"
        yield replace(one, corrected_p=p, verdict=verdict)


def _metric(
    name: str, unit: str, read: Callable[[CallRecord], float | None], match: _Match
) -> MetricChange | None:
    a, b = ([value for _, value in _known(calls, read)] for calls in (match.a, match.b))
    if not a and not b:
        return None
    pairs = _pairs(
        (scenario, _known(one, read), _known(other, read)) for scenario, one, other in match.groups
    )
    return MetricChange(
        name,
        unit,
        fmean(a) if a else None,
        fmean(b) if b else None,
        len(pairs),
        fmean(pairs) if pairs else None,
        statistics.mean_interval(pairs),
        statistics.sign_flip(pairs),
    )


def _failed_calls(match: _Match) -> MetricChange:
    def failed(calls: Iterable[CallRecord]) -> tuple[int, int]:
        ended = [call for call in calls if call.status in ("completed", "failed")]
        return sum(call.status == "failed" for call in ended), len(ended)

    strata = [Stratum(*failed(a), *failed(b)) for _, a, b in match.groups]
    found = statistics.difference(strata)
    before, after = Rate(*failed(match.a)), Rate(*failed(match.b))
    return MetricChange(
        "failed calls",
        "%",
        before.percent,
        after.percent,
        sum(min(one.total_a, one.total_b) for one in strata),
        found.points if found else None,
        found.interval if found else None,
        statistics.stratified_exact(strata),
    )


def _notes(match: _Match, found: Sequence[EvalChange]) -> Iterator[str]:
    if not found:
        yield "Nothing was compared: no eval has results in both executions."
    elif match.a and match.b and not match.by_scenario:
        yield (
            "No scenario has calls in both executions: the calls were compared without regard to scenarios. "
            "A difference may come from the scenarios; compare executions that share theirs."
        )
    elif match.by_scenario:
        for name, calls, side in (("baseline", match.a, 1), ("candidate", match.b, 2)):
            left_out = len(calls) - sum(len(group[side]) for group in match.groups)
            if left_out:
                yield (
                    f"{left_out} of {len(calls)} calls of the {name} have a scenario that the other "
                    "execution doesn't have; they were not compared."
                )
    uneven = [
        one.name
        for one in found
        if one.by_scenario
        and one.difference is not None
        and abs(one.difference - (one.candidate.value or 0.0) + (one.baseline.value or 0.0)) > 0.05
    ]
    if uneven:
        yield (
            f"{', '.join(uneven)}: some scenarios have more results in one execution than in the other; the "
            "difference counts each scenario alike in both, the rates don't."
        )
    apart = [one.name for one in found if match.by_scenario and not one.by_scenario and (match.a or match.b)]
    if apart:
        yield (
            f"{', '.join(apart)}: the calls don't show the results that an execution counts; its counts were "
            "compared, without regard to scenarios."
        )
    for one in found:
        for name, measure, compared in zip(
            ("baseline", "candidate"), (one.baseline, one.candidate), one.compared_calls, strict=True
        ):
            if measure.is_rate and measure.total is not None and compared < measure.total:
                yield f"{one.name}: {compared} of the {measure.total} results of the {name} were compared."
