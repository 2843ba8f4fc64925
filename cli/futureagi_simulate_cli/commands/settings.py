"""What `gate`, `watch` and `report` ask of an execution: options, over the settings of pyproject.toml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import typer

from futureagi_simulate_cli.commands.named import given
from futureagi_simulate_cli.commands.trouble import usage

if TYPE_CHECKING:
    from futureagi_simulate_cli.gate.settings import Settings

Min = Annotated[
    list[str] | None,
    typer.Option(
        "--min",
        metavar="NAME=PERCENT",
        help='Threshold for one eval; "*=90" for every pass rate; "90" for all together. Repeatable.',
    ),
]
Want = Annotated[
    list[str] | None,
    typer.Option("--want", metavar="NAME=A,B", help="The good answers of an eval with choices. Repeatable."),
]
MinCalls = Annotated[
    int | None,
    typer.Option("--min-calls", metavar="N", help="Calls that each eval asked about must have judged."),
]
MaxMissing = Annotated[
    str | None,
    typer.Option(
        "--max-missing", metavar="N|N%", help="Calls that may have no result of an eval asked about (0)."
    ),
]
MaxFailed = Annotated[
    int | None,
    typer.Option(
        "--max-failed", metavar="N", help="Calls that may have failed; without it they count as missing."
    ),
]
Confident = Annotated[
    bool | None,
    typer.Option(
        "--confident/--measured", help="Ask the lower end of the 95 % interval, not the measured rate."
    ),
]
Baseline = Annotated[
    str | None, typer.Option("--baseline", metavar="EXECUTION", help="An execution to compare with.")
]
MaxDrop = Annotated[
    float | None,
    typer.Option("--max-drop", metavar="POINTS", help="Points that an eval may be below the baseline (2)."),
]
StartedAfter = Annotated[
    str | None,
    typer.Option(
        "--started-after",
        metavar="TIME",
        help="With --run-test: only an execution that started then or later, 2026-03-01T12:00:00Z or 2h ago.",
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="The pyproject.toml with the settings; default: the nearest one."
    ),
]


@attrs.frozen
class Chosen:
    """What a command was asked for: the settings of the verdict, and what else they name."""

    settings: Settings
    baseline: str | None
    run_test: str | None
    started_after: datetime | None
    wait: float | None


def read_settings(config: Path | None, options: Mapping[str, Any]) -> Chosen:
    """Read the gate's table of `config`, or of the nearest pyproject.toml; options go before it.

    `options` has the arguments of `Settings.of` and the fields of `Chosen`; those not given are None.
    """
    from futureagi_simulate_cli.gate.config import load
    from futureagi_simulate_cli.gate.settings import Settings
    from futureagi_simulate_cli.gate.wait import parse_duration, parse_start

    if config is not None and not config.is_file():
        raise usage(f"There is no file {config}.", "Name a pyproject.toml with --config.")
    for name in ("baseline", "run_test", "started_after"):
        given(options.get(name), f"--{name.replace('_', '-')}")
    chosen = load(config, Path.cwd(), options)
    wait, after = chosen.pop("wait", None), chosen.pop("started_after", None)
    baseline, run_test = chosen.pop("baseline", None), chosen.pop("run_test", None)
    if options.get("max_drop") is not None and baseline is None:
        raise usage("--max-drop has no baseline to drop from.", "Name one with --baseline, or leave it out.")
    return Chosen(
        settings=Settings.of(**chosen),
        baseline=baseline,
        run_test=run_test,
        started_after=parse_start(after) if after is not None else None,
        wait=parse_duration(wait) if wait is not None else None,
    )
