"""An execution held against an earlier one: what there is to compare, and how much worse each eval is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from futureagi_simulate.gate.measure import Measure, with_parts
from futureagi_simulate.gate.settings import percent, points
from futureagi_simulate.gate.status import is_finished, state
from futureagi_simulate.gate.verdict import Check
from futureagi_simulate.records import ExecutionRecord


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


def _drops(found: Sequence[Measure], before: Sequence[Measure], most: float) -> Iterator[Check]:
    now = {measure.name: measure for measure in with_parts(found)}
    for old in with_parts(before):
        if old.value is None:
            continue
        new = now.get(old.name)
        if new is None or new.value is None:
            yield Check(
                "baseline", old.name, False, f"{old.name} was evaluated in the baseline, but not here."
            )
            continue
        drop = round(old.value - new.value, 2)
        change = f"{points(abs(drop))} points {'below' if drop > 0 else 'above'}" if drop else "exactly at"
        yield Check(
            "baseline",
            old.name,
            drop <= most,
            f"{old.name} is {change} its baseline of {percent(old.value)}, {points(most)} below are allowed.",
        )
