"""Which commands exist, and where each one lives: add a line here to add a command."""

from __future__ import annotations

import importlib
from typing import Any, Final, NamedTuple

_PACKAGE: Final = "futureagi_simulate_cli.commands"


class Entry(NamedTuple):
    """A command: its name, where it is, the extra that brings what it needs, and a line for the overview.

    `place` is a module of the package and an attribute in it: a function for typer, or a `typer.Typer`.
    """

    name: str
    place: str
    extra: str
    summary: str

    def load(self) -> Any:
        """Import the command."""
        module, _, attribute = self.place.partition(":")
        return getattr(importlib.import_module(f"{_PACKAGE}.{module}"), attribute)


COMMANDS: Final = (
    Entry("demo", "demo:demo", "cli,mock", "Go all the way to a verdict, on the mock."),
    Entry("executions", "listings:executions", "cli", "List the executions of a run test."),
    Entry("calls", "listings:calls", "cli", "List the calls of a run test."),
    Entry("runs", "runs:runs", "cli", "Show the pass rates of executions and calls."),
    Entry("failures", "failures:failures", "cli", "Show every failed eval of an execution, and where."),
    Entry("gate", "gate:gate", "cli", "Say whether an execution is ready to promote."),
    Entry("watch", "watch:watch", "cli", "Watch an execution run until the gate can judge it."),
    Entry("export", "export:export", "export", "Write calls to JSON Lines, CSV, Parquet or DuckDB."),
    Entry("report", "report:report", "report", "Write one HTML file about an execution, to send."),
    Entry("mock", "mock:mock", "cli,mock", "Serve a mock of the API until Ctrl-C."),
    Entry("drift", "drift:drift", "contract", "Report where a server differs from the contract."),
)
