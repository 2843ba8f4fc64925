"""The progress bar of a command that waits for an execution; silent when there is nothing to wait for."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

from futureagi_simulate.errors import APIStatusError, ConnectError, FutureAGIError, TimeoutError
from futureagi_simulate_cli.commands.console import progress, say

if TYPE_CHECKING:
    from futureagi_simulate_cli.gate.wait import Look


class Waiting:
    """Shows the looks at an execution on standard error: a bar on a terminal, a line per change elsewhere."""

    def __init__(self, patience: float) -> None:
        self._console = progress()
        self._patience = patience
        self._bar: Any = None
        self._task: Any = None
        self._said = ""

    def __enter__(self) -> Waiting:
        if self._patience and self._console.is_terminal:
            from rich.progress import BarColumn, Progress, TextColumn

            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("{task.fields[state]}", markup=False),
                console=self._console,
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task("waiting", state="", total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, look: Look) -> None:
        """Show one look."""
        if not self._patience or look.finished:
            return
        state = describe(look)
        if self._bar is not None:
            execution = look.execution
            if execution is not None:
                self._bar.update(self._task, completed=execution.completed_calls, total=execution.total_calls)
            self._bar.update(self._task, state=f"{state}, {clock(look.left)} left")
        elif state != self._said:
            self._said = state
            say(self._console, f"waiting: {state}")


def describe(look: Look) -> str:
    """Say in a few words what a look saw."""
    if look.execution is None:
        return f"{_fault(look.fault)}, asking again"
    done, total = look.execution.completed_calls, look.execution.total_calls
    calls = f", {done} of {total} calls done" if done is not None and total is not None else ""
    return f"{look.execution.status}{calls}"


def _fault(fault: FutureAGIError | None) -> str:
    match fault:
        case APIStatusError():
            return f"the server answered {fault.status}"
        case ConnectError():
            return "no connection"
        case TimeoutError():
            return "no answer in time"
        case _:
            return "no whole answer"


def clock(seconds: float) -> str:
    """Write a time as minutes and seconds: "29:55"."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
