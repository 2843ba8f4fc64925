"""The tables an export writes: a fixed Arrow schema, one column for each field of the normalised records.

Three tables hold everything. `calls` has one row a call; `evals` and `turns` have one row for each eval and
each transcript turn of a call, keyed by `call_id` and `position` (0-based, in the order sent). Durations are
seconds, times are UTC with microseconds, rates and scores are percent (0 to 100), costs are US cents, unknown
is null.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from futureagi_simulate.records import CallRecord, EvalRecord, Turn

_TIME = pa.timestamp("us", tz="UTC")

_EVAL_FIELDS: list[pa.Field] = [
    pa.field("id", pa.string()),
    pa.field("name", pa.string()),
    pa.field("kind", pa.string()),
    pa.field("passed", pa.bool_()),
    pa.field("score", pa.float64()),
    pa.field("choices", pa.list_(pa.string())),
    pa.field("reason", pa.string()),
    pa.field("status", pa.string()),
    pa.field("output", pa.string()),
]
_TURN_FIELDS: list[pa.Field] = [
    pa.field("speaker", pa.string()),
    pa.field("text", pa.string()),
    pa.field("start_s", pa.float64()),
    pa.field("end_s", pa.float64()),
]
_CALL_FIELDS: list[pa.Field] = [
    pa.field("id", pa.string()),
    pa.field("execution_id", pa.string()),
    pa.field("status", pa.string()),
    pa.field("kind", pa.string()),
    pa.field("direction", pa.string()),
    pa.field("scenario", pa.string()),
    pa.field("scenario_id", pa.string()),
    pa.field("started_at", _TIME),
    pa.field("ended_at", _TIME),
    pa.field("created_at", _TIME),
    pa.field("updated_at", _TIME),
    pa.field("duration_s", pa.float64()),
    pa.field("customer_name", pa.string()),
    pa.field("phone_number", pa.string()),
    pa.field("summary", pa.string()),
    pa.field("ended_reason", pa.string()),
    pa.field("overall_score", pa.float64()),
    pa.field("agent_latency_s", pa.float64()),
    pa.field("response_time_s", pa.float64()),
    pa.field("cost_cents", pa.float64()),
    pa.field("is_snapshot", pa.bool_()),
    pa.field("rerun_type", pa.string()),
    pa.field("original_call_id", pa.string()),
    pa.field("session_id", pa.string()),
    pa.field("provider", pa.string()),
]
_KEY: list[pa.Field] = [pa.field("call_id", pa.string()), pa.field("position", pa.int32())]
_RAW: pa.Field = pa.field("raw", pa.string())

CALLS = pa.schema([*_CALL_FIELDS, _RAW])
EVALS = pa.schema([*_KEY, *_EVAL_FIELDS])
TURNS = pa.schema([*_KEY, *_TURN_FIELDS])
NESTED = pa.schema(
    [
        *_CALL_FIELDS,
        pa.field("evals", pa.list_(pa.struct(_EVAL_FIELDS))),
        pa.field("transcript", pa.list_(pa.struct(_TURN_FIELDS))),
        _RAW,
    ]
)
"""One row a call with its evals and its transcript inside: what a Parquet file holds."""

_CALL_NAMES = [field.name for field in _CALL_FIELDS]
_EVAL_NAMES = [field.name for field in _EVAL_FIELDS]
_TURN_NAMES = [field.name for field in _TURN_FIELDS]


def nested_batch(records: Sequence[CallRecord]) -> pa.RecordBatch:
    """Return the records as one batch of the `NESTED` schema."""
    columns = _call_columns(records)
    columns["evals"] = [[_eval_row(one) for one in record.evals] for record in records]
    columns["transcript"] = [[_turn_row(turn) for turn in record.transcript] for record in records]
    return _batch(columns, NESTED)


def calls_batch(records: Sequence[CallRecord]) -> pa.RecordBatch:
    """Return the records as one batch of the `CALLS` schema."""
    return _batch(_call_columns(records), CALLS)


def evals_batch(records: Iterable[CallRecord]) -> pa.RecordBatch:
    """Return the records' evals as one batch of the `EVALS` schema."""
    rows = [
        {"call_id": record.id, "position": position, **_eval_row(one)}
        for record in records
        for position, one in enumerate(record.evals)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=EVALS)


def turns_batch(records: Iterable[CallRecord]) -> pa.RecordBatch:
    """Return the records' transcript turns as one batch of the `TURNS` schema."""
    rows = [
        {"call_id": record.id, "position": position, **_turn_row(turn)}
        for record in records
        for position, turn in enumerate(record.transcript)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=TURNS)


def wide_schema(names: Sequence[str]) -> pa.Schema:
    """Return `CALLS` with four columns an eval name: `<name>.passed`, `.score`, `.choices` and `.reason`."""
    extra: list[pa.Field] = []
    for name in names:
        extra += [
            pa.field(f"{name}.passed", pa.bool_()),
            pa.field(f"{name}.score", pa.float64()),
            pa.field(f"{name}.choices", pa.string()),
            pa.field(f"{name}.reason", pa.string()),
        ]
    return pa.schema([*_CALL_FIELDS, *extra, _RAW])


def wide_batch(records: Sequence[CallRecord], names: Sequence[str]) -> pa.RecordBatch:
    """Return the records as one batch of `wide_schema(names)`; of two evals of one name the last counts."""
    columns = _call_columns(records)
    by_name = [{one.name: one for one in record.evals} for record in records]
    for name in names:
        found = [evals.get(name) for evals in by_name]
        columns[f"{name}.passed"] = [one.passed if one else None for one in found]
        columns[f"{name}.score"] = [one.score if one else None for one in found]
        columns[f"{name}.choices"] = ["|".join(one.choices) if one and one.choices else None for one in found]
        columns[f"{name}.reason"] = [one.reason if one else None for one in found]
    return _batch(columns, wide_schema(names))


def _call_columns(records: Sequence[CallRecord]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        name: [getattr(record, name) for record in records] for name in _CALL_NAMES
    }
    columns["raw"] = [record.raw_json.decode() for record in records]
    return columns


def _eval_row(one: EvalRecord) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in _EVAL_NAMES}
    row["output"] = None if one.output is None else json.dumps(one.output, ensure_ascii=False)
    return row


def _turn_row(turn: Turn) -> dict[str, Any]:
    return {name: getattr(turn, name) for name in _TURN_NAMES}


def _batch(columns: dict[str, list[Any]], schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [pa.array(columns[field.name], type=field.type) for field in schema], schema=schema
    )
