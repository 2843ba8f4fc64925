"""The test execution's filters: refused, silently ignored, or applied to something that isn't shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from futureagi_simulate_contract.drift.filtering import COLUMNS, Filter, satisfies, shown, single_filter
from futureagi_simulate_contract.drift.finding import Severity, Sighting
from futureagi_simulate_contract.drift.log import Log
from futureagi_simulate_contract.drift.rule import Rules
from futureagi_simulate_contract.exchange import Endpoint, Exchange
from futureagi_simulate_contract.kinds import Kind
from futureagi_simulate_contract.rows import Row

RULES: Final = Rules()
_PAGE: Final = Endpoint.TEST_EXECUTION
_OPPOSITE: Final = {"less_than": "greater_than", "greater_than": "less_than"}


def filtered(log: Log, *, status: int | None = None) -> Iterator[tuple[Exchange, Filter]]:
    """Yield the questions with exactly one filter."""
    for exchange in log.of(_PAGE, status=status):
        wanted = single_filter(exchange)
        if wanted is not None:
            yield exchange, wanted


def whole_count(log: Log, exchange: Exchange) -> int | None:
    """Return how many calls the execution that was asked about has without any filter."""
    for other in log.of(_PAGE, status=200):
        narrowed = {"filters", "search", "row_groups"} & set(other.query)
        if other.question.path == exchange.question.path and not narrowed:
            count = other.envelope.get("count")
            return count if isinstance(count, int) else None
    return None


def _rows_of(log: Log, exchange: Exchange) -> list[Row]:
    rows = {
        row["id"]: row
        for other, row in log.rows(_PAGE)
        if other.question.path == exchange.question.path and isinstance(row.get("id"), str)
    }
    return list(rows.values())


@RULES.add(
    "filter-refused", Kind.FILTER, "filters",
    "every documented pair of filter_type and filter_op is accepted", _PAGE, severity=Severity.BREAKS,
)  # fmt: skip
def _refused(log: Log, _: Endpoint) -> Iterator[Sighting]:
    for exchange, wanted in filtered(log):
        if wanted.documented and 400 <= exchange.answer.status < 500:
            yield Sighting(str(exchange.answer.status), exchange, location=f"filters: {_refusal(wanted)}")


def _refusal(wanted: Filter) -> str:
    if wanted.type == "list":
        return "type list"
    if wanted.operator == "not_in_between":
        return "not_in_between"
    if wanted.operator == "in":
        return "in, of another type than text"
    return f"{wanted.operator} of type {wanted.type}"


@RULES.add(
    "filter-ignored", Kind.FILTER, "filters",
    "a filter that is accepted is applied", _PAGE, severity=Severity.BREAKS,
)  # fmt: skip
def _ignored(log: Log, _: Endpoint) -> Iterator[Sighting]:
    for exchange, wanted in filtered(log, status=200):
        count, whole = exchange.envelope.get("count"), whole_count(log, exchange)
        if not wanted.documented or count is None or count != whole or _is_day(wanted):
            continue
        if _compares_times(wanted) and _parts(log, exchange, wanted):
            continue
        known = _rows_of(log, exchange)
        against = sum(satisfies(row, wanted) is False for row in known)
        if against or _narrower(log, exchange, wanted, count):
            place = "an eval" if wanted.is_eval else wanted.column
            detail = f"all {whole} items came, {against} of the known ones don't satisfy it"
            yield Sighting(
                "everything comes",
                exchange,
                True,
                f"filters: {place} {wanted.operator} ({wanted.type})",
                detail,
            )


def _is_day(wanted: Filter) -> bool:
    return (wanted.column, wanted.type, wanted.operator) == ("timestamp", "datetime", "equals")


def _narrower(log: Log, exchange: Exchange, wanted: Filter, count: int) -> bool:
    """Tell whether one half of a `between` alone finds fewer items than the whole of it."""
    if wanted.operator != "between" or not isinstance(wanted.value, list) or len(wanted.value) != 2:
        return False
    halves = zip(("greater_than_or_equal", "less_than_or_equal"), wanted.value, strict=True)
    alone = [attrs.evolve(wanted, operator=operator, value=value) for operator, value in halves]
    return any(
        half in alone and other.question.path == exchange.question.path and other.envelope["count"] < count
        for other, half in filtered(log, status=200)
    )


@RULES.add(
    "unknown-column",
    Kind.FILTER,
    "filters: a column that doesn't exist",
    "a filter on a column that doesn't exist is refused",
    _PAGE,
)
def _unknown_column(log: Log, _: Endpoint) -> Iterator[Sighting]:
    for exchange, wanted in filtered(log, status=200):
        if wanted.column in COLUMNS or wanted.is_eval or not wanted.column.startswith(("no_", "nope")):
            continue
        if exchange.envelope.get("count") == whole_count(log, exchange):
            yield Sighting("200, everything comes", exchange)


@RULES.add(
    "filter-of-another-time", Kind.MEANING, "filters: timestamp",
    "the timestamp filter looks at the time that the items show", _PAGE, severity=Severity.BREAKS,
)  # fmt: skip
def _other_time(log: Log, _: Endpoint) -> Iterator[Sighting]:
    for exchange, wanted in filtered(log, status=200):
        if not _compares_times(wanted):
            continue
        rows, count = _rows_of(log, exchange), exchange.envelope.get("count")
        there = sum(satisfies(row, wanted) is True for row in rows)
        if len(rows) == whole_count(log, exchange) and there != count and _parts(log, exchange, wanted):
            detail = f"{count} items came, {there} show such a time"
            yield Sighting("it looks at the creation, items show the update", exchange, detail=detail)


def _compares_times(wanted: Filter) -> bool:
    return (wanted.column, wanted.type) == ("timestamp", "datetime") and wanted.operator in _OPPOSITE


def _parts(log: Log, exchange: Exchange, wanted: Filter) -> bool:
    """Tell whether this comparison and the opposite one find different things: so the filter is applied."""
    opposite = attrs.evolve(wanted, operator=_OPPOSITE.get(wanted.operator, ""))
    return any(
        other.question.path == exchange.question.path
        and other.envelope.get("count") != exchange.envelope.get("count")
        for other, found in filtered(log, status=200)
        if found == opposite
    )


@RULES.add(
    "filter-by-day",
    Kind.MEANING,
    "filters: timestamp equals",
    "equals finds the items of that very moment",
    _PAGE,
)
def _by_day(log: Log, _: Endpoint) -> Iterator[Sighting]:
    for exchange, wanted in filtered(log, status=200):
        if _is_day(wanted) and any(satisfies(row, wanted) is False for row in exchange.rows):
            yield Sighting("it finds a whole day", exchange)


@RULES.add(
    "case-of-equals",
    Kind.CASING,
    "filters: equals",
    "equals treats upper and lower case alike in every text column",
    _PAGE,
)
def _case(log: Log, _: Endpoint) -> Iterator[Sighting]:
    heeds = {
        wanted.column: (exchange, exchange.envelope.get("count") == 0)
        for exchange, wanted in filtered(log, status=200)
        if (wanted.type, wanted.operator) == ("text", "equals")
        and _known_in_other_case(log, exchange, wanted)
    }
    if len({sensitive for _, sensitive in heeds.values()}) > 1:
        for column, (exchange, sensitive) in heeds.items():
            got = "another case finds nothing" if sensitive else "another case finds the same"
            yield Sighting(got, exchange, location=f"filters: {column} equals, in another case")


def _known_in_other_case(log: Log, exchange: Exchange, wanted: Filter) -> bool:
    values = {
        shown(row, wanted.column)
        for row in _rows_of(log, exchange)
        if not isinstance(shown(row, wanted.column), (dict, list))
    }
    same = {
        value for value in values if isinstance(value, str) and value.lower() == str(wanted.value).lower()
    }
    return bool(same) and wanted.value not in same


@RULES.add(
    "grouping-fails",
    Kind.STATUS,
    "row_groups",
    "calls can be grouped by every documented column",
    _PAGE,
    severity=Severity.BREAKS,
)
def _grouping(log: Log, _: Endpoint) -> Iterator[Sighting]:
    for exchange in log.of(_PAGE, status=500):
        groups = exchange.query.get("row_groups", "")
        if groups.startswith('["'):
            first = groups.split('"')[1]
            location = "row_groups: scenario" if first == "scenario" else "row_groups: another plain column"
            yield Sighting("500", exchange, location=location)
