"""Executions and calls with their evals, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from futureagi_simulate.printable import one_line
from futureagi_simulate.records import CallRecord, ExecutionRecord
from futureagi_simulate_cli.commands import rows
from futureagi_simulate_cli.commands.console import print_table, say
from futureagi_simulate_cli.gate.measure import measures
from futureagi_simulate_cli.gate.render import counts_text, flat, interval_text, value_text


def show_executions(console: Console, records: Sequence[ExecutionRecord], *, short_ids: bool = False) -> None:
    """Print executions with a column per eval: pass rates, averages, or the most frequent choice.

    On a terminal as many evals as there is room for.
    """
    names = rows.eval_columns(records)
    evals = [[rows.summary_text(rows.summaries(record).get(name)) for name in names] for record in records]
    heads = [one_line(name) for name in names]
    if not console.is_terminal:
        columns = [*rows.EXECUTION_COLUMNS, *heads]
        table = [[*rows.execution_row(record), *cells] for record, cells in zip(records, evals, strict=True)]
        print_table(console, columns, table, [*rows.EXECUTION_NUMBERS, *heads])
        return
    broken = [head.replace(" ", "\n", 1) if len(head) > _SHORT else head for head in heads]
    basic = [rows.compact_row(record, short_id=short_ids) for record in records]
    most = _fitting(console.width, [rows.COMPACT_COLUMNS, *basic], [broken, *evals])
    columns = [*rows.COMPACT_COLUMNS, *broken[:most]]
    table = [[*row, *cells[:most]] for row, cells in zip(basic, evals, strict=True)]
    print_table(console, columns, table, ["Calls", "Failed", *broken])
    if most < len(names):
        say(console, f"No room for {', '.join(heads[most:])}.", "dim")


_SHORT = 9
_GAP = 2


def _fitting(width: int, basic: Sequence[Sequence[object]], evals: Sequence[Sequence[object]]) -> int:
    """Say how many columns of `evals` fit into `width` beside those of `basic`."""
    room = width - sum(column + _GAP for column in _widths(basic))
    for number, column in enumerate(_widths(evals)):
        room -= column + _GAP
        if room < -_GAP:
            return number
    return len(evals[0])


def _widths(table: Sequence[Sequence[object]]) -> list[int]:
    return [
        max(cell_len(line) for cell in column for line in str(cell).split("\n"))
        for column in zip(*table, strict=True)
    ]


def show_execution(console: Console, record: ExecutionRecord) -> None:
    """Print one execution: its counts, then its evals with counts and intervals."""
    print_table(console, rows.EXECUTION_COLUMNS, [rows.execution_row(record)], rows.EXECUTION_NUMBERS)
    say(console)
    found = [
        [
            "  " * depth + one_line(measure.name),
            value_text(measure),
            counts_text(measure),
            interval_text(measure),
        ]
        for depth, measure in flat(measures(record.evals, {}))
    ]
    if found:
        print_table(
            console,
            ["Eval", "Measured", "Calls", "95 % interval"],
            found,
            ["Measured", "Calls", "95 % interval"],
        )
    else:
        say(console, "No evals.")


def show_call(console: Console, record: CallRecord) -> None:
    """Print one call and what every eval said of it."""
    print_table(console, rows.CALL_COLUMNS, [rows.call_row(record)], rows.CALL_NUMBERS, cut=rows.CALL_TEXTS)
    say(console)
    table: list[list[str | Text]] = [
        [one_line(found.name or found.id), rows.eval_text(found), one_line(found.reason or "")]
        for found in record.evals
    ]
    if table:
        print_table(console, ["Eval", "Result", "Reason"], table, fold=["Reason"])
    else:
        say(console, "No evals.")
