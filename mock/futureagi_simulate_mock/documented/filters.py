"""The `filters` parameter: a JSON array of conditions, each one applied exactly or refused with a reason.

Text is compared in any case. A call without a value passes no positive operator; the negative ones
(`not_equals`, `not_contains`, `not_in_between`) keep exactly the calls that their positive ones leave out.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from itertools import chain
from typing import Any, Final

import msgspec

from futureagi_simulate_mock.documented.columns import Column
from futureagi_simulate_mock.documented.listings import Clause
from futureagi_simulate_mock.documented.params import Refused, refuse
from futureagi_simulate_mock.facts import EvalValue
from futureagi_simulate_mock.times import to_ms

Span = tuple[float, float]

MOST_FILTERS: Final = 50
MOST_VALUES: Final = 200
TYPES: Final = ("text", "number", "datetime", "boolean", "list")
_COMPARED: Final = {
    "greater_than": ">",
    "less_than": "<",
    "greater_than_or_equal": ">=",
    "less_than_or_equal": "<=",
}
OPERATORS: Final = (
    *("equals", "not_equals", "contains", "not_contains", *_COMPARED, "between", "not_in_between", "in"),
)
_POSITIVE: Final = {"not_equals": "equals", "not_contains": "contains", "not_in_between": "between"}
_WORDS: Final = ("equals", "not_equals", "contains", "not_contains", "in")
_SIZES: Final = ("equals", "not_equals", *_COMPARED, "between", "not_in_between", "in")

# Which types a column can be read as, and which operators each then has.
RULES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "text": {"text": _WORDS, "list": ("in",)},
    "number": {"number": _SIZES, "list": ("in",)},
    "score": {"number": _SIZES, "list": ("in",)},
    "datetime": {"datetime": _SIZES, "list": ("in",)},
    "Pass/Fail": {"text": _WORDS, "boolean": ("equals", "not_equals"), "list": ("in",)},
    "choices": {"text": _WORDS, "list": ("equals", "not_equals", "contains", "not_contains", "in")},
}


class Config(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a filter asks of its column."""

    filter_type: str
    filter_op: str
    filter_value: Any


class Filter(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One filter as it is written."""

    column_id: str
    filter_config: Config


_DAY: Final = 86_400_000
_LISTED: Final = "(SELECT value FROM json_each(?))"
_decode: Final = msgspec.json.Decoder(list[Filter]).decode


class Known(msgspec.Struct, frozen=True):
    """What conditions are resolved against: columns, scenario names, and the outputs an eval has here."""

    column: Callable[[str], Column | None]
    scenarios: Callable[[], dict[int, str]]
    outputs: Callable[[int], list[EvalValue]]


def read_filters(text: str | None, known: Known) -> list[Clause]:
    """Turn the parameter into conditions. Raises Refused."""
    if not text:
        return []
    try:
        filters = _decode(text.encode())
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise refuse("filters", f"Not a JSON array of filters: {error}") from None
    if len(filters) > MOST_FILTERS:
        raise refuse("filters", f"At most {MOST_FILTERS} filters are taken, got {len(filters)}.")
    clauses = []
    for position, item in enumerate(filters, 1):
        try:
            clauses.append(condition(item, known))
        except _UnfitError as unfit:
            raise refuse("filters", f"Filter {position} ({item.column_id}): {unfit}") from None
    return clauses


class _UnfitError(ValueError):
    """A filter that can't be applied."""


def condition(item: Filter, known: Known) -> Clause:
    """Turn one filter into a condition that is never NULL."""
    column = known.column(item.column_id)
    if column is None:
        raise _UnfitError(
            "there is no such column; take a column id or the UUID of one of the run test's evals"
        )
    config = item.filter_config
    kind, operator = config.filter_type, config.filter_op
    if kind not in TYPES:
        raise _UnfitError(f"filter_type {kind!r} is not one of {', '.join(TYPES)}")
    if operator not in OPERATORS:
        raise _UnfitError(f"filter_op {operator!r} is not one of {', '.join(OPERATORS)}")
    rules = RULES[column.holds]
    if kind not in rules:
        raise _UnfitError(
            f"the column holds {column.holds} and can't be read as {kind}, only as {', '.join(rules)}"
        )
    if operator not in rules[kind]:
        raise _UnfitError(
            f"read as {kind} it can't be asked for {operator}, only for {', '.join(rules[kind])}"
        )
    positive = _POSITIVE.get(operator, operator)
    sql, values = _positive(column, kind, positive, config.filter_value, known)
    return (f"NOT coalesce({sql}, 0)" if positive != operator else f"coalesce({sql}, 0)"), values


def _positive(column: Column, kind: str, operator: str, value: Any, known: Known) -> Clause:
    if column.holds in ("number", "score", "datetime"):
        read = _time if column.holds == "datetime" else _percent if column.holds == "score" else _number
        return _sized(column.sql, operator, value, read)
    if column.holds == "text" and column.id != "scenario":
        return _worded(f"fold({column.sql})", operator, value)
    if column.id == "scenario":
        test = _test(operator, value)
        numbers = [number for number, name in known.scenarios().items() if test({name.casefold()})]
        return f"scenario IN ({','.join(map(str, numbers))})", ()
    assert column.config is not None  # noqa: S101 - only evals hold these
    if kind == "boolean":
        if not isinstance(value, bool):
            raise _UnfitError(f"a boolean value is needed, got {value!r}")
        return f"{column.sql} = ?", (int(value),)
    if column.holds == "Pass/Fail":
        test = _test(operator, value)
        passing = [int(passed) for passed, word in ((True, "passed"), (False, "failed")) if test({word})]
        return f"{column.sql} IN ({','.join(map(str, passing))})", ()
    test = _test(operator, value, whole=kind == "list")
    stored = [_stored(output) for output in known.outputs(column.config.number) if test(_folded(output))]
    return f"{column.sql} IN {_LISTED}", (_json(stored),)


def _worded(sql: str, operator: str, value: Any) -> Clause:
    if operator == "in":
        return f"{sql} IN {_LISTED}", (_json([_word(part) for part in _several(value)]),)
    if operator == "contains":
        return f"instr({sql}, ?) > 0", (_word(value),)
    return f"{sql} = ?", (_word(value),)


def _sized(sql: str, operator: str, value: Any, read: Callable[[Any], Span]) -> Clause:
    if operator == "in":
        spans = [read(part) for part in _several(value)]
        return f"({' OR '.join([f'{sql} BETWEEN ? AND ?'] * len(spans))})", tuple(chain.from_iterable(spans))
    if operator == "between":
        bounds = _several(value)
        if len(bounds) != 2:
            raise _UnfitError(f"two bounds are needed, got {len(bounds)}")
        return f"{sql} BETWEEN ? AND ?", (read(bounds[0])[0], read(bounds[1])[1])
    low, high = read(value)
    if operator == "equals":
        return f"{sql} BETWEEN ? AND ?", (low, high)
    return f"{sql} {_COMPARED[operator]} ?", (
        high if operator in ("greater_than", "less_than_or_equal") else low,
    )


def _test(operator: str, value: Any, *, whole: bool = False) -> Callable[[set[str]], bool]:
    """Return a test of a set of words. `whole`: the value is a list that is compared as a set."""
    if operator == "in":
        among = {_word(part) for part in _several(value)}
        return lambda words: not words.isdisjoint(among)
    if whole:
        wanted = {_word(part) for part in _several(value)}
        return (lambda words: words == wanted) if operator == "equals" else (lambda words: words >= wanted)
    word = _word(value)
    if operator == "equals":
        return lambda words: words == {word}
    return lambda words: any(word in one for one in words)


def _folded(output: EvalValue) -> set[str]:
    return {word.casefold() for word in output} if isinstance(output, tuple) else set()


def _stored(output: EvalValue) -> str:
    return _json(output)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _several(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise _UnfitError(f"an array of values is needed, got {value!r:.80}")
    if len(value) > MOST_VALUES:
        raise _UnfitError(f"at most {MOST_VALUES} values are taken, got {len(value)}")
    return value


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise _UnfitError(f"a text is needed, got {value!r:.80}")
    return value.casefold()


def _number(value: Any) -> Span:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _UnfitError(f"a number is needed, got {value!r:.80}")
    try:
        return float(value), float(value)
    except OverflowError:
        raise _UnfitError("the number is too large") from None


def _percent(value: Any) -> Span:
    """Read an eval's score, which is asked for in percent and stored as a share of one."""
    share = round(_number(value)[0] / 100, 12)
    return share, share


def _time(value: Any) -> Span:
    """Read a time; a date without one stands for the whole day in UTC."""
    text = value if isinstance(value, str) else ""
    with suppress(ValueError, OverflowError):
        start = to_ms(datetime.fromisoformat(text))
        with suppress(ValueError):
            date.fromisoformat(text)
            return start, start + _DAY - 1
        return start, start
    raise _UnfitError(f"an ISO 8601 time is needed, got {value!r:.80}")


__all__ = ["MOST_FILTERS", "OPERATORS", "RULES", "TYPES", "Known", "Refused", "read_filters"]
