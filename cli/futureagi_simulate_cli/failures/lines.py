"""Failures as JSON Lines: a failed eval or a failed call a line, in the form of `failure.schema.json`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from futureagi_simulate_cli.failures.clusters import Cluster
from futureagi_simulate_cli.failures.find import FailedCall, FailedEval

SCHEMA: Final = "futureagi-simulate/failure/2"
"""Grows by added fields only; a field that changes its meaning makes it the next version."""


def lines(failed: FailedCall, clusters: Sequence[Cluster] = ()) -> Iterator[dict[str, Any]]:
    """Give one object per failed eval of a call, each complete in itself.

    A call without failed evals, which then failed as a call, gives one object whose `eval` is None.
    """
    call = failed.call
    for found in failed.evals or (None,):
        yield {
            "schema": SCHEMA,
            "execution_id": call.execution_id,
            "call_id": call.id,
            "scenario_id": call.scenario_id,
            "scenario": call.scenario,
            "call_status": call.status,
            "started_at": _time(call.started_at),
            "duration_s": call.duration_s,
            "ended_reason": call.ended_reason,
            "customer_name": call.customer_name,
            "phone_number": call.phone_number,
            "summary": call.summary,
            "eval": _eval(found) if found else None,
            "clusters": [
                {"name": cluster.name, "description": cluster.description}
                for cluster in clusters
                if call.id in cluster.call_ids and found and cluster.eval_name == found.record.name
            ],
            "turn": {"index": found.turn.index, "found_by": found.turn.found_by}
            if found and found.turn
            else None,
            "transcript": [
                {"speaker": turn.speaker, "text": turn.text, "start_s": turn.start_s, "end_s": turn.end_s}
                for turn in call.transcript
            ],
        }


def _eval(found: FailedEval) -> dict[str, Any]:
    record = found.record
    return {
        "id": record.id,
        "name": record.name,
        "kind": record.kind,
        "passed": record.passed,
        "score": record.score,
        "choices": list(record.choices),
        "wanted": found.wanted,
        "reason": record.reason,
    }


def _time(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
