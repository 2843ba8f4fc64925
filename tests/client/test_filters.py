"""Filters: what each sends, and what is refused before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from futureagi_simulate import Column, ConfigurationError, Filter, column
from futureagi_simulate.filters import FilterType
from futureagi_simulate.matching import contradicts
from futureagi_simulate_api.operations import FILTER_OPERATORS

EVAL = "61f0e267-7194-5e18-b8dd-d7fbff2d3d7d"
NINE = datetime(2026, 3, 21, 9, 0, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)


@pytest.mark.parametrize(
    ("made", "column_id", "kind", "operator", "value"),
    [
        (column("status").equals("completed"), "status", "text", "equals", "completed"),
        (column("status").not_equals("failed"), "status", "text", "not_equals", "failed"),
        (column("scenario").contains("Refund"), "scenario", "text", "contains", "Refund"),
        (column("scenario").not_contains("50%"), "scenario", "text", "not_contains", "50%"),
        (
            column("call_type").is_in(["Inbound", "Outbound"]),
            "call_type",
            "text",
            "in",
            ["Inbound", "Outbound"],
        ),
        (column("call_type").is_in("Inbound"), "call_type", "text", "in", ["Inbound"]),
        (column("call_type").is_in(["INBOUND", "web"]), "call_type", "text", "in", ["Inbound", "web"]),
        (column("status").is_in(["Completed", "FAILED"]), "status", "text", "in", ["completed", "failed"]),
        (column("scenario").is_in(["Refund"]), "scenario", "text", "in", ["Refund"]),
        (column("call_execution_id").equals(UUID(EVAL)), "call_execution_id", "text", "equals", EVAL),
        (column("overall_score").between(50, 90), "overall_score", "number", "between", [50, 90]),
        (column("overall_score").not_in_between(50, 90), "overall_score", "number", "not_between", [50, 90]),
        (
            column("overall_score").not_in_between(50, 90, as_documented=True),
            "overall_score",
            "number",
            "not_in_between",
            [50, 90],
        ),
        (column("response_time").greater_than(1.5), "response_time", "number", "greater_than", 1.5),
        (column("response_time").less_than(2), "response_time", "number", "less_than", 2),
        (
            column("overall_score").greater_than_or_equal(0),
            "overall_score",
            "number",
            "greater_than_or_equal",
            0,
        ),
        (column("overall_score").less_than_or_equal(0), "overall_score", "number", "less_than_or_equal", 0),
        (
            column("timestamp").between(NINE, TEN),
            "timestamp",
            "datetime",
            "between",
            ["2026-03-21T09:00:00Z", "2026-03-21T10:00:00Z"],
        ),
        (
            column("timestamp").greater_than(datetime(2026, 3, 21, 9, tzinfo=timezone(timedelta(hours=2)))),
            "timestamp",
            "datetime",
            "greater_than",
            "2026-03-21T07:00:00Z",
        ),
        (
            column("timestamp").equals("2026-03-21T09:00:00+01:00"),
            "timestamp",
            "datetime",
            "equals",
            "2026-03-21T08:00:00Z",
        ),
        (column(EVAL).equals(True), EVAL, "boolean", "equals", "true"),
        (column(EVAL).not_equals(False), EVAL, "boolean", "not_equals", "false"),
        (column(UUID(EVAL)).greater_than(50), EVAL, "number", "greater_than", 50),
        (column(EVAL.upper()).contains("ang"), EVAL, "text", "contains", "ang"),
        (column(EVAL, type="list").contains("calm"), EVAL, "list", "contains", "calm"),
        (column("situation", type="text").contains("1"), "situation", "text", "contains", "1"),
    ],
)
def test_a_filter_is_sent_in_the_documented_form(
    made: Filter, column_id: str, kind: FilterType, operator: str, value: Any
) -> None:
    config = {"filter_type": kind, "filter_op": operator, "filter_value": value}
    assert made.as_json() == {"column_id": column_id, "filter_config": config}


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: column("statsu"), "no documented column 'statsu'"),
        (lambda: column("x", type="enum"), "'enum' is no filter type"),
        (lambda: column("status").greater_than(1), "'greater_than' doesn't go with 'status'"),
        (lambda: column("status").between(1, 2), "'between' doesn't go with"),
        (lambda: column("status").equals(1), "1 isn't a value"),
        (lambda: column("status").equals("a\0"), "isn't a value"),
        (lambda: column("overall_score").contains("9"), "'contains' doesn't go with"),
        (lambda: column("overall_score").equals("9"), "'9' isn't a value"),
        (lambda: column("overall_score").equals(True), "True isn't a value"),
        (lambda: column("overall_score").equals(float("nan")), "nan isn't a value"),
        (lambda: column("overall_score").equals(float("inf")), "inf isn't a value"),
        (lambda: column("overall_score").between(-float("inf"), 5), "-inf isn't a value"),
        (lambda: column("overall_score").between(5, float("inf")), "inf isn't a value"),
        (lambda: column(EVAL).greater_than(float("nan")), "nan isn't a value"),
        (lambda: column("overall_score").less_than(10**400), "isn't a value"),
        (lambda: column("scenario").contains("\ud800"), "isn't a value"),
        (lambda: column("status").is_in(["completed", "\udfff"]), "isn't a value"),
        (
            lambda: column("timestamp").less_than(datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))),
            "in no year of UTC",
        ),
        (lambda: column("overall_score").between(90, 50), "bounds 90 and 50"),
        (lambda: column("overall_score").is_in(["1"]), "'in' doesn't go with"),
        (lambda: column("timestamp").equals(datetime(2026, 3, 21)), "isn't a value"),
        (lambda: column("timestamp").equals("2026-03-21T09:00:00"), "isn't a time with a zone"),
        (lambda: column("timestamp").equals("yesterday"), "isn't a time with a zone"),
        (lambda: column("timestamp").equals(5), "5 isn't a value"),
        (lambda: column(EVAL).between(True, False), "'between' doesn't go with"),
        (lambda: column("status").is_in([]), "empty list"),
    ],
)
def test_what_the_server_could_not_do_is_refused_at_once(make: Callable[[], Any], problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        make()
    assert caught.value.remedy


CALL = {
    "id": "80a55d5d-1ab1-59c1-b871-c842205f1f4e",
    "status": "completed",
    "overall_score": 88.0,
    "response_time": 1.663,
    "response_time_ms": 1663,
    "call_type": "Inbound",
    "scenario": "Billing Inquiry",
    "timestamp": "2026-03-21T12:00:00Z",
    "eval_outputs": {
        EVAL: {"value": "Passed", "type": "Pass/Fail"},
        EVAL.replace("6", "7"): {"value": 0.5, "type": "score"},
        EVAL.replace("6", "8"): {"value": ["calm"], "type": "choices"},
    },
}
DOCUMENTED = {
    **CALL,
    "scenario": {"id": "x", "name": "Billing Inquiry"},
    "created_at": "2026-03-21T09:30:00Z",
}
SCORE, CHOICES = EVAL.replace("6", "7"), EVAL.replace("6", "8")


@pytest.mark.parametrize(
    ("condition", "meets"),
    [
        (column("status").equals("completed"), True),
        (column("status").equals("COMPLETED"), True),
        (column("status").equals("failed"), False),
        (column("status").not_equals("completed"), False),
        (column("status").not_equals("Completed"), True),
        (column("status").contains("plet"), True),
        (column("status").contains("fail"), False),
        (column("status").not_contains("plet"), False),
        (column("status").is_in(["failed", "completed"]), True),
        (column("status").is_in(["failed"]), False),
        (column("call_execution_id").equals("80a55d5d-1ab1-59c1-b871-c842205f1f4e"), True),
        (column("call_execution_id").equals(EVAL), False),
        (column("scenario").equals("Billing Inquiry"), True),
        (column("scenario").equals("Refund"), False),
        (column("overall_score").between(50, 90), True),
        (column("overall_score").between(50, 80), False),
        (column("overall_score").not_in_between(50, 90), False),
        (column("overall_score").not_in_between(10, 20), True),
        (column("overall_score").greater_than(88), True),
        (column("overall_score").greater_than(89), False),
        (column("overall_score").less_than(87), False),
        (column("overall_score").equals(88), True),
        (column("overall_score").equals(87), False),
        (column("overall_score").not_equals(88), False),
        (column("response_time").less_than(1.7), True),
        (column("response_time").less_than(1.0), False),
        (column("timestamp").greater_than(NINE), True),
        (column("timestamp").greater_than(NINE + timedelta(hours=4)), False),
        (column(EVAL).equals(True), True),
        (column(EVAL).equals(False), False),
        (column(EVAL).equals("Passed"), True),
        (column(EVAL).equals("Failed"), False),
        (column(SCORE).between(40, 60), True),
        (column(SCORE).greater_than(51), False),
        (column(CHOICES).equals("calm"), True),
        (column(CHOICES).equals("angry"), False),
        (column("situation", type="text").equals("x"), True),
    ],
)
@pytest.mark.parametrize("row", [CALL, DOCUMENTED], ids=["observed", "documented"])
def test_a_row_is_held_against_a_filter(condition: Filter, meets: bool, row: dict[str, Any]) -> None:
    assert contradicts(condition, row) is (not meets)


@pytest.mark.parametrize(
    ("condition", "meets"),
    [
        (column("timestamp").less_than(NINE), False),
        (column("timestamp").less_than(TEN), True),
        (column("timestamp").between(NINE, TEN), True),
        (column("timestamp").between(TEN, TEN + timedelta(hours=9)), False),
        (column("timestamp").not_in_between(NINE, TEN), False),
        (column("timestamp").equals(NINE), True),
        (column("timestamp").equals(NINE + timedelta(days=1)), False),
        (column("timestamp").not_equals(NINE + timedelta(minutes=30)), False),
    ],
)
def test_a_creation_time_is_compared_where_it_is_sent(condition: Filter, meets: bool) -> None:
    assert contradicts(condition, DOCUMENTED) is (not meets)
    assert not contradicts(column("timestamp").less_than(NINE), CALL), "an update tells no latest creation"


@pytest.mark.parametrize(
    ("operator", "meets"), [("equals", False), ("greater_than", False), ("not_equals", True)]
)
def test_a_row_without_a_score_meets_only_what_it_can(operator: str, meets: bool) -> None:
    condition = getattr(column("overall_score"), operator)(50)
    assert contradicts(condition, {**CALL, "overall_score": None}) is (not meets)


def test_a_column_that_the_row_does_not_show_contradicts_nothing() -> None:
    assert not contradicts(column("overallScore", type="number").equals(1), CALL)
    assert not contradicts(column("00000000-0000-4000-8000-000000000000").greater_than(1), CALL)


def test_a_column_has_a_method_for_each_operator_of_the_spec() -> None:
    words = {word for operators in FILTER_OPERATORS.values() for word in operators}
    methods = {name for name in vars(Column) if not name.startswith("_")} - {"id", "type"}
    assert {"is_in" if word == "in" else word for word in words} == methods
