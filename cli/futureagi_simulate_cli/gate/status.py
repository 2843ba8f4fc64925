"""Whether an execution has come to an end, and in which words that is told."""

from __future__ import annotations

from typing import Final

from futureagi_simulate.records import ExecutionRecord

FINISHED: Final = frozenset({"completed", "failed", "cancelled"})
"""The statuses after which nothing changes any more. Every other one, known or not, means: not yet."""

NOT_LISTED: Final = "not listed yet"
"""Stands for the status of an execution that the server doesn't list yet."""


def is_finished(execution: ExecutionRecord) -> bool:
    """Say whether the execution has come to an end, good or bad."""
    return execution.status in FINISHED


def state(execution: ExecutionRecord) -> str:
    """Say in what state the execution is, after its name: "is running", "has failed"."""
    ended = {"completed": "is completed", "cancelled": "has been cancelled", "failed": "has failed"}
    return ended.get(execution.status or "", f"is {execution.status or 'without a status'}")
