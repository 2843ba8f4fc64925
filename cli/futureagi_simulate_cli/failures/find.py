"""Which evals of a call failed: pure decisions on records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.records import CallRecord, EvalKind, EvalRecord
from futureagi_simulate_cli.failures.turns import FailingTurn, find_turn
from futureagi_simulate_cli.gate.settings import EVERY, Threshold, one_per_eval


@attrs.frozen
class Demands:
    """What counts as failed beside a plain "Failed".

    `thresholds` are the least scores (one named `EVERY`, or without a name, is for every score); `wanted`
    names, per eval that answers with choices, the good ones. Evals not spoken of here can't fail by a score
    or a choice.
    """

    thresholds: tuple[Threshold, ...] = ()
    wanted: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=one_per_eval)

    def broken_by(self, record: EvalRecord) -> str | None:
        """Say what was asked of an eval that failed, such as "at least 50 %"; None for one that didn't."""
        if record.passed is False:
            return "Passed"
        if record.score is not None:
            threshold = self._threshold(record.name or "")
            return threshold.words if threshold and not threshold.reached_by(record.score) else None
        if record.choices:
            good = self._wanted(record.name or "")
            accepted = {choice.casefold() for choice in good}
            bad = [choice for choice in record.choices if choice.casefold() not in accepted]
            return " or ".join(good) if good and bad else None
        return None

    def check(self, evals: Iterable[tuple[str | None, EvalKind | None]]) -> None:
        """Raise ConfigurationError where something is asked of an eval that isn't among `evals`, or can't.

        `evals` are names and kinds; without any, nothing is known to be wrong.
        """
        known = {name.casefold(): (name, kind) for name, kind in evals if name}
        scores = [threshold.name for threshold in self.thresholds if threshold.name not in (None, EVERY)]
        for asked, kind, noun in [
            *((name or "", "score", "a score") for name in scores),
            *((name, "choices", "choices") for name in self.wanted),
        ]:
            name, found = known.get(asked.casefold(), (asked, None))
            if known and asked.casefold() not in known:
                names = ", ".join(sorted(name for name, _ in known.values()))
                raise ConfigurationError(
                    f'The execution has no eval called "{asked}".',
                    remedy=f"Name one of those it has: {names}.",
                )
            if found not in (None, kind):
                raise ConfigurationError(
                    f"{name} doesn't answer with {noun}.",
                    remedy="Leave it out: a plain Failed counts as failed by itself."
                    if found == "pass_fail"
                    else "Ask for a score with --min, for choices with --want.",
                )

    def _threshold(self, name: str) -> Threshold | None:
        named = [t for t in self.thresholds if t.name and t.name.casefold() == name.casefold()]
        every = [t for t in self.thresholds if t.name in (None, EVERY)]
        return next(iter(named + every), None)

    def _wanted(self, name: str) -> Sequence[str]:
        return next((good for asked, good in self.wanted.items() if asked.casefold() == name.casefold()), ())


@attrs.frozen
class FailedEval:
    """An eval that failed on a call: its record, what had been asked, and where in the call it happened."""

    record: EvalRecord
    wanted: str
    turn: FailingTurn | None = None

    @property
    def said(self) -> str:
        """Write the eval's answer: "Failed", "32 %", "angry"."""
        if self.record.score is not None:
            return f"{self.record.score:g} %"
        return ", ".join(self.record.choices) or "Failed"


@attrs.frozen
class FailedCall:
    """A call with at least one failed eval."""

    call: CallRecord
    evals: tuple[FailedEval, ...]


def failed_call(call: CallRecord, demands: Demands) -> FailedCall | None:
    """Give the failed evals of a call, or None when there is none."""
    evals = tuple(_failed_evals(call, demands))
    return FailedCall(call, evals) if evals else None


def _failed_evals(call: CallRecord, demands: Demands) -> Iterator[FailedEval]:
    for record in call.evals:
        wanted = demands.broken_by(record)
        if wanted is not None:
            yield FailedEval(record, wanted, find_turn(record.reason, call.transcript))
