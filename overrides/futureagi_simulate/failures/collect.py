"""Fetch what is needed to tell an execution's failures: the only part here that asks the server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

import attrs

from futureagi_simulate.failures.clusters import Cluster, read_clusters
from futureagi_simulate.failures.find import Demands, FailedCall, failed_call
from futureagi_simulate.failures.redact import redactor_for
from futureagi_simulate.records import (
    CallRecord,
    EvalKind,
    EvalRecord,
    ExecutionRecord,
    call_record,
    execution_record,
)

if TYPE_CHECKING:
    from futureagi_simulate.client import Client

PAGE: Final = 100


@attrs.frozen
class Failures:
    """The failures of an execution.

    `checked` is how many calls were looked at; `unjudged` how many evals could not be computed; `unfinished`
    the calls that failed as calls. `clusters_status` is the service's word on its own explanation.
    """

    execution: ExecutionRecord
    calls: tuple[FailedCall, ...]
    clusters: tuple[Cluster, ...]
    checked: int
    unjudged: int
    unfinished: tuple[CallRecord, ...]
    clusters_status: str | None = None

    @property
    def without_transcript(self) -> int:
        """Count the failed calls whose transcript the server didn't give."""
        return sum(1 for failed in self.calls if not failed.call.transcript)

    @property
    def without_name(self) -> int:
        """Count the failed calls whose customer's name is unknown, so that it can't be taken out of texts."""
        return sum(1 for failed in self.calls if not failed.call.customer_name)

    def redacted(self) -> Failures:
        """Give the same without names and phone numbers."""
        redactor = redactor_for([*(failed.call for failed in self.calls), *self.unfinished])
        return attrs.evolve(
            self,
            calls=tuple(map(redactor.failed_call, self.calls)),
            clusters=tuple(map(redactor.cluster, self.clusters)),
            unfinished=tuple(map(redactor.call, self.unfinished)),
        )


def collect(
    client: Client, execution_id: str, demands: Demands, *, run_test_id: str | None = None
) -> Failures:
    """Collect the failures of an execution.

    Evals and clusters come from the runs endpoint. Transcripts come from the execution's own page, or, as the
    real server leaves them out there, from the calls of the run test when `run_test_id` is given. Either is
    read only until the failed calls are found.

    Raises:
        ConfigurationError: `demands` speak of an eval that the execution doesn't have, or ask a score or a
            choice of one that answers otherwise.
        FutureAGIError: the server could not be asked, or doesn't know one of the ids.

    """
    run = client.execution_run(execution_id, summary=True, page_size=PAGE)
    detail = run.raw
    calls = [call_record(item, execution_id=execution_id) for item in run.calls]
    execution = execution_record(run)
    demands.check(_evals(execution, calls))
    suspects = {call.id for call in calls if failed_call(call, demands)}
    fuller = _details(client, execution_id, run_test_id, suspects)
    judged = (failed_call(_merge(call, fuller.get(call.id)), demands) for call in calls)
    return Failures(
        execution=execution,
        calls=tuple(found for found in judged if found),
        clusters=read_clusters(detail.get("eval_explanation_summary")),
        checked=len(calls),
        unjudged=sum(record.status == "error" for call in calls for record in call.evals),
        unfinished=tuple(call for call in calls if call.status == "failed"),
        clusters_status=detail.get("eval_explanation_summary_status"),
    )


def _evals(
    execution: ExecutionRecord, calls: Sequence[CallRecord]
) -> Iterator[tuple[str | None, EvalKind | None]]:
    """Name the evals of an execution, as its calls do, with their kinds; a known kind comes last."""
    for record in (record for call in calls for record in call.evals):
        yield record.name, record.kind
    for summary in execution.evals:
        for part in summary.parts or (summary,):
            yield part.name or summary.name, part.kind


def _details(
    client: Client, execution_id: str, run_test_id: str | None, wanted: set[str]
) -> dict[str, CallRecord]:
    """Read calls in full until every one of `wanted` is found."""
    if not wanted:
        return {}
    items: Iterable[CallRecord]
    if run_test_id:
        items = map(call_record, client.call_executions(run_test_id, page_size=PAGE))
    else:
        items = map(call_record, client.test_execution(execution_id, page_size=PAGE).calls)
    return dict(_until_found(items, set(wanted)))


def _until_found(calls: Iterable[CallRecord], missing: set[str]) -> Iterator[tuple[str, CallRecord]]:
    for call in calls:
        if call.id in missing and not call.is_snapshot:
            missing.discard(call.id)
            yield call.id, call
        if not missing:
            return


def _merge(call: CallRecord, fuller: CallRecord | None) -> CallRecord:
    """Fill in what the runs endpoint doesn't tell; its evals stay the ones that count."""
    if fuller is None:
        return call
    known = {
        field.name: value
        for field in attrs.fields(CallRecord)
        if (value := getattr(call, field.name)) not in (None, (), b"")
    }
    return attrs.evolve(fuller, **{**known, "evals": _with_reasons(call.evals, fuller.evals)})


def _with_reasons(evals: Sequence[EvalRecord], fuller: Sequence[EvalRecord]) -> tuple[EvalRecord, ...]:
    told = {record.id: record for record in fuller}
    return tuple(
        attrs.evolve(
            record,
            reason=record.reason or (told[record.id].reason if record.id in told else None),
            name=record.name or (told[record.id].name if record.id in told else None),
        )
        for record in evals
    )
