"""Find the execution that is meant: by its id, or as the latest one of a run test; and fetch it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Final
from uuid import UUID

import attrs

from futureagi_simulate.errors import ConfigurationError, ContractError
from futureagi_simulate.records import ExecutionRecord, execution_record
from futureagi_simulate_cli.gate.status import NOT_LISTED, is_finished, state

if TYPE_CHECKING:
    from futureagi_simulate import ExecutionRun
    from futureagi_simulate.client import Client

PAGE: Final = 100
PREFETCH: Final = 4


def fetch_run(
    client: Client, execution_id: str, *, page_size: int = PAGE, summary: bool = False
) -> ExecutionRun:
    """Fetch an execution with its evals and the first page of its calls: one request.

    Raises:
        ContractError: the answer is about another execution.

    """
    run = client.get_execution_run(execution_id, page_size=page_size, prefetch=PREFETCH, summary=summary)
    if not run.execution_id:  # another id than the one asked for is an error of the client's
        raise ContractError(
            f"The server's answer about execution {execution_id} has no execution_id.",
            remedy="Check that the base URL leads to the Future AGI API.",
        )
    return run


def fetch_execution(client: Client, execution_id: str) -> ExecutionRecord:
    """Fetch an execution with its evals: one request."""
    return execution_record(fetch_run(client, execution_id))


@attrs.frozen
class Found:
    """The execution that is meant, and what a reader should know of how it was found."""

    id: str
    notes: tuple[str, ...] = ()


def latest_execution(
    client: Client, run_test: str, *, finished: bool = True, started_after: datetime | None = None
) -> str:
    """Give the id of the newest execution of a run test, named by its id or its name.

    With `finished`, executions that still run are passed over; with `started_after`, only executions that
    started then or later are looked at.
    """
    return find_latest(client, run_test, finished=finished, started_after=started_after).id


def find_latest(
    client: Client, run_test: str, *, finished: bool = True, started_after: datetime | None = None
) -> Found:
    """Find the same as `latest_execution`, noting which it is and which newer ones were passed over."""
    newer: list[ExecutionRecord] = []
    for execution in _executions(client, run_test):
        if started_after and execution.started_at and execution.started_at < started_after:
            break
        if execution.id and (is_finished(execution) or not finished):
            which = "latest finished" if finished else "latest"
            notes = [f'Execution {execution.id} is the {which} one of "{run_test}".']
            notes += [f"A newer execution, {one.id}, {state(one)}." for one in newer]
            return Found(execution.id, tuple(notes))
        newer.append(execution)
    what = "finished execution" if finished else "execution"
    since = f" that started at {started_after.isoformat()} or later" if started_after else ""
    raise ConfigurationError(
        f'The run test "{run_test}" has no {what}{since}.',
        remedy="Run it first, or name an execution by its id.",
    )


class Awaited:
    """An execution that somebody waits for: one with an id, or the next one of a run test.

    Of a run test that is the newest execution, unless it had ended before the first question: that one is
    somebody else's, and the execution which was just started isn't listed yet. With `started_after`, it is
    the newest that started then or later, whether it has ended or not.
    """

    def __init__(
        self,
        client: Client,
        execution_id: str | None = None,
        run_test: str | None = None,
        started_after: datetime | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.id = execution_id
        self.notes = notes
        self._client = client
        self._run_test = run_test
        self._started_after = started_after
        self._asked = False
        self._ended: ExecutionRecord | None = None

    def find(self) -> str | None:
        """Return the id, looking for the execution where it isn't known yet; None while it isn't listed."""
        if self.id is None and self._run_test is not None:
            newest = next(_executions(self._client, self._run_test), None)
            if newest is not None and self._is_meant(newest):
                self.id = newest.id
                self.notes = (f'Execution {newest.id} is the latest one of "{self._run_test}".',)
            self._asked = True
        return self.id

    def _is_meant(self, newest: ExecutionRecord) -> bool:
        if self._started_after is not None:
            if newest.started_at is None:
                return not is_finished(newest)
            return newest.started_at >= self._started_after
        if not self._asked and is_finished(newest):
            self._ended = newest
        return self._ended is None or newest.id != self._ended.id

    @property
    def not_listed(self) -> ExecutionRecord:
        """A record that stands for the execution while it isn't listed."""
        return ExecutionRecord(status=NOT_LISTED)

    @property
    def absence(self) -> str:
        """Say why there is no execution to judge, and what to do."""
        of = f'of the run test "{self._run_test}"'
        if self._started_after is not None:
            return f"no execution {of} that started at {self._started_after.isoformat()} or later is listed."
        if self._ended is None:
            return f"no execution {of} is listed."
        return (
            f"no new execution {of} is listed: the newest, {self._ended.id}, had ended before this command "
            "began. To judge it, name it, or say with --started-after how old it may be."
        )


def _executions(client: Client, run_test: str) -> Iterator[ExecutionRecord]:
    """Walk the executions, newest first: as the server lists them, its first page put in order of time."""
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
    """Say whether `text` is a UUID, the form of every id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
