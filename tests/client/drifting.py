"""A table that changes while it is read, with the order, the count and the end of the real server."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID
from zlib import crc32

import attrs

from futureagi_simulate.errors import ServerError
from futureagi_simulate.http import Request
from futureagi_simulate.listings import AsyncListing, Listing, Plan
from futureagi_simulate.pagination import Ask, Facts, Fetched, Page
from futureagi_simulate.requests import ListingSpec
from futureagi_simulate.results import Form
from futureagi_simulate.source import Contract, Source
from futureagi_simulate_api.models import CallExecution


@attrs.define
class Row:
    id: str
    updated: int
    hidden: bool = False


@attrs.define
class Schedule:
    """A table of `rows`, and `operations` spread over the first `spread` requests; all follows from `seed`.

    `torn`: what changes does so after the rows were counted and before they are taken, as the server does
    that in two queries. `ties`: how many rows share a time. `shuffled`: ties come in another order for
    every limit and page. `hidden`: share of rows that are counted and never returned. `cap`: the page size
    the server lowers to. `past_the_end`: "error" or "empty".
    """

    seed: int = 0
    rows: int = 100
    operations: int = 0
    spread: int = 30
    kinds: tuple[str, ...] = ("insert", "update", "delete")
    ties: int = 1
    shuffled: bool = False
    hidden: float = 0.0
    cap: int | None = None
    total_pages: bool = True
    honest_next: bool = True
    past_the_end: str = "error"
    torn: bool = False


class Table:
    """Rows, last update first. Before each request the operations that are due are applied."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.requests: list[Ask] = []
        self._random = random.Random(schedule.seed)
        self._clock = schedule.rows
        self._made = 0
        self._ordered: list[Row] | None = None
        self.rows = [self._row(place // schedule.ties) for place in range(schedule.rows)]
        self._due = sorted(self._random.randrange(schedule.spread) for _ in range(schedule.operations))
        self.always: set[str] | None = None
        self.reachable: set[str] = set()
        self.max_under_way = self._under_way = 0
        self._lock = threading.Lock()

    def _row(self, updated: int) -> Row:
        self._made += 1
        hidden = self._random.random() < self.schedule.hidden
        return Row(str(UUID(int=self._made)), updated, hidden)

    def visible(self) -> set[str]:
        return {row.id for row in self.rows if not row.hidden}

    def change(self, kind: str) -> None:
        self._clock += 1
        self.reorder()
        if kind == "insert":
            self.rows.append(self._row(self._clock))
            self.reachable.add(self.rows[-1].id)
        elif self.rows:
            chosen = self._random.choice(self.rows)
            if kind == "update":
                chosen.updated = self._clock
            else:
                self.rows.remove(chosen)
        if self.always is not None:
            self.always &= self.visible()

    def reorder(self) -> None:
        """Put the rows in order at the next request: some have changed."""
        self._ordered = None

    def answer(self, ask: Ask) -> Fetched[str]:
        with self._lock:
            counted = len(self.rows)
            while self._due and self._due[0] <= len(self.requests):
                self._due.pop(0)
                self.change(self._random.choice(self.schedule.kinds))
            if self.always is None:
                self.always = self.visible()
                self.reachable |= self.always
            self.requests.append(ask)
            return self._page(ask, counted if self.schedule.torn else len(self.rows))

    def _page(self, ask: Ask, count: int) -> Fetched[str]:
        size = min(ask.size, self.schedule.cap or ask.size)
        pages = max(1, -(-count // size))
        if ask.number > pages and self.schedule.past_the_end == "error":
            raise ServerError("That page contains no results", status=500)
        shown = self._in_order(ask, size)[(ask.number - 1) * size : ask.number * size]
        ids = tuple(row.id for row in shown if not row.hidden)
        more = ask.number < pages if self.schedule.honest_next else not ask.number < pages
        facts = Facts(ask, ids, count, pages if self.schedule.total_pages else None, more)
        return Fetched(facts, Page(ask.number, ids, facts.count, facts.total_pages))

    def _in_order(self, ask: Ask, size: int) -> list[Row]:
        if self.schedule.shuffled:
            salt = f"{self.schedule.seed}/{size}/{ask.number}"
            return sorted(self.rows, key=lambda row: (-row.updated, crc32(f"{salt}/{row.id}".encode())))
        if self._ordered is None:
            self._ordered = sorted(self.rows, key=lambda row: (-row.updated, row.id))
        return self._ordered

    def listing(self, is_async: bool = False, **paging: Any) -> Any:
        """Make a listing of the ids in this table."""
        plan = Plan.of(paging)  # type: ignore[arg-type]
        spec = ListingSpec((Request("listCallExecutions", "/"),), Form(CallExecution))
        if is_async:
            return AsyncListing(self._source(spec, self._fetch_async), plan)
        return Listing(self._source(spec, lambda ask, _: self._fetch(ask)), plan)

    def _source(self, spec: ListingSpec[Any], fetch: Callable[..., Any]) -> Source[str, Any]:
        return Source(spec, fetch, lambda _, fetched: fetched, Contract())

    def _fetch(self, ask: Ask) -> Fetched[str]:
        return self.answer(ask)

    async def _fetch_async(self, ask: Ask) -> Fetched[str]:
        """Answer after a while: pages under way at once arrive at the table in any order."""
        self._under_way += 1
        self.max_under_way = max(self.max_under_way, self._under_way)
        try:
            for _ in range(self._random.randrange(4)):
                await asyncio.sleep(0)
            return self.answer(ask)
        finally:
            self._under_way -= 1


def read_all(table: Table, is_async: bool, **paging: Any) -> list[str]:
    """Read the whole table into a list of ids."""
    if not is_async:
        return list(table.listing(**paging))
    return asyncio.run(_collect(table.listing(True, **paging)))


async def _collect(listing: Any) -> list[str]:
    return [item async for item in listing]
