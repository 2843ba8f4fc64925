"""Records as rows of tables, as values for JSON, and the tables of executions and calls."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

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
EXECUTION_DROP = ("Done", "Started (UTC)")


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
CALL_DROP = ("Started (UTC)", "Length", "Status", "Scenario")


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
        Names(failed, "red"),
    ]


class Names(Text):
    """Names with commas between; where they don't fit, the first ones and how many more there are."""

    def __init__(self, names: Sequence[str], style: str = "") -> None:
        super().__init__(", ".join(names), style)
        self.names = names

    def shortened(self, width: int) -> Text:
        """Return the names in at most `width` cells: "Coherence +2"."""
        if cell_len(self.plain) <= width:
            return self
        for shown in range(len(self.names) - 1, 0, -1):
            text = f"{', '.join(self.names[:shown])} +{len(self.names) - shown}"
            if cell_len(text) <= width:
                return Text(text, self.style)
        rest = f" +{len(self.names) - 1}" if len(self.names) > 1 else ""
        first = Text(self.names[0], self.style)
        first.truncate(width - len(rest), overflow="ellipsis")
        return first.append(rest)


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
    """Print executions with a column per eval: pass rates, averages, or the most frequent choice.

    Where they don't fit side by side, the evals follow in tables of their own, each with the ids.
    """
    names = eval_columns(records)
    heads = [one_line(name) for name in names]
    counts = [
        [Text(one_line(cell)) if isinstance(cell, str) else cell for cell in row]
        for row in map(execution_row, records)
    ]
    results = [[summary_text(summaries(record).get(name)) for name in names] for record in records]
    every = [*EXECUTION_COLUMNS, *heads]
    rows = [[*count, *result] for count, result in zip(counts, results, strict=True)]
    right = [*EXECUTION_NUMBERS, *heads]
    if (
        wide
        or columns is not None
        or not _is_bounded(console)
        or _width(every, _short(rows)) <= console.width
    ):
        print_list(console, every, rows, right, wide=wide, chosen=columns)
        return
    print_list(console, EXECUTION_COLUMNS, counts, right, drop=EXECUTION_DROP)
    left = list(range(len(heads)))
    while left:
        many = len(left)
        while many > 1 and _width(*_block(every, rows, left[:many])) > console.width:
            many -= 1
        say(console)
        head, cells = _block(every, rows, left[:many])
        print_list(console, head, cells, head[1:])
        left = left[many:]


def _block(
    columns: Sequence[str], rows: Sequence[Sequence[Text]], evals: Sequence[int]
) -> tuple[list[str], list[list[Text]]]:
    """Return the columns and the rows of a table of the ids and some evals."""
    places = [0, *(len(EXECUTION_COLUMNS) + one for one in evals)]
    return [columns[place] for place in places], _short([[row[place] for place in places] for row in rows])


def print_list(
    console: Console,
    columns: Sequence[str],
    rows: Sequence[Sequence[str | Text]],
    right: Sequence[str] = (),
    *,
    ids: bool = True,
    cut: Sequence[str] = (),
    shortest: int = 12,
    fold: Sequence[str] = (),
    drop: Sequence[str] = (),
    wide: bool = False,
    chosen: str | None = None,
) -> None:
    """Print a list whose first column is an id unless `ids` is False, as wide as the terminal or COLUMNS.

    Where that is too narrow, ids are shortened to at least 8 characters, columns in `cut` are cut to at least
    `shortest` characters, those in `fold` take several lines on a terminal and are cut elsewhere, and those
    in `drop` are left out, the first first; a line on standard error says which. In a pipe without COLUMNS,
    and with `wide`, everything is shown. `chosen` names the columns to show, separated by commas.
    """
    cut = [*cut, *fold] if not console.is_terminal else cut
    kept = list(range(len(columns))) if chosen is None else _chosen_columns(columns, chosen)
    cells = [[cell if isinstance(cell, Text) else Text(one_line(cell)) for cell in row] for row in rows]
    if wide or not _is_bounded(console):
        _print(console, columns, cells, kept, right)
        return
    cells = _short(cells) if ids else cells
    widths = _widths(columns, cells)

    def least(place: int) -> int:
        if columns[place] in fold:
            words = [word for row in cells for word in row[place].plain.split()]
            return max(map(cell_len, [clean(columns[place]), *words]))
        return min(widths[place], shortest) if columns[place] in cut else widths[place]

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
    for place in (place for place in reversed(kept) if columns[place] in cut):
        more = min(spare, widths[place] - least(place))
        spare -= more
        for row in cells:
            row[place] = _shortened(row[place], least(place) + more)
    _print(console, columns, cells, kept, right, fold)
    if dropped:
        left_out = ", ".join(clean(columns[place]) for place in sorted(dropped))
        hint = "--wide shows all" if ids else "a wider terminal shows all"
        say(progress(), f"No room for {left_out}; {hint}.", "dim")


def _is_bounded(console: Console) -> bool:
    """Return whether a width is to be kept: that of a terminal, or of COLUMNS."""
    given = os.environ.get("COLUMNS", "")
    return console.is_terminal or (given.isascii() and given.isdecimal() and int(given) > 0)


def _short(rows: Sequence[Sequence[Text]]) -> list[list[Text]]:
    """Return rows with ids, the first cells, that are as short as tells them apart."""
    size = _id_size([row[0].plain for row in rows])
    return [[Text(row[0].plain[:size], row[0].style), *row[1:]] for row in rows]


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> list[int]:
    return [
        max(cell_len(text) for text in (clean(column), *(row[place].plain for row in rows)))
        for place, column in enumerate(columns)
    ]


def _width(columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> int:
    """Return how many cells a table takes."""
    return sum(_widths(columns, rows)) + len(GAP) * (len(columns) - 1)


def _shortened(cell: Text, width: int) -> Text:
    if isinstance(cell, Names):
        return cell.shortened(width)
    short = cell.copy()
    short.truncate(width, overflow="ellipsis")
    return short


def _print(
    console: Console,
    columns: Sequence[str],
    cells: Sequence[Sequence[Text]],
    kept: Sequence[int],
    right: Sequence[str],
    fold: Sequence[str] = (),
) -> None:
    heads = [columns[place] for place in kept]
    print_table(console, heads, [[row[place] for place in kept] for row in cells], right, fold)


def id_text(console: Console, name: str | None) -> str:
    """Write an id: on a terminal its first 8 characters, which commands take, else all of it."""
    text = one_line(name or "-")
    return text[:8] if console.is_terminal else text


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


def show_execution(console: Console, record: ExecutionRecord, *, wide: bool = False) -> None:
    """Print one execution: its counts, then its evals with counts and intervals."""
    print_list(
        console, EXECUTION_COLUMNS, [execution_row(record)], EXECUTION_NUMBERS, drop=EXECUTION_DROP, wide=wide
    )
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


def show_call(console: Console, record: CallRecord, *, wide: bool = False) -> None:
    """Print one call and the results of its evals."""
    columns, row = CALL_COLUMNS[:-1], call_row(record)[:-1]  # the evals follow
    print_list(console, columns, [row], CALL_NUMBERS, cut=CALL_TEXTS, drop=CALL_DROP, wide=wide)
    say(console)
    table: list[list[str | Text]] = [
        [one_line(found.name or found.id), eval_text(found), one_line(found.reason or "")]
        for found in record.evals
    ]
    if table:
        print_table(console, ["Eval", "Result", "Reason"], table, fold=["Reason"])
    else:
        say(console, "No evals.")
