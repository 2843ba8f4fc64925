"""Records: one form, one set of units, whichever endpoint and description they came from."""

from __future__ import annotations

import dataclasses
import json
import pickle
from datetime import UTC, datetime
from typing import Any

import pandas
import pytest

from futureagi_simulate import (
    CallRecord,
    EvalRecord,
    EvalSummary,
    ExecutionRecord,
    Turn,
    call_record,
    execution_record,
)
from futureagi_simulate.records import AnswerShare


@dataclasses.dataclass(frozen=True)
class Sent:
    """Something an endpoint returned."""

    raw: dict[str, Any]

    @property
    def raw_json(self) -> bytes:
        return json.dumps(self.raw).encode()


COHERENCE, SCORE, TONE = "61f0e267", "8596e4c0", "8214db23"
STORED = {
    COHERENCE: {
        "name": "Coherence",
        "output": False,
        "output_type": "Pass/Fail",
        "reason": "lost the thread",
    },
    SCORE: {"name": "Resolution", "output": 0.94, "output_type": "score", "reason": ""},
    TONE: {
        "name": "Tone",
        "output": {"choices": ["angry", "neutral"]},
        "output_type": "choices",
        "reason": "",
    },
}
SHOWN = {
    COHERENCE: {
        "name": "Coherence",
        "value": "Failed",
        "type": "Pass/Fail",
        "reason": "lost the thread",
        "error": False,
        "status": "completed",
        "skipped": False,
    },
    SCORE: {
        "name": "Resolution",
        "value": 0.94,
        "type": "score",
        "reason": "",
        "error": False,
        "skipped": False,
    },
    TONE: {"name": "Tone", "value": ["angry", "neutral"], "type": "choices", "reason": "", "error": False},
}
COMMON = {
    "id": "call",
    "status": "completed",
    "overall_score": 88.0,
    "call_summary": "Asked for a refund",
    "ended_reason": None,
}
CE_OBSERVED = {
    **COMMON,
    "test_execution_id": "execution",
    "timestamp": "2026-03-21T11:48:00Z",
    "call_type": "Outbound",
    "simulation_call_type": "voice",
    "duration": 169,
    "duration_seconds": 169,
    "start_time": "2026-03-21T10:49:00Z",
    "transcript": [
        {
            "speaker_role": "assistant",
            "content": "Hello",
            "start_time_ms": 0,
            "start_time_seconds": 0.0,
            "end_time_ms": 0,
            "end_time_seconds": None,
        },
        {"speaker_role": "user", "content": "Hi", "start_time_ms": 2000, "end_time_ms": 3500},
        {"speaker_role": "tool_calls", "content": "lookup", "start_time_ms": 4000, "end_time_ms": 5500},
    ],
    "scenario": "Refund",
    "scenario_id": "scenario",
    "response_time": 1.663,
    "response_time_ms": 1663,
    "customer_name": "+33612000110",
    "scenario_columns": {"persona": {"value": {"name": "Zoë"}}},
    "eval_outputs": SHOWN,
    "avg_agent_latency": 909,
    "avg_agent_latency_ms": 909,
    "is_snapshot": False,
    "rerun_type": None,
    "session_id": None,
    "cost_cents": 25,
    "provider": "vapi",
    "phone_number": "+14155550110",
}
CE_DOCUMENTED = {
    **COMMON,
    "duration": 169,
    "start_time": "2026-03-21T10:49:00Z",
    "created_at": "2026-03-21T10:48:00Z",
    "transcript": [{"speaker": "agent", "text": "Hello"}, {"role": "customer", "message": "Hi"}],
    "scenario": {"id": "scenario", "name": "Refund"},
    "scenario_id": "scenario",
    "customer_name": "Zoë",
    "eval_outputs": STORED,
    "avg_agent_latency": 0.909,
    "is_snapshot": False,
    "rerun_type": None,
    "session_id": None,
}
VC_OBSERVED = {
    **COMMON,
    "started_at": "2026-03-21T10:49:00Z",
    "completed_at": "2026-03-21T10:51:49Z",
    "created_at": "2026-03-21T10:48:00+00:00",
    "updated_at": "2026-03-21T11:48:00Z",
    "duration_seconds": 169,
    "cost_cents": 25,
    "call_metadata": {"call_direction": "outbound"},
    "call_type": "outboundPhoneCall",
    "scenario_name": "Refund",
    "transcripts": CE_OBSERVED["transcript"],
    "provider_call_data": {"vapi": {}},
    "response_time_ms": 1663,
    "response_time_seconds": 1.663,
    "customer_number": "+33612000110",
    "phone_number": "+14155550110",
    "eval_outputs": STORED,
    "simulation_call_type": "voice",
}
RN_BY_CALL = {
    "call_execution_id": "call",
    "execution_id": "execution",
    "scenario_id": "scenario",
    "scenario_name": "Refund",
    "status": "completed",
    "started_at": "2026-03-21T10:49:00Z",
    "completed_at": "2026-03-21T10:51:49Z",
    "duration_seconds": 169,
    "ended_reason": None,
    "call_summary": "Asked for a refund",
    "eval_outputs": STORED,
    "latency": {"avg_agent_latency_ms": 909, "response_time_ms": 1663},
    "cost": {"total_cost_cents": 25, "stt_cost_cents": 1},
}
FORMS = [CE_OBSERVED, CE_DOCUMENTED, VC_OBSERVED, RN_BY_CALL]
WHOLE = CallRecord(
    id="call",
    execution_id="execution",
    status="completed",
    kind="voice",
    direction="outbound",
    scenario="Refund",
    scenario_id="scenario",
    started_at=datetime(2026, 3, 21, 10, 49, tzinfo=UTC),
    ended_at=datetime(2026, 3, 21, 10, 51, 49, tzinfo=UTC),
    created_at=datetime(2026, 3, 21, 10, 48, tzinfo=UTC),
    updated_at=datetime(2026, 3, 21, 11, 48, tzinfo=UTC),
    duration_s=169,
    customer_name="Zoë",
    phone_number="+14155550110",
    summary="Asked for a refund",
    overall_score=88.0,
    agent_latency_s=0.909,
    response_time_s=1.663,
    cost_cents=25,
    evals=(
        EvalRecord(
            COHERENCE, "Coherence", "pass_fail", passed=False, reason="lost the thread", status="completed"
        ),
        EvalRecord(SCORE, "Resolution", "score", score=94.0, status="completed"),
        EvalRecord(TONE, "Tone", "choices", choices=("angry", "neutral"), status="completed"),
    ),
    provider="vapi",
)


@pytest.mark.parametrize("form", FORMS, ids=["calls", "calls documented", "version", "run by call"])
def test_every_form_of_a_call_gives_the_same_record_as_far_as_it_tells(form: dict[str, Any]) -> None:
    record = call_record(Sent(form), execution_id="execution")
    for field in dataclasses.fields(CallRecord):
        value = getattr(record, field.name)
        if field.name not in ("transcript", "raw_json") and value is not None:
            assert value == getattr(WHOLE, field.name), field.name


def test_together_the_forms_tell_everything() -> None:
    records = [call_record(Sent(form)) for form in FORMS]
    for field in dataclasses.fields(CallRecord):
        if getattr(WHOLE, field.name) not in (None, (), b""):
            assert getattr(WHOLE, field.name) in [getattr(record, field.name) for record in records], (
                field.name
            )


def test_both_sides_of_a_transcript_are_named_alike_and_times_are_seconds() -> None:
    assert call_record(Sent(CE_OBSERVED)).transcript == (
        Turn("agent", "Hello", 0.0, None),
        Turn("customer", "Hi", 2.0, 3.5),
        Turn("tool_calls", "lookup", 4.0, 5.5),
    )
    assert call_record(Sent(CE_DOCUMENTED)).transcript == (Turn("agent", "Hello"), Turn("customer", "Hi"))


def test_a_chat_is_read_from_its_messages() -> None:
    chat = {"role": "user", "messages": ["One", "two"], "content": [{"role": "user", "content": "One"}]}
    contents = {"role": "assistant", "content": [{"role": "user", "content": "Three"}]}
    record = call_record(Sent({**CE_OBSERVED, "transcript": [chat, contents]}))
    assert record.transcript == (Turn("customer", "One\ntwo"), Turn("agent", "Three"))


def test_a_former_result_of_the_real_server_has_its_times_in_milliseconds() -> None:
    snapshot = {"id": "x", "is_snapshot": True, "response_time": 1500, "avg_agent_latency": 1111}
    observed = call_record(Sent({**snapshot, "timestamp": "2026-03-22T09:08:00Z"}))
    assert (observed.response_time_s, observed.agent_latency_s) == (1.5, 1.111)
    documented = call_record(
        Sent({**snapshot, "avg_agent_latency": 1.1, "created_at": "2026-03-22T09:08:00Z"})
    )
    assert documented.agent_latency_s == 1.1


EXECUTION_OBSERVED = {
    "id": "execution",
    "status": "Completed",
    "scenarios": "Billing Inquiry, Refund",
    "start_time": "2026-03-21T09:00:03+00:00",
    "duration": 7698,
    "error_reason": None,
    "success_rate": 61.8,
    "calls": 110,
    "calls_attempted": 96,
    "connected_calls": 68,
    "agent_version": "v2",
    "agent_definition": "AcmeBot Voice",
    "agent_type": "TEXT",
}
EXECUTION_DOCUMENTED = {
    "id": "execution",
    "run_test": "run test",
    "status": "COMPLETED",
    "started_at": "2026-03-21T09:00:03Z",
    "completed_at": "2026-03-21T11:00:00Z",
    "total_calls": 110,
    "completed_calls": 68,
    "failed_calls": 7,
    "duration_seconds": 7698,
    "success_rate": 61.8,
    "agent_definition_used_name": "AcmeBot Voice",
    "created_at": "2026-03-21T09:00:00Z",
}
EXECUTION_RUN = {
    "execution_id": "execution",
    "status": "completed",
    "started_at": "2026-03-21T09:00:03Z",
    "completed_at": "2026-03-21T11:00:00Z",
    "total_calls": 110,
    "completed_calls": 68,
    "failed_calls": 7,
    "eval_results": [
        {
            "name": "is_helpful",
            "id": "template",
            "output_type": "Pass/Fail",
            "total_pass_rate": 71.43,
            "result": [
                {
                    "total_cells": 28,
                    "output": {"pass": 71.43, "fail": 28.57, "pass_count": 20, "fail_count": 8},
                },
                {"total_cells": 0, "output": {}},
            ],
        },
        {
            "name": "resolution",
            "output_type": "score",
            "total_avg": 51.79,
            "result": [{"total_cells": 90, "avg_score": 51.79, "output": {"p50": 49.0, "p95": 94.7}}],
        },
        {
            "name": "tone",
            "output_type": "choices",
            "total_choices_avg": {"calm": 20.0, "angry": 25.45},
            "result": [{"total_cells": 55, "output": {}}],
        },
    ],
}


def test_every_form_of_an_execution_gives_the_same_record_as_far_as_it_tells() -> None:
    records = [
        execution_record(Sent(form)) for form in (EXECUTION_OBSERVED, EXECUTION_DOCUMENTED, EXECUTION_RUN)
    ]
    for field in dataclasses.fields(ExecutionRecord):
        told = {
            repr(getattr(one, field.name)) for one in records if getattr(one, field.name) not in (None, ())
        }
        assert len(told) <= 1 or field.name == "raw_json", field.name
    assert records[0].scenarios == ("Billing Inquiry", "Refund")
    assert (records[0].kind, records[0].agent_version, records[0].duration_s) == ("text", "v2", 7698)
    assert records[1].run_test_id == "run test"


def test_the_eval_results_of_an_execution_are_summed_up_by_kind() -> None:
    helpful, resolution, tone = execution_record(Sent(EXECUTION_RUN)).evals
    assert (helpful.kind, helpful.pass_rate, helpful.passed, helpful.failed, helpful.total) == (
        "pass_fail",
        71.43,
        20,
        8,
        28,
    )
    assert (resolution.average, resolution.percentiles) == (51.79, {"p50": 49.0, "p95": 94.7})
    assert tone.choices == {"calm": 20.0, "angry": 25.45}


def test_an_eval_that_judged_no_call_has_no_rate_and_no_mean() -> None:
    parts = [{"total_cells": 0, "output": {}}]
    results = [
        {"output_type": "Pass/Fail", "total_pass_rate": 0.0, "result": parts},
        {"output_type": "score", "total_avg": 0, "result": parts},
    ]
    rate, mean = execution_record(Sent({"eval_results": results})).evals
    assert (rate.pass_rate, rate.total, mean.average, mean.total) == (None, 0, None, 0)


def test_what_an_execution_does_not_know_yet_is_none() -> None:
    pending = {**EXECUTION_OBSERVED, "scenarios": "No scenarios", "duration": 0, "success_rate": 0.0}
    record = execution_record(Sent({**pending, "calls_attempted": 0, "agent_version": "N/A"}))
    assert (record.scenarios, record.duration_s, record.success_rate, record.agent_version) == (
        (),
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00+05:30", "9999-12-31T23:59:59-05:00", "2026-02-30T00:00:00Z"]
)
def test_a_time_that_does_not_exist_or_has_no_place_in_utc_is_none(time: str) -> None:
    assert call_record(Sent({"id": "x", "start_time": time})).started_at is None
    assert execution_record(Sent({"id": "x", "created_at": time})).created_at is None


ODD = [None, 5, "x", [], [None], {"a": None}, True, float("inf"), float("nan"), 10**400, -(10**400)]


@pytest.mark.parametrize("odd", ODD, ids=[str(place) for place in range(len(ODD))])
def test_odd_values_become_none_and_never_an_error(odd: Any) -> None:
    assert call_record(Sent(dict.fromkeys(CE_OBSERVED, odd))).id in ("", "x")
    assert execution_record(Sent(dict.fromkeys([*EXECUTION_OBSERVED, *EXECUTION_RUN], odd))).id in (None, "x")


def test_pandas_makes_one_column_of_each_field_of_a_record() -> None:
    frame = pandas.DataFrame([WHOLE, dataclasses.replace(WHOLE, id="other")])
    assert list(frame.columns) == [field.name for field in dataclasses.fields(CallRecord)]
    assert list(frame["id"]) == [WHOLE.id, "other"]
    assert list(frame["duration_s"]) == [WHOLE.duration_s] * 2


@pytest.mark.parametrize(
    "kind",
    [AnswerShare, CallRecord, EvalRecord, EvalSummary, ExecutionRecord, Turn],
    ids=lambda one: one.__name__,
)
def test_a_record_is_a_frozen_dataclass_with_slots(kind: type[Any]) -> None:
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)


def test_a_record_becomes_a_dict_is_pickled_and_hashed() -> None:
    record = dataclasses.replace(WHOLE, transcript=(Turn("agent", "Hello."),))
    assert dataclasses.asdict(record)["transcript"][0]["speaker"] == "agent"
    assert pickle.loads(pickle.dumps(record)) == record
    assert hash(EvalSummary(percentiles={"p50": 1.0})) == hash(EvalSummary())
