"""`fi-simulate watch`: a running execution, live, until the gate can judge it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from futureagi_simulate.cli.named import ExecutionArgument, ExecutionOption, either, find_noted, only_one
from futureagi_simulate.cli.times import Interval, duration


def watch(
    execution: ExecutionArgument = None,
    execution_id: ExecutionOption = None,
    run_test: Annotated[
        str | None,
        typer.Option(
            "--run-test", metavar="ID|NAME", help="Watch the latest execution of this run test instead."
        ),
    ] = None,
    min: Annotated[
        list[str] | None,
        typer.Option(
            "--min", metavar="NAME=PERCENT", help="Threshold for the verdict, as with gate. Repeatable."
        ),
    ] = None,
    want: Annotated[
        list[str] | None,
        typer.Option(
            "--want", metavar="NAME=A,B", help="The good answers of an eval with choices. Repeatable."
        ),
    ] = None,
    wait: Annotated[
        float | None,
        typer.Option("--wait", metavar="TIME", parser=duration, help="Give up after this time: 30m (1h)."),
    ] = None,
    interval: Interval = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE", help="The pyproject.toml with the settings; default: the nearest one."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the final verdict as JSON.")] = False,
) -> None:
    """Watch an execution run until the gate can judge it.

    Shows progress, rates and the newest failures, and ends with the verdict and the exit code of gate. A
    server that fails or doesn't answer is asked again until time is up. In a pipe, one line per change.

    Example: fi-simulate watch EXECUTION --min "*=90" --wait 30m
    """
    from futureagi_simulate import Client
    from futureagi_simulate.cli.gate_view import show_verdict
    from futureagi_simulate.cli.settings import read_settings
    from futureagi_simulate.cli.watch_view import Screen, Watched
    from futureagi_simulate.failures import Demands
    from futureagi_simulate.gate.find import fetch_execution
    from futureagi_simulate.gate.judge import judge
    from futureagi_simulate.gate.settings import EVERY, Settings
    from futureagi_simulate.gate.wait import INTERVAL, follow, looks, parse_duration

    execution = either(execution, execution_id, "execution")
    only_one(execution, run_test)
    options = {
        "thresholds": min,
        "wanted": want,
        "wait": wait,
        "run_test": run_test,
    }
    chosen = read_settings(config, options)
    patience = parse_duration(chosen.pop("wait", "1h"))
    named = chosen.pop("run_test", None)
    compared = chosen.pop("baseline", None)
    settings = Settings.of(**chosen)
    with Client() as client:
        target = find_noted(client, "watch", execution, named, finished=False)
        named_thresholds = tuple(t for t in settings.thresholds if t.name not in (None, EVERY))
        watched = Watched(client, target.id, Demands(named_thresholds, settings.wanted))
        before = fetch_execution(client, compared) if compared is not None else None
        with Screen(watched) as screen:
            seen = follow(looks(watched.ask, deadline=patience, interval=interval or INTERVAL), screen.show)
    verdict = judge(seen, settings, before).with_notes(target.notes)
    show_verdict(verdict, as_json=json)
    raise typer.Exit(verdict.exit_code)
