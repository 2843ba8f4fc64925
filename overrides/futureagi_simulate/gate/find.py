"""Find the execution that is meant: by its id, or as the latest one of a run test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import UUID

import attrs

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.gate.status import is_finished, state
from futureagi_simulate.records import ExecutionRecord, execution_record

if TYPE_CHECKING:
    from futureagi_simulate.client import Client


def fetch_execution(client: Client, execution_id: str) -> ExecutionRecord:
    """Fetch an execution with its evals: one request."""
    return execution_record(client.execution_run(execution_id))


@attrs.frozen
class Found:
    """The execution that is meant, and what a reader should know of how it was found."""

    id: str
    notes: tuple[str, ...] = ()


def latest_execution(client: Client, run_test: str, *, finished: bool = True) -> str:
    """Give the id of the newest execution of a run test, named by its id or its name.

    Both listings are newest first. With `finished`, executions that still run are passed over.
    """
    return find_latest(client, run_test, finished=finished).id


def find_latest(client: Client, run_test: str, *, finished: bool = True) -> Found:
    """Find the same as `latest_execution`, noting which it is and which newer ones were passed over."""
    newer: list[ExecutionRecord] = []
    for execution in _executions(client, run_test):
        if execution.id and (is_finished(execution) or not finished):
            which = "latest finished" if finished else "latest"
            notes = [f'Execution {execution.id} is the {which} one of "{run_test}".']
            notes += [f"A newer execution, {one.id}, {state(one)}." for one in newer]
            return Found(execution.id, tuple(notes))
        newer.append(execution)
    what = "finished execution" if finished else "execution"
    raise ConfigurationError(
        f'The run test "{run_test}" has no {what}.', remedy="Run it first, or name an execution by its id."
    )


def _executions(client: Client, run_test: str) -> Iterator[ExecutionRecord]:
    if is_uuid(run_test):
        yield from (execution_record(item) for item in client.test_executions(run_test))
    else:
        yield from (execution_record(item) for item in client.runs(run_test))


def is_uuid(text: str) -> bool:
    """Say whether `text` is a UUID, the form of every id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
