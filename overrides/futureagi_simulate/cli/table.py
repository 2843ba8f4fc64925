"""Which commands exist, and where each one lives: add a line here to add a command."""

from __future__ import annotations

import importlib
from typing import Any, Final, NamedTuple

_PACKAGE: Final = "futureagi_simulate"


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
    Entry("demo", "cli.demo:demo", "cli,mock", "Go all the way to a verdict, on the mock."),
    Entry("executions", "cli.listings:executions", "cli", "List the executions of a run test."),
    Entry("calls", "cli.listings:calls", "cli", "List the calls of a run test."),
    Entry("runs", "cli.runs:runs", "cli", "Show the pass rates of executions and calls."),
    Entry("failures", "cli.failures:failures", "cli", "Show every failed eval of an execution, and where."),
    Entry("gate", "cli.gate:gate", "cli", "Say whether an execution is ready to promote."),
    Entry("watch", "cli.watch:watch", "cli", "Watch an execution run until the gate can judge it."),
    Entry("export", "export.command:export", "export", "Write calls to JSON Lines, CSV, Parquet or DuckDB."),
    Entry("report", "report.command:report", "report", "Write one HTML file about an execution, to send."),
    Entry("mock", "mock.command:mock", "cli,mock", "Serve a mock of the API until Ctrl-C."),
    Entry("drift", "contract.command:drift", "contract", "Report where a server differs from the contract."),
)
