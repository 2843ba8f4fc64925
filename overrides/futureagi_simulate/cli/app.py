"""The typer application: a group that loads a command's module when the command is asked for."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from futureagi_simulate.cli.table import COMMANDS, Entry
from futureagi_simulate.cli.trouble import missing

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
    """Build the typer command of `entry`; without its extra, one that says what to install."""
    try:
        target = entry.load()
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith("futureagi_simulate"):
            raise
        return _without_extra(entry, missing.name)
    if isinstance(target, typer.Typer):
        return typer.main.get_command(target)
    app = typer.Typer(add_completion=False, rich_markup_mode=help_style())
    app.command(entry.name, help=_paragraphs(target), short_help=entry.summary)(target)
    return typer.main.get_command(app)


def _paragraphs(command: Any) -> str:
    """Give a command's docstring with every paragraph on one line, for the help to wrap."""
    paragraphs = inspect.cleandoc(command.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


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


class CommandTable(MutableMapping[str, Any]):
    """The commands by name; one is imported and built when it is first looked up."""

    def __init__(self) -> None:
        self._entries = {entry.name: entry for entry in COMMANDS}
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = build_command(self._entries[name])
        return self._built[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._built[name] = command

    def __delitem__(self, name: str) -> None:
        self._entries.pop(name, None)
        self._built.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class LazyGroup(TyperGroup):
    """A group whose commands are a `CommandTable`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = CommandTable()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        """Name the commands in the order of the table, without building them."""
        return list(self.commands)


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
