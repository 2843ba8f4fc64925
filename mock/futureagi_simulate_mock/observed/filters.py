"""The `filters` of the test execution's details: what the server refuses, what it applies, what it lets fall.

Most combinations that are accepted are never applied, and nothing in the answer says so. What is applied is
listed in `_applied`; everything else leaves the rows as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import attrs
import msgspec

from futureagi_simulate_mock.catalogue import Catalogue
from futureagi_simulate_mock.documented.columns import find_column
from futureagi_simulate_mock.documented.listings import Clause
from futureagi_simulate_mock.facts import EvalConfig
from futureagi_simulate_mock.observed.answers import Answered, refused
from futureagi_simulate_mock.times import to_ms

_EQUAL: Final = ("equals", "not_equals")
_SIZED: Final = (
    *_EQUAL,
    "greater_than",
    "less_than",
    "greater_than_or_equal",
    "less_than_or_equal",
    "between",
    "not_between",
)
_OPERATORS: Final = {
    "text": (*_EQUAL, "contains", "not_contains", "in"),
    "number": _SIZED,
    "datetime": _SIZED,
    "boolean": _EQUAL,
    "categorical": (*_EQUAL, "in"),
}
_COMPARED: Final = {
    "equals": "=",
    "greater_than": ">",
    "less_than": "<",
    "greater_than_or_equal": ">=",
    "less_than_or_equal": "<=",
}
_CONFIG_KEYS: Final = ("filter_type", "filter_op")
_ITEM_KEYS: Final = ("column_id", "filter_config")
_CAMEL: Final = {"overallScore": "overall_score", "responseTime": "response_time", "callType": "call_type"}


@attrs.frozen
class Filter:
    """One accepted filter."""

    column: str
    type: str
    operator: str
    value: Any


@attrs.define
class Applied:
    """What came of the filters: conditions, and complaints that only stand in `error_messages`."""

    clauses: list[Clause] = attrs.field(factory=list)
    messages: list[str] = attrs.field(factory=list)


def read_filters(text: str | None) -> list[Filter]:
    """Read the parameter; what the server refuses is a 400 that names the place."""
    if not text:
        return []
    try:
        items = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise _refused("Filters must be valid JSON.") from None
    if not isinstance(items, list):
        raise _refused("Filters must be a list.")
    return [_read(place, item) for place, item in enumerate(items)]


def _read(place: int, item: Any) -> Filter:
    if not isinstance(item, dict):
        raise _refused(f"{place}: Filter must be an object.")
    _check_keys(place, "item", item, _ITEM_KEYS, _ITEM_KEYS)
    config = item["filter_config"]
    if not isinstance(config, dict):
        raise _refused(f"{place}: filter_config must be an object.")
    _check_keys(place, "config", config, _CONFIG_KEYS, (*_CONFIG_KEYS, "filter_value"))
    kind, operator, value = config["filter_type"], config["filter_op"], config.get("filter_value")
    operators = _OPERATORS.get(kind) if isinstance(kind, str) else None
    if operators is None:
        raise _refused(f"{place}: Unsupported filter_type {kind!r}.")
    if operator not in operators:
        raise _refused(f"{place}: Unsupported filter_op {operator!r} for filter_type {kind!r}.")
    if operator == "in" and not (isinstance(value, list) and value):
        raise _refused(f"{place}: 'in' requires a non-empty filter_value list.")
    if operator in ("between", "not_between") and not (isinstance(value, list) and len(value) == 2):
        raise _refused(f"{place}: {operator!r} requires a two-value filter_value list.")
    return Filter(_CAMEL.get(str(item["column_id"]), str(item["column_id"])), kind, operator, value)


def _check_keys(
    place: int, what: str, found: dict[str, Any], needed: Sequence[str], known: Sequence[str]
) -> None:
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise _refused(f"{place}: Unknown filter {what} keys: {', '.join(unknown)}")
    absent = [key for key in needed if key not in found]
    if absent:
        raise _refused(f"{place}: Missing filter {what} keys: {', '.join(absent)}")


def _refused(reason: str) -> Answered:
    return refused({"filters": [reason]})


def apply_filters(filters: list[Filter], catalogue: Catalogue, evals: list[EvalConfig]) -> Applied:
    """Turn filters into conditions, as far as the server does."""
    applied = Applied()
    for one in filters:
        if (
            one.column == "response_time"
            and one.type == "number"
            and one.operator in ("between", "not_between")
        ):
            applied.messages.append(
                "Error applying filter for column response_time: "
                "float() argument must be a string or a real number, not 'list'"
            )
            continue
        clause = _applied(one, catalogue, evals)
        if clause is not None:
            applied.clauses.append(clause)
    return applied


def _applied(one: Filter, catalogue: Catalogue, evals: list[EvalConfig]) -> Clause | None:
    column = find_column(one.column, evals)
    if column is None:
        return None
    if column.config is not None:
        return _eval(one, column.sql, column.config)
    if one.column in ("status", "call_type") and one.type in ("text", "categorical"):
        return _words(one, column.sql)
    if one.column == "call_execution_id" and one.type == "categorical" and one.operator == "in":
        return f"id IN {_marks(one.value)}", tuple(map(str, one.value))
    if one.column == "scenario" and one.type == "text":
        return _scenario(one, catalogue)
    if one.column == "timestamp" and one.type == "datetime":
        return _time(one, column.sql)
    if one.column == "overall_score" and one.type == "number":
        return _sized(one, column.sql, 1.0, negate=True)
    if one.column == "response_time" and one.type == "number":
        return _sized(one, column.sql, 1.0, negate=False)
    return None


def _words(one: Filter, sql: str) -> Clause | None:
    if one.operator == "in":
        return f"{sql} IN {_marks(one.value)}", tuple(map(str, one.value))
    wanted = str(one.value).casefold()
    if one.operator in _EQUAL:
        return _negated(one, f"fold({sql}) = ?", wanted)
    return _negated(one, f"instr(fold({sql}), ?) > 0", wanted)


def _scenario(one: Filter, catalogue: Catalogue) -> Clause | None:
    wanted = str(one.value)
    if one.operator == "in":
        return None
    if one.operator in _EQUAL:
        found = [s.number for s in catalogue.scenarios.values() if s.name == wanted]
    else:
        found = [s.number for s in catalogue.scenarios.values() if wanted.casefold() in s.name.casefold()]
    return _negated(one, f"scenario IN ({','.join(map(str, found))})")


def _eval(one: Filter, sql: str, config: EvalConfig) -> Clause | None:
    if one.type == "number":
        return _sized(one, sql, 0.01, negate=False) if config.output_type == "score" else None
    if config.output_type != "Pass/Fail" or one.operator in ("in", "not_contains"):
        return None
    word = str(one.value).strip().lower()
    if one.type == "boolean" and one.operator == "equals":
        return f"{sql} = ?", (int(word in ("true", "1", "passed")),)
    if one.type != "text":
        return None
    passing = [value for value, shown in ((1, "passed"), (0, "failed")) if word in shown]
    among = f"{sql} IN ({','.join(map(str, passing))})"
    return (f"{sql} IS NOT NULL AND NOT {among}" if one.operator == "not_equals" else among), ()


def _sized(one: Filter, sql: str, scale: float, *, negate: bool) -> Clause | None:
    """Compare numbers. What is no number is let fall, as is `not_equals` where the server can't negate."""
    numbers = [number * scale for number in map(_number, _values(one)) if number is not None]
    if len(numbers) != _needed(one):
        return None
    if one.operator == "between":
        return f"{sql} BETWEEN ? AND ?", tuple(numbers)
    if one.operator == "not_equals" and negate:
        return f"coalesce({sql} <> ?, 1)", tuple(numbers)
    if one.operator not in _COMPARED:
        return None
    return f"{sql} {_COMPARED[one.operator]} ?", tuple(numbers)


def _time(one: Filter, sql: str) -> Clause | None:
    """Compare the time of creation. Equal means on the same day."""
    moments = [moment for moment in map(_moment, _values(one)) if moment is not None]
    if len(moments) != _needed(one):
        return None
    if one.operator == "between":
        return f"{sql} BETWEEN ? AND ?", tuple(moments)
    if one.operator == "equals":
        day = moments[0] // 86_400_000
        return f"{sql} / 86400000 = ?", (day,)
    return (f"{sql} {_COMPARED[one.operator]} ?", tuple(moments)) if one.operator in _COMPARED else None


def _values(one: Filter) -> list[Any]:
    return one.value if isinstance(one.value, list) else [one.value]


def _needed(one: Filter) -> int:
    return 2 if one.operator in ("between", "not_between") else 1


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _moment(value: Any) -> int | None:
    try:
        return to_ms(datetime.fromisoformat(value))
    except (TypeError, ValueError, OverflowError):
        return None


def _negated(one: Filter, sql: str, *values: Any) -> Clause:
    negative = one.operator.startswith("not_")
    return (f"NOT coalesce({sql}, 0)" if negative else sql), values


def _marks(values: Sequence[object]) -> str:
    return f"({','.join('?' * len(values))})"
