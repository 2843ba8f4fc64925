"""Records as rows of tables, as values for JSON, and the tables of executions and calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from futureagi_simulate.printable import one_line, shorten
from futureagi_simulate.records import CallRecord, EvalRecord, EvalSummary, ExecutionRecord
from futureagi_simulate_cli.commands.console import print_table, say
from futureagi_simulate_cli.gate.measure import measures
from futureagi_simulate_cli.gate.render import counts_text, flat, interval_text, value_text
from futureagi_simulate_cli.gate.settings import percent

_STATUS_STYLES = {
    "completed": "green",
    "failed": "red",
    "cancelled": "red",
    "running": "yellow",
    "ongoing": "yellow",
    "evaluating": "yellow",
    "analyzing": "yellow",
}


def as_values(record: Any) -> dict[str, Any]:
    """Return a record as plain values, without its raw bytes."""
    return asdict(
        record,
        dict_factory=lambda pairs: {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in pairs
            if name != "raw_json"
        },
    )


def clock(seconds: float) -> str:
    """Write a time as minutes and seconds: "29:55"."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def moment(value: datetime | None) -> str:
    """Write a time to the minute, in UTC."""
    return f"{value:%Y-%m-%d %H:%M}" if value else "-"


def length(seconds: float | None) -> str:
    """Write a length of time: "1:28"."""
    return "-" if seconds is None else clock(seconds)


def rate(value: float | None) -> str:
    """Write a percentage for a table."""
    return "-" if value is None else f"{value:.1f} %"


def status(value: str | None) -> Text:
    """Write a status in its colour."""
    return Text(one_line(value or "-"), _STATUS_STYLES.get(value or "", ""))


_KINDS = ("pass_fail", "score", "choices", None)

EXECUTION_COLUMNS = ("Execution", "Started (UTC)", "Status", "Calls", "Done", "Failed")
EXECUTION_NUMBERS = ("Calls", "Done", "Failed")


def execution_row(record: ExecutionRecord) -> list[str | Text]:
    """Write an execution, without its evals."""
    return [
        record.id or "-",
        moment(record.started_at),
        status(record.status),
        number(record.total_calls),
        number(record.completed_calls),
        number(record.failed_calls),
    ]


COMPACT_COLUMNS = ("Execution", "Started, UTC", "Status", "Calls", "Failed")


def compact_row(record: ExecutionRecord, *, short_id: bool) -> list[str | Text]:
    """Write an execution in the width of a terminal, on request with the first eight characters of its id."""
    calls = f"{number(record.completed_calls)}/{number(record.total_calls)}"
    failed = Text(number(record.failed_calls), "red" if record.failed_calls else "dim")
    started = f"{record.started_at:%b %d %H:%M}" if record.started_at else "-"
    return [(record.id or "-")[: 8 if short_id else None], started, status(record.status), calls, failed]


def number(value: int | None) -> str:
    """Write a count."""
    return "-" if value is None else str(value)


def eval_columns(records: Sequence[ExecutionRecord]) -> list[str]:
    """Return the names of the evals with a result in any of the executions: those with a pass rate first."""
    judged = {
        name: found.kind
        for record in records
        for name, found in summaries(record).items()
        if found.total != 0
    }
    return sorted(judged, key=lambda name: _KINDS.index(judged[name]))


def summaries(record: ExecutionRecord) -> dict[str, EvalSummary]:
    """Return the evals of an execution by the names that calls use: a template's parts, or itself."""
    return {
        part.name or "(unnamed)": part for summary in record.evals for part in summary.parts or (summary,)
    }


def summary_text(summary: EvalSummary | None) -> Text:
    """Write the result of an eval over an execution: a rate, an average, or the most frequent choice."""
    if summary is None or summary.total == 0:
        return Text("-", "dim")
    if summary.pass_rate is not None:
        return Text(rate(summary.pass_rate), "" if summary.pass_rate > 90 else "red")
    if summary.average is not None:
        return Text(f"{summary.average:.1f} avg")
    if summary.choices:
        choice, share = max(summary.choices.items(), key=lambda item: item[1])
        return Text(f"{shorten(choice, 18)} {share:.0f} %")
    return Text("-", "dim")


CALL_COLUMNS = ("Call", "Started (UTC)", "Status", "Length", "Score", "Scenario", "Failed evals")
CALL_TEXTS = ("Scenario", "Failed evals")
CALL_NUMBERS = ("Length", "Score")


def call_row(record: CallRecord) -> list[str | Text]:
    """Write a call in one line."""
    failed = [one_line(found.name or found.id) for found in record.evals if found.passed is False]
    return [
        record.id or "-",
        moment(record.started_at or record.created_at),
        status(record.status),
        length(record.duration_s),
        "-" if record.overall_score is None else f"{record.overall_score:.1f}",
        one_line(record.scenario or "-"),
        Text(", ".join(failed), "red"),
    ]


def eval_text(record: EvalRecord) -> Text:
    """Write the result of an eval for a call."""
    if record.passed is not None:
        return Text("passed", "green") if record.passed else Text("failed", "red")
    if record.score is not None:
        return Text(percent(record.score))
    return Text(one_line(", ".join(record.choices)) or record.status or "-")


def show_executions(console: Console, records: Sequence[ExecutionRecord], *, short_ids: bool = False) -> None:
    """Print executions with a column per eval: pass rates, averages, or the most frequent choice.

    On a terminal as many evals as there is room for.
    """
    names = eval_columns(records)
    evals = [[summary_text(summaries(record).get(name)) for name in names] for record in records]
    heads = [one_line(name) for name in names]
    if not console.is_terminal:
        columns = [*EXECUTION_COLUMNS, *heads]
        table = [[*execution_row(record), *cells] for record, cells in zip(records, evals, strict=True)]
        print_table(console, columns, table, [*EXECUTION_NUMBERS, *heads])
        return
    broken = [head.replace(" ", "\n", 1) if len(head) > _SHORT else head for head in heads]
    basic = [compact_row(record, short_id=short_ids) for record in records]
    most = _fitting(console.width, [COMPACT_COLUMNS, *basic], [broken, *evals])
    columns = [*COMPACT_COLUMNS, *broken[:most]]
    table = [[*row, *cells[:most]] for row, cells in zip(basic, evals, strict=True)]
    print_table(console, columns, table, ["Calls", "Failed", *broken])
    if most < len(names):
        say(console, f"No room for {', '.join(heads[most:])}.", "dim")


_SHORT = 9
_GAP = 2


def _fitting(width: int, basic: Sequence[Sequence[object]], evals: Sequence[Sequence[object]]) -> int:
    """Return how many columns of `evals` fit into `width` beside those of `basic`."""
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
    print_table(console, EXECUTION_COLUMNS, [execution_row(record)], EXECUTION_NUMBERS)
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
    """Print one call and the results of its evals."""
    print_table(console, CALL_COLUMNS, [call_row(record)], CALL_NUMBERS, cut=CALL_TEXTS)
    say(console)
    table: list[list[str | Text]] = [
        [one_line(found.name or found.id), eval_text(found), one_line(found.reason or "")]
        for found in record.evals
    ]
    if table:
        print_table(console, ["Eval", "Result", "Reason"], table, fold=["Reason"])
    else:
        say(console, "No evals.")
