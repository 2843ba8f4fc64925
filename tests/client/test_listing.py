"""Listings: what is asked and when, in both colours."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from futureagi_simulate import (
    AsyncClient,
    Client,
    ConfigurationError,
    ListingChangedWarning,
    RetryPolicy,
    ServerError,
)

from .drifting import Schedule, Table

ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
CALL = {
    "status": "completed",
    "duration": 61.5,
    "transcript": [],
    "scenario": {"id": ID, "name": "Refund"},
    "scenario_id": ID,
    "overall_score": 90,
    "eval_outputs": None,
    "eval_metrics": None,
    "customer_name": None,
    "call_summary": None,
    "ended_reason": None,
    "avg_agent_latency": None,
    "is_snapshot": False,
    "rerun_type": None,
}


class Server:
    """Pages of calls over httpx's mock transport; `broken` maps page numbers to statuses."""

    def __init__(self, rows: int = 95, **envelope: Any) -> None:
        self.rows = [{"id": f"00000000-0000-4000-8000-{place:012d}", **CALL} for place in range(rows)]
        self.envelope = envelope
        self.broken: dict[int, int] = {}
        self.asked: list[tuple[int, int]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        page, limit = int(request.url.params["page"]), int(request.url.params["limit"])
        self.asked.append((page, limit))
        if page in self.broken:
            return httpx.Response(self.broken[page], json={"status": False, "message": "broken"})
        rows = self.rows[(page - 1) * limit : page * limit]
        shown = {"count": len(self.rows), "next": None, "previous": None, "results": rows, **self.envelope}
        return httpx.Response(200, json=shown)

    def client(self, colour: Any) -> Any:
        return colour.pick(Client, AsyncClient)(
            api_key="a-key",
            secret_key="a-secret",
            base_url="https://api.test",
            retry=RetryPolicy(attempts=1),
            http_client=colour.http(self),
        )

    @property
    def ids(self) -> list[str]:
        return [row["id"] for row in self.rows]


@pytest.mark.parametrize("paging", [{}, {"page_size": 7}, {"page_size": 7, "prefetch": 8}, {"exact": True}])
def test_every_item_comes_once_in_order(colour: Any, paging: dict[str, Any]) -> None:
    server = Server()
    items = colour.collect(server.client(colour).list_call_executions(ID, **paging))
    assert [item.id for item in items] == server.ids


def test_making_a_listing_sends_nothing(colour: Any) -> None:
    server = Server()
    listing = server.client(colour).list_call_executions(ID, prefetch=8)
    assert "CallExecution" in repr(listing)
    assert server.asked == []


def test_only_pages_that_are_there_are_asked_for_whatever_next_says(colour: Any) -> None:
    for lie in (None, "https://elsewhere.test/?page=2"):
        server = Server(20, next=lie)
        colour.collect(server.client(colour).list_call_executions(ID, page_size=10, prefetch=4))
        assert server.asked == [(1, 10), (2, 10)]


def test_count_and_first_ask_for_one_page(colour: Any) -> None:
    server = Server()
    listing = server.client(colour).list_call_executions(ID, page_size=5)
    assert colour.run(listing.count()) == 95
    assert colour.run(listing.first()).id == server.ids[0]
    assert server.asked == [(1, 5), (1, 5)]


def test_an_empty_listing_has_no_first_item(colour: Any) -> None:
    listing = Server(0).client(colour).list_call_executions(ID)
    assert colour.run(listing.first()) is None
    assert colour.run(listing.to_list()) == []
    assert colour.run(listing.count()) == 0


def test_a_page_tells_its_number_and_the_count(colour: Any) -> None:
    pages = colour.collect(Server(25).client(colour).list_call_executions(ID, page_size=10).pages())
    assert [(page.number, len(page.items), page.count) for page in pages] == [
        (1, 10, 25),
        (2, 10, 25),
        (3, 5, 25),
    ]


def test_a_page_has_the_links_that_came_with_it(colour: Any) -> None:
    listing = Server(5, next="https://api.test/?page=2").client(colour).list_call_executions(ID)
    [page] = colour.collect(listing.pages(stop=2))
    assert (page.next, page.previous, page.total_pages) == ("https://api.test/?page=2", None, None)


@pytest.mark.parametrize("prefetch", [1, 2, 8])
@pytest.mark.parametrize(
    ("start", "stop", "asked"),
    [(1, 3, [1, 2]), (2, 5, [2, 3, 4]), (4, 99, [4, 5]), (5, 6, [5]), (3, 3, []), (2, None, [2, 3, 4, 5])],
)
def test_a_range_of_pages_is_read_without_the_others(
    colour: Any, start: int, stop: int | None, asked: list[int], prefetch: int
) -> None:
    server = Server(50)
    listing = server.client(colour).list_call_executions(ID, page_size=10, prefetch=prefetch)
    pages = colour.collect(listing.pages(start=start, stop=stop))
    assert sorted(page for page, _ in server.asked) == asked
    found = [item.id for page in pages for item in page.items]
    assert found == [server.ids[row] for page in asked for row in range(10 * page - 10, 10 * page)]
    assert [(page.number, page.count) for page in pages] == [(number, 50) for number in asked]


def test_a_range_before_the_end_is_no_listing_with_rows_missing(colour: Any) -> None:
    server = Server(50)
    server.rows[3] = server.rows[2]  # counted and not shown twice
    listing = server.client(colour).list_call_executions(ID, page_size=2)
    assert len(colour.collect(listing.pages(1, 2))) == 1
    assert server.asked == [(1, 2)]


@pytest.mark.parametrize(
    ("start", "stop", "said"),
    [
        (0, None, "start=0 isn't a whole number of at least 1"),
        (-1, 3, "start=-1"),
        (True, 3, "start=True"),
        ("2", 3, "start='2'"),
        (1, 0, "stop=0 isn't a whole number of at least 1"),
        (1, 2.5, "stop=2.5"),
        (5, 3, r"pages\(start=5, stop=3\) ends before it starts. .*pages\(1, 4\) has three pages"),
    ],
)
@pytest.mark.parametrize("exact", [False, True])
def test_a_range_that_is_none_is_refused_before_anything_is_sent(
    colour: Any, start: Any, stop: Any, said: str, exact: bool
) -> None:
    server = Server(50)
    with pytest.raises(ConfigurationError, match=said):
        server.client(colour).list_call_executions(ID, exact=exact).pages(start, stop)
    assert server.asked == []


def test_an_exact_listing_has_no_range(colour: Any) -> None:
    listing = Server(50).client(colour).list_call_executions(ID, exact=True)
    with pytest.raises(ConfigurationError, match="stop=2 can't be combined with exact=True"):
        listing.pages(stop=2)


@pytest.mark.parametrize("prefetch", [1, 4])
def test_a_failure_in_the_middle_names_the_page_and_reading_goes_on_from_there(
    colour: Any, prefetch: int
) -> None:
    server = Server(50)
    server.broken = {3: 500}
    listing = server.client(colour).list_call_executions(ID, page_size=10, prefetch=prefetch)
    found = []
    with pytest.raises(ServerError, match="broken") as caught:
        found.extend(item.id for item in colour.each(listing))
    assert found == server.ids[:20]
    assert caught.value.page == 3
    assert "pages(start=3)" in caught.value.__notes__[0]
    server.broken = {}
    for page in colour.each(listing.pages(start=caught.value.page)):
        found += [item.id for item in page.items]
    assert found == server.ids


TIE, EARLIER = "2026-03-01T12:00:00Z", "2026-03-01T11:00:00Z"


@pytest.mark.parametrize(
    ("came", "cause", "said"),
    [
        (None, "ties", "has no fixed order: page 2 repeats 1 of the rows before it, though it didn't change"),
        (EARLIER, "change", "changed while it was read: page 2 repeats 1 of the rows before it"),
    ],
)
def test_rows_of_equal_times_are_told_from_changes(
    colour: Any, came: str | None, cause: str, said: str
) -> None:
    """`came` is the time of a row that is the first when the first page is looked at again."""
    server = Server(20)
    for row in server.rows:
        row["created_at"] = TIE
    reading = colour.each(server.client(colour).list_call_executions(ID, page_size=10).pages())
    found = [next(reading)]
    server.rows[10] = server.rows[9]  # it comes again, in place of another
    if came is not None:
        server.rows[0] = {**server.rows[0], "id": f"{server.ids[0][:-1]}f", "created_at": came}
    with pytest.warns(ListingChangedWarning, match=said) as caught:
        found += reading
    assert [one.message.cause for one in caught] == [cause]  # type: ignore[union-attr]
    assert [len(page.items) for page in found] == [10, 9]


def test_a_failure_that_is_not_about_the_page_is_raised_without_further_questions(colour: Any) -> None:
    server = Server(50)
    server.broken = {2: 403}
    with pytest.raises(Exception, match="403") as caught:
        colour.collect(server.client(colour).list_call_executions(ID, page_size=10))
    assert caught.value.page == 2  # type: ignore[attr-defined]
    assert server.asked == [(1, 10), (2, 10)]


def test_the_documented_status_is_asked_first_and_the_real_one_when_it_finds_nothing(colour: Any) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["status"])
        rows = [{"id": ID, "status": "Completed", "success_rate": 1}] if asked[-1] == "completed" else []
        shown = {"count": len(rows), "next": None, "previous": None, "results": rows}
        return httpx.Response(200, json=shown)

    client = colour.pick(Client, AsyncClient)(
        api_key="a-key", secret_key="a-secret", base_url="https://api.test", http_client=colour.http(answer)
    )
    for word in ("COMPLETED", "completed"):
        for exact in (False, True):
            asked.clear()
            assert len(colour.collect(client.list_test_executions(ID, status=word, exact=exact))) == 1
            assert asked == ["COMPLETED", "completed"]


@pytest.mark.parametrize(
    ("schedule", "size", "pages"),
    [
        (Schedule(rows=0), 10, 1),
        (Schedule(rows=10), 10, 1),
        (Schedule(rows=11), 10, 2),
        (Schedule(rows=100, cap=7), 50, 15),
        (Schedule(rows=100, cap=7, total_pages=False), 50, 15),
        (Schedule(rows=98, cap=7, total_pages=False), 50, 14),
        (Schedule(rows=100, honest_next=False), 10, 10),
        (Schedule(rows=100, honest_next=False, total_pages=False), 10, 10),
        (Schedule(rows=100, hidden=0.5), 10, 10),
        (Schedule(rows=100, hidden=1.0), 10, 10),
    ],
    ids=lambda value: (
        f"{value.rows}-{value.cap}-{value.hidden}" if isinstance(value, Schedule) else str(value)
    ),
)
@pytest.mark.parametrize("prefetch", [1, 8])
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_it_stops_at_the_end_and_never_asks_past_it(
    schedule: Schedule, size: int, pages: int, prefetch: int, is_async: bool
) -> None:
    table = Table(schedule)
    listing = table.listing(is_async, page_size=size, prefetch=prefetch)
    found = asyncio.run(listing.to_list()) if is_async else listing.to_list()
    assert set(found) == table.visible()
    assert sorted({ask.number for ask in table.requests}) == list(range(1, pages + 1))


def test_prefetch_keeps_so_many_pages_under_way_and_no_more() -> None:
    together = asyncio.Barrier(4)

    class Slow(Table):
        async def _fetch_async(self, ask: Any) -> Any:
            if 2 <= ask.number <= 5:
                async with asyncio.timeout(10):
                    await together.wait()
            return await super()._fetch_async(ask)

    table = Slow(Schedule(rows=300))
    assert len(asyncio.run(table.listing(True, page_size=10, prefetch=4).to_list())) == 300
    assert table.max_under_way <= 4


def test_threads_fetch_at_the_same_time_and_pages_stay_in_order() -> None:
    together = threading.Barrier(3)

    class Slow(Table):
        def _fetch(self, ask: Any) -> Any:
            if 2 <= ask.number <= 4:
                together.wait(timeout=10)
            return self.answer(ask)

    table = Slow(Schedule(rows=40))
    pages = list(table.listing(page_size=10, prefetch=3).pages())
    assert [page.number for page in pages] == [1, 2, 3, 4]


def test_reading_ahead_is_bounded() -> None:
    table = Table(Schedule(rows=1000))
    pages = table.listing(page_size=10, prefetch=4).pages()
    for _ in range(3):
        next(pages)
    assert len(table.requests) <= 3 + 4
    pages.close()


def test_breaking_out_leaves_no_thread() -> None:
    before = threading.active_count()
    for _ in Table(Schedule(rows=1000)).listing(page_size=10, prefetch=8):
        break
    assert threading.active_count() == before


def test_breaking_out_leaves_no_task() -> None:
    async def read() -> int:
        table = Table(Schedule(rows=1000))
        async for _ in table.listing(True, page_size=10, prefetch=8):
            break
        for _ in range(3):
            await asyncio.sleep(0)
        asked = len(table.requests)
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(table.requests) == asked
        return len(asyncio.all_tasks())

    assert asyncio.run(read()) == 1


def test_closing_an_iterator_waits_until_nothing_is_under_way() -> None:
    async def read() -> int:
        items = aiter(Table(Schedule(rows=1000)).listing(True, page_size=10, prefetch=8))
        await anext(items)
        await items.aclose()
        return len(asyncio.all_tasks())

    assert asyncio.run(read()) == 1


def test_a_cancelled_reader_cancels_what_it_started() -> None:
    async def read() -> int:
        never = asyncio.Event()

        class Stuck(Table):
            async def _fetch_async(self, ask: Any) -> Any:
                if ask.number > 1:
                    await never.wait()
                return self.answer(ask)

        reader = asyncio.create_task(
            Stuck(Schedule(rows=100)).listing(True, page_size=10, prefetch=4).to_list()
        )
        for _ in range(5):
            await asyncio.sleep(0)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        for _ in range(3):
            await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert asyncio.run(read()) == 1


def test_under_trio_pages_are_read_one_by_one() -> None:
    trio = pytest.importorskip("trio")
    table = Table(Schedule(rows=45))

    class Plain(Table):
        async def _fetch_async(self, ask: Any) -> Any:
            return self.answer(ask)

    table = Plain(Schedule(rows=45))
    found = trio.run(table.listing(True, page_size=10, prefetch=8).to_list)
    assert len(found) == 45


@pytest.mark.parametrize(
    ("paging", "problem"),
    [
        ({"page_size": 0}, "page_size=0"),
        ({"page_size": -1}, "page_size=-1"),
        ({"page_size": "10"}, "page_size='10'"),
        ({"page_size": True}, "page_size=True"),
        ({"prefetch": 0}, "prefetch=0"),
        ({"prefetch": 1.5}, "prefetch=1.5"),
        ({"exact": "no"}, "exact='no' is neither"),
    ],
)
def test_paging_is_checked_when_the_listing_is_made(
    colour: Any, paging: dict[str, Any], problem: str
) -> None:
    server = Server()
    with pytest.raises(ConfigurationError, match=problem):
        server.client(colour).list_call_executions(ID, **paging)
    assert server.asked == []


def test_a_misspelt_argument_of_a_listing_is_refused(colour: Any) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'limit'"):
        Server().client(colour).list_call_executions(ID, limit=5)


Making = Callable[[Any], Any]


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda client: client.list_call_executions("x"), "run_test_id='x' isn't a UUID"),
        (lambda client: client.list_call_executions(None), "run_test_id=None"),
        (lambda client: client.list_call_executions(ID, status="done"), "status='done' isn't known"),
        (lambda client: client.list_call_executions(ID, search="\0"), "search="),
        (lambda client: client.list_test_executions(ID, status="ok"), "status='ok'"),
        (lambda client: client.list_version_call_executions(ID, "x"), "version_id='x'"),
        (lambda client: client.list_execution_runs(""), "run_test_name=''"),
        (lambda client: client.list_execution_runs("x", eval_names=["Tone, calm"]), "commas"),
        (lambda client: client.list_execution_runs("x", eval_names="Coherence,Tone"), "commas"),
        (lambda client: client.list_test_execution_groups(ID, row_groups=[]), "row_groups"),
        (
            lambda client: client.list_test_execution_groups(ID, row_groups=["a"], group_keys=["b", "c"]),
            "group_keys",
        ),
    ],
)
def test_arguments_are_checked_before_anything_is_sent(colour: Any, make: Making, problem: str) -> None:
    server = Server()
    with pytest.raises(ConfigurationError, match=problem) as caught:
        make(server.client(colour))
    assert caught.value.remedy
    assert server.asked == []


@pytest.mark.parametrize(
    ("ask", "problem"),
    [
        (lambda client: client.get_test_execution("x"), "test_execution_id='x'"),
        (lambda client: client.get_test_execution(ID, filters=["x"]), "isn't a filter"),
        (lambda client: client.get_execution_run("x"), "execution_id='x'"),
        (
            lambda client: client.get_test_execution(ID, enforce_filters="no"),
            "enforce_filters='no' is neither",
        ),
        (lambda client: client.get_execution_run(ID, summary="no"), "summary='no' is neither"),
        (lambda client: client.get_call_run("x"), "call_execution_id='x'"),
    ],
)
def test_single_requests_check_their_arguments_too(colour: Any, ask: Making, problem: str) -> None:
    server = Server()
    with pytest.raises(ConfigurationError, match=problem):
        colour.run(ask(server.client(colour)))
    assert server.asked == []


def test_options_can_be_changed_for_a_call(colour: Any) -> None:
    server = Server(1)
    client = server.client(colour)
    del server.rows[0]["duration"]
    with pytest.raises(Exception, match="duration"):
        colour.run(client.with_options(strict=True).list_call_executions(ID).first())
    with pytest.warns(UserWarning, match="duration"):
        assert colour.run(client.list_call_executions(ID).first()).id == server.ids[0]


def test_a_listing_that_shrinks_while_pages_are_under_way_ends(colour: Any) -> None:
    server = Server(50)
    pages = iter(colour.each(server.client(colour).list_call_executions(ID, page_size=10).pages()))
    next(pages)
    del server.rows[10:]
    server.broken = {2: 500}
    with pytest.warns(ListingChangedWarning):
        assert list(pages) == []
