"""What a gate found: one check per requirement, and the sentence that sums them up."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Literal

import attrs

from futureagi_simulate.records import ExecutionRecord
from futureagi_simulate_cli.gate.measure import Measure
from futureagi_simulate_cli.gate.settings import Settings

CheckKind = Literal[
    "status", "evaluated", "consistency", "threshold", "missing", "calls", "failed calls", "baseline"
]


class Outcome(Enum):
    """What a gate says of an execution; the value is the exit code of `fi-simulate gate`."""

    READY = 0
    BELOW = 1
    UNFINISHED = 3


@attrs.frozen
class Check:
    """One requirement and whether it holds.

    `subject` is the eval's name, or what else was looked at; `sentence` says what was found and what was
    asked for.
    """

    kind: CheckKind
    subject: str
    passed: bool
    sentence: str


@attrs.frozen
class Verdict:
    """What a gate found out about an execution, and everything it rests on.

    `checks` are the requirements; `measures` every eval of the execution, asked about or not; `baseline` the
    same for the execution compared with; `notes` what a reader should know that decides nothing; `settings`
    what was asked.
    """

    outcome: Outcome
    execution: ExecutionRecord
    checks: tuple[Check, ...]
    measures: tuple[Measure, ...]
    baseline: tuple[Measure, ...] = ()
    notes: tuple[str, ...] = ()
    settings: Settings = attrs.field(factory=Settings)

    def with_notes(self, notes: Iterable[str]) -> Verdict:
        """Give the same verdict with `notes` before its own."""
        return attrs.evolve(self, notes=(*notes, *self.notes))

    @property
    def ready(self) -> bool:
        """Say whether every requirement holds."""
        return self.outcome is Outcome.READY

    @property
    def exit_code(self) -> int:
        """Give 0 for ready, 1 for below, 3 for not finished."""
        return self.outcome.value

    @property
    def failed(self) -> tuple[Check, ...]:
        """Give the checks that don't hold."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def sentence(self) -> str:
        """Sum it up: the verdict, and the first reason when it is not "ready"."""
        if self.ready:
            held = len(self.checks)
            return f"Ready to promote: {'the check holds' if held == 1 else f'all {held} checks hold'}."
        first, *others = self.failed
        more = f" (and {len(others)} more)" if others else ""
        word = "Not finished" if self.outcome is Outcome.UNFINISHED else "Not ready to promote"
        return f"{word}: {first.sentence}{more}"
