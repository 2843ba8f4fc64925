"""`fi-simulate executions`, `calls` and `runs`: listings as tables or as JSON."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated, Any, Final, NamedTuple, get_type_hints

import typer

from futureagi_simulate_cli.commands import completion
from futureagi_simulate_cli.commands.connection import connect
from futureagi_simulate_cli.commands.options import (
    RUN_TEST_ID,
    RUN_TEST_NAME,
    either,
    find_call_id,
    find_id,
    from_environment,
    given,
    require_id,
)
from futureagi_simulate_cli.commands.parameters import Param, arguments

TABLE_ROWS: Final = 20
LARGEST_PAGE: Final = 100
MOST_ROWS: Final = 1_000_000_000

Search = Annotated[
    str | None, typer.Option("--search", metavar="TEXT", help="Only those that this text is found in.")
]
RunTestArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN_TEST",
        help=f"Id of the run test; if nothing is named, that in {RUN_TEST_ID}.",
        autocompletion=completion.run_test_ids,
    ),
]
RunTestOption = Annotated[
    str | None,
    typer.Option(
        "--run-test", metavar="ID", help="The same as RUN_TEST.", autocompletion=completion.run_test_ids
    ),
]


class View(NamedTuple):
    """How a listing is printed: which rows, in what form, which columns of its table. Fields are options."""

    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            metavar="N",
            min=0,
            max=MOST_ROWS,
            help="How many to show; 0 for all. 20 in a table, all with --json.",
        ),
    ] = None
    page: Annotated[
        int | None,
        typer.Option("--page", metavar="N", min=1, max=MOST_ROWS, help="Show the Nth page of --limit rows."),
    ] = None
    json: Annotated[bool, typer.Option("--json", help="Print a JSON array of normalised records.")] = False
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print the same as JSON Lines.")] = False
    wide: Annotated[bool, typer.Option("--wide", help="Show whole ids and all columns, however wide.")] = (
        False
    )
    columns: Annotated[
        str | None, typer.Option("--columns", metavar="A,B", help="Show these columns of the table only.")
    ] = None

    @property
    def is_json(self) -> bool:
        """Whether the output is for programs."""
        return self.json or self.jsonl

    @property
    def most(self) -> int:
        """How many rows to show, 0 for all: 20 by default in a table or a page, else all."""
        if self.limit is not None:
            return self.limit
        return 0 if self.is_json and self.page is None else TABLE_ROWS

    @property
    def paging(self) -> dict[str, Any]:
        """Return the size of the pages to ask for: no larger than the number of rows to show."""
        return {"page_size": min(self.most, LARGEST_PAGE)} if self.most else {}

    def check(self) -> None:
        """Raise a usage error for options that exclude each other."""
        from futureagi_simulate_cli.commands.process import usage

        if self.json and self.jsonl:
            raise usage("--json and --jsonl exclude each other.", "Leave one of them out.")
        if self.is_json and (self.wide or self.columns):
            raise usage("--wide and --columns are for tables.", "Leave them out; JSON has all fields.")
        if self.page is not None and not 1 <= self.most <= LARGEST_PAGE:
            raise usage(
                f"--page needs pages of 1 to {LARGEST_PAGE} rows.", f"Give --limit, at most {LARGEST_PAGE}."
            )


_DEFAULTS: Final = View()


def _viewed(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the fields of `View` as options, in place of its argument `view`."""
    signature = inspect.signature(command, eval_str=True)
    options = get_type_hints(View, include_extras=True)

    @functools.wraps(command)
    def call(**arguments: Any) -> None:
        view = View(**{name: arguments.pop(name) for name in options})
        view.check()
        command(**arguments, view=view)

    parameters = [one.replace(kind=_KEYWORD) for name, one in signature.parameters.items() if name != "view"]
    parameters += [
        inspect.Parameter(name, _KEYWORD, default=View._field_defaults[name], annotation=option)
        for name, option in options.items()
    ]
    call.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return call


_KEYWORD: Final = inspect.Parameter.KEYWORD_ONLY


@_viewed
def executions(
    run_test: RunTestArgument = None,
    run_test_id: RunTestOption = None,
    search: Search = None,
    status: Annotated[
        str | None,
        typer.Option(
            "--status",
            metavar="STATUS",
            help="Only executions with this status.",
            autocompletion=completion.execution_statuses,
        ),
    ] = None,
    param: Param = None,
    view: View = _DEFAULTS,
) -> None:
    """List the executions of a run test, newest first.

    Example: fi-simulate executions RUN_TEST_ID --status completed
    """
    from futureagi_simulate.records import execution_record
    from futureagi_simulate_cli.commands import tables
    from futureagi_simulate_cli.commands.process import usage

    run_test = either(run_test, run_test_id, "run-test") or from_environment(RUN_TEST_ID)
    if run_test is None:
        raise usage("No run test was named.", "fi-simulate executions RUN_TEST, with its id")
    require_id(run_test, "fi-simulate runs NAME takes the name of a run test")
    with connect() as client:
        more = arguments("list_test_executions", param) | view.paging
        listing = client.list_test_executions(run_test, search=search, status=status, **more)
        show(
            Counted(listing, lambda item: execution_record(item, run_test_id=run_test), view.page),
            tables.EXECUTION_COLUMNS,
            tables.execution_row,
            tables.EXECUTION_NUMBERS,
            view=view,
            drop=tables.EXECUTION_DROP,
        )


@_viewed
def calls(
    run_test: RunTestArgument = None,
    run_test_id: RunTestOption = None,
    execution: Annotated[
        str | None,
        typer.Option(
            "--execution",
            metavar="ID",
            help="List the calls of this execution instead.",
            autocompletion=completion.executions,
        ),
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
        typer.Option(
            "--status",
            metavar="STATUS",
            help="Only calls with this status (not of an agent).",
            autocompletion=completion.call_statuses,
        ),
    ] = None,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="CONDITION",
            help='With --execution: only calls that meet it: "overall_score < 50". Repeatable.',
        ),
    ] = None,
    param: Param = None,
    view: View = _DEFAULTS,
) -> None:
    """List the calls of a run test.

    Or those of one execution, or of a version of an agent.

    Example: fi-simulate calls RUN_TEST_ID --search "Billing" --limit 5
    """
    from futureagi_simulate.records import call_record
    from futureagi_simulate_cli.commands import tables

    run_test = either(run_test, run_test_id, "run-test")
    for option, value in (("--execution", execution), ("--agent", agent), ("--version", version)):
        given(value, option)
    if not (run_test or execution or agent or version):
        run_test = from_environment(RUN_TEST_ID)
    with connect() as client:
        if execution:
            execution = find_id(client, execution, from_environment(RUN_TEST_ID))
        listing = _chosen(
            client, run_test, execution, agent, version, search, status, filters, param, view.paging
        )
        show(
            Counted(listing, lambda item: call_record(item, execution_id=execution), view.page),
            tables.CALL_COLUMNS,
            tables.call_row,
            tables.CALL_NUMBERS,
            view=view,
            drop=tables.CALL_DROP,
        )


def _chosen(
    client: Any,
    run_test: str | None,
    execution: str | None,
    agent: str | None,
    version: str | None,
    search: str | None,
    status: str | None,
    filters: list[str] | None,
    param: list[str] | None,
    paging: dict[str, Any],
) -> Any:
    from futureagi_simulate_cli.commands.process import usage

    named = [bool(run_test), bool(execution), bool(agent or version)]
    if sum(named) != 1 or bool(agent) != bool(version):
        raise usage(
            "No source of calls is named, or more than one.",
            "fi-simulate calls RUN_TEST, or --execution ID, or --agent ID with --version ID",
        )
    if status and agent:
        raise usage("The calls of an agent's version can't be chosen by --status.", "Leave --status out.")
    if filters and not execution:
        raise usage("Only the calls of an execution can be filtered.", "Name it with --execution.")
    if search and agent:
        raise usage("The calls of an agent's version can't be searched.", "Leave --search out.")
    if run_test:
        require_id(run_test, "fi-simulate runs NAME lists its executions; name one with --execution")
        more = arguments("list_call_executions", param) | paging
        return client.list_call_executions(run_test, search=search, status=status, **more)
    if execution:
        from futureagi_simulate_cli.commands.conditions import parse_condition, status_filter

        wanted = [parse_condition(text) for text in filters or ()]
        wanted += [status_filter(status)] if status else []
        more = arguments("get_test_execution", param) | paging
        return client.get_test_execution(
            execution, search=search, filters=wanted, enforce_filters=bool(wanted), **more
        ).calls
    return client.list_version_call_executions(
        agent, version, **arguments("list_version_call_executions", param), **paging
    )


class Counted:
    """The records of a listing, read on demand; `count` is the total on the last page."""

    def __init__(self, listing: Any, record: Callable[[Any], Any], page: int | None = None) -> None:
        self._listing = listing
        self._page = page
        self._record = record
        self.count: int | None = None

    def __iter__(self) -> Iterator[Any]:
        for page in self._listing.pages(self._page or 1):
            self.count = page.count
            yield from map(self._record, page.items)

    def note_rest(self, shown: int, most: int) -> None:
        """Note on standard error how many there are in all, or that there are none."""
        from futureagi_simulate_cli.commands.console import progress, say

        if self._page is not None and shown and self.count:
            first = (self._page - 1) * most + 1
            say(progress(), f"{first} to {first + shown - 1} of {self.count} shown.")
        elif most and shown == most and self.count and self.count > most:
            say(progress(), f"{most} of {self.count} shown; --limit 0 shows all.")
        elif not shown:
            say(progress(), "Nothing found.")


def show(
    records: Counted,
    columns: Sequence[str],
    row: Callable[[Any], Sequence[Any]],
    numbers: Sequence[str],
    *,
    view: View,
    drop: Sequence[str] = (),
) -> None:
    """Print records as a table of at most `limit` rows, or as JSON; note on stderr what was left out."""
    from futureagi_simulate_cli.commands.console import output
    from futureagi_simulate_cli.commands.tables import CALL_TEXTS, print_list

    chosen = islice(records, view.most or None)
    if print_records(chosen, view):
        return
    table = [row(record) for record in chosen]
    print_list(
        output(), columns, table, numbers, cut=CALL_TEXTS, drop=drop, wide=view.wide, chosen=view.columns
    )
    records.note_rest(len(table), view.most)


def print_records(records: Iterable[Any], view: View) -> bool:
    """Print records as a JSON array or as JSON Lines, and return True; False where a table is asked for."""
    from futureagi_simulate_cli.commands.console import print_json_line, print_json_lines
    from futureagi_simulate_cli.commands.tables import as_values

    if view.jsonl:
        for record in records:
            print_json_line(as_values(record))
    elif view.json:
        print_json_lines(map(as_values, records))
    return view.is_json


@_viewed
def runs(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN_TEST",
            help=f"Exact name of the run test, or its id; if nothing is named, that in {RUN_TEST_NAME}.",
            autocompletion=completion.run_test_names,
        ),
    ] = None,
    run_test: Annotated[
        str | None,
        typer.Option(
            "--run-test",
            metavar="ID|NAME",
            help="The same as RUN_TEST.",
            autocompletion=completion.run_test_names,
        ),
    ] = None,
    execution: Annotated[
        str | None,
        typer.Option(
            "--execution",
            metavar="ID",
            help="Show this execution and its evals instead.",
            autocompletion=completion.executions,
        ),
    ] = None,
    call: Annotated[
        str | None, typer.Option("--call", metavar="ID", help="Show this call and its evals instead.")
    ] = None,
    evals: Annotated[
        list[str] | None, typer.Option("--eval", metavar="NAME", help="Only this eval. Repeatable.")
    ] = None,
    param: Param = None,
    view: View = _DEFAULTS,
) -> None:
    """Show the pass rates of executions and calls.

    Of all executions of a run test, of one execution, or the results of one call.

    Example: fi-simulate runs "Support line regression" --eval Coherence
    """
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
    with connect() as client:
        if name:
            _by_name(client, name, evals, param, view)
        elif execution:
            _by_execution(client, execution, evals, param, view)
        elif call:
            _by_call(client, call, evals, param, view)


def _by_name(client: Any, name: str, evals: list[str] | None, param: list[str] | None, view: View) -> None:
    from futureagi_simulate.records import execution_record
    from futureagi_simulate_cli.commands.console import output
    from futureagi_simulate_cli.commands.tables import show_executions
    from futureagi_simulate_cli.gate.find import is_uuid

    if is_uuid(name):
        more = arguments("get_execution_run", param)
        listing = client.list_test_executions(name, **view.paging)
        records = Counted(
            listing,
            lambda item: execution_record(
                client.get_execution_run(item.id, eval_names=evals, page_size=1, **more), run_test_id=name
            ),
            view.page,
        )
    else:
        more = arguments("list_execution_runs", param) | view.paging
        listing = client.list_execution_runs(name, eval_names=evals, **more)
        records = Counted(listing, lambda item: execution_record(item, run_test_name=name), view.page)
    chosen = islice(records, view.most or None)
    if print_records(chosen, view):
        return
    shown = list(chosen)
    show_executions(output(), shown, wide=view.wide, columns=view.columns)
    records.note_rest(len(shown), view.most)


def _by_execution(
    client: Any, execution: str, evals: list[str] | None, param: list[str] | None, view: View
) -> None:
    from futureagi_simulate.records import execution_record
    from futureagi_simulate_cli.commands.console import output
    from futureagi_simulate_cli.commands.tables import show_execution

    run_test = from_environment(RUN_TEST_ID) or from_environment(RUN_TEST_NAME)
    execution = find_id(client, execution, run_test)
    more = arguments("get_execution_run", param)
    record = execution_record(client.get_execution_run(execution, eval_names=evals, **more))
    if not _print_one(record, "execution", view):
        show_execution(output(), record, wide=view.wide)


def _by_call(client: Any, call: str, evals: list[str] | None, param: list[str] | None, view: View) -> None:
    from futureagi_simulate.records import call_record
    from futureagi_simulate_cli.commands.console import output
    from futureagi_simulate_cli.commands.tables import show_call

    run_test = from_environment(RUN_TEST_ID)
    call = find_call_id(client, call, run_test)
    more = arguments("get_call_run", param)
    record = call_record(client.get_call_run(call, eval_names=evals, **more))
    if not _print_one(record, "call", view):
        show_call(output(), record, wide=view.wide)


def _print_one(record: Any, kind: str, view: View) -> bool:
    """Print a record as a JSON object, and return True; False where a table is asked for."""
    from futureagi_simulate_cli.commands.console import print_json, print_json_line
    from futureagi_simulate_cli.commands.tables import as_values

    if view.is_json:
        value = {"schema": f"futureagi-simulate/{kind}/1", **as_values(record)}
        print_json_line(value) if view.jsonl else print_json(value)
    return view.is_json
