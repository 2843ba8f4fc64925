"""Executions and calls with their evals, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from futureagi_simulate.cli import rows
from futureagi_simulate.cli.console import print_table, say
from futureagi_simulate.gate.measure import measures
from futureagi_simulate.gate.render import counts_text, flat, interval_text, value_text
from futureagi_simulate.printable import one_line, shorten
from futureagi_simulate.records import CallRecord, ExecutionRecord

_SHORT_ID = 8


def show_executions(console: Console, records: Sequence[ExecutionRecord]) -> None:
    """Print executions with a column per eval: pass rates, averages (ø), or the most frequent choice.

    On a terminal ids are cut to what tells them apart, and evals that don't fit go to lines of their own.
    """
    names = rows.eval_columns(records)
    columns = [*rows.EXECUTION_COLUMNS, *(shorten(name, 24) for name in names)]
    table = [
        [
            *rows.execution_row(record),
            *(rows.summary_text(rows.summaries(record).get(name)) for name in names),
        ]
        for record in records
    ]
    if console.is_terminal:
        table = [[str(row[0])[:_SHORT_ID], *row[1:]] for row in table]
    print_table(console, columns, table, [*rows.EXECUTION_NUMBERS, *columns[len(rows.EXECUTION_COLUMNS) :]])


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
    print_table(console, rows.CALL_COLUMNS, [rows.call_row(record)], rows.CALL_NUMBERS)
    say(console)
    table: list[list[str | Text]] = [
        [one_line(found.name or found.id), rows.eval_text(found), one_line(found.reason or "")]
        for found in record.evals
    ]
    if table:
        print_table(console, ["Eval", "Result", "Reason"], table)
    else:
        say(console, "No evals.")
