"""What to ask a server: a generator of questions that gets their answers, and does nothing else.

GET only, no grouping (it makes the open-source server count every organization's calls), no address that
redirects. The most telling questions come first, so that a small budget is well spent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import attrs

from futureagi_simulate_contract.drift.filter_plan import filters
from futureagi_simulate_contract.drift.look import ZERO_ID, Asking, Look
from futureagi_simulate_contract.exchange import TEMPLATES, Endpoint, Exchange, Keys
from futureagi_simulate_contract.rows import Row, scenario_name

_CE, _EX, _TE = Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTIONS, Endpoint.TEST_EXECUTION
_VC, _RN = Endpoint.VERSION_CALL_EXECUTIONS, Endpoint.RUNS
_BIG_PAGE: Final = 100
_MAX_PAGES: Final = 5
_OTHER_EXECUTIONS: Final = 8
_CALLS: Final = 6
_FURTHER: Final = 3
_TIES: Final = 12


def plan(look: Look) -> Asking:
    """Yield every question of one look, the most telling first."""
    for part in PARTS:
        yield from part(look)


def samples(look: Look) -> Asking:
    """Read each endpoint without parameters and then whole, or as far as five big pages go."""
    for endpoint in (_EX, _CE, _TE, _VC, _RN):
        yield from look.ask(endpoint)
        if look.ids.test_execution_id is None:
            rows = look.rows(_EX)
            look.ids = attrs.evolve(
                look.ids, test_execution_id=next((row["id"] for row in rows if "id" in row), None)
            )
        yield from _walk(look, endpoint)


def _walk(look: Look, endpoint: Endpoint) -> Asking:
    for page in range(1, _MAX_PAGES + 1):
        query = {"limit": _BIG_PAGE} if page == 1 else {"limit": _BIG_PAGE, "page": page}
        exchange = yield from look.ask(endpoint, query)
        count = exchange.envelope.get("count") if exchange is not None else None
        if not isinstance(count, int) or count <= page * _BIG_PAGE:
            return


def by_name(look: Look) -> Asking:
    """Read the runs of a name, and calls of different kinds one by one."""
    base = look.base(_RN)
    if base is None:
        return
    if look.ids.run_test_name is not None:
        name = look.ids.run_test_name
        for query in ({}, {"limit": _BIG_PAGE}, {"page": "0"}, {"page": "99999"}):
            yield from _runs(look, {"run_test_name": name, **query})
        yield from _runs(look, {"run_test_name": name.swapcase()})
    for row in _varied(look.here(), _call_kind, _CALLS):
        yield from _runs(look, {"call_execution_id": row["id"]})


def _runs(look: Look, query: dict[str, Any]) -> Asking:
    yield from look.ask(_RN, query, path=TEMPLATES[_RN])


def other_executions(look: Look) -> Asking:
    """Look into executions of other kinds: another status, another agent, none."""
    kinds = _varied(
        look.rows(_EX),
        lambda row: (row.get("status"), row.get("agent_type"), row.get("agent_definition")),
        _OTHER_EXECUTIONS,
    )
    named = look.ids
    try:
        for row in kinds:
            look.ids = attrs.evolve(named, test_execution_id=row["id"])
            yield from look.ask(_TE, {"limit": 5})
            yield from look.ask(_RN, {"limit": 5, "summary": "true"})
    finally:
        look.ids = named


def other_run_tests(look: Look) -> Asking:
    """Look into further run tests: other agents, other states, other names."""
    named = look.ids
    for run_test in look.further:
        try:
            look.ids = attrs.evolve(named, run_test_id=run_test)
            listed = yield from look.ask(_EX, {"limit": _BIG_PAGE})
            calls = yield from look.ask(_CE, {"limit": _BIG_PAGE})
            for name in _with(map(scenario_name, calls.rows if calls else ()), "\\"):
                yield from look.ask(_CE, {"search": _around(name, "\\"), "limit": 20})
            for row in _varied(listed.rows if listed else (), lambda row: row.get("status"), _FURTHER):
                look.ids = attrs.evolve(look.ids, test_execution_id=row["id"])
                yield from look.ask(_TE, {"limit": 5})
                yield from look.ask(_RN, {"limit": 5, "summary": "true"})
        finally:
            look.ids = named


def _with(names: Iterable[str | None], character: str) -> list[str]:
    """Return the first of the names that holds `character`, if any does."""
    return [name for name in names if name and character in name][:1]


def parameters(look: Look) -> Asking:
    """Send bad values, a page behind the last and a parameter that doesn't exist, to each endpoint."""
    for endpoint in (_CE, _EX, _TE, _VC, _RN):
        for query in _ODDITIES:
            yield from look.ask(endpoint, query)
    yield from look.ask(_CE, {"limit": 0, "page": 2})
    yield from look.ask(_CE, {"limit": ""})


_ODDITIES: Final[tuple[dict[str, str]]] = (
    {"page": "99999"}, {"page": "0"}, {"page": "abc"}, {"limit": "0"}, {"limit": "-1"}, {"limit": "abc"},
    {"no_such_parameter": "1"},
)  # type: ignore[assignment]  # fmt: skip


def searches(look: Look) -> Asking:
    """Search for a scenario by name, for what could be a pattern, and filter by status in three cases."""
    rows = [*look.rows(_CE), *look.here()]
    names = list(dict.fromkeys(name for name in map(scenario_name, rows) if name))
    words = [*names[:1], "%", "_", *(_around(name, "\\") for name in _with(names, "\\"))]
    for endpoint in (_CE, _TE):
        for word in words:
            yield from look.ask(endpoint, {"search": word, "limit": 20})
    yield from look.ask(_CE, {"search": "\0", "limit": 1})
    for word in names[:1]:
        yield from look.ask(_EX, {"search": word, "limit": 3})
    for endpoint in (_CE, _EX):
        status = next((str(row["status"]) for row in look.rows(endpoint) if row.get("status")), "completed")
        for word in (status.lower(), status.upper(), status.title()):
            yield from look.ask(endpoint, {"status": word, "limit": 5})


def _around(name: str, character: str) -> str:
    """Return the word of a name that holds `character`, with its neighbours."""
    place = name.index(character)
    return name[max(0, place - 4) : place + 5].strip()


def runs(look: Look) -> Asking:
    """Ask the runs endpoint for evals by name, for the summary in other words, and for two ids at once."""
    base = look.base(_RN)
    if base is None:
        return
    names = _eval_names(look.log.of(_RN, status=200))
    plain = next((name for name in names if name.isalpha() and name.swapcase() != name), None)
    for name in [word for word in (plain, plain and plain.swapcase()) if word]:
        yield from look.ask(_RN, {"eval_name": name, "limit": 20})
    for word in ("1", "yes", "maybe"):
        yield from look.ask(_RN, {"summary": word, "limit": 1})


def _eval_names(exchanges: Iterable[Exchange]) -> list[str]:
    return [
        part["name"]
        for exchange in exchanges
        for entry in (exchange.answer.object.get("result") or {}).get("eval_results") or []
        for part in [*(entry.get("result") or []), entry]
        if isinstance(part.get("name"), str)
    ]


def refusals(look: Look) -> Asking:
    """Leave keys out, get them wrong, ask for ids that don't exist or are none, want another form."""
    for endpoint in (_CE, _EX, _TE, _VC, _RN):
        for keys in (Keys.NONE, Keys.NO_SECRET, Keys.WRONG_SECRET):
            yield from look.ask(endpoint, {"limit": 1}, keys=keys)
    for wrong in (ZERO_ID, "not-a-uuid"):
        for endpoint in (_CE, _EX, _TE, _VC):
            yield from look.ask(endpoint, path=_with_id(endpoint, wrong))
    for name in ("execution_id", "call_execution_id"):
        yield from _runs(look, {name: ZERO_ID})
    for endpoint in (_CE, _EX):
        yield from look.ask(endpoint, {"limit": 1}, headers=(("Accept", "application/xml"),))
        yield from look.ask(endpoint, {"limit": 1}, headers=(("Authorization", "Bearer broken"),))


def _with_id(endpoint: Endpoint, wrong: str) -> str:
    names = ("run_test_id", "test_execution_id", "agent_id", "version_id")
    return TEMPLATES[endpoint].format(**dict.fromkeys(names, wrong))


def ties(look: Look) -> Asking:
    """Read items that share the time they are ordered by one by one, where a walk may repeat or lose them."""
    for endpoint in (_CE, _TE, _VC):
        for walk in look.log.walks(endpoint):
            keys = [row.get("timestamp", row.get("updated_at", row.get("created_at"))) for row in walk.rows]
            tied = [
                place for place, key in enumerate(keys, start=1) if key is not None and keys.count(key) > 1
            ]
            if walk.limit == _BIG_PAGE and tied and walk.count == len(walk.rows):
                for place in tied[:_TIES]:
                    yield from look.ask(endpoint, {"limit": 1, "page": place})
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


PARTS: Final[tuple[Callable[[Look], Asking], ...]] = (
    samples, by_name, filters, parameters, refusals, searches, runs, other_executions, other_run_tests, ties,
)  # fmt: skip
