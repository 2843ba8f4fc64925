"""Which commands exist, and where each one lives: add a line here to add a command."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any, Final

import attrs

_PACKAGE: Final = "futureagi_simulate"


@attrs.frozen
class Entry:
    """A command: its name, the module and attribute that hold it, and the extra that brings what it needs."""

    name: str
    module: str
    attribute: str
    extra: str

    @property
    def exists(self) -> bool:
        """Say whether this installation holds the command's module."""
        try:
            return importlib.util.find_spec(f"{_PACKAGE}.{self.module}") is not None
        except ModuleNotFoundError:
            return False

    def load(self) -> Any:
        """Import the command: a function for typer, or a whole `typer.Typer`."""
        return getattr(importlib.import_module(f"{_PACKAGE}.{self.module}"), self.attribute)


COMMANDS: Final = (
    Entry("demo", "cli.demo", "demo", "cli,mock"),
    Entry("executions", "cli.listings", "executions", "cli"),
    Entry("calls", "cli.listings", "calls", "cli"),
    Entry("runs", "cli.runs", "runs", "cli"),
    Entry("failures", "cli.failures", "failures", "cli"),
    Entry("gate", "cli.gate", "gate", "cli"),
    Entry("watch", "cli.watch", "watch", "cli"),
    Entry("export", "export.command", "export", "export"),
    Entry("report", "report.command", "report", "report"),
    Entry("mock", "mock.command", "mock", "cli,mock"),
    Entry("drift", "contract.command", "drift", "contract"),
)
