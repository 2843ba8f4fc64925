"""Listings that are left early, over real connections: nothing is under way afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from futureagi_simulate import AsyncClient, Client, FutureAGIError

from .stopwatch import Stopwatch
from .test_listing import CALL, ID

LISTINGS = int(os.environ.get("FI_TEST_LISTINGS", "40"))
"""How many listings are left; the full number, 500, takes about five minutes."""

SOON = 0.5


class SlowServer:
    """Serves 40 pages of two calls, each after `delay` seconds; `busy` answers 429 behind page 1."""

    def __init__(self, delay: float = 0.0, busy: bool = False) -> None:
        self.delay, self.busy = delay, busy
        self.asked = 0
        self.open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def _run(self, awaitable: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await awaitable

        return asyncio.run_coroutine_threadsafe(awaited(), self._loop).result(20)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                line = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
                self.asked += 1
                await asyncio.sleep(self.delay)
                writer.write(self._answer(int(line.partition("page=")[2].partition("&")[0])))
                await writer.drain()
        self.open.discard(writer)
        writer.close()

    def _answer(self, page: int) -> bytes:
        if self.busy and page > 1:
            return b"HTTP/1.1 429 Too Many\r\nretry-after: 20\r\ncontent-length: 2\r\n\r\n{}"
        rows = [{"id": f"00000000-0000-4000-8000-{page * 2 + row:012d}", **CALL} for row in range(2)]
        body = json.dumps({"count": 80, "next": None, "previous": None, "results": rows}).encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def close(self) -> None:
        async def end() -> None:
            self._server.close()
            for writer in self.open:
                writer.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        self._run(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., SlowServer]]:
    started: list[SlowServer] = []

    def start(**settings: Any) -> SlowServer:
        started.append(SlowServer(**settings))
        return started[-1]

    yield start
    for server in started:
        server.close()


def open_client(kind: Any, server: SlowServer) -> Any:
    return kind(api_key="a-key", secret_key="a-secret", base_url=server.base_url)


def pool(client: Any) -> Any:
    [http] = set(client._session._clients._by_place.values())
    return http._transport._pool


def page_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("futureagi-page")]


def assert_free(client: Any) -> None:
    assert pool(client)._requests == []
    assert [one for one in pool(client).connections if not (one.is_idle() or one.is_closed())] == []


async def leave(listing: Any, how: str, after: float, library: Any) -> None:
    """Take an item and break, or read until cancelled, or until a timeout."""
    if how == "break":
        async for _ in listing:
            break
    elif how == "timeout" and library is asyncio:
        items = aiter(listing)
        with suppress(TimeoutError, StopAsyncIteration):
            while True:
                await asyncio.wait_for(anext(items), after)
    elif library is asyncio:
        task = asyncio.create_task(listing.to_list())
        await asyncio.sleep(after)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    else:
        with library.move_on_after(after):
            await listing.to_list()


@pytest.mark.parametrize("prefetch", [1, 8, 32])
@pytest.mark.parametrize("library", ["asyncio", "trio"])
def test_all_places_are_free_after_listings_were_left_and_the_client_still_works(
    serve: Callable[..., SlowServer], library: str, prefetch: int
) -> None:
    module = pytest.importorskip(library)
    server = serve(delay=0.002)

    async def read() -> None:
        async with open_client(AsyncClient, server) as client:
            listing = client.list_call_executions(ID, page_size=2, prefetch=prefetch)
            for number in range(LISTINGS):
                how = ("break", "cancel", "timeout")[number % 3]
                await leave(listing, how, 0.0007 * (number % 29), module)
            await module.sleep(0.1)
            if module is asyncio:
                assert asyncio.all_tasks() == {asyncio.current_task()}
            assert_free(client)
            assert len(await listing.to_list()) == 80
            if module is asyncio:
                counts = await asyncio.gather(*(listing.count() for _ in range(100)))
                assert set(counts) == {80}
        await module.sleep(0.1)

    asyncio.run(read()) if module is asyncio else module.run(read)
    assert not server.open, "a connection was left"


@pytest.mark.parametrize("prefetch", [1, 8, 32])
def test_all_places_are_free_after_threads_left_listings(
    serve: Callable[..., SlowServer], prefetch: int
) -> None:
    server = serve(delay=0.002)
    with open_client(Client, server) as client:
        listing = client.list_call_executions(ID, page_size=2, prefetch=prefetch)
        for number in range(LISTINGS):
            for taken, _ in enumerate(listing):
                if taken == number % 9:
                    break
        assert page_threads() == []
        assert_free(client)
        assert len(listing.to_list()) == 80
    time.sleep(0.1)
    assert not server.open, "a connection was left"


@pytest.mark.parametrize("prefetch", [1, 8, 32])
@pytest.mark.parametrize("way", ["break", "close", "error of the loop"])
def test_a_loop_is_left_at_once_while_its_other_pages_are_in_back_off(
    serve: Callable[..., SlowServer], way: str, prefetch: int
) -> None:
    server = serve(busy=True)
    with open_client(Client, server) as client:
        items = iter(client.list_call_executions(ID, page_size=2, prefetch=prefetch))
        next(items)
        wait_for(lambda: server.asked >= prefetch)  # with 1, the next page is asked for when it is needed
        watch = Stopwatch()
        if way == "close":
            items.close()
        elif way == "break":
            for _ in items:
                break
        else:
            with pytest.raises(ZeroDivisionError):
                [1 / 0 for _ in items]
        del items
        assert page_threads() == []
        assert_free(client)
        assert watch.seconds < SOON


@pytest.mark.parametrize("prefetch", [1, 8, 32])
@pytest.mark.parametrize("library", ["asyncio", "trio"])
@pytest.mark.parametrize("how", ["cancel", "timeout"])
def test_a_cancelled_reader_ends_at_once_while_its_pages_are_in_back_off(
    serve: Callable[..., SlowServer], how: str, library: str, prefetch: int
) -> None:
    module = pytest.importorskip(library)

    async def read() -> None:
        async with open_client(AsyncClient, serve(busy=True)) as client:
            watch = Stopwatch()
            await leave(client.list_call_executions(ID, page_size=2, prefetch=prefetch), how, 0.3, module)
            assert watch.real > 0.25
            assert watch.seconds < 0.3 + SOON
            assert_free(client)
            if module is asyncio:
                assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(read()) if module is asyncio else module.run(read)


INTERRUPTED = """
import asyncio, sys, time
from futureagi_simulate import AsyncClient, Client

async def read_async(arguments, paging):
    async with AsyncClient(**arguments) as client:
        async for _ in client.list_call_executions(sys.argv[2], **paging):
            print("an item", flush=True)

def read(arguments, paging):
    with Client(**arguments) as client:
        for _ in client.list_call_executions(sys.argv[2], **paging):
            print("an item", flush=True)

arguments = {"api_key": "a-key", "secret_key": "a-secret", "base_url": sys.argv[1]}
paging = {"page_size": 2, "prefetch": int(sys.argv[3])}
try:
    if sys.argv[4] == "async":
        asyncio.run(read_async(arguments, paging))
    else:
        read(arguments, paging)
except KeyboardInterrupt:
    print(time.monotonic(), flush=True)
"""


@pytest.mark.parametrize("prefetch", [1, 8, 32])
@pytest.mark.parametrize("colour_name", ["sync", "async"])
def test_control_c_ends_a_reading_at_once_while_its_pages_are_in_back_off(
    serve: Callable[..., SlowServer], colour_name: str, prefetch: int
) -> None:
    server = serve(busy=True)
    command = [sys.executable, "-c", INTERRUPTED, server.base_url, ID, str(prefetch), colour_name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reader:
        try:
            assert reader.stdout is not None
            assert [reader.stdout.readline() for _ in range(2)] == [b"an item\n"] * 2
            wait_for(lambda: server.asked >= 1 + prefetch)
            begun = time.monotonic()
            reader.send_signal(signal.SIGINT)
            said, _ = reader.communicate(timeout=10)  # threads in back-off don't keep it either
            assert float(said) - begun < SOON
        finally:
            reader.kill()
    assert reader.returncode == 0


def test_an_error_is_raised_at_once_while_later_pages_are_in_back_off(
    serve: Callable[..., SlowServer],
) -> None:
    class Broken(SlowServer):
        def _answer(self, page: int) -> bytes:
            if page == 2:
                return b"HTTP/1.1 403 No\r\ncontent-length: 2\r\n\r\n{}"
            return super()._answer(page)

    server = Broken(busy=True)
    try:
        with open_client(Client, server) as client:
            watch = Stopwatch()
            items = iter(client.list_call_executions(ID, page_size=2, prefetch=8))
            with pytest.raises(Exception, match="403") as caught:
                list(items)
            assert watch.seconds < SOON
            assert page_threads() == []
            with pytest.raises(type(caught.value), match="403"):  # and not as if it were complete
                next(items)
    finally:
        server.close()


@pytest.mark.parametrize("own", [True, False], ids=["own pool", "the caller's"])
def test_closing_a_client_ends_the_threads_of_listings_that_were_half_read(
    serve: Callable[..., SlowServer], own: bool
) -> None:
    server = serve(busy=True)
    keys: Any = {"api_key": "a-key", "secret_key": "a-secret", "base_url": server.base_url}
    with httpx.Client() as theirs:
        client = Client(**keys, http_client=None if own else theirs)
        half_read = [
            iter(one.list_call_executions(ID, page_size=2, prefetch=8))
            for one in (client, client.with_options(timeout=30))
        ]
        for items in half_read:
            next(items)
        assert len(page_threads()) == 16
        watch = Stopwatch()
        client.close()
        assert watch.seconds < SOON
        assert page_threads() == []
        if own:
            next(half_read[0])
            with pytest.raises(FutureAGIError, match="closed"):
                next(half_read[0])
        del half_read, items


def test_closing_a_client_with_other_options_ends_its_own_listings_only(
    serve: Callable[..., SlowServer],
) -> None:
    with open_client(Client, serve(busy=True)) as client:
        items = iter(client.list_call_executions(ID, page_size=2, prefetch=4))
        next(items)
        with client.with_options(timeout=30) as other:
            others = iter(other.list_call_executions(ID, page_size=2, prefetch=4))
            next(others)
            assert len(page_threads()) == 8
        assert len(page_threads()) == 4


def test_closing_an_async_client_ends_the_tasks_of_listings_that_were_half_read(
    serve: Callable[..., SlowServer],
) -> None:
    async def read() -> None:
        client = open_client(AsyncClient, serve(busy=True))
        items = aiter(client.list_call_executions(ID, page_size=2, prefetch=8))
        await anext(items)
        assert len(asyncio.all_tasks()) == 9
        watch = Stopwatch()
        await client.aclose()
        assert watch.seconds < SOON
        assert asyncio.all_tasks() == {asyncio.current_task()}
        await anext(items)
        with pytest.raises(FutureAGIError, match="closed"):
            await anext(items)

    asyncio.run(read())


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
