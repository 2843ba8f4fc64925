"""Check rows against the filter they were asked with: the server ignores many filters without a word.

A row contradicts only when that is certain. What the server compares in another way than the documents say is
compared leniently: case plays no part, a creation time that isn't sent is bounded by the time of the last
update.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from futureagi_simulate.filters import Filter
from futureagi_simulate.records import (
    EvalRecord,
    eval_record,
    first,
    items,
    mapping,
    moment,
    number,
    seconds,
    text,
)
from futureagi_simulate_api.operations import FILTER_TYPES

__all__ = ["contradicted", "contradicts", "fits_verdict", "misses", "unknown_columns"]


_DAY: Final = timedelta(days=1)
_NEGATIVE: Final = frozenset({"not_equals", "not_contains", "not_in_between"})


def contradicted(filters: Iterable[Filter], raw: Mapping[str, Any]) -> Filter | None:
    """Return the first filter that a row contradicts."""
    return next((one for one in filters if contradicts(one, raw)), None)


def contradicts(condition: Filter, raw: Mapping[str, Any]) -> bool:
    """Return whether a row of the server certainly doesn't meet a filter."""
    if not _has_column(condition.column_id, raw):
        return False
    match condition.type:
        case "number":
            return _number_contradicts(condition, _number_of(condition.column_id, raw))
        case "datetime":
            return _time_contradicts(condition, raw)
        case "boolean":
            return _equality(condition, _eval_of(condition.column_id, raw, "boolean"))
        case _:
            return _text_contradicts(condition, raw)


def fits_verdict(condition: Filter, raw: Mapping[str, Any]) -> bool:
    """Return whether a row meets a filter for a verdict; a row without a verdict meets "not_equals" only."""
    verdict = _verdict_of(condition.column_id, raw)
    return (verdict == (condition.value == "true")) is (condition.operator == "equals")


def unknown_columns(filters: Iterable[Filter], columns: object) -> tuple[Filter, ...]:
    """Return the filters on columns that an execution doesn't have, by its `column_order`.

    The server ignores them. The documented columns are known though not all of them are listed.
    """
    listed = {_plain(text(getattr(one, "id", None)) or "") for one in items(columns)}
    if not listed:
        return ()
    return tuple(one for one in filters if _plain(one.column_id) not in listed | _DOCUMENTED)


def misses(condition: Filter, raw: Mapping[str, Any]) -> bool:
    """Return whether a row can't meet a filter on a column that neither it nor its execution has."""
    return condition.operator not in _NEGATIVE and not _has_column(condition.column_id, raw)


def _plain(name: str) -> str:
    """Spell a column alike in snake case and in camel case."""
    return name.replace("_", "").casefold()


_DOCUMENTED: Final = frozenset(map(_plain, FILTER_TYPES))


def _has_column(name: str, raw: Mapping[str, Any]) -> bool:
    """Return whether a row says anything about a column."""
    return (
        name in raw or name in mapping(raw.get("eval_outputs")) or name in ("call_execution_id", "timestamp")
    )


def _number_of(name: str, raw: Mapping[str, Any]) -> float | None:
    if name == "response_time":
        return seconds(raw["response_time_ms"]) if "response_time_ms" in raw else number(raw.get(name))
    if name in raw:
        return number(raw[name])
    return _record_of(name, raw).score


def _number_contradicts(condition: Filter, value: float | None) -> bool:
    """Compare; a row without a value meets only the negative conditions."""
    if value is None:
        return condition.operator not in _NEGATIVE
    bounds = condition.value if isinstance(condition.value, tuple) else (condition.value, condition.value)
    low, high = float(bounds[0]), float(bounds[1])
    return not _within(condition.operator, value, low, high)


def _within(operator: str, value: float, low: float, high: float) -> bool:
    slack = 1e-9 * max(1.0, abs(low), abs(high))
    match operator:
        case "equals":
            return abs(value - low) <= slack
        case "not_equals":
            return value != low
        case "greater_than" | "greater_than_or_equal":
            return value >= low - slack
        case "less_than" | "less_than_or_equal":
            return value <= high + slack
        case "between":
            return low - slack <= value <= high + slack
        case _:
            return not low + slack < value < high - slack


def _time_contradicts(condition: Filter, raw: Mapping[str, Any]) -> bool:
    """Compare the creation time.

    Where only the last update is sent, creation is known to be no later than that.
    """
    created, updated = moment(raw.get("created_at")), moment(raw.get("timestamp"))
    bounds = condition.value if isinstance(condition.value, tuple) else (condition.value, condition.value)
    low, high = moment(bounds[0]), moment(bounds[1])
    if condition.column_id != "timestamp" or low is None or high is None:
        return False
    latest = created or updated
    if latest is None:
        return False
    match condition.operator:
        case "greater_than" | "greater_than_or_equal":
            return latest < low
        case "less_than" | "less_than_or_equal":
            return created is not None and created > high
        case "between":
            return latest < low or (created is not None and created > high)
        case "not_in_between":
            return created is not None and low < created < high
        case "equals":
            return latest < _midnight(low) or (created is not None and created >= _midnight(low) + _DAY)
        case _:
            return created is not None and created == low


def _midnight(value: datetime) -> datetime:
    return value.replace(hour=0, minute=0, second=0, microsecond=0)


def _text_contradicts(condition: Filter, raw: Mapping[str, Any]) -> bool:
    found = _text_of(condition.column_id, raw)
    if found is None:
        return False
    wanted = [str(one).casefold() for one in condition.value] if isinstance(condition.value, tuple) else None
    one = str(condition.value).casefold()
    value = found.casefold()
    match condition.operator:
        case "in":
            return wanted is not None and value not in wanted
        case "contains":
            return one not in value
        case "not_contains":
            return str(condition.value) in found
        case _:
            return _equality(condition, found)


def _text_of(name: str, raw: Mapping[str, Any]) -> str | None:
    if name == "call_execution_id":
        return text(first(raw, "id", "call_execution_id"))
    if name == "scenario" and isinstance(raw.get(name), dict):
        return text(raw[name].get("name"))
    if name in raw:
        return text(raw[name])
    return _eval_of(name, raw, "text")


def _eval_of(name: str, raw: Mapping[str, Any], kind: str) -> str | None:
    """Return the result of an eval as a filter has it: "true" or "false" for a verdict, else its word."""
    verdict = _verdict_of(name, raw)
    if kind == "boolean":
        return None if verdict is None else str(verdict).lower()
    record = _record_of(name, raw)
    if verdict is not None:
        return _verdict(record.output, verdict)
    return record.choices[0] if len(record.choices) == 1 else None


def _record_of(name: str, raw: Mapping[str, Any]) -> EvalRecord:
    return eval_record(name, mapping(mapping(raw.get("eval_outputs")).get(name)))


def _verdict_of(name: str, raw: Mapping[str, Any]) -> bool | None:
    """Return an eval's verdict, which is stored as a boolean, as a word or as 1 and 0."""
    record = _record_of(name, raw)
    if record.passed is not None or record.kind not in ("pass_fail", None) or record.status != "completed":
        return record.passed
    try:
        return {0.0: False, 1.0: True}.get(float(record.output))
    except (TypeError, ValueError, OverflowError):
        return None


def _verdict(output: object, passed: bool) -> str:
    return output if isinstance(output, str) else "Passed" if passed else "Failed"


def _equality(condition: Filter, value: str | None) -> bool:
    """Compare for equality: "equals" regardless of case, "not_equals" only for the very same text."""
    if value is None:
        return False
    if condition.operator == "equals":
        return value.casefold() != str(condition.value).casefold()
    return condition.operator == "not_equals" and value == str(condition.value)
