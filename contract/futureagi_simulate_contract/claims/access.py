"""Keys, ids and errors, and the form of every response."""

# ruff: noqa: D401 - the docstring of a check is its claim
from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from futureagi_simulate_contract.claim import Kind, Severity, Violation, check, rule
from futureagi_simulate_contract.exchange import (
    INTERNALS,
    UUID,
    Endpoint,
    Exchange,
    Keys,
    Log,
    Row,
    path_with,
    row_id,
)
from futureagi_simulate_contract.session import NotApplicableError, Subject, expect, expect_status, fail
from futureagi_simulate_contract.shapes import shapes_of

_NOWHERE: Final = "00000000-0000-4000-8000-000000000000"
_WRITING: Final = ("POST", "PUT", "PATCH", "DELETE")


@check()
def both_keys_are_needed_everywhere(subject: Subject) -> None:
    """Without keys, with half of them or with a wrong one, every endpoint answers 401 and shows nothing."""
    for listing in subject.listings():
        for keys in (Keys.NONE, Keys.NO_SECRET, Keys.WRONG_SECRET):
            exchange = subject.get(listing.endpoint, listing.query, keys=keys)
            expect_status(exchange, 401, f"{keys} keys")
            expect(not exchange.rows, f"items without good keys: {keys}", exchange)


@check()
def keys_are_checked_before_anything_else(subject: Subject) -> None:
    """Without keys, a request with a bad parameter is answered 401 as well."""
    for listing in subject.listings():
        query = {**listing.query, "page": "abc"}
        exchange = subject.get(listing.endpoint, query, keys=Keys.NONE)
        expect_status(exchange, 401)


@check()
def organizations_are_apart(subject: Subject) -> None:
    """With another organization's keys these ids are not found, and none of the items comes."""
    if not subject.two_organizations:
        raise NotApplicableError("needs keys of a second organization")
    for listing in subject.listings():
        exchange = subject.get(listing.endpoint, listing.query, keys=Keys.OTHER)
        if "run_test_name" in listing.query:  # both organizations may have a run test of this name
            own = {row_id(row) for row in subject.rows(Endpoint.RUNS, listing.query)}
            seen = own & {row_id(row) for row in exchange.rows}
            expect(not seen, f"{len(seen)} items of another organization", exchange)
            continue
        wanted = 500 if not subject.documented and listing.endpoint is Endpoint.TEST_EXECUTION else 404
        expect_status(exchange, wanted)
        expect(not exchange.rows, "items of another organization", exchange)
    for row in subject.rows(Endpoint.TEST_EXECUTION)[:3]:
        exchange = subject.get(Endpoint.RUNS, {"call_execution_id": row_id(row)}, keys=Keys.OTHER)
        expect_status(exchange, 404)


@check()
def listings_hold_their_own_items_only(subject: Subject) -> None:
    """An execution's calls are its own: every one of them is in the run test's listing as well."""
    own = {row_id(row) for row in subject.rows(Endpoint.CALL_EXECUTIONS)}
    foreign = [row_id(row) for row in subject.rows(Endpoint.TEST_EXECUTION) if row_id(row) not in own]
    expect(not foreign, f"{len(foreign)} calls of the execution aren't the run test's: {foreign[:3]}")


@check()
def an_unknown_id_is_not_found(subject: Subject) -> None:
    """An id that doesn't exist is answered 404; observed, a test execution's 500."""
    for endpoint in Endpoint:
        path = path_with(endpoint, _NOWHERE)
        query = {"execution_id": _NOWHERE} if endpoint is Endpoint.RUNS else None
        exchange = subject.get(endpoint, query, path=path)
        wanted = 500 if not subject.documented and endpoint is Endpoint.TEST_EXECUTION else 404
        expect_status(exchange, wanted)


@check()
def a_malformed_id_is_not_found(subject: Subject) -> None:
    """A path with something else than a UUID is answered 404."""
    for endpoint in Endpoint:
        if endpoint is not Endpoint.RUNS:
            exchange = subject.get(endpoint, path=path_with(endpoint, "not-a-uuid"))
            expect_status(exchange, 404)


@check()
def nothing_can_be_written(subject: Subject) -> None:
    """POST, PUT, PATCH and DELETE are refused with 405 on every endpoint, and change nothing."""
    if not subject.writes:
        raise NotApplicableError("a server is only ever sent GET")
    for listing in subject.listings():
        query = {**listing.query, "limit": 100}
        before = subject.page(listing.endpoint, query, fresh=True)
        for method in _WRITING:
            exchange = subject.get(listing.endpoint, listing.query, method=method)
            expect_status(exchange, 405)
        after = subject.page(listing.endpoint, query, fresh=True)
        expect(
            before.response.body == after.response.body,
            f"{listing.name}: changed after writing methods",
            after,
        )


@rule(
    "unknown-id",
    Kind.STATUS,
    "status of an unknown id",
    "an id that doesn't exist is answered 404",
    severity=Severity.BREAKS,
)
def _unknown_id(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.of(endpoint):
        ids = [
            *exchange.ids.values(),
            *(exchange.query.get(n, "") for n in ("execution_id", "call_execution_id")),
        ]
        unknown = any(set(value) == set("0-") and UUID.fullmatch(value) for value in ids)
        if unknown and exchange.status != 404:
            status = exchange.status
            yield Violation(str(status), exchange, endpoint is Endpoint.TEST_EXECUTION and status == 500)


@rule("html-error", Kind.ERROR, "body of an error", "errors are JSON, as every answer of the API")
def _html(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.any_of(endpoint):
        if exchange.status >= 400 and exchange.response.is_html and exchange.request.method == "GET":
            status = exchange.status
            yield Violation(f"{status} as HTML", exchange, location=f"body of a {status}")


@rule(
    "leaking-error",
    Kind.ERROR,
    "body of a 500",
    "a server error shows no internals of the server",
    severity=Severity.MISLEADS,
)
def _leaks(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.any_of(endpoint):
        if exchange.status >= 500 and INTERNALS.search(exchange.response.body.decode(errors="replace")):
            yield Violation("raw text of the program or its database", exchange)


@rule(
    "error-members", Kind.ERROR, "body of an error",
    "errors of one status have the same members, and each reason once",
)  # fmt: skip
def _members(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    everywhere: dict[int, set[frozenset[str]]] = {}
    for other in Endpoint:
        for exchange in log.any_of(other):
            if _is_refusal(exchange):
                members = frozenset(exchange.response.object) - {"attr"}
                everywhere.setdefault(exchange.status, set()).add(members)
    usual = {status: max(found, key=len) for status, found in everywhere.items() if len(found) > 1}
    for exchange in log.any_of(endpoint):
        body, status = exchange.response.object, exchange.status
        if not _is_refusal(exchange):
            continue
        if status in usual and usual[status] - body.keys() - {"errors"}:
            yield Violation("some lack details", exchange, status == 404, f"body of a {status}")
        if "errors" in body and body.get("errors") == body.get("details"):
            yield Violation("errors repeats details", exchange, status == 400, f"errors of a {status}")


def _is_refusal(exchange: Exchange) -> bool:
    return (
        400 <= exchange.status < 500 and bool(exchange.response.object) and exchange.request.method == "GET"
    )


@rule(
    "error-type", Kind.ERROR, "type of a refusal",
    "a request that can't be served in the wanted form is refused with the error type of other bad requests",
)  # fmt: skip
def _type_of_406(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.any_of(endpoint):
        if exchange.status == 406 and exchange.request.method == "GET":
            kind = exchange.response.object.get("type")
            if kind == "api_error":
                yield Violation("406 has the type api_error", exchange)


@rule(
    "keys-not-needed",
    Kind.STATUS,
    "status without good keys",
    "without two good keys the answer is 401",
    severity=Severity.BREAKS,
)
def _open(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.any_of(endpoint):
        request, status = exchange.request, exchange.status
        bad = request.keys in {Keys.NONE, Keys.NO_SECRET, Keys.WRONG_SECRET}
        if bad and request.method == "GET" and request.path.endswith("/") and status != 401:
            yield Violation(str(status), exchange, known=False)


@rule(
    "authorization-header", Kind.STATUS, "status with a broken Authorization header",
    "the two key headers are what counts; another header changes nothing",
)  # fmt: skip
def _authorization(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.any_of(endpoint):
        names = {name.lower() for name, _ in exchange.request.headers}
        if "authorization" in names and exchange.request.keys is Keys.GOOD and exchange.status != 200:
            yield Violation(f"{exchange.status} with good keys", exchange, exchange.status == 401)


_LOOKS_LIKE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_TIME_NAMES: Final = re.compile(r".*(_at|_time|timestamp)")
_SAME_TEXT: Final = ("detail", "message", "error", "result")


def _pages(subject: Subject) -> Iterator[Exchange]:
    for listing in subject.listings():
        yield from subject.pages(listing, 100)
    for row in subject.rows(Endpoint.TEST_EXECUTION)[:5]:
        yield subject.page(Endpoint.RUNS, {"call_execution_id": row_id(row)})
    if subject.ids.test_execution_id:
        yield subject.page(Endpoint.RUNS, {"execution_id": subject.ids.test_execution_id, "summary": "true"})


def _executions(subject: Subject) -> Iterator[Exchange]:
    """Yield pages of executions in all states."""
    seen = set()
    for row in subject.rows(Endpoint.TEST_EXECUTIONS):
        if row.get("status") not in seen:
            seen.add(row.get("status"))
            yield subject.page(Endpoint.RUNS, {"execution_id": row_id(row), "summary": "true", "limit": 20})


@check()
def answers_have_the_shapes_of_the_contract(subject: Subject) -> None:
    """Every field of every answer is what the strict view of the description allows, and none is missing."""
    shapes = shapes_of(subject.profile)
    for page in (*_pages(subject), *_executions(subject)):
        for deviation in shapes.deviations(page):
            fail(f"{deviation.location} {deviation.expected}, but {deviation.got}", page)


@check()
def answers_are_json(subject: Subject) -> None:
    """Every 200 says that it is JSON and is a JSON object."""
    for page in _pages(subject):
        kind = page.response.headers.get("content-type", "")
        expect(kind.startswith("application/json"), f"the content type is {kind!r}", page)
        expect(isinstance(page.response.json, dict), "the body is no JSON object", page)


def _errors(subject: Subject) -> Iterator[Exchange]:
    for listing in subject.listings():
        yield subject.get(listing.endpoint, listing.query, keys=Keys.NONE)
        yield subject.get(listing.endpoint, listing.query, keys=Keys.WRONG_SECRET)
        yield subject.get(listing.endpoint, {**listing.query, "page": "abc"})
    yield subject.get(Endpoint.TEST_EXECUTION, {"filters": "{"})
    yield subject.get(Endpoint.RUNS)


@check()
def errors_have_one_form(subject: Subject) -> None:
    """Errors are JSON objects with `status` false, a type, a code and one text in four places."""
    for error in _errors(subject):
        body = error.response.object
        expect(error.status >= 400, f"{error.status} where an error is due", error)
        expect(body.get("status") is False, f"status is {body.get('status')!r}, not false", error)
        for name in ("type", "code", *_SAME_TEXT):
            expect(isinstance(body.get(name), str) and body[name], f"{name} is no text", error)
        texts = {body[name] for name in _SAME_TEXT}
        expect(len(texts) == 1, f"the texts differ: {texts}", error)
        if error.status == 400:
            expect(isinstance(body.get("details"), dict) and body["details"], "400 has no details", error)
        if error.status == 401:
            expect(
                "apikey" in error.response.headers.get("www-authenticate", "").lower(),
                "401 names no scheme",
                error,
            )


@check()
def errors_show_no_internals(subject: Subject) -> None:
    """No error shows texts of the program or its database; observed, only a 500 may."""
    for error in _errors(subject):
        if subject.documented or error.status < 500:
            text = error.response.body.decode(errors="replace")
            expect(not INTERNALS.search(text), "the error shows internals", error)


def _values(node: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _values(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, name)
    else:
        yield name, node


@check()
def times_have_a_zone(subject: Subject) -> None:
    """Every time is ISO 8601 with Z or an offset, whatever the name of its field."""
    for page in _pages(subject):
        for name, value in _values(page.response.json):
            if isinstance(value, str) and _TIME_NAMES.fullmatch(name) and _LOOKS_LIKE_TIME.match(value):
                try:
                    moment = datetime.fromisoformat(value)
                except ValueError:
                    fail(f"{name} is no ISO 8601 time: {value!r}", page)
                expect(moment.tzinfo is not None, f"{name} has no zone: {value!r}", page)


@check()
def ids_are_uuids(subject: Subject) -> None:
    """The id of every item is a UUID in its usual form."""
    for page in _pages(subject):
        for row in page.rows:
            try:
                usual = str(uuid.UUID(row_id(row))) == row_id(row)
            except ValueError:
                usual = False
            expect(usual, f"an id is no UUID: {row_id(row)!r}", page)


@check()
def figures_are_possible(subject: Subject) -> None:
    """Scores and rates lie between 0 and 100, durations and counts aren't negative."""
    for page in _pages(subject):
        for row in page.rows:
            for name in ("overall_score", "success_rate"):
                value = row.get(name)
                expect(value is None or 0 <= value <= 100, f"{name} is {value}", page)
            for name in ("duration", "duration_seconds", "total_calls", "calls", "cost_cents"):
                value = row.get(name)
                expect(value is None or value >= 0, f"{name} is {value}", page)


@check()
def times_follow_one_another(subject: Subject) -> None:
    """Nothing ends before it starts, and no turn begins before the one it follows."""
    for page in _pages(subject):
        for row in page.rows:
            begun, ended = row.get("started_at") or row.get("start_time"), row.get("completed_at")
            if begun and ended:
                expect(
                    datetime.fromisoformat(begun) <= datetime.fromisoformat(ended),
                    "an end before its start",
                    page,
                )
            turns = row.get("transcript") or row.get("transcripts") or []
            starts = [turn["start_time_ms"] for turn in turns if turn.get("start_time_ms") is not None]
            expect(all(one <= two for one, two in pairwise(starts)), "turns aren't in their order", page)


@check()
def latency_agrees_with_the_runs_endpoint(subject: Subject) -> None:
    """The latency of a call is the same in both units: ms there, seconds here (observed: ms too)."""
    unit = 1000 if subject.documented else 1
    listed = {
        row_id(row): row for row in subject.rows(Endpoint.CALL_EXECUTIONS) if not row.get("is_snapshot")
    }
    for row in subject.rows(Endpoint.TEST_EXECUTION)[:5]:
        exchange = subject.page(Endpoint.RUNS, {"call_execution_id": row_id(row)})
        there = exchange.response.object["result"]["latency"]["avg_agent_latency_ms"]
        here = _latency(listed.get(row_id(row), {}))
        if there is not None and here is not None:
            expect(abs(here * unit - there) < 1, f"latency is {here} here and {there} ms there", exchange)


def _latency(row: Row) -> float | None:
    value = row.get("avg_agent_latency")
    return value if isinstance(value, (int, float)) else None
