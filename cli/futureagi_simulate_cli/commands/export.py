"""`fi-simulate export`: calls or executions into a file for other tools."""

from __future__ import annotations

import shutil
import sys
from contextlib import ExitStack
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from futureagi_simulate_cli.commands import completion
from futureagi_simulate_cli.commands.options import RUN_TEST_ID, from_environment, named_file

if TYPE_CHECKING:
    from futureagi_simulate_cli.export.job import Export


class What(Enum):
    """What a row of the file is."""

    CALLS = "calls"
    EXECUTIONS = "executions"
    EVALS = "evals"
    TURNS = "turns"


def export(
    to: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="The file to write: .jsonl, .csv (either also with .gz behind it), .parquet or .duckdb; "
            "- is standard output.",
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The same as FILE.")
    ] = None,
    what: Annotated[
        What, typer.Option("--what", help="What a row is: a call, an execution, an eval or a turn of a call.")
    ] = What.CALLS,
    run_test: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help=f"Take the calls of this run test; if nothing is named, of that in {RUN_TEST_ID}.",
            autocompletion=completion.run_test_ids,
        ),
    ] = None,
    execution: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Take the calls of this test execution.", autocompletion=completion.executions
        ),
    ] = None,
    agent: Annotated[
        str | None, typer.Option(metavar="ID", help="With --version: take the calls of this agent version.")
    ] = None,
    version: Annotated[str | None, typer.Option(metavar="ID", help="The agent's version.")] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="Only what may have changed since: 24h, 2026-03-01, 2026-03-01T12:00:00Z."
        ),
    ] = None,
    spreadsheet: Annotated[
        bool,
        typer.Option(
            "--spreadsheet", help="CSV: begin text with an apostrophe that would run as a formula otherwise."
        ),
    ] = False,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="jsonl|csv",
            help="On standard output: jsonl (the default) or csv.",
            autocompletion=lambda: ["jsonl", "csv"],
        ),
    ] = None,
    page_size: Annotated[int, typer.Option(metavar="N", help="Calls a request asks for.", min=1)] = 100,
    prefetch: Annotated[int, typer.Option(metavar="N", help="Requests under way at once.", min=1)] = 4,
) -> None:
    """Write calls to a file: JSON Lines as received, or CSV, Parquet or DuckDB in fixed columns.

    Interrupted and started again with the same words, it goes on where it was. The file appears when it is
    whole.

    Example: fi-simulate export calls.parquet --run-test RUN_TEST_ID
    """
    from futureagi_simulate_cli.commands.process import usage
    from futureagi_simulate_cli.export.job import Export
    from futureagi_simulate_cli.export.source import Source
    from futureagi_simulate_cli.export.target import require_writable
    from futureagi_simulate_cli.gate.wait import parse_start

    to = named_file(to, file, "fi-simulate export calls.parquet, or - for standard output")
    if str(to) != "-":
        require_writable(to)
    if {run_test, execution, agent, version} == {None}:
        run_test = from_environment(RUN_TEST_ID)
    source = Source(run_test, execution, agent, version, executions=what is What.EXECUTIONS)
    with ExitStack() as stack:
        target = to
        if piped := str(to) == "-":
            if form not in (None, "jsonl", "csv"):
                raise usage(f"{form} can't be written to standard output.", "Use --format jsonl or csv.")
            target = Path(stack.enter_context(TemporaryDirectory()), f"export.{form or 'jsonl'}")
        elif form is not None:
            raise usage("--format is for standard output.", "A file's ending names its format.")
        job = Export(
            source,
            target,
            since=None if since is None else parse_start(since),
            page_size=page_size,
            prefetch=prefetch,
            spreadsheet=spreadsheet,
            what=what.value,
        )
        _run(job, "standard output" if piped else str(to), piped=piped)


def _run(job: Export, name: str, *, piped: bool) -> None:
    """Run an export with progress on standard error; give its file to standard output if it is piped."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from futureagi_simulate import IncompleteListingError
    from futureagi_simulate_cli.commands.connection import connect
    from futureagi_simulate_cli.commands.console import progress, say
    from futureagi_simulate_cli.commands.process import UNFINISHED, CommandError, discard_output

    console, rows, error = progress(), 0, None
    label = "executions" if job.what == "executions" else "calls"
    columns = (TextColumn(f"Reading {label}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = not console.is_terminal
    with connect() as client, Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=None)
        try:
            rows = job.run(client, lambda done, total: bar.update(task, completed=done, total=total))
        except IncompleteListingError as incomplete:
            error = incomplete
    if piped:
        try:
            with open(job.target, "rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.flush()
        except BrokenPipeError:
            discard_output()
    if error is not None:
        raise CommandError(error.problem, error.remedy, UNFINISHED) from error
    of = f" with their {job.what}" if job.what in ("evals", "turns") else ""
    say(console, f"Wrote {rows} {label}{of} to {name}.")
