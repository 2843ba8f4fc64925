"""The connection pool is whole whatever becomes of its requests, and each event loop has its own."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import anyio
import httpx
import pytest
import trio

from futureagi_simulate import network
from futureagi_simulate.errors import ConfigurationError, FutureAGIError, TimeoutError, TransportError
from futureagi_simulate.http import AsyncSession, Request, Session
from futureagi_simulate.options import Options
from futureagi_simulate.retry import SystemClock

THING = Request("getThing", "/things/")
Make = Callable[..., Options]
PLACES = 10


class KeepsAlive:
    """Answers any number of requests on each connection, each after a moment and in two halves."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.open = 0
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self.open += 1
        pause = random.Random(self.open)
        with connection, suppress(OSError):
            connection.settimeout(20)
            while connection.recv(65536):
                time.sleep(pause.random() * 0.004)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{")
                time.sleep(pause.random() * 0.002)
                connection.sendall(b"}")
        with self._lock:
            self.open -= 1

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()


@pytest.fixture
def server() -> Iterator[KeepsAlive]:
    running = KeepsAlive()
    yield running
    running.close()


@pytest.fixture
def real(make_options: Make, server: KeepsAlive) -> Options:
    return make_options(server.base_url, retry={"clock": SystemClock(), "attempts": 1})


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(limits=httpx.Limits(max_connections=PLACES), verify=False)


def assert_whole(http: httpx.AsyncClient) -> None:
    """Check that every place of the pool is free: no request is in it, and all connections are at rest."""
    [pool] = network.pools(http)
    assert pool._requests == []
    assert [one for one in pool._connections if not (one.is_idle() or one.is_closed())] == []
    assert len(pool._connections) <= PLACES


async def all_places_serve(session: AsyncSession) -> None:
    """Use every place of the pool at once."""
    async with anyio.create_task_group() as group:
        for _ in range(PLACES * 2):
            group.start_soon(session.send, THING)


async def closed(server: KeepsAlive) -> None:
    with anyio.fail_after(5):
        while server.open:
            await anyio.sleep(0.01)


@pytest.mark.parametrize("at_once", [1, 7, 100])
def test_requests_cancelled_at_any_moment_leave_the_pool_whole(
    at_once: int, real: Options, server: KeepsAlive
) -> None:
    chance = random.Random(at_once)

    async def cancel_many() -> None:
        async with client() as http:
            session = AsyncSession.of(real, http)
            for _ in range(500 // at_once):
                tasks = [asyncio.create_task(session.send(THING)) for _ in range(at_once)]
                await asyncio.sleep(chance.random() * 0.008)
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
                assert_whole(http)
            await all_places_serve(session)
            assert_whole(http)
            assert len(asyncio.all_tasks()) == 1
        await closed(server)

    asyncio.run(cancel_many())
    gc.collect()  # a socket that is left says so


def test_requests_cancelled_again_while_they_clean_up_leave_the_pool_whole(
    real: Options, server: KeepsAlive
) -> None:
    chance = random.Random(1)

    async def cancel_twice() -> None:
        async with client() as http:
            session = AsyncSession.of(real, http)
            for _ in range(100):
                tasks = [asyncio.create_task(session.send(THING)) for _ in range(5)]
                await asyncio.sleep(chance.random() * 0.008)
                while not all(task.done() for task in tasks):
                    for task in tasks:
                        task.cancel()
                    await asyncio.sleep(0)
                assert_whole(http)
            await all_places_serve(session)
            assert_whole(http)
        await closed(server)

    asyncio.run(cancel_twice())
    gc.collect()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("at_once", [1, 25])
def test_requests_cancelled_by_a_scope_leave_the_pool_whole(
    backend: str, at_once: int, real: Options, server: KeepsAlive
) -> None:
    chance = random.Random(at_once)

    async def cancel_many() -> None:
        async with client() as http:
            session = AsyncSession.of(real, http)
            for _ in range(250 // at_once):
                async with anyio.create_task_group() as group:
                    for _ in range(at_once):
                        group.start_soon(session.send, THING)
                    await anyio.sleep(chance.random() * 0.008)
                    group.cancel_scope.cancel()
                assert_whole(http)
            await all_places_serve(session)
            assert_whole(http)
        await closed(server)

    anyio.run(cancel_many, backend=backend)
    gc.collect()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_requests_that_time_out_leave_the_pool_whole(backend: str, real: Options, server: KeepsAlive) -> None:
    chance = random.Random(2)

    async def time_out() -> None:
        async with client() as http:
            session = AsyncSession.of(real, http)

            async def hasty() -> None:
                with suppress(TimeoutError):
                    await session.with_options(timeout=0.0005 + chance.random() * 0.005).send(THING)

            for _ in range(10):
                async with anyio.create_task_group() as group:
                    for _ in range(25):
                        group.start_soon(hasty)
                assert_whole(http)
            await all_places_serve(session)
            assert_whole(http)
        await closed(server)

    anyio.run(time_out, backend=backend)
    gc.collect()


def test_threads_that_time_out_leave_the_pool_whole(real: Options, server: KeepsAlive) -> None:
    with httpx.Client(limits=httpx.Limits(max_connections=3), verify=False) as http:
        session = Session.of(real, http)

        def hasty(number: int) -> None:
            chance = random.Random(number)
            for _ in range(20):
                with suppress(TimeoutError):
                    session.with_options(timeout=0.0005 + chance.random() * 0.005).send(THING)

        threads = [threading.Thread(target=hasty, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert_whole(http)  # type: ignore[arg-type]
        for _ in range(6):
            session.send(THING)


def test_a_client_serves_one_event_loop_after_the_other(
    make_options: Make, server: KeepsAlive, recwarn: pytest.WarningsRecorder
) -> None:
    options = make_options(server.base_url)
    session = AsyncSession.of(options)

    async def ask() -> bytes:
        return (await session.send(THING)).content

    assert [asyncio.run(ask()) for _ in range(3)] == [b"{}"] * 3
    assert trio.run(ask) == b"{}"

    async def ask_and_close() -> None:
        await ask()
        await session.aclose()
        with pytest.raises(TransportError, match="the client is closed"):
            await ask()

    asyncio.run(ask_and_close())
    with pytest.raises(TransportError, match="the client is closed"):
        asyncio.run(ask())
    gc.collect()
    assert [str(one.message) for one in recwarn if issubclass(one.category, ResourceWarning)] == []


def test_a_client_serves_two_event_loops_at_once(make_options: Make, server: KeepsAlive) -> None:
    session = AsyncSession.of(make_options(server.base_url))
    both = threading.Barrier(2, timeout=5)
    answers: list[bytes] = []

    async def ask() -> None:
        for _ in range(5):
            answers.append((await session.send(THING)).content)
            both.wait()
        http = session._clients.here(network.running_loop())
        await http.aclose()

    threads = [threading.Thread(target=asyncio.run, args=(ask(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [b"{}"] * 10


def test_a_callers_client_serves_one_event_loop_after_the_other_but_not_two_at_once(
    make_options: Make, server: KeepsAlive
) -> None:
    http = client()
    session = AsyncSession.of(make_options(server.base_url), http)

    async def ask() -> bytes:
        return (await session.send(THING)).content

    assert asyncio.run(ask()) == b"{}"
    errors: list[FutureAGIError] = []

    def elsewhere() -> None:
        try:
            asyncio.run(ask())
        except FutureAGIError as error:
            errors.append(error)

    async def ask_and_close() -> None:
        assert await ask() == b"{}"
        await asyncio.to_thread(elsewhere)
        await http.aclose()

    asyncio.run(ask_and_close())
    gc.collect()
    [error] = errors
    assert isinstance(error, ConfigurationError)
    assert "another event loop" in error.problem


def test_a_closed_client_says_what_to_do(colour: Any, options: Options) -> None:
    session = colour.pick(Session, AsyncSession).of(options)
    colour.run(session.aclose() if colour.is_async else session.close())
    with pytest.raises(TransportError) as caught:
        colour.run(session.send(THING))
    assert caught.value.problem.endswith("the client is closed.")
    assert "base_url" not in str(caught.value)
    assert "Make a new client" in caught.value.remedy
    assert caught.value.attempts == 1


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # the server has threads
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_child_process_has_a_client_of_its_own(make_options: Make, server: KeepsAlive) -> None:
    session = Session.of(make_options(server.base_url))
    session.send(THING)
    ours = id(session._clients.here())
    child = os.fork()
    if child == 0:
        fails = True
        with suppress(BaseException):
            fails = id(session._clients.here()) == ours or session.send(THING).content != b"{}"
        os._exit(fails)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert id(session._clients.here()) == ours
    session.close()


def test_threads_that_use_a_callers_client_at_once_share_it(make_options: Make, server: KeepsAlive) -> None:
    with httpx.Client(verify=False) as http, ThreadPoolExecutor(8) as threads:
        for _ in range(20):
            session = Session.of(make_options(server.base_url), http)
            answers = list(threads.map(lambda _, one=session: one.send(THING).content, range(8)))
            assert answers == [b"{}"] * 8
