"""`fi-simulate runs`: the executions of a run test, one execution, or one call, with their evals."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

import typer

from futureagi_simulate_cli.commands.listings import AsJson, Counted, Limit, page, wanted_rows
from futureagi_simulate_cli.commands.named import RUN_TEST_NAME, either, from_environment, given


def runs(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help=f"Exact name of the run test; if nothing is named, that in {RUN_TEST_NAME}.",
        ),
    ] = None,
    run_test: Annotated[
        str | None, typer.Option("--run-test", metavar="NAME", help="The same as NAME.")
    ] = None,
    execution: Annotated[
        str | None,
        typer.Option("--execution", metavar="ID", help="Show this execution and its evals instead."),
    ] = None,
    call: Annotated[
        str | None, typer.Option("--call", metavar="ID", help="Show this call and its evals instead.")
    ] = None,
    evals: Annotated[
        list[str] | None, typer.Option("--eval", metavar="NAME", help="Only this eval. Repeatable.")
    ] = None,
    limit: Limit = None,
    json: AsJson = False,
) -> None:
    """Show the pass rates of executions and calls.

    Of all executions of a run test, of one execution, or what each eval said of one call.

    Example: fi-simulate runs "Support line regression" --eval Coherence
    """
    from futureagi_simulate import Client
    from futureagi_simulate_cli.commands.trouble import usage

    name = either(name, run_test, "run-test")
    execution, call = given(execution, "--execution"), given(call, "--call")
    if not (name or execution or call):
        name = from_environment(RUN_TEST_NAME)
    if sum(map(bool, (name, execution, call))) != 1:
        raise usage("It isn't clear what to show.", "fi-simulate runs NAME, or --execution ID, or --call ID")
    with Client() as client:
        if name:
            _by_name(client, name, evals, limit, json)
        elif execution:
            _by_execution(client, execution, evals, json)
        elif call:
            _by_call(client, call, evals, json)


def _by_name(client: Any, name: str, evals: list[str] | None, limit: int | None, json: bool) -> None:
    from futureagi_simulate.records import execution_record
    from futureagi_simulate_cli.commands.console import output, print_json_lines
    from futureagi_simulate_cli.commands.rows import as_values
    from futureagi_simulate_cli.commands.runs_view import show_executions

    most = wanted_rows(limit, json)
    listing = client.list_execution_runs(name, eval_names=evals, **page(limit, json))
    records = Counted(listing, lambda item: execution_record(item, run_test_name=name))
    chosen = islice(records, most or None)
    if json:
        print_json_lines(map(as_values, chosen))
        return
    shown = list(chosen)
    show_executions(output(), shown)
    records.tell_the_rest(len(shown), most)


def _by_execution(client: Any, execution: str, evals: list[str] | None, json: bool) -> None:
    from futureagi_simulate.records import execution_record
    from futureagi_simulate_cli.commands.console import output, print_json
    from futureagi_simulate_cli.commands.rows import as_values
    from futureagi_simulate_cli.commands.runs_view import show_execution

    record = execution_record(client.get_execution_run(execution, eval_names=evals))
    if json:
        print_json(as_values(record))
    else:
        show_execution(output(), record)


def _by_call(client: Any, call: str, evals: list[str] | None, json: bool) -> None:
    from futureagi_simulate.records import call_record
    from futureagi_simulate_cli.commands.console import output, print_json
    from futureagi_simulate_cli.commands.rows import as_values
    from futureagi_simulate_cli.commands.runs_view import show_call

    record = call_record(client.get_call_run(call, eval_names=evals))
    if json:
        print_json(as_values(record))
    else:
        show_call(output(), record)
