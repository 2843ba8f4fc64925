"""Bad values, unknown parameters, defaults and the end of a listing.

The documents say only that `limit` must be a positive integer and what the defaults are. Whatever a service
does beyond that, a client has to be able to expect it: so the five endpoints have to agree, and none may fail
with a server error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from futureagi_simulate_contract.drift.finding import Severity, Sighting
from futureagi_simulate_contract.drift.log import Log
from futureagi_simulate_contract.drift.rule import Rules
from futureagi_simulate_contract.exchange import Endpoint, Exchange
from futureagi_simulate_contract.kinds import Kind

RULES: Final = Rules()
DEFAULT_LIMIT: Final = {endpoint: 30 if endpoint is Endpoint.TEST_EXECUTION else 10 for endpoint in Endpoint}
KNOWN_PARAMETERS: Final = {
    Endpoint.CALL_EXECUTIONS: {"search", "status", "limit", "page"},
    Endpoint.TEST_EXECUTIONS: {"search", "status", "limit", "page"},
    Endpoint.TEST_EXECUTION: {"search", "page", "limit", "filters", "row_groups", "group_keys"},
    Endpoint.VERSION_CALL_EXECUTIONS: {"limit", "page"},
    Endpoint.RUNS: {
        "run_test_name", "execution_id", "call_execution_id", "eval_name", "summary", "page", "limit",
    },
}  # fmt: skip
_BAD: Final = {"0": "0", "-1": "-1", "abc": "not a number", "": "not a number"}
_IGNORED: Final = "200, as if it weren't there"
_EMPTY: Final = "200, an empty page"
_OBSERVED: Final = {  # what the open-source server answers: bad limit, bad page, past the end
    Endpoint.CALL_EXECUTIONS: ("500", "500", _EMPTY),
    Endpoint.TEST_EXECUTIONS: (_IGNORED, "500", "500"),
    Endpoint.TEST_EXECUTION: ("400", "400", _EMPTY),
    Endpoint.VERSION_CALL_EXECUTIONS: (_IGNORED, "404", "404"),
    Endpoint.RUNS: (_IGNORED, "500", "500"),
}


def answer_word(exchange: Exchange) -> str:
    """Name what an answer does with an odd question: endpoints agree if their words are equal."""
    status = exchange.answer.status
    if status != 200:
        return str(status)
    return _IGNORED if exchange.rows else _EMPTY


def _disagreements(
    log: Log, endpoint: Endpoint, name: str, values: dict[str, str]
) -> Iterator[tuple[str, Exchange, bool]]:
    """Yield (value, exchange, whether the endpoints disagree about bad values) for each one that was sent."""
    words = {
        answer_word(exchange)
        for other in Endpoint
        for value in values
        for exchange in _sent(log, other, name, value)
    }
    for value in values:
        for exchange in _sent(log, endpoint, name, value):
            yield value, exchange, len(words) > 1


def _sent(log: Log, endpoint: Endpoint, name: str, value: str) -> Iterator[Exchange]:
    """Yield exchanges whose only oddity is this value: the listing is known to have rows without it."""
    for exchange in log.asked(endpoint, **{name: value}):
        if set(exchange.query) <= {name, "limit", "page", "run_test_name", "execution_id"}:
            yield exchange


@RULES.add(
    "bad-limit", Kind.PARAMETER, "limit",
    "limit is a positive integer; anything else is refused, or taken as if it weren't there, by all alike",
)  # fmt: skip
def _bad_limit(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for value, exchange, disagree in _disagreements(log, endpoint, "limit", _BAD):
        word = answer_word(exchange)
        if exchange.answer.status >= 500 or word == _EMPTY or disagree:
            known = word == (
                _EMPTY if (endpoint, value) == (Endpoint.CALL_EXECUTIONS, "0") else _OBSERVED[endpoint][0]
            )
            yield Sighting(word, exchange, known, location=f"limit: {_BAD[value]}")


@RULES.add(
    "bad-page", Kind.PARAMETER, "page",
    "page counts from 1; anything else is refused, or taken as if it weren't there, by all alike",
)  # fmt: skip
def _bad_page(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for value, exchange, disagree in _disagreements(log, endpoint, "page", _BAD):
        if value and (exchange.answer.status >= 500 or disagree):
            word = answer_word(exchange)
            yield Sighting(word, exchange, word == _OBSERVED[endpoint][1], location=f"page: {_BAD[value]}")


@RULES.add(
    "page-past-the-end", Kind.PAGING, "page: past the end",
    "asking for a page behind the last one is answered alike by all endpoints, and is no server error",
)  # fmt: skip
def _past_the_end(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    words = {other: answer_word(exchange) for other in Endpoint for exchange in _behind_the_last(log, other)}
    for exchange in _behind_the_last(log, endpoint):
        if exchange.answer.status >= 500 or len(set(words.values())) > 1:
            word = answer_word(exchange)
            yield Sighting(word, exchange, known=word == _OBSERVED[endpoint][2])


def _behind_the_last(log: Log, endpoint: Endpoint) -> Iterator[Exchange]:
    for exchange in log.of(endpoint):
        page = exchange.query.get("page", "")
        if page.isdecimal() and "row_groups" not in exchange.query and exchange.query.get("limit") != "0":
            total = log.total_pages(exchange)
            if int(page) > (total if total is not None else 999):
                yield exchange


@RULES.add(
    "endless-next",
    Kind.PAGING,
    "next",
    "next is null on the last page; a page without items is the last",
    *Endpoint,
)
def _endless_next(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in log.of(endpoint, status=200):
        if exchange.envelope.get("results") == [] and exchange.envelope.get("next") is not None:
            yield Sighting("an empty page names a next one", exchange)


@RULES.add(
    "unknown-parameter", Kind.PARAMETER, "a parameter that isn't documented",
    "the documents say nothing of unknown parameters: the endpoints treat them alike",
    Endpoint.TEST_EXECUTION, Endpoint.VERSION_CALL_EXECUTIONS, Endpoint.RUNS,
)  # fmt: skip
def _unknown_parameter(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    words = {answer_word(exchange) for other in Endpoint for exchange in _with_unknown(log, other)}
    if len(words) > 1:
        for exchange in _with_unknown(log, endpoint):
            yield Sighting(answer_word(exchange), exchange)


def _with_unknown(log: Log, endpoint: Endpoint) -> Iterator[Exchange]:
    for exchange in log.of(endpoint):
        unknown = set(exchange.query) - KNOWN_PARAMETERS[endpoint]
        known = set(exchange.query) & KNOWN_PARAMETERS[endpoint]
        if unknown and known <= {"limit", "execution_id", "run_test_name"} and "format" not in unknown:
            yield exchange


@RULES.add(
    "default-limit", Kind.DEFAULT, "limit: left out",
    "without limit a page holds 10 items, 30 on the test execution's page", severity=Severity.MISLEADS,
)  # fmt: skip
def _default_limit(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    expected = DEFAULT_LIMIT[endpoint]
    for exchange in log.of(endpoint, status=200):
        count, rows = exchange.envelope.get("count"), len(exchange.rows)
        bare = set(exchange.query) <= {"execution_id", "run_test_name"}
        if bare and isinstance(count, int) and rows < count and rows != min(expected, count):
            yield Sighting(f"{rows} items", exchange, known=rows == 10)
