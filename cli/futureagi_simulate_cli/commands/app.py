"""The application: its commands, loaded when they are named, and the way from an error to an exit code."""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Final, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from futureagi_simulate.errors import (
    BadRequestError,
    ConfigurationError,
    FutureAGIError,
    FutureAGIWarning,
)
from futureagi_simulate.printable import clean, one_line
from futureagi_simulate_cli.commands.process import (
    BROKEN_PIPE,
    INTERRUPTED,
    NO_ACCESS,
    READER,
    SOFTWARE,
    USAGE,
    CommandError,
    database_error,
    discard_output,
    in_option_words,
    missing_extra,
    prepare_output,
    system_error,
    to_file,
)

PROGRAM: Final = "fi-simulate"

_PACKAGE: Final = "futureagi_simulate_cli.commands"
_COMPLETION: Final = "_FI_SIMULATE_COMPLETE"


class Entry(NamedTuple):
    """A command: its name, its target, the extra that installs what it needs, and a line for the overview.

    `target` is a module of this package and an attribute in it: a function for typer, or a `typer.Typer`.
    """

    name: str
    target: str
    extra: str
    summary: str

    def load(self) -> Any:
        """Import the command."""
        module, _, attribute = self.target.partition(":")
        return getattr(importlib.import_module(f"{_PACKAGE}.{module}"), attribute)


COMMANDS: Final = (
    Entry("demo", "demo:demo", "cli,mock", "Go all the way to a verdict, on the mock."),
    Entry("executions", "listings:executions", "cli", "List the executions of a run test."),
    Entry("calls", "listings:calls", "cli", "List the calls of a run test."),
    Entry("runs", "listings:runs", "cli", "Show the pass rates of executions and calls."),
    Entry("failures", "failures:failures", "cli", "Show every failed eval of an execution, and where."),
    Entry("compare", "compare:compare", "cli", "Say whether an execution is worse than another, and where."),
    Entry("flaky", "compare:flaky", "cli", "Show what passes in some executions only."),
    Entry("gate", "gate:gate", "cli", "Say whether an execution is ready to promote."),
    Entry("watch", "watch:watch", "cli", "Watch an execution run, to the verdict of gate."),
    Entry("export", "export:export", "export", "Write calls to JSON Lines, CSV, Parquet or DuckDB."),
    Entry("sync", "sync:sync", "export", "Keep a run test's calls current in Parquet or DuckDB."),
    Entry("report", "report:report", "report", "Write one HTML file about an execution, to send."),
    Entry("mcp", "mcp:mcp", "mcp", "Serve results to a language model, as MCP tools."),
    Entry("mock", "mock:mock", "cli,mock", "Serve a mock of the API until Ctrl-C."),
    Entry("doctor", "doctor:doctor", "cli", "Check the server, the keys, the proxy and the versions."),
    Entry("drift", "drift:drift", "contract", "Report where a server differs from the contract."),
)


HELP: Final = "Read, evaluate and export the simulation results of a Future AGI agent."
EPILOG: Final = (
    "FI_API_KEY, FI_SECRET_KEY and FI_BASE_URL hold the keys and the server's address.\n\n"
    "Exit codes: 0 done, or ready; 1 below the gate, worse, or drift; 2 wrong usage or configuration; "
    "3 not finished; 4 no access, or the server failed; 130 interrupted.\n\n"
    "Example: fi-simulate demo"
)


def help_style() -> Any:
    """Choose typer's help: in colour and boxes for a terminal, plain text for a pipe."""
    return "rich" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else None


def build_command(entry: Entry) -> Any:
    """Import the command of `entry` and build it; without its extra, build one that says what to install."""
    try:
        target = entry.load()
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith("futureagi_simulate"):
            raise
        return _without_extra(entry, missing.name)
    if isinstance(target, typer.Typer):
        return typer.main.get_command(target)
    app = typer.Typer(add_completion=False, rich_markup_mode=help_style())
    called = target
    options: list[str] = [] if entry.name in _WITHOUT_CLIENT else list(_CONNECTION)
    if entry.name in _PRINTING:
        options.append("output")
    if options:
        called = _with_common_options(target, options)
    app.command(
        entry.name,
        help=_help(target) or entry.summary,
        short_help=entry.summary,
        context_settings={"help_option_names": ["--help", "-h"]},
    )(called)
    return typer.main.get_command(app)


_WITHOUT_CLIENT: Final = ("demo", "mock", "mcp", "drift")
_PRINTING: Final = (
    *("executions", "calls", "runs", "failures", "compare", "flaky", "gate", "watch", "doctor", "drift"),
)
_CONNECTION: Final = ("timeout", "retries", "rate", "verbose", "quiet")


_COMMON: Final[dict[str, Any]] = {
    "timeout": Annotated[
        str | None,
        typer.Option("--timeout", metavar="TIME", help="Wait at most this long for an answer: 30s (60s)."),
    ],
    "retries": Annotated[
        int | None,
        typer.Option("--retries", metavar="N", min=0, max=100, help="Further attempts at a request (3)."),
    ],
    "rate": Annotated[
        float | None, typer.Option("--rate", metavar="N", min=0.001, help="Requests a second at most.")
    ],
    "verbose": Annotated[bool, typer.Option("--verbose", "-v", help="Tell each request on stderr.")],
    "quiet": Annotated[bool, typer.Option("--quiet", "-q", help="Tell nothing but results and errors.")],
    "output": Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the result to this file; - for stdout."),
    ],
}


def _with_common_options(target: Any, options: Sequence[str]) -> Any:
    """Return a command with those of the common `options` that it lacks."""
    own = inspect.signature(target, eval_str=True).parameters
    added = [name for name in options if name not in own]

    @functools.wraps(target)
    def call(**arguments: Any) -> Any:
        from futureagi_simulate_cli.commands.connection import CONNECTION, Connection

        vars(CONNECTION).update(vars(Connection()))
        for name in added:
            setattr(CONNECTION, name, arguments.pop(name))
        with to_file(CONNECTION.output):
            return target(**arguments)

    keyword = inspect.Parameter.KEYWORD_ONLY
    more = [
        inspect.Parameter(name, keyword, default=False if name in _FLAGS else None, annotation=_COMMON[name])
        for name in added
    ]
    own_ones = [one.replace(kind=keyword) for one in own.values()]
    call.__signature__ = inspect.Signature([*own_ones, *more])  # type: ignore[attr-defined]
    return call


_FLAGS: Final = ("verbose", "quiet")


def _help(command: Any) -> str:
    """Return a command's docstring with every paragraph on one line, for the help to wrap."""
    text = inspect.cleandoc(command.__doc__ or _docstring_in_source(command))
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _docstring_in_source(command: Any) -> str:
    """Read a docstring that `python -OO` left out; empty where there is no source."""
    import ast
    import textwrap

    try:
        source = ast.parse(textwrap.dedent(inspect.getsource(command))).body[0]
    except (OSError, TypeError, SyntaxError):
        return ""
    return (isinstance(source, ast.FunctionDef) and ast.get_docstring(source)) or ""


def _without_extra(entry: Entry, package: str) -> Any:
    def report() -> None:
        raise missing_extra(package, entry.name, entry.extra)

    return TyperCommand(
        entry.name,
        callback=report,
        help=f'Not installed: pip install "futureagi-simulate[{entry.extra}]"',
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
        add_help_option=False,
        rich_markup_mode=None,
    )


class LazyGroup(TyperGroup):
    """A group that imports a command when it is invoked; its help lists names and summaries."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for entry in COMMANDS:
            self.add_command(TyperCommand(entry.name, help=entry.summary, short_help=entry.summary))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Build the command that `args` name."""
        name, command, rest = super().resolve_command(ctx, args)
        entry = next((entry for entry in COMMANDS if entry.name == name), None)
        return name, command if entry is None else build_command(entry), rest


def _print_version(requested: bool) -> None:
    if requested:
        from importlib.metadata import version

        typer.echo(f"{PROGRAM} {version('futureagi-simulate')}")
        raise typer.Exit


def build_app() -> Any:
    """Build the command `fi-simulate` itself."""
    app = typer.Typer(
        cls=LazyGroup,
        help=HELP,
        epilog=EPILOG,
        no_args_is_help=True,
        rich_markup_mode=help_style(),
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )

    @app.callback()
    def _(
        version: bool = typer.Option(
            False, "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
        ),
    ) -> None: ...

    return typer.main.get_command(app)


def run(arguments: Sequence[str]) -> int:
    """Run `fi-simulate` with `arguments`; print at most two lines on an error, and return the exit code."""
    prepare_output()
    command = build_app()
    if _COMPLETION in os.environ:
        command.main(args=list(arguments), prog_name=PROGRAM, complete_var=_COMPLETION)
    code: int | None = None
    with warnings_as_notes():
        try:
            code = _invoke(command, list(arguments))
            sys.stdout.flush()
        except BrokenPipeError:
            discard_output()
        except OSError as error:  # the last of the output found no room
            return _failed(error, system_error(error))
        except KeyboardInterrupt:
            return _report("Interrupted.", INTERRUPTED)
    return code if code is not None else BROKEN_PIPE if READER.gone else 0


def _invoke(command: Any, arguments: list[str]) -> int | None:
    """Run the command and return the exit code of it or of its error; None if it just ended."""
    context = None
    try:
        with command.make_context(PROGRAM, arguments) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        return _usage(error)
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - also SystemExit, whose code would be a verdict
        return _failed(error, describe(error, context.invoked_subcommand if context else None))
    return None


def _failed(error: BaseException, described: CommandError) -> int:
    """Report an error; with FI_DEBUG its traceback comes first. The exit code is the same either way."""
    if os.environ.get("FI_DEBUG"):
        sys.stderr.write(clean("".join(traceback.format_exception(error))))
    return _report(str(described), described.exit_code)


def _usage(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message())
        return USAGE
    path = context.command_path if context else PROGRAM
    return _report(str(CommandError(error.format_message(), f"{path} --help", USAGE)), USAGE)


def describe(error: BaseException, command: str | None) -> CommandError:
    """Return what `error` of `command` means to the user."""
    extra = next((entry.extra for entry in COMMANDS if entry.name == command), "all")
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("futureagi_simulate"):
        error = missing_extra(str(error.name), command or PROGRAM, extra)
    if (package := _not_importable(error)) is not None:
        return CommandError(
            f"The package {package} can't be imported: {error or type(error).__name__}",
            f'pip install --force-reinstall "futureagi-simulate[{extra}]"',
            USAGE,
        )
    if isinstance(error, CommandError):
        return error
    if isinstance(error, FutureAGIError):
        return _client_error(error)
    if isinstance(error, OSError):
        return system_error(error)
    if (
        isinstance(error, Exception) and type(error).__module__ == "sqlite3"
    ):  # by name: importing it costs every command a moment
        return database_error(error)
    return CommandError(
        f"Unexpected {type(error).__name__}: {error}",
        "This is a defect of fi-simulate; FI_DEBUG=1 shows where it happened, for a report.",
        SOFTWARE,
    )


def _not_importable(error: BaseException | None) -> str | None:
    """Return the third-party package whose import raised `error` or its cause; None if there is none."""
    while error is not None and not isinstance(error, ModuleNotFoundError):
        names = [
            str(frame.f_globals.get("__name__"))
            for frame, _ in traceback.walk_tb(error.__traceback__)
            if frame.f_code.co_name == "<module>"
        ]
        if isinstance(error, ImportError) and error.name:
            names.append(error.name)
        for package in (name.partition(".")[0] for name in names):
            if not package.startswith("futureagi_simulate"):
                return package
        error = error.__cause__ or error.__context__
    return None


def _client_error(error: FutureAGIError) -> CommandError:
    tried = f" ({error.attempts} attempts)" if error.attempts > 1 else ""
    theirs = isinstance(error, ConfigurationError | BadRequestError)
    remedy = error.remedy or "Ask again later; if it stays so, whoever runs the server needs to know."
    problem = in_option_words(error.problem) + tried
    return CommandError(problem, in_option_words(remedy), USAGE if theirs else NO_ACCESS)


def _report(text: str, code: int) -> int:
    try:
        sys.stdout.flush()
    except OSError:  # a full disk or a closed pipe: what was said so far is lost, the error isn't
        discard_output()
    sys.stderr.write(f"{text}\n")
    return code


@contextmanager
def warnings_as_notes() -> Iterator[None]:
    """Show each warning of the client once, as one line on standard error.

    Warnings of other packages are dropped, unless Python's own options enable them (-W,
    PYTHONWARNINGS): then Python shows them in its own form.
    """
    seen: set[str] = set()
    show = warnings.showwarning

    def note(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if not issubclass(category, FutureAGIWarning):
            show(message, category, *where, **more)
        elif (text := one_line(in_option_words(str(message)))) not in seen:
            seen.add(text)
            sys.stderr.write(f"note: {text}\n")

    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
        warnings.simplefilter("always", FutureAGIWarning)
        warnings.showwarning = note
        yield
