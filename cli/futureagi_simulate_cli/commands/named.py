"""What a command is about: named by its argument or by the option of that name, else by the environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from futureagi_simulate.client import Client
    from futureagi_simulate_cli.commands.settings import Chosen
    from futureagi_simulate_cli.gate.find import Awaited, Found

RUN_TEST_ID: Final = "FI_RUN_TEST_ID"
RUN_TEST_NAME: Final = "FI_RUN_TEST_NAME"
EXECUTION_ID: Final = "FI_TEST_EXECUTION_ID"

ExecutionArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="EXECUTION", help=f"Id of the execution; if nothing is named, that in {EXECUTION_ID}."
    ),
]
ExecutionOption = Annotated[
    str | None, typer.Option("--execution", metavar="ID", help="The same as EXECUTION.")
]


def given(text: str | None, what: str) -> str | None:
    """Give what was named; raise a usage error for a blank, as an unset variable of a shell leaves behind."""
    from futureagi_simulate_cli.commands.trouble import usage

    if text is not None and not text.strip():
        raise usage(f"{what} is blank.", "Give it a value (is a variable unset?), or leave it out.")
    return text


def either(argument: str | None, option: str | None, name: str) -> str | None:
    """Give what `argument` or the option `--name` says; raise a usage error where both do."""
    from futureagi_simulate_cli.commands.trouble import usage

    argument, option = given(argument, "The argument"), given(option, f"--{name}")
    if argument and option:
        raise usage(f'--{name} and "{argument}" name the same thing twice.', "Leave one of them out.")
    return argument or option


def only_one(execution: str | None, run_test: str | None) -> None:
    """Raise a usage error where both an execution and a run test are named, and only one can be meant."""
    from futureagi_simulate_cli.commands.trouble import usage

    if execution and given(run_test, "--run-test"):
        raise usage(
            f'"{execution}" and --run-test both name an execution.',
            "Leave one of them out; --run-test takes the latest.",
        )


def from_environment(variable: str) -> str | None:
    """Give the id or name in a variable, None where it isn't set or is blank."""
    return os.environ.get(variable, "").strip() or None


def find_execution(
    client: Client, command: str, execution: str | None, run_test: str | None, *, finished: bool = True
) -> str:
    """Give the execution that was named, or the latest one of the run test, or that of the environment."""
    return find_noted(client, command, execution, run_test, finished=finished).id


def find_noted(
    client: Client,
    command: str,
    execution: str | None,
    run_test: str | None,
    *,
    finished: bool = True,
    started_after: datetime | None = None,
) -> Found:
    """Find the same as `find_execution`, with notes on an execution that was found by its run test."""
    from futureagi_simulate_cli.commands.trouble import usage
    from futureagi_simulate_cli.gate.find import Found, find_latest

    run_test = given(run_test, "--run-test")
    if execution:
        return Found(execution)
    if run_test:
        return find_latest(client, run_test, finished=finished, started_after=started_after)
    if found := from_environment(EXECUTION_ID):
        return Found(found)
    raise usage(
        "No execution was named.", f"fi-simulate {command} EXECUTION, or --run-test with an id or a name"
    )


def target_of(client: Client, command: str, execution: str | None, chosen: Chosen, *, wait: bool) -> Awaited:
    """Give the execution to judge: the one that was named, or the one of the run test.

    With `wait` that is the next execution of the run test (see `Awaited`), else the latest finished one.
    """
    from futureagi_simulate_cli.commands.trouble import usage
    from futureagi_simulate_cli.gate.find import Awaited

    run_test, after = chosen.run_test if execution is None else None, chosen.started_after
    if after is not None and run_test is None:
        raise usage(
            "--started-after has no run test to look in.", "Name one with --run-test, or leave it out."
        )
    if run_test is not None and wait:
        return Awaited(client, None, run_test, after)
    found = find_noted(client, command, execution, run_test, started_after=after)
    return Awaited(client, found.id, notes=found.notes)
