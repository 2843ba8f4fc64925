"""The calls for which an eval has no result: how many, and why as far as the calls themselves tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import attrs

from futureagi_simulate.records import CallRecord, EvalRecord, ExecutionRecord

if TYPE_CHECKING:
    from futureagi_simulate_cli.gate.measure import Measure

CALL_FAILED: Final = "call failed"
NOT_RUN: Final = "not run"
UNKNOWN: Final = "reason unknown"


@attrs.frozen
class Missing:
    """How many of an execution's calls have no result of one eval.

    `count` is None where the server doesn't say how many calls were judged; `of` is the number of calls;
    `failed` is how many of `count` are calls that failed, by the counts of the execution and of its calls.
    `reasons` adds up to `count`: "error", "skipped", "pending", "no output", "not run" (a completed call that
    doesn't name the eval), "call failed" and other statuses of calls, "reason unknown".
    """

    count: int | None
    of: int
    reasons: Mapping[str, int] = attrs.field(factory=dict, hash=False)
    failed: int = 0

    @property
    def words(self) -> str:
        """Give the reasons in words: "error: 2, skipped: 1"."""
        return ", ".join(f"{reason}: {count}" for reason, count in self.reasons.items())

    def without_failed_calls(self) -> Missing:
        """Leave the calls that failed out, for a gate that limits these by themselves."""
        count = self.count - self.failed if self.count is not None else None
        reasons = {**self.reasons, CALL_FAILED: self.reasons.get(CALL_FAILED, 0) - self.failed}
        return Missing(
            count, self.of - self.failed, {why: number for why, number in reasons.items() if number}
        )


def count_missing(measure: Measure, execution: ExecutionRecord, calls: Sequence[CallRecord]) -> Missing:
    """Count the calls of `execution` that `measure`, an eval of it, has no result for.

    The counts of the execution and of its calls are both used, and the larger one holds: a call without a
    result is missing whichever of the two shows it. `calls` may be empty or incomplete.
    """
    rows = list({call.id: call for call in calls if not call.is_snapshot}.values())
    of = max(execution.total_calls or 0, len(rows))
    if measure.total is None or execution.total_calls is None or not of:
        return Missing(None, of)
    listed = any(entry.id == measure.id for call in rows for entry in call.evals)
    reasons = Counter(
        reason for call in rows if (reason := _reason(call, _entry(call, measure, by_id=listed)))
    )
    if not rows and execution.failed_calls:
        reasons[CALL_FAILED] = min(execution.failed_calls, max(of - measure.total, 0))
    not_run = reasons.pop(NOT_RUN, 0)  # a server may leave an eval out of its calls: by itself no evidence
    count = max(of - measure.total, reasons.total())
    reasons[NOT_RUN] = min(not_run, count - reasons.total())
    reasons[UNKNOWN] = count - reasons.total()
    failed = min(reasons[CALL_FAILED], execution.failed_calls or 0)
    return Missing(count, of, {reason: number for reason, number in reasons.items() if number}, failed)


def _entry(call: CallRecord, measure: Measure, *, by_id: bool) -> EvalRecord | None:
    for entry in call.evals:
        if entry.id == measure.id if by_id else entry.name in (measure.name, measure.template):
            return entry
    return None


def _reason(call: CallRecord, entry: EvalRecord | None) -> str | None:
    """Say why a call has no result, None where it has one. The server judges completed calls only."""
    if call.status not in ("completed", None):
        return f"call {call.status}"
    if entry is None:
        return NOT_RUN
    return None if entry.status == "completed" else entry.status or "no output"
