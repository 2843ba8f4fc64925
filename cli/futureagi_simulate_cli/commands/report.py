"""`fi-simulate report`: one HTML file to send to someone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from futureagi_simulate_cli.commands.options import GATE_OPTIONS, find_execution, read_request, takes


@takes(GATE_OPTIONS)
def report(
    to: Annotated[Path, typer.Option(metavar="FILE", help="The file to write.")] = Path("report.html"),
    run_test: Annotated[
        str | None,
        typer.Option(
            metavar="ID|NAME",
            help="The run test: its latest finished execution is taken when none is named, and with its id "
            "calls come with transcripts that the server leaves out of an execution.",
        ),
    ] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Leave out customers' names and numbers.")] = False,
    **options: Any,
) -> None:
    """Write a report of an execution: verdict, charts, failure clusters and a table of its calls.

    The file needs no network and nothing beside it. Transcripts are shown as text, whatever they hold.

    Example: fi-simulate report EXECUTION --baseline LAST_RELEASE --to report.html
    """
    from futureagi_simulate.options import Options
    from futureagi_simulate_cli.commands.connection import connect
    from futureagi_simulate_cli.commands.console import progress, say
    from futureagi_simulate_cli.export.target import failure, require_writable, write_file
    from futureagi_simulate_cli.failures import Criteria
    from futureagi_simulate_cli.gate.find import is_uuid
    from futureagi_simulate_cli.gate.render import settings_text
    from futureagi_simulate_cli.gate.settings import DOCUMENTED_RULE
    from futureagi_simulate_cli.report import build_page
    from futureagi_simulate_cli.report.content import gather

    request = read_request({**options, "run_test": run_test})
    settings = request.settings
    require_writable(to)
    console = progress()
    with connect() as client, console.status("Reading calls …") as status:
        target = str(find_execution(client, "report", request.execution, request.run_test).id)
        material = gather(
            client,
            target,
            settings,
            baseline_id=_baseline(client, request, target),
            run_test_id=run_test if run_test and is_uuid(run_test) else None,
            server=str(Options.of().origin),
            progress=lambda done, total: status.update(f"Reading calls: {done} of {total or '?'}"),
        )
        status.update("Drawing …")
        thresholds = () if settings.thresholds == (DOCUMENTED_RULE,) else settings.thresholds
        page = build_page(
            material.without_names() if redact else material, Criteria(thresholds, settings.choices)
        )
    try:
        write_file(to, page.encode())
    except BrokenPipeError:
        raise
    except OSError as error:
        raise failure(to, error, "Make room for it, or name a file elsewhere with --to.") from error
    say(
        console,
        f"Wrote {to} ({len(page) / 1e6:.1f} MB, {len(material.calls)} calls): {material.verdict.sentence}",
    )
    say(console, settings_text(settings))


def _baseline(client: Any, request: Any, execution_id: str) -> str | None:
    """Return the id of the baseline, which may be named as in `fi-simulate compare`."""
    from futureagi_simulate_cli.gate.wait import find_baseline

    if request.baseline is None:
        return None
    return find_baseline(client, request.baseline, request.run_test, execution_id, request.settings).id
