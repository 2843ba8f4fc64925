"""`fi-simulate compare` and `flaky`: executions of a run test against each other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from futureagi_simulate_cli.commands import completion
from futureagi_simulate_cli.commands.options import (
    RUN_TEST_ID,
    RUN_TEST_NAME,
    from_environment,
    given,
)
from futureagi_simulate_cli.commands.process import UNFINISHED, usage

if TYPE_CHECKING:
    from rich.console import Console

    from futureagi_simulate.client import Client
    from futureagi_simulate_cli.comparison import Comparison, Played
    from futureagi_simulate_cli.gate.settings import Settings

RunTestOption = Annotated[
    str | None,
    typer.Option(
        "--run-test",
        metavar="ID|NAME",
        help="The run test in which executions are looked up.",
        autocompletion=completion.run_test_names,
    ),
]
WantOption = Annotated[
    list[str] | None,
    typer.Option(
        "--want", metavar="NAME=A,B", help="The accepted answers of an eval with choices. Repeatable."
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="The pyproject.toml with the settings; default: the nearest one."
    ),
]
MarkdownOption = Annotated[
    Path | None, typer.Option("--markdown", metavar="FILE", help="Also write it as Markdown to this file.")
]


def compare(
    baseline: Annotated[
        str,
        typer.Argument(
            metavar="BASELINE", help="The execution to compare with.", autocompletion=completion.executions
        ),
    ] = "previous",
    candidate: Annotated[
        str,
        typer.Argument(
            metavar="CANDIDATE", help="The execution to judge.", autocompletion=completion.executions
        ),
    ] = "latest",
    run_test: RunTestOption = None,
    want: WantOption = None,
    relevant_drop: Annotated[
        float,
        typer.Option(
            "--relevant-drop",
            metavar="POINTS",
            min=0.1,
            max=100,
            help="A drop that matters: calls that would have missed it are too few to tell.",
        ),
    ] = 10.0,
    config: ConfigOption = None,
    markdown: MarkdownOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Say whether an execution is worse than another, and where.

    An execution is named by an id or its first 8 characters, latest, previous, latest-passed, -2 for the last
    but one, or a date; RUN_TEST@-2 names the run test too. Calls are compared within their scenarios. Exit
    code 0: not worse; 1: an eval or a scenario is worse; 3: the candidate is not finished.

    Example: fi-simulate compare previous latest --run-test "Support line"
    """
    from futureagi_simulate.records import execution_record
    from futureagi_simulate_cli import comparison
    from futureagi_simulate_cli.commands.connection import connect
    from futureagi_simulate_cli.commands.console import output, print_json, progress, say
    from futureagi_simulate_cli.comparison.render import as_json, as_markdown
    from futureagi_simulate_cli.gate.find import fetch_run, find_named, is_finished
    from futureagi_simulate_cli.gate.wait import find_baseline

    settings, run_test = _settings(config, want, run_test)
    _require_writable(markdown)
    with connect() as client:
        new = find_named(client, candidate, run_test)
        run = fetch_run(client, str(new.id))
        if not is_finished(execution_record(run)):
            say(progress(), f"Not finished: the execution {new.id} is {execution_record(run).status}.")
            raise typer.Exit(UNFINISHED)
        old = find_baseline(client, baseline, run_test, new.id, settings)
        if old.id == new.id:
            raise usage(
                f"The execution {new.id} is its own baseline.", "Name an earlier one to compare with."
            )
        found = comparison.compare(
            comparison.Played.of(fetch_run(client, str(old.id))),
            comparison.Played.of(run),
            choices=settings.choices,
            quarantine=_active(settings),
            relevant_drop=relevant_drop,
        )
    for note in (*old.notes, *new.notes):
        say(progress(), f"note: {note}")
    if json:
        print_json(as_json(found))
    else:
        show_comparison(output(), found)
    if markdown is not None:
        _write(markdown, as_markdown(found))
    raise typer.Exit(found.exit_code)


def flaky(
    run_test: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN_TEST",
            help="The run test, by its id or its name.",
            autocompletion=completion.run_test_names,
        ),
    ] = None,
    last: Annotated[
        int,
        typer.Option("--last", metavar="K", min=1, max=100, help="Look at this many finished executions."),
    ] = 5,
    k: Annotated[
        int, typer.Option("--k", metavar="N", min=1, help="Show the chance that N calls in a row pass.")
    ] = 3,
    want: WantOption = None,
    every: Annotated[bool, typer.Option("--all", help="Show also what passed always or never.")] = False,
    config: ConfigOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print all results as JSON.")] = False,
    quarantine: Annotated[
        bool,
        typer.Option(
            "--quarantine", help="Print the list to quarantine, for the gate's table in pyproject.toml."
        ),
    ] = False,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="With --quarantine: its last day (in two weeks)."),
    ] = None,
) -> None:
    """Show what passes in some executions only.

    Counts, over the last finished executions of a run test, how often each eval passed in each scenario.

    Example: fi-simulate flaky "Support line" --last 5
    """
    from futureagi_simulate_cli.commands.connection import connect
    from futureagi_simulate_cli.commands.console import output, print_document, print_json
    from futureagi_simulate_cli.comparison import find_flaky
    from futureagi_simulate_cli.comparison.flaky import quarantine_lines
    from futureagi_simulate_cli.comparison.render import flaky_json

    if json and quarantine:
        raise usage("--json and --quarantine exclude each other.", "Leave one of them out.")
    if until is not None and not quarantine:
        raise usage("--until has no quarantine to end.", "Add --quarantine, or leave it out.")
    end = _day(until) if until is not None else datetime.now(UTC).date() + timedelta(days=14)
    settings, named = _settings(config, want, given(run_test, "RUN_TEST"))
    if named is None:
        raise usage("No run test was named.", "fi-simulate flaky RUN_TEST")
    with connect() as client:
        found = find_flaky(list(_last(client, named, last)), choices=settings.choices)
    if json:
        print_json(flaky_json(found, k))
    elif quarantine:
        print_document(quarantine_lines(found.flaky, end))
    else:
        _show_flaky(output(), found, k, every=every)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise usage(f'"{text}" is no date.', 'Write it as "2026-03-01".') from None


def _settings(
    config: Path | None, want: list[str] | None, run_test: str | None
) -> tuple[Settings, str | None]:
    """Read the project's settings of the gate, and the run test: as named, in them or in the environment."""
    from futureagi_simulate_cli.gate.settings import Settings, load

    given(run_test, "--run-test")
    if config is not None and not config.is_file():
        raise usage(f"There is no file {config}.", "Name a pyproject.toml with --config.")
    chosen = load(config, Path.cwd(), {"want": want, "run_test": run_test})
    named = chosen.pop("run_test", None)
    for unused in ("baseline", "wait", "started_after", "max_age"):
        chosen.pop(unused, None)
    return Settings.of(**chosen), named or from_environment(RUN_TEST_ID) or from_environment(RUN_TEST_NAME)


def _active(settings: Settings) -> list[Any]:
    today = datetime.now(UTC).date()
    return [entry for entry in settings.quarantine if today <= entry.until]


def _last(client: Client, run_test: str, count: int) -> Iterable[Played]:
    from futureagi_simulate_cli.comparison import Played
    from futureagi_simulate_cli.gate.find import fetch_run, finished_executions

    for execution in islice(finished_executions(client, run_test), count):
        yield Played.of(fetch_run(client, str(execution.id)))


def show_comparison(console: Console, found: Comparison) -> None:
    """Print a comparison: the evals, the verdicts, the calls that flipped, the metrics, and the summary."""
    from rich.text import Text

    from futureagi_simulate.printable import one_line
    from futureagi_simulate_cli.commands.console import say, say_hanging
    from futureagi_simulate_cli.commands.tables import id_text, print_list
    from futureagi_simulate_cli.comparison.render import (
        COLUMNS,
        eval_row,
        findings,
        flip_word,
        metric_row,
        summary,
    )

    styles = {"worse": "bold red", "better": "green"}
    if found.evals:
        rows = list(map(eval_row, found.evals))
        print_list(
            console, COLUMNS, rows, COLUMNS[1:], ids=False, cut=COLUMNS[:1], drop=("95 % interval", "Points")
        )
        say(console)
    for verdict, sentence in findings(found):
        say_hanging(console, Text(f"  {verdict}  ", styles.get(verdict, "dim")), one_line(sentence))
    flips = [(flip, one.name) for one in found.evals for flip in one.flips]
    for passed in (False, True):
        listed = [pair for pair in flips if pair[0].passed is passed]
        if not listed:
            continue
        say(console)
        say(console, f"Calls from {flip_word(listed[0][0])}", "bold")
        for flip, name in listed:
            call = flip.baseline_call if passed else flip.candidate_call
            where = one_line(flip.scenario) or "Unknown scenario"
            say_hanging(console, "  ", f"{where}: {one_line(name)}, failed call {id_text(console, call)}")
            if flip.reason:
                say_hanging(console, "    ", Text(one_line(flip.reason), "dim"))
    if found.metrics:
        say(console)
        columns = ("Metric", *COLUMNS[1:3], "Difference", COLUMNS[4])
        rows = list(map(metric_row, found.metrics))
        print_list(
            console, columns, rows, columns[1:], ids=False, cut=columns[:1], drop=(columns[4], columns[3])
        )
    for note in found.notes:
        say_hanging(console, Text("  note  ", "dim"), Text(one_line(note), "dim"))
    say(console)
    say(console, f"{one_line(summary(found))}.", styles.get(found.verdict, "bold"))


def _show_flaky(console: Console, found: Any, k: int, *, every: bool) -> None:
    from futureagi_simulate_cli.commands.console import say
    from futureagi_simulate_cli.commands.tables import print_list
    from futureagi_simulate_cli.comparison.render import flaky_row

    cells = found.cells if every else found.flaky
    columns = ("Scenario", "Eval", "Passes", "Passed", "95 % interval", f"pass^{k}")
    if cells:
        rows = [flaky_row(cell, k) for cell in cells]
        drop = ("95 % interval", columns[-1])
        print_list(console, columns, rows, columns[3:], ids=False, fold=columns[:2], drop=drop)
        say(console)
    count = {
        word: sum(cell.passes == word for cell in found.cells) for word in ("always", "sometimes", "never")
    }
    say(
        console,
        f"{len(found.executions)} executions, {len(found.cells)} results (scenario and eval): "
        + ", ".join(f"{number} {word}" for word, number in count.items())
        + ".",
    )


def _require_writable(path: Path | None) -> None:
    if path is not None:
        from futureagi_simulate_cli.export.target import require_writable

        require_writable(path)


def _write(path: Path, text: str) -> None:
    from futureagi_simulate_cli.export.target import write_file

    try:
        write_file(path, text.encode())
    except OSError as error:
        raise usage(
            f"{path} can't be written: {error.strerror}.", "Name a file in a folder that exists."
        ) from error
