"""What `watch` shows: progress, rates and the newest failures, redrawn in place or as lines of a log."""

from __future__ import annotations

from collections import deque
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from futureagi_simulate.printable import one_line
from futureagi_simulate.records import ExecutionRecord, call_record, execution_record
from futureagi_simulate_cli.commands.console import progress, say
from futureagi_simulate_cli.commands.rows import summaries, summary_text
from futureagi_simulate_cli.commands.waiting import clock, describe
from futureagi_simulate_cli.failures import Demands, FailedCall, failed_call
from futureagi_simulate_cli.gate.find import Awaited, fetch_run
from futureagi_simulate_cli.gate.wait import Look

if TYPE_CHECKING:
    from futureagi_simulate.client import Client

_NEWEST: Final = 5
_LINES: Final = 9
_PAGE: Final = 10
"""Calls of an answer's first page, the last changed ones: all that is looked at, so that one request does."""


class Watched:
    """An execution that is asked about again and again; it remembers the failures it has seen."""

    def __init__(self, client: Client, awaited: Awaited, demands: Demands) -> None:
        self._client = client
        self._awaited = awaited
        self._demands = demands
        self._seen: set[str] = set()
        self.newest: deque[FailedCall] = deque(maxlen=_NEWEST)
        self.fresh: list[FailedCall] = []

    def ask(self) -> ExecutionRecord:
        """Ask once; afterwards `fresh` holds the failures that weren't there before."""
        self.fresh = []
        if (execution_id := self._awaited.find()) is None:
            return self._awaited.not_listed
        run = fetch_run(self._client, execution_id, page_size=_PAGE)
        for item in islice(run.calls, _PAGE):
            found = failed_call(call_record(item, execution_id=execution_id), self._demands)
            if found is not None and found.call.id not in self._seen:
                self._seen.add(found.call.id)
                self.fresh.append(found)
        self.newest.extendleft(reversed(self.fresh))
        return execution_record(run)


class Screen:
    """Shows looks on standard error, so that only the verdict goes to standard output."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._console = progress()
        self._live: Live | None = None
        self._last: ExecutionRecord | None = None
        self._said = ""

    def __enter__(self) -> Screen:
        if self._console.is_terminal:
            self._live = Live(console=self._console, transient=True, auto_refresh=False)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, look: Look) -> None:
        """Show one look."""
        self._last = look.execution or self._last
        if self._live is not None:
            self._live.update(self._picture(look), refresh=True)
            return
        state = describe(look) + "".join(f"; {line}" for line in _rates(look.execution))
        if state != self._said:
            self._said = state
            say(self._console, state)
        for failed in self._watched.fresh if look.execution else ():
            for line in _failure_lines(failed):
                say(self._console, f"  failed: {line}")

    def _picture(self, look: Look) -> RenderableType:
        return Group(*_header(look, self._last), *_evals(self._last), *_newest(self._watched.newest))


def _header(look: Look, last: ExecutionRecord | None) -> list[RenderableType]:
    grid = Table.grid(padding=(0, 2))
    total = last.total_calls if last else None
    done = (last.completed_calls or 0) + (last.failed_calls or 0) if last else 0
    bar: Any = ProgressBar(total=total, completed=done, width=40, pulse=not total)
    counts = f"{done} of {total} calls" if total else "no calls yet"
    grid.add_row(bar, counts, Text(f"{clock(look.left)} left", "dim"))
    return [grid, Text(describe(look), "yellow" if look.fault else "dim")]


def _evals(last: ExecutionRecord | None) -> list[RenderableType]:
    found = summaries(last) if last else {}
    if not found:
        return []
    grid = Table.grid(padding=(0, 2))
    for name, summary in found.items():
        judged = f"of {summary.total}" if summary.total else "none yet"
        grid.add_row(Text(one_line(name)), summary_text(summary), Text(judged, "dim"))
    return [Text(), grid]


def _newest(newest: deque[FailedCall]) -> list[RenderableType]:
    if not newest:
        return []
    heading: list[RenderableType] = [Text(), Text("Newest failures", "bold")]
    return (
        heading
        + [
            Text(f"  {line}", no_wrap=True, overflow="ellipsis")
            for failed in newest
            for line in _failure_lines(failed)
        ][:_LINES]
    )


def _failure_lines(failed: FailedCall) -> list[str]:
    where = one_line(failed.call.scenario or failed.call.id)
    return [
        f"{where}: {one_line(found.record.name or found.record.id)} {one_line(found.said)}"
        + (f" - {one_line(found.record.reason)}" if found.record.reason else "")
        for found in failed.evals
    ]


def _rates(execution: ExecutionRecord | None) -> list[str]:
    found = summaries(execution) if execution else {}
    return [
        f"{one_line(name)} {summary_text(summary).plain}" for name, summary in found.items() if summary.total
    ]
