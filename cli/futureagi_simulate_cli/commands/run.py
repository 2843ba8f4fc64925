"""Run a command and turn whatever comes out of it into text and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import typer

from futureagi_simulate.errors import (
    BadRequestError,
    ConfigurationError,
    FutureAGIError,
    FutureAGIWarning,
)
from futureagi_simulate.printable import clean, one_line
from futureagi_simulate_cli.commands import app as application
from futureagi_simulate_cli.commands import trouble as t
from futureagi_simulate_cli.commands.stdout import READER, discard, make_ready
from futureagi_simulate_cli.commands.table import COMMANDS

_COMPLETION: Final = "_FI_SIMULATE_COMPLETE"


def run(arguments: Sequence[str]) -> int:
    """Run `fi-simulate` with `arguments`; print at most two lines on an error, and return the exit code."""
    make_ready()
    command = application.build_app()
    if _COMPLETION in os.environ:
        command.main(args=list(arguments), prog_name=application.PROGRAM, complete_var=_COMPLETION)
    code: int | None = None
    with warnings_as_notes():
        try:
            code = _invoke(command, list(arguments))
            sys.stdout.flush()
        except BrokenPipeError:
            discard()
        except OSError as error:  # the last of the output found no room
            return _failed(error, t.of_system(error))
        except KeyboardInterrupt:
            return _report("Interrupted.", t.INTERRUPTED)
    return code if code is not None else t.BROKEN_PIPE if READER.gone else 0


def _invoke(command: Any, arguments: list[str]) -> int | None:
    """Run the command; give the code that it or an error of it ended with, None where it just ended."""
    context = None
    try:
        with command.make_context(application.PROGRAM, arguments) as context:
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


def _failed(error: BaseException, found: t.Trouble) -> int:
    """Report an error; with FI_DEBUG its traceback comes first. The exit code is the same either way."""
    if os.environ.get("FI_DEBUG"):
        sys.stderr.write(clean("".join(traceback.format_exception(error))))
    return _report(str(found), found.exit_code)


def _usage(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message())
        return t.USAGE
    path = context.command_path if context else application.PROGRAM
    return _report(str(t.Trouble(error.format_message(), f"{path} --help", t.USAGE)), t.USAGE)


def describe(error: BaseException, command: str | None) -> t.Trouble:
    """Say what `error` of `command` means to the person at the terminal, what to do, and the exit code."""
    extra = next((entry.extra for entry in COMMANDS if entry.name == command), "all")
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("futureagi_simulate"):
        error = t.missing(str(error.name), command or application.PROGRAM, extra)
    if (package := _not_importable(error)) is not None:
        return t.Trouble(
            f"The package {package} can't be imported: {error or type(error).__name__}",
            f'pip install --force-reinstall "futureagi-simulate[{extra}]"',
            t.USAGE,
        )
    if isinstance(error, t.TroubleError):
        return error.trouble
    if isinstance(error, FutureAGIError):
        return _refused(error)
    if isinstance(error, OSError):
        return t.of_system(error)
    if (
        isinstance(error, Exception) and type(error).__module__ == "sqlite3"
    ):  # by name: importing it costs every command a moment
        return t.of_database(error)
    return t.Trouble(
        f"Unexpected {type(error).__name__}: {error}",
        "This is a defect of fi-simulate; FI_DEBUG=1 shows where it happened, for a report.",
        t.SOFTWARE,
    )


def _not_importable(error: BaseException | None) -> str | None:
    """Return the package of somebody else whose import raised `error` or its cause; None where none did."""
    while error is not None and not isinstance(error, ModuleNotFoundError):
        names = [
            str(frame.f_globals.get("__name__"))
            for frame, _ in traceback.walk_tb(error.__traceback__)
            if frame.f_code.co_name == "<module>"
        ]
        if isinstance(error, ImportError) and error.name:
            names.append(error.name)
        for package in (name.partition(".")[0] for name in names):
            if package not in ("futureagi_simulate", "futureagi_simulate_api"):
                return package
        error = error.__cause__ or error.__context__
    return None


def _refused(error: FutureAGIError) -> t.Trouble:
    tried = f" ({error.attempts} attempts)" if error.attempts > 1 else ""
    theirs = isinstance(error, ConfigurationError | BadRequestError)
    remedy = error.remedy or "Ask again later; if it stays so, whoever runs the server needs to know."
    return t.Trouble(f"{error.problem}{tried}", remedy, t.USAGE if theirs else t.NO_ACCESS)


def _report(text: str, code: int) -> int:
    try:
        sys.stdout.flush()
    except OSError:  # a full disk or a closed pipe: what was said so far is lost, the error isn't
        discard()
    sys.stderr.write(f"{text}\n")
    return code


@contextmanager
def warnings_as_notes() -> Iterator[None]:
    """Show each warning of the client once, as one line on standard error.

    Warnings of other packages are dropped, unless Python was told to show them (-W, PYTHONWARNINGS): then
    Python shows them in its own form.
    """
    seen: set[str] = set()
    show = warnings.showwarning

    def note(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if not issubclass(category, FutureAGIWarning):
            show(message, category, *where, **more)
        elif (text := one_line(str(message))) not in seen:
            seen.add(text)
            sys.stderr.write(f"note: {text}\n")

    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
        warnings.simplefilter("always", FutureAGIWarning)
        warnings.showwarning = note
        yield
