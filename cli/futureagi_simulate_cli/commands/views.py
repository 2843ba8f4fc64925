"""What the commands show on the terminal: verdicts, polls of a running execution, and failures."""

from __future__ import annotations

from collections import Counter, deque
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from futureagi_simulate.errors import APIStatusError, ConnectError, FutureAGIError, TimeoutError
from futureagi_simulate.printable import one_line
from futureagi_simulate.records import CallRecord, ExecutionRecord, Turn, call_record
from futureagi_simulate_cli.commands.console import output, print_json, progress, say, say_hanging
from futureagi_simulate_cli.commands.tables import clock, id_text, print_list, summaries, summary_text
from futureagi_simulate_cli.gate.checks import Verdict
from futureagi_simulate_cli.gate.measure import Measure, counterparts
from futureagi_simulate_cli.gate.render import (
    as_json,
    counts_text,
    flat,
    interval_text,
    missing_text,
    results,
    settings_text,
    value_text,
)
from futureagi_simulate_cli.gate.wait import POLL_PAGE, Poll

if TYPE_CHECKING:
    from futureagi_simulate_cli.failures import Criteria, FailedCall, Failures

_RESULT_STYLES: Final = {"PASS": "green", "FAIL": "bold red", "SKIP": "dim"}
_SPEAKERS: Final = {"agent": "cyan", "customer": "magenta"}
_NEWEST: Final = 5
_NEWEST_LINES: Final = 9


def show_verdict(verdict: Verdict, *, json: bool = False, console: Console | None = None) -> None:
    """Print a verdict: as JSON, or as a table of the evals, a line per check, and the summary."""
    if json:
        print_json(as_json(verdict))
        return
    console = console or output()
    if verdict.measures:
        _show_measures(console, verdict)
        say(console)
    for word, sentence in results(verdict):
        say_hanging(console, Text(f"  {word}  ", _RESULT_STYLES[word]), one_line(sentence))
    for note in verdict.notes:
        say_hanging(console, Text("  note  ", "dim"), Text(one_line(note), "dim"))
    say_hanging(console, "  ", Text(one_line(settings_text(verdict.settings)), "dim"))
    say(console)
    style = "bold green" if verdict.ready else "bold yellow" if verdict.exit_code == 3 else "bold red"
    if console.is_terminal:
        console.print(Panel(Text(one_line(verdict.sentence), style), border_style=style, expand=False))
    else:
        say(console, one_line(verdict.sentence))


def _show_measures(console: Console, verdict: Verdict) -> None:
    """Print the evals of a verdict, with the baseline beside them when there is one."""
    compared = {
        id(new): old
        for _, old in flat(verdict.baseline)
        for new in counterparts(verdict.measures, old)
        if old.value is not None
    }
    columns = ["Eval", "Measured", "Calls", "No result", "95 % interval", *(["Baseline"] if compared else [])]
    styles = {None: "", True: "green", False: "bold red"}
    passed: dict[str, bool] = {}
    for check in verdict.checks:
        passed[check.subject] = passed.get(check.subject, True) and check.passed
    rows: list[list[str | Text]] = [
        [
            _name(depth, measure),
            Text(value_text(measure), styles[passed.get(measure.label)]),
            counts_text(measure),
            missing_text(measure),
            interval_text(measure),
            *([value_text(compared[id(measure)]) if id(measure) in compared else "-"] if compared else []),
        ]
        for depth, measure in flat(verdict.measures)
    ]
    print_list(
        console,
        columns,
        rows,
        columns[1:],
        ids=False,
        cut=("Eval",),
        shortest=20,
        drop=("95 % interval", "No result", "Calls"),
    )


def _name(depth: int, measure: Measure) -> Text:
    name = Text("  " * depth + one_line(measure.label))
    if measure.kind in ("average", "choices", "accepted choices"):
        name.append(f" ({measure.kind})", "dim")
    return name


class PollView:
    """Shows polls on standard error: redrawn in place on a terminal, elsewhere a line per change.

    With `criteria` it also shows rates and the newest failures: what `watch` is for. Without, it shows
    nothing of an execution that has finished.
    """

    def __init__(self, criteria: Criteria | None = None) -> None:
        self._criteria = criteria
        self._console = progress()
        self._live: Live | None = None
        self._last: ExecutionRecord | None = None
        self._line = ""
        self._seen: set[str] = set()
        self._newest: deque[FailedCall] = deque(maxlen=_NEWEST)

    def __enter__(self) -> PollView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, poll: Poll) -> None:
        """Show one poll."""
        if self._criteria is None and poll.finished:
            return
        self._last = poll.execution or self._last
        failed = self._new_failures(poll)
        self._newest.extendleft(reversed(failed))
        if self._console.is_terminal:
            self._redraw(poll)
            return
        line = describe(poll)
        if self._criteria is None:
            line = f"waiting: {line}"
        elif poll.execution is not None:
            line += "".join(f"; {rate}" for rate in _rates(poll.execution))
        if line != self._line:
            self._line = line
            say(self._console, line)
        for call in failed:
            for text in _failure_lines(call):
                say(self._console, f"  failed: {text}")

    def _new_failures(self, poll: Poll) -> list[FailedCall]:
        """Return the failed calls on the first page of a poll that no earlier poll had."""
        if self._criteria is None or poll.run is None:
            return []
        from futureagi_simulate_cli.failures import failed_call

        new = []
        for item in islice(poll.run.calls, POLL_PAGE):
            found = failed_call(call_record(item, execution_id=poll.run.execution_id), self._criteria)
            if found is not None and found.call.id not in self._seen:
                self._seen.add(found.call.id)
                new.append(found)
        return new

    def _redraw(self, poll: Poll) -> None:
        if self._live is None:
            self._live = Live(console=self._console, transient=True, auto_refresh=False)
            self._live.start()
        details = [] if self._criteria is None else [*_evals(self._last), *_newest(self._newest)]
        self._live.update(Group(*_header(poll, self._last), *details), refresh=True)


def describe(poll: Poll) -> str:
    """Return the result of a poll in a few words."""
    if poll.execution is None:
        return f"{_reason(poll.error)}, asking again"
    done, total = poll.execution.completed_calls, poll.execution.total_calls
    calls = f", {done} of {total} calls done" if done is not None and total is not None else ""
    return f"{poll.execution.status}{calls}"


def _reason(error: FutureAGIError | None) -> str:
    match error:
        case APIStatusError():
            return f"the server answered {error.status}"
        case ConnectError():
            return "no connection"
        case TimeoutError():
            return "no answer in time"
        case _:
            return "no whole answer"


def _header(poll: Poll, last: ExecutionRecord | None) -> list[RenderableType]:
    grid = Table.grid(padding=(0, 2))
    total = last.total_calls if last else None
    done = (last.completed_calls or 0) + (last.failed_calls or 0) if last else 0
    bar = ProgressBar(total=total, completed=done, width=40, pulse=not total)
    counts = f"{done} of {total} calls" if total else "no calls yet"
    grid.add_row(bar, counts, Text(f"{clock(poll.remaining)} left", "dim"))
    return [grid, Text(describe(poll), "yellow" if poll.error else "dim")]


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
    lines = [line for failed in newest for line in _failure_lines(failed)][:_NEWEST_LINES]
    if not lines:
        return []
    texts = (Text(f"  {line}", no_wrap=True, overflow="ellipsis") for line in lines)
    return [Text(), Text("Newest failures", "bold"), *texts]


def _failure_lines(failed: FailedCall) -> list[str]:
    where = one_line(failed.call.scenario or failed.call.id)
    return [
        f"{where}: {one_line(found.record.name or found.record.id)} {one_line(found.actual)}"
        + (f" - {one_line(found.record.reason)}" if found.record.reason else "")
        for found in failed.evals
    ]


def _rates(execution: ExecutionRecord) -> list[str]:
    return [
        f"{one_line(name)} {summary_text(summary).plain}"
        for name, summary in summaries(execution).items()
        if summary.total
    ]


def show_failures(console: Console, found: Failures, most: int | None = None) -> None:
    """Print what failed, at most `most` calls of each kind, the clusters, and what could not be computed."""
    shown = found.calls[:most]
    for failed in shown:
        _show_call(console, failed)
        say(console)
    hidden = len(found.calls) - len(shown)
    if hidden:
        say(console, f"and {counted(hidden, 'more call')} with failed evals", "dim")
        say(console)
    _show_failed_calls(console, found, most)
    _show_clusters(console, found)
    evals = sum(len(failed.evals) for failed in found.calls)
    say(
        console,
        f"{counted(evals, 'failed eval')} in {counted(len(found.calls), 'call')}; "
        f"{counted(found.checked, 'call')} checked.",
        "bold",
    )
    if found.unfinished:
        reasons = Counter(_ended(call) for call in found.unfinished).most_common()
        said = ", ".join(f"{number} {reason}" for reason, number in reasons)
        say(console, f"{counted(len(found.unfinished), 'call')} failed: {said}.")
    if found.unjudged:
        say(console, f"{counted(found.unjudged, 'eval')} could not be computed.")
    if found.unreadable:
        say(console, f"{counted(found.unreadable, 'row')} of the listing could not be read as a call.")


def _show_failed_calls(console: Console, found: Failures, most: int | None) -> None:
    """Print the calls that failed as calls, each with the service's reason."""
    if not found.unfinished:
        return
    say(console, "Calls that failed", "bold")
    for call in found.unfinished[:most]:
        line = Text("  ")
        line.append(one_line(call.scenario or "Unknown scenario"), "bold")
        line.append(f"  {_details(console, call)}", "dim")
        line.append(f"  {_ended(call)}", "red")
        console.print(line)
    if most is not None and len(found.unfinished) > most:
        say(console, f"  and {counted(len(found.unfinished) - most, 'more call')}", "dim")
    say(console)


def _ended(call: CallRecord) -> str:
    return one_line(call.ended_reason or "") or "no reason given"


def _details(console: Console, call: CallRecord) -> str:
    return f"call {id_text(console, call.id)}" + (
        f"  {clock(call.duration_s)}" if call.duration_s is not None else ""
    )


def _show_call(console: Console, failed: FailedCall) -> None:
    """Print one call: what it was, what failed and why, and the turns around it."""
    call = failed.call
    scenario = one_line(call.scenario or "Unknown scenario")
    ended = f"  {one_line(call.ended_reason)}" if call.ended_reason else ""
    console.print(Text.assemble((scenario, "bold"), (f"  {_details(console, call)}{ended}", "dim")))
    for found in failed.evals:
        line = Text("  ")
        line.append(one_line(found.record.name or found.record.id), "bold red")
        line.append(f"  {one_line(found.actual)}", "red")
        if found.required != "Passed":
            line.append(f", required {one_line(found.required)}", "dim")
        console.print(line)
        if found.record.reason:
            _indented(console, found.record.reason)
        if found.turn:
            _show_turns(console, failed, found.turn.index)


def _show_turns(console: Console, failed: FailedCall, index: int) -> None:
    """Print the turn at `index` and its neighbours."""
    transcript = failed.call.transcript
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, justify="right")
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for position in range(max(index - 1, 0), min(index + 2, len(transcript))):
        turn = transcript[position]
        marked = position == index
        text = Text(one_line(turn.text), "bold" if marked else "dim")
        mark = Text(">" if marked else " ", "bold red")
        if console.is_terminal:
            grid.add_row(mark, Text(_start(turn), "dim"), _speaker(turn), text)
        else:
            parts = [mark.plain, _start(turn).rjust(5), _speaker(turn).plain.ljust(8), text.plain]
            say(console, "    " + " ".join(parts))
    if console.is_terminal:
        console.print(Padding(grid, (0, 0, 0, 4)))


def _show_clusters(console: Console, found: Failures) -> None:
    """Print the service's own explanation, if there is one."""
    if not found.clusters:
        return
    say(console, "What they have in common", "bold")
    for cluster in found.clusters:
        found_in = f"  {one_line(cluster.eval_name)}, {counted(len(cluster.call_ids), 'call')}"
        console.print(Text.assemble(("  " + one_line(cluster.name), "bold"), (found_in, "dim")))
        if cluster.description:
            _indented(console, cluster.description)
    say(console)


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: "1 call", "2 calls"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _indented(console: Console, text: str) -> None:
    """Print a paragraph, indented by four blanks on every line that it takes."""
    say_hanging(console, "    ", one_line(text))


def _start(turn: Turn) -> str:
    return clock(turn.start_s) if turn.start_s is not None else ""


def _speaker(turn: Turn) -> Text:
    return Text(one_line(turn.speaker) or "unknown", _SPEAKERS.get(turn.speaker, ""))
