"""All exchanges of one look at a server, with the views that the rules need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import attrs

from futureagi_simulate_contract.exchange import Endpoint, Exchange, Pairs
from futureagi_simulate_contract.rows import Row


@attrs.frozen
class Walk:
    """One listing read from its first page to its last with one `limit`."""

    endpoint: Endpoint
    limit: int
    count: int
    pages: Mapping[int, Exchange]

    @property
    def rows(self) -> list[Row]:
        """Return the items in the order the pages gave them."""
        return [row for number in sorted(self.pages) for row in self.pages[number].rows]


@attrs.frozen(slots=False)
class Log:
    """Exchanges in the order they were made. `base_url` is where they were made, if known.

    `unasked` counts the questions that a plan still had when it ended; None where there was no plan.
    `stopped` says what ended it early.
    """

    exchanges: Sequence[Exchange]
    base_url: str | None = None
    unasked: int | None = None
    stopped: str = ""

    def of(self, endpoint: Endpoint, *, status: int | None = None) -> Iterator[Exchange]:
        """Yield the ordinary exchanges of an endpoint: all, or those with one status."""
        for exchange in self._ordinary.get(endpoint, ()):
            if status in {None, exchange.answer.status}:
                yield exchange

    @property
    def unseen(self) -> tuple[Endpoint, ...]:
        """Return the endpoints that gave nothing to look at: no id was known, or no answer was good."""
        return tuple(endpoint for endpoint in Endpoint if not any(self.of(endpoint, status=200)))

    def asked(self, endpoint: Endpoint, **query: str) -> Iterator[Exchange]:
        """Yield the ordinary exchanges whose query holds all of `query`; other parameters may be there."""
        for exchange in self.of(endpoint):
            if all(exchange.query.get(name) == value for name, value in query.items()):
                yield exchange

    def rows(self, endpoint: Endpoint, form: str = "") -> Iterator[tuple[Exchange, Row]]:
        """Yield every item of every page of an endpoint, with its exchange; group rows are no items."""
        for exchange in self.of(endpoint, status=200):
            if form in {"", exchange.form} and not exchange.query.get("row_groups"):
                for row in exchange.rows:
                    yield exchange, row

    def by_id(self, endpoint: Endpoint) -> Mapping[str, tuple[Exchange, Row]]:
        """Return the first sight of each item that isn't a preserved earlier run, by its id."""
        found: dict[str, tuple[Exchange, Row]] = {}
        for exchange, row in self.rows(endpoint):
            if isinstance(row.get("id"), str) and not row.get("is_snapshot"):
                found.setdefault(row["id"], (exchange, row))
        return found

    def walks(self, endpoint: Endpoint) -> Iterator[Walk]:
        """Yield the listings of which every page was read."""
        for pages in self._listings.get(endpoint, {}).values():
            first = pages.get(1)
            if first is None or "limit" not in first.query or not first.query["limit"].isdigit():
                continue
            total = first.envelope.get("total_pages") or _pages_needed(first)
            if total and all(number in pages for number in range(1, total + 1)):
                kept = {number: pages[number] for number in range(1, total + 1)}
                yield Walk(endpoint, int(first.query["limit"]), first.envelope.get("count", 0), kept)

    def total_pages(self, exchange: Exchange) -> int | None:
        """Return how many pages the listing that `exchange` asks for has, if a page of it was seen."""
        siblings = (
            self._listings.get(exchange.endpoint, {}).get(_listing(exchange), {}) if exchange.endpoint else {}
        )
        totals = [e.envelope.get("total_pages") or _pages_needed(e) for e in siblings.values() if e.rows]
        return max((t for t in totals if t), default=None)

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
        for endpoint, exchanges in self._ordinary.items():
            for exchange in exchanges:
                page = exchange.query.get("page", "1")
                if exchange.answer.status == 200 and page.isdecimal():
                    found[endpoint][_listing(exchange)].setdefault(int(page), exchange)
        return found


def _listing(exchange: Exchange) -> tuple[str, Pairs]:
    return exchange.question.path, tuple(
        sorted(pair for pair in exchange.question.query if pair[0] != "page")
    )


def _pages_needed(exchange: Exchange) -> int | None:
    count, limit = exchange.envelope.get("count"), exchange.query.get("limit", "10")
    return -(-count // int(limit)) if isinstance(count, int) and limit.isdigit() and int(limit) else None
