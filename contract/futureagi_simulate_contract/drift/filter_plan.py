"""Which filters to try: those a reader of the documents would write, with values that divide the calls."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any, Final

from futureagi_simulate_contract.drift.filtering import Filter, shown
from futureagi_simulate_contract.drift.look import Asking, Look
from futureagi_simulate_contract.exchange import Endpoint
from futureagi_simulate_contract.rows import Row

_LIMIT: Final = 20


def filters(look: Look) -> Asking:
    """Try each filter alone, on the execution that was named."""
    rows = look.here()
    for wanted in wanted_filters(rows):
        yield from look.ask(Endpoint.TEST_EXECUTION, {"limit": _LIMIT, "filters": wanted.encode()})


def wanted_filters(rows: list[Row]) -> Iterator[Filter]:
    """Yield the filters to try on these calls."""
    yield from _texts("status", _usual(rows, "status"))
    yield from _texts("scenario", _usual(rows, "scenario"))
    yield from _texts("call_execution_id", _usual(rows, "call_execution_id"))
    yield from _numbers("overall_score", rows)
    yield from _numbers("response_time", rows)
    yield from _times(rows)
    yield Filter("no_such_column", "text", "equals", "x")
    for name, value in _evals(rows).items():
        if isinstance(value, str) and value.lower() in {"passed", "failed"}:
            yield Filter(name, "text", "equals", value)
            yield Filter(name, "text", "in", [value])
            yield Filter(name, "text", "not_contains", value)
    kind = _usual(rows, "call_type")
    if isinstance(kind, str):
        yield Filter("call_type", "text", "equals", kind)
        yield Filter("call_type", "text", "not_equals", kind)


def _texts(column: str, value: Any) -> Iterator[Filter]:
    if not isinstance(value, str):
        return
    yield Filter(column, "text", "equals", value)
    yield Filter(column, "text", "not_equals", value)
    yield Filter(column, "text", "in", [value])
    yield Filter(column, "text", "contains", value)
    if column != "call_execution_id":
        yield Filter(column, "text", "equals", value.swapcase())
        yield Filter(column, "list", "in", [value])


def _numbers(column: str, rows: list[Row]) -> Iterator[Filter]:
    values = [
        v for row in rows if isinstance(v := shown(row, column), (int, float)) and not isinstance(v, bool)
    ]
    middle = round(median(values), 3) if values else 1
    low, high = round(min(values, default=0) + (middle - min(values, default=0)) / 2, 3), middle
    yield Filter(column, "number", "greater_than_or_equal", low)
    yield Filter(column, "number", "less_than_or_equal", high)
    yield Filter(column, "number", "between", [low, high])
    if column == "overall_score":
        yield Filter(column, "number", "not_in_between", [low, high])
        yield Filter(column, "number", "in", [low, high])


def _times(rows: list[Row]) -> Iterator[Filter]:
    times = sorted({time for row in rows if isinstance(time := shown(row, "timestamp"), str)})
    if not times:
        return
    middle = times[len(times) // 2]
    yield Filter("timestamp", "datetime", "less_than", middle)
    yield Filter("timestamp", "datetime", "greater_than", middle)
    yield Filter("timestamp", "datetime", "equals", middle)
    yield Filter("timestamp", "datetime", "in", [middle])
    yield Filter("timestamp", "datetime", "not_equals", middle)


def _usual(rows: list[Row], column: str) -> Any:
    """Return a text that some calls show and others don't, or else one that all of them show."""
    texts = [value for row in rows if isinstance(value := shown(row, column), str)]
    dividing = (value for value in dict.fromkeys(texts) if texts.count(value) < len(rows))
    return next(dividing, next(iter(texts), None))


def _evals(rows: list[Row]) -> dict[str, Any]:
    """Return a sample output of one eval that puts out words; an eval's numbers have no documented unit."""
    for row in rows:
        for name in row.get("eval_outputs") or {}:
            value = shown(row, name)
            if isinstance(value, str):
                return {name: value}
    return {}
