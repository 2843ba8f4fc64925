"""Read one documented filter, and decide whether a row satisfies it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, Final

import attrs
import msgspec

from futureagi_simulate_contract.document import load, words
from futureagi_simulate_contract.exchange import UUID, Exchange, Row, is_number, scenario_name

_ORDERED: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "greater_than": lambda one, two: bool(one > two),
    "less_than": lambda one, two: bool(one < two),
    "greater_than_or_equal": lambda one, two: bool(one >= two),
    "less_than_or_equal": lambda one, two: bool(one <= two),
}


@cache
def documented(schema: str) -> tuple[str, ...]:
    """Return the words of `FilterColumn`, `FilterType` or `FilterOperator` that the documents name."""
    return words(load(), schema)


@attrs.frozen
class Filter:
    """One filter object of the documented form."""

    column: str
    type: str
    operator: str
    value: Any

    @property
    def documented(self) -> bool:
        """Return whether the documents name column (or an eval's id), type and operator."""
        column = self.column in documented("FilterColumn") or UUID.fullmatch(self.column) is not None
        return (
            column and self.type in documented("FilterType") and self.operator in documented("FilterOperator")
        )

    @property
    def well_formed(self) -> bool:
        """Return whether the value suits the operator: two for a range, some for `in`, one for the others."""
        several = isinstance(self.value, list)
        if self.operator in {"between", "not_in_between"}:
            return several and len(self.value) == 2
        if self.operator == "in":
            return several and bool(self.value)
        return not several and self.value is not None

    @property
    def is_eval(self) -> bool:
        """Return whether the column is an eval's id."""
        return UUID.fullmatch(self.column) is not None

    def encode(self) -> str:
        """Return the text of the `filters` parameter that holds this filter alone."""
        return encode(self)


def encode(*filters: Filter) -> str:
    """Return the text of the `filters` parameter that holds these filters."""
    items = [
        {
            "column_id": one.column,
            "filter_config": {"filter_type": one.type, "filter_op": one.operator, "filter_value": one.value},
        }
        for one in filters
    ]
    return msgspec.json.encode(items).decode()


def single_filter(exchange: Exchange) -> Filter | None:
    """Return the filter of a question that has one and nothing else that narrows; None for all others."""
    if "filters" not in exchange.query or {"search", "row_groups", "group_keys"} & set(exchange.query):
        return None
    try:
        (item,) = msgspec.json.decode(exchange.query["filters"])
        config = item["filter_config"]
        found = Filter(item["column_id"], config["filter_type"], config["filter_op"], config["filter_value"])
        return found if len(item) == 2 and found.well_formed else None
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return None


def shown(row: Row, column: str) -> Any:
    """Return what the row itself shows for a column, or None."""
    if column == "timestamp":
        return row.get("created_at", row.get("timestamp"))
    if column == "call_execution_id":
        return row.get("id")
    if column == "scenario":
        return scenario_name(row)
    if column in documented("FilterColumn"):
        return row.get(column)
    entry = (row.get("eval_outputs") or {}).get(column)
    return entry.get("value", entry.get("output")) if isinstance(entry, dict) else None


def satisfies(row: Row, wanted: Filter) -> bool | None:
    """Return whether `row` satisfies the filter by what it shows; None where that can't be said."""
    actual = shown(row, wanted.column)
    if actual is None or isinstance(actual, (dict, list)):
        return None
    values = wanted.value if isinstance(wanted.value, list) else [wanted.value]
    read = [_comparable(value, wanted.type) for value in [actual, *values]]
    if wanted.operator in {"equals", "not_equals", "in"} and None in read:
        read = [_text(value) for value in [actual, *values]]
    if None in read:
        return None
    return _apply(wanted.operator, read[0], read[1:])


def _apply(operator: str, actual: Any, values: list[Any]) -> bool | None:
    if operator in _ORDERED:
        return _ORDERED[operator](actual, values[0])
    if operator in {"between", "not_in_between"} and len(values) == 2:
        return (values[0] <= actual <= values[1]) is (operator == "between")
    if operator in {"equals", "in"}:
        return actual in values
    if operator == "not_equals":
        return actual not in values
    if operator in {"contains", "not_contains"} and isinstance(actual, str):
        return (str(values[0]) in actual) is (operator == "contains")
    return None


def _comparable(value: Any, kind: str) -> Any:
    if kind == "number":
        return value if is_number(value) else None
    if kind == "datetime":
        return _time(value)
    return _text(value) if kind == "text" else None


def _time(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _text(value: Any) -> str:
    return str(value).lower()
