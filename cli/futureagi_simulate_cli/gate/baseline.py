"""An execution held against an earlier one: what there is to compare, and how much worse each eval is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from futureagi_simulate.records import ExecutionRecord
from futureagi_simulate_cli.gate.measure import Measure, with_parts
from futureagi_simulate_cli.gate.settings import percent, points
from futureagi_simulate_cli.gate.status import is_finished, state
from futureagi_simulate_cli.gate.verdict import Check


def compare(
    found: Sequence[Measure], baseline: ExecutionRecord, before: Sequence[Measure], most: float
) -> Iterator[Check]:
    """Check that no eval of `before`, the measures of `baseline`, was more than `most` points better.

    A baseline that nothing can be learnt from fails too: whoever names one wants a comparison.
    """
    if not is_finished(baseline):
        yield _useless(f"the baseline {state(baseline)}: its numbers can still change.")
    elif all(measure.value is None for measure in with_parts(before)):
        yield _useless("the baseline has no eval with a number to compare with.")
    else:
        yield from _drops(found, before, most)


def _useless(sentence: str) -> Check:
    return Check("baseline", "baseline", False, sentence)


def counterparts(found: Sequence[Measure], old: Measure) -> list[Measure]:
    """Give the evals that `old`, one of another execution, is compared with: by its id, else by its name."""
    everything = list(with_parts(found))
    by_id = [measure for measure in everything if old.id and measure.id == old.id]
    return by_id or [measure for measure in everything if measure.name == old.name]


def _drops(found: Sequence[Measure], before: Sequence[Measure], most: float) -> Iterator[Check]:
    for old in with_parts(before):
        if old.problem:
            yield _useless(f"the baseline's {old.label} can't be compared with: it has {old.problem}.")
            continue
        if old.value is None:
            continue
        now = counterparts(found, old)
        values = [measure.value for measure in now if measure.value is not None]
        if not values or len(values) < len(now):
            yield Check(
                "baseline", old.label, False, f"{old.label} was evaluated in the baseline, but not here."
            )
            continue
        if wrong := [measure for measure in now if measure.problem]:
            said = f"{wrong[0].label} can't be compared: it has {wrong[0].problem}."
            yield Check("baseline", old.label, False, said)
            continue
        drop = round(old.value - min(values), 2)
        change = f"{points(abs(drop))} points {'below' if drop > 0 else 'above'}" if drop else "exactly at"
        said = (
            f"{old.label} is {change} its baseline of {percent(old.value)}, {points(most)} below are allowed."
        )
        yield Check("baseline", old.label, drop <= most, said)
