"""The `filters` parameter: one parser for both profiles, each of which has a table of rules."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from futureagi_simulate_mock.models import CallRow
from futureagi_simulate_mock.queries import Column, Condition

#: Operators by filter type.
Operators = Mapping[str, tuple[str, ...]]
Reject = Callable[[str], Exception]

COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "greater_than": operator.gt,
    "less_than": operator.lt,
    "greater_than_or_equal": operator.ge,
    "less_than_or_equal": operator.le,
}
_ITEM_KEYS: Final = ("column_id", "filter_config")
_CONFIG_KEYS: Final = ("filter_type", "filter_op", "filter_value")


class Filter(msgspec.Struct, frozen=True):
    """One filter of the parameter; `label` is how errors name it."""

    label: str
    column: str
    type: str
    operator: str
    value: Any


class FilterRules(msgspec.Struct, frozen=True):
    """What a profile accepts and what it applies.

    `accepted`: the filter types and their operators; anything else is rejected. `applied`: which of them have
    an effect on a column, by the column's id or by what it holds; the profile decides what becomes of others.
    `pairs`: operators that need two values; `in` needs at least one. `most_filters`, `most_values`: limits.
    `without_value`: the operators that need none (None: it may be missing for all).
    `aliases`: other names of columns. `strict`: column ids are strings and filters have a value. `label`: how
    errors name a filter, by its position, counted from `first`, and its column. The rest are texts of errors.
    """

    accepted: Operators
    applied: Mapping[str, Operators]
    pairs: tuple[str, ...]
    label: str
    first: int
    unknown_type: str
    unknown_operator: str
    most_filters: int | None = None
    most_values: int | None = None
    aliases: Mapping[str, str] = {}
    without_value: tuple[str, ...] | None = None
    strict: bool = False

    def of(self, column: Column) -> Operators:
        """Return the operators that have an effect on the column, by filter type."""
        return self.applied.get(column.id) or self.applied.get(column.holds, {})

    def applies(self, item: Filter, column: Column) -> bool:
        """Return whether the filter has an effect on the column."""
        return item.operator in self.of(column).get(item.type, ())


def parse_filters(text: str | None, rules: FilterRules, reject: Reject) -> list[Filter]:
    """Parse the parameter. Raise what `reject` makes of the reason if the rules don't accept it."""
    if not text:
        return []
    try:
        items = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise reject("Filters must be valid JSON.") from None
    if items is None and rules.without_value is not None:
        return []
    if not isinstance(items, list):
        raise reject("Filters must be a list.")
    if rules.most_filters is not None and len(items) > rules.most_filters:
        raise reject(f"At most {rules.most_filters} filters are accepted, got {len(items)}.")
    return [_parse(at, item, rules, reject) for at, item in enumerate(items, rules.first)]


def _parse(at: int, item: Any, rules: FilterRules, reject: Reject) -> Filter:
    name = str(item.get("column_id", "")) if isinstance(item, dict) else ""
    label = rules.label.format(at=at, column=name)

    def fail(reason: str) -> Exception:
        return reject(f"{label}: {reason}")

    if not isinstance(item, dict):
        raise fail("Filter must be an object.")
    _check_keys("item", item, _ITEM_KEYS, _ITEM_KEYS, fail)
    column, config = item["column_id"], item["filter_config"]
    if not isinstance(config, dict):
        raise fail("filter_config must be an object.")
    required = _CONFIG_KEYS if rules.strict else _CONFIG_KEYS[:2]
    _check_keys("config", config, required, _CONFIG_KEYS, fail)
    if rules.strict and not isinstance(column, str):
        raise fail("column_id must be a string.")
    kind, word, value = config["filter_type"], config["filter_op"], config.get("filter_value")
    operators = rules.accepted.get(kind) if isinstance(kind, str) else None
    if operators is None:
        raise fail(rules.unknown_type.format(type=kind, types=", ".join(rules.accepted)))
    if word not in operators:
        raise fail(rules.unknown_operator.format(type=kind, operator=word, operators=", ".join(operators)))
    if rules.without_value is not None and "filter_value" not in config and word not in rules.without_value:
        raise fail(f"{word!r} requires filter_value.")
    if word in ("in", "not_in") and not (isinstance(value, list) and value):
        raise fail(f"{word!r} requires a non-empty filter_value list.")
    if word in rules.pairs and not (isinstance(value, list) and len(value) == 2):
        raise fail(f"{word!r} requires a two-value filter_value list.")
    if rules.most_values is not None and isinstance(value, list) and len(value) > rules.most_values:
        raise fail(f"At most {rules.most_values} values are accepted, got {len(value)}.")
    return Filter(label, rules.aliases.get(name, name), kind, word, value)


def _check_keys(
    what: str, found: dict[str, Any], required: Sequence[str], known: Sequence[str], fail: Reject
) -> None:
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise fail(f"Unknown filter {what} keys: {', '.join(unknown)}")
    absent = [key for key in required if key not in found]
    if absent:
        raise fail(f"Missing filter {what} keys: {', '.join(absent)}")


def where(value: Callable[[CallRow], Any], test: Callable[[Any], bool]) -> Condition:
    """Return the condition that a call has a value which passes the test."""

    def condition(call: CallRow) -> bool:
        found = value(call)
        return found is not None and test(found)

    return condition


def negation(condition: Condition) -> Condition:
    """Return the condition that keeps exactly the other calls."""
    return lambda call: not condition(call)
