"""The `documented` profile: the five endpoints as their documents describe them, in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from typing import Any, Final, TypeVar

import msgspec

from futureagi_simulate_mock.filters import COMPARISONS, Filter, FilterRules, negation, parse_filters, where
from futureagi_simulate_mock.generated import FILTER_OPERATORS, OPERATIONS, Endpoint
from futureagi_simulate_mock.ids import make_id
from futureagi_simulate_mock.messages import (
    JSON_HEADERS,
    Organization,
    Query,
    Response,
    error_response,
    json_response,
    not_written,
    parameters,
)
from futureagi_simulate_mock.models import Call, CallRow, EvalConfig, EvalValue, Execution, Tally, iso, to_ms
from futureagi_simulate_mock.parameters import InvalidParameter, is_uuid, read, refuse
from futureagi_simulate_mock.queries import (
    EXECUTION_STATUSES,
    Column,
    Condition,
    calls_of_execution,
    calls_of_run_test,
    calls_of_version,
    day,
    executions_of,
    find_column,
    matching,
    search,
)
from futureagi_simulate_mock.rows import (
    Item,
    call_run,
    dataset_columns,
    eval_outputs,
    execution_run,
    explanation,
    run_item,
    scenario_columns,
    shown,
)
from futureagi_simulate_mock.store import Catalogue, Reader, Store, sortable

_STATUSES: Final = parameters(Endpoint.TEST_EXECUTIONS, "documented")["status"].words


def shown_status(status: str) -> str:
    """Return which documented status an execution is shown with: RUNNING where none has that name."""
    return status.upper() if status.upper() in _STATUSES else "RUNNING"


def call_item(call: Call) -> Item:
    """Return a call as the run test's call listing shows it."""
    details = call.details
    scenario = call.scenario
    latency = details.agent_latency_ms
    return {
        "id": call.id,
        "session_id": details.session_id,
        "status": call.status,
        "duration": call.duration,
        "start_time": iso(call.started_at),
        "transcript": transcript(call),
        "scenario": None if scenario.deleted else {"id": scenario.id, "name": scenario.name},
        "overall_score": call.overall_score,
        "eval_outputs": eval_outputs(call) if call.evals else None,
        "eval_metrics": eval_metrics(call) if call.evals else None,
        "customer_name": details.customer_name,
        "call_summary": details.summary,
        "ended_reason": details.ended_reason,
        "avg_agent_latency": None if latency is None else latency / 1000,
        "scenario_id": None if scenario.deleted else scenario.id,
        "is_snapshot": call.original is not None,
        "rerun_type": call.rerun_type,
        "created_at": iso(call.created_at),
    }


def detail_item(call: Call) -> Item:
    """Return a call as the test execution's details show it.

    Without a duration or a score it lacks the field: the page gives neither a null.
    """
    item = {
        "id": call.id,
        "status": call.status,
        "duration": call.duration,
        "transcript": transcript(call),
        "overall_score": call.overall_score,
        "eval_outputs": eval_outputs(call),
        "scenario": call.scenario.name,
        "created_at": iso(call.created_at),
    }
    return {name: value for name, value in item.items() if value is not None}


def version_item(call: Call) -> Item:
    """Return a call as the agent version's listing shows it."""
    details = call.details
    return {
        "id": call.id,
        "service_provider_call_id": details.provider_call_id,
        "session_id": details.session_id,
        "status": call.status,
        "duration": call.duration,
        "start_time": iso(call.started_at),
        "transcript": transcript(call),
        "scenario": call.scenario.name,
        "overall_score": call.overall_score,
        "eval_outputs": eval_outputs(call),
        "eval_metrics": eval_metrics(call) or None,
        "scenario_columns": scenario_columns(call),
        "customer_name": details.customer_name,
        "call_summary": details.summary,
        "ended_reason": details.ended_reason,
        "created_at": iso(call.created_at),
    }


def execution_item(execution: Execution, tally: Tally, catalogue: Catalogue) -> Item:
    """Return an execution as the run test's listing shows it."""
    completed = tally.count("completed")
    processed = completed + tally.count("failed")
    ended = execution.completed_at
    test = catalogue.run_tests[execution.run_test]
    agent = catalogue.agents[test.agent]
    started = execution.started_at
    return {
        "id": execution.id,
        "run_test": test.id,
        "status": shown_status(execution.status),
        "started_at": iso(started),
        "completed_at": iso(ended),
        "total_scenarios": len(execution.scenarios),
        "total_calls": tally.total,
        "completed_calls": completed,
        "failed_calls": tally.count("failed"),
        "duration_seconds": None if ended is None or started is None else (ended - started) / 1000,
        "success_rate": round(100 * completed / processed, 2) if processed else None,
        "scenario_ids": [catalogue.scenarios[number].id for number in execution.scenarios],
        "simulator_agent_name": execution.simulator,
        "agent_definition_used_name": None if agent.deleted else agent.name,
        "created_at": iso(execution.created_at),
    }


def transcript(call: Call) -> list[Item]:
    """Return the turns of a call."""
    return [
        {
            "id": turn.id,
            "speaker_role": turn.speaker,
            "content": turn.text,
            "start_time_ms": turn.start_ms,
            "end_time_ms": turn.end_ms,
        }
        for turn in call.details.transcript
    ]


def eval_metrics(call: Call) -> Item:
    """Return the outputs by the name of the eval."""
    return {output.config.name: shown(output.config, output.value) for output in call.evals}


class Slice(msgspec.Struct, frozen=True):
    """A part of a listing: `number` and `size` as requested, `count` and `pages` of the whole."""

    number: int
    size: int
    count: int

    @property
    def pages(self) -> int:
        """Return how many pages there are; an empty listing has one."""
        return max(1, -(-self.count // self.size))

    def of(self, ranks: list[T]) -> list[T]:
        """Cut this page out of the listing; past the end it is empty."""
        start = (self.number - 1) * self.size
        return ranks[start : start + self.size]

    def links(self, query: Query) -> tuple[str | None, str | None]:
        """Return the addresses of the next and the previous page. Past the end, previous is the last page."""
        following = query.link(self.number + 1) if self.number < self.pages else None
        before = query.link(min(self.number - 1, self.pages)) if self.number > 1 else None
        return following, before


def envelope(
    part: Slice, query: Query, rows: list[bytes], more: dict[str, Any] | None = None, **head: Any
) -> Response:
    """Answer with a page: `rows` are JSON already, `head` comes before them and `more` after."""
    following, before = part.links(query)
    start = msgspec.json.encode({"count": part.count, "next": following, "previous": before, **head})
    end = b"]" + (b"," + msgspec.json.encode(more)[1:] if more else b"}")
    return Response(200, JSON_HEADERS, b"".join((start[:-1], b',"results":[', b",".join(rows), end)))


class NotFound(Exception):  # noqa: N818 - as above
    """The resource does not exist, or not for this organization."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def response(self) -> Response:
        """Return the 404 answer."""
        return error_response(404, "not_found", "not_found", f"{self.what} not found.")


def cut(given: Mapping[str, Any], count: int) -> Slice:
    """Return the requested page of a listing of `count`."""
    return Slice(given["page"], given["limit"], count)


def uuid_in_path(ids: dict[str, str], name: str, what: str) -> str:
    """Return a path's id; a malformed one can't exist."""
    if not is_uuid(ids[name]):
        raise NotFound(what)
    return ids[name].lower()


def column_order(execution: Execution, catalogue: Catalogue) -> list[Item]:
    """Return the columns: those of the scenarios' datasets, the evals, and the tool that is checked."""
    columns: list[Item] = []
    for number in execution.scenarios:
        scenario = catalogue.scenarios[number]
        for dataset, name, _ in dataset_columns(scenario):
            uuid = make_id("dataset-column", dataset, name)
            columns.append(_column(uuid, name, "text", "scenario_dataset_column", scenario.id, dataset, None))
    own = make_id("dataset", execution.run_test)
    for config in catalogue.evals_of(execution.run_test):
        kind = {"Pass/Fail": "boolean", "score": "float", "choices": "array"}.get(config.output_type, "text")
        columns.append(_column(config.id, config.name, kind, "evaluation", None, own, _eval_config(config)))
    tool = {"name": "Tool calls", "tool_name": "lookup", "tool_index": 1, "eval_type_id": "ToolCallEvaluator"}
    uuid = make_id("tool-column", execution.run_test)
    columns.append(_column(uuid, "Tool calls", "boolean", "tool_evaluation", None, own, tool, visible=False))
    return columns


def _column(
    uuid: str, name: str, data_type: str, kind: str, scenario: str | None, dataset: str, config: Item | None,
    *, visible: bool = True,
) -> Item:  # fmt: skip
    return {
        "id": uuid,
        "column_name": name,
        "visible": visible,
        "data_type": data_type,
        "type": kind,
        "scenario_id": scenario,
        "dataset_id": dataset,
        "eval_config": config,
    }


def _eval_config(config: EvalConfig) -> Item:
    return {
        "output": config.output_type,
        "eval_type_id": "CustomPromptEvaluator",
        "required_keys": ["conversation"],
    }


T = TypeVar("T")
Span = tuple[float, float]

MOST_FILTERS: Final = 50
MOST_VALUES: Final = 200
_POSITIVE: Final = {"not_equals": "equals", "not_contains": "contains", "not_in_between": "between"}
_WORDS: Final = ("equals", "not_equals", "contains", "not_contains", "in")
_SIZES: Final = ("equals", "not_equals", *COMPARISONS, "between", "not_in_between", "in")

#: Every combination is applied exactly or refused. Text is compared in any case. A call without a value
#: passes no positive operator; the negative ones keep exactly the calls that their positive ones leave out.
FILTERS: Final = FilterRules(
    accepted=FILTER_OPERATORS["documented"],
    applied={
        "text": {"text": _WORDS, "list": ("in",)},
        "number": {"number": _SIZES, "list": ("in",)},
        "score": {"number": _SIZES, "list": ("in",)},
        "datetime": {"datetime": _SIZES, "list": ("in",)},
        "boolean": {"boolean": ("equals", "not_equals")},
        "Pass/Fail": {"text": _WORDS, "boolean": ("equals", "not_equals"), "list": ("in",)},
        "choices": {"text": _WORDS, "list": _WORDS},
    },
    pairs=("between", "not_in_between"),
    label="Filter {at} ({column})",
    first=1,
    unknown_type="filter_type {type!r} is not one of {types}.",
    unknown_operator="filter_op {operator!r} is not one of {operators}.",
    most_filters=MOST_FILTERS,
    most_values=MOST_VALUES,
    strict=True,
)
_DAY: Final = 86_400_000


class Known(msgspec.Struct, frozen=True):
    """What conditions are resolved against: columns and the names of scenarios."""

    column: Callable[[str], Column | None]
    scenarios: Callable[[], dict[int, str]]


def read_filters(text: str | None, known: Known) -> list[Condition]:
    """Turn the parameter into conditions. Raise InvalidParameter if one can't be applied."""
    conditions = []
    for item in parse_filters(text, FILTERS, partial(refuse, "filters")):
        try:
            conditions.append(_condition(item, known))
        except _InvalidFilterError as error:
            raise refuse("filters", f"{item.label}: {error}") from None
    return conditions


class _InvalidFilterError(ValueError):
    """A filter that can't be applied."""


def _condition(item: Filter, known: Known) -> Condition:
    column = known.column(item.column)
    if column is None:
        raise _InvalidFilterError(
            "there is no such column; use a column id or the UUID of one of the run test's evals"
        )
    kind, operator = item.type, item.operator
    if not FILTERS.applies(item, column):
        operators = FILTERS.of(column)
        if kind not in operators:
            raise _InvalidFilterError(
                f"the column holds {column.holds} and can't be read as {kind}, only as {', '.join(operators)}"
            )
        raise _InvalidFilterError(f"{kind} has no {operator} here, only {', '.join(operators[kind])}")
    positive = _POSITIVE.get(operator, operator)
    condition = _positive(column, kind, positive, item.value, known)
    return condition if positive == operator else negation(condition)


def _positive(column: Column, kind: str, operator: str, value: Any, known: Known) -> Condition:
    if column.holds in ("number", "score", "datetime"):
        read = _time if column.holds == "datetime" else _percent if column.holds == "score" else _number
        return where(column.value, _range_test(operator, value, read))
    if kind == "boolean":
        if not isinstance(value, bool):
            raise _InvalidFilterError(f"a boolean value is needed, got {value!r}")
        return where(column.value, lambda found: found is value)
    test = _test(operator, value, whole=kind == "list" and column.holds == "choices")
    if column.id == "scenario":
        numbers = {number for number, name in known.scenarios().items() if test({name.casefold()})}
        return where(column.value, numbers.__contains__)
    if column.holds == "text":
        return where(column.value, lambda found: test({found.casefold()}))
    if column.holds == "Pass/Fail":
        passing = {passed for passed, word in ((True, "passed"), (False, "failed")) if test({word})}
        return where(column.value, passing.__contains__)
    return where(column.value, lambda found: test({word.casefold() for word in found}))


def _range_test(operator: str, value: Any, read: Callable[[Any], Span]) -> Callable[[float], bool]:
    if operator == "in":
        spans = [read(part) for part in _several(value)]
        return lambda found: any(low <= found <= high for low, high in spans)
    if operator == "between":
        low, high = read(value[0])[0], read(value[1])[1]
        return lambda found: low <= found <= high
    low, high = read(value)
    if operator == "equals":
        return lambda found: low <= found <= high
    compare, bound = (
        COMPARISONS[operator],
        high if operator in ("greater_than", "less_than_or_equal") else low,
    )
    return lambda found: compare(found, bound)


def _test(operator: str, value: Any, *, whole: bool = False) -> Callable[[set[str]], bool]:
    """Return a test of a set of words. `whole`: the value is a list that is compared as a set."""
    if operator == "in":
        among = {_word(part) for part in _several(value)}
        return lambda words: not words.isdisjoint(among)
    if whole:
        wanted = {_word(part) for part in _several(value)}
        return (lambda words: words == wanted) if operator == "equals" else (lambda words: words >= wanted)
    word = _word(value)
    if operator == "equals":
        return lambda words: words == {word}
    return lambda words: any(word in one for one in words)


def _several(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise _InvalidFilterError(f"an array of values is needed, got {value!r:.80}")
    return value


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise _InvalidFilterError(f"a text is needed, got {value!r:.80}")
    return value.casefold()


def _number(value: Any) -> Span:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _InvalidFilterError(f"a number is needed, got {value!r:.80}")
    try:
        return float(value), float(value)
    except OverflowError:
        raise _InvalidFilterError("the number is too large") from None


def _percent(value: Any) -> Span:
    """Read an eval's score, which filters give in percent and stored as a share of one."""
    share = round(_number(value)[0] / 100, 12)
    return share, share


def _time(value: Any) -> Span:
    """Read a time; a date without one stands for the whole day in UTC."""
    text = value if isinstance(value, str) else ""
    with suppress(ValueError, OverflowError):
        start = to_ms(datetime.fromisoformat(text))
        with suppress(ValueError):
            date.fromisoformat(text)
            return start, start + _DAY - 1
        return start, start
    raise _InvalidFilterError(f"an ISO 8601 time is needed, got {value!r:.80}")


MOST_GROUPS: Final = 8
_decode_array: Final = msgspec.json.Decoder(list[Any]).decode


def read_groups(
    row_groups: str | None, group_keys: str | None, known: Known
) -> tuple[list[Column], list[Any]]:
    """Read both parameters: columns to group by, values to drill into. Raise InvalidParameter if wrong."""
    names = _array("row_groups", row_groups)
    keys = _array("group_keys", group_keys)
    if len(names) > MOST_GROUPS:
        raise refuse("row_groups", f"At most {MOST_GROUPS} levels are taken, got {len(names)}.")
    columns = []
    for name in names:
        column = known.column(name) if isinstance(name, str) else None
        if column is None:
            raise refuse("row_groups", f"There is no column {name!r:.80} to group by.")
        columns.append(column)
    if len({column.id for column in columns}) < len(columns):
        raise refuse("row_groups", "A column can be grouped by once only.")
    if len(keys) > len(columns):
        raise refuse("group_keys", f"{len(keys)} keys were given for {len(columns)} groups.")
    for key in keys:
        if isinstance(key, (list, dict)):
            raise refuse("group_keys", f"A key is the value of a group, got {key!r:.80}.")
    return columns, keys


def _array(name: str, text: str | None) -> list[Any]:
    if not text:
        return []
    try:
        return _decode_array(text.encode())
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise refuse(name, f"Not a JSON array: {error}") from None


def _group_value(column: Column) -> Callable[[CallRow], Any]:
    """Return what calls are grouped by: the value itself, a time's day in UTC."""
    return day if column.holds == "datetime" else column.value


class Groups:
    """The groups of one execution's calls, keyed as they are shown: names and words, not what is stored."""

    def __init__(self, store: Store, execution: Execution, names: dict[int, str]) -> None:
        self._store = store
        self._execution = execution
        self._names = names

    def drill(self, columns: list[Column], keys: list[Any]) -> list[Condition]:
        """Return the conditions of the group that `keys` lead to."""
        return [self._is(column, key) for column, key in zip(columns, keys, strict=False)]

    def _is(self, column: Column, key: Any) -> Condition:
        value = _group_value(column)
        if key is None:
            return lambda call: value(call) is None
        if column.id == "scenario":
            return where(value, {number for number, name in self._names.items() if name == key}.__contains__)
        if column.config is not None:
            stored = _stored_key(column.config, key)
            return where(value, lambda found: found == stored)
        if not (_is_number(key) if column.holds == "number" else isinstance(key, str)):
            return lambda _: False
        return where(value, lambda found: found == key)

    def rows(
        self, columns: list[Column], keys: list[Any], conditions: Sequence[Condition | None]
    ) -> list[Item]:
        """Count the next level's groups, the largest first; each row holds the values that lead to it."""
        level = columns[: len(keys) + 1]
        values = [_group_value(column) for column in level]
        sums: dict[tuple[Any, ...], list[Any]] = {}
        calls = self._store.shown_calls_of("execution", self._execution.number)
        for call in matching(calls, [*conditions, *self.drill(columns, keys)]):
            totals = sums.setdefault(tuple([value(call) for value in values]), [0] * 5)
            totals[0] += 1
            for at, number in ((1, call.overall_score), (3, call.response_time)):
                if number is not None:
                    totals[at] += number
                    totals[at + 1] += 1
        merged: dict[tuple[Any, ...], list[Any]] = {}  # two scenarios of one name are one group
        for key, totals in sorted(sums.items(), key=lambda item: [sortable(value) for value in item[0]]):
            shown_key = tuple(self._shown(column, value) for column, value in zip(level, key, strict=True))
            before = merged.setdefault(shown_key, [0] * 5)
            merged[shown_key] = [a + b for a, b in zip(before, totals, strict=True)]
        groups = [_group_row(level, key, totals) for key, totals in merged.items()]
        return sorted(groups, key=lambda group: -int(group["count"]))

    def _shown(self, column: Column, value: Any) -> Any:
        if column.id == "scenario":
            return self._names[value]
        if column.config is None or value is None:
            return value
        output = shown(column.config, value)
        return ", ".join(output) if isinstance(output, tuple) else output


def _group_row(level: list[Column], key: tuple[Any, ...], totals: list[Any]) -> Item:
    count, scores, scored, times, timed = totals
    return {
        **{column.id: value for column, value in zip(level, key, strict=True)},
        "count": count,
        "avg_overall_score": round(scores / scored, 4) if scored else None,
        "avg_response_time": round(times / timed, 2) if timed else None,
    }


def _stored_key(config: EvalConfig, key: Any) -> EvalValue:
    """Return how a shown output is stored; what is no output of this eval matches nothing."""
    if config.output_type == "Pass/Fail":
        outputs = {shown(config, True): True, shown(config, False): False}
        return outputs.get(key) if isinstance(key, bool if config.form == "boolean" else str) else None
    if config.output_type == "choices":
        return tuple(key.split(", ")) if isinstance(key, str) else None
    return float(key) if _is_number(key) else None


def _is_number(key: Any) -> bool:
    return isinstance(key, (int, float)) and not isinstance(key, bool) and abs(key) < 1e300


_FORMS: Final[dict[str, Callable[[Call], Item]]] = {
    "call": call_item,
    "detail": detail_item,
    "version": version_item,
    "run": run_item,
}


class Documented:
    """The service as its documents describe it; where they are silent, as a careful server would do it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._reader = Reader(store)
        self._answers: dict[Endpoint, Callable[[dict[str, str], Query, int], Response]] = {
            Endpoint.CALL_EXECUTIONS: self._call_executions,
            Endpoint.TEST_EXECUTIONS: self._test_executions,
            Endpoint.TEST_EXECUTION: self._test_execution,
            Endpoint.VERSION_CALL_EXECUTIONS: self._version_call_executions,
            Endpoint.SIMULATION_RUNS: self._runs,
        }

    @property
    def answered(self) -> frozenset[Endpoint]:
        """Return the operations that this profile has an answer to; the others are answered with 501."""
        return frozenset(self._answers)

    def answer(
        self, endpoint: Endpoint, ids: dict[str, str], query: Query, organization: Organization, now: datetime
    ) -> Response:
        """Answer one request."""
        with self._store.at(to_ms(now)):
            try:
                found = self._answers.get(endpoint)
                if found is not None:
                    return found(ids, query, organization.number)
                if "documented" in OPERATIONS[endpoint].profiles:
                    read(query, endpoint)
                return not_written(endpoint, "documented")
            except (InvalidParameter, NotFound) as answer:
                return answer.response()

    def _calls(self, form: str, calls: Sequence[CallRow]) -> list[bytes]:
        return self._reader.rendered(form, _FORMS[form], calls)

    def _call_executions(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        test = self._store.catalogue.run_test(organization, uuid_in_path(ids, "run_test_id", "Run test"))
        if test is None:
            raise NotFound("Run test")
        given = read(query, Endpoint.CALL_EXECUTIONS)
        text = given["search"]
        condition = search(self._store, organization, text)
        ranks = calls_of_run_test(self._store, test, text, condition, given["status"])
        part = cut(given, len(ranks))
        return envelope(part, query, self._calls("call", part.of(ranks)))

    def _search_executions(self, organization: int, text: str | None) -> Callable[[Execution], bool] | None:
        """Return the condition of a search among executions: part of the status or of a scenario's name."""
        if not text:
            return None
        wanted = text.casefold()
        scenarios = self._store.catalogue.scenarios_like(organization, text)
        return lambda one: (
            wanted in shown_status(one.status).casefold() or not scenarios.isdisjoint(one.scenarios)
        )

    def _test_executions(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        test = self._store.catalogue.run_test(organization, uuid_in_path(ids, "run_test_id", "Run test"))
        if test is None:
            raise NotFound("Run test")
        given = read(query, Endpoint.TEST_EXECUTIONS)
        text, status = given["search"], given["status"]
        statuses = [word for word in EXECUTION_STATUSES if status == shown_status(word)]
        found = self._search_executions(organization, text)
        ranks = executions_of(self._store, [test], text, found, statuses if status else ())
        part = cut(given, len(ranks))
        items = [
            msgspec.json.encode(execution_item(one, self._reader.tally(one.number), self._store.catalogue))
            for one in part.of(ranks)
        ]
        return envelope(part, query, items)

    def _test_execution(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        execution = self._reader.execution(
            organization, uuid_in_path(ids, "test_execution_id", "Test execution")
        )
        if execution is None:
            raise NotFound("Test execution")
        given = read(query, Endpoint.TEST_EXECUTION)
        catalogue = self._store.catalogue
        known = Known(
            column=partial(
                find_column,
                evals=catalogue.evals_of(execution.run_test),
                shown=lambda row: call_item(self._reader.call(row)),
            ),
            scenarios=lambda: {one.number: one.name for one in catalogue.scenarios.values()},
        )
        conditions: list[Condition | None] = [*read_filters(given["filters"], known)]
        conditions.append(search(self._store, organization, given["search"]))
        columns, keys = read_groups(given["row_groups"], given["group_keys"], known)
        groups = Groups(self._store, execution, known.scenarios())
        if len(keys) < len(columns):
            rows_ = groups.rows(columns, keys, conditions)
            part = cut(given, len(rows_))
            start = (part.number - 1) * part.size
            items = [msgspec.json.encode(row) for row in rows_[start : start + part.size]]
        else:
            key = tuple(given[name] for name in ("search", "filters", "row_groups", "group_keys"))
            needed = [*conditions, *groups.drill(columns, keys)]
            ranks = calls_of_execution(self._store, execution, key, needed)
            part = cut(given, len(ranks))
            items = self._calls("detail", part.of(ranks))
        agent = catalogue.agents[catalogue.run_tests[execution.run_test].agent]
        more = {
            "column_order": column_order(execution, catalogue),
            "status": execution.status,
            "error_messages": execution.errors,
            "provider": agent.provider or "",
            "agent_type": agent.channel,
        }
        head = {"total_pages": part.pages, "current_page": part.number}
        return envelope(part, query, items, more, **head)

    def _version_call_executions(self, ids: dict[str, str], query: Query, organization: int) -> Response:
        agent_id = uuid_in_path(ids, "agent_id", "Agent definition")
        version_id = uuid_in_path(ids, "version_id", "Agent version")
        version = self._store.catalogue.version(organization, agent_id, version_id)
        if version is None:
            raise NotFound("Agent definition or version")
        given = read(query, Endpoint.VERSION_CALL_EXECUTIONS)
        ranks = calls_of_version(self._store, version)
        part = cut(given, len(ranks))
        return envelope(part, query, self._calls("version", part.of(ranks)))

    def _runs(self, _: dict[str, str], query: Query, organization: int) -> Response:
        given = read(query, Endpoint.SIMULATION_RUNS)
        call_id, execution_id, name = (
            given[word] for word in ("call_execution_id", "execution_id", "run_test_name")
        )
        names = _names(given["eval_name"])
        if call_id is not None:
            return self._run_of_call(organization, call_id, names)
        if execution_id is not None:
            execution = self._reader.execution(organization, execution_id)
            if execution is None:
                raise NotFound("Test execution")
            return self._run_of_execution(execution, given, names)
        if not name:
            reason = "One of run_test_name, execution_id and call_execution_id is required."
            raise refuse("non_field_errors", reason)
        tests = self._store.catalogue.run_tests_named(organization, name)
        if not tests:
            raise NotFound("Run test")
        ranks = executions_of(self._store, tests)
        part = cut(given, len(ranks))
        found = [execution_run(self._reader, one, names) for one in part.of(ranks)]
        return _result(
            {"total_pages": part.pages, "current_page": part.number, "count": part.count, "results": found}
        )

    def _run_of_call(self, organization: int, call_id: str, names: frozenset[str] | None) -> Response:
        row = self._reader.call_row(organization, call_id)
        if row is None:
            raise NotFound("Call execution")
        execution = self._store.executions[row.execution]
        return _result(_only_named(call_run(self._reader.call(row), execution.id), names))

    def _run_of_execution(
        self, execution: Execution, given: dict[str, Any], names: frozenset[str] | None
    ) -> Response:
        ranks = calls_of_execution(self._store, execution)
        part = cut(given, len(ranks))
        if names is None:
            items: list[Any] = [msgspec.Raw(item) for item in self._calls("run", part.of(ranks))]
        else:
            items = [_only_named(run_item(self._reader.call(row)), names) for row in part.of(ranks)]
        result = execution_run(self._reader, execution, names)
        result["call_results"] = {
            "total_pages": part.pages,
            "current_page": part.number,
            "count": part.count,
            "results": items,
        }
        more = explanation(self._reader, execution, names) if given["summary"] else {}
        return _result(result | more)


def _result(result: Item) -> Response:
    return json_response({"status": True, "result": result})


def _names(text: str | None) -> frozenset[str] | None:
    """Read eval names separated by commas; they are compared in any case."""
    names = frozenset(name.strip().casefold() for name in (text or "").split(",") if name.strip())
    return names or None


def _only_named(item: Item, names: frozenset[str] | None) -> Item:
    if names is not None:
        outputs = item["eval_outputs"]
        item["eval_outputs"] = {key: out for key, out in outputs.items() if out["name"].casefold() in names}
    return item
