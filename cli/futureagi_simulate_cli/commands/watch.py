"""`fi-simulate watch`: a running execution, live, until the gate can judge it."""

from __future__ import annotations

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


def watch(
    execution: ExecutionArgument = None,
    execution_id: ExecutionOption = None,
    run_test: Annotated[
        str | None,
        typer.Option(
            "--run-test", metavar="ID|NAME", help="Watch the latest execution of this run test instead."
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
        typer.Option("--wait", metavar="TIME", parser=duration, help="Give up after this time: 30m (1h)."),
    ] = None,
    interval: Interval = None,
    config: Config = None,
    json: Annotated[bool, typer.Option("--json", help="Print the final verdict as JSON.")] = False,
) -> None:
    """Watch an execution run until the gate can judge it.

    Shows progress, rates and the newest failures, and ends with the verdict and the exit code of gate. A
    server that fails or doesn't answer is asked again until time is up. In a pipe, one line per change.

    Example: fi-simulate watch EXECUTION --min "*=90" --wait 30m
    """
    from futureagi_simulate import Client
    from futureagi_simulate_cli.commands.gate_view import show_verdict
    from futureagi_simulate_cli.commands.watch_view import Screen, Watched
    from futureagi_simulate_cli.failures import Demands
    from futureagi_simulate_cli.gate.find import fetch_run
    from futureagi_simulate_cli.gate.function import absent, verdict_of
    from futureagi_simulate_cli.gate.settings import EVERY
    from futureagi_simulate_cli.gate.wait import INTERVAL, follow, looks

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
    settings, patience = chosen.settings, chosen.wait or 3600.0
    with Client() as client:
        target = target_of(client, "watch", execution, chosen, wait=True)
        named_thresholds = tuple(t for t in settings.thresholds if t.name not in (None, EVERY))
        watched = Watched(client, target, Demands(named_thresholds, settings.wanted))
        before = fetch_run(client, chosen.baseline) if chosen.baseline is not None else None
        with Screen(watched) as screen:
            follow(looks(watched.ask, deadline=patience, interval=interval or INTERVAL), screen.show)
        if target.id is None:
            verdict = absent(target, settings)
        else:
            verdict = verdict_of(fetch_run(client, target.id), settings, before).with_notes(target.notes)
    show_verdict(verdict, as_json=json)
    raise typer.Exit(verdict.exit_code)
