"""The gate for programs: one call that fetches and judges."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.records import ExecutionRecord, call_record, execution_record
from futureagi_simulate.transport.clock import Clock
from futureagi_simulate_cli.gate.find import Awaited, fetch_run
from futureagi_simulate_cli.gate.judge import judge
from futureagi_simulate_cli.gate.settings import GivenThresholds, GivenWanted, Settings
from futureagi_simulate_cli.gate.status import is_finished
from futureagi_simulate_cli.gate.verdict import Check, Outcome, Verdict
from futureagi_simulate_cli.gate.wait import INTERVAL, Look, follow, looks, parse_duration

if TYPE_CHECKING:
    from futureagi_simulate import ExecutionRun
    from futureagi_simulate.client import Client


def gate(
    execution_id: str,
    *,
    min: GivenThresholds = (),
    want: GivenWanted | None = None,
    min_calls: int = 1,
    max_missing: str | float = 0,
    max_failed: int | None = None,
    baseline: str | None = None,
    max_drop: float = 2.0,
    confident: bool = False,
    wait: str | float | None = None,
    client: Client | None = None,
    source: str | None = None,
) -> Verdict:
    """Fetch an execution and say whether it is ready to promote.

    Args:
        execution_id: the execution.
        min: thresholds in percent: "Coherence=90", "*=90" (every pass rate), 90 (all evals together),
            several of these, or `{"Coherence": 90}`. Without any: every pass rate has to be above 90.
        want: for evals that answer with choices, the good ones: "Tone=calm,neutral", several such texts, or
            `{"Tone": ["calm", "neutral"]}`.
        min_calls: how many calls each eval asked about must have judged.
        max_missing: how many calls may be without a result, for each eval asked about: a number of calls, or
            a share such as "5%".
        max_failed: how many calls may have failed; where it is given, these don't count as missing.
        baseline: an execution that this one is compared with.
        max_drop: points an eval may be below the baseline.
        confident: ask the lower end of the 95 % Wilson interval to reach the threshold.
        wait: how long to wait for the execution to finish: seconds, or "30m".
        client: the client to ask; by default one made from the environment.
        source: the file that the settings were read from, for the verdict to name.

    Raises:
        FutureAGIError: the settings are wrong, or the server can't be asked.

    """
    settings = Settings.of(
        min,
        want,
        min_calls=min_calls,
        max_missing=max_missing,
        max_failed=max_failed,
        max_drop=max_drop,
        confident=confident,
        source=source,
    )
    patience = parse_duration(wait) if wait is not None else 0.0
    if client is not None:
        return fetch_verdict(client, execution_id, settings, baseline=baseline, patience=patience)
    from futureagi_simulate.client import Client

    with Client() as own:
        return fetch_verdict(own, execution_id, settings, baseline=baseline, patience=patience)


def fetch_verdict(
    client: Client,
    target: str | Awaited,
    settings: Settings,
    *,
    baseline: str | None = None,
    patience: float = 0.0,
    interval: float = INTERVAL,
    clock: Clock | None = None,
    watch: Callable[[Look], object] = id,
) -> Verdict:
    """Look at an execution until it is finished or `patience` seconds are over, and judge what was seen last.

    `watch` is told of every look. A fault on the last look is raised.
    """
    awaited = target if isinstance(target, Awaited) else Awaited(client, target)
    before = fetch_run(client, baseline) if baseline is not None else None
    runs: list[ExecutionRun] = []

    def ask() -> ExecutionRecord:
        found = awaited.find()
        if found is None:
            return awaited.not_listed
        runs[:] = [fetch_run(client, found)]
        return execution_record(runs[0])

    follow(looks(ask, deadline=patience, interval=interval, clock=clock), watch)
    if not runs:
        return absent(awaited, settings)
    return verdict_of(runs[0], settings, before).with_notes(awaited.notes)


def absent(awaited: Awaited, settings: Settings) -> Verdict:
    """Give the verdict on an execution that wasn't listed in time: not finished."""
    check = Check("status", "execution", False, awaited.absence)
    return Verdict(Outcome.UNFINISHED, awaited.not_listed, (check,), (), settings=settings)


def verdict_of(run: ExecutionRun, settings: Settings, baseline: ExecutionRun | None = None) -> Verdict:
    """Judge a fetched execution with its calls: every command judges by this.

    Raises:
        ConfigurationError: as `judge` does, or the baseline is the execution itself.
        FutureAGIError: the calls could not be read.

    """
    execution, before = execution_record(run), execution_record(baseline) if baseline else None
    if before is not None and before.id == execution.id:
        raise ConfigurationError(
            f"The execution {execution.id} is its own baseline.",
            remedy="Name an earlier one to compare with.",
        )
    calls = [call_record(call) for call in run.calls] if is_finished(execution) else []
    return judge(execution, settings, before, calls)
