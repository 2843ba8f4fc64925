"""Which results differ from one execution to the next: scenarios and evals over several executions. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from futureagi_simulate.records import ExecutionRecord
from futureagi_simulate_cli import statistics
from futureagi_simulate_cli.comparison.core import Played
from futureagi_simulate_cli.gate.measure import Choices, accepted_choices, entry_passed, own_calls
from futureagi_simulate_cli.statistics import Interval

Passes = Literal["always", "sometimes", "never"]


@dataclass(frozen=True, slots=True)
class Cell:
    """An eval in a scenario: how many of its `plays` passed, over all executions.

    `interval` (95 %, in percent) says what the rate may be: 5 of 5 may well be an agent that passes 60 %.
    `executions` is the number of executions that have a result.
    """

    scenario: str
    eval: str
    passed: int
    plays: int
    executions: int

    @property
    def passes(self) -> Passes:
        """Return whether it passed always, sometimes or never."""
        if self.passed == self.plays:
            return "always"
        return "sometimes" if self.passed else "never"

    @property
    def interval(self) -> Interval:
        """Return the 95 % interval of the rate, in percent."""
        return statistics.wilson(self.passed, self.plays)

    def pass_power(self, k: int) -> float | None:
        """Return the chance that `k` plays in a row pass; None for more than were played."""
        return statistics.pass_power(self.passed, self.plays, k)


@dataclass(frozen=True, slots=True)
class Flakiness:
    """The results of several executions, newest first; `cells` have those that differ first."""

    executions: tuple[ExecutionRecord, ...]
    cells: tuple[Cell, ...]

    @property
    def flaky(self) -> tuple[Cell, ...]:
        """Return the cells that passed sometimes."""
        return tuple(cell for cell in self.cells if cell.passes == "sometimes")


def find_flaky(executions: Sequence[Played], *, choices: Choices | None = None) -> Flakiness:
    """Count how often each eval passed in each scenario, over `executions`.

    Evals with pass or fail count, and those with choices that have accepted ones in `choices`.
    """
    counts: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for played in executions:
        seen = set()
        for call in own_calls(played.calls):
            for entry in call.evals:
                passed = entry_passed(entry, accepted_choices(choices or {}, entry.name or entry.id, None))
                if passed is not None:
                    key = call.scenario or call.scenario_id or "", entry.name or entry.id
                    counts[key][0] += passed
                    counts[key][1] += 1
                    counts[key][2] += key not in seen
                    seen.add(key)
    cells = [Cell(*key, *count) for key, count in counts.items()]
    order = ("sometimes", "never", "always")
    cells.sort(
        key=lambda cell: (order.index(cell.passes), cell.passed / cell.plays, cell.scenario, cell.eval)
    )
    return Flakiness(tuple(played.execution for played in executions), tuple(cells))


def misclassified(rate: float, plays: int) -> float:
    """Return the chance that an agent that passes at `rate` (0 to 1) passes all of `plays`, or none.

    Such a cell is called "always" or "never" though it is neither.
    """
    return 0.0 if rate in (0, 1) else rate**plays + (1 - rate) ** plays


def quarantine_lines(cells: Sequence[Cell], until: date) -> str:
    """Write cells as the setting `quarantine` of the gate, in TOML."""
    rows = "".join(
        f"    {{ scenario = {_quoted(cell.scenario)}, eval = {_quoted(cell.eval)}, until = {until} }},\n"
        for cell in cells
    )
    return f"quarantine = [\n{rows}]\n"


def _quoted(text: str) -> str:
    """Write a TOML basic string; every character that TOML or a terminal could interpret is escaped."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char) if not 0xD800 <= ord(char) <= 0xDFFF else 0xFFFD
    return f"\\U{code:08x}"
