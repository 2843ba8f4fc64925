"""Records as rows of tables, as values for JSON, and the tables of executions and calls."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from futureagi_simulate.printable import clean, one_line, shorten
from futureagi_simulate.records import CallRecord, EvalRecord, EvalSummary, ExecutionRecord
from futureagi_simulate_cli.commands.console import GAP, print_table, progress, say
from futureagi_simulate_cli.commands.process import usage
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
EXECUTION_DROP = ("Done",)


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
CALL_DROP = ("Started (UTC)", "Length", "Status")


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


def show_executions(
    console: Console,
    records: Sequence[ExecutionRecord],
    *,
    wide: bool = False,
    columns: str | None = None,
) -> None:
    """Print executions with a column per eval: pass rates, averages, or the most frequent choice."""
    names = eval_columns(records)
    heads = [one_line(name) for name in names]
    rows = [
        [*execution_row(record), *(summary_text(summaries(record).get(name)) for name in names)]
        for record in records
    ]
    rates = [
        head
        for name, head in zip(names, heads, strict=True)
        if any((found := summaries(record).get(name)) and found.pass_rate is not None for record in records)
    ]
    others = [head for head in heads if head not in rates]
    drop = (*EXECUTION_DROP, *reversed(others), "Started (UTC)", *reversed(rates[1:]))
    every = [*EXECUTION_COLUMNS, *heads]
    print_list(console, every, rows, [*EXECUTION_NUMBERS, *heads], drop=drop, wide=wide, chosen=columns)


_LEAST: Final = 12


def print_list(
    console: Console,
    columns: Sequence[str],
    rows: Sequence[Sequence[str | Text]],
    right: Sequence[str] = (),
    *,
    cut: Sequence[str] = (),
    drop: Sequence[str] = (),
    wide: bool = False,
    chosen: str | None = None,
) -> None:
    """Print a list whose first column is an id, in the width of the terminal or of COLUMNS.

    Where that is too narrow, ids are shortened to at least 8 characters, columns in `cut` are cut, and those
    in `drop` are left out, the first first; a line on standard error says which. In a pipe without COLUMNS,
    and with `wide`, everything is shown. `chosen` names the columns to show, separated by commas.
    """
    kept = list(range(len(columns))) if chosen is None else _chosen_columns(columns, chosen)
    cells = [[cell if isinstance(cell, Text) else Text(one_line(cell)) for cell in row] for row in rows]
    given = os.environ.get("COLUMNS", "")
    fits = console.is_terminal or (given.isascii() and given.isdecimal() and int(given) > 0)
    if wide or not fits:
        _print(console, columns, cells, kept, right)
        return
    size = _id_size([row[0].plain for row in cells])
    cells = [[Text(row[0].plain[:size], row[0].style), *row[1:]] for row in cells]
    widths = [
        max(cell_len(text) for text in (clean(columns[place]), *(row[place].plain for row in cells)))
        for place in range(len(columns))
    ]

    def least(place: int) -> int:
        return min(widths[place], _LEAST) if columns[place] in cut else widths[place]

    def room() -> int:
        return console.width - sum(least(place) for place in kept) - len(GAP) * (len(kept) - 1)

    dropped: list[int] = []
    for name in drop if chosen is None else ():
        if room() >= 0:
            break
        place = columns.index(name)
        kept.remove(place)
        dropped.append(place)
    spare = max(room(), 0)
    for place in (place for place in kept if columns[place] in cut):
        more = min(spare, widths[place] - least(place))
        spare -= more
        for row in cells:
            row[place] = row[place].copy()
            row[place].truncate(least(place) + more, overflow="ellipsis")
    _print(console, columns, cells, kept, right)
    if dropped:
        left_out = ", ".join(clean(columns[place]) for place in sorted(dropped))
        say(progress(), f"No room for {left_out}; --wide shows all.", "dim")


def _print(
    console: Console,
    columns: Sequence[str],
    cells: Sequence[Sequence[Text]],
    kept: Sequence[int],
    right: Sequence[str],
) -> None:
    heads = [columns[place] for place in kept]
    print_table(console, heads, [[row[place] for place in kept] for row in cells], right)


def _chosen_columns(columns: Sequence[str], chosen: str) -> list[int]:
    """Return the places of the columns that `chosen` names, by their names or how these begin."""
    found = []
    for word in (word.strip() for word in chosen.split(",")):
        matches = [
            place
            for place, column in enumerate(columns)
            if word and column.casefold().startswith(word.casefold())
        ]
        exact = [place for place in matches if columns[place].casefold() == word.casefold()]
        if len(exact or matches) != 1:
            raise usage(
                f'--columns: "{word}" is {"no column" if not matches else "the beginning of several"}.',
                f"Columns: {', '.join(columns)}.",
            )
        found += exact or matches
    return found


def _id_size(ids: Sequence[str]) -> int:
    """Return how many characters tell the ids apart: 8, or more where two begin with the same 8."""
    different = len(set(ids))
    return next((size for size in range(8, 37) if len({one[:size] for one in ids}) == different), 36)


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
    print_list(console, CALL_COLUMNS, [call_row(record)], CALL_NUMBERS, cut=CALL_TEXTS, drop=CALL_DROP)
    say(console)
    table: list[list[str | Text]] = [
        [one_line(found.name or found.id), eval_text(found), one_line(found.reason or "")]
        for found in record.evals
    ]
    if table:
        print_table(console, ["Eval", "Result", "Reason"], table, fold=["Reason"])
    else:
        say(console, "No evals.")
