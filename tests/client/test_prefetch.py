"""What is under way while a listing is read ahead, and that nothing is when its reading ends."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
from contextvars import ContextVar
from time import sleep
from typing import Any

import httpx
import pytest

from futureagi_simulate import ConfigurationError, ContractError, ListingChangedWarning, PermissionDeniedError
from futureagi_simulate.pagination import Fetched

from .drifting import Schedule, Table
from .stopwatch import Stopwatch
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


def test_leaving_a_loop_does_not_wait_for_a_page_that_a_server_holds_up() -> None:
    leaving = threading.Event()

    class Slow(Table):
        def _fetch(self, ask: Any) -> Any:
            if ask.number == 2:
                leaving.wait(timeout=10)
            return self.answer(ask)

    table = Slow(Schedule(rows=40))
    pages = table.listing(page_size=10, prefetch=2).pages()
    next(pages)
    watch = Stopwatch()
    pages.close()
    assert watch.seconds < 0.5
    assert list(pages) == []
    leaving.set()


@pytest.mark.parametrize("prefetch", [101, 2000])
def test_more_pages_ahead_than_a_client_has_connections_are_refused(prefetch: int) -> None:
    with pytest.raises(ConfigurationError, match=f"prefetch={prefetch} is more .* than the 100"):
        Table(Schedule(rows=1)).listing(prefetch=prefetch)


def test_as_many_threads_as_there_are_connections_are_started_at_most() -> None:
    barrier = threading.Barrier(100, timeout=20)

    class AtOnce(Threads):
        def _fetch(self, ask: Any) -> Any:
            if ask.number > 1:
                barrier.wait()
            return super()._fetch(ask)

    table = AtOnce(101)
    assert len(table.listing(page_size=1, prefetch=100).to_list()) == 101


def test_where_no_thread_can_be_started_the_caller_fetches(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: Any) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    table = Threads(40)
    assert len(table.listing(page_size=10, prefetch=4).to_list()) == 40
    assert set(table.names) == {threading.current_thread().name}


SPAN: ContextVar[str] = ContextVar("SPAN", default="none")


@pytest.mark.parametrize("prefetch", [1, 4])
def test_pages_are_fetched_in_the_context_of_whoever_iterates(colour: Any, prefetch: int) -> None:
    class Traced(Server):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            spans.append(SPAN.get())
            SPAN.set("another, which must not come back")
            return super().__call__(request)

    spans: list[str] = []
    client = Traced(40).client(colour)

    async def read() -> None:
        SPAN.set("mine")
        assert len(await client.list_call_executions(ID, page_size=10, prefetch=prefetch).to_list()) == 40

    if colour.is_async:
        colour.run(read())
        assert spans == (["mine"] * 4 if prefetch > 1 else ["mine", *spans[1:]])
    elif prefetch > 1:
        token = SPAN.set("mine")
        assert len(client.list_call_executions(ID, page_size=10, prefetch=prefetch).to_list()) == 40
        SPAN.reset(token)
        assert spans == ["mine"] * 4


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

    listing = Odd(50).client(colour).list_call_executions(ID, page_size=10, prefetch=prefetch)
    with pytest.raises(ContractError, match="isn't an array") as caught:
        colour.collect(listing)
    assert caught.value.page == 3
    assert "pages(start=3)" in caught.value.__notes__[0]


@pytest.mark.parametrize("prefetch", [1, 4])
def test_two_tasks_on_one_iterator_are_told_so_and_no_item_is_lost(prefetch: int) -> None:
    async def read() -> tuple[list[str], int]:
        items = aiter(Table(Schedule(rows=300)).listing(True, page_size=10, prefetch=prefetch))
        found: list[str] = []
        refused = 0

        async def take() -> None:
            nonlocal refused
            while True:
                try:
                    found.append(await anext(items))
                except StopAsyncIteration:
                    return
                except RuntimeError as error:
                    assert "already running" in str(error)  # noqa: PT017 - expected now and then
                    refused += 1
                    await asyncio.sleep(0)

        await asyncio.gather(take(), take())
        return found, refused

    found, refused = asyncio.run(read())
    assert refused > 0
    assert len(found) == len(set(found)) == 300


def test_closing_an_iterator_that_another_task_waits_for_is_refused() -> None:
    async def read() -> None:
        pages = Stuck().listing(True, page_size=10, prefetch=4).pages()
        await anext(pages)
        reader = asyncio.create_task(anext(pages))
        await turns(2)
        with pytest.raises(RuntimeError, match="already running"):
            await pages.aclose()
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await pages.aclose()
        assert others() == []

    asyncio.run(read())


@pytest.mark.parametrize("prefetch", [1, 4])
@pytest.mark.parametrize("of", ["items", "pages"])
def test_two_threads_on_one_iterator_are_told_so(of: str, prefetch: int) -> None:
    waiting, go_on = threading.Event(), threading.Event()

    class Held(Table):
        def _fetch(self, ask: Any) -> Any:
            if ask.number == 2:
                waiting.set()
                go_on.wait(timeout=10)
            return self.answer(ask)

    listing = Held(Schedule(rows=4)).listing(page_size=2, prefetch=prefetch)
    iterator = iter(listing) if of == "items" else listing.pages()
    found = []
    reader = threading.Thread(target=lambda: found.extend(iterator))
    reader.start()
    assert waiting.wait(10)
    while len(found) < (2 if of == "items" else 1):
        sleep(0.001)
    refusals = []
    for misuse in (lambda: next(iterator), iterator.close):
        try:
            misuse()
        except ValueError as error:
            refusals.append(str(error))
    go_on.set()
    reader.join()
    assert ["already running" in one for one in refusals] == [True, True]
    assert len(found) == (4 if of == "items" else 2)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("prefetch", [1, 4])
def test_a_listing_goes_on_after_the_wait_for_an_item_timed_out(prefetch: int, exact: bool) -> None:
    class Slow(Table):
        async def _fetch_async(self, ask: Any) -> Any:
            if len(self.requests) in (1, 3, 4) and len(timeouts) < 3:
                await asyncio.sleep(60)
            return self.answer(ask)

    timeouts: list[int] = []

    async def read() -> list[str]:
        items = aiter(Slow(Schedule(rows=60)).listing(True, page_size=10, prefetch=prefetch, exact=exact))
        found: list[str] = []
        while True:
            try:
                found.append(await asyncio.wait_for(anext(items), 0.05))
            except TimeoutError:
                timeouts.append(len(found))
                assert others() == []
            except StopAsyncIteration:
                return found

    found = asyncio.run(read())
    assert len(timeouts) == 3
    assert len(found) == len(set(found)) == 60


@pytest.mark.parametrize("prefetch", [1, 4])
def test_a_listing_goes_on_after_an_interrupt(prefetch: int) -> None:
    interrupts = [KeyboardInterrupt, KeyboardInterrupt]

    class Interrupted(Table):
        def _fetch(self, ask: Any) -> Any:
            if ask.number == 3 and interrupts:
                raise interrupts.pop()
            return self.answer(ask)

    items = iter(Interrupted(Schedule(rows=60)).listing(page_size=10, prefetch=prefetch))
    found: list[str] = []
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            found.extend(iter(items.__next__, None))
        assert len(found) == 20
    found.extend(items)
    assert len(found) == len(set(found)) == 60


@pytest.mark.parametrize("prefetch", [1, 4])
@pytest.mark.parametrize("exact", [False, True])
def test_an_error_is_raised_again_by_an_iterator_that_is_used_after_it(
    colour: Any, prefetch: int, exact: bool
) -> None:
    server = Server(50)
    server.broken = {3: 403}
    listing = server.client(colour).list_call_executions(ID, page_size=10, prefetch=prefetch, exact=exact)
    iterator = aiter(listing) if colour.is_async else iter(listing)

    def step() -> Any:
        return colour.run(anext(iterator)) if colour.is_async else next(iterator)

    for _ in range(20):
        step()
    asked = None
    for _ in range(3):
        with pytest.raises(PermissionDeniedError) as caught:
            step()
        assert caught.value.page == 3
        assert asked in (None, len(server.asked)), "the server is asked again"
        asked = len(server.asked)


@pytest.mark.filterwarnings("error::futureagi_simulate.FutureAGIWarning")
def test_a_listing_goes_on_after_a_warning_that_is_raised(colour: Any) -> None:
    server = Server(50)
    listing = server.client(colour).list_call_executions(ID, page_size=10)
    iterator = aiter(listing.pages()) if colour.is_async else listing.pages()

    def step() -> Any:
        return colour.run(anext(iterator)) if colour.is_async else next(iterator)

    found = list(step().items)
    server.rows.insert(0, {**server.rows[0], "id": ID})
    with pytest.raises(ListingChangedWarning):
        step()
    for _ in range(5):
        found += step().items
    assert [item.id for item in found] == server.ids[1:]


def test_a_closed_iterator_gives_nothing_more(colour: Any) -> None:
    iterator = (aiter if colour.is_async else iter)(
        Server(50).client(colour).list_call_executions(ID, page_size=10)
    )
    if colour.is_async:
        colour.run(anext(iterator))
        colour.run(iterator.aclose())
        with pytest.raises(StopAsyncIteration):
            colour.run(anext(iterator))
    else:
        next(iterator)
        iterator.close()
        assert list(iterator) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("prefetch", [1, 4])
def test_a_child_goes_on_with_a_half_read_listing(prefetch: int) -> None:
    never = threading.Event()

    class Held(Table):
        def _fetch(self, ask: Any) -> Any:
            if ask.number > 1 and os.getpid() == parent:
                never.wait()
            return self.answer(ask)

    parent = os.getpid()
    items = iter(Held(Schedule(rows=60)).listing(page_size=10, prefetch=prefetch))
    next(items)
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # it would wait for ever for a thread that it doesn't have
        os._exit(len(list(items)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 59
    never.set()


def test_closing_a_client_waits_for_pages_of_a_listing_that_was_left() -> None:
    class Careful(Table):
        async def _fetch_async(self, ask: Any) -> Any:
            try:
                await asyncio.sleep(0 if ask.number == 1 else 60)
            finally:
                await asyncio.sleep(0.05)  # as closing a connection may take
            return self.answer(ask)

    async def read() -> list[asyncio.Task[Any]]:
        listing = Careful(Schedule(rows=100)).listing(True, page_size=10, prefetch=4)
        async for _ in listing:
            await turns(3)
            break
        await turns(3)
        assert len(others()) == 4
        await listing._source.readings.stop_async()
        return others()

    assert asyncio.run(read()) == []
