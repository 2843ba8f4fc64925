"""What is under way while a listing is read ahead, and that nothing is when its reading ends."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Any

import httpx
import pytest

from futureagi_simulate import ContractError
from futureagi_simulate.listings.page import Fetched

from .drifting import Schedule, Table
from .test_listing import ID, Server


class Threads(Table):
    """Notes the thread in which each page is fetched."""

    def __init__(self, rows: int) -> None:
        super().__init__(Schedule(rows=rows))
        self.names: list[str] = []

    def _fetch(self, ask: Any) -> Any:
        self.names.append(threading.current_thread().name)
        return self.answer(ask)


class Stuck(Table):
    """Gives the first page; the others never come."""

    def __init__(self) -> None:
        super().__init__(Schedule(rows=100))
        self.never = asyncio.Event()

    async def _fetch_async(self, ask: Any) -> Any:
        if ask.number > 1:
            await self.never.wait()
        return self.answer(ask)


def others() -> list[asyncio.Task[Any]]:
    return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_one_page_after_the_other_is_fetched_by_the_caller_itself() -> None:
    table = Threads(40)
    assert len(table.listing(page_size=10).to_list()) == 40
    assert set(table.names) == {threading.current_thread().name}


@pytest.mark.parametrize("prefetch", [2, 3])
def test_pages_ahead_are_fetched_by_threads_that_say_whose_they_are(prefetch: int) -> None:
    table = Threads(40)
    assert len(table.listing(page_size=10, prefetch=prefetch).to_list()) == 40
    assert all(name.startswith("futureagi-page") for name in table.names)


def test_leaving_a_loop_waits_for_the_pages_on_their_way() -> None:
    leaving, done = threading.Event(), []

    class Slow(Table):
        def _fetch(self, ask: Any) -> Any:
            if ask.number == 2:
                leaving.wait(timeout=10)
                sum(range(3_000_000))  # long enough for a reader who doesn't wait to be gone
                done.append(ask.number)
            return self.answer(ask)

    pages = Slow(Schedule(rows=40)).listing(page_size=10, prefetch=2).pages()
    next(pages)
    leaving.set()
    pages.close()
    assert done == [2]


def test_two_at_once_are_two_tasks() -> None:
    async def read() -> int:
        pages = Stuck().listing(True, page_size=10, prefetch=2).pages()
        await anext(pages)
        under_way = len(others())
        await pages.aclose()
        return under_way

    assert asyncio.run(read()) == 2


def test_closing_an_iterator_cancels_what_would_never_come() -> None:
    async def read() -> list[asyncio.Task[Any]]:
        pages = Stuck().listing(True, page_size=10, prefetch=4).pages()
        await anext(pages)
        async with asyncio.timeout(10):
            await pages.aclose()
        return others()

    assert asyncio.run(read()) == []


def test_a_cancelled_reader_cancels_what_it_started_though_its_iterator_lives_on() -> None:
    async def read() -> list[asyncio.Task[Any]]:
        pages = Stuck().listing(True, page_size=10, prefetch=4).pages()

        async def all_of_them() -> None:
            async for _ in pages:
                pass

        reader = asyncio.create_task(all_of_them())
        await turns(5)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await turns(3)
        left = others()
        assert pages is not None
        return left

    assert asyncio.run(read()) == []


def test_pages_that_were_read_are_not_kept() -> None:
    async def read() -> int:
        pages = Table(Schedule(rows=300)).listing(True, page_size=10, prefetch=4).pages()
        for _ in range(20):
            await anext(pages)
        await turns(3)
        gc.collect()
        kept = sum(isinstance(one, Fetched) for one in gc.get_objects())
        await pages.aclose()
        return kept

    assert asyncio.run(read()) <= 8


def test_an_iterator_may_outlive_its_event_loop(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.new_event_loop()
    pages = Stuck().listing(True, page_size=10, prefetch=4).pages()
    loop.run_until_complete(anext(pages))
    loop.close()
    del pages
    gc.collect()
    assert all("pending" in record.message for record in caplog.records)


@pytest.mark.parametrize("prefetch", [1, 4])
def test_a_page_of_another_form_is_named_in_either_colour(colour: Any, prefetch: int) -> None:
    class Odd(Server):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            if request.url.params["page"] == "3":
                return httpx.Response(200, json={"count": 50, "results": {"not": "a list"}})
            return super().__call__(request)

    listing = Odd(50).client(colour).call_executions(ID, page_size=10, prefetch=prefetch)
    with pytest.raises(ContractError, match="isn't an array") as caught:
        colour.collect(listing)
    assert caught.value.page == 3
    assert "pages(start=3)" in caught.value.__notes__[0]
