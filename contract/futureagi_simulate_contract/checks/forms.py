"""The form of answers: the contract's shapes, errors of one kind, times, ids and figures that can be."""

# ruff: noqa: D401 - the docstring of a check is its claim
from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from futureagi_simulate_contract.checks.registry import Checks
from futureagi_simulate_contract.checks.subject import Subject, expect, fail
from futureagi_simulate_contract.exchange import Endpoint, Exchange, Keys
from futureagi_simulate_contract.innards import INNARDS
from futureagi_simulate_contract.rows import Row, row_id
from futureagi_simulate_contract.shapes import shapes_of

CHECKS: Final = Checks()
_LOOKS_LIKE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_TIME_NAMES: Final = re.compile(r".*(_at|_time|timestamp)")
_SAME_TEXT: Final = ("detail", "message", "error", "result")


def _pages(subject: Subject) -> Iterator[Exchange]:
    for listing in subject.listings():
        yield from subject.walk(listing, 100)
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


@CHECKS.add
def answers_have_the_shapes_of_the_contract(subject: Subject) -> None:
    """Every field of every answer is what the strict view of the description allows, and none is missing."""
    shapes = shapes_of(subject.profile)
    for page in (*_pages(subject), *_executions(subject)):
        for deviation in shapes.deviations(page):
            fail(f"{deviation.location} {deviation.expected}, but {deviation.got}", page)


@CHECKS.add
def answers_are_json(subject: Subject) -> None:
    """Every 200 says that it is JSON and is a JSON object."""
    for page in _pages(subject):
        kind = page.answer.headers.get("content-type", "")
        expect(kind.startswith("application/json"), f"the content type is {kind!r}", page)
        expect(isinstance(page.answer.json, dict), "the body is no JSON object", page)


def _errors(subject: Subject) -> Iterator[Exchange]:
    for listing in subject.listings():
        yield subject.get(listing.endpoint, listing.query, keys=Keys.NONE)
        yield subject.get(listing.endpoint, listing.query, keys=Keys.WRONG_SECRET)
        yield subject.get(listing.endpoint, {**listing.query, "page": "abc"})
    yield subject.get(Endpoint.TEST_EXECUTION, {"filters": "{"})
    yield subject.get(Endpoint.RUNS)


@CHECKS.add
def errors_have_one_form(subject: Subject) -> None:
    """Errors are JSON objects with `status` false, a type, a code and one text in four places."""
    for error in _errors(subject):
        body = error.answer.object
        expect(error.answer.status >= 400, f"{error.answer.status} where an error is due", error)
        expect(body.get("status") is False, f"status is {body.get('status')!r}, not false", error)
        for name in ("type", "code", *_SAME_TEXT):
            expect(isinstance(body.get(name), str) and body[name], f"{name} is no text", error)
        texts = {body[name] for name in _SAME_TEXT}
        expect(len(texts) == 1, f"the texts differ: {texts}", error)
        if error.answer.status == 400:
            expect(isinstance(body.get("details"), dict) and body["details"], "400 has no details", error)
        if error.answer.status == 401:
            expect(
                "apikey" in error.answer.headers.get("www-authenticate", "").lower(),
                "401 names no scheme",
                error,
            )


@CHECKS.add
def errors_tell_nothing_of_the_inside(subject: Subject) -> None:
    """No error lets out texts of the program or its database; observed, only a 500 may."""
    for error in _errors(subject):
        if subject.documented or error.answer.status < 500:
            text = error.answer.body.decode(errors="replace")
            expect(not INNARDS.search(text), "the error lets out what happened inside", error)


def _values(node: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _values(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, name)
    else:
        yield name, node


@CHECKS.add
def times_have_a_zone(subject: Subject) -> None:
    """Every time is ISO 8601 with Z or an offset, whatever the name of its field."""
    for page in _pages(subject):
        for name, value in _values(page.answer.json):
            if isinstance(value, str) and _TIME_NAMES.fullmatch(name) and _LOOKS_LIKE_TIME.match(value):
                try:
                    moment = datetime.fromisoformat(value)
                except ValueError:
                    fail(f"{name} is no ISO 8601 time: {value!r}", page)
                expect(moment.tzinfo is not None, f"{name} has no zone: {value!r}", page)


@CHECKS.add
def ids_are_uuids(subject: Subject) -> None:
    """The id of every item is a UUID in its usual form."""
    for page in _pages(subject):
        for row in page.rows:
            try:
                usual = str(UUID(row_id(row))) == row_id(row)
            except ValueError:
                usual = False
            expect(usual, f"an id is no UUID: {row_id(row)!r}", page)


@CHECKS.add
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


@CHECKS.add
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


@CHECKS.add
def latency_agrees_with_the_runs_endpoint(subject: Subject) -> None:
    """The latency of a call is the same in both units: ms there, seconds here (observed: ms too)."""
    unit = 1000 if subject.documented else 1
    listed = {
        row_id(row): row for row in subject.rows(Endpoint.CALL_EXECUTIONS) if not row.get("is_snapshot")
    }
    for row in subject.rows(Endpoint.TEST_EXECUTION)[:5]:
        exchange = subject.page(Endpoint.RUNS, {"call_execution_id": row_id(row)})
        there = exchange.answer.object["result"]["latency"]["avg_agent_latency_ms"]
        here = _latency(listed.get(row_id(row), {}))
        if there is not None and here is not None:
            expect(abs(here * unit - there) < 1, f"latency is {here} here and {there} ms there", exchange)


def _latency(row: Row) -> float | None:
    value = row.get("avg_agent_latency")
    return value if isinstance(value, (int, float)) else None
