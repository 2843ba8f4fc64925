"""`fi-simulate watch`: `gate --wait` with rates and failures of the running execution."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from futureagi_simulate_cli.commands.gate import read_gate_request, run_gate
from futureagi_simulate_cli.commands.options import GATE_OPTIONS, WAIT_OPTIONS, duration, takes

_HOUR: Final = 3600.0


@takes(GATE_OPTIONS | WAIT_OPTIONS)
def watch(
    wait: Annotated[
        float | None,
        typer.Option("--wait", metavar="TIME", parser=duration, help="Give up after this time: 30m (1h)."),
    ] = None,
    **options: Any,
) -> None:
    """Watch an execution run until it has finished.

    Shows progress, rates and the newest failures, and ends with the verdict and the exit code of gate. After
    a server error, or without an answer, it asks again until time is up. In a pipe, one line per change.

    Example: fi-simulate watch EXECUTION --min "*=90" --wait 30m
    """
    from futureagi_simulate_cli.commands.views import PollView, show_verdict
    from futureagi_simulate_cli.failures import Criteria
    from futureagi_simulate_cli.gate.settings import EVERY

    json, interval = options.pop("json"), options.pop("interval")
    request = read_gate_request({**options, "wait": wait})
    named = tuple(one for one in request.settings.thresholds if one.name not in (None, EVERY))
    view = PollView(Criteria(named, request.settings.choices))
    verdict = run_gate("watch", request, view, timeout=request.wait or _HOUR, interval=interval)
    show_verdict(verdict, json=json)
    raise typer.Exit(verdict.exit_code)
