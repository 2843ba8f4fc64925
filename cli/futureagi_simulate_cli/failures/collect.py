"""The failures of an execution: failed evals and calls, the turns where they failed, and clusters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import reduce
from operator import or_
from typing import Any, Final, Literal

import attrs

from futureagi_simulate.client import Client
from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.records import (
    CallRecord,
    EvalKind,
    EvalRecord,
    ExecutionRecord,
    Turn,
    call_record,
    execution_record,
    first,
    text,
    word,
)
from futureagi_simulate_cli.failures.redact import (
    LEFT_OUT,
    LONG_NUMBER,
    SHORTER_NUMBER,
    Identities,
    Redaction,
    Redactor,
    identities_of,
)
from futureagi_simulate_cli.gate.find import fetch_run, run_notes
from futureagi_simulate_cli.gate.settings import EVERY, Threshold, merge_choices

_WORD: Final = re.compile(r"[^\W\d_]{4,}|\d{2,}")
_EMPTY_WORDS: Final = frozenset(
    _WORD.findall(
        """
        about after agent agents already also although asked because been before being both call called caller
        conversation could customer customers does during from gave give given gives have into just made make
        more never only other over said same should some than that their them then there these they this
        through turn very wants was went were what when where which while with without would
        """
    )
)


@attrs.frozen
class FailingTurn:
    """The turn that a reason most likely is about: its index, and how it was found.

    "words": it shares the rarest words with the reason. "end": nothing is shared, so the agent's last turn.
    """

    index: int
    found_by: Literal["words", "end"]


def find_turn(reason: str | None, transcript: Sequence[Turn]) -> FailingTurn | None:
    """Find the turn of `transcript` that `reason` is about; None without a transcript.

    A word counts the more the fewer turns hold it. Between equals the agent's turn wins, since the agent
    is evaluated, and then the later one.
    """
    if not transcript:
        return None
    spoken = [_words(turn.text) for turn in transcript]
    frequency = Counter(word for words in spoken for word in words)
    sought = _words(reason or "")

    def weight(index: int) -> tuple[float, bool, int]:
        shared = sum(1 / frequency[word] for word in sorted(spoken[index] & sought))
        return round(shared, 6), transcript[index].speaker == "agent", index

    best = max(range(len(transcript)), key=weight)
    if weight(best)[0] > 0:
        return FailingTurn(best, "words")
    agent = [index for index, turn in enumerate(transcript) if turn.speaker == "agent"]
    return FailingTurn(agent[-1] if agent else len(transcript) - 1, "end")


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text.casefold()) if word not in _EMPTY_WORDS)


@attrs.frozen
class Cluster:
    """The service's own explanation of failures of one kind: eval, name, description, and the calls."""

    eval_name: str
    name: str
    description: str
    call_ids: tuple[str, ...]


def read_clusters(summary: Any) -> tuple[Cluster, ...]:
    """Read `eval_explanation_summary`: an object of eval names, `{}` or null.

    Entries have `cluster_name`, `description` and `call_execution_ids` in the documented form, `theme`,
    `evidence_summary` and `member_ids` in the server's. One of kind "success" tells what went well and is
    left out.
    """
    return tuple(_clusters(summary)) if isinstance(summary, dict) else ()


def _clusters(summary: dict[str, Any]) -> Iterator[Cluster]:
    for eval_name, entries in summary.items():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and word(entry.get("kind")) != "success":
                ids = first(entry, "call_execution_ids", "member_ids")
                yield Cluster(
                    eval_name,
                    _first(entry, "cluster_name", "theme", "name") or "Unnamed cluster",
                    _first(entry, "description", "evidence_summary", "evidenceSummary", "guidance"),
                    tuple(filter(_is_text, ids)) if isinstance(ids, list) else (),
                )


def _first(entry: dict[str, Any], *keys: str) -> str:
    return next((value for key in keys if _is_text(value := entry.get(key)) and value), "")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


@attrs.frozen
class Criteria:
    """What counts as failed besides a plain "Failed".

    `thresholds` are the minimum scores (one named `EVERY`, or without a name, is for every score). `choices`
    has the accepted choices of each eval that answers with choices. Other evals can't fail by a score or a
    choice.
    """

    thresholds: tuple[Threshold, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=merge_choices)

    def failed_requirement(self, record: EvalRecord) -> str | None:
        """Return the requirement that an eval failed, such as ">= 50 %"; None if it didn't fail."""
        if record.passed is False:
            return "Passed"
        if record.score is not None:
            threshold = self._threshold(record.name or "")
            return threshold.required if threshold and not threshold.met_by(record.score) else None
        if record.choices:
            accepted = self._accepted(record.name or "")
            folded = {choice.casefold() for choice in accepted}
            wrong = [choice for choice in record.choices if choice.casefold() not in folded]
            return " or ".join(accepted) if accepted and wrong else None
        return None

    def check(self, evals: Iterable[tuple[str | None, EvalKind | None]]) -> None:
        """Raise ConfigurationError for a criterion of an eval that is not among `evals`, or of another kind.

        `evals` are names and kinds; without any, nothing is known to be wrong.
        """
        known = {name.casefold(): (name, kind) for name, kind in evals if name}
        scores = [threshold.name for threshold in self.thresholds if threshold.name not in (None, EVERY)]
        for key, kind, noun in [
            *((name or "", "score", "a score") for name in scores),
            *((name, "choices", "choices") for name in self.choices),
        ]:
            name, found = known.get(key.casefold(), (key, None))
            if known and key.casefold() not in known:
                names = ", ".join(sorted(name for name, _ in known.values()))
                raise ConfigurationError(
                    f'The execution has no eval called "{key}".',
                    remedy=f"Name one of those it has: {names}.",
                )
            if found not in (None, kind):
                raise ConfigurationError(
                    f"{name} doesn't answer with {noun}.",
                    remedy="Leave it out: a plain Failed counts as failed by itself."
                    if found == "pass_fail"
                    else "Ask for a score with --min, for choices with --want.",
                )

    def _threshold(self, name: str) -> Threshold | None:
        named = [t for t in self.thresholds if t.name and t.name.casefold() == name.casefold()]
        every = [t for t in self.thresholds if t.name in (None, EVERY)]
        return next(iter(named + every), None)

    def _accepted(self, name: str) -> Sequence[str]:
        folded = name.casefold()
        return next((choices for key, choices in self.choices.items() if key.casefold() == folded), ())


@attrs.frozen
class FailedEval:
    """An eval that failed on a call: its record, the requirement, and where in the call it failed."""

    record: EvalRecord
    required: str
    turn: FailingTurn | None = None

    @property
    def actual(self) -> str:
        """Return the eval's result: "Failed", "32 %", "angry"."""
        if self.record.score is not None:
            return f"{self.record.score:g} %"
        return ", ".join(self.record.choices) or "Failed"


@attrs.frozen
class FailedCall:
    """A call with at least one failed eval."""

    call: CallRecord
    evals: tuple[FailedEval, ...]


def failed_call(call: CallRecord, criteria: Criteria) -> FailedCall | None:
    """Return the failed evals of a call, or None if there is none."""
    evals = tuple(_failed_evals(call, criteria))
    return FailedCall(call, evals) if evals else None


def _failed_evals(call: CallRecord, criteria: Criteria) -> Iterator[FailedEval]:
    for record in call.evals:
        required = criteria.failed_requirement(record)
        if required is not None:
            yield FailedEval(record, required, find_turn(record.reason, call.transcript))


PAGE: Final = 100


@attrs.frozen
class Failures:
    """The failures of an execution.

    `calls` have failed evals; `unfinished` are the calls that failed as calls, with or without failed evals.
    `checked` is the number of calls read; `unjudged` of evals that could not be computed; `unreadable` of
    rows that were no objects. `clusters_status` is the status of the service's own explanation. `identities`
    has the names and numbers to redact, by call id; `redaction` says what `redacted` did, and is None before.
    `notes` say what is missing, such as results of evals that were deleted from the run test.
    """

    execution: ExecutionRecord
    calls: tuple[FailedCall, ...]
    clusters: tuple[Cluster, ...]
    checked: int
    unjudged: int
    unfinished: tuple[CallRecord, ...]
    clusters_status: str | None = None
    identities: Mapping[str, Identities] = attrs.field(factory=dict, repr=False, eq=False)
    redaction: Redaction | None = None
    unreadable: int = 0
    notes: tuple[str, ...] = ()

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
        """Count the calls with failed evals that came without a transcript."""
        return sum(1 for failed in self.calls if not failed.call.transcript)

    @property
    def without_name(self) -> int:
        """Count the failed calls whose customer's name is unknown, so that it can't be redacted."""
        return sum(1 for failed in self.everything if not self._identities(failed.call).names)

    def redacted(self) -> Failures:
        """Return the same without the names and numbers that the server sent; `redaction` has the counts.

        They are removed from every text, in every spelling (see `Redactor`), and so is every number of seven
        digits or more; of five or more in a call without a known number. A call whose customer's name is
        unknown keeps no text but the names of its evals, nor does a cluster that covers such a call. Raw
        bytes, raw outputs and every field that isn't shown are dropped.
        """
        of_calls = [self._identities(failed.call) for failed in self.everything]
        everything = reduce(or_, [*self.identities.values(), *of_calls], Identities())
        redactor = Redactor(everything.names, everything.numbers, titles=everything.titles)
        unknown = [failed.call.id for failed in self.everything if not self._identities(failed.call).names]
        known = {call_id for call_id, identities in self.identities.items() if identities.names}
        known = (known | {failed.call.id for failed in self.everything}) - {*unknown}
        left_out = tuple(map(redactor.identifier, unknown))

        def redacted(failed: FailedCall) -> FailedCall:
            identities = self._identities(failed.call)
            if not identities.names:
                return redactor.failed_call_without_texts(failed)
            return redactor.failed_call(failed, LONG_NUMBER if identities.numbers else SHORTER_NUMBER)

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
            notes=tuple(map(redactor.identifier, self.notes)),
        )

    def _identities(self, call: CallRecord) -> Identities:
        return identities_of(call) | self.identities.get(call.id, Identities())


def collect(
    client: Client, execution_id: str, criteria: Criteria, *, run_test_id: str | None = None
) -> Failures:
    """Collect the failures of an execution.

    Evals and clusters come from the runs endpoint. Transcripts come from the execution's own page, or from
    the calls of the run test when `run_test_id` is given: the real server leaves them out of an execution.
    Either is read only until the failed calls are found.

    Raises:
        ConfigurationError: a criterion is for an eval that the execution doesn't have, or of another kind.
        FutureAGIError: a request failed, or the server doesn't know one of the ids.

    """
    run = fetch_run(client, execution_id, summary=True, prefetch=1)
    detail = run.raw
    rows = list(run.calls)
    execution = execution_record(run)
    calls, deleted = _without_deleted(execution, list(readable(rows, execution_id)))
    criteria.check(_evals(execution, calls))
    clusters = read_clusters(detail.get("eval_explanation_summary"))
    ids = {call.id for call in calls if call.status == "failed" or failed_call(call, criteria)}
    ids |= {call.id for call in calls} & {call_id for one in clusters for call_id in one.call_ids}
    fuller = full_calls(client, execution_id, run_test_id, ids)
    merged = [merge(call, fuller.get(call.id)) for call in calls]
    judged = (failed_call(call, criteria) for call in merged)
    identities = {call.id: identities_of(call) for call in calls if call.id in ids}
    for call_id, call in fuller.items():
        identities[call_id] |= identities_of(call)
    identities.pop("", None)  # rows without an id needn't be one call
    return Failures(
        execution=execution,
        calls=tuple(found for found in judged if found),
        clusters=clusters,
        checked=len(calls),
        unjudged=sum(record.status == "error" for call in calls for record in call.evals),
        unfinished=tuple(call for call in merged if call.status == "failed"),
        clusters_status=text(detail.get("eval_explanation_summary_status")),
        identities=identities,
        unreadable=len(rows) - len(calls),
        notes=(*run_notes(run), *deleted),
    )


def readable(rows: Iterable[Any], execution_id: str | None = None) -> Iterator[CallRecord]:
    """Iterate over the records of rows that are JSON objects; the client has warned of any other."""
    return (call_record(row, execution_id=execution_id) for row in rows if row.raw_json.lstrip()[:1] == b"{")


def _without_deleted(
    execution: ExecutionRecord, calls: list[CallRecord]
) -> tuple[list[CallRecord], tuple[str, ...]]:
    """Leave out results of evals that the execution's sums don't know: they were deleted.

    The gate judges by the sums, so both count the same. Without any sum nothing is left out.
    """
    known = {one.id for summary in execution.evals for one in (summary, *summary.parts)}
    deleted = {
        entry.id: entry.name or entry.id
        for call in calls
        for entry in call.evals
        if known and entry.status == "completed" and entry.kind and entry.id not in known
    }
    if not deleted:
        return calls, ()
    kept = [
        replace(call, evals=tuple(entry for entry in call.evals if entry.id not in deleted)) for call in calls
    ]
    names = ", ".join(sorted({*deleted.values()}))
    return kept, (f"Not counted: results of evals that were deleted from the run test: {names}.",)


def _evals(
    execution: ExecutionRecord, calls: Sequence[CallRecord]
) -> Iterator[tuple[str | None, EvalKind | None]]:
    """Iterate over the evals of an execution, by the names in calls, with their kinds; known kinds last."""
    for record in (record for call in calls for record in call.evals):
        yield record.name, record.kind
    for summary in execution.evals:
        for part in summary.parts or (summary,):
            yield part.name or summary.name, part.kind


def full_calls(
    client: Client, execution_id: str, run_test_id: str | None, ids: set[str], prefetch: int = 1
) -> dict[str, CallRecord]:
    """Read calls in full, by id, until all `ids` are found.

    They come from the run test where it is named, else from the execution's own page.

    Raises:
        ConfigurationError: the run test was named and has none of the calls.

    """
    items: Iterable[CallRecord]
    if not ids:
        return {}
    if run_test_id:
        items = readable(client.list_call_executions(run_test_id, page_size=PAGE, prefetch=prefetch))
    else:
        items = readable(client.get_test_execution(execution_id, page_size=PAGE, prefetch=prefetch).calls)
    found = dict(_until_found(items, set(ids)))
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
    """Fill in what the runs endpoint leaves out; its evals have priority."""
    if fuller is None:
        return call
    known = {
        field.name: value
        for field in fields(CallRecord)
        if (value := getattr(call, field.name)) not in (None, (), b"")
    }
    return replace(fuller, **{**known, "evals": _with_reasons(call.evals, fuller.evals)})


def _with_reasons(evals: Sequence[EvalRecord], fuller: Sequence[EvalRecord]) -> tuple[EvalRecord, ...]:
    by_id = {record.id: record for record in fuller}
    return tuple(
        replace(
            record,
            reason=record.reason or (by_id[record.id].reason if record.id in by_id else None),
            name=record.name or (by_id[record.id].name if record.id in by_id else None),
        )
        for record in evals
    )
