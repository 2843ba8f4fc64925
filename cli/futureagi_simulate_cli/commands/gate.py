"""`fi-simulate gate`: judge an execution and say it with an exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from futureagi_simulate_cli.commands.named import (
    ExecutionArgument,
    ExecutionOption,
    either,
    only_one,
    target_of,
)
from futureagi_simulate_cli.commands.settings import (
    Baseline,
    Confident,
    Config,
    MaxDrop,
    MaxFailed,
    MaxMissing,
    Min,
    MinCalls,
    StartedAfter,
    Want,
    read_settings,
)
from futureagi_simulate_cli.commands.times import Interval, duration


def _begin(context: typer.Context, junit: Path | None) -> Path | None:
    """Begin the report, unless a shell only asks how a command line could go on."""
    from futureagi_simulate_cli.commands.gate_reports import begin_reports

    if not context.resilient_parsing:
        begin_reports(junit)
    return junit


def gate(
    execution: ExecutionArgument = None,
    execution_id: ExecutionOption = None,
    run_test: Annotated[
        str | None,
        typer.Option(
            "--run-test",
            metavar="ID|NAME",
            help="Judge the latest finished execution of this run test instead.",
        ),
    ] = None,
    min: Min = None,
    want: Want = None,
    min_calls: MinCalls = None,
    max_missing: MaxMissing = None,
    max_failed: MaxFailed = None,
    confident: Confident = None,
    baseline: Baseline = None,
    max_drop: MaxDrop = None,
    started_after: StartedAfter = None,
    wait: Annotated[
        float | None,
        typer.Option(
            "--wait", metavar="TIME", parser=duration, help="Wait for it to finish, at most so long: 30m."
        ),
    ] = None,
    interval: Interval = None,
    config: Config = None,
    json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
    junit: Annotated[
        Path | None,
        typer.Option(
            "--junit",
            metavar="FILE",
            callback=_begin,
            is_eager=True,  # before the other options are read: one of them may be wrong
            help="Also write a JUnit report to this file.",
        ),
    ] = None,
) -> None:
    """Say whether an execution is ready to promote.

    Exit code 0: ready; 1: below what was asked for; 3: not finished in time. Without a threshold every
    pass rate has to be above 90 %. A call without a result counts against the agent unless --max-missing
    allows it. Settings are read from the table tool.fi-simulate.gate of the project's pyproject.toml;
    options go before them.

    Example: fi-simulate gate EXECUTION --min "Coherence=90" --min-calls 20 --wait 30m
    """
    from futureagi_simulate import Client
    from futureagi_simulate_cli.commands.gate_reports import write_reports
    from futureagi_simulate_cli.commands.gate_view import show_verdict
    from futureagi_simulate_cli.commands.waiting import Waiting
    from futureagi_simulate_cli.gate.function import fetch_verdict
    from futureagi_simulate_cli.gate.wait import INTERVAL

    execution = either(execution, execution_id, "execution")
    only_one(execution, run_test)
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
        "started_after": started_after,
        "wait": wait,
    }
    chosen = read_settings(config, options)
    patience = chosen.wait or 0.0
    with Client() as client:
        target = target_of(client, "gate", execution, chosen, wait=bool(patience))
        with Waiting(patience) as waiting:
            verdict = fetch_verdict(
                client,
                target,
                chosen.settings,
                baseline=chosen.baseline,
                patience=patience,
                interval=interval or INTERVAL,
                watch=waiting.show,
            )
    show_verdict(verdict, as_json=json)
    write_reports(verdict, junit)
    raise typer.Exit(verdict.exit_code)
