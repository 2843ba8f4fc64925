"""Every listing, page by page: nothing lost, nothing twice, and an envelope that tells the truth."""

# ruff: noqa: D401 - the docstring of a check is its claim
from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from futureagi_simulate_contract.checks.registry import Checks
from futureagi_simulate_contract.checks.subject import Listing, Subject, expect
from futureagi_simulate_contract.exchange import Endpoint, Exchange
from futureagi_simulate_contract.rows import Row, row_id

CHECKS: Final = Checks()
_SMALL: Final = 7
_BIG: Final = 100
_DEFAULTS: Final = {"documented": 30, "observed": 10}


def _counts_deleted(subject: Subject, listing: Listing) -> bool:
    """Tell whether count may be more than the pages hold: the observed server counts deleted calls."""
    return not subject.documented and listing.endpoint is Endpoint.CALL_EXECUTIONS


def _limit(page: Exchange) -> int:
    """Return the limit that a page of a walk was asked with."""
    return int(page.query["limit"])


def _time_of(row: Row) -> object:
    return row.get("timestamp") or row.get("updated_at")


@CHECKS.add
def a_walk_yields_as_many_items_as_count_says(subject: Subject) -> None:
    """A full walk yields `count` items."""
    for listing in subject.listings():
        pages = subject.walk(listing, _SMALL)
        count, rows = pages[0].envelope["count"], sum(len(page.rows) for page in pages)
        if _counts_deleted(subject, listing):
            expect(0 < rows <= count, f"{listing.name}: count is {count}, the pages hold {rows}", pages[0])
        else:
            expect(rows == count, f"{listing.name}: count is {count}, the pages hold {rows}", pages[0])


@CHECKS.add
def every_page_gives_the_same_count(subject: Subject) -> None:
    """`count` and `total_pages` are the same on every page of a listing."""
    for listing in subject.listings():
        pages = subject.walk(listing, _SMALL)
        for name in ("count", "total_pages"):
            seen = {page.envelope.get(name) for page in pages}
            expect(len(seen) == 1, f"{listing.name}: {name} changes from page to page: {seen}", pages[0])


@CHECKS.add
def a_walk_repeats_nothing(subject: Subject) -> None:
    """No item comes twice; the observed server may repeat items that share the time they are ordered by."""
    for listing in subject.listings():
        pages = subject.walk(listing, _SMALL)
        rows = [row for page in pages for row in page.rows]
        times = Counter(map(_time_of, rows))
        repeated = {
            row_id(row)
            for row, next_row in pairwise(sorted(rows, key=row_id))
            if row_id(row) == row_id(next_row)
            and row.get("is_snapshot") == next_row.get("is_snapshot")
            and (subject.documented or times[_time_of(row)] == 1)
        }
        expect(
            not repeated,
            f"{listing.name}: {len(repeated)} items came twice: {sorted(repeated)[:3]}",
            pages[0],
        )


@CHECKS.add
def pages_are_full_but_the_last(subject: Subject) -> None:
    """Every page holds `limit` items, the last one the rest, none more."""
    for listing in subject.listings():
        pages = subject.walk(listing, _SMALL)
        for number, page in enumerate(pages, start=1):
            expect(
                len(page.rows) <= _SMALL, f"{listing.name}: {len(page.rows)} items for limit={_SMALL}", page
            )
            if number < len(pages) and not _counts_deleted(subject, listing):
                expect(
                    len(page.rows) == _limit(page), f"{listing.name}: a page before the last isn't full", page
                )


@CHECKS.add
def envelopes_agree_with_the_page_that_was_asked(subject: Subject) -> None:
    """`current_page` is the page asked for, `total_pages` is `count` over `limit`, rounded up."""
    for listing in subject.listings():
        for number, page in enumerate(subject.walk(listing, _SMALL), start=1):
            envelope = page.envelope
            needed = max(1, -(-envelope["count"] // _limit(page)))
            if "current_page" in envelope or listing.endpoint in {Endpoint.TEST_EXECUTION, Endpoint.RUNS}:
                expect(envelope.get("current_page") == number, f"{listing.name}: wrong current_page", page)
                expect(envelope.get("total_pages") == needed, f"{listing.name}: wrong total_pages", page)


@CHECKS.add
def links_lead_to_the_neighbours(subject: Subject) -> None:
    """`next` and `previous` ask for the neighbouring pages with the same query; null at both ends."""
    for listing in subject.listings():
        if listing.endpoint is Endpoint.RUNS:
            continue
        pages = subject.walk(listing, _SMALL)
        for number, page in enumerate(pages, start=1):
            _check_link(page, "next", number + 1 if number < len(pages) else None)
            _check_link(page, "previous", number - 1 if number > 1 else None)


def _check_link(page: Exchange, name: str, wanted: int | None) -> None:
    link = page.envelope.get(name)
    if wanted is None:
        expect(link is None, f"{name} isn't null at the end of the listing: {link}", page)
        return
    expect(isinstance(link, str), f"{name} is {link!r} in the middle of a listing", page)
    parts = urlsplit(str(link))
    query = dict(parse_qsl(parts.query))
    expect(bool(parts.scheme and parts.netloc), f"{name} is no whole address: {link}", page)
    expect(parts.path == page.question.path, f"{name} leads to another path: {link}", page)
    expect(query.get("page", "1") == str(wanted), f"{name} leads to page {query.get('page')}", page)
    expect(query.get("limit") == page.query["limit"], f"{name} loses the limit: {link}", page)


@CHECKS.add
def small_pages_and_big_ones_hold_the_same(subject: Subject) -> None:
    """The items come in the same order however large the pages are; observed, ties may swap."""
    for listing in subject.listings():
        small = [row for page in subject.walk(listing, _SMALL) for row in page.rows]
        big = [row for page in subject.walk(listing, _BIG) for row in page.rows]
        if subject.documented:
            expect(
                [*map(row_id, small)] == [*map(row_id, big)], f"{listing.name}: the order depends on limit"
            )
        else:
            expect(
                [*map(_time_of, small)] == [*map(_time_of, big)],
                f"{listing.name}: the order depends on limit",
            )


@CHECKS.add
def asking_twice_gives_the_same(subject: Subject) -> None:
    """The same question gets the same answer, byte for byte, as long as nothing changes."""
    for listing in subject.listings():
        query = {**listing.query, "limit": _SMALL}
        first = subject.page(listing.endpoint, query, fresh=True)
        second = subject.page(listing.endpoint, query, fresh=True)
        expect(first.answer.body == second.answer.body, f"{listing.name}: two answers differ", second)


@CHECKS.add
def the_default_page_is_as_large_as_said(subject: Subject) -> None:
    """Without `limit` a page holds 10 items; an execution's calls come by 30 (documented)."""
    for listing in subject.listings():
        page = subject.page(listing.endpoint, listing.query)
        default = _DEFAULTS[subject.profile] if listing.endpoint is Endpoint.TEST_EXECUTION else 10
        wanted = min(default, page.envelope["count"])
        if not _counts_deleted(subject, listing):
            expect(len(page.rows) == wanted, f"{listing.name}: {len(page.rows)} items, not {wanted}", page)


@CHECKS.add
def the_first_page_is_page_1(subject: Subject) -> None:
    """Without `page` the first page comes."""
    for listing in subject.listings():
        one = subject.page(listing.endpoint, {**listing.query, "limit": _SMALL, "page": 1})
        bare = subject.page(listing.endpoint, {**listing.query, "limit": _SMALL})
        expect(
            [*map(row_id, one.rows)] == [*map(row_id, bare.rows)], f"{listing.name}: page=1 isn't first", bare
        )


_PAST: Final = {
    "documented": dict.fromkeys(Endpoint, 200),
    "observed": {
        Endpoint.CALL_EXECUTIONS: 200,
        Endpoint.TEST_EXECUTIONS: 500,
        Endpoint.TEST_EXECUTION: 200,
        Endpoint.VERSION_CALL_EXECUTIONS: 404,
        Endpoint.RUNS: 500,
    },
}


@CHECKS.add
def past_the_end_nothing_comes(subject: Subject) -> None:
    """A page behind the last holds nothing and names no next one, or is refused as the description says."""
    for listing in subject.listings():
        page = subject.get(listing.endpoint, {**listing.query, "page": 9999})
        wanted = _PAST[subject.profile][listing.endpoint]
        expect(page.answer.status == wanted, f"{listing.name}: {page.answer.status}, not {wanted}", page)
        expect(not page.rows, f"{listing.name}: items behind the last page", page)
        expect(page.envelope.get("next") is None, f"{listing.name}: a next page behind the last", page)


@CHECKS.add
def listings_are_in_order_of_time(subject: Subject) -> None:
    """Executions come newest first; calls last updated first, where the time is shown."""
    for listing in subject.listings():
        rows = [row for page in subject.walk(listing, _BIG) for row in page.rows]
        for name in _order_keys(subject, listing):
            times = [str(row[name]) for row in rows if row.get(name)]
            ordered = all(one >= two for one, two in pairwise(times))
            expect(ordered, f"{listing.name}: not in the order of {name}")


def _order_keys(subject: Subject, listing: Listing) -> tuple[str, ...]:
    if listing.endpoint is Endpoint.TEST_EXECUTIONS:
        return ("created_at",) if subject.documented else ()
    return () if subject.documented else ("timestamp", "updated_at")
