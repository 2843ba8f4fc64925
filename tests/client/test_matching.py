"""Rows at the edges of a filter: bounds, units, rounding, what isn't sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from futureagi_simulate import Filter, column
from futureagi_simulate.matching import contradicted, contradicts

SCORE = column("overall_score")
TIME = column("timestamp")
NINE = datetime(2026, 3, 21, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MIDNIGHT = datetime(2026, 3, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("condition", "meets"),
    [
        (SCORE.greater_than_or_equal(50), True),
        (SCORE.greater_than_or_equal(50.1), False),
        (SCORE.less_than_or_equal(50), True),
        (SCORE.less_than_or_equal(49.9), False),
        (SCORE.between(50, 60), True),
        (SCORE.between(40, 50), True),
        (SCORE.between(51, 60), False),
        (SCORE.between(40, 49), False),
        (SCORE.not_in_between(50, 60), True),
        (SCORE.not_in_between(40, 50), True),
        (SCORE.not_in_between(49, 51), False),
        (SCORE.not_equals(50.5), True),
        (SCORE.equals(-50), False),
    ],
)
def test_a_bound_belongs_to_what_it_bounds(condition: Filter, meets: bool) -> None:
    assert contradicts(condition, {"overall_score": 50}) is (not meets)


@pytest.mark.parametrize("value", [2.5e9, -2.5e9])
def test_what_was_lost_in_rounding_is_no_contradiction(value: float) -> None:
    near = {"overall_score": value + 1}
    assert not contradicts(SCORE.equals(value), near)
    assert not contradicts(SCORE.less_than_or_equal(value), near)
    assert not contradicts(SCORE.greater_than_or_equal(value), {"overall_score": value - 1})
    assert not contradicts(SCORE.between(value, value), near)
    assert not contradicts(SCORE.not_in_between(value - 1, value + 1), {"overall_score": value})
    assert contradicts(SCORE.equals(value), {"overall_score": value + 9})


@pytest.mark.parametrize(
    ("row", "meets"),
    [
        ({"response_time": 1500, "response_time_ms": 1500}, True),
        ({"response_time": 1500, "response_time_ms": 2500}, False),
        ({"response_time": 1.5}, True),
        ({"response_time": 2.5}, False),
        ({"response_time": None, "response_time_ms": None}, False),
    ],
)
def test_a_response_time_is_compared_in_seconds(row: dict[str, Any], meets: bool) -> None:
    assert contradicts(column("response_time").between(1, 2), row) is (not meets)


@pytest.mark.parametrize(
    ("condition", "meets"),
    [(SCORE.not_in_between(1, 2), True), (SCORE.between(1, 2), False), (SCORE.less_than(5), False)],
)
def test_a_row_without_a_value_meets_only_what_denies(condition: Filter, meets: bool) -> None:
    assert contradicts(condition, {"overall_score": None}) is (not meets)


@pytest.mark.parametrize(
    ("condition", "meets"),
    [
        (TIME.greater_than_or_equal(NINE), True),
        (TIME.greater_than_or_equal(NINE + HOUR), False),
        (TIME.less_than_or_equal(NINE), True),
        (TIME.less_than_or_equal(NINE - HOUR), False),
        (TIME.between(NINE, NINE), True),
        (TIME.between(NINE - HOUR, NINE), True),
        (TIME.between(NINE + HOUR, NINE + 2 * HOUR), False),
        (TIME.between(NINE - 2 * HOUR, NINE - HOUR), False),
        (TIME.not_in_between(NINE, NINE + HOUR), True),
        (TIME.not_in_between(NINE - HOUR, NINE), True),
        (TIME.not_in_between(NINE - HOUR, NINE + HOUR), False),
        (TIME.equals(NINE + 14 * HOUR), True),
        (TIME.equals(NINE + 15 * HOUR), False),
        (TIME.equals(NINE - 10 * HOUR), False),
        (TIME.not_equals(NINE), False),
        (TIME.not_equals(NINE + HOUR), True),
    ],
)
def test_a_creation_time_is_compared_to_the_moment(condition: Filter, meets: bool) -> None:
    assert contradicts(condition, {"created_at": "2026-03-21T09:00:00Z"}) is (not meets)


@pytest.mark.parametrize(
    ("condition", "meets"),
    [
        (TIME.equals(MIDNIGHT), True),
        (TIME.equals(MIDNIGHT + 23 * HOUR), True),
        (TIME.equals(MIDNIGHT - HOUR), False),
        (TIME.equals(MIDNIGHT - 24 * HOUR), False),
        (TIME.equals(MIDNIGHT + 24 * HOUR), False),
        (TIME.greater_than_or_equal(MIDNIGHT), True),
        (TIME.less_than_or_equal(MIDNIGHT), True),
        (TIME.between(MIDNIGHT, MIDNIGHT + HOUR), True),
        (TIME.between(MIDNIGHT - HOUR, MIDNIGHT), True),
    ],
)
def test_midnight_belongs_to_the_day_that_begins(condition: Filter, meets: bool) -> None:
    assert contradicts(condition, {"created_at": MIDNIGHT.isoformat()}) is (not meets)


def test_an_update_says_only_that_the_creation_was_not_later() -> None:
    updated = {"timestamp": "2026-03-21T09:00:00Z"}
    assert contradicts(TIME.greater_than(NINE + HOUR), updated)
    assert contradicts(TIME.between(NINE + HOUR, NINE + 2 * HOUR), updated)
    assert contradicts(TIME.equals(NINE + 24 * HOUR), updated)
    for condition in (
        TIME.less_than(NINE - HOUR),
        TIME.between(NINE - 2 * HOUR, NINE - HOUR),
        TIME.not_in_between(NINE - HOUR, NINE + HOUR),
        TIME.equals(NINE - 24 * HOUR),
        TIME.not_equals(NINE),
    ):
        assert not contradicts(condition, updated), condition


@pytest.mark.parametrize("row", [{}, {"timestamp": None}, {"created_at": "soon"}])
def test_a_row_without_a_time_contradicts_no_time(row: dict[str, Any]) -> None:
    assert not contradicts(TIME.equals(NINE), row)


def test_another_columns_time_is_not_judged() -> None:
    ended = column("ended_at", type="datetime").less_than(NINE - HOUR)
    assert not contradicts(ended, {"ended_at": "2026-03-21T09:00:00Z", "created_at": "2026-03-21T09:00:00Z"})


def test_the_filter_that_a_row_contradicts_is_named() -> None:
    good, bad = SCORE.between(1, 9), SCORE.between(5, 9)
    assert contradicted([good, bad], {"overall_score": 3}) is bad
    assert contradicted([good], {"overall_score": 3}) is None
