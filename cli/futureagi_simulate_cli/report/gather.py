"""Fetch what a report tells of an execution: the only part here that asks the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from futureagi_simulate.errors import FutureAGIError
from futureagi_simulate.records import CallRecord, ExecutionRecord, execution_record
from futureagi_simulate_cli.failures.clusters import Cluster, read_clusters
from futureagi_simulate_cli.failures.collect import full_calls, merge, readable
from futureagi_simulate_cli.gate import Settings, Verdict
from futureagi_simulate_cli.gate.find import fetch_run
from futureagi_simulate_cli.gate.function import verdict_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from futureagi_simulate.client import Client

PAGE = 100
PREFETCH = 4


@attrs.frozen
class Material:
    """Everything a report is made of."""

    execution: ExecutionRecord
    verdict: Verdict
    calls: tuple[CallRecord, ...]
    clusters: tuple[Cluster, ...] = ()
    baseline: ExecutionRecord | None = None


def gather(
    client: Client,
    execution_id: str,
    settings: Settings | None = None,
    *,
    baseline_id: str | None = None,
    run_test_id: str | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> Material:
    """Fetch an execution with all its calls, and judge it by `settings`.

    Calls come from the execution itself or, as a server may leave transcripts out there, from the run test
    when `run_test_id` is given. `progress` is told the number of calls so far and their total.

    Raises:
        FutureAGIError: the server could not be asked, or doesn't know one of the ids.

    """
    run = fetch_run(client, execution_id, summary=True)
    before = fetch_run(client, baseline_id) if baseline_id else None
    verdict = verdict_of(run, settings or Settings(), before)
    execution = verdict.execution
    calls: list[CallRecord] = []
    for call in _calls(client, execution_id, run_test_id):
        calls.append(call)
        if progress:
            progress(len(calls), execution.total_calls)
    if execution.total_calls and not calls:
        raise FutureAGIError(
            f"The execution has {execution.total_calls} calls and the server lists none of them.",
            remedy="Ask again later; if it stays so, whoever runs the server needs to know.",
        )
    return Material(
        execution=execution,
        verdict=verdict,
        calls=tuple(calls),
        clusters=read_clusters(run.raw.get("eval_explanation_summary")),
        baseline=execution_record(before) if before else None,
    )


def _calls(client: Client, execution_id: str, run_test_id: str | None) -> Iterator[CallRecord]:
    """Read the calls of an execution; in full from the run test's, which needn't name their execution."""
    if run_test_id is None:
        detail = client.get_test_execution(execution_id, page_size=PAGE, prefetch=PREFETCH)
        yield from readable(detail.calls, execution_id)
        return
    run = client.get_execution_run(execution_id, page_size=PAGE, prefetch=PREFETCH)
    calls = list(readable(run.calls, execution_id))
    fuller = full_calls(client, execution_id, run_test_id, {call.id for call in calls}, prefetch=PREFETCH)
    yield from (merge(call, fuller.get(call.id)) for call in calls)
