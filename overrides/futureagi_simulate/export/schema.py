"""The tables an export writes: a fixed Arrow schema, one column for each field of the normalised records.

Three tables hold everything. `calls` has one row a call; `evals` and `turns` have one row for each eval and
each transcript turn of a call, keyed by `call_id` and `position` (0-based, in the order sent). Durations are
seconds, times are UTC with microseconds, rates and scores are percent (0 to 100), costs are US cents, unknown
is null.
"""

from __future__ import annotations

import json
from itertools import accumulate, chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from futureagi_simulate.export.received import without_halves

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from futureagi_simulate.records import CallRecord, EvalRecord

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

_AS_JSON = json.JSONEncoder(ensure_ascii=False).encode

T = TypeVar("T")


def nested_batch(records: Sequence[CallRecord]) -> pa.RecordBatch:
    """Return the records as one batch of the `NESTED` schema."""
    evals = [record.evals for record in records]
    turns = [record.transcript for record in records]
    columns = [
        *_call_columns(records),
        _lists(evals, _eval_columns(_flat(evals)), _EVAL_FIELDS),
        _lists(turns, _columns(_flat(turns), _TURN_FIELDS), _TURN_FIELDS),
        _raw_column(records),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=NESTED)


def calls_batch(records: Sequence[CallRecord]) -> pa.RecordBatch:
    """Return the records as one batch of the `CALLS` schema."""
    return pa.RecordBatch.from_arrays([*_call_columns(records), _raw_column(records)], schema=CALLS)


def evals_batch(records: Sequence[CallRecord]) -> pa.RecordBatch:
    """Return the records' evals as one batch of the `EVALS` schema."""
    evals = [record.evals for record in records]
    return pa.RecordBatch.from_arrays([*_keys(records, evals), *_eval_columns(_flat(evals))], schema=EVALS)


def turns_batch(records: Sequence[CallRecord]) -> pa.RecordBatch:
    """Return the records' transcript turns as one batch of the `TURNS` schema."""
    turns = [record.transcript for record in records]
    columns = [*_keys(records, turns), *_columns(_flat(turns), _TURN_FIELDS)]
    return pa.RecordBatch.from_arrays(columns, schema=TURNS)


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
    columns: list[list[Any]] = []
    by_name = [{one.name: one for one in record.evals} for record in records]
    for name in names:
        found = [evals.get(name) for evals in by_name]
        columns.append([one.passed if one else None for one in found])
        columns.append([one.score if one else None for one in found])
        columns.append(["|".join(one.choices) if one and one.choices else None for one in found])
        columns.append([one.reason if one else None for one in found])
    layout = wide_schema(names)
    extra = list(layout)[len(_CALL_FIELDS) : -1]
    arrays = [_array(column, field.type) for column, field in zip(columns, extra, strict=True)]
    return pa.RecordBatch.from_arrays([*_call_columns(records), *arrays, _raw_column(records)], schema=layout)


# Columns of children are built flat, beside the lists' offsets: a fifth of the cost of lists of dicts.


def _columns(rows: Sequence[object], fields: Sequence[pa.Field]) -> list[pa.Array]:
    """Make one array a field, from the attributes of the same names."""
    return [_array(list(map(attrgetter(field.name), rows)), field.type) for field in fields]


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Make an array; values that its type can't hold, which hardly ever come, are brought near it."""
    try:
        return pa.array(values, kind)
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return pa.array([_nearest(value) for value in values], kind)


def _nearest(value: Any) -> Any:
    """Make a double of a whole number beyond 2**53, and Unicode of bytes that aren't UTF-8."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, int) and not isinstance(value, bool):
        return float(str(value))  # beyond any double it's infinity, where float(value) would raise
    return without_halves(value)


def _call_columns(records: Sequence[CallRecord]) -> list[pa.Array]:
    return _columns(records, _CALL_FIELDS)


def _raw_column(records: Sequence[CallRecord]) -> pa.Array:
    return _array([record.raw_json for record in records], _RAW.type)


def _eval_columns(evals: Sequence[EvalRecord]) -> list[pa.Array]:
    outputs = [None if one.output is None else _AS_JSON(one.output) for one in evals]
    return [*_columns(evals, _EVAL_FIELDS[:-1]), _array(outputs, _EVAL_FIELDS[-1].type)]


def _flat(lists: Iterable[Sequence[T]]) -> list[T]:
    return list(chain.from_iterable(lists))


def _lists(lists: Iterable[Sequence[object]], columns: list[pa.Array], fields: list[pa.Field]) -> pa.Array:
    """Make the array of lists of structs whose children, one after the other, are in `columns`."""
    ends = accumulate(map(len, lists), initial=0)
    children = pa.StructArray.from_arrays(columns, fields=fields)
    return pa.ListArray.from_arrays(pa.array(list(ends), pa.int32()), children)


def _keys(records: Iterable[CallRecord], lists: Sequence[Sequence[object]]) -> list[pa.Array]:
    """Make the columns that say which call's which child a row is."""
    calls = [record.id for record, of in zip(records, lists, strict=True) for _ in of]
    positions = [position for of in lists for position in range(len(of))]
    return [pa.array(calls, _KEY[0].type), pa.array(positions, _KEY[1].type)]
