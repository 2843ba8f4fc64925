"""Whether a row satisfies a filter is decided by the values it shows, and open where it shows none."""

from __future__ import annotations

from typing import Any

import pytest

from futureagi_simulate_contract.exchange import Exchange, Request, Response
from futureagi_simulate_contract.filtering import Filter, documented, satisfies, single_filter

EVAL = "20c35c33-a573-5a2c-8598-bf52ff5359fd"
ROW = {
    "id": "a",
    "status": "completed",
    "created_at": "2026-03-23T10:00:00Z",
    "overall_score": 62.5,
    "scenario": {"name": "Billing inquiry"},
    "eval_outputs": {EVAL: {"output": "Passed"}},
    "response_time": None,
}


@pytest.mark.parametrize(
    ("column", "kind", "operator", "value", "wanted"),
    [
        ("status", "text", "equals", "COMPLETED", True),
        ("status", "text", "not_equals", "completed", False),
        ("status", "text", "contains", "plet", True),
        ("status", "text", "not_contains", "plet", False),
        ("status", "text", "in", ["failed", "completed"], True),
        ("scenario", "text", "equals", "billing INQUIRY", True),
        ("call_execution_id", "text", "equals", "b", False),
        ("overall_score", "number", "between", [60, 70], True),
        ("overall_score", "number", "not_in_between", [60, 70], False),
        ("overall_score", "number", "greater_than", 62.5, False),
        ("overall_score", "number", "greater_than_or_equal", 62.5, True),
        ("overall_score", "number", "less_than", 62, False),
        ("overall_score", "number", "less_than_or_equal", 63, True),
        ("timestamp", "datetime", "less_than", "2026-03-23T12:00:00+01:00", True),
        ("timestamp", "datetime", "greater_than", "2026-03-23T12:00:00+01:00", False),
        ("timestamp", "datetime", "equals", "2026-03-23T11:00:00+01:00", True),
        (EVAL, "text", "equals", "passed", True),
        (EVAL, "number", "greater_than", 3, None),
        ("response_time", "number", "less_than", 3, None),
        ("status", "number", "greater_than", 3, None),
        ("status", "datetime", "equals", "failed", False),
        ("no_such_column", "text", "equals", "x", None),
    ],
)
def test_a_row_satisfies(column: str, kind: str, operator: str, value: Any, wanted: bool | None) -> None:
    assert satisfies(ROW, Filter(column, kind, operator, value)) is wanted


def asked(text: str, **more: str) -> Exchange:
    return Exchange(Request("/x/", (("filters", text), *more.items())), Response(200, {}, b"{}"))


def test_a_filter_is_read_back_as_it_was_written() -> None:
    for kind in documented("FilterType"):
        for operator in documented("FilterOperator"):
            value = [1, 2] if operator in {"between", "not_in_between", "in"} else 1
            made = Filter("status", kind, operator, value)
            assert single_filter(asked(made.encode())) == made
            assert made.documented


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "5",
        "[]",
        '[{"column_id":"status"}]',
        '[{"column_id":"status","x":1,"filter_config":{"filter_type":"text","filter_op":"equals","filter_value":"a"}}]',
        Filter("overall_score", "number", "between", 50).encode(),
        Filter("overall_score", "number", "equals", None).encode(),
        Filter("status", "text", "in", []).encode(),
    ],
)
def test_what_is_no_single_well_formed_filter_is_none(text: str) -> None:
    assert single_filter(asked(text)) is None


def test_a_filter_beside_a_search_is_not_alone() -> None:
    made = Filter("status", "text", "equals", "completed").encode()
    assert single_filter(asked(made, search="x")) is None
