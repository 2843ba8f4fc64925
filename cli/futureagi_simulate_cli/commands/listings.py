"""`fi-simulate executions`, `calls` and `runs`: listings as tables or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Annotated, Any, Final

import typer

from futureagi_simulate_cli.commands.options import (
    RUN_TEST_ID,
    RUN_TEST_NAME,
    either,
    from_environment,
    given,
)

TABLE_ROWS: Final = 20
LARGEST_PAGE: Final = 100
MOST_ROWS: Final = 1_000_000_000

Search = Annotated[
    str | None, typer.Option("--search", metavar="TEXT", help="Only those that this text is found in.")
]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        metavar="N",
        min=0,
        max=MOST_ROWS,
        help="How many to show; 0 for all. 20 in a table, all with --json.",
    ),
]
RunTestArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN_TEST", help=f"Id of the run test; if nothing is named, that in {RUN_TEST_ID}."
    ),
]
RunTestOption = Annotated[str | None, typer.Option("--run-test", metavar="ID", help="The same as RUN_TEST.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON array of normalised records.")]


def executions(
    run_test: RunTestArgument = None,
    run_test_id: RunTestOption = None,
    search: Search = None,
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", help="Only executions with this status.")
    ] = None,
    limit: Limit = None,
    json: AsJson = False,
) -> None:
    """List the executions of a run test, newest first.

    Example: fi-simulate executions RUN_TEST_ID --status completed
    """
    from futureagi_simulate import Client
    from futureagi_simulate.records import execution_record
    from futureagi_simulate_cli.commands import tables
    from futureagi_simulate_cli.commands.process import usage

    run_test = either(run_test, run_test_id, "run-test") or from_environment(RUN_TEST_ID)
    if run_test is None:
        raise usage("No run test was named.", "fi-simulate executions RUN_TEST, with its id")
    with Client() as client:
        listing = client.list_test_executions(run_test, search=search, status=status, **page(limit, json))
        show(
            Counted(listing, lambda item: execution_record(item, run_test_id=run_test)),
            tables.EXECUTION_COLUMNS,
            tables.execution_row,
            tables.EXECUTION_NUMBERS,
            limit=limit,
            json=json,
        )


def calls(
    run_test: RunTestArgument = None,
    run_test_id: RunTestOption = None,
    execution: Annotated[
        str | None,
        typer.Option("--execution", metavar="ID", help="List the calls of this execution instead."),
    ] = None,
    agent: Annotated[
        str | None,
        typer.Option("--agent", metavar="ID", help="List an agent's calls instead; needs --version."),
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", metavar="ID", help="The agent's version; needs --agent.")
    ] = None,
    search: Search = None,
    status: Annotated[
        str | None,
        typer.Option("--status", metavar="STATUS", help="Only calls with this status (of a run test)."),
    ] = None,
    limit: Limit = None,
    json: AsJson = False,
) -> None:
    """List the calls of a run test.

    Or those of one execution, or of a version of an agent.

    Example: fi-simulate calls RUN_TEST_ID --search "Billing" --limit 5
    """
    from futureagi_simulate import Client
    from futureagi_simulate.records import call_record
    from futureagi_simulate_cli.commands import tables

    run_test = either(run_test, run_test_id, "run-test")
    for option, value in (("--execution", execution), ("--agent", agent), ("--version", version)):
        given(value, option)
    if not (run_test or execution or agent or version):
        run_test = from_environment(RUN_TEST_ID)
    with Client() as client:
        listing = _chosen(client, run_test, execution, agent, version, search, status, page(limit, json))
        show(
            Counted(listing, lambda item: call_record(item, execution_id=execution)),
            tables.CALL_COLUMNS,
            tables.call_row,
            tables.CALL_NUMBERS,
            limit=limit,
            json=json,
        )


def _chosen(
    client: Any,
    run_test: str | None,
    execution: str | None,
    agent: str | None,
    version: str | None,
    search: str | None,
    status: str | None,
    paging: dict[str, Any],
) -> Any:
    from futureagi_simulate_cli.commands.process import usage

    named = [bool(run_test), bool(execution), bool(agent or version)]
    if sum(named) != 1 or bool(agent) != bool(version):
        raise usage(
            "No source of calls is named, or more than one.",
            "fi-simulate calls RUN_TEST, or --execution ID, or --agent ID with --version ID",
        )
    if status and not run_test:
        raise usage("Only the calls of a run test can be chosen by --status.", "Leave --status out.")
    if search and agent:
        raise usage("The calls of an agent's version can't be searched.", "Leave --search out.")
    if run_test:
        return client.list_call_executions(run_test, search=search, status=status, **paging)
    if execution:
        return client.get_test_execution(execution, search=search, **paging).calls
    return client.list_version_call_executions(agent, version, **paging)


def row_limit(limit: int | None, json: bool) -> int:
    """Return how many rows to show, 0 for all. The default is 20 in a table and all with --json."""
    return limit if limit is not None else (0 if json else TABLE_ROWS)


def page(limit: int | None, json: bool) -> dict[str, Any]:
    """Return a page size no larger than the number of rows to show."""
    most = row_limit(limit, json)
    return {"page_size": min(most, LARGEST_PAGE)} if most else {}


class Counted:
    """The records of a listing, read on demand; `count` is the total on the last page."""

    def __init__(self, listing: Any, record: Callable[[Any], Any]) -> None:
        self._listing = listing
        self._record = record
        self.count: int | None = None

    def __iter__(self) -> Iterator[Any]:
        for page in self._listing.pages():
            self.count = page.count
            yield from map(self._record, page.items)

    def note_rest(self, shown: int, most: int) -> None:
        """Note on standard error how many there are in all, or that there are none."""
        from futureagi_simulate_cli.commands.console import progress, say

        if most and shown == most and self.count and self.count > most:
            say(progress(), f"{most} of {self.count} shown; --limit 0 shows all.")
        elif not shown:
            say(progress(), "Nothing found.")


def show(
    records: Counted,
    columns: Sequence[str],
    row: Callable[[Any], Sequence[Any]],
    numbers: Sequence[str],
    *,
    limit: int | None,
    json: bool,
) -> None:
    """Print records as a table of at most `limit` rows, or as JSON; note on stderr what was left out."""
    from futureagi_simulate_cli.commands.console import output, print_json_lines, print_table
    from futureagi_simulate_cli.commands.tables import CALL_TEXTS, as_values

    most = row_limit(limit, json)
    chosen = islice(records, most or None)
    if json:
        print_json_lines(map(as_values, chosen))
        return
    table = [row(record) for record in chosen]
    print_table(output(), columns, table, numbers, cut=CALL_TEXTS)
    records.note_rest(len(table), most)


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

    Of all executions of a run test, of one execution, or the results of one call.

    Example: fi-simulate runs "Support line regression" --eval Coherence
    """
    from futureagi_simulate import Client
    from futureagi_simulate_cli.commands.process import usage

    name = either(name, run_test, "run-test")
    execution, call = given(execution, "--execution"), given(call, "--call")
    if not (name or execution or call):
        name = from_environment(RUN_TEST_NAME)
    if sum(map(bool, (name, execution, call))) != 1:
        raise usage(
            "Nothing to show is named, or more than one thing.",
            "fi-simulate runs NAME, or --execution ID, or --call ID",
        )
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
    from futureagi_simulate_cli.commands.tables import as_values, show_executions

    most = row_limit(limit, json)
    listing = client.list_execution_runs(name, eval_names=evals, **page(limit, json))
    records = Counted(listing, lambda item: execution_record(item, run_test_name=name))
    chosen = islice(records, most or None)
    if json:
        print_json_lines(map(as_values, chosen))
        return
    shown = list(chosen)
    show_executions(output(), shown)
    records.note_rest(len(shown), most)


def _by_execution(client: Any, execution: str, evals: list[str] | None, json: bool) -> None:
    from futureagi_simulate.records import execution_record
    from futureagi_simulate_cli.commands.console import output, print_json
    from futureagi_simulate_cli.commands.tables import as_values, show_execution

    record = execution_record(client.get_execution_run(execution, eval_names=evals))
    if json:
        print_json(as_values(record))
    else:
        show_execution(output(), record)


def _by_call(client: Any, call: str, evals: list[str] | None, json: bool) -> None:
    from futureagi_simulate.records import call_record
    from futureagi_simulate_cli.commands.console import output, print_json
    from futureagi_simulate_cli.commands.tables import as_values, show_call

    record = call_record(client.get_call_run(call, eval_names=evals))
    if json:
        print_json(as_values(record))
    else:
        show_call(output(), record)
