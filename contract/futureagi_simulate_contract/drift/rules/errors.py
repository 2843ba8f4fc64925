"""Errors: their status, the form of their body, and what they let out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from futureagi_simulate_contract.drift.finding import Severity, Sighting
from futureagi_simulate_contract.drift.log import Log
from futureagi_simulate_contract.drift.rule import Rules
from futureagi_simulate_contract.exchange import Endpoint, Exchange, Keys
from futureagi_simulate_contract.innards import INNARDS
from futureagi_simulate_contract.kinds import Kind

RULES: Final = Rules()
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def _of(log: Log, endpoint: Endpoint) -> Iterator[Exchange]:
    for exchange in log.exchanges:
        if exchange.endpoint is endpoint:
            yield exchange


@RULES.add(
    "unknown-id",
    Kind.STATUS,
    "status of an unknown id",
    "an id that doesn't exist is answered 404",
    severity=Severity.BREAKS,
)
def _unknown_id(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in log.of(endpoint):
        ids = [
            *exchange.ids.values(),
            *(exchange.query.get(n, "") for n in ("execution_id", "call_execution_id")),
        ]
        unknown = any(set(value) == set("0-") and _UUID.fullmatch(value) for value in ids)
        if unknown and exchange.answer.status != 404:
            status = exchange.answer.status
            yield Sighting(str(status), exchange, endpoint is Endpoint.TEST_EXECUTION and status == 500)


@RULES.add("html-error", Kind.ERROR, "body of an error", "errors are JSON, as every answer of the API")
def _html(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in _of(log, endpoint):
        if exchange.answer.status >= 400 and exchange.answer.is_html and exchange.question.method == "GET":
            status = exchange.answer.status
            yield Sighting(f"{status} as HTML", exchange, location=f"body of a {status}")


@RULES.add(
    "leaking-error",
    Kind.ERROR,
    "body of a 500",
    "a server error says nothing about the server's inside",
    severity=Severity.MISLEADS,
)
def _leaks(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in _of(log, endpoint):
        if exchange.answer.status >= 500 and INNARDS.search(exchange.answer.body.decode(errors="replace")):
            yield Sighting("raw text of the program or its database", exchange)


@RULES.add(
    "error-type", Kind.ERROR, "type of a refusal",
    "a request that can't be served in the wanted form is refused with the error type of other bad requests",
)  # fmt: skip
def _type_of_406(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in _of(log, endpoint):
        if exchange.answer.status == 406 and exchange.question.method == "GET":
            kind = exchange.answer.object.get("type")
            if kind == "api_error":
                yield Sighting("406 has the type api_error", exchange)


@RULES.add(
    "keys-not-needed",
    Kind.STATUS,
    "status without good keys",
    "without two good keys the answer is 401",
    severity=Severity.BREAKS,
)
def _open(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in _of(log, endpoint):
        asked, status = exchange.question, exchange.answer.status
        bad = asked.keys in {Keys.NONE, Keys.NO_SECRET, Keys.WRONG_SECRET}
        if bad and asked.method == "GET" and asked.path.endswith("/") and status != 401:
            yield Sighting(str(status), exchange, known=False)


@RULES.add(
    "authorization-header", Kind.STATUS, "status with a broken Authorization header",
    "the two key headers are what counts; another header changes nothing",
)  # fmt: skip
def _authorization(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in _of(log, endpoint):
        names = {name.lower() for name, _ in exchange.question.headers}
        if "authorization" in names and exchange.question.keys is Keys.GOOD and exchange.answer.status != 200:
            yield Sighting(
                f"{exchange.answer.status} with good keys", exchange, exchange.answer.status == 401
            )
