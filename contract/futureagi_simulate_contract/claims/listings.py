"""Listings: counts, pages, order, links, and the parameters `limit` and `page`."""

# ruff: noqa: D401 - the docstring of a check is its claim
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from futureagi_simulate_contract.claim import Kind, Severity, Violation, check, rule
from futureagi_simulate_contract.document import answers, load, parameters
from futureagi_simulate_contract.exchange import CompleteListing, Endpoint, Exchange, Log, Row, row_id
from futureagi_simulate_contract.session import Listing, Subject, expect, expect_status

_SMALL: Final = 7
_BIG: Final = 100


@cache
def known_parameters(endpoint: Endpoint) -> set[str]:
    """Return the parameters of the query that the contract names."""
    return {name for name, one in parameters(load(), endpoint).items() if one["in"] == "query"}


@cache
def default_limit(endpoint: Endpoint, profile: str = "documented") -> int:
    """Return the size of a page without `limit`, as a description has it."""
    schema = parameters(load(), endpoint)["limit"]["schema"]
    return int(schema.get("x-default", {}).get(profile, schema["default"]))


def _counts_deleted(subject: Subject, listing: Listing) -> bool:
    """Return whether count may be more than the pages hold: the observed server counts deleted calls."""
    return not subject.documented and listing.endpoint is Endpoint.CALL_EXECUTIONS


def _limit(page: Exchange) -> int:
    """Return the limit of a page's request."""
    return int(page.query["limit"])


def _time_of(row: Row) -> object:
    return row.get("timestamp") or row.get("updated_at")


@check()
def pages_hold_as_many_items_as_count_says(subject: Subject) -> None:
    """All pages together hold `count` items."""
    for listing in subject.listings():
        pages = subject.pages(listing, _SMALL)
        count, rows = pages[0].envelope["count"], sum(len(page.rows) for page in pages)
        if _counts_deleted(subject, listing):
            expect(0 < rows <= count, f"{listing.name}: count is {count}, the pages hold {rows}", pages[0])
        else:
            expect(rows == count, f"{listing.name}: count is {count}, the pages hold {rows}", pages[0])


@check()
def every_page_gives_the_same_count(subject: Subject) -> None:
    """`count` and `total_pages` are the same on every page of a listing."""
    for listing in subject.listings():
        pages = subject.pages(listing, _SMALL)
        for name in ("count", "total_pages"):
            seen = {page.envelope.get(name) for page in pages}
            expect(len(seen) == 1, f"{listing.name}: {name} changes from page to page: {seen}", pages[0])


@check()
def pages_repeat_nothing(subject: Subject) -> None:
    """No item comes twice; the observed server may repeat items that share the time they are ordered by."""
    for listing in subject.listings():
        pages = subject.pages(listing, _SMALL)
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


@check()
def pages_are_full_but_the_last(subject: Subject) -> None:
    """Every page holds `limit` items, the last one the rest, none more."""
    for listing in subject.listings():
        pages = subject.pages(listing, _SMALL)
        for number, page in enumerate(pages, start=1):
            expect(
                len(page.rows) <= _SMALL, f"{listing.name}: {len(page.rows)} items for limit={_SMALL}", page
            )
            if number < len(pages) and not _counts_deleted(subject, listing):
                expect(
                    len(page.rows) == _limit(page), f"{listing.name}: a page before the last isn't full", page
                )


@check()
def envelopes_agree_with_the_requested_page(subject: Subject) -> None:
    """`current_page` is the requested page, `total_pages` is `count` over `limit`, rounded up."""
    for listing in subject.listings():
        for number, page in enumerate(subject.pages(listing, _SMALL), start=1):
            envelope = page.envelope
            needed = max(1, -(-envelope["count"] // _limit(page)))
            if "current_page" in envelope or listing.endpoint in {Endpoint.TEST_EXECUTION, Endpoint.RUNS}:
                expect(envelope.get("current_page") == number, f"{listing.name}: wrong current_page", page)
                expect(envelope.get("total_pages") == needed, f"{listing.name}: wrong total_pages", page)


@check()
def links_lead_to_the_neighbours(subject: Subject) -> None:
    """`next` and `previous` lead to the neighbouring pages with the same query; null at both ends."""
    for listing in subject.listings():
        if listing.endpoint is Endpoint.RUNS:
            continue
        pages = subject.pages(listing, _SMALL)
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
    expect(parts.path == page.request.path, f"{name} leads to another path: {link}", page)
    expect(query.get("page", "1") == str(wanted), f"{name} leads to page {query.get('page')}", page)
    expect(query.get("limit") == page.query["limit"], f"{name} loses the limit: {link}", page)


@check()
def small_pages_and_big_ones_hold_the_same(subject: Subject) -> None:
    """The items come in the same order however large the pages are; observed, ties may swap."""
    for listing in subject.listings():
        small = [row for page in subject.pages(listing, _SMALL) for row in page.rows]
        big = [row for page in subject.pages(listing, _BIG) for row in page.rows]
        if subject.documented:
            expect(
                [*map(row_id, small)] == [*map(row_id, big)], f"{listing.name}: the order depends on limit"
            )
        else:
            expect(
                [*map(_time_of, small)] == [*map(_time_of, big)],
                f"{listing.name}: the order depends on limit",
            )


@check()
def the_same_request_has_the_same_response(subject: Subject) -> None:
    """The same request has the same response, byte for byte, as long as nothing changes."""
    for listing in subject.listings():
        query = {**listing.query, "limit": _SMALL}
        first = subject.page(listing.endpoint, query, fresh=True)
        second = subject.page(listing.endpoint, query, fresh=True)
        expect(first.response.body == second.response.body, f"{listing.name}: two responses differ", second)


@check()
def the_default_page_size_is_as_described(subject: Subject) -> None:
    """Without `limit` a page holds 10 items; an execution's calls come by 30 (documented)."""
    for listing in subject.listings():
        page = subject.page(listing.endpoint, listing.query)
        wanted = min(default_limit(listing.endpoint, subject.profile), page.envelope["count"])
        if not _counts_deleted(subject, listing):
            expect(len(page.rows) == wanted, f"{listing.name}: {len(page.rows)} items, not {wanted}", page)


@check()
def the_first_page_is_page_1(subject: Subject) -> None:
    """Without `page` the first page comes."""
    for listing in subject.listings():
        one = subject.page(listing.endpoint, {**listing.query, "limit": _SMALL, "page": 1})
        bare = subject.page(listing.endpoint, {**listing.query, "limit": _SMALL})
        expect(
            [*map(row_id, one.rows)] == [*map(row_id, bare.rows)], f"{listing.name}: page=1 isn't first", bare
        )


@check()
def past_the_end_nothing_comes(subject: Subject) -> None:
    """A page past the last holds nothing and names no next one, or is refused as the description says."""
    for listing in subject.listings():
        page = subject.get(listing.endpoint, {**listing.query, "page": 9999})
        observed = _observed(listing.endpoint, "past-the-end")
        refused = observed.isdecimal() and not subject.documented
        expect_status(page, int(observed) if refused else 200, listing.name)
        expect(not page.rows, f"{listing.name}: items past the last page", page)
        expect(page.envelope.get("next") is None, f"{listing.name}: a next page past the last", page)


@check()
def listings_are_in_order_of_time(subject: Subject) -> None:
    """Executions come newest first; calls last updated first, where the time is shown."""
    for listing in subject.listings():
        rows = [row for page in subject.pages(listing, _BIG) for row in page.rows]
        for name in _order_keys(subject, listing):
            times = [str(row[name]) for row in rows if row.get(name)]
            ordered = all(one >= two for one, two in pairwise(times))
            expect(ordered, f"{listing.name}: not in the order of {name}")


def _order_keys(subject: Subject, listing: Listing) -> tuple[str, ...]:
    if listing.endpoint is Endpoint.TEST_EXECUTIONS:
        return ("created_at",) if subject.documented else ()
    return () if subject.documented else ("timestamp", "updated_at")


_CALLS: Final = (Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTION, Endpoint.VERSION_CALL_EXECUTIONS)
_ENOUGH: Final = 5


@rule("count-of-pages", Kind.COUNT, "count", "count is the number of items that the pages hold")
def _count(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for listing in log.complete_listings(endpoint):
        held = len(listing.rows)
        if listing.count != held:
            more = "more" if listing.count > held else "fewer"
            known = endpoint is Endpoint.CALL_EXECUTIONS and more == "more"
            detail = f"count is {listing.count}, its {len(listing.pages)} pages hold {held} items"
            yield Violation(f"count is {more} than the pages hold", listing.pages[1], known, detail=detail)


@rule("short-page", Kind.PAGING, "results", "every page but the last holds limit items")
def _short_page(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for listing in log.complete_listings(endpoint):
        for number, exchange in sorted(listing.pages.items())[:-1]:
            if len(exchange.rows) < listing.limit:
                known = endpoint is Endpoint.CALL_EXECUTIONS
                detail = f"{len(exchange.rows)} of {listing.limit} on page {number} of {len(listing.pages)}"
                yield Violation("a page in the middle is short or empty", exchange, known, detail=detail)


@rule(
    "unstable-pages", Kind.ORDER, "results",
    "the pages together hold every item once, whatever the limit", severity=Severity.BREAKS,
)  # fmt: skip
def _unstable(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for listing in log.complete_listings(endpoint):
        if listing.pages[1].query.get("row_groups"):
            continue
        repeated = [name for name, times in Counter(map(row_id, listing.rows)).items() if times > 1]
        if repeated:
            yield Violation(
                "an item is on two pages", listing.pages[1], detail=f"{len(repeated)} items came twice"
            )
        for exchange, number, expected in _single_rows(log, listing):
            if row_id(exchange.rows[0]) != row_id(expected):
                detail = f"another item is number {number} with limit={listing.limit}"
                yield Violation("items change places with the limit", exchange, detail=detail)


def _single_rows(log: Log, listing: CompleteListing) -> Iterator[tuple[Exchange, int, Row]]:
    """Yield pages of one item of the same listing, with its number and the item expected there."""
    query = {pair for pair in listing.pages[1].request.query if pair[0] not in {"limit", "page"}}
    by_number = {
        (number - 1) * listing.limit + offset: row
        for number, exchange in listing.pages.items()
        if len(exchange.rows) == listing.limit or number == len(listing.pages)
        for offset, row in enumerate(exchange.rows, start=1)
    }
    if listing.limit == 1 or listing.count != len(listing.rows):
        return
    for exchange in log.with_query(listing.endpoint, limit="1"):
        same = {pair for pair in exchange.request.query if pair[0] not in {"limit", "page"}} == query
        page = exchange.query.get("page", "1")
        number = int(page) if page.isdecimal() else 0
        if (
            same
            and exchange.request.path == listing.pages[1].request.path
            and exchange.rows
            and number in by_number
        ):
            yield exchange, number, by_number[number]


@rule(
    "order-key", Kind.ORDER, "results", "items show the time they are ordered by, and it is their creation",
    *_CALLS, Endpoint.TEST_EXECUTIONS, Endpoint.RUNS,
)  # fmt: skip
def _order(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.of(endpoint, status=200):
        rows = exchange.rows
        if len(rows) < _ENOUGH or exchange.query.get("row_groups") or _descends(rows, "created_at"):
            continue
        for name, got in _ORDER_KEYS.items():
            if _descends(rows, name):
                yield Violation(got, exchange)
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


@rule("address-of-next", Kind.PAGING, "next", "links lead to the requested address")
def _links(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    if log.base_url is None:
        return
    base = urlsplit(log.base_url)
    for exchange in log.of(endpoint, status=200):
        for name in ("next", "previous"):
            link = exchange.envelope.get(name)
            if isinstance(link, str) and urlsplit(link)[:2] != base[:2]:
                part = "scheme" if urlsplit(link).scheme != base.scheme else "host"
                yield Violation(f"links have another {part}", exchange, location=name)


_BAD: Final = {"0": "0", "-1": "-1", "abc": "not a number", "": "not a number"}
_IGNORED: Final = "200, as if it weren't there"
_EMPTY: Final = "200, an empty page"


@cache
def _observed(endpoint: Endpoint, request: str) -> str:
    """Return the outcome of a bad request to the open-source server, as the contract has it."""
    answer = answers(load(), endpoint)[request]
    return {"empty": _EMPTY, "ignored": _IGNORED}.get(answer, str(answer))


_BAD_LIMITS: Final = {  # where one value is treated otherwise than the rest
    (Endpoint.CALL_EXECUTIONS, "0"): _EMPTY,
    (Endpoint.TEST_EXECUTION, ""): _IGNORED,
}
_MOST_DIGITS: Final = 18  # of a page number that the server's database can take


def _outcome(exchange: Exchange) -> str:
    """Return how an endpoint treats a bad request, as a text to compare with other endpoints."""
    status = exchange.status
    if status != 200:
        return str(status)
    return _IGNORED if exchange.rows else _EMPTY


def _disagreements(
    log: Log, endpoint: Endpoint, name: str, values: dict[str, str]
) -> Iterator[tuple[str, Exchange, bool]]:
    """Yield (value, exchange, whether the endpoints disagree about bad values) for each one that was sent."""
    words = {
        _outcome(exchange)
        for other in Endpoint
        for value in values
        for exchange in _sent(log, other, name, value)
    }
    for value in values:
        for exchange in _sent(log, endpoint, name, value):
            yield value, exchange, len(words) > 1


def _sent(log: Log, endpoint: Endpoint, name: str, value: str) -> Iterator[Exchange]:
    """Yield exchanges whose only bad parameter is this one: the listing is known to have rows without it."""
    for exchange in log.with_query(endpoint, **{name: value}):
        if set(exchange.query) <= {name, "limit", "page", "run_test_name", "execution_id"}:
            yield exchange


@rule(
    "bad-limit", Kind.PARAMETER, "limit",
    "limit is a positive integer; anything else is refused, or taken as if it weren't there, by all alike",
)  # fmt: skip
def _bad_limit(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for value, exchange, disagree in _disagreements(log, endpoint, "limit", _BAD):
        word = _outcome(exchange)
        if exchange.status >= 500 or word == _EMPTY or disagree:
            known = word == _BAD_LIMITS.get((endpoint, value), _observed(endpoint, "bad-limit"))
            yield Violation(word, exchange, known, location=f"limit: {_BAD[value]}")


@rule(
    "bad-page", Kind.PARAMETER, "page",
    "page counts from 1; anything else is refused, or taken as if it weren't there, by all alike",
)  # fmt: skip
def _bad_page(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for value, exchange, disagree in _disagreements(log, endpoint, "page", _BAD):
        if value and (exchange.status >= 500 or disagree):
            word = _outcome(exchange)
            yield Violation(
                word, exchange, word == _observed(endpoint, "bad-page"), location=f"page: {_BAD[value]}"
            )


@rule(
    "page-past-the-end", Kind.PAGING, "page: past the end",
    "a page past the last one is answered alike by all endpoints, and is no server error",
)  # fmt: skip
def _past_the_end(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    words = {other: _outcome(exchange) for other in Endpoint for exchange in _past_the_last(log, other)}
    for exchange in _past_the_last(log, endpoint):
        if exchange.status >= 500 or len(set(words.values())) > 1:
            word = _outcome(exchange)
            too_large = endpoint is Endpoint.CALL_EXECUTIONS and len(exchange.query["page"]) > _MOST_DIGITS
            yield Violation(
                word, exchange, known=word == ("500" if too_large else _observed(endpoint, "past-the-end"))
            )


def _past_the_last(log: Log, endpoint: Endpoint) -> Iterator[Exchange]:
    for exchange in log.of(endpoint):
        page = exchange.query.get("page", "")
        if page.isdecimal() and "row_groups" not in exchange.query and exchange.query.get("limit") != "0":
            total = log.total_pages(exchange)
            if int(page) > (total if total is not None else 999):
                yield exchange


@rule(
    "endless-next",
    Kind.PAGING,
    "next",
    "next is null on the last page; a page without items is the last",
    *Endpoint,
)
def _endless_next(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    for exchange in log.of(endpoint, status=200):
        if exchange.envelope.get("results") == [] and exchange.envelope.get("next") is not None:
            yield Violation("an empty page names a next one", exchange)


@rule(
    "unknown-parameter", Kind.PARAMETER, "a parameter that isn't documented",
    "the documents say nothing of unknown parameters: the endpoints treat them alike",
    Endpoint.TEST_EXECUTION, Endpoint.VERSION_CALL_EXECUTIONS, Endpoint.RUNS,
)  # fmt: skip
def _unknown_parameter(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    words = {_outcome(exchange) for other in Endpoint for exchange in _with_unknown(log, other)}
    if len(words) > 1:
        for exchange in _with_unknown(log, endpoint):
            yield Violation(_outcome(exchange), exchange)


def _with_unknown(log: Log, endpoint: Endpoint) -> Iterator[Exchange]:
    for exchange in log.of(endpoint):
        unknown = set(exchange.query) - known_parameters(endpoint)
        known = set(exchange.query) & known_parameters(endpoint)
        if unknown and known <= {"limit", "execution_id", "run_test_name"} and "format" not in unknown:
            yield exchange


@rule(
    "default-limit", Kind.DEFAULT, "limit: left out",
    "without limit a page holds 10 items, 30 on the test execution's page", severity=Severity.MISLEADS,
)  # fmt: skip
def _default_limit(log: Log, endpoint: Endpoint) -> Iterator[Violation]:
    expected = default_limit(endpoint)
    for exchange in log.of(endpoint, status=200):
        count, rows = exchange.envelope.get("count"), len(exchange.rows)
        bare = set(exchange.query) <= {"execution_id", "run_test_name"}
        if bare and isinstance(count, int) and rows < count and rows != min(expected, count):
            yield Violation(f"{rows} items", exchange, known=rows == 10)
