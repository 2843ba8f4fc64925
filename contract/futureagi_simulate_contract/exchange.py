"""Requests, the responses to them, and logs of both: plain values, shared by the checks and the rules."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache, cached_property
from typing import Any, Final
from urllib.parse import urlencode

import attrs
import msgspec

from futureagi_simulate_contract.document import load, operations

Pairs = tuple[tuple[str, str], ...]
Row = dict[str, Any]


class Endpoint(StrEnum):
    """The five endpoints by their operation ids."""

    CALL_EXECUTIONS = "listCallExecutions"
    TEST_EXECUTIONS = "listTestExecutions"
    TEST_EXECUTION = "getTestExecution"
    RUNS = "getSimulationRuns"
    VERSION_CALL_EXECUTIONS = "listVersionCallExecutions"


UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
INTERNALS: Final = re.compile(  # texts of the program and its database, which no error should show
    r"invalid literal for int|has no attribute|select_related|matches the given query|Traceback \(most|"
    r"psycopg|sqlite3?\.|does not exist\s+LINE|NUL \(0x00\)|\bSELECT\b.+\bFROM\b|object at 0x|"
    r"KeyError|TypeError"
)


@cache
def template(endpoint: Endpoint) -> str:
    """Return the endpoint's path as the contract has it, with its ids in braces."""
    path, _operation = operations(load())[endpoint.value]
    return path


@cache
def _pattern(endpoint: Endpoint) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template(endpoint)) + "?")


def path_of(endpoint: Endpoint, **ids: str) -> str:
    """Return the endpoint's path with `ids` filled in."""
    return template(endpoint).format(**ids)


def path_with(endpoint: Endpoint, value: str) -> str:
    """Return the endpoint's path with `value` in place of every id."""
    return re.sub(r"\{\w+\}", value, template(endpoint))


class Keys(StrEnum):
    """Which keys go with a request."""

    GOOD = "good"
    NONE = "none"
    NO_SECRET = "no-secret"  # noqa: S105 - a word for keys, not a key
    WRONG_SECRET = "wrong-secret"  # noqa: S105 - the same
    OTHER = "other-organization"


@attrs.frozen
class Request:
    """One request. It names its keys and doesn't hold them: the sender adds them."""

    path: str
    query: Pairs = ()
    keys: Keys = Keys.GOOD
    headers: Pairs = ()
    method: str = "GET"

    def __str__(self) -> str:
        query = urlencode(self.query)
        extra = "" if self.keys is Keys.GOOD else f" [keys: {self.keys}]"
        extra += "".join(f" [{name}: {value}]" for name, value in self.headers)
        return f"{self.method} {self.path}{'?' if query else ''}{query}{extra}"


@attrs.frozen(slots=False)
class Response:
    """One response: status, headers (names in lower case) and the bytes of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = attrs.field(repr=False)

    @cached_property
    def json(self) -> Any:
        """Return the decoded body, or None where it is no JSON."""
        try:
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return None

    @property
    def object(self) -> dict[str, Any]:
        """Return the body where it is a JSON object, else an empty one."""
        return self.json if isinstance(self.json, dict) else {}

    @property
    def is_html(self) -> bool:
        """Return whether the content type is HTML."""
        return "html" in self.headers.get("content-type", "")


Send = Callable[[Request], Response]


@attrs.frozen(slots=False)
class Exchange:
    """A request with its response."""

    request: Request
    response: Response

    @cached_property
    def endpoint(self) -> Endpoint | None:
        """Return the endpoint of the request, or None for another path."""
        return next((one for one in Endpoint if _pattern(one).fullmatch(self.request.path)), None)

    @cached_property
    def ids(self) -> dict[str, str]:
        """Return the ids of the path by name."""
        match = _pattern(self.endpoint).fullmatch(self.request.path) if self.endpoint else None
        return match.groupdict() if match else {}

    @cached_property
    def query(self) -> dict[str, str]:
        """Return the query by name; the last of repeated values."""
        return dict(self.request.query)

    @property
    def status(self) -> int:
        """Return the status of the response."""
        return self.response.status

    @property
    def plain(self) -> bool:
        """Return whether this is an ordinary GET: good keys, no header of its own, the path as documented."""
        request = self.request
        ordinary = request.method == "GET" and request.keys is Keys.GOOD and not request.headers
        return ordinary and request.path[-1] == "/"

    @property
    def envelope(self) -> dict[str, Any]:
        """Return the object that holds `count` and `results` (for the runs endpoint, wherever it is)."""
        body = self.response.object
        if self.endpoint is not Endpoint.RUNS:
            return body
        result = body.get("result")
        if not isinstance(result, dict):
            return {}
        inner = result.get("call_results", result)
        return inner if isinstance(inner, dict) else {}

    @property
    def rows(self) -> list[Row]:
        """Return the items of the page; empty where there is no page."""
        rows = self.envelope.get("results") if self.status == 200 else None
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    @property
    def result(self) -> dict[str, Any]:
        """Return the `result` of the runs endpoint; empty where there is none."""
        result = self.response.object.get("result")
        return result if isinstance(result, dict) else {}

    @property
    def form(self) -> str:
        """Return which form of the runs endpoint this is: call, execution or name; empty elsewhere."""
        result = self.response.object.get("result") if self.endpoint is Endpoint.RUNS else None
        if not isinstance(result, dict) or self.status != 200:
            return ""
        forms = {"call_execution_id": "call", "execution_id": "execution"}
        return next((form for name, form in forms.items() if name in result), "name")


def row_id(row: Row) -> str:
    """Return the id of an item of any listing."""
    return str(row.get("id") or row.get("call_execution_id") or row.get("execution_id"))


def scenario_name(row: Row) -> str | None:
    """Return the scenario's name of a call, whether `scenario` is an object or a text."""
    scenario = row.get("scenario", row.get("scenario_name"))
    name = scenario.get("name") if isinstance(scenario, dict) else scenario
    return name if isinstance(name, str) else None


def is_number(value: Any) -> bool:
    """Return whether a JSON value is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def has_access(exchanges: Iterable[Exchange]) -> bool:
    """Return whether any request with good keys was answered 200."""
    return any(one.status == 200 and one.request.keys is Keys.GOOD for one in exchanges)


# --------------------------------------------------------------------------------------------- logs


@attrs.frozen
class CompleteListing:
    """One listing of which every page was read with one `limit`."""

    endpoint: Endpoint
    limit: int
    count: int
    pages: Mapping[int, Exchange]

    @property
    def rows(self) -> list[Row]:
        """Return the items in the order of the pages."""
        return [row for number in sorted(self.pages) for row in self.pages[number].rows]


@attrs.frozen(slots=False)
class Log:
    """Exchanges in the order they were made. `base_url` is where they were made, if known.

    `unsent` counts the requests that a plan still had when it ended; None where there was no plan.
    `stopped` says what ended it early.
    """

    exchanges: Sequence[Exchange]
    base_url: str | None = None
    unsent: int | None = None
    stopped: str = ""

    def of(self, endpoint: Endpoint, *, status: int | None = None) -> Iterator[Exchange]:
        """Yield the ordinary exchanges of an endpoint: all, or those with one status."""
        for exchange in self._ordinary.get(endpoint, ()):
            if status in {None, exchange.status}:
                yield exchange

    def any_of(self, endpoint: Endpoint) -> Iterator[Exchange]:
        """Yield all exchanges of an endpoint, whatever their keys, headers and methods."""
        return (exchange for exchange in self.exchanges if exchange.endpoint is endpoint)

    @property
    def unseen(self) -> tuple[Endpoint, ...]:
        """Return the endpoints without any good response: no id was known, or nothing was answered 200."""
        return tuple(endpoint for endpoint in Endpoint if not any(self.of(endpoint, status=200)))

    def with_query(self, endpoint: Endpoint, **query: str) -> Iterator[Exchange]:
        """Yield the ordinary exchanges whose query holds all of `query`; other parameters may be there."""
        for exchange in self.of(endpoint):
            if all(exchange.query.get(name) == value for name, value in query.items()):
                yield exchange

    def rows(self, endpoint: Endpoint, path: str | None = None) -> Iterator[tuple[Exchange, Row]]:
        """Yield every item of every page of an endpoint (or of one path of it); group rows are no items."""
        for exchange in self.of(endpoint, status=200):
            if path in {None, exchange.request.path} and not exchange.query.get("row_groups"):
                for row in exchange.rows:
                    yield exchange, row

    def by_id(self, endpoint: Endpoint) -> Mapping[str, tuple[Exchange, Row]]:
        """Return each item that isn't a preserved earlier run, by its id, as it was first received."""
        found: dict[str, tuple[Exchange, Row]] = {}
        for exchange, row in self.rows(endpoint):
            if isinstance(row.get("id"), str) and not row.get("is_snapshot"):
                found.setdefault(row["id"], (exchange, row))
        return found

    def complete_listings(self, endpoint: Endpoint) -> Iterator[CompleteListing]:
        """Yield the listings of which every page was read."""
        for pages in self._listings.get(endpoint, {}).values():
            first = pages.get(1)
            if first is None or "limit" not in first.query or not first.query["limit"].isdigit():
                continue
            total = first.envelope.get("total_pages") or _pages_needed(first)
            if total and all(number in pages for number in range(1, total + 1)):
                kept = {number: pages[number] for number in range(1, total + 1)}
                limit, count = int(first.query["limit"]), first.envelope.get("count", 0)
                yield CompleteListing(endpoint, limit, count, kept)

    def total_pages(self, exchange: Exchange) -> int | None:
        """Return how many pages the listing of `exchange` has, if a page of it was received."""
        if exchange.endpoint is None:
            return None
        siblings = self._listings.get(exchange.endpoint, {}).get(_listing(exchange), {})
        totals = [e.envelope.get("total_pages") or _pages_needed(e) for e in siblings.values() if e.rows]
        return max((total for total in totals if total), default=None)

    @cached_property
    def _ordinary(self) -> Mapping[Endpoint, list[Exchange]]:
        found: dict[Endpoint, list[Exchange]] = defaultdict(list)
        for exchange in self.exchanges:
            if exchange.endpoint is not None and exchange.plain:
                found[exchange.endpoint].append(exchange)
        return found

    @cached_property
    def _listings(self) -> Mapping[Endpoint, Mapping[object, dict[int, Exchange]]]:
        found: dict[Endpoint, dict[object, dict[int, Exchange]]] = defaultdict(lambda: defaultdict(dict))
        for endpoint in Endpoint:
            for exchange in self.of(endpoint, status=200):
                page = exchange.query.get("page", "1")
                if page.isdecimal():
                    found[endpoint][_listing(exchange)].setdefault(int(page), exchange)
        return found


def _listing(exchange: Exchange) -> tuple[str, Pairs]:
    pairs = sorted(pair for pair in exchange.request.query if pair[0] != "page")
    return exchange.request.path, tuple(pairs)


def _pages_needed(exchange: Exchange) -> int | None:
    count, limit = exchange.envelope.get("count"), exchange.query.get("limit", "10")
    return -(-count // int(limit)) if isinstance(count, int) and limit.isdigit() and int(limit) else None
