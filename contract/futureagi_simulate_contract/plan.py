"""The requests of `fi-simulate drift`: the most telling first, so that a small budget is well spent.

GET only, no grouping (it makes the open-source server count every organization's calls), no address that
redirects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any, Final

import attrs

from futureagi_simulate_contract.exchange import (
    Endpoint,
    Exchange,
    Keys,
    Log,
    Row,
    Send,
    is_number,
    path_with,
    scenario_name,
)
from futureagi_simulate_contract.filtering import Filter, shown
from futureagi_simulate_contract.session import MAX_REQUESTS, Ids, Subject

ZERO_ID: Final = "00000000-0000-0000-0000-000000000000"
_CE, _EX, _TE = Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTIONS, Endpoint.TEST_EXECUTION
_VC, _RN = Endpoint.VERSION_CALL_EXECUTIONS, Endpoint.RUNS
_ALL: Final = (_CE, _EX, _TE, _VC, _RN)
_BIG_PAGE: Final = 100
_MAX_PAGES: Final = 5
_FILTERED: Final = 20
_OTHER_EXECUTIONS: Final = 8
_CALLS: Final = 6
_FURTHER: Final = 3
_TIES: Final = 12
_BAD_QUERIES: Final[tuple[dict[str, str], ...]] = (
    {"page": "99999"}, {"page": "0"}, {"page": "abc"}, {"limit": "0"}, {"limit": "-1"}, {"limit": "abc"},
    {"no_such_parameter": "1"},
)  # fmt: skip


def survey(
    send: Send,
    ids: Ids,
    further: tuple[str, ...] = (),
    *,
    max_requests: int = MAX_REQUESTS,
    base_url: str | None = None,
) -> Log:
    """Send at most `max_requests` of the plan's requests, and count those that were left.

    `further`: ids of run tests to read besides the one in `ids`. A server that stops responding, or time that
    is over, ends it: what was received until then is kept. Raises TransportError where nothing was.

    Responses give rise to further requests, so the number of those left is the least.
    """
    subject = Subject(send, ids, max_requests=max_requests, base_url=base_url)
    samples(subject)
    by_name(subject)
    filters(subject)
    parameters(subject)
    refusals(subject)
    searches(subject)
    runs(subject)
    other_executions(subject)
    other_run_tests(subject, further)
    ties(subject)
    return subject.log


def _get(
    subject: Subject, endpoint: Endpoint, query: dict[str, Any] | None = None, **options: Any
) -> Exchange | None:
    """Request an endpoint about the known ids; return None where one is missing."""
    if endpoint is _RN:
        execution = subject.ids.test_execution_id
        if execution is None:
            return None
        query = {"execution_id": execution, **(query or {})}
    if subject.path(endpoint) is None:
        return None
    return subject.get(endpoint, query, **options)


@contextmanager
def _about(subject: Subject, **ids: str) -> Iterator[None]:
    """Let requests be about other ids for a while."""
    named = subject.ids
    subject.ids = attrs.evolve(named, **ids)
    try:
        yield
    finally:
        subject.ids = named


def _rows(subject: Subject, endpoint: Endpoint) -> list[Row]:
    """Return the items of an endpoint received so far, each once, preserved earlier runs left out."""
    rows = (row for _, row in subject.log.rows(endpoint) if not row.get("is_snapshot"))
    found: dict[Any, Row] = {}
    for row in rows:
        found.setdefault(row.get("id"), row)
    return list(found.values())


def _calls(subject: Subject) -> list[Row]:
    """Return the calls of the execution that was named, as its own page shows them."""
    path = subject.path(_TE)
    rows = subject.log.rows(_TE, path) if path is not None else ()
    return list({row["id"]: row for _, row in rows if "id" in row}.values())


def samples(subject: Subject) -> None:
    """Read each endpoint without parameters and then whole, or as far as five big pages go."""
    for endpoint in (_EX, _CE, _TE, _VC, _RN):
        _get(subject, endpoint)
        if subject.ids.test_execution_id is None:
            execution = next((row["id"] for row in _rows(subject, _EX) if "id" in row), None)
            subject.ids = attrs.evolve(subject.ids, test_execution_id=execution)
        for page in range(1, _MAX_PAGES + 1):
            exchange = _get(subject, endpoint, {"limit": _BIG_PAGE} | ({"page": page} if page > 1 else {}))
            count = exchange.envelope.get("count") if exchange is not None else None
            if not isinstance(count, int) or count <= page * _BIG_PAGE:
                break


def by_name(subject: Subject) -> None:
    """Read the runs of a name, and calls of different kinds one by one."""
    name = subject.ids.run_test_name
    if subject.ids.test_execution_id is None:
        return
    if name is not None:
        for query in ({}, {"limit": _BIG_PAGE}, {"page": "0"}, {"page": "99999"}):
            subject.get(_RN, {"run_test_name": name, **query})
        subject.get(_RN, {"run_test_name": name.swapcase()})
    for row in _varied(_calls(subject), _call_kind, _CALLS):
        subject.get(_RN, {"call_execution_id": row["id"]})


def other_executions(subject: Subject) -> None:
    """Read executions of other kinds: another status, another agent, none."""
    kinds = _varied(
        _rows(subject, _EX),
        lambda row: (row.get("status"), row.get("agent_type"), row.get("agent_definition")),
        _OTHER_EXECUTIONS,
    )
    for row in kinds:
        _execution(subject, row["id"])


def _execution(subject: Subject, execution_id: str) -> None:
    with _about(subject, test_execution_id=execution_id):
        _get(subject, _TE, {"limit": 5})
        _get(subject, _RN, {"limit": 5, "summary": "true"})


def other_run_tests(subject: Subject, further: tuple[str, ...]) -> None:
    """Read further run tests: other agents, other states, other names."""
    for run_test in further:
        with _about(subject, run_test_id=run_test):
            listed = subject.get(_EX, {"limit": _BIG_PAGE})
            calls = subject.get(_CE, {"limit": _BIG_PAGE})
            for name in _with(map(scenario_name, calls.rows), "\\"):
                subject.get(_CE, {"search": _around(name, "\\"), "limit": 20})
            for row in _varied(listed.rows, lambda row: row.get("status"), _FURTHER):
                _execution(subject, row["id"])


def _with(names: Iterable[str | None], character: str) -> list[str]:
    """Return the first of the names that holds `character`, if any does."""
    return [name for name in names if name and character in name][:1]


def parameters(subject: Subject) -> None:
    """Send bad values, a page past the end and an unknown parameter, to each endpoint."""
    for endpoint in _ALL:
        for query in _BAD_QUERIES:
            _get(subject, endpoint, query)
    _get(subject, _CE, {"limit": 0, "page": 2})
    _get(subject, _CE, {"limit": ""})


def searches(subject: Subject) -> None:
    """Search for a scenario by name, for what could be a pattern, and filter by status in three cases."""
    rows = [*_rows(subject, _CE), *_calls(subject)]
    names = list(dict.fromkeys(name for name in map(scenario_name, rows) if name))
    words = [*names[:1], "%", "_", *(_around(name, "\\") for name in _with(names, "\\"))]
    for endpoint in (_CE, _TE):
        for word in words:
            _get(subject, endpoint, {"search": word, "limit": 20})
    _get(subject, _CE, {"search": "\0", "limit": 1})
    for word in names[:1]:
        _get(subject, _EX, {"search": word, "limit": 3})
    for endpoint in (_CE, _EX):
        statuses = (str(row["status"]) for row in _rows(subject, endpoint) if row.get("status"))
        status = next(statuses, "completed")
        for word in (status.lower(), status.upper(), status.title()):
            _get(subject, endpoint, {"status": word, "limit": 5})


def _around(name: str, character: str) -> str:
    """Return the word of a name that holds `character`, with its neighbours."""
    index = name.index(character)
    return name[max(0, index - 4) : index + 5].strip()


def runs(subject: Subject) -> None:
    """Request evals by name in two cases, and the summary in other words than `true`."""
    if subject.ids.test_execution_id is None:
        return
    names = _eval_names(subject.log.of(_RN, status=200))
    plain = next((name for name in names if name.isalpha() and name.swapcase() != name), None)
    for name in (plain, plain.swapcase()) if plain else ():
        _get(subject, _RN, {"eval_name": name, "limit": 20})
    for word in ("1", "yes", "maybe"):
        _get(subject, _RN, {"summary": word, "limit": 1})


def _eval_names(exchanges: Iterable[Exchange]) -> list[str]:
    return [
        part["name"]
        for exchange in exchanges
        for entry in exchange.result.get("eval_results") or []
        for part in [*(entry.get("result") or []), entry]
        if isinstance(part.get("name"), str)
    ]


def refusals(subject: Subject) -> None:
    """Leave keys out, send wrong ones, unknown ids, malformed ids, and headers that want another form."""
    for endpoint in _ALL:
        for keys in (Keys.NONE, Keys.NO_SECRET, Keys.WRONG_SECRET):
            _get(subject, endpoint, {"limit": 1}, keys=keys)
    for wrong in (ZERO_ID, "not-a-uuid"):
        for endpoint in (_CE, _EX, _TE, _VC):
            subject.get(endpoint, path=path_with(endpoint, wrong))
    for name in ("execution_id", "call_execution_id"):
        subject.get(_RN, {name: ZERO_ID})
    for endpoint in (_CE, _EX):
        _get(subject, endpoint, {"limit": 1}, headers=(("Accept", "application/xml"),))
        _get(subject, endpoint, {"limit": 1}, headers=(("Authorization", "Bearer broken"),))


def ties(subject: Subject) -> None:
    """Read items that share the time they are ordered by one by one: pages may repeat or lose them."""
    for endpoint in (_CE, _TE, _VC):
        for listing in subject.log.complete_listings(endpoint):
            rows = listing.rows
            times = [row.get("timestamp", row.get("updated_at", row.get("created_at"))) for row in rows]
            shared = {time for time in times if time is not None and times.count(time) > 1}
            tied = [number for number, time in enumerate(times, start=1) if time in shared]
            if listing.limit == _BIG_PAGE and tied and listing.count == len(rows):
                for number in tied[:_TIES]:
                    _get(subject, endpoint, {"limit": 1, "page": number})
                return


def _call_kind(row: Row) -> object:
    return (row.get("status"), row.get("simulation_call_type"), bool(row.get("eval_outputs")))


def _varied(rows: Iterable[Row], kind: Callable[[Row], object], most: int) -> list[Row]:
    """Return the first item of each kind, at most so many."""
    found: dict[object, Row] = {}
    for row in rows:
        if isinstance(row.get("id"), str):
            found.setdefault(kind(row), row)
    return list(found.values())[:most]


# ----------------------------------------------------------------------------------------- filters


def filters(subject: Subject) -> None:
    """Try each filter alone, on the execution that was named."""
    for wanted in wanted_filters(_calls(subject)):
        _get(subject, _TE, {"limit": _FILTERED, "filters": wanted.encode()})


def wanted_filters(rows: list[Row]) -> Iterator[Filter]:
    """Yield filters that a reader of the documents would write, with values that divide these calls."""
    for column in ("status", "scenario", "call_execution_id"):
        yield from _texts(column, _dividing(rows, column))
    yield from _numbers("overall_score", rows)
    yield from _numbers("response_time", rows)
    yield from _times(rows)
    yield Filter("no_such_column", "text", "equals", "x")
    for name, value in _evals(rows).items():
        if value.lower() in {"passed", "failed"}:
            yield Filter(name, "text", "equals", value)
            yield Filter(name, "text", "in", [value])
            yield Filter(name, "text", "not_contains", value)
    kind = _dividing(rows, "call_type")
    if kind is not None:
        yield Filter("call_type", "text", "equals", kind)
        yield Filter("call_type", "text", "not_equals", kind)


def _texts(column: str, value: str | None) -> Iterator[Filter]:
    if value is None:
        return
    yield Filter(column, "text", "equals", value)
    yield Filter(column, "text", "not_equals", value)
    yield Filter(column, "text", "in", [value])
    yield Filter(column, "text", "contains", value)
    if column != "call_execution_id":
        yield Filter(column, "text", "equals", value.swapcase())
        yield Filter(column, "list", "in", [value])


def _numbers(column: str, rows: list[Row]) -> Iterator[Filter]:
    values = [value for row in rows if is_number(value := shown(row, column))]
    middle = round(median(values), 3) if values else 1
    least = min(values, default=0)
    low, high = round(least + (middle - least) / 2, 3), middle
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
    for operator in ("less_than", "greater_than", "equals", "in", "not_equals"):
        yield Filter("timestamp", "datetime", operator, [middle] if operator == "in" else middle)


def _dividing(rows: list[Row], column: str) -> str | None:
    """Return a text that some calls show and others don't, or else one that all of them show."""
    texts = [value for row in rows if isinstance(value := shown(row, column), str)]
    dividing = (value for value in dict.fromkeys(texts) if texts.count(value) < len(rows))
    return next(dividing, next(iter(texts), None))


def _evals(rows: list[Row]) -> dict[str, str]:
    """Return a sample output of one eval that puts out words; an eval's numbers have no documented unit."""
    for row in rows:
        for name in row.get("eval_outputs") or {}:
            value = shown(row, name)
            if isinstance(value, str):
                return {name: value}
    return {}
