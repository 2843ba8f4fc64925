"""How far an export is: a bar with rate and time left on a terminal, nothing in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console


class _Rate(ProgressColumn):
    """Calls a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} calls/s" if task.speed else "")


class Bar:
    """A progress bar over the calls of an export."""

    def __init__(self, console: Console) -> None:
        columns = (
            TextColumn("Reading calls"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task("", total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, done: int, total: int | None) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=done, total=total)
