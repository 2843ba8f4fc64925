"""Failures on the terminal: per call the evals with their reasons, and the turns around the failure."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from futureagi_simulate.printable import one_line
from futureagi_simulate.records import CallRecord, Turn
from futureagi_simulate_cli.commands.console import say
from futureagi_simulate_cli.commands.waiting import clock
from futureagi_simulate_cli.failures import FailedCall, Failures
from futureagi_simulate_cli.failures.turns import around

_SPEAKERS = {"agent": "cyan", "customer": "magenta"}


def show_failures(console: Console, found: Failures, most: int | None = None) -> None:
    """Print what failed, at most `most` calls of each kind, the clusters, and what couldn't be judged."""
    shown = found.calls[:most]
    for failed in shown:
        show_call(console, failed)
        say(console)
    hidden = len(found.calls) - len(shown)
    if hidden:
        say(console, f"and {counted(hidden, 'more call')} with failed evals", "dim")
        say(console)
    show_failed_calls(console, found, most)
    show_clusters(console, found)
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


def show_failed_calls(console: Console, found: Failures, most: int | None = None) -> None:
    """Print the calls that failed as calls, each with the reason that the service gives."""
    if not found.unfinished:
        return
    say(console, "Calls that failed", "bold")
    for call in found.unfinished[:most]:
        line = Text("  ")
        line.append(one_line(call.scenario or "Unknown scenario"), "bold")
        line.append(f"  {_details(call)}", "dim")
        line.append(f"  {_ended(call)}", "red")
        console.print(line)
    if most is not None and len(found.unfinished) > most:
        say(console, f"  and {counted(len(found.unfinished) - most, 'more call')}", "dim")
    say(console)


def _ended(call: CallRecord) -> str:
    return one_line(call.ended_reason or "") or "no reason given"


def _details(call: CallRecord) -> str:
    return f"call {one_line(call.id)}" + (
        f"  {clock(call.duration_s)}" if call.duration_s is not None else ""
    )


def show_call(console: Console, failed: FailedCall) -> None:
    """Print one call: what it was, what failed and why, and the turns around it."""
    call = failed.call
    scenario = one_line(call.scenario or "Unknown scenario")
    ended = f"  {one_line(call.ended_reason)}" if call.ended_reason else ""
    console.print(Text.assemble((scenario, "bold"), (f"  {_details(call)}{ended}", "dim")))
    for found in failed.evals:
        line = Text("  ")
        line.append(one_line(found.record.name or found.record.id), "bold red")
        line.append(f"  {one_line(found.said)}", "red")
        if found.wanted != "Passed":
            line.append(f", wanted {one_line(found.wanted)}", "dim")
        console.print(line)
        if found.record.reason:
            indented(console, found.record.reason)
        if found.turn:
            show_turns(console, failed, found.turn.index)


def show_turns(console: Console, failed: FailedCall, index: int) -> None:
    """Print the turn at `index` and its neighbours."""
    transcript = failed.call.transcript
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, justify="right")
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for position in around(index, transcript):
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


def show_clusters(console: Console, found: Failures) -> None:
    """Print the service's own explanation, where it has one."""
    if not found.clusters:
        return
    say(console, "What they have in common", "bold")
    for cluster in found.clusters:
        found_in = f"  {one_line(cluster.eval_name)}, {counted(len(cluster.call_ids), 'call')}"
        console.print(Text.assemble(("  " + one_line(cluster.name), "bold"), (found_in, "dim")))
        if cluster.description:
            indented(console, cluster.description)
    say(console)


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: "1 call", "2 calls"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def indented(console: Console, text: str) -> None:
    """Print a paragraph, set off by four blanks on every line that it takes."""
    if console.is_terminal:
        console.print(Padding(Text(one_line(text)), (0, 0, 0, 4)))
    else:
        say(console, f"    {one_line(text)}")


def _start(turn: Turn) -> str:
    return clock(turn.start_s) if turn.start_s is not None else ""


def _speaker(turn: Turn) -> Text:
    return Text(one_line(turn.speaker) or "unknown", _SPEAKERS.get(turn.speaker, ""))
