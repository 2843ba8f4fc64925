"""Arguments and options that several commands share, and what they select."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import attrs
import typer

import futureagi_simulate
from futureagi_simulate_cli.commands import completion
from futureagi_simulate_cli.commands.process import usage

if TYPE_CHECKING:
    from futureagi_simulate_cli.gate.find import Target
    from futureagi_simulate_cli.gate.settings import Settings

RUN_TEST_ID: Final = "FI_RUN_TEST_ID"
RUN_TEST_NAME: Final = "FI_RUN_TEST_NAME"
EXECUTION_ID: Final = "FI_TEST_EXECUTION_ID"

C = TypeVar("C", bound=Callable[..., Any])


def duration(text: str) -> float:
    """Read a duration in seconds; docs/command.md says how one is written."""
    from futureagi_simulate_cli.gate.wait import parse_duration

    return parse_duration(text)


def interval(text: str) -> float:
    """Read the time between two polls, in seconds."""
    from futureagi_simulate_cli.gate.wait import parse_interval

    return parse_interval(text)


ExecutionArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="EXECUTION",
        help=f"The execution: its id or the first 8 characters; if nothing is named, that in {EXECUTION_ID}.",
        autocompletion=completion.executions,
    ),
]
ExecutionOption = Annotated[
    str | None,
    typer.Option(
        "--execution", metavar="ID", help="The same as EXECUTION.", autocompletion=completion.executions
    ),
]

GATE_OPTIONS: Final[dict[str, Any]] = {
    "execution": ExecutionArgument,
    "execution_id": ExecutionOption,
    "min": Annotated[
        list[str] | None,
        typer.Option(
            "--min",
            metavar="NAME=PERCENT",
            help='Threshold for one eval; "*=90" for every other rate; "90" for all together. Repeatable.',
        ),
    ],
    "want": Annotated[
        list[str] | None,
        typer.Option(
            "--want", metavar="NAME=A,B", help="The accepted answers of an eval with choices. Repeatable."
        ),
    ],
    "min_calls": Annotated[
        int | None,
        typer.Option(
            "--min-calls", metavar="N", help="Calls that each eval with a requirement must have judged."
        ),
    ],
    "max_missing": Annotated[
        str | None,
        typer.Option(
            "--max-missing",
            metavar="N|N%",
            help="Calls that may have no result of an eval with a requirement (0).",
        ),
    ],
    "max_failed": Annotated[
        int | None,
        typer.Option(
            "--max-failed", metavar="N", help="Calls that may have failed; without it they count as missing."
        ),
    ],
    "confident": Annotated[
        bool | None,
        typer.Option(
            "--confident/--measured",
            help="Compare the lower bound of the 95 % interval, not the measured rate.",
        ),
    ],
    "baseline": Annotated[
        str | None,
        typer.Option(
            "--baseline",
            metavar="EXECUTION",
            help="An execution that this one must not be worse than: an id, or previous, latest-passed, … of "
            "the run test.",
            autocompletion=completion.executions,
        ),
    ],
    "max_drop": Annotated[
        float | None,
        typer.Option(
            "--max-drop",
            metavar="POINTS",
            help="Points that an eval may be below the baseline, instead of statistics.",
        ),
    ],
    "config": Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE", help="The pyproject.toml with the settings; default: the nearest one."
        ),
    ],
}
"""The options of a gate, for every command that gives a verdict."""

WAIT_OPTIONS: Final[dict[str, Any]] = {
    "run_test": Annotated[
        str | None,
        typer.Option(
            "--run-test",
            metavar="ID|NAME",
            help="Take the latest execution of this run test instead; if it isn't waited for, of the "
            "finished ones.",
            autocompletion=completion.run_test_names,
        ),
    ],
    "started_after": Annotated[
        str | None,
        typer.Option(
            "--started-after",
            metavar="TIME",
            help="With --run-test: only an execution that started then or later, 2026-03-01T12:00:00Z or "
            "2h ago.",
        ),
    ],
    "max_age": Annotated[
        str | None,
        typer.Option(
            "--max-age", metavar="TIME", help="With --run-test: only an execution that started since: 2h."
        ),
    ],
    "interval": Annotated[
        float | None,
        typer.Option(
            "--interval", metavar="TIME", parser=interval, help="Time between two polls: 500ms (5s)."
        ),
    ],
    "json": Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")],
}
"""The further options of `gate` and `watch`."""


def takes(options: dict[str, Any]) -> Callable[[C], C]:
    """Add `options` to the parameters of a command, which receives them as keyword arguments."""

    def decorate(command: C) -> C:
        own = [
            parameter
            for parameter in inspect.signature(command, eval_str=True).parameters.values()
            if parameter.kind is not parameter.VAR_KEYWORD
        ]
        added = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=False if annotation.__origin__ is bool else None,
                annotation=annotation,
            )
            for name, annotation in options.items()
        ]
        own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
        command.__signature__ = inspect.Signature([*added, *own])  # type: ignore[attr-defined]
        return command

    return decorate


@attrs.frozen
class GateRequest:
    """The request of a command that gives a verdict: the execution, and the settings of the gate."""

    settings: Settings
    execution: str | None
    run_test: str | None
    started_after: datetime | None
    baseline: str | None
    wait: float | None


def read_request(options: dict[str, Any]) -> GateRequest:
    """Read the options of a gate over the settings of `config`, or of the nearest pyproject.toml.

    `options` are `GATE_OPTIONS`, and `run_test`, `started_after` and `wait` where the command has them.
    """
    from futureagi_simulate_cli.gate.settings import Settings, load
    from futureagi_simulate_cli.gate.wait import parse_duration, start_of

    options = dict(options)
    execution = either(options.pop("execution"), options.pop("execution_id"), "execution")
    config = options.pop("config")
    if config is not None and not config.is_file():
        raise usage(f"There is no file {config}.", "Name a pyproject.toml with --config.")
    for name in ("baseline", "run_test", "started_after", "max_age"):
        given(options.get(name), f"--{name.replace('_', '-')}")
    chosen = load(config, Path.cwd(), options)
    for name, other in (("started_after", "max_age"), ("max_age", "started_after")):
        if options.get(name) is not None and options.get(other) is None:
            chosen.pop(other, None)  # an option goes before the other's setting
    wait = chosen.pop("wait", None)
    after = start_of(chosen.pop("started_after", None), chosen.pop("max_age", None))
    baseline, run_test = chosen.pop("baseline", None), chosen.pop("run_test", None)
    if options.get("max_drop") is not None and baseline is None:
        raise usage("--max-drop has no baseline to drop from.", "Name one with --baseline, or leave it out.")
    return GateRequest(
        settings=Settings.of(**chosen),
        execution=execution,
        run_test=run_test,
        started_after=after,
        baseline=baseline,
        wait=parse_duration(wait) if wait is not None else None,
    )


def given(text: str | None, what: str) -> str | None:
    """Return `text`; raise a usage error if it is blank, as an unset shell variable leaves it."""
    if text is not None and not text.strip():
        raise usage(f"{what} is blank.", "Give it a value (is a variable unset?), or leave it out.")
    return text


def either(argument: str | None, option: str | None, name: str) -> str | None:
    """Return the value of `argument` or of the option `--name`; raise a usage error if both are given."""
    argument, option = given(argument, "The argument"), given(option, f"--{name}")
    if argument and option:
        raise usage(f'--{name} and "{argument}" name the same thing twice.', "Leave one of them out.")
    return argument or option


def named_file(argument: Path | None, option: Path | None, remedy: str) -> Path:
    """Return the file that a command writes, named by its argument or by --output."""
    if argument is not None and option is not None:
        raise usage(f'--output and "{argument}" both name a file.', "Leave one of them out.")
    found = argument or option
    if found is None:
        raise usage("No file to write was named.", remedy)
    return found


def from_environment(variable: str) -> str | None:
    """Return the id or name in a variable, None if it is unset or blank."""
    return os.environ.get(variable, "").strip() or None


def require_id(text: str, remedy: str) -> None:
    """Raise a usage error if `text` isn't the id of a run test."""
    from futureagi_simulate_cli.gate.find import is_uuid

    if not is_uuid(text):
        raise usage(f"RUN_TEST '{text}' isn't a UUID.", f"Ids look like {_AN_ID}; {remedy}.")


_AN_ID: Final = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
_BEGINNING: Final = re.compile(r"[0-9a-f]{8}[0-9a-f-]*", re.IGNORECASE)


def find_id(client: futureagi_simulate.Client, name: str, run_test: str | None) -> str:
    """Return the whole id of an execution, named by its id, its first characters, or as in "latest"."""
    from futureagi_simulate_cli.gate.find import NAMES, find_named, is_uuid

    if is_uuid(name):
        return name
    try:
        return str(find_named(client, name, run_test).id)
    except futureagi_simulate.ConfigurationError as error:
        if "names no execution" in error.problem:
            raise usage(
                f"--execution '{name}' isn't a UUID or its first 8 characters.", f"Write {NAMES}."
            ) from error
        raise


def find_call_id(client: futureagi_simulate.Client, name: str, run_test: str | None) -> str:
    """Return the whole id of a call, named by its id or by its first characters in a run test."""
    from futureagi_simulate_cli.gate.find import is_uuid

    if is_uuid(name):
        return name
    if not _BEGINNING.fullmatch(name):
        raise usage(
            f"--call '{name}' isn't a UUID or its first 8 characters.",
            "fi-simulate calls lists calls with their ids.",
        )
    if run_test is None:
        raise usage(
            f"--call '{name}' needs a run test to look in.", f"Set {RUN_TEST_ID}, or give the whole id."
        )
    listing = client.list_call_executions(run_test, page_size=100, prefetch=4)
    found = {call.id for call in listing if str(call.id).startswith(name.lower())}
    if len(found) != 1:
        raise usage(
            f"{len(found) or 'No'} calls of the run test begin with '{name}'.",
            "Give more characters of the id." if found else "fi-simulate calls lists calls with their ids.",
        )
    return str(found.pop())


def find_execution(
    client: futureagi_simulate.Client,
    command: str,
    execution: str | None,
    run_test: str | None,
    *,
    started_after: datetime | None = None,
) -> Target:
    """Find the named execution, else the latest finished one of the run test, else the environment's."""
    from futureagi_simulate_cli.gate.find import Target, find_latest

    run_test = given(run_test, "--run-test")
    if execution:
        look_in = run_test or from_environment(RUN_TEST_ID) or from_environment(RUN_TEST_NAME)
        return Target(client, find_id(client, execution, look_in))
    if run_test:
        return find_latest(client, run_test, started_after=started_after)
    if found := from_environment(EXECUTION_ID):
        return Target(client, found)
    raise usage(
        "No execution was named.", f"fi-simulate {command} EXECUTION, or --run-test with an id or a name"
    )


def find_target(
    client: futureagi_simulate.Client, command: str, request: GateRequest, *, wait: bool
) -> Target:
    """Find the execution to evaluate: the named one, or the one of the run test.

    With `wait` that is the next execution of the run test (see `Target`), else the latest finished one.
    """
    from futureagi_simulate_cli.gate.find import Target

    run_test, after = None if request.execution else request.run_test, request.started_after
    if after is not None and run_test is None:
        raise usage(
            "--started-after and --max-age have no run test to look in.",
            "Name one with --run-test, or leave it out.",
        )
    if run_test is not None and wait:
        return Target(client, run_test=run_test, started_after=after)
    return find_execution(client, command, request.execution, run_test, started_after=after)
