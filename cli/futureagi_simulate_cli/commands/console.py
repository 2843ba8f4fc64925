"""Where output goes: rich on a terminal, plain lines in a pipe; results on stdout, the rest on stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Self

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from futureagi_simulate.printable import clean, escaped, one_line
from futureagi_simulate_cli.commands.connection import CONNECTION
from futureagi_simulate_cli.commands.process import discard_output, use_utf8

GAP: Final = "  "
BETWEEN: Final = 10.0  # seconds from one line of progress to the next, in a pipe


def output() -> Console:
    """Make the console for results. Not a terminal: no colour, no wrapping."""
    return _console(stderr=False)


def progress() -> Console:
    """Make the console for progress and remarks, on standard error; --quiet silences it."""
    console = _console(stderr=True)
    console.quiet = CONNECTION.quiet
    return console


class _Console(Console):
    """A console that goes on without output after a broken pipe: rich would exit with code 1."""

    def on_broken_pipe(self) -> None:
        """Go on without output: a verdict or a file may follow."""
        self.quiet = True
        if not self.stderr:
            discard_output()


def _console(*, stderr: bool) -> Console:
    """Make a console that redraws, boxes and cuts on a real terminal only.

    FORCE_COLOR and TTY_COMPATIBLE=1 allow colours in a pipe and change nothing else: rich would take the pipe
    for a terminal of 80 columns. TTY_COMPATIBLE=0 makes a terminal a pipe.
    """
    width, height = _size()
    stream = sys.stderr if stderr else sys.stdout
    compatible = os.environ.get("TTY_COMPATIBLE")
    terminal = stream.isatty() and compatible != "0"
    coloured = bool(os.environ.get("FORCE_COLOR") or compatible == "1") and not os.environ.get("NO_COLOR")
    return _Console(
        stderr=stderr,
        width=width,
        height=height,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=not terminal,
        force_terminal=terminal,
        force_interactive=None if terminal else False,
        color_system="auto" if terminal else "standard" if coloured else None,
    )


def _size() -> tuple[int, int] | tuple[None, None]:
    """Return the size if COLUMNS or LINES is set; else the console reads it from the terminal.

    An invalid size counts as unset. Rich would take it, print nothing at a width of 0, and fail at a "²".
    """
    return shutil.get_terminal_size() if {"COLUMNS", "LINES"} & os.environ.keys() else (None, None)


def say(console: Console, text: str = "", style: str = "") -> None:
    """Print text from anywhere: control characters are made visible, markup is left as it is."""
    console.print(Text(clean(text), style=style))


def say_hanging(console: Console, head: str | Text, body: str | Text) -> None:
    """Print a line; where a terminal is too narrow, what follows `head` goes on below itself."""
    head = Text(clean(head)) if isinstance(head, str) else head
    body = Text(clean(body)) if isinstance(body, str) else body
    indent = cell_len(head.plain)
    if not console.is_terminal or indent + cell_len(body.plain) <= console.width:
        console.print(Text.assemble(head, body))
        return
    for line in body.wrap(console, max(console.width - indent, _LEAST_WRAPPED)):
        console.print(Text.assemble(head, line))
        head = Text(" " * indent)


_LEAST_WRAPPED: Final = 20


def print_table(
    console: Console,
    columns: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    right: Sequence[str] = (),
    fold: Sequence[str] = (),
) -> None:
    """Print a table: ruled on a terminal, aligned columns without rules in a pipe, where nothing is cut.

    On a terminal that is too narrow, columns in `fold` take several lines.
    """
    cells = [[_cell(cell) for cell in row] for row in rows]
    columns = [clean(column) for column in columns]
    if not console.is_terminal:
        _print_plain(console, columns, cells, right)
        return
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), pad_edge=False, header_style="bold")
    table.show_edge = False
    for position, column in enumerate(columns):
        widest = max(map(cell_len, column.split("\n") + [row[position].plain for row in cells]))
        table.add_column(
            column,
            justify="right" if column in right else "left",
            overflow="fold" if column in fold else "ellipsis",
            no_wrap=column not in fold,
            min_width=None if column in fold else widest,
        )
    for row in cells:
        table.add_row(*row)
    console.print(table)


def _cell(cell: str | Text) -> Text:
    if isinstance(cell, str):
        return Text(one_line(cell))
    line = one_line(cell.plain)
    return cell if line == cell.plain.strip() else Text(line, cell.style)


def _print_plain(
    console: Console, columns: Sequence[str], cells: list[list[Text]], right: Sequence[str]
) -> None:
    table = [[_cell(column) for column in columns], *cells]
    widths = [max(cell_len(cell.plain) for cell in column) for column in zip(*table, strict=True)]
    for row in table:
        line = Text()
        for cell, width, column in zip(row, widths, columns, strict=True):
            gap = " " * (width - cell_len(cell.plain))
            line.append_text(Text.assemble(gap, cell) if column in right else Text.assemble(cell, gap))
            line.append(GAP)
        line.rstrip()
        safe = clean(line.plain)  # cells that are safe alone may be a command to a CI system side by side
        console.print(line if safe == line.plain else Text(safe))


class Steps:
    """Show on standard error how many steps are done: a bar on a terminal, else a line every ten seconds."""

    def __init__(self, label: str, most: int, clock: Callable[[], float]) -> None:
        self._label = label
        self._most = most
        self._clock = clock
        self._shown_at = clock()
        self._done = 0
        self._console = progress()
        self._bar: Any = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn(self._label), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._bar.add_task("", total=self._most)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self) -> None:
        """Count one more."""
        self._done += 1
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0])
        elif self._clock() - self._shown_at >= BETWEEN:
            self._shown_at = self._clock()
            say(self._console, f"{self._label}: {self._done} of at most {self._most}")


def json_text(value: Any, indent: int | None = None) -> str:
    """Write a value as JSON; escape what a terminal would interpret or hide."""
    return _inert(escaped(json.dumps(value, ensure_ascii=False, default=str, indent=indent)))


def _inert(document: str) -> str:
    """Write JSON without "##", with which commands to CI systems begin; the values stay the same."""
    return document.replace("##", "#\\u0023")


def print_json(value: Any) -> None:
    """Print a value as one JSON document, readable by people too."""
    use_utf8()
    try:
        sys.stdout.write(json_text(value, indent=2) + "\n")
    except BrokenPipeError:
        discard_output()


def print_json_lines(values: Iterable[Any]) -> None:
    """Print an array with one element a line, as the elements come: whole JSON, in bounded memory."""
    use_utf8()
    sys.stdout.write("[")
    separator = "\n"
    for value in values:
        sys.stdout.write(separator + json_text(value))
        separator = ",\n"
    sys.stdout.write("\n]\n")


def print_json_line(value: Any) -> None:
    """Print a value as one line of JSON Lines."""
    use_utf8()
    sys.stdout.write(json_text(value) + "\n")


def print_document(text: str) -> None:
    """Print a text for a program or for pasting, such as Markdown, unchanged."""
    use_utf8()
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        discard_output()
