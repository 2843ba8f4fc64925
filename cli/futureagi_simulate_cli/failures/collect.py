"""Fetch what is needed to tell an execution's failures: the only part here that asks the server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

import attrs

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.records import (
    CallRecord,
    EvalKind,
    EvalRecord,
    ExecutionRecord,
    call_record,
    execution_record,
    text,
)
from futureagi_simulate_cli.failures.clusters import Cluster, read_clusters
from futureagi_simulate_cli.failures.find import Demands, FailedCall, failed_call
from futureagi_simulate_cli.failures.redact import (
    LEFT_OUT,
    LONG_NUMBER,
    SHORTER_NUMBER,
    Given,
    Redaction,
    Redactor,
    given_in,
)

if TYPE_CHECKING:
    from futureagi_simulate.client import Client

PAGE: Final = 100


@attrs.frozen
class Failures:
    """The failures of an execution.

    `calls` have failed evals; `unfinished` are the calls that failed as calls, with or without failed evals.
    `checked` is how many calls were looked at; `unjudged` how many evals could not be computed; `unreadable`
    how many rows of the listing weren't objects.
    `clusters_status` is the status of the service's own explanation. `given` holds, by call id, the names and
    numbers that the server's answers give away; `redaction` says what `redacted` did, and is None before.
    """

    execution: ExecutionRecord
    calls: tuple[FailedCall, ...]
    clusters: tuple[Cluster, ...]
    checked: int
    unjudged: int
    unfinished: tuple[CallRecord, ...]
    clusters_status: str | None = None
    given: Mapping[str, Given] = attrs.field(factory=dict, repr=False, eq=False)
    redaction: Redaction | None = None
    unreadable: int = 0

    @property
    def everything(self) -> tuple[FailedCall, ...]:
        """Return the calls with failed evals, then those that failed as calls without any failed eval."""
        known = {failed.call.id for failed in self.calls}
        return (
            *self.calls,
            *(FailedCall(call, ()) for call in self.unfinished if not call.id or call.id not in known),
        )

    @property
    def without_transcript(self) -> int:
        """Count the calls with failed evals whose transcript the server didn't give."""
        return sum(1 for failed in self.calls if not failed.call.transcript)

    @property
    def without_name(self) -> int:
        """Count the failed calls whose customer's name is unknown, so that it can't be taken out of texts."""
        return sum(1 for failed in self.everything if not self._given(failed.call).names)

    def redacted(self) -> Failures:
        """Return the same without the names and numbers that the server gave; `redaction` says what was done.

        They are taken out of every text, in every form (see `Redactor`), and so is every number of seven
        digits or more; of five or more in a call without a known number. A call whose customer's name is
        unknown keeps no text but the names of its evals, nor does a cluster that covers such a call. Raw
        bytes, raw outputs and every field that isn't shown are dropped.
        """
        of_calls = [self._given(failed.call) for failed in self.everything]
        everything = reduce(or_, [*self.given.values(), *of_calls], Given())
        redactor = Redactor(everything.names, everything.numbers, titles=everything.titles)
        unknown = [failed.call.id for failed in self.everything if not self._given(failed.call).names]
        known = {call_id for call_id, given in self.given.items() if given.names}
        known = (known | {failed.call.id for failed in self.everything}) - {*unknown}
        left_out = tuple(map(redactor.identifier, unknown))

        def redacted(failed: FailedCall) -> FailedCall:
            given = self._given(failed.call)
            if not given.names:
                return redactor.failed_call_without_texts(failed)
            return redactor.failed_call(failed, LONG_NUMBER if given.numbers else SHORTER_NUMBER)

        clusters = tuple(
            redactor.cluster(cluster, has_texts=bool(cluster.call_ids) and known >= {*cluster.call_ids})
            for cluster in self.clusters
        )
        return Failures(
            execution=redactor.execution(self.execution, has_texts=not left_out),
            calls=tuple(map(redacted, self.calls)),
            clusters=clusters,
            checked=self.checked,
            unjudged=self.unjudged,
            unfinished=tuple(redacted(FailedCall(call, ())).call for call in self.unfinished),
            clusters_status=redactor.maybe(self.clusters_status),
            redaction=Redaction(
                names=len(everything.names | everything.titles),
                numbers=len(everything.numbers),
                calls=left_out,
                clusters=sum(cluster.name == LEFT_OUT for cluster in clusters),
            ),
            unreadable=self.unreadable,
        )

    def _given(self, call: CallRecord) -> Given:
        return given_in(call) | self.given.get(call.id, Given())


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
    run = client.get_execution_run(execution_id, summary=True, page_size=PAGE)
    detail = run.raw
    rows = list(run.calls)
    calls = list(readable(rows, execution_id))
    execution = execution_record(run)
    demands.check(_evals(execution, calls))
    clusters = read_clusters(detail.get("eval_explanation_summary"))
    wanted = {call.id for call in calls if call.status == "failed" or failed_call(call, demands)}
    wanted |= {call.id for call in calls} & {call_id for one in clusters for call_id in one.call_ids}
    fuller = full_calls(client, execution_id, run_test_id, wanted)
    merged = [merge(call, fuller.get(call.id)) for call in calls]
    judged = (failed_call(call, demands) for call in merged)
    given = {call.id: given_in(call) for call in calls if call.id in wanted}
    for call_id, call in fuller.items():
        given[call_id] |= given_in(call)
    given.pop("", None)  # rows without an id needn't be one call
    return Failures(
        execution=execution,
        calls=tuple(found for found in judged if found),
        clusters=clusters,
        checked=len(calls),
        unjudged=sum(record.status == "error" for call in calls for record in call.evals),
        unfinished=tuple(call for call in merged if call.status == "failed"),
        clusters_status=text(detail.get("eval_explanation_summary_status")),
        given=given,
        unreadable=len(rows) - len(calls),
    )


def readable(rows: Iterable[Any], execution_id: str | None = None) -> Iterator[CallRecord]:
    """Make records of the rows that are JSON objects; the client has warned of any other."""
    return (call_record(row, execution_id=execution_id) for row in rows if row.raw_json.lstrip()[:1] == b"{")


def _evals(
    execution: ExecutionRecord, calls: Sequence[CallRecord]
) -> Iterator[tuple[str | None, EvalKind | None]]:
    """Name the evals of an execution, as its calls do, with their kinds; a known kind comes last."""
    for record in (record for call in calls for record in call.evals):
        yield record.name, record.kind
    for summary in execution.evals:
        for part in summary.parts or (summary,):
            yield part.name or summary.name, part.kind


def full_calls(
    client: Client, execution_id: str, run_test_id: str | None, wanted: set[str], prefetch: int = 1
) -> dict[str, CallRecord]:
    """Read calls in full, by id, until every one of `wanted` is found.

    They come from the run test where it is named, else from the execution's own page.

    Raises:
        ConfigurationError: the run test was named and has none of the calls.

    """
    items: Iterable[CallRecord]
    if not wanted:
        return {}
    if run_test_id:
        items = readable(client.list_call_executions(run_test_id, page_size=PAGE, prefetch=prefetch))
    else:
        items = readable(client.get_test_execution(execution_id, page_size=PAGE, prefetch=prefetch).calls)
    found = dict(_until_found(items, set(wanted)))
    if run_test_id and not found:
        raise ConfigurationError(
            f"None of the execution's calls is among those of the run test {run_test_id}.",
            remedy="Name the run test that the execution belongs to.",
        )
    return found


def _until_found(calls: Iterable[CallRecord], missing: set[str]) -> Iterator[tuple[str, CallRecord]]:
    for call in calls:
        if call.id in missing and not call.is_snapshot:
            missing.discard(call.id)
            yield call.id, call
        if not missing:
            return


def merge(call: CallRecord, fuller: CallRecord | None) -> CallRecord:
    """Fill in what the runs endpoint doesn't tell; its evals stay the ones that count."""
    if fuller is None:
        return call
    known = {
        field.name: value
        for field in fields(CallRecord)
        if (value := getattr(call, field.name)) not in (None, (), b"")
    }
    return replace(fuller, **{**known, "evals": _with_reasons(call.evals, fuller.evals)})


def _with_reasons(evals: Sequence[EvalRecord], fuller: Sequence[EvalRecord]) -> tuple[EvalRecord, ...]:
    told = {record.id: record for record in fuller}
    return tuple(
        replace(
            record,
            reason=record.reason or (told[record.id].reason if record.id in told else None),
            name=record.name or (told[record.id].name if record.id in told else None),
        )
        for record in evals
    )
