"""Search and the status filter of the listings: what is found, and what is taken for a pattern or fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from futureagi_simulate_contract.drift.finding import Severity, Sighting
from futureagi_simulate_contract.drift.log import Log
from futureagi_simulate_contract.drift.rule import Rules
from futureagi_simulate_contract.exchange import Endpoint, Exchange
from futureagi_simulate_contract.kinds import Kind
from futureagi_simulate_contract.rows import Row, scenario_name

RULES: Final = Rules()
_SEARCHED: Final = (Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTIONS, Endpoint.TEST_EXECUTION)
_CALLS: Final = (Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTION)


@RULES.add(
    "search-wildcard",
    Kind.SEARCH,
    "search: % and _",
    "search finds the text that was given, letter for letter",
    *_CALLS,
)
def _wildcards(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in log.of(endpoint, status=200):
        word = exchange.query.get("search", "")
        if word.strip("%_") or not word:
            continue
        odd = [row for row in exchange.rows if word not in (scenario_name(row) or "")]
        if odd:
            yield Sighting(
                "items without this character are found", exchange, detail=f"{len(odd)} items on the page"
            )


@RULES.add(
    "search-misses", Kind.SEARCH, "search",
    "search finds every item whose scenario's name holds the text, in any case",
    *_CALLS, severity=Severity.BREAKS,
)  # fmt: skip
def _misses(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in log.of(endpoint, status=200):
        word = exchange.query.get("search", "")
        if not word.strip() or set(exchange.query) - {"search", "limit"}:
            continue
        holders = [
            row
            for row in _known_rows(log, endpoint, exchange)
            if word.lower() in (scenario_name(row) or "").lower()
        ]
        if holders and exchange.envelope.get("count") == 0:
            backslash = "\\" in word
            location = "search: a backslash" if backslash else "search: a scenario's name"
            yield Sighting(
                "nothing is found", exchange, backslash, location, f"{len(holders)} known items hold it"
            )


def _known_rows(log: Log, endpoint: Endpoint, asked: Exchange) -> Iterator[Row]:
    for exchange, row in log.rows(endpoint):
        if exchange.question.path == asked.question.path:
            yield row


@RULES.add(
    "search-fails",
    Kind.SEARCH,
    "search",
    "searching is never a server error",
    *_SEARCHED,
    severity=Severity.BREAKS,
)
def _fails(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in log.of(endpoint):
        word = exchange.query.get("search")
        if word is not None and exchange.answer.status >= 500:
            nul = "\0" in word
            known = endpoint is Endpoint.TEST_EXECUTIONS or (nul and endpoint is Endpoint.CALL_EXECUTIONS)
            location = "search: a NUL" if nul else "search: a scenario's name"
            yield Sighting(str(exchange.answer.status), exchange, known, location)


@RULES.add(
    "status-filter", Kind.FILTER, "status",
    "the status filter takes a status in the case that the documents use, and in any other",
    Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTIONS, severity=Severity.BREAKS,
)  # fmt: skip
def _status(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    counts: dict[tuple[str, str], int] = {}
    for exchange in log.of(endpoint, status=200):
        status = exchange.query.get("status")
        if status and not exchange.query.get("search"):
            counts[exchange.question.path, status] = exchange.envelope.get("count", 0)
    for exchange in log.of(endpoint, status=200):
        status = exchange.query.get("status", "")
        path = exchange.question.path
        if counts.get((path, status)) == 0 and any(
            count
            for (other, word), count in counts.items()
            if other == path and word.lower() == status.lower()
        ):
            yield Sighting("nothing is found in this case", exchange, location=f"status: {_case(status)}")


def _case(word: str) -> str:
    return "upper case" if word.isupper() else "lower case" if word.islower() else "title case"


@RULES.add(
    "status-without-effect", Kind.FILTER, "status", "the status filter leaves only items of that status",
    Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTIONS, severity=Severity.BREAKS,
)  # fmt: skip
def _without_effect(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in log.of(endpoint, status=200):
        status = exchange.query.get("status", "")
        repeated = sum(name == "status" for name, _ in exchange.question.query) > 1
        odd = [row for row in exchange.rows if str(row.get("status")).lower() != status.lower()]
        if status and odd and not repeated:
            yield Sighting("items of another status came", exchange, known=False, detail=f"{len(odd)} items")
