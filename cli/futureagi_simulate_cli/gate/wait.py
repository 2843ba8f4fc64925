"""Poll an execution until it has finished or time is up, and evaluate it: `gate`, its --wait, and `watch`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from futureagi_simulate.client import Client
from futureagi_simulate.durations import FORMS, seconds
from futureagi_simulate.errors import (
    ConfigurationError,
    FutureAGIError,
    RateLimitError,
    ServerError,
    TransportError,
)
from futureagi_simulate.records import ExecutionRecord, call_record, execution_record
from futureagi_simulate.retry import Clock, SystemClock
from futureagi_simulate_cli.gate.checks import Check, Outcome, Verdict, evaluate
from futureagi_simulate_cli.gate.find import (
    PAGE,
    PREFETCH,
    Run,
    Target,
    fetch_run,
    find_latest,
    find_named,
    is_finished,
    is_uuid,
    run_notes,
)
from futureagi_simulate_cli.gate.settings import ChoicesInput, Quarantined, Settings, ThresholdsInput

INTERVAL: Final = 5.0
"""Seconds between two polls: an execution takes minutes, and one poll costs the server 0.04 s."""

SHORTEST: Final = 0.1
"""Minimum of seconds between two polls."""

POLL_PAGE: Final = 10
"""Calls that a poll fetches, the last changed ones: enough to show new failures, in one small request."""

_NOT_LISTED: Final = ExecutionRecord(status="not listed yet")
"""Stands for an execution that the server doesn't list yet."""


@attrs.frozen
class Poll:
    """One poll: the run with its record, or the error, and the seconds elapsed and remaining.

    `run` is None also while the execution is not listed.
    """

    execution: ExecutionRecord | None
    run: Run | None
    error: FutureAGIError | None
    elapsed: float
    remaining: float

    @property
    def finished(self) -> bool:
        """Return whether the execution has ended."""
        return self.execution is not None and is_finished(self.execution)


def poll(
    fetch: Callable[[], Run | None],
    *,
    timeout: float,
    interval: float = INTERVAL,
    clock: Clock | None = None,
) -> Iterator[Poll]:
    """Poll every `interval` seconds until the execution has finished or `timeout` seconds have passed.

    There is always one poll, and one at the end of the timeout. After a server error, a rate limit or a
    transport error polling goes on; any other error is raised.
    """
    clock = clock or SystemClock()
    start = clock.monotonic()
    while True:
        run, record, error, pause = None, None, None, interval
        try:
            run = fetch()
            record = execution_record(run) if run else _NOT_LISTED
        except (TransportError, ServerError, RateLimitError) as caught:
            error = caught
            if isinstance(caught, RateLimitError):
                pause = max(interval, caught.retry_after or 0.0)
        elapsed = clock.monotonic() - start
        last = Poll(record, run, error, elapsed, max(timeout - elapsed, 0.0))
        yield last
        if last.finished or last.remaining <= 0:
            return
        clock.sleep(min(pause, last.remaining))


def fetch_verdict(
    client: Client,
    target: str | Target,
    settings: Settings,
    *,
    baseline: str | None = None,
    run_test: str | None = None,
    timeout: float = 0.0,
    interval: float = INTERVAL,
    clock: Clock | None = None,
    show: Callable[[Poll], object] = id,
    read: Callable[[Run], object] | None = None,
) -> Verdict:
    """Poll an execution until it has finished or `timeout` seconds have passed, and evaluate it.

    `baseline` is an id, or a name as `find_named` takes them, of an execution of `run_test`. `show` is called
    with every poll, `read` with the execution that is evaluated, fetched with the service's explanation of
    failures. An error of the last poll is raised. Where several polls are possible they fetch few
    calls, and all calls are fetched at the end.
    """
    target = target if isinstance(target, Target) else Target(client, target)
    before = fetch_run(client, baseline) if baseline is not None and is_uuid(baseline) else None
    page_size, prefetch = (POLL_PAGE, 1) if timeout else (PAGE, PREFETCH)

    def fetch() -> Run | None:
        found = target.find()
        if found is None:
            return None
        summary = read is not None and not timeout
        return fetch_run(client, found, page_size=page_size, prefetch=prefetch, summary=summary)

    last = None
    for last in poll(fetch, timeout=timeout, interval=interval, clock=clock):
        show(last)
    if last is not None and last.error is not None:
        raise last.error
    if last is None or last.run is None or target.id is None:
        check = Check("status", "execution", False, target.absence)
        return Verdict(Outcome.UNFINISHED, _NOT_LISTED, (check,), (), settings=settings)
    run = last.run
    if timeout and last.finished:
        run = fetch_run(client, target.id, summary=read is not None)
    if read is not None:
        read(run)
    notes = target.notes
    if baseline is not None and before is None:
        named = find_baseline(client, baseline, run_test, target.id, settings)
        before, notes = fetch_run(client, str(named.id)), (*notes, *named.notes)
    return evaluate_run(run, settings, before).with_notes(notes)


def find_baseline(
    client: Client, name: str, run_test: str | None, candidate: str | None, settings: Settings
) -> Target:
    """Find the execution that a baseline's name stands for, among those before the execution `candidate`."""

    def passed(execution_id: str) -> bool:
        return evaluate_run(fetch_run(client, execution_id), settings).ready

    return find_named(client, name, run_test, before=candidate, passed=passed)


def evaluate_run(run: Run, settings: Settings, baseline: Run | None = None) -> Verdict:
    """Evaluate a fetched execution with its calls: what every command does.

    Raises:
        ConfigurationError: as `evaluate` does, or the baseline is the execution itself.
        FutureAGIError: the calls could not be fetched.

    """
    execution, before = execution_record(run), execution_record(baseline) if baseline else None
    if before is not None and before.id == execution.id:
        raise ConfigurationError(
            f"The execution {execution.id} is its own baseline.",
            remedy="Name an earlier one to compare with.",
        )
    calls = [call_record(call) for call in run.calls] if is_finished(execution) else []
    baseline_calls = [call_record(call) for call in baseline.calls] if baseline and calls else []
    notes = run_notes(run) + (run_notes(baseline) if baseline else ())
    return evaluate(execution, settings, before, calls, baseline_calls).with_notes(notes)


def gate(
    execution_id: str | None = None,
    *,
    run_test: str | None = None,
    started_after: str | None = None,
    max_age: str | float | None = None,
    min: ThresholdsInput = (),
    want: ChoicesInput | None = None,
    min_calls: int = 1,
    max_missing: str | float = 0,
    max_failed: int | None = None,
    baseline: str | None = None,
    max_drop: float | None = None,
    confident: bool = False,
    quarantine: Iterable[Quarantined | Mapping[str, Any]] = (),
    wait: str | float | None = None,
    client: Client | None = None,
    source: str | None = None,
) -> Verdict:
    """Fetch an execution and return whether it is ready to promote, and why.

    Args:
        execution_id: the execution.
        run_test: a run test, by its id or its name, to take the latest finished execution of; with `wait` the
            next one. Give this or `execution_id`.
        started_after: with `run_test`, the earliest start: "2026-03-01T12:00:00Z", or "2h" ago.
        max_age: the same as a duration: seconds, or "2h".
        min: thresholds in percent: "Coherence=90", "*=90" (every pass rate that has none of its own), 90 (all
            evals together), several of these, or `{"Coherence": 90}`. Default: every pass rate above 90, if
            there is no baseline.
        want: for evals that answer with choices, the accepted ones: "Tone=calm,neutral", several such texts,
            or `{"Tone": ["calm", "neutral"]}`.
        min_calls: how many calls each eval with a requirement must have judged.
        max_missing: how many calls may be without a result, for each eval with a requirement: a number of
            calls, or a share such as "5%".
        max_failed: how many calls may have failed; if it is given, they don't count as missing.
        baseline: an execution that this one must not be worse than: an id, or, with `run_test`, "previous"
            and the other names of `fi-simulate compare`.
        max_drop: points an eval may be below the baseline, instead of statistics.
        confident: require the lower bound of the 95 % Wilson interval to meet the threshold.
        quarantine: scenarios that don't count until a date: `{"scenario": …, "eval": …, "until": …}`.
        wait: how long to wait for the execution to finish: seconds, or "30m".
        client: the client to use; by default one made from the environment.
        source: the file that the settings were read from, for the verdict to name.

    Raises:
        FutureAGIError: the settings are wrong, or the request failed.

    """
    settings = Settings.of(
        min,
        want,
        min_calls=min_calls,
        max_missing=max_missing,
        max_failed=max_failed,
        max_drop=max_drop,
        confident=confident,
        quarantine=quarantine,
        source=source,
    )
    if (execution_id is None) == (run_test is None):
        raise ConfigurationError(
            "gate takes an execution or a run test.", remedy="Give one of execution_id and run_test."
        )
    after = start_of(started_after, max_age)
    if after is not None and run_test is None:
        raise ConfigurationError(
            "A start has no run test to look in.", remedy="Give run_test, or leave the start out."
        )
    timeout = parse_duration(wait) if wait is not None else 0.0

    def judge(client: Client) -> Verdict:
        if run_test is None:
            target = Target(client, execution_id)
        elif timeout:
            target = Target(client, run_test=run_test, started_after=after)
        else:
            target = find_latest(client, run_test, started_after=after)
        return fetch_verdict(client, target, settings, baseline=baseline, run_test=run_test, timeout=timeout)

    if client is not None:
        return judge(client)
    from futureagi_simulate.client import Client

    with Client() as own:
        return judge(own)


def start_of(started_after: str | None, max_age: str | float | None) -> datetime | None:
    """Return the earliest start of an execution; None for no limit. Raise if both name one."""
    if started_after is not None and max_age is not None:
        raise ConfigurationError(
            "started-after and max-age both limit the start.", remedy="Leave one of them out."
        )
    if max_age is not None:
        return datetime.now(UTC) - timedelta(seconds=parse_duration(max_age))
    return parse_start(started_after) if started_after is not None else None


def parse_duration(text: str | float) -> float:
    """Read a duration in seconds; raise ConfigurationError for anything else, and for no time at all."""
    try:
        if duration := seconds(text):
            return duration
    except ValueError:
        pass
    raise ConfigurationError(f'The duration "{text}" can\'t be read.', remedy=f"Write it as {FORMS}.")


def parse_interval(text: str | float) -> float:
    """Read the time between two polls as `parse_duration` does; `SHORTEST` is the minimum."""
    interval = parse_duration(text)
    if interval < SHORTEST:
        raise ConfigurationError(
            f'The interval "{text}" is too short.',
            remedy="Give at least 100ms: the server has others to serve.",
        )
    return interval


def parse_start(text: str) -> datetime:
    """Read a time: ISO 8601, UTC where it names no zone, or a duration for that long ago."""
    try:
        return datetime.now(UTC) - timedelta(seconds=seconds(text))
    except (ValueError, OverflowError):
        pass
    try:
        read = datetime.fromisoformat(text.strip())
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f'The time "{text}" can\'t be read.',
            remedy='Write it as "2026-03-01T12:00:00Z", or as a duration: "2h" for two hours ago.',
        ) from None
