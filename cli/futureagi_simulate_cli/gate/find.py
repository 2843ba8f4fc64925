"""Find an execution, by its id or as the newest of a run test, and fetch it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from statistics import fmean
from typing import Any, Final
from uuid import UUID

import attrs

from futureagi_simulate import ExecutionRun
from futureagi_simulate.client import Client
from futureagi_simulate.errors import ConfigurationError, ContractError, FutureAGIError, ServerError
from futureagi_simulate.records import FINISHED, EvalRecord, ExecutionRecord, call_record, execution_record

PAGE: Final = 100
PREFETCH: Final = 4


def is_finished(execution: ExecutionRecord) -> bool:
    """Return whether the execution has ended, with or without success."""
    return execution.status in FINISHED


def fetch_run(
    client: Client,
    execution_id: str,
    *,
    page_size: int = PAGE,
    prefetch: int = PREFETCH,
    summary: bool = False,
) -> Run:
    """Fetch an execution with its evals and the first page of its calls: one request.

    Where the runs endpoint fails and the execution's own page answers, that is read instead.

    Raises:
        ContractError: the response is about another execution.
        ServerError: neither endpoint answers.

    """
    try:
        run = client.get_execution_run(execution_id, page_size=page_size, prefetch=prefetch, summary=summary)
    except ServerError as error:
        partial = _fetch_partial(client, execution_id, error)
        if partial is None:
            raise
        return partial
    if not run.execution_id:  # the client raises an error for another id than the requested one
        raise ContractError(
            f"The server's answer about execution {execution_id} has no execution_id.",
            remedy="Check that the base URL leads to the Future AGI API.",
        )
    return run


@attrs.frozen
class PartialRun:
    """An execution whose sums the runs endpoint doesn't send: read from its own page, summed up here.

    `raw` has the form of the runs endpoint. `notes` say what is missing and why.
    """

    execution_id: str
    raw: dict[str, Any]
    calls: tuple[Any, ...]
    notes: tuple[str, ...]
    raw_json: bytes = b""


Run = ExecutionRun | PartialRun


def run_notes(run: Run) -> tuple[str, ...]:
    """Return what is missing of a fetched execution."""
    return run.notes if isinstance(run, PartialRun) else ()


def _fetch_partial(client: Client, execution_id: str, error: ServerError) -> PartialRun | None:
    """Read an execution from its own page; None unless the runs endpoint said that it can't sum up."""
    if error.status != 500 or "Unable to fetch simulation runs" not in error.message:
        return None
    try:
        detail = client.get_test_execution(execution_id, page_size=PAGE, prefetch=PREFETCH)
        calls = tuple(row for row in detail.calls if row.raw_json.lstrip()[:1] == b"{")
    except FutureAGIError:
        return None
    records = [call_record(row, execution_id=execution_id) for row in calls]
    evals: defaultdict[str, list[EvalRecord]] = defaultdict(list)
    for entry in (entry for record in records for entry in record.evals):
        evals[entry.id].append(entry)
    summed = [found for key, entries in evals.items() if (found := _sum_up(key, entries))]
    odd = sorted(
        {entry.name or entry.id for listed in evals.values() for entry in listed if _is_odd_number(entry)}
    )
    cause = f"of the numeric eval {', '.join(odd)}" if odd else "most likely of a numeric eval"
    statuses = Counter(record.status for record in records)
    raw = {
        "execution_id": execution_id,
        "status": detail.raw.get("status"),
        "started_at": min((r.started_at.isoformat() for r in records if r.started_at), default=None),
        "total_calls": len(calls),
        "completed_calls": statuses["completed"],
        "failed_calls": statuses["failed"],
        "agent_type": detail.raw.get("agent_type"),
        "eval_results": summed,
    }
    note = (
        f"The server can't sum up this execution because {cause}: the sums were made from its calls. "
        "Missing: results of numeric evals, and the service's explanation of failures."
    )
    return PartialRun(execution_id, raw, calls, (note,))


def _is_odd_number(entry: EvalRecord) -> bool:
    output = entry.output
    return entry.kind is None and isinstance(output, int | float) and not isinstance(output, bool)


def _sum_up(key: str, entries: Iterable[EvalRecord]) -> dict[str, Any] | None:
    """Sum up an eval's results in the form of the runs endpoint; None for an eval of another kind."""
    entries = list(entries)
    kind = next((entry.kind for entry in entries if entry.kind), None)
    name = next((entry.name for entry in entries if entry.name), key)
    part: dict[str, Any] = {"id": key, "name": name}
    whole: dict[str, Any] = {"id": key, "name": name, "result": [part]}
    if kind == "pass_fail":
        verdicts = [entry.passed for entry in entries if entry.passed is not None]
        total, passed = len(verdicts), sum(verdicts)
        rate = round(100 * passed / total, 2) if total else 0
        part["output"] = {"pass": rate, "pass_count": passed, "fail_count": total - passed} if total else {}
        whole |= {"output_type": "Pass/Fail", "total_pass_rate": rate}
    elif kind == "score":
        scores = [entry.score for entry in entries if entry.score is not None]
        total, mean = len(scores), round(fmean(scores), 2) if scores else 0
        part["avg_score"] = mean
        whole |= {"output_type": "score", "total_avg": mean}
    elif kind == "choices":
        answers = Counter(entry.choices for entry in entries if entry.choices)
        total = answers.total()
        part["output"] = {str(list(said)): 100 * count / total for said, count in answers.items()}
        whole |= {"output_type": "choices", "total_choices_avg": part["output"]}
    else:
        return None
    part["total_cells"] = total
    return whole


class Target:
    """The execution to evaluate: one with an id, or the next one of a run test.

    For a run test that is the newest execution, unless it had already ended at the first request: then the
    execution that was just started is not listed yet. With `started_after` it is the newest that started then
    or later, whether it has ended or not. `notes` say how the execution was found.
    """

    def __init__(
        self,
        client: Client,
        execution_id: str | None = None,
        *,
        run_test: str | None = None,
        started_after: datetime | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.id = execution_id
        self.notes: tuple[str, ...] = notes
        self._client = client
        self._run_test = run_test
        self._started_after = started_after
        self._requested = False
        self._ended: ExecutionRecord | None = None

    def find(self) -> str | None:
        """Return the id, from the listing of the run test if need be; None while it is not listed."""
        if self.id is None and self._run_test is not None:
            newest = next(list_executions(self._client, self._run_test), None)
            if newest is not None and self._matches(newest):
                self.id = newest.id
                self.notes = (f'Execution {newest.id} is the latest one of "{self._run_test}".',)
            self._requested = True
        return self.id

    def _matches(self, newest: ExecutionRecord) -> bool:
        if self._started_after is not None:
            if newest.started_at is None:
                return not is_finished(newest)
            return newest.started_at >= self._started_after
        if not self._requested and is_finished(newest):
            self._ended = newest
        return self._ended is None or newest.id != self._ended.id

    @property
    def absence(self) -> str:
        """Return why there is no execution to evaluate, and what to do."""
        of = f'of the run test "{self._run_test}"'
        if self._started_after is not None:
            return f"no execution {of} that started at {self._started_after.isoformat()} or later is listed"
        if self._ended is None:
            return f"no execution {of} is listed"
        return (
            f"no new execution {of} is listed, the newest, {self._ended.id}, had ended before this command "
            "began; to evaluate that one, name it, or allow its age with --started-after"
        )


def find_latest(
    client: Client, run_test: str, *, finished: bool = True, started_after: datetime | None = None
) -> Target:
    """Find the newest execution of a run test, named by its id or its name.

    With `finished`, executions that still run are skipped; with `started_after`, those that started earlier.
    Notes name the execution, and newer ones that were skipped.
    """
    newer: list[ExecutionRecord] = []
    for execution in list_executions(client, run_test):
        if started_after and execution.started_at and execution.started_at < started_after:
            break
        if execution.id and (is_finished(execution) or not finished):
            which = "latest finished" if finished else "latest"
            notes = [f'Execution {execution.id} is the {which} one of "{run_test}".']
            notes += [f"A newer execution, {one.id}, is {one.status or 'without a status'}." for one in newer]
            return Target(client, execution.id, notes=tuple(notes))
        newer.append(execution)
    what = "finished execution" if finished else "execution"
    since = f" that started at {started_after.isoformat()} or later" if started_after else ""
    raise ConfigurationError(
        f'The run test "{run_test}" has no {what}{since}.',
        remedy="Run it first, or name an execution by its id.",
    )


def finished_executions(client: Client, run_test: str) -> Iterator[ExecutionRecord]:
    """Iterate over the finished executions of a run test, newest first."""
    return filter(is_finished, list_executions(client, run_test))


LATEST: Final = "latest"
PREVIOUS: Final = "previous"
LATEST_PASSED: Final = "latest-passed"

_SELECTOR: Final = re.compile(
    rf"{LATEST}|{PREVIOUS}|{LATEST_PASSED}|-(?P<back>[1-9]\d*)|(?P<date>\d{{4}}-\d\d-\d\d(?:[T ].*)?)"
    r"|(?P<id>[0-9a-f]{8}[0-9a-f-]*)",
    re.IGNORECASE,
)
NAMES: Final = (
    "an id or its first 8 characters, latest, previous, latest-passed, -2 for the last but one, or a date, "
    'each also as "RUN_TEST@latest"'
)
MOST_EVALUATED: Final = 20
"""Executions that are evaluated at most to find the latest one that passed."""


def find_named(
    client: Client,
    name: str,
    run_test: str | None,
    *,
    before: str | None = None,
    passed: Callable[[str], bool] = lambda _: False,
) -> Target:
    """Find an execution by a name such as "latest"; `NAMES` lists the forms.

    All but an id need a run test: `run_test`, or the one in the name. Executions that still run are only
    found by their id. "previous" and "latest-passed" are older than the execution `before`, where that is
    given; a date is the newest execution that had started by then. `passed` says whether an execution passed.

    Raises:
        ConfigurationError: the name has another form, there is no run test, or no such execution.

    """
    asked, sign, selector = name.rpartition("@")
    if not sign or not _SELECTOR.fullmatch(selector.strip()):
        asked, selector = "", name
    selector, run_test = selector.strip(), asked.strip() or run_test
    if is_uuid(selector):
        return Target(client, selector)
    match = _SELECTOR.fullmatch(selector)
    if match is None:
        raise ConfigurationError(f'"{name}" names no execution.', remedy=f"Write {NAMES}.")
    if run_test is None:
        raise ConfigurationError(
            f'"{name}" needs a run test to look in.', remedy="Name it with --run-test, or give a whole id."
        )
    found = _select(list_executions(client, run_test), selector.lower(), match, before, passed)
    if found is None or not found.id:
        if selector.lower() == LATEST_PASSED:
            raise ConfigurationError(
                f'None of the last {MOST_EVALUATED} executions of the run test "{run_test}" passes the gate.',
                remedy="Name another execution, such as previous, or require less.",
            )
        raise ConfigurationError(
            f'The run test "{run_test}" has no execution "{selector}".',
            remedy="fi-simulate executions lists those it has.",
        )
    return Target(client, found.id, notes=(f'"{name}" is execution {found.id} of "{run_test}".',))


def _select(
    listed: Iterator[ExecutionRecord],
    selector: str,
    match: re.Match[str],
    before: str | None,
    passed: Callable[[str], bool],
) -> ExecutionRecord | None:
    if match["id"]:
        found = [one for one in listed if (one.id or "").startswith(selector)]
        if len(found) > 1:
            raise ConfigurationError(
                f'{len(found)} executions begin with "{selector}".', remedy="Give more characters of the id."
            )
        return next(iter(found), None)
    finished = filter(is_finished, listed)
    if match["date"]:
        end = _end(selector.upper())
        return next((one for one in finished if one.started_at and one.started_at < end), None)
    if match["back"] or selector == LATEST:
        return next(islice(finished, int(match["back"] or 1) - 1, None), None)
    older = _after(finished, before) if before is not None else finished
    if before is None and selector == PREVIOUS:
        next(finished, None)
    if selector == PREVIOUS:
        return next(older, None)
    return next((one for one in islice(older, MOST_EVALUATED) if one.id and passed(one.id)), None)


def _after(listed: Iterator[ExecutionRecord], execution_id: str) -> Iterator[ExecutionRecord]:
    """Iterate over what is listed after an execution."""
    for one in listed:
        if one.id == execution_id:
            yield from listed


def _end(text: str) -> datetime:
    """Return the first moment after a date, or after a time: UTC, where it names no zone."""
    try:
        if len(text) == len("2026-03-01"):
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1), datetime.min.time(), UTC)
        read = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f'"{text}" is no date.', remedy='Write it as "2026-03-01", or "2026-03-01T12:00:00Z".'
        ) from None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)) + timedelta(microseconds=1)


def list_executions(client: Client, run_test: str) -> Iterator[ExecutionRecord]:
    """Iterate over the executions, newest first: as listed, but with the first ten sorted by time."""
    if is_uuid(run_test):
        records = (execution_record(item) for item in client.list_test_executions(run_test))
    else:
        records = (execution_record(item) for item in client.list_execution_runs(run_test))
    first = list(islice(records, 10))
    not_started = [record for record in first if record.started_at is None]
    started = [(record.started_at, record) for record in first if record.started_at is not None]
    yield from not_started
    yield from (record for _, record in sorted(started, key=lambda pair: pair[0], reverse=True))
    yield from records


def is_uuid(text: str) -> bool:
    """Return whether `text` is a UUID, the form of every id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
