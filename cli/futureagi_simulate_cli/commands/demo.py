"""`fi-simulate demo`: the whole way from an execution to a verdict, on the mock, over real HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from futureagi_simulate.records import ExecutionRecord
    from futureagi_simulate_cli.gate import Verdict

_CALLS: Final = 3


def demo(
    profile: Annotated[
        Literal["documented", "observed"],
        typer.Option("--profile", help="Which description of the service the mock follows."),
    ] = "documented",
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Which data the mock makes up.")] = 0,
) -> None:
    """Go all the way to a verdict, on the mock.

    Starts the mock on a free port and shows the executions of a run test, what failed in the latest one
    and why, and whether the agent is ready to promote. Nothing leaves this machine and no keys are
    needed. The exit code is 0 whatever the verdict.

    Example: fi-simulate demo
    """
    import httpx

    from futureagi_simulate import Client
    from futureagi_simulate_cli.commands.console import output
    from futureagi_simulate_mock import Mock

    mock = Mock(profile=profile, seed=seed)
    with (
        mock.serve() as server,
        httpx.Client(trust_env=False) as http,  # a proxy can't reach this machine's loopback
        Client(
            api_key=mock.api_key, secret_key=mock.secret_key, base_url=server.base_url, http_client=http
        ) as client,
    ):
        show(output(), client, server.base_url, mock.ids.run_test_name, mock.ids.run_test_id)


def show(console: Console, client: Any, address: str, name: str, run_test_id: str) -> None:
    """Show the executions of a run test, the failures of the latest finished one, and its verdict."""
    from futureagi_simulate.records import execution_record
    from futureagi_simulate_cli.commands.console import say
    from futureagi_simulate_cli.commands.tables import show_executions
    from futureagi_simulate_cli.commands.views import show_failures, show_verdict
    from futureagi_simulate_cli.failures import Criteria, collect
    from futureagi_simulate_cli.gate.settings import DOCUMENTED_RULE

    say(console, f"The mock is listening on {address}, with seeded data and keys of its own.", "dim")
    _chapter(console, f'Executions of "{name}"', f'client.list_execution_runs("{name}")')
    executions = [execution_record(item, run_test_name=name) for item in client.list_execution_runs(name)]
    show_executions(console, executions)
    latest = _latest_finished(executions)
    _chapter(
        console,
        f"What failed in the latest one, {str(latest.id)[:8]}",
        f'client.get_execution_run("{latest.id}", summary=True)',
    )
    show_failures(console, collect(client, str(latest.id), Criteria(), run_test_id=run_test_id), most=_CALLS)
    verdict = _verdict(client, str(latest.id))
    default = verdict.settings.thresholds == (DOCUMENTED_RULE,)
    rule = "every pass rate above 90 %" if default else ", ".join(map(str, verdict.settings.thresholds))
    _chapter(console, "Is the agent ready to promote?", rule)
    show_verdict(verdict, console=console)
    say(console)
    say(
        console,
        "The same against a server of yours: set FI_BASE_URL, FI_API_KEY and FI_SECRET_KEY, then",
        "dim",
    )
    say(console, f'  fi-simulate gate --run-test "{name}"', "dim")


def _verdict(client: Any, execution_id: str) -> Verdict:
    """Evaluate as the gate does; by the default rule if the project's settings don't fit the mock's data."""
    from futureagi_simulate.errors import ConfigurationError
    from futureagi_simulate_cli.commands.options import read_request
    from futureagi_simulate_cli.gate.find import fetch_run
    from futureagi_simulate_cli.gate.settings import Settings
    from futureagi_simulate_cli.gate.wait import evaluate_run

    options = {"execution": None, "execution_id": None, "config": None}
    run, settings = fetch_run(client, execution_id), read_request(options).settings
    try:
        return evaluate_run(run, settings)
    except ConfigurationError as error:
        note = f"The settings of {settings.source} don't fit the demo's data: {error.problem}"
        return evaluate_run(run, Settings()).with_notes([note])


def _latest_finished(executions: Sequence[ExecutionRecord]) -> ExecutionRecord:
    return next(execution for execution in executions if execution.status == "completed")


def _chapter(console: Console, title: str, source: str) -> None:
    from rich.rule import Rule
    from rich.text import Text

    from futureagi_simulate_cli.commands.console import say

    say(console)
    if console.is_terminal:
        console.print(Rule(Text(title, "bold"), align="left", style="dim"))
        say(console, source, "dim")
    else:
        say(console, f"== {title} ==")
    say(console)
