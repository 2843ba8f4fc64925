"""`fi-simulate gate`: evaluate an execution, with the verdict as exit code."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from futureagi_simulate_cli.commands.options import (
    GATE_OPTIONS,
    RUN_TEST_ID,
    RUN_TEST_NAME,
    WAIT_OPTIONS,
    GateRequest,
    duration,
    find_target,
    from_environment,
    given,
    read_request,
    takes,
)
from futureagi_simulate_cli.commands.process import usage

if TYPE_CHECKING:
    from futureagi_simulate_cli.commands.views import PollView
    from futureagi_simulate_cli.gate import Verdict
    from futureagi_simulate_cli.gate.find import Run


def _begin(context: typer.Context, junit: Path | None) -> Path | None:
    """Begin the JUnit report, unless a shell only completes the command line."""
    if not context.resilient_parsing:
        begin_report(junit)
    return junit


@takes(GATE_OPTIONS | WAIT_OPTIONS)
def gate(
    wait: Annotated[
        float | None,
        typer.Option(
            "--wait", metavar="TIME", parser=duration, help="Wait for it to finish, at most so long: 30m."
        ),
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option(
            "--junit",
            metavar="FILE",
            callback=_begin,
            is_eager=True,  # before the other options are read: one of them may be wrong
            help="Also write a JUnit report to this file.",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Also write a report of the execution to this file."),
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Also write the verdict as Markdown.")
    ] = None,
    **options: Any,
) -> None:
    """Say whether an execution is ready to promote.

    Exit code 0: ready; 1: a check failed; 3: not finished in time. With a baseline alone nothing may be worse
    than there; with nothing required every pass rate has to be above 90 %. A call without a result counts
    against the agent unless --max-missing allows it. Settings are read from the table tool.fi-simulate.gate
    of the project's pyproject.toml; options go before them.

    Example: fi-simulate gate EXECUTION --min "Coherence=90" --min-calls 20 --wait 30m
    """
    from futureagi_simulate_cli.commands.views import PollView, show_verdict

    json, interval = options.pop("json"), options.pop("interval")
    request = read_gate_request({**options, "wait": wait})
    if html is not None:
        import futureagi_simulate_cli.report  # noqa: F401 - a missing extra is told before any request
        from futureagi_simulate_cli.export.target import require_writable

        require_writable(html)
    runs: list[Run] = []
    read = runs.append if html is not None else None
    timeout = request.wait or 0.0
    verdict = run_gate("gate", request, PollView(), timeout=timeout, interval=interval, read=read)
    show_verdict(verdict, json=json)
    write_reports(verdict, junit, markdown)
    if html is not None and runs:
        write_html(verdict, runs[0], request, html)
    raise typer.Exit(verdict.exit_code)


def read_gate_request(options: dict[str, Any]) -> GateRequest:
    """Read the options of `gate` and `watch`; raise a usage error if two executions are named."""
    request = read_request(options)
    if request.execution and given(options["run_test"], "--run-test"):
        raise usage(
            f'"{request.execution}" and --run-test both name an execution.',
            "Leave one of them out; --run-test takes the latest. For a baseline write RUN_TEST@previous.",
        )
    return request


def run_gate(
    command: str,
    request: GateRequest,
    view: PollView,
    *,
    timeout: float,
    interval: float | None,
    read: Callable[[Run], object] | None = None,
) -> Verdict:
    """Find the execution, poll it until it has finished or `timeout` seconds have passed, and evaluate it.

    `read` is called with the execution that was evaluated.
    """
    from futureagi_simulate_cli.commands.connection import connect
    from futureagi_simulate_cli.gate.wait import INTERVAL, fetch_verdict

    with connect() as client:
        target = find_target(client, command, request, wait=bool(timeout))
        with view:
            return fetch_verdict(
                client,
                target,
                request.settings,
                baseline=request.baseline,
                run_test=request.run_test or from_environment(RUN_TEST_ID) or from_environment(RUN_TEST_NAME),
                timeout=timeout,
                interval=interval or INTERVAL,
                show=view.show if timeout else id,
                read=read,
            )


def begin_report(junit: Path | None) -> None:
    """Write a JUnit report that says that there is no verdict yet.

    So a file that can't be written is reported before any request, and whatever ends the gate, no earlier
    report stays behind. A pipe or a device is left alone: what is written there can't be taken back.
    """
    if junit is None or (junit.exists() and not junit.is_file() and not junit.is_dir()):
        return
    from futureagi_simulate_cli.gate.render import as_junit

    _write(junit, as_junit(None))


def write_reports(verdict: Verdict, junit: Path | None, markdown: Path | None = None) -> None:
    """Write the verdict to the JUnit and Markdown files, and to GitHub's summary where there is one."""
    from futureagi_simulate_cli.commands.console import progress, say
    from futureagi_simulate_cli.gate.render import as_junit, as_markdown

    if junit is not None:
        _write(junit, as_junit(verdict))
    if markdown is not None:
        _write(markdown, as_markdown(verdict).encode())
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        try:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(as_markdown(verdict))
        except OSError as error:  # no option names this file, so a failure is only noted
            say(progress(), f"note: the summary {summary} can't be written: {error.strerror}.")


def write_html(verdict: Verdict, run: Run, request: GateRequest, path: Path) -> None:
    """Write a report of the evaluated execution; only the transcripts are fetched for it."""
    from futureagi_simulate.options import Options
    from futureagi_simulate_cli.commands.connection import connect
    from futureagi_simulate_cli.export.target import write_file
    from futureagi_simulate_cli.failures import Criteria
    from futureagi_simulate_cli.gate.find import is_uuid
    from futureagi_simulate_cli.report import build_page
    from futureagi_simulate_cli.report.content import gather

    settings = request.settings
    run_test = request.run_test
    with connect() as client:
        material = gather(
            client,
            run.execution_id,
            settings,
            run_test_id=run_test if run_test and is_uuid(run_test) else None,
            verdict=verdict,
            run=run,
            server=str(Options.of().origin),
        )
    page = build_page(material, Criteria(settings.thresholds, settings.choices))
    write_file(path, page.encode())


def _write(path: Path, content: bytes) -> None:
    from futureagi_simulate_cli.export.target import write_file

    try:
        write_file(path, content)
    except OSError as error:
        raise usage(
            f"The report {path} can't be written: {error.strerror}.", "Name a file in a folder that exists."
        ) from error
