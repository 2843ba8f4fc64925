"""`fi-simulate sync`: a run test's calls, kept current in a Parquet dataset or a DuckDB file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from futureagi_simulate_cli.commands.options import RUN_TEST_ID


def sync(
    to: Annotated[
        Path, typer.Argument(metavar="DESTINATION", help="A folder, or a file that ends in .duckdb.")
    ],
    run_test: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help=f"The run test; else the one that is stored there, or that in {RUN_TEST_ID}."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="Read a new listing no further back than this: 24h, or 2026-03-01."
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Read every page again; this finds every deleted call.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be asked, and ask nothing.")
    ] = False,
    page_size: Annotated[int, typer.Option(metavar="N", help="Calls a request asks for.", min=1)] = 100,
    prefetch: Annotated[
        int, typer.Option(metavar="N", help="Requests under way at once where all is read.", min=1)
    ] = 4,
) -> None:
    """Bring stored calls up to date: the first time all are read, later what changed.

    The tables are calls, evals, turns and executions. Readers see the state before or the one after, and an
    interrupted sync goes on when it is started again.

    Example: fi-simulate sync calls --run-test RUN_TEST_ID
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from futureagi_simulate_cli.commands.connection import connect
    from futureagi_simulate_cli.commands.console import output, progress, say
    from futureagi_simulate_cli.commands.options import given
    from futureagi_simulate_cli.commands.process import UNFINISHED, CommandError
    from futureagi_simulate_cli.gate.wait import parse_start
    from futureagi_simulate_cli.sync.job import planned
    from futureagi_simulate_cli.sync.job import sync as run

    run_test = given(run_test, "--run-test")
    when = None if since is None else parse_start(since)
    if dry_run:
        for line in planned(to, run_test):
            say(output(), line)
        return
    console = progress()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = not console.is_terminal
    with connect() as client, Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("Reading calls", total=None)
        result = run(
            client,
            to,
            run_test_id=run_test,
            since=when,
            full=full,
            page_size=page_size,
            prefetch=prefetch,
            progress=lambda what, done, total: bar.update(
                task, description=what, completed=done, total=total
            ),
        )
    say(
        console,
        f"{to}: {result.new} new, {result.changed} changed, {result.vanished} vanished; "
        f"{result.calls} calls of {result.executions} executions. {result.requests} requests.",
    )
    if result.missing:
        raise CommandError(
            f"{result.missing} calls are listed by their executions, and no page of calls showed them.",
            "Run it again when less is going on; --full reads every page.",
            UNFINISHED,
        )
