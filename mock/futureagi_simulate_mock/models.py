"""The mock's data as plain values, shared by both profiles, and how times are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

EvalValue = bool | float | tuple[str, ...] | None


class Agent(msgspec.Struct, frozen=True):
    """A tested agent. `channel` is voice or text."""

    number: int
    id: str
    organization: int
    name: str
    channel: str
    provider: str | None
    deleted: bool


class Version(msgspec.Struct, frozen=True):
    """A version of an agent."""

    number: int
    id: str
    agent: int
    name: str


class Scenario(msgspec.Struct, frozen=True):
    """What the simulated customer wants. `script` names the conversation it is played by."""

    number: int
    id: str
    organization: int
    name: str
    script: str
    dataset_id: str | None
    deleted: bool


class RunTest(msgspec.Struct, frozen=True):
    """A run test: an agent, scenarios and evals that are executed again and again."""

    number: int
    id: str
    organization: int
    name: str
    agent: int
    deleted: bool


class EvalConfig(msgspec.Struct, frozen=True):
    """One eval of a run test. `form` says how Pass/Fail is written: word (Passed) or boolean (true)."""

    number: int
    id: str
    run_test: int
    name: str
    template_id: str
    template_name: str
    output_type: str
    form: str
    choices: tuple[str, ...]
    deleted: bool = False


class Execution(msgspec.Struct):
    """One execution of a run test, as it stands now. Times in ms; `scenarios` are their numbers."""

    number: int
    id: str
    run_test: int
    version: int
    status: str
    created_at: int
    started_at: int | None
    completed_at: int | None
    scenarios: tuple[int, ...]
    simulator: str | None
    errors: tuple[str, ...]
    summary_status: str | None
    summary: dict[str, Any] | None
    deleted: bool = False


class StoredOutput(msgspec.Struct, frozen=True, gc=False):
    """An eval's output as it is stored: `config` is a number, and a missing reason is drawn."""

    config: int
    status: str
    value: EvalValue
    reason: str | None = None


class CallRow(msgspec.Struct, gc=False):
    """A call as it is stored. `overall_score` is 0-100.

    `settled`: nothing more will happen, evals and costs are known. `given`: details that aren't drawn.
    """

    number: int
    id: str
    run_test: int
    execution: int
    version: int
    scenario: int
    original: int | None
    rerun_type: str | None
    deleted: bool
    status: str
    channel: str
    call_type: str
    phone: str | None
    created_at: int
    updated_at: int
    started_at: int | None
    ended_at: int | None
    duration: int | None
    overall_score: float | None
    response_time: int | None
    settled: bool
    evals: tuple[StoredOutput, ...] = ()
    given: dict[str, Any] | None = None

    @property
    def shown(self) -> bool:
        """Return whether the call is neither deleted nor a snapshot."""
        return not self.deleted and self.original is None


#: The fields of a call that change while it is under way, in the order in which they are drawn.
PROGRESS: Final = (
    *("created_at", "updated_at", "started_at", "ended_at"),
    *("duration", "overall_score", "response_time", "settled"),
)


class EvalOutput(msgspec.Struct, frozen=True):
    """What one eval says of one call. `value`: bool, 0-1, or choices; None unless `status` is completed."""

    config: EvalConfig
    status: str
    value: EvalValue
    reason: str


class Turn(msgspec.Struct, frozen=True):
    """One utterance; ms from the start of the call. `speaker` is assistant or user."""

    id: str
    speaker: str
    text: str
    start_ms: int
    end_ms: int


class Details(msgspec.Struct, frozen=True):
    """What is not stored but drawn when a call is shown; None where the call hasn't come so far."""

    language: str
    persona: dict[str, str]
    customer_name: str | None
    customer_number: str | None
    session_id: str | None
    provider_call_id: str | None
    transcript: tuple[Turn, ...]
    summary: str | None
    ended_reason: str | None
    error: str | None
    agent_latency_ms: int | None
    stop_time_ms: int | None
    interruptions: tuple[int, int] | None
    words_per_minute: tuple[float, float] | None
    talk_ratio: float | None
    csat: float | None
    tokens: tuple[int, int] | None
    costs: tuple[int, int, int, int] | None
    recording: str | None
    stereo: bool
    skip_reason: str | None
    tools: tuple[dict[str, Any], ...]


class Call(msgspec.Struct, frozen=True):
    """One call execution, or the snapshot of one before its rerun (then `original` is that call's number)."""

    number: int
    id: str
    run_test: int
    execution: int
    version: int
    scenario: Scenario
    original: int | None
    rerun_type: str | None
    deleted: bool
    status: str
    channel: str
    call_type: str
    phone: str | None
    created_at: int
    updated_at: int
    started_at: int | None
    ended_at: int | None
    duration: int | None
    overall_score: float | None
    response_time: int | None
    settled: bool
    evals: tuple[EvalOutput, ...]
    details: Details


class Tally(msgspec.Struct, frozen=True):
    """An execution's calls, counted by status, and their mean response time (ms)."""

    total: int
    by_status: dict[str, int]
    response_time: float | None

    def count(self, *statuses: str) -> int:
        """Return how many calls have one of `statuses`."""
        return sum(self.by_status.get(status, 0) for status in statuses)


_START: Final = datetime(1970, 1, 1, tzinfo=UTC)


def iso(ms: int | None) -> str | None:
    """Write milliseconds since 1970 as ISO 8601 in UTC: `2026-03-23T20:01:04.450Z`, without `.000`."""
    if ms is None:
        return None
    moment = _START + timedelta(milliseconds=ms)
    if ms % 1000:
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def to_ms(moment: datetime) -> int:
    """Return the milliseconds since 1970; a time without a zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _START) // timedelta(milliseconds=1)
