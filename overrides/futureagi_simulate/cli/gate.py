"""`fi-simulate gate`: judge an execution and say it with an exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from futureagi_simulate.cli.named import (
    ExecutionArgument,
    ExecutionOption,
    either,
    find_noted,
    given,
    only_one,
)
from futureagi_simulate.cli.times import Interval, duration


def _begin(context: typer.Context, junit: Path | None) -> Path | None:
    """Begin the report, unless a shell only asks how a command line could go on."""
    from futureagi_simulate.cli.gate_reports import begin_reports

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
    min: Annotated[
        list[str] | None,
        typer.Option(
            "--min",
            metavar="NAME=PERCENT",
            help='Threshold for one eval; "*=90" for every pass rate; "90" for all together. Repeatable.',
        ),
    ] = None,
    want: Annotated[
        list[str] | None,
        typer.Option(
            "--want", metavar="NAME=A,B", help="The good answers of an eval with choices. Repeatable."
        ),
    ] = None,
    min_calls: Annotated[
        int | None,
        typer.Option("--min-calls", metavar="N", help="Calls that each eval asked about must have judged."),
    ] = None,
    max_failed: Annotated[
        int | None, typer.Option("--max-failed", metavar="N", help="Calls that may have failed.")
    ] = None,
    confident: Annotated[
        bool | None,
        typer.Option(
            "--confident/--measured", help="Ask the lower end of the 95 % interval, not the measured rate."
        ),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", metavar="EXECUTION", help="An execution to compare with.")
    ] = None,
    max_drop: Annotated[
        float | None,
        typer.Option(
            "--max-drop", metavar="POINTS", help="Points that an eval may be below the baseline (2)."
        ),
    ] = None,
    wait: Annotated[
        float | None,
        typer.Option(
            "--wait", metavar="TIME", parser=duration, help="Wait for it to finish, at most so long: 30m."
        ),
    ] = None,
    interval: Interval = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE", help="The pyproject.toml with the settings; default: the nearest one."
        ),
    ] = None,
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
    pass rate has to be above 90 %, and nothing evaluated is never ready. Settings are read from the table
    tool.fi-simulate.gate of pyproject.toml; options go before them.

    Example: fi-simulate gate EXECUTION --min "Coherence=90" --min-calls 20 --wait 30m
    """
    from futureagi_simulate import Client
    from futureagi_simulate.cli.gate_reports import write_reports
    from futureagi_simulate.cli.gate_view import show_verdict
    from futureagi_simulate.cli.settings import read_settings
    from futureagi_simulate.cli.trouble import usage
    from futureagi_simulate.cli.waiting import Waiting
    from futureagi_simulate.gate.function import fetch_verdict
    from futureagi_simulate.gate.settings import Settings
    from futureagi_simulate.gate.wait import INTERVAL, parse_duration

    execution = either(execution, execution_id, "execution")
    only_one(execution, run_test)
    options = {
        "thresholds": min,
        "wanted": want,
        "min_calls": min_calls,
        "max_failed": max_failed,
        "max_drop": max_drop,
        "confident": confident,
        "baseline": given(baseline, "--baseline"),
        "run_test": given(run_test, "--run-test"),
        "wait": wait,
    }
    chosen = read_settings(config, options)
    patience = parse_duration(chosen.pop("wait")) if "wait" in chosen else 0.0
    compared = chosen.pop("baseline", None)
    run_test = chosen.pop("run_test", None)
    settings = Settings.of(**chosen)
    if max_drop is not None and compared is None:
        raise usage("--max-drop has no baseline to drop from.", "Name one with --baseline, or leave it out.")
    with Client() as client:
        target = find_noted(client, "gate", execution, run_test, finished=not patience)
        with Waiting(patience) as waiting:
            verdict = fetch_verdict(
                client,
                target.id,
                settings,
                baseline=compared,
                patience=patience,
                interval=interval or INTERVAL,
                watch=waiting.show,
            )
    verdict = verdict.with_notes(target.notes)
    show_verdict(verdict, as_json=json)
    write_reports(verdict, junit)
    raise typer.Exit(verdict.exit_code)
