"""`fi-simulate report`: one HTML file to send to someone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from futureagi_simulate_cli.commands.named import ExecutionArgument, ExecutionOption, either, find_execution
from futureagi_simulate_cli.commands.settings import (
    Baseline,
    Confident,
    Config,
    MaxDrop,
    MaxFailed,
    MaxMissing,
    Min,
    MinCalls,
    Want,
    read_settings,
)


def report(
    execution: ExecutionArgument = None,
    execution_id: ExecutionOption = None,
    to: Annotated[Path, typer.Option(metavar="FILE", help="The file to write.")] = Path("report.html"),
    min: Min = None,
    want: Want = None,
    min_calls: MinCalls = None,
    max_missing: MaxMissing = None,
    max_failed: MaxFailed = None,
    confident: Confident = None,
    baseline: Baseline = None,
    max_drop: MaxDrop = None,
    config: Config = None,
    run_test: Annotated[
        str | None,
        typer.Option(
            metavar="ID|NAME",
            help="The run test: its latest finished execution is taken when none is named, and with its id "
            "calls come with transcripts that the server leaves out of an execution.",
        ),
    ] = None,
) -> None:
    """Write a report of an execution: verdict, charts, failure clusters and a table of its calls.

    The file needs no network and nothing beside it. Transcripts are shown as text, whatever they hold.

    Example: fi-simulate report EXECUTION --baseline LAST_RELEASE --to report.html
    """
    from futureagi_simulate import Client
    from futureagi_simulate_cli.commands.console import progress, say
    from futureagi_simulate_cli.export.target import failure, require_writable, write_file
    from futureagi_simulate_cli.failures.find import Demands
    from futureagi_simulate_cli.gate.find import is_uuid
    from futureagi_simulate_cli.gate.render import settings_text
    from futureagi_simulate_cli.gate.settings import DOCUMENTED_RULE
    from futureagi_simulate_cli.report import build_page
    from futureagi_simulate_cli.report.gather import gather

    execution = either(execution, execution_id, "execution")
    options = {
        "thresholds": min,
        "wanted": want,
        "min_calls": min_calls,
        "max_missing": max_missing,
        "max_failed": max_failed,
        "max_drop": max_drop,
        "confident": confident,
        "baseline": baseline,
        "run_test": run_test,
    }
    chosen = read_settings(config, options)
    settings = chosen.settings
    require_writable(to)
    console = progress()
    with Client() as client, console.status("Reading calls …") as status:
        material = gather(
            client,
            find_execution(client, "report", execution, chosen.run_test),
            settings,
            baseline_id=chosen.baseline,
            run_test_id=run_test if run_test and is_uuid(run_test) else None,
            progress=lambda done, total: status.update(f"Reading calls: {done} of {total or '?'}"),
        )
        status.update("Drawing …")
        page = build_page(
            material,
            Demands(
                () if settings.thresholds == (DOCUMENTED_RULE,) else settings.thresholds, settings.wanted
            ),
        )
    try:
        write_file(to, page.encode())
    except BrokenPipeError:
        raise
    except OSError as error:
        raise failure(to, error, "Make room for it, or name a file elsewhere with --to.") from error
    say(
        console,
        f"Wrote {to} ({len(page) / 1e6:.1f} MB, {len(material.calls)} calls): {material.verdict.sentence}",
    )
    say(console, settings_text(settings))
