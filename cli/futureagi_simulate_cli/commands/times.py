"""Options that take a duration; docs/command.md says how one is written."""

from __future__ import annotations

from typing import Annotated

import typer


def duration(text: str) -> float:
    """Read how long to wait, in seconds."""
    from futureagi_simulate_cli.gate.wait import parse_duration

    return parse_duration(text)


def interval(text: str) -> float:
    """Read the time between two questions, in seconds."""
    from futureagi_simulate_cli.gate.wait import parse_interval

    return parse_interval(text)


Interval = Annotated[
    float | None,
    typer.Option("--interval", metavar="TIME", parser=interval, help="Time between two looks: 500ms (5s)."),
]
