"""Filters for the calls of a test execution: `column("overall_score").between(50, 90)` and friends.

Each filter is checked when it is made: the column, whether the operator goes with the column's type, and the
value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate_api.operations import (
    FILTER_OPERATORS,
    FILTER_TYPES,
    FILTER_WORDS,
    SENT_AS,
    FilterType,
)

__all__ = ["Column", "Filter", "FilterType", "RowFilters", "column"]

Value = str | float | bool | datetime | UUID


class Filter(msgspec.Struct, frozen=True):
    """One condition on the calls. Make it with `column`.

    `operator` is the documented word, `sent_as` the one that goes over the wire; `value` is in the form it is
    sent in.
    """

    column_id: str
    type: FilterType
    operator: str
    value: str | float | tuple[str | float, ...]
    sent_as: str

    @property
    def is_verdict(self) -> bool:
        """Whether this asks for an eval's verdict.

        The server compares that with what is stored, which may be true, "Passed" or 1.0 for one and the same
        eval, and finds a part. So the client applies it, to all calls.
        """
        return self.type == "boolean" and _is_uuid(self.column_id)

    def as_json(self) -> dict[str, Any]:
        """Return the filter as the API expects it."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        config = {"filter_type": self.type, "filter_op": self.sent_as, "filter_value": value}
        return {"column_id": self.column_id, "filter_config": config}


class RowFilters(msgspec.Struct, frozen=True):
    """The filters of a listing, and whether rows that contradict them are dropped.

    Rows that don't meet a filter for a verdict always are.
    """

    filters: tuple[Filter, ...] = ()
    enforce: bool = False


class Column(msgspec.Struct, frozen=True):
    """A column that calls can be filtered by; each method makes a filter.

    For an eval's column the type follows from the value: a number is compared with the score in percent (0 to
    100), True and False with the verdict, a text with the word the eval put out. The client applies a filter
    for a verdict itself, as the server finds only a part of the calls.
    """

    id: str
    type: FilterType | None = None

    def equals(self, value: Value) -> Filter:
        """Match equal values. The server takes a date to mean the whole day."""
        return self._filter("equals", value)

    def not_equals(self, value: Value) -> Filter:
        """Match other values."""
        return self._filter("not_equals", value)

    def contains(self, value: str) -> Filter:
        """Match values that have `value` in them."""
        return self._filter("contains", value)

    def not_contains(self, value: str) -> Filter:
        """Match values that don't have `value` in them."""
        return self._filter("not_contains", value)

    def greater_than(self, value: float | datetime) -> Filter:
        """Match greater or later values."""
        return self._filter("greater_than", value)

    def less_than(self, value: float | datetime) -> Filter:
        """Match smaller or earlier values."""
        return self._filter("less_than", value)

    def greater_than_or_equal(self, value: float | datetime) -> Filter:
        """Match equal, greater or later values."""
        return self._filter("greater_than_or_equal", value)

    def less_than_or_equal(self, value: float | datetime) -> Filter:
        """Match equal, smaller or earlier values."""
        return self._filter("less_than_or_equal", value)

    def between(self, low: float | datetime, high: float | datetime) -> Filter:
        """Match values from `low` to `high`."""
        return self._filter("between", low, high)

    def not_in_between(
        self, low: float | datetime, high: float | datetime, *, as_documented: bool = False
    ) -> Filter:
        """Match values outside of `low` to `high`.

        The documents call this operator `not_in_between`, which the open-source server refuses: it knows
        `not_between`, and that is sent. Set `as_documented` to send the documented word.
        """
        made = self._filter("not_in_between", low, high)
        return made if not as_documented else replace(made, sent_as=made.operator)

    def is_in(self, values: Iterable[str]) -> Filter:
        """Match any of `values`; statuses and call types in any case."""
        given = (values,) if isinstance(values, str) else tuple(values)
        if not given:
            raise ConfigurationError(
                f"A filter on {self.id!r} has an empty list of values.", remedy="Name at least one value."
            )
        return self._filter("in", *given, many=True)

    def _filter(self, operator: str, *values: Value, many: bool = False) -> Filter:
        kind = self.type or _type_of(values[0])
        if operator not in FILTER_OPERATORS[kind]:
            raise ConfigurationError(
                f"{operator!r} doesn't go with {self.id!r}, whose values are of type {kind!r}.",
                remedy=f"Operators for it: {', '.join(sorted(FILTER_OPERATORS[kind]))}.",
            )
        sent = tuple(_value(self.id, kind, value) for value in values)
        if many and self.id in FILTER_WORDS:
            sent = tuple(_spelled(self.id, str(value)) for value in sent)
        if len(sent) == 2 and not many and not _in_order(*sent):
            raise ConfigurationError(
                f"A filter on {self.id!r} has the bounds {values[0]} and {values[1]}.",
                remedy="Give the lower bound first.",
            )
        value = sent if many or len(values) > 1 else sent[0]
        return Filter(self.id, kind, operator, value, SENT_AS.get(operator, operator))


def _spelled(column_id: str, word: str) -> str:
    """Spell a word of a column as the spec does; one it doesn't know in lower case where all others are."""
    words = FILTER_WORDS[column_id]
    known = next((one for one in words if one.casefold() == word.casefold()), word)
    return known.lower() if all(map(str.islower, words)) else known


def column(name: str | UUID, *, type: FilterType | None = None) -> Column:
    """Name a column to filter by.

    `name` is status, timestamp, call_execution_id, overall_score, response_time, call_type, scenario, or the
    id of an eval config. Any other column the server may know needs its `type`. Raises
    ConfigurationError for an unknown name or type.
    """
    if type is not None and type not in FILTER_OPERATORS:
        raise ConfigurationError(
            f"{type!r} is no filter type.", remedy=f"Types: {', '.join(FILTER_OPERATORS)}."
        )
    if isinstance(name, UUID):
        return Column(str(name), type)
    if name in FILTER_TYPES:
        return Column(name, type or FILTER_TYPES[name])
    if type is not None:
        return Column(name, type)
    try:
        return Column(str(UUID(name)), type)
    except ValueError:
        raise ConfigurationError(
            f"There is no documented column {name!r} to filter by.",
            remedy=(
                f"Columns: {', '.join(FILTER_TYPES)}, or an eval config's id; for another one give its type=."
            ),
        ) from None


def _in_order(low: str | float, high: str | float) -> bool:
    """Compare two bounds of one type."""
    return str(low) <= str(high) if isinstance(low, str) or isinstance(high, str) else low <= high


def _type_of(value: Value) -> FilterType:
    """Return which type of filter an eval's value asks for."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "datetime" if isinstance(value, datetime) else "text"


def _value(name: str, kind: FilterType, value: Value) -> str | float:
    """Check a value and give it the form it is sent in."""
    match kind, value:
        case "number", int() | float() if not isinstance(value, bool) and _is_finite(value):
            return value
        case "boolean", bool():
            return "true" if value else "false"
        case "datetime", datetime() if value.tzinfo is not None:
            return _iso(name, value)
        case "datetime", str():
            return _iso(name, _read_time(name, value))
        case "text" | "list", str() | UUID() if not _UNSENDABLE.search(str(value)):
            return str(value)
        case _:
            pass
    raise ConfigurationError(
        f"{value!r} isn't a value for a filter on {name!r}, whose values are of type {kind!r}.",
        remedy=_NEEDS[kind],
    )


_NEEDS: Final[Mapping[FilterType, str]] = {
    "number": "Give a finite number.",
    "boolean": "Give True or False.",
    "datetime": "Give a datetime with a time zone, or an ISO 8601 text with one.",
    "text": "Give a text, without NUL and lone surrogates.",
    "list": "Give a text, without NUL and lone surrogates.",
}


_UNSENDABLE: Final = re.compile("[\0\ud800-\udfff]")


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int that no float is near to
        return False


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _read_time(name: str, value: str) -> datetime:
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise ConfigurationError(
            f"{value!r} isn't a time with a zone, for a filter on {name!r}.", remedy=_NEEDS["datetime"]
        )
    return read


def _iso(name: str, value: datetime) -> str:
    try:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        raise ConfigurationError(
            f"{value.isoformat()} is in no year of UTC from 1 to 9999, for a filter on {name!r}.",
            remedy="Give a time within those years.",
        ) from None
