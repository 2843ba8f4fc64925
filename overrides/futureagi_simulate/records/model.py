"""The flat records: what every tool here works with, whichever endpoint an answer came from.

Rules that hold for all of them: what is unknown is None; times are aware datetimes in UTC; lengths of time
are seconds; money is US cents; scores and rates are percent, 0 to 100; words the server uses as codes
(status, kind, direction) are in lower case.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import attrs

EvalKind = Literal["pass_fail", "score", "choices"]
"""How an eval answers: with passed or failed, with a score, or with words out of a list."""

EvalStatus = Literal["completed", "pending", "skipped", "error"]
"""What became of an eval on one call."""


@attrs.frozen
class Turn:
    """One turn of a transcript.

    `speaker` is "agent" (the agent under test), "customer" (the simulated person it talks with), or the
    server's own word for anything else, such as "system" or "tool_calls". `start_s` and `end_s` are seconds
    from the start of the call.
    """

    speaker: str
    text: str
    start_s: float | None = None
    end_s: float | None = None


@attrs.frozen
class EvalRecord:
    """What one eval said about one call.

    `passed` is set for the kind "pass_fail", `score` (0 to 100) for "score", `choices` for "choices"; all
    three only when `status` is "completed". `output` is the server's own value, untouched; its form differs
    from endpoint to endpoint, so it plays no part when two records are compared.
    """

    id: str
    name: str | None = None
    kind: EvalKind | None = None
    passed: bool | None = None
    score: float | None = None
    choices: tuple[str, ...] = ()
    reason: str | None = None
    status: EvalStatus | None = None
    output: Any = attrs.field(default=None, eq=False)


@attrs.frozen
class CallRecord:
    """One call, from any endpoint that shows calls.

    Not every endpoint sends everything: no transcript comes with the runs endpoint, for one. `updated_at`
    is the time of the last change. `phone_number` is the number that was dialled; `customer_name` is a
    name, never a phone number. A rerun's preserved former result has `is_snapshot` set, with
    `original_call_id` naming the call.
    """

    id: str
    execution_id: str | None = None
    status: str | None = None
    kind: Literal["voice", "text"] | None = None
    direction: Literal["inbound", "outbound"] | None = None
    scenario: str | None = None
    scenario_id: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    duration_s: float | None = None
    customer_name: str | None = None
    phone_number: str | None = None
    summary: str | None = None
    ended_reason: str | None = None
    overall_score: float | None = None
    agent_latency_s: float | None = None
    response_time_s: float | None = None
    cost_cents: float | None = None
    evals: tuple[EvalRecord, ...] = ()
    transcript: tuple[Turn, ...] = ()
    is_snapshot: bool = False
    rerun_type: str | None = None
    original_call_id: str | None = None
    session_id: str | None = None
    provider: str | None = None
    raw_json: bytes = attrs.field(default=b"", eq=False, repr=False)


@attrs.frozen
class AnswerShare:
    """How often an eval gave one answer: its words, the share in percent, the number of calls if known."""

    choices: tuple[str, ...]
    percent: float
    calls: int | None = None


@attrs.frozen
class EvalSummary:
    """What one eval said about all calls of an execution.

    `pass_rate`, `passed` and `failed` (numbers of calls) belong to the kind "pass_fail"; `average` and
    `percentiles` ("p5" to "p100") to "score"; `choices`, by word the share of answers that hold it, to
    "choices". An answer can hold several words, so these can exceed 100 together; `answers` has the shares of
    whole answers, and is empty where the server tells only those of words. `total` is the number of calls
    judged. The server sums up by template: `parts` are the run test's own evals made from it, the ones that
    calls name in their results.
    """

    id: str | None = None
    name: str | None = None
    kind: EvalKind | None = None
    pass_rate: float | None = None
    passed: int | None = None
    failed: int | None = None
    average: float | None = None
    percentiles: dict[str, float] = attrs.field(factory=dict, hash=False)
    choices: dict[str, float] = attrs.field(factory=dict, hash=False)
    answers: tuple[AnswerShare, ...] = ()
    total: int | None = None
    parts: tuple[EvalSummary, ...] = ()


EvalSummary.__init__.__annotations__["parts"] = tuple[EvalSummary, ...]  # attrs made it before the name was


@attrs.frozen
class ExecutionRecord:
    """One execution of a run test, from either endpoint that lists executions.

    `evals` comes with the runs endpoint only; scenarios, agent and success rate with the list of test
    executions only. `success_rate` is None until a call was attempted.
    """

    id: str | None = None
    run_test_id: str | None = None
    run_test_name: str | None = None
    status: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime | None = None
    duration_s: float | None = None
    total_calls: int | None = None
    completed_calls: int | None = None
    failed_calls: int | None = None
    scenarios: tuple[str, ...] = ()
    agent_name: str | None = None
    agent_version: str | None = None
    kind: Literal["voice", "text"] | None = None
    success_rate: float | None = None
    error_reason: str | None = None
    evals: tuple[EvalSummary, ...] = ()
    raw_json: bytes = attrs.field(default=b"", eq=False, repr=False)
