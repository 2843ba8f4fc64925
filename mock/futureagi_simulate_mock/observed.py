"""The `observed` profile: the five endpoints as the open-source server was seen to answer them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import attrs
import msgspec

from futureagi_simulate_mock.filters import COMPARISONS, Filter, FilterRules, negation, parse_filters, where
from futureagi_simulate_mock.generated import FILTER_OPERATORS, OPERATIONS, Endpoint, Parameter
from futureagi_simulate_mock.messages import (
    JSON_HEADERS,
    Organization,
    Query,
    Response,
    error_body,
    error_response,
    json_response,
    not_written,
    parameters,
)
from futureagi_simulate_mock.models import Call, CallRow, EvalConfig, Execution, RunTest, to_ms
from futureagi_simulate_mock.observed_rows import (
    ContextCache,
    Names,
    call_entry,
    call_result,
    column_order,
    detail_row,
    execution_result,
    execution_row,
    listing_row,
    snapshot_entry,
    snapshot_row,
    summary,
    version_row,
)
from futureagi_simulate_mock.queries import (
    Column,
    Condition,
    calls_of_execution,
    calls_of_version,
    day,
    executions_of,
    find_column,
)
from futureagi_simulate_mock.rows import dataset_columns
from futureagi_simulate_mock.store import Catalogue, Reader, Store, sortable

T = TypeVar("T")
Item = dict[str, Any]
Reasons = Mapping[str, Sequence[str]]


@attrs.define
class ErrorReply(Exception):  # noqa: N818 - not an error of ours: an answer on its way out
    """The error response that ends a request."""

    response: Response


def crashed(text: str) -> ErrorReply:
    """Return a 500 in the envelope, with the text of the exception inside the server."""
    return ErrorReply(json_response(error_body("server_error", "server_error", text), 500))


def missing(text: str) -> ErrorReply:
    """Return a 404 as the views give it, without `details`."""
    return ErrorReply(json_response(error_body("not_found", "not_found", text), 404))


def invalid_page() -> ErrorReply:
    """Return the 404 of a page that isn't there, which has `details`."""
    return ErrorReply(error_response(404, "not_found", "not_found", "Invalid page."))


def no_such_format() -> ErrorReply:
    """Return the 404 of a `format` that can't be rendered."""
    return ErrorReply(error_response(404, "not_found", "error", "Not found."))


def refused(reasons: Reasons, code: str = "invalid") -> ErrorReply:
    """Return a 400 that names the first field with its reason."""
    field, texts = next(iter(reasons.items()))
    text = f"{field}: {texts[0]}"
    return ErrorReply(error_response(400, "validation_error", code, text, attr=field, details=reasons))


def refused_whole(reasons: Reasons) -> ErrorReply:
    """Return a 400 that says only that validation failed, with the reasons twice."""
    fields = [field for field in reasons if field != "non_field_errors"]
    more: dict[str, Any] = {"attr": fields[0]} if fields else {}
    body = error_body("validation_error", "invalid", "Validation failed", reasons, **more)
    return ErrorReply(json_response(body | {"errors": body["details"]}, 400))


@attrs.frozen
class Page:
    """A page: which one, how long, of how many, and the links beside it."""

    number: int
    size: int
    count: int
    pages: int
    next: str | None = None
    previous: str | None = None

    def of(self, ranks: list[T]) -> list[T]:
        """Cut this page out of the listing."""
        start = (self.number - 1) * self.size
        return ranks[start : start + self.size]

    def envelope(self, rows: list[bytes], more: dict[str, Any] | None = None) -> Response:
        """Answer with the page: `rows` are JSON already, `more` comes last."""
        start = msgspec.json.encode({"count": self.count, "next": self.next, "previous": self.previous})
        last = {"total_pages": self.pages, "current_page": self.number, **(more or {})}
        end = msgspec.json.encode(last)[1:]
        return Response(
            200, JSON_HEADERS, b"".join((start[:-1], b',"results":[', b",".join(rows), b"],", end))
        )


def page_by_hand(query: Query, number: int, size: int, count: int) -> Page:
    """Cut without looking: past the end it is empty, and with a size of 0 it is empty for ever."""
    following = _link(query, number + 1) if (number - 1) * size + size < count or not size else None
    before = _link(query, number - 1) if number > 1 else None
    return Page(number, size, count, -(-count // size) if size else 1, following, before)


def _link(query: Query, number: int) -> str:
    """Write the address as the view does: the last of repeated values, no page 1, always a question mark."""
    pairs: dict[str, str] = dict(query.pairs)
    if number > 1:
        pairs["page"] = str(number)
    else:
        pairs.pop("page", None)
    return f"{query.url}?{urlencode(pairs)}"


def page_by_framework(query: Query, endpoint: Endpoint, count: int, crash: str) -> Page:
    """Cut as the framework's paginator does: `last` is a page.

    One that isn't there is answered as the contract says; `crash` is the text of a 500.
    """
    size = lenient_size(query, endpoint)
    pages = max(1, -(-count // size))
    requested = query.get("page")
    number = 1 if not requested else pages if requested == "last" else whole(requested)
    if number is None or not 1 <= number <= pages:
        answers = OPERATIONS[endpoint].answers
        status = answers.get("past-the-end" if number is not None and number > pages else "bad-page", 500)
        if status == "empty" and number is not None:
            return Page(number, size, count, pages, None, sorted_link(query, pages))
        if status != "ignored":
            refusals = {404: invalid_page(), 400: refused({"page": ["Invalid page."]})}
            raise refusals.get(status) or crashed(crash) if isinstance(status, int) else crashed(crash)
        number = 1
    following = sorted_link(query, number + 1) if number < pages else None
    before = sorted_link(query, number - 1) if number > 1 else None
    return Page(number, size, count, pages, following, before)


def sorted_link(query: Query, number: int) -> str:
    """Write the address as the framework does: parameters by name, page 1 left out."""
    pairs = [pair for pair in query.pairs if pair[0] != "page"]
    if number > 1:
        pairs.append(("page", str(number)))
    pairs.sort(key=lambda pair: pair[0])
    return f"{query.url}?{urlencode(pairs)}" if pairs else query.url


def default(endpoint: Endpoint, name: str, profile: str = "observed") -> int:
    """Return the default of a parameter that is a number."""
    found = parameters(endpoint, profile)[name].default
    return found if isinstance(found, int) else 1


def lenient_size(query: Query, endpoint: Endpoint) -> int:
    """Read `limit` as three of the endpoints do: anything descending is the default."""
    size = whole(query.get("limit") or "")
    return size if size is not None and size > 0 else default(endpoint, "limit")


def whole(text: str) -> int | None:
    """Read a whole number as Python does, or return None."""
    try:
        return int(text)
    except ValueError:
        return None


_TRUE: Final = frozenset({"true", "1", "yes", "on", "t", "y"})
_FALSE: Final = frozenset({"false", "0", "no", "off", "f", "n", "null", "none", ""})
_HUGE: Final = 2**63
_WHOLE_FLOAT: Final = re.compile(r"\.0*$")
_MOST_DIGITS: Final = 1_000
_UNKNOWN: Final = "Unknown field."
_NO_ID: Final = "At least one of 'run_test_name', 'execution_id', or 'call_execution_id' is required."


def check_detail(query: Query) -> None:
    """Check the test execution's parameters: the first bad one is named with its reason."""
    known = parameters(Endpoint.TEST_EXECUTION, "observed")
    for name, one in known.items():
        text = query.get(name) or ""
        if text and one.kind == "integer":
            _check_integer(one, text)
        elif text and one.kind not in _TEXTS and (reason := _CHECKS[one.kind](one, text)) is not None:
            raise refused({name: [reason]})
    for name, one in known.items():
        if one.kind in _TEXTS and name != "filters" and "\0" in (query.get(name) or ""):
            raise refused({name: ["Null characters are not allowed."]}, "null_characters_not_allowed")
    check_group_keys(query.get("group_keys"))
    unknown = [name for name in query.names() if name not in known]
    if unknown:
        raise refused({name: [_UNKNOWN] for name in unknown})


def _check_integer(one: Parameter, text: str) -> None:
    number = whole(_WHOLE_FLOAT.sub("", text))
    if number is None:
        raise refused({one.name: ["A valid integer is required."]})
    if len(text) > _MOST_DIGITS:
        raise refused({one.name: ["String value too large."]}, "max_string_length")
    if (reason := _outside(one, number)) is not None:
        raise refused({one.name: [reason]}, "min_value" if "greater" in reason else "max_value")


def _outside(one: Parameter, number: float) -> str | None:
    """Say which bound a number doesn't keep, if it doesn't."""
    if one.least is not None and number < one.least:
        return f"Ensure this value is greater than or equal to {one.least}."
    if one.most is not None and number > one.most:
        return f"Ensure this value is less than or equal to {one.most}."
    return None


def check_group_keys(text: str | None) -> None:
    """Raise a 400 if the parameter is no JSON."""
    try:
        msgspec.json.decode(text or "null")
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise refused({"group_keys": ["Value must be valid JSON."]}) from None


def check_runs(query: Query) -> None:
    """Check the runs endpoint's parameters: all bad ones are listed, under one sentence."""
    reasons: dict[str, list[str]] = {}
    known = parameters(Endpoint.SIMULATION_RUNS, "observed")
    for name, one in known.items():
        text = query.get(name)
        # `page` and `limit` are read where the page is cut
        reason = None if text is None or name in ("page", "limit") else _CHECKS[one.kind](one, text)
        if reason is not None:
            reasons[name] = [reason]
    unknown = [name for name in query.names() if name not in known]
    requested = any(query.get(name) for name in ("run_test_name", "execution_id", "call_execution_id"))
    if not requested and not reasons:
        reasons["non_field_errors"] = [_NO_ID]
    reasons |= {name: [_UNKNOWN] for name in unknown}
    if reasons:
        raise refused_whole(reasons)


def is_true(text: str | None) -> bool:
    """Read a truth value in any of the server's words."""
    return (text or "").lower() in _TRUE


def as_uuid(text: str) -> str | None:
    """Read a UUID with or without dashes, in any case; None when it is none."""
    try:
        return str(UUID(hex=text))
    except ValueError:
        return None


def _id(_: Parameter, text: str) -> str | None:
    return None if not text or as_uuid(text) else "Must be a valid UUID."


def _truth(_: Parameter, text: str) -> str | None:
    return None if text.lower() in _TRUE | _FALSE else "Must be a valid boolean."


def _word(one: Parameter, text: str) -> str | None:
    return None if not text or text in one.words else f'"{text}" is not a valid choice.'


def _size(one: Parameter, text: str) -> str | None:
    number = whole(text) if one.kind == "integer" else _number(text)
    if number is None:
        return f"A valid {one.kind} is required." if text else None
    return _outside(one, number)


def _when(_: Parameter, text: str) -> str | None:
    return None if not text or _moment(text) is not None else "Must be in ISO 8601 format."


def _turn(_: Parameter, text: str) -> str | None:
    if "\0" in text:
        return "Null characters are not allowed."
    return "This field may not be blank." if text and not text.strip() else None


_TEXTS: Final = ("text", "json")
#: What is wrong with a value, by the kind of its parameter.
_CHECKS: Final[Mapping[str, Callable[[Parameter, str], str | None]]] = {
    **dict.fromkeys(_TEXTS, _turn),
    **dict.fromkeys(("integer", "number"), _size),
    **dict.fromkeys(("date", "time"), _when),
    "boolean": _truth,
    "uuid": _id,
    "word": _word,
}


def like(text: str) -> re.Pattern[str]:
    """Return what `ILIKE '%text%'` matches: `%` is anything, `_` any one character, in any case."""
    parts = [{"%": ".*", "_": "."}.get(character) or re.escape(character) for character in text.casefold()]
    return re.compile("".join(parts), re.DOTALL)


def scenarios_like(catalogue: Catalogue, organization: int, text: str) -> frozenset[int]:
    """Return the numbers of the organization's scenarios whose name matches."""
    if "\\" in text:
        return frozenset()
    pattern = like(text)
    return frozenset(
        scenario.number
        for scenario in catalogue.scenarios.values()
        if scenario.organization == organization and pattern.search(scenario.name.casefold())
    )


def calls_like(catalogue: Catalogue, organization: int, text: str | None) -> Condition | None:
    """Return the condition of a search among calls: phone number or scenario; a backslash never matches."""
    if not text or not text.strip():
        return None
    if "\\" in text:
        return lambda _: False
    numbers, pattern = scenarios_like(catalogue, organization, text), like(text)
    return lambda call: (
        call.scenario in numbers or (call.phone is not None and pattern.search(call.phone) is not None)
    )


_EQUAL: Final = ("equals", "not_equals")
_DAY: Final = 86_400_000
_WORDS: Final = (*_EQUAL, "contains", "not_contains")
_NULL: Final = ("is_null", "is_not_null")
_SIZES: Final = ("equals", *COMPARISONS)

#: What the server accepts beyond the contract.
_BEYOND: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("ends_with", *_NULL),
    "categorical": (*_EQUAL, "in", "not_in", *_NULL),
    "array": ("not_contains", *_NULL),
}
#: Most combinations that are accepted are never applied, and nothing in the response says so.
FILTERS: Final = FilterRules(
    accepted={
        kind: (*FILTER_OPERATORS["observed"].get(kind, ()), *more)
        for kind, more in {**dict.fromkeys(FILTER_OPERATORS["observed"], _NULL), **_BEYOND}.items()
    },
    applied={
        "status": {"text": (*_WORDS, "in", "not_in"), "categorical": (*_EQUAL, "in", "not_in")},
        "call_type": {"text": (*_WORDS, "in"), "categorical": (*_EQUAL, "in")},
        "call_execution_id": {"categorical": ("in",)},
        "scenario": {"text": _WORDS},
        "timestamp": {"datetime": (*_SIZES, "between")},
        "overall_score": {"number": (*_SIZES, "not_equals", "between")},
        "response_time": {"number": (*_SIZES, "between", "not_between")},
        "score": {"number": (*_SIZES, "between")},
        "Pass/Fail": {
            "text": ("equals", "not_equals", "contains"),
            "boolean": ("equals",),
            "number": (*_SIZES, "between"),
        },
    },
    pairs=("between", "not_between"),
    label="{at}",
    first=0,
    unknown_type="Unsupported filter_type {type!r}.",
    unknown_operator="Unsupported filter_op {operator!r} for filter_type {type!r}.",
    without_value=_NULL,
    aliases={"overallScore": "overall_score", "responseTime": "response_time", "callType": "call_type"},
)


@attrs.define
class Applied:
    """What came of the filters: conditions, and complaints that only stand in `error_messages`."""

    conditions: list[Condition] = attrs.field(factory=list)
    messages: list[str] = attrs.field(factory=list)


def read_filters(text: str | None) -> list[Filter]:
    """Parse the parameter; raise a 400 that names the position if the server refuses it."""
    return parse_filters(text, FILTERS, lambda reason: refused({"filters": [reason]}))


def apply_filters(
    filters: list[Filter], catalogue: Catalogue, evals: list[EvalConfig], datasets: Collection[str]
) -> Applied:
    """Turn filters into conditions, as far as the server does. `datasets`: columns of scenarios' datasets."""
    applied = Applied()
    for one in filters:
        if one.column in datasets:
            if one.type == "text" and one.operator in _WORDS:
                applied.conditions.append(_cell(one, catalogue))
            continue
        column = find_column(one.column, evals)
        if column is None or not FILTERS.applies(one, column):
            continue
        if column.id == "status" and one.operator in _WORDS and not isinstance(one.value, str):
            kind = type(one.value).__name__
            raise crashed(f"{_EXECUTION}{kind!r} object has no attribute 'lower'")
        if column.id == "response_time" and one.operator in FILTERS.pairs:
            applied.messages.append(
                "Error applying filter for column response_time: "
                "float() argument must be a string or a real number, not 'list'"
            )
        elif (condition := _condition(one, column, catalogue)) is not None:
            applied.conditions.append(condition)
        elif column.config is None:
            applied.messages.append(f"Error applying filter for column {column.id}: the value can't be read")
    return applied


def _condition(one: Filter, column: Column, catalogue: Catalogue) -> Condition | None:
    if column.id == "scenario":
        return _scenario(one, column, catalogue)
    if column.holds == "text":
        return _words(one, column)
    if column.holds == "datetime":
        return _time(one, column)
    if column.holds == "Pass/Fail":
        return _verdict_number(one, column) if one.type == "number" else _pass_fail(one, column)
    return _number_condition(one, column, 0.01 if column.holds == "score" else 1.0)


def _words(one: Filter, column: Column) -> Condition:
    if one.operator in ("in", "not_in"):
        return _negated(one, where(column.value, frozenset(map(str, one.value)).__contains__))
    wanted = str(one.value).casefold()
    if one.operator in _EQUAL:
        return _negated(one, where(column.value, lambda found: found.casefold() == wanted))
    return _negated(one, where(column.value, lambda found: wanted in found.casefold()))


def _scenario(one: Filter, column: Column, catalogue: Catalogue) -> Condition:
    wanted, scenarios = str(one.value), catalogue.scenarios.values()
    if one.operator in _EQUAL:
        found = {s.number for s in scenarios if s.name == wanted}
    else:
        found = {s.number for s in scenarios if wanted.casefold() in s.name.casefold()}
    return _negated(one, where(column.value, found.__contains__))


def _cell(one: Filter, catalogue: Catalogue) -> Condition:
    """Compare the text in a dataset's column. A persona is an object, which matches no text."""
    wanted = str(one.value).casefold()

    def matches(call: CallRow) -> bool:
        cells = {name: text for _, name, text in dataset_columns(catalogue.scenarios[call.scenario])}
        text = "" if one.column == "persona" else cells.get(one.column, "").casefold()
        return bool(text) and (text == wanted if one.operator in _EQUAL else wanted in text)

    return _negated(one, matches)


def _pass_fail(one: Filter, column: Column) -> Condition:
    word = str(one.value).strip().lower()
    if one.type == "boolean":
        wanted = word in ("true", "1", "passed")
        as_boolean = column.config is not None and column.config.form == "boolean"
        return where(column.value, lambda found: as_boolean and found is wanted)
    passing = {value for value, shown in ((True, "passed"), (False, "failed")) if word in shown}
    if one.operator == "not_equals":
        return where(column.value, lambda found: found not in passing)
    return where(column.value, passing.__contains__)


def _verdict_number(one: Filter, column: Column) -> Condition | None:
    """Compare a verdict that is stored as a boolean with a number: true is 1. A word isn't compared."""
    if column.config is None or column.config.form != "boolean":
        return None
    return _number_condition(one, column, 0.01)


def _number_condition(one: Filter, column: Column, scale: float) -> Condition | None:
    """Compare numbers. What is no number is ignored."""
    numbers = [number * scale for number in map(_number, _values(one)) if number is not None]
    if len(numbers) != _needed(one):
        return None
    equal = where(column.value, lambda found: found == numbers[0])
    if one.operator == "between":
        return where(column.value, lambda found: numbers[0] <= found <= numbers[1])
    if one.operator in _EQUAL:
        return _negated(one, equal)
    compare = COMPARISONS[one.operator]
    return where(column.value, lambda found: compare(found, numbers[0]))


def _time(one: Filter, column: Column) -> Condition | None:
    """Compare the time of creation. Equal means on the same day."""
    moments = [moment for moment in map(_moment, _values(one)) if moment is not None]
    if len(moments) != _needed(one):
        return None
    if one.operator == "between":
        return where(column.value, lambda found: moments[0] <= found <= moments[1])
    if one.operator == "equals":
        day = moments[0] // _DAY
        return where(column.value, lambda found: found // _DAY == day)
    compare = COMPARISONS[one.operator]
    return where(column.value, lambda found: compare(found, moments[0]))


def _values(one: Filter) -> list[Any]:
    return one.value if isinstance(one.value, list) else [one.value]


def _needed(one: Filter) -> int:
    return 2 if one.operator in ("between", "not_between") else 1


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _moment(value: Any) -> int | None:
    try:
        return to_ms(datetime.fromisoformat(value))
    except (TypeError, ValueError, OverflowError):
        return None


def _negated(one: Filter, condition: Condition) -> Condition:
    return negation(condition) if one.operator.startswith("not_") else condition


_DATASET_COLUMN: Final = re.compile(r"scenario_[0-9a-f-]{36}_dataset_[0-9a-f-]{36}")
_LONGEST_NAME: Final = 63
_NEVER_GROUPED: Final = (
    *("total_tokens", "input_tokens", "output_tokens", "avg_latency_ms", "turn_count", "csat_score"),
)


def read_groups(text: str | None) -> str | None:
    """Return the column that rows are to be grouped by, or None for no groups. Plain columns crash."""
    if not text:
        return None
    try:
        names = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise refused({"row_groups": ["Value must be valid JSON."]}) from None
    if isinstance(names, dict):
        raise refused({"row_groups": ["Value must be a JSON list."]})
    if not isinstance(names, list) or not names:
        return None
    first = names[0]
    if not isinstance(first, str):
        kind = type(first).__name__
        raise crashed(f"Failed to retrieve test execution: {kind!r} object has no attribute 'startswith'")
    if not _DATASET_COLUMN.fullmatch(first):
        raise crashed("Failed to retrieve test execution: this column can't be cast")
    return first


def group_rows(store: Store, organization: int, column: str, columns: list[Item]) -> list[Item]:
    """Count the organization's calls by day (when the grid shows it), score and dataset row.

    Filters, search and the execution itself play no part; the calls of other organizations, which the real
    server counts as well, are left out here.
    """
    dated = any(one["id"] == "timestamp" for one in columns)
    words = [str(one["id"]) for one in columns if one.get("type") == "scenario_dataset_column"]
    alias = column.replace("-", "_")[:_LONGEST_NAME]
    groups: dict[tuple[Any, ...], list[CallRow]] = {}
    for call in store.calls.values():
        if call.shown and store.catalogue.run_tests[call.run_test].organization == organization:
            key = (day(call) if dated else None, call.overall_score, call.scenario)
            groups.setdefault(key, []).append(call)
    ordered = sorted(groups.items(), key=lambda group: [sortable(value) for value in group[0]])
    rows = []
    for (date, score, scenario), calls in ordered:
        cells = {name: text for _, name, text in dataset_columns(store.catalogue.scenarios[scenario])}
        times = [call.response_time for call in calls if call.response_time is not None]
        rows.append(
            {
                **({"created_at__date": date} if dated else {}),
                "overall_score": score,
                **{word.replace(" ", "_"): cells.get(word) for word in words},
                alias: None,
                "count": len(calls),
                "avg_overall_score": score,
                "avg_response_time": sum(times) / len(times) if times else None,
                **dict.fromkeys(_NEVER_GROUPED),
            }
        )
    return rows


_CALLS: Final = "Failed to retrieve call executions: "
_EXECUTIONS: Final = "Failed to retrieve test executions: "
_EXECUTION: Final = "Failed to retrieve test execution: "
_NO_RUNS: Final = "Unable to fetch simulation runs."


class Observed:
    """The service as it was seen, with its leaks closed: no organization sees another's rows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._catalogue = store.catalogue
        self._reader = Reader(store)
        self._contexts = ContextCache(self._reader)
        self._answers: dict[Endpoint, Callable[[dict[str, str], Query, int], Response]] = {
            Endpoint.CALL_EXECUTIONS: self._call_executions,
            Endpoint.TEST_EXECUTIONS: self._test_executions,
            Endpoint.TEST_EXECUTION: self._test_execution,
            Endpoint.VERSION_CALL_EXECUTIONS: self._version_call_executions,
            Endpoint.SIMULATION_RUNS: self._runs,
        }

    def answer(
        self, endpoint: Endpoint, ids: dict[str, str], query: Query, organization: Organization, now: datetime
    ) -> Response:
        """Answer one request."""
        with self._store.at(to_ms(now)):
            try:
                if query.get("format") not in (None, "json"):
                    raise no_such_format()
                found = self._answers.get(endpoint)
                return found(ids, query, organization.number) if found else not_written(endpoint, "observed")
            except ErrorReply as end:
                return end.response

    # run-tests/{run_test_id}/call-executions/

    def _call_executions(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        test = self._run_test(ids, organization)
        number, size = self._whole(query, "page"), self._whole(query, "limit")
        search = query.get("search") or ""
        status = (query.get("status") or "").strip()
        if "\0" in search or "\0" in status:
            raise crashed(f"{_CALLS}A string literal cannot contain NUL (0x00) characters.")
        ranks = self._calls_of_run_test(test, organization, search, status, descending=number % 2 == 1)
        if number < 1 or size < 0:
            word = "OFFSET" if number < 1 else "LIMIT"
            raise crashed(f"{_CALLS}{word} must not be negative")
        if number * size >= _HUGE or size >= _HUGE:
            raise crashed(f"{_CALLS}bigint out of range")
        page = page_by_hand(query, number, size, len(ranks))
        shown = [call for call in page.of(ranks) if not call.deleted]
        return page.envelope(self._reader.rendered("listing", self._listing_row, shown))

    def _run_test(self, ids: dict[str, str], organization: int) -> RunTest:
        test = self._catalogue.run_test(organization, ids["run_test_id"])
        if test is None:
            raise missing("Run test not found")
        return test

    @staticmethod
    def _whole(query: Query, name: str) -> int:
        text = query.get(name)
        if text is None:
            return default(Endpoint.CALL_EXECUTIONS, name)
        number = whole(text)
        if number is None:
            raise crashed(f"{_CALLS}invalid literal for int() with base 10: {text[:200]!r}")
        return number

    def _calls_of_run_test(
        self, test: RunTest, organization: int, search: str, status: str | None, *, descending: bool
    ) -> list[CallRow]:
        """Return calls and snapshots, deleted ones too, last update first; equal times swap at each page."""

        def found() -> list[CallRow]:
            condition = calls_like(self._catalogue, organization, search)
            calls = [
                call
                for call in self._store.calls_of("run_test", test.number)
                if (not status or call.status == status) and (condition is None or condition(call))
            ]
            if not descending:
                calls.sort(key=lambda call: (-call.updated_at, call.number))
            return calls

        return self._store.listing(("run test", test.number, search, status, descending), found)

    def _listing_row(self, call: Call) -> dict[str, Any]:
        context = self._contexts.of(call)
        if call.original is None:
            return listing_row(call, context)
        return snapshot_row(call, self._store.calls[call.original].id, context)

    # run-tests/{run_test_id}/executions/

    def _test_executions(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        test = self._run_test(ids, organization)
        search = (query.get("search") or "").strip()
        if "\0" in search:
            raise crashed(f"{_EXECUTIONS}PostgreSQL text fields cannot contain NUL (0x00) bytes")
        if search and scenarios_like(self._catalogue, organization, search):
            raise crashed(f"{_EXECUTIONS}agent_definition is both deferred and traversed")
        status, pattern = (query.get("status") or "").strip(), like(search)

        def matches(one: Execution) -> bool:
            return "\\" not in search and pattern.search(one.status) is not None

        statuses = (status,) if status else ()
        ranks = executions_of(self._store, [test], search, matches if search else None, statuses)
        page = page_by_framework(query, Endpoint.TEST_EXECUTIONS, len(ranks), f"{_EXECUTIONS}Invalid page.")
        return page.envelope(
            [
                msgspec.json.encode(execution_row(one, self._reader.tally(one.number), self._catalogue))
                for one in page.of(ranks)
            ]
        )

    # test-executions/{test_execution_id}/

    def _test_execution(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        check_detail(query)
        filters = read_filters(query.get("filters"))
        execution = self._reader.execution(organization, ids["test_execution_id"])
        if execution is None:
            raise crashed(f"{_EXECUTION}No TestExecution matches the given query.")
        columns = column_order(execution, self._catalogue)
        requested = query.get("page") or "1"
        number = int(_WHOLE_FLOAT.sub("", requested))
        of_groups = default(Endpoint.TEST_EXECUTION, "limit", "documented")  # of pages past the end, too
        group = read_groups(query.get("row_groups"))
        if group is not None:
            return self._groups(organization, group, columns, number, int(query.get("limit") or of_groups))
        datasets = {one["id"] for one in columns if one.get("type") == "scenario_dataset_column"}
        evals = self._catalogue.evals_of(execution.run_test)
        applied = apply_filters(filters, self._catalogue, evals, datasets)
        search = query.get("search")
        conditions = [*applied.conditions, calls_like(self._catalogue, organization, search)]
        key = (search, query.get("filters"))
        ranks = calls_of_execution(self._store, execution, key, conditions)
        more = {
            "column_order": columns,
            "error_messages": applied.messages,
            "status": execution.status,
        }
        size = int(query.get("limit") or default(Endpoint.TEST_EXECUTION, "limit"))
        pages = max(1, -(-len(ranks) // size))
        if number > pages or not requested.isdecimal():
            past = Page(
                number, size, len(ranks), max(1, -(-len(ranks) // int(query.get("limit") or of_groups)))
            )
            return past.envelope([], more)
        following = sorted_link(query, number + 1) if number < pages else None
        before = sorted_link(query, number - 1) if number > 1 else None
        page = Page(number, size, len(ranks), pages, following, before)
        agent = self._contexts.of_execution(execution.number).agent
        more |= {"provider": agent.provider, "agent_type": agent.channel}
        return page.envelope(self._details(page.of(ranks)), more)

    def _details(self, calls: Sequence[CallRow]) -> list[bytes]:
        def row(call: Call) -> dict[str, Any]:
            kept = self._store.calls_of("original", call.number)
            context = self._contexts.of(call)
            snapshots = self._reader.rendered("snapshot", lambda one: snapshot_entry(one, context), kept)
            return detail_row(call, context, [msgspec.Raw(one) for one in snapshots])

        return self._reader.rendered("detail", row, calls)

    def _groups(
        self, organization: int, column: str, columns: list[dict[str, Any]], number: int, size: int
    ) -> Response:
        rows = group_rows(self._store, organization, column, columns)
        pages = max(1, -(-len(rows) // size))
        following = f"?page={number + 1}" if number < pages else None
        before = f"?page={min(number - 1, pages)}" if number > 1 else None
        page = Page(number, size, len(rows), pages, following, before)
        part = rows[(number - 1) * size : number * size]
        more = {"column_order": columns, "error_messages": []}
        return page.envelope([msgspec.json.encode(row) for row in part], more)

    # agent-definitions/{agent_id}/versions/{version_id}/call-executions/

    def _version_call_executions(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        version = self._catalogue.version(organization, ids["agent_id"], ids["version_id"])
        if version is None:
            raise missing("Agent version not found.")
        ranks = calls_of_version(self._store, version)
        page = page_by_framework(query, Endpoint.VERSION_CALL_EXECUTIONS, len(ranks), "Invalid page.")
        provider = self._catalogue.agents[version.agent].provider

        def row(call: Call) -> dict[str, Any]:
            return version_row(call, version.id, provider)

        return page.envelope(self._reader.rendered("version", row, page.of(ranks)))

    # sdk/api/v1/simulation/runs/

    def _runs(self, _: dict[str, str], query: Query, organization: int) -> Response:
        check_runs(query)
        names = Names.read(query.get("eval_name"))
        if call_id := query.get("call_execution_id"):
            return self._run_of_call(organization, as_uuid(call_id) or "", names)
        if execution_id := query.get("execution_id"):
            execution = self._reader.execution(organization, as_uuid(execution_id) or "")
            if execution is None:
                raise missing("Test execution not found.")
            return self._run_of_execution(execution, query, names)
        tests = self._catalogue.run_tests_named(organization, query.get("run_test_name") or "")
        if not tests:
            raise missing("Run test not found.")
        ranks = executions_of(self._store, tests)
        page = self._run_page(query, len(ranks))
        found = page.of(ranks)
        self._check_numeric(found)
        head = {"total_pages": page.pages, "current_page": page.number, "count": page.count}
        return _result(head | {"results": [execution_result(self._reader, one, names) for one in found]})

    def _run_page(self, query: Query, count: int) -> Page:
        return page_by_framework(query, Endpoint.SIMULATION_RUNS, count, _NO_RUNS)

    def _check_numeric(self, executions: Sequence[Execution]) -> None:
        """Crash as the server does where one result is a number that is no score."""
        configs = self._catalogue.eval_configs
        for execution in executions:
            counts = self._reader.eval_counts(execution.number)
            if any(configs[number].output_type == "numeric" for number in counts):
                raise crashed(_NO_RUNS)

    def _run_of_call(self, organization: int, call_id: str, names: Names) -> Response:
        found = self._reader.call_row(organization, call_id)
        if found is None:
            raise missing("Call execution not found.")
        call = self._reader.call(found)
        return _result(call_result(call, self._contexts.of(call).execution.id, names))

    def _run_of_execution(self, execution: Execution, query: Query, names: Names) -> Response:
        ranks = calls_of_execution(self._store, execution)
        page = self._run_page(query, len(ranks))
        calls = [self._reader.call(row) for row in page.of(ranks)]
        self._check_numeric([execution])
        result = execution_result(self._reader, execution, names)
        result["call_results"] = {
            "total_pages": page.pages,
            "current_page": page.number,
            "count": page.count,
            "results": [call_entry(call, names) for call in calls],
        }
        if is_true(query.get("summary")):
            result |= summary(self._reader, execution)
        return _result(result)


def _result(result: dict[str, Any]) -> Response:
    return json_response({"status": True, "result": result})
