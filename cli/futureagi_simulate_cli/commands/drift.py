"""`fi-simulate drift`: report where a server departs from the contract."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from futureagi_simulate_cli.commands.options import duration

if TYPE_CHECKING:
    from futureagi_simulate.options import Options
    from futureagi_simulate_contract.claim import Finding
    from futureagi_simulate_contract.exchange import Log, Request, Response
    from futureagi_simulate_contract.report import Report
    from futureagi_simulate_contract.session import Ids

DRIFT: Final = 1
MAX_TIME: Final = 600.0

for _package in ("jsonschema_rs", "yaml"):  # found missing here, the command says what to install
    if find_spec(_package) is None:
        raise ModuleNotFoundError(f"No module named {_package!r}", name=_package)


def drift(
    run_test: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID", envvar="FI_RUN_TEST_ID", help="Id of a run test with results. Repeatable."
        ),
    ] = None,
    run_test_name: Annotated[
        str | None, typer.Option(metavar="NAME", envvar="FI_RUN_TEST_NAME", help="Its name.")
    ] = None,
    execution: Annotated[
        str | None,
        typer.Option(metavar="ID", envvar="FI_TEST_EXECUTION_ID", help="Id of one of its executions."),
    ] = None,
    agent: Annotated[
        str | None, typer.Option(metavar="ID", envvar="FI_AGENT_ID", help="Id of an agent definition.")
    ] = None,
    version: Annotated[
        str | None, typer.Option(metavar="ID", envvar="FI_VERSION_ID", help="Id of one of its versions.")
    ] = None,
    recorded: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Check recorded exchanges (JSON lines); send nothing."),
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the exchanges, without keys, for --recorded.")
    ] = None,
    against: Annotated[
        str,
        typer.Option(
            metavar="documents|observed",
            help="What to compare the server with.",
            autocompletion=lambda: ["documents", "observed"],
        ),
    ] = "documents",
    max_requests: Annotated[
        int, typer.Option(metavar="N", min=1, help="Send at most so many requests.")
    ] = 200,
    max_time: Annotated[
        float | None,
        typer.Option(
            "--max-time", metavar="TIME", parser=duration, help="Send for at most this long: 90s (10m)."
        ),
    ] = None,
    rate: Annotated[float, typer.Option(metavar="N", min=0.1, help="Requests a second.")] = 5.0,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Report only what this saved --json report lacks.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the report as Markdown.")] = False,
    redact: Annotated[
        bool, typer.Option("--redact", help="Leave out the server, requests and values: fit for an issue.")
    ] = False,
) -> None:
    """Send GET requests to a server, slowly, and report where it departs from the contract.

    Exit code 0: as the contract says; 1: it departs; 2: wrong usage; 3: nothing found, but requests were
    not sent (--max-requests, --max-time, a server that stopped answering); 4: no access. What the mock
    prints when it starts holds all the ids; for another server, name a run test that has results.

    Example: fi-simulate drift --run-test ID --run-test-name "Support line regression" --markdown --redact
    """
    from futureagi_simulate_cli.commands.process import UNFINISHED, check_writable, write_private
    from futureagi_simulate_contract.claims import Against, findings_of
    from futureagi_simulate_contract.recording import write
    from futureagi_simulate_contract.report import Report
    from futureagi_simulate_contract.session import Ids

    if against not in set(Against):
        raise _usage(f"--against {against} is unknown.", "Use --against documents or --against observed.")
    if json and markdown:
        raise _usage("--json and --markdown exclude each other.", "Leave one of them out.")
    check_writable(record, "--record")
    saved = _baseline(baseline, against)
    tests = run_test or []
    ids = Ids(tests[0] if tests else None, run_test_name, execution, agent, version)
    if recorded is not None:
        log, source, keys = _recorded(recorded), recorded.name, None
    else:
        time = MAX_TIME if max_time is None else max_time
        log, options = _survey(ids, tuple(tests[1:]), max_requests, time, rate)
        source, keys = str(options.origin), options.credentials
    findings = findings_of(log, Against(against))
    kept = _new(findings, saved)
    report = Report(source, against, log, kept, hidden=len(findings) - len(kept))
    _print(report, as_json=json, as_markdown=markdown, redact=redact)
    if record is not None:  # last: if there is no room, the findings have been printed
        write_private(record, write(log, keys))
    raise typer.Exit(DRIFT if kept else UNFINISHED if log.unsent else 0)


def _recorded(path: Path) -> Log:
    from futureagi_simulate_contract.recording import read

    try:
        return read(path)
    except OSError as error:
        raise _usage(
            f"{path} can't be read: {error.strerror}.", "Name a file of recorded exchanges."
        ) from error
    except ValueError as error:
        raise _usage(f"{path}: {error}.", "Each line is one exchange, as --record writes them.") from error


def _survey(
    ids: Ids, further: tuple[str, ...], max_requests: int, max_time: float, rate: float
) -> tuple[Log, Options]:
    from futureagi_simulate.options import Options
    from futureagi_simulate_cli.commands.console import Steps
    from futureagi_simulate_cli.commands.process import NO_ACCESS, CommandError
    from futureagi_simulate_contract.exchange import has_access
    from futureagi_simulate_contract.plan import survey
    from futureagi_simulate_contract.server import open_server
    from futureagi_simulate_contract.session import UnknownIdError, check_ids, known_ids_only, paced

    if ids.run_test_id is None and ids.test_execution_id is None and ids.run_test_name is None:
        raise _usage(
            "Neither a run test nor an execution is named.", "Name one with --run-test or --execution."
        )
    check_ids(ids, further)
    options = Options.of()
    clock = options.retry.clock
    with (
        open_server(options, seconds=max_time) as send,
        Steps("requests", max_requests, clock.monotonic) as steps,
    ):

        def counted(request: Request) -> Response:
            response = send(request)
            steps.step()
            return response

        checked = known_ids_only(paced(counted, rate, clock, seconds=max_time), ids, further)
        try:
            log = survey(checked, ids, further, max_requests=max_requests, base_url=str(options.origin))
        except UnknownIdError as error:
            remedy = "Check it, and that the keys belong to its organization."
            raise CommandError(str(error), remedy, NO_ACCESS) from error
    if not has_access(log.exchanges):
        answers = ", ".join(sorted({str(one.status) for one in log.exchanges}))
        what = f"{options.origin} answered nothing but {answers}."
        raise CommandError(what, "Check FI_API_KEY, FI_SECRET_KEY and the ids.", NO_ACCESS)
    return log, options


def _baseline(path: Path | None, against: str) -> list[dict[str, Any]] | None:
    from futureagi_simulate_contract.report import read_saved

    if path is None:
        return None
    try:
        saved_against, findings = read_saved(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise _usage(
            f"{path} is no saved report: {reason}.", "Save one with fi-simulate drift --json > FILE."
        ) from error
    if saved_against != against:
        raise _usage(
            f"{path} was saved with --against {saved_against}: its findings differ.",
            f"Use --against {saved_against}, or name a report saved with --against {against}.",
        )
    return findings


def _new(findings: list[Finding], saved: list[dict[str, Any]] | None) -> list[Finding]:
    from futureagi_simulate_contract.report import new_since

    return findings if saved is None else new_since(findings, saved)


def _usage(what: str, remedy: str) -> Exception:
    from futureagi_simulate_cli.commands.process import usage

    return usage(what, remedy)


def _print(report: Report, *, as_json: bool, as_markdown: bool, redact: bool) -> None:
    from futureagi_simulate.printable import clean
    from futureagi_simulate_cli.commands.console import output, print_document, print_json, print_table, say
    from futureagi_simulate_contract.report import COLUMNS

    if as_json:
        print_json(report.as_dict(redact=redact))
        return
    if as_markdown:
        print_document(clean(report.as_markdown(redact=redact)) + "\n")
        return
    console = output()
    for endpoint, rows in report.tables(redact=redact):
        say(console, endpoint, style="bold")
        print_table(console, COLUMNS, rows)
        say(console)
    for line in (report.summary(), *report.gaps()):
        say(console, line)
