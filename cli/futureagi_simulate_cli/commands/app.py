"""The typer application: a group that loads a command's module when the command is asked for."""

from __future__ import annotations

import inspect
import os
import sys
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from futureagi_simulate_cli.commands.table import COMMANDS, Entry
from futureagi_simulate_cli.commands.trouble import missing

PROGRAM: Final = "fi-simulate"

HELP: Final = "Read, judge and hand on the simulation results of a Future AGI agent."
EPILOG: Final = (
    "FI_API_KEY, FI_SECRET_KEY and FI_BASE_URL say who asks, and which server.\n\n"
    "Exit codes: 0 done, or ready; 1 below the gate, or drift; 2 wrong usage or configuration; "
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
    app.command(entry.name, help=_help(target) or entry.summary, short_help=entry.summary)(target)
    return typer.main.get_command(app)


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
        raise missing(package, entry.name, entry.extra)

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


def _print_version(wanted: bool) -> None:
    if wanted:
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
    )

    @app.callback()
    def _(
        version: bool = typer.Option(
            False, "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
        ),
    ) -> None: ...

    return typer.main.get_command(app)
