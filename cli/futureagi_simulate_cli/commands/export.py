"""`fi-simulate export`: calls into a file for other tools."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from futureagi_simulate_cli.commands.options import RUN_TEST_ID, from_environment


def export(
    to: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file to write: .jsonl, .csv, .parquet or .duckdb.")
    ],
    run_test: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help=f"Take the calls of this run test; if nothing is named, of that in {RUN_TEST_ID}.",
        ),
    ] = None,
    execution: Annotated[
        str | None, typer.Option(metavar="ID", help="Take the calls of this test execution.")
    ] = None,
    agent: Annotated[
        str | None, typer.Option(metavar="ID", help="With --version: take the calls of this agent version.")
    ] = None,
    version: Annotated[str | None, typer.Option(metavar="ID", help="The agent's version.")] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Only calls that may have changed since, as 2026-03-01T00:00:00Z."),
    ] = None,
    spreadsheet: Annotated[
        bool,
        typer.Option(
            "--spreadsheet", help="CSV: begin text with an apostrophe that would run as a formula otherwise."
        ),
    ] = False,
    page_size: Annotated[int, typer.Option(metavar="N", help="Calls a request asks for.", min=1)] = 100,
    prefetch: Annotated[int, typer.Option(metavar="N", help="Requests under way at once.", min=1)] = 4,
) -> None:
    """Write calls to a file: JSON Lines as received, or CSV, Parquet or DuckDB in fixed columns.

    Interrupted and started again with the same words, it goes on where it was. The file appears when it is
    whole.

    Example: fi-simulate export calls.parquet --run-test RUN_TEST_ID
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from futureagi_simulate import IncompleteListingError
    from futureagi_simulate_cli.commands.connection import connect
    from futureagi_simulate_cli.commands.console import progress, say
    from futureagi_simulate_cli.commands.process import UNFINISHED, CommandError
    from futureagi_simulate_cli.export.job import Export
    from futureagi_simulate_cli.export.source import Source

    if {run_test, execution, agent, version} == {None}:
        run_test = from_environment(RUN_TEST_ID)
    job = Export(
        Source(run_test, execution, agent, version),
        to,
        since=None if since is None else _moment(since),
        page_size=page_size,
        prefetch=prefetch,
        spreadsheet=spreadsheet,
    )
    console = progress()
    columns = (TextColumn("Reading calls"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = not console.is_terminal
    with connect() as client, Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=None)
        try:
            rows = job.run(client, lambda done, total: bar.update(task, completed=done, total=total))
        except IncompleteListingError as error:
            raise CommandError(error.problem, error.remedy, UNFINISHED) from error
    say(console, f"Wrote {rows} calls to {to}.")


def _moment(text: str) -> datetime:
    from futureagi_simulate.errors import ConfigurationError

    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            f'The time "{text}" can\'t be read.', remedy="Write it as 2026-03-01T00:00:00Z."
        ) from None
