"""Every combination of column, type and operator: filtered like a plain loop over the rows, or refused."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from futureagi_simulate_mock import ids
from futureagi_simulate_mock.builders import Builders
from futureagi_simulate_mock.data.seeding import EPOCH
from futureagi_simulate_mock.documented import MOST_FILTERS, MOST_VALUES
from futureagi_simulate_mock.messages import Endpoint

from .profile_client import ProfileClient, made

Row = dict[str, Any]
COLUMNS = {
    "status": "text",
    "timestamp": "datetime",
    "call_execution_id": "text",
    "overall_score": "number",
    "response_time": "number",
    "call_type": "text",
    "scenario": "text",
    ids.EVAL_COHERENCE_ID: "Pass/Fail",
    ids.EVAL_RESOLUTION_SCORE_ID: "score",
    ids.EVAL_TONE_ID: "choices",
}
TYPES = ("text", "number", "datetime", "boolean", "list")
OPERATORS = ("equals", "not_equals", "contains", "not_contains", "greater_than", "less_than",
             "greater_than_or_equal", "less_than_or_equal", "between", "not_in_between", "in")  # fmt: skip
ORDERED = {
    "greater_than",
    "less_than",
    "greater_than_or_equal",
    "less_than_or_equal",
    "between",
    "not_in_between",
}
WORDS = {"equals", "not_equals", "contains", "not_contains", "in"}
SIZES = ORDERED | {"equals", "not_equals", "in"}
TAKEN = {
    ("text", "text"): WORDS,
    ("text", "list"): {"in"},
    ("number", "number"): SIZES,
    ("number", "list"): {"in"},
    ("score", "number"): SIZES,
    ("score", "list"): {"in"},
    ("datetime", "datetime"): SIZES,
    ("datetime", "list"): {"in"},
    ("Pass/Fail", "text"): WORDS,
    ("Pass/Fail", "boolean"): {"equals", "not_equals"},
    ("Pass/Fail", "list"): {"in"},
    ("choices", "text"): WORDS,
    ("choices", "list"): WORDS,
}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "greater_than": operator.gt,
    "less_than": operator.lt,
    "greater_than_or_equal": operator.ge,
    "less_than_or_equal": operator.le,
}


@pytest.fixture(scope="module")
def asker() -> Any:
    store = made(executions=2, calls=150)
    return ProfileClient(store)


@pytest.fixture(scope="module")
def rows(asker: ProfileClient) -> list[Row]:
    """Read the calls of the execution from what the service shows of them, and two columns it hides."""
    hidden = {
        call.id: (call.response_time, call.call_type)
        for call in asker.store.calls.values()
        if call.original is None
    }
    return [
        {
            "status": item["status"],
            "timestamp": datetime.fromisoformat(item["created_at"]),
            "call_execution_id": item["id"],
            "overall_score": item.get("overall_score"),  # left out where there is none
            "response_time": None if hidden[item["id"]][0] is None else hidden[item["id"]][0] / 1000,
            "call_type": hidden[item["id"]][1],
            "scenario": item["scenario"],
            **{key: output["output"] for key, output in item["eval_outputs"].items()},
        }
        for item in asker.detail(limit=1000)["results"]
    ]


def scale(column: str) -> int:
    """Scores are shown from 0 to 1 and asked for in percent."""
    return 100 if COLUMNS[column] == "score" else 1


def fitting_value(rows: list[Row], column: str, kind: str, op: str) -> Any:
    """Return a value of the type that splits the rows."""
    several = op in ("between", "not_in_between", "in") or kind == "list"
    held = sorted(
        {row[column] for row in rows if not isinstance(row.get(column), (list, type(None)))}, key=str
    )
    if kind == "boolean":
        return True
    if kind == "number":
        numbers = [value for value in held if isinstance(value, float)] or [1.0, 2.0]
        low, high = (round(numbers[len(numbers) * part // 4] * scale(column), 6) for part in (1, 3))
        return [low, high] if several else low
    if kind == "datetime" or (kind == "list" and column == "timestamp"):
        times = [value for value in held if isinstance(value, datetime)] or [
            datetime(2026, 3, 23, tzinfo=UTC)
        ] * 4
        since, until = (times[len(times) * part // 4].isoformat() for part in (1, 3))
        return [since, until] if several else since
    if kind == "list" and COLUMNS[column] in ("number", "score"):
        return fitting_value(rows, column, "number", "in")
    words = [value for value in held if isinstance(value, str)] or ["angry", "neutral"]
    if op.endswith("contains") and kind == "text":
        return words[0][1:-1].upper()
    return [words[0].upper(), words[-1]] if several else words[0].swapcase()


def as_asked(value: Any, kind: str, column: str) -> Any:
    if isinstance(value, list):
        return [as_asked(one, kind, column) for one in value]
    if kind == "datetime" or (kind == "list" and column == "timestamp"):
        return datetime.fromisoformat(value)
    return value.casefold() if isinstance(value, str) else value


def passes(row: Row, column: str, kind: str, op: str, asked: Any) -> bool:
    """Decide one row the plain way."""
    if op in ("not_equals", "not_contains", "not_in_between"):
        positive = {"not_equals": "equals", "not_contains": "contains", "not_in_between": "between"}[op]
        return not passes(row, column, kind, positive, asked)
    value: Any = row.get(column)
    if value is None:
        return False
    if isinstance(value, list):
        words = {word.casefold() for word in value}
        if kind == "list":
            wanted = set(asked)
            return {"equals": words == wanted, "contains": wanted <= words, "in": bool(words & wanted)}[op]
        if op == "in":
            return bool(words & set(asked))
        return words == {asked} if op == "equals" else any(asked in word for word in words)
    if kind == "boolean":
        return (value == "Passed") is asked
    if isinstance(value, str):
        value = value.casefold()
    elif not isinstance(value, datetime):
        value = round(value * scale(column), 6)
    if op == "between":
        return bool(asked[0] <= value <= asked[1])
    if op == "in":
        return value in asked
    if op == "contains":
        return asked in value
    return value == asked if op == "equals" else COMPARE[op](value, asked)


@pytest.mark.parametrize(("column", "kind", "op"), list(product(COLUMNS, TYPES, OPERATORS)))
def test_a_filter_keeps_what_a_plain_loop_keeps_or_is_refused_with_a_reason(
    asker: ProfileClient, rows: list[Row], column: str, kind: str, op: str
) -> None:
    value = fitting_value(rows, column, kind, op)
    found = asker.detail(filters=[condition(column, kind, op, value)], limit=1000)
    if op not in TAKEN.get((COLUMNS[column], kind), set()):
        assert found["type"] == "validation_error"
        assert column in found["details"]["filters"][0]
        return
    asked = as_asked(value, kind, column)
    expected = [row["call_execution_id"] for row in rows if passes(row, column, kind, op, asked)]
    assert [item["id"] for item in found["results"]] == expected
    assert found["count"] == len(expected)


def test_the_combinations_are_the_440_documented_ones_with_evals_of_each_kind() -> None:
    plain = len(COLUMNS) - 3
    assert (plain + 1) * len(TYPES) * len(OPERATORS) == 440


def test_most_taken_filters_split_the_rows(asker: ProfileClient, rows: list[Row]) -> None:
    split = 0
    taken = 0
    for column, kind, op in product(COLUMNS, TYPES, OPERATORS):
        if op in TAKEN.get((COLUMNS[column], kind), set()):
            taken += 1
            value = fitting_value(rows, column, kind, op)
            split += (
                0 < asker.detail(filters=[condition(column, kind, op, value)], limit=1)["count"] < len(rows)
            )
    assert taken > 80
    assert split / taken > 0.9


def condition(column: str, kind: str, op: str, value: Any) -> dict[str, Any]:
    return {
        "column_id": column,
        "filter_config": {"filter_type": kind, "filter_op": op, "filter_value": value},
    }


@pytest.mark.parametrize(
    ("op", "value", "kept"),
    [
        ("equals", "2026-01-02", "bc"),
        ("not_equals", "2026-01-02", "ad"),
        ("greater_than", "2026-01-02", "d"),
        ("greater_than_or_equal", "2026-01-02", "bcd"),
        ("less_than", "2026-01-02", "a"),
        ("less_than_or_equal", "2026-01-02", "abc"),
        ("between", ["2026-01-01", "2026-01-02"], "abc"),
        ("in", ["2026-01-01", "2026-01-03"], "ad"),
        ("equals", "2026-01-02T00:00:00Z", "b"),
        ("equals", "2026-01-02T01:00:00+01:00", "b"),
        ("greater_than", "2026-01-02T00:00:00", "cd"),
    ],
)
def test_a_date_without_a_time_stands_for_the_whole_day(op: str, value: Any, kept: str) -> None:
    store = made(executions=1, calls=1)
    add = Builders(store, lambda: EPOCH)
    execution = add.add_execution(add.add_run_test())
    times = {"a": (1, 23, 59), "b": (2, 0, 0), "c": (2, 23, 59), "d": (3, 0, 0)}
    calls = {
        add.add_call(execution, created_at=datetime(2026, 1, *time, tzinfo=UTC)): name
        for name, time in times.items()
    }
    found = ProfileClient(store).detail(execution, filters=[condition("timestamp", "datetime", op, value)])[
        "results"
    ]
    assert sorted(calls[item["id"]] for item in found) == sorted(kept)


STATUS = condition("status", "text", "equals", "completed")
UNFIT = {
    "no JSON": "[{",
    "an object": "{}",
    "a number": "5",
    "null": "null",
    "an item that is no object": '["status"]',
    "an unknown key": [STATUS | {"extra": 1}],
    "no configuration": [{"column_id": "status"}],
    "an unknown column": [condition("colour", "text", "equals", "x")],
    "an unknown eval": [condition(ids.AGENT_ID, "text", "equals", "x")],
    "an unknown type": [condition("status", "enum", "equals", "x")],
    "an unknown operator": [condition("status", "text", "like", "x")],
    "the other server's operator": [condition("overall_score", "number", "not_between", [1, 2])],
    "a number for text": [condition("status", "text", "equals", 5)],
    "a text for a number": [condition("overall_score", "number", "equals", "50")],
    "a boolean for a number": [condition("overall_score", "number", "equals", True)],
    "one bound": [condition("overall_score", "number", "between", [50])],
    "three bounds": [condition("overall_score", "number", "between", [1, 2, 3])],
    "a single value for in": [condition("status", "text", "in", "completed")],
    "an empty array": [condition("status", "text", "in", [])],
    "no time": [condition("timestamp", "datetime", "equals", "yesterday")],
    "a huge number": [condition("overall_score", "number", "equals", 10**400)],
    "deep nesting": "[" * 20_000,
    "many filters": [STATUS] * 51,
    "many values": [condition("status", "text", "in", ["x"] * 201)],
    "half a surrogate": '[{"column_id":"status","filter_config":{"filter_type":"text","filter_op":"equals",'
    '"filter_value":"\\ud800"}}]',
}


@pytest.mark.parametrize("filters", UNFIT.values(), ids=UNFIT.keys())
def test_what_is_no_filter_is_refused(asker: ProfileClient, filters: Any) -> None:
    answer = asker.answer(
        Endpoint.TEST_EXECUTION, {"test_execution_id": ids.TEST_EXECUTION_ID}, filters=filters
    )
    assert answer.status == 400
    assert b'"details":{"filters":[' in answer.body


@pytest.mark.parametrize(
    ("column", "kind", "value"), [("status", "text", "x"), ("overall_score", "number", 1.5)]
)
def test_the_most_filters_with_the_most_values_are_taken(
    asker: ProfileClient, column: str, kind: str, value: Any
) -> None:
    most = [condition(column, kind, "in", [value] * MOST_VALUES)] * MOST_FILTERS
    assert asker.detail(filters=most)["count"] == 0


def test_several_filters_and_a_search_must_all_be_met(asker: ProfileClient, rows: list[Row]) -> None:
    filters = [STATUS, condition("overall_score", "number", "between", [50, 90])]
    found = asker.detail(filters=filters, search="refund", limit=100)
    expected = [
        row["call_execution_id"]
        for row in rows
        if row["status"] == "completed"
        and 50 <= (row["overall_score"] or -1) <= 90
        and "Refund" in row["scenario"]
    ]
    assert [item["id"] for item in found["results"]] == expected
    assert expected


def test_a_filter_goes_on_over_pages(asker: ProfileClient) -> None:
    whole = asker.detail(filters=[STATUS], limit=1000)["results"]
    pages = [asker.detail(filters=[STATUS], limit=7, page=page)["results"] for page in range(1, 30)]
    assert [item for page in pages for item in page] == whole


@pytest.mark.parametrize("text", ["", "[]"])
def test_no_filters_keep_everything(asker: ProfileClient, rows: list[Row], text: str) -> None:
    assert asker.detail(filters=text)["count"] == len(rows)
