"""A verdict on the terminal: the evals with their numbers, then what decided, then the sentence."""

from __future__ import annotations

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from futureagi_simulate.printable import one_line
from futureagi_simulate_cli.commands.console import output, print_json, print_table, say
from futureagi_simulate_cli.gate.baseline import counterparts
from futureagi_simulate_cli.gate.measure import Measure
from futureagi_simulate_cli.gate.render import as_json as verdict_json
from futureagi_simulate_cli.gate.render import (
    counts_text,
    flat,
    interval_text,
    missing_text,
    settings_text,
    value_text,
)
from futureagi_simulate_cli.gate.verdict import Verdict


def show_verdict(verdict: Verdict, *, as_json: bool = False, console: Console | None = None) -> None:
    """Print a verdict: as JSON, or as a table of the evals and a line per check that doesn't hold."""
    if as_json:
        print_json(verdict_json(verdict))
        return
    console = console or output()
    if verdict.measures:
        show_measures(console, verdict)
        say(console)
    for check in verdict.checks:
        show_check(console, check.passed, check.sentence)
    for note in verdict.notes:
        say(console, f"  note  {one_line(note)}", "dim")
    say(console, f"  {one_line(settings_text(verdict.settings))}", "dim")
    say(console)
    style = "bold green" if verdict.ready else "bold yellow" if verdict.exit_code == 3 else "bold red"
    if console.is_terminal:
        console.print(Panel(Text(one_line(verdict.sentence), style), border_style=style, expand=False))
    else:
        say(console, one_line(verdict.sentence))


def show_check(console: Console, passed: bool, sentence: str) -> None:
    """Print one requirement with its mark."""
    mark = ("  ok    ", "green") if passed else ("  below ", "bold red")
    console.print(Text.assemble(mark, one_line(sentence)))


def show_measures(console: Console, verdict: Verdict) -> None:
    """Print the evals of a verdict, with the baseline beside them when there is one."""
    compared = {
        id(new): old
        for _, old in flat(verdict.baseline)
        for new in counterparts(verdict.measures, old)
        if old.value is not None
    }
    columns = ["Eval", "Measured", "Calls", "No result", "95 % interval", *(["Baseline"] if compared else [])]
    state = {check.subject: _holds(verdict, check.subject) for check in verdict.checks}
    rows: list[list[str | Text]] = [
        [
            _name(depth, measure),
            Text(value_text(measure), _style(state.get(measure.label))),
            counts_text(measure),
            missing_text(measure),
            interval_text(measure),
            *([value_text(compared[id(measure)]) if id(measure) in compared else "-"] if compared else []),
        ]
        for depth, measure in flat(verdict.measures)
    ]
    print_table(console, columns, rows, right=columns[1:])


def _holds(verdict: Verdict, subject: str) -> bool:
    return all(check.passed for check in verdict.checks if check.subject == subject)


def _name(depth: int, measure: Measure) -> Text:
    name = Text("  " * depth + one_line(measure.label))
    if measure.kind == "average":
        name.append(" (average)", "dim")
    if measure.kind == "shares":
        name.append(" (choices)", "dim")
    if measure.kind == "wanted share":
        name.append(" (wanted choices)", "dim")
    return name


def _style(passed: bool | None) -> str:
    return "" if passed is None else "green" if passed else "bold red"
