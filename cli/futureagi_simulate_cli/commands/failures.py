"""`fi-simulate failures`: why calls failed, as text, JSON Lines or a prompt."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from futureagi_simulate_cli.commands.options import ExecutionArgument, ExecutionOption, either, find_execution


def failures(
    execution: ExecutionArgument = None,
    execution_id: ExecutionOption = None,
    run_test: Annotated[
        str | None,
        typer.Option(
            "--run-test",
            metavar="ID|NAME",
            help="The run test: its latest finished execution is taken when none is named, and with its id "
            "transcripts are found that the server leaves out of an execution.",
        ),
    ] = None,
    min: Annotated[
        list[str] | None,
        typer.Option(
            "--min",
            metavar="NAME=PERCENT",
            help='A score below this has failed; "*=50" for every score. Repeatable.',
        ),
    ] = None,
    want: Annotated[
        list[str] | None,
        typer.Option(
            "--want", metavar="NAME=A,B", help="Any other answer of this eval has failed. Repeatable."
        ),
    ] = None,
    redact: Annotated[
        bool,
        typer.Option(
            "--redact",
            help="Take out the names and phone numbers that the server gave, in all texts; a call whose "
            "customer's name is unknown loses its texts.",
        ),
    ] = False,
    json: Annotated[
        bool,
        typer.Option("--json", "--jsonl", help="Print JSON Lines: one failed eval or failed call a line."),
    ] = False,
    prompt: Annotated[
        bool, typer.Option("--prompt", help="Print Markdown for a prompt, cut at whole calls.")
    ] = False,
    size: Annotated[
        int, typer.Option("--size", metavar="CHARACTERS", min=1000, help="The most that --prompt may print.")
    ] = 60_000,
) -> None:
    """Show every failed eval and every failed call of an execution, and where it failed.

    Each has its reason and the turn of the call that the reason most likely is about. Failed is what the
    server calls failed; with --min also a score below it, with --want also another choice.

    Example: fi-simulate failures EXECUTION --run-test RUN_TEST_ID --redact --prompt
    """
    from futureagi_simulate_cli.commands.connection import connect
    from futureagi_simulate_cli.commands.console import progress, say
    from futureagi_simulate_cli.commands.process import usage
    from futureagi_simulate_cli.failures import Criteria, collect
    from futureagi_simulate_cli.gate.find import is_uuid
    from futureagi_simulate_cli.gate.settings import Threshold, parse_choices

    if json and prompt:
        raise usage("--json and --prompt exclude each other.", "Leave one of them out.")
    execution = either(execution, execution_id, "execution")
    criteria = Criteria(tuple(map(Threshold.parse, min or ())), parse_choices(want or ()))
    with connect() as client:
        target = str(find_execution(client, "failures", execution, run_test).id)
        run_test_id = run_test if run_test and is_uuid(run_test) else None
        found = collect(client, target, criteria, run_test_id=run_test_id)
    missing = found.without_transcript
    if redact:
        found = _redacted(found, run_test_id)
    _print(found, json=json, size=size if prompt else None)
    for note in found.notes:
        say(progress(), f"note: {note}")
    if missing:
        hint = "" if run_test_id else "; --run-test with the id of the run test finds what is left out here"
        say(progress(), f"note: {missing} calls came without a transcript{hint}.")


def _redacted(found: Any, run_test_id: str | None) -> Any:
    """Redact; raise a usage error if names are unknown and --run-test would find them."""
    from futureagi_simulate_cli.commands.console import progress, say
    from futureagi_simulate_cli.commands.process import usage
    from futureagi_simulate_cli.commands.views import counted

    if found.without_name and run_test_id is None:
        raise usage(
            f"Customers' names of {counted(found.without_name, 'call')} are unknown, so --redact can't take "
            "them out.",
            "Add --run-test with the id of the run test: its calls come with names.",
        )
    redacted = found.redacted()
    done = redacted.redaction
    if done.calls or done.clusters:
        left_out = [
            counted(number, noun)
            for number, noun in ((len(done.calls), "call"), (done.clusters, "cluster"))
            if number
        ]
        say(
            progress(),
            f"note: all texts of {' and '.join(left_out)} were left out: the "
            "customer's name is unknown there.",
        )
    return redacted


def _print(found: Any, *, json: bool, size: int | None) -> None:
    from futureagi_simulate_cli.commands.console import output, print_document, print_json_line
    from futureagi_simulate_cli.failures import lines, prompt

    if json:
        for failed in found.everything:
            for line in lines(failed, found.clusters):
                print_json_line(line)
    elif size is not None:
        print_document(prompt(found.everything, found.clusters, size))
    else:
        from futureagi_simulate_cli.commands.views import show_failures

        show_failures(output(), found)
