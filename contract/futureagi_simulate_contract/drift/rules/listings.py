"""What a listing that was read whole says about itself: its count, its pages, its order, its links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from futureagi_simulate_contract.drift.finding import Severity, Sighting
from futureagi_simulate_contract.drift.log import Log, Walk
from futureagi_simulate_contract.drift.rule import Rules
from futureagi_simulate_contract.exchange import Endpoint, Exchange
from futureagi_simulate_contract.kinds import Kind
from futureagi_simulate_contract.rows import Row, row_id

RULES: Final = Rules()
_CALLS: Final = (Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTION, Endpoint.VERSION_CALL_EXECUTIONS)
_ENOUGH: Final = 5


@RULES.add("count-of-a-walk", Kind.COUNT, "count", "count is the number of items that the pages hold")
def _count(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for walk in log.walks(endpoint):
        if walk.count != len(walk.rows):
            more = "more" if walk.count > len(walk.rows) else "fewer"
            known = endpoint is Endpoint.CALL_EXECUTIONS and more == "more"
            detail = f"count is {walk.count}, its {len(walk.pages)} pages hold {len(walk.rows)} items"
            yield Sighting(f"count is {more} than the pages hold", walk.pages[1], known, detail=detail)


@RULES.add("short-page", Kind.PAGING, "results", "every page but the last holds limit items")
def _short_page(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for walk in log.walks(endpoint):
        for number, exchange in sorted(walk.pages.items())[:-1]:
            if len(exchange.rows) < walk.limit:
                known = endpoint is Endpoint.CALL_EXECUTIONS
                detail = f"{len(exchange.rows)} of {walk.limit} on page {number} of {len(walk.pages)}"
                yield Sighting("a page in the middle is short or empty", exchange, known, detail=detail)


@RULES.add(
    "unstable-walk", Kind.ORDER, "results",
    "a walk through the pages gives every item once, whatever the limit", severity=Severity.BREAKS,
)  # fmt: skip
def _unstable(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for walk in log.walks(endpoint):
        if walk.pages[1].query.get("row_groups"):
            continue
        repeated = [name for name, times in Counter(map(row_id, walk.rows)).items() if times > 1]
        if repeated:
            yield Sighting("a walk repeats items", walk.pages[1], detail=f"{len(repeated)} items came twice")
        for exchange, place, expected in _single_rows(log, walk):
            if row_id(exchange.rows[0]) != row_id(expected):
                detail = f"place {place} holds another item with limit={walk.limit}"
                yield Sighting("items change places with the limit", exchange, detail=detail)


def _single_rows(log: Log, walk: Walk) -> Iterator[tuple[Exchange, int, Row]]:
    """Yield pages of one item of the listing that `walk` read, with place and item according to it."""
    asked = {pair for pair in walk.pages[1].question.query if pair[0] not in {"limit", "page"}}
    by_place = {
        (number - 1) * walk.limit + offset: row
        for number, exchange in walk.pages.items()
        if len(exchange.rows) == walk.limit or number == len(walk.pages)
        for offset, row in enumerate(exchange.rows, start=1)
    }
    if walk.limit == 1 or walk.count != len(walk.rows):
        return
    for exchange in log.asked(walk.endpoint, limit="1"):
        same = {pair for pair in exchange.question.query if pair[0] not in {"limit", "page"}} == asked
        page = exchange.query.get("page", "1")
        place = int(page) if page.isdecimal() else 0
        if (
            same
            and exchange.question.path == walk.pages[1].question.path
            and exchange.rows
            and place in by_place
        ):
            yield exchange, place, by_place[place]


@RULES.add(
    "order-key", Kind.ORDER, "results", "items show the time they are ordered by, and it is their creation",
    *_CALLS, Endpoint.TEST_EXECUTIONS, Endpoint.RUNS,
)  # fmt: skip
def _order(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    for exchange in log.of(endpoint, status=200):
        rows = exchange.rows
        if len(rows) < _ENOUGH or exchange.query.get("row_groups") or _descends(rows, "created_at"):
            continue
        for name, got in _ORDER_KEYS.items():
            if _descends(rows, name):
                yield Sighting(got, exchange)
                break


_ORDER_KEYS: Final = {
    "updated_at": "last update first",
    "timestamp": "last update first (timestamp)",
    "start_time": "newest first, by a creation time that items don't show",
}


def _descends(rows: list[Row], name: str) -> bool:
    times = [row.get(name) for row in rows]
    texts = [time for time in times if isinstance(time, str)]
    ordered = len(texts) == len(times) and all(one >= two for one, two in pairwise(texts))
    return ordered and len(set(texts)) > 1


@RULES.add("address-of-next", Kind.PAGING, "next", "links lead to the address that was asked")
def _links(log: Log, endpoint: Endpoint) -> Iterator[Sighting]:
    if log.base_url is None:
        return
    base = urlsplit(log.base_url)
    for exchange in log.of(endpoint, status=200):
        for name in ("next", "previous"):
            link = exchange.envelope.get(name)
            if isinstance(link, str) and urlsplit(link)[:2] != base[:2]:
                odd = "scheme" if urlsplit(link).scheme != base.scheme else "host"
                yield Sighting(f"links have another {odd}", exchange, location=name)
