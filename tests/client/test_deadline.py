"""One deadline for a request: however a server is slow, the call ends when its budget does."""

from __future__ import annotations

import asyncio
import gc
import gzip
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from itertools import repeat
from typing import Any

import httpcore
import httpx
import pytest

from futureagi_simulate import network
from futureagi_simulate.errors import ConnectError, TimeoutError
from futureagi_simulate.http import AsyncSession, Cancelled, Request, Session
from futureagi_simulate.options import Options, Timeout
from futureagi_simulate.retry import ManualClock, SystemClock

from .stopwatch import Stopwatch

pytestmark = pytest.mark.filterwarnings(
    "ignore::futureagi_simulate.InsecureConnectionWarning"
)  # made-up names

THING = Request("getThing", "/things/")
Make = Callable[..., Options]
Act = Callable[[socket.socket, bytes], None]
BUDGET = 0.3
ALLOWED = BUDGET + 0.5
LONGEST = 3.0  # seconds that a slow server goes on
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ZIPPED = HEAD + b"Content-Encoding: gzip\r\nContent-Length: 1000000\r\n\r\n"
EMPTY = gzip.compress(b"")


def drips(head: bytes, drop: bytes) -> Act:
    """Send the head at once and the drop every 0.05 s, until the client leaves."""

    def act(connection: socket.socket, _: bytes) -> None:
        end = time.monotonic() + LONGEST
        connection.sendall(head)
        while time.monotonic() < end:
            connection.sendall(drop)
            time.sleep(0.05)

    return act


def silent(connection: socket.socket, _: bytes) -> None:
    connection.settimeout(LONGEST)
    while connection.recv(65536):
        pass


def redirects(connection: socket.socket, _: bytes) -> None:
    time.sleep(0.1)
    connection.sendall(
        b"HTTP/1.1 302 Found\r\nLocation: /on/\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    )


def unavailable(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 503 X\r\nRetry-After: 0\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")


SLOW: dict[str, Act] = {
    "silence": silent,
    "100 Continue again and again": drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a status line byte by byte": drips(b"HTTP/1.1 2", b"0"),
    "a header byte by byte": drips(HEAD + b"X-Long: ", b"x"),
    "headers one by one": drips(HEAD, b"X: y\r\n"),
    "a body byte by byte": drips(HEAD + b"Content-Length: 1000000\r\n\r\n", b" "),
    "a body without a length": drips(HEAD + b"\r\n", b" "),
    "chunks of one byte": drips(CHUNKED, b"1\r\n \r\n"),
    "a chunk's size byte by byte": drips(CHUNKED, b"0"),
    "a chunk's extension byte by byte": drips(CHUNKED + b"2;", b"x"),
    "a trailer byte by byte": drips(CHUNKED + b"2\r\n{}\r\n0\r\nX: ", b"x"),
    "trailers one by one": drips(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n"),
    "empty gzip members": drips(ZIPPED, EMPTY),
    "a gzip header byte by byte": drips(ZIPPED + EMPTY[:3] + b"\x08" + EMPTY[4:10], b"x"),
    "redirects": redirects,
}


def asks(session: Any, colour: Any, limit: float = BUDGET) -> tuple[Exception, float]:
    """Send a request that must fail with a timeout, not before the limit; return how long that took."""
    watch = Stopwatch()
    with pytest.raises(TimeoutError) as caught:
        colour.run(session.send(THING))
    took = watch.seconds
    assert watch.real > limit - 0.01
    colour.run(session.aclose() if colour.is_async else session.close())
    return caught.value, took


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    """Collect what a test leaves here: a connection that is still open fails this test, and no later one."""
    yield
    gc.collect()


@pytest.fixture
def make_slow(make_options: Make) -> Make:
    """Make options with a short budget of real time and no other limit."""

    def make(base_url: str, **retry: Any) -> Options:
        policy = {"clock": SystemClock(), "budget": BUDGET, "base": 0.0, **retry}
        return make_options(base_url, retry=policy, timeout=None)

    return make


@pytest.mark.parametrize("owner", ["our client", "the caller's client"])
@pytest.mark.parametrize("slow", SLOW)
def test_a_slow_server_is_given_up_when_the_budget_ends(
    slow: str, owner: str, colour: Any, make_slow: Make, loopback: Any
) -> None:
    options = make_slow(loopback(SLOW[slow]).base_url)
    kind = colour.pick(Session, AsyncSession)
    session = kind.of(options) if owner == "our client" else colour.session(options)
    error, took = asks(session, colour)
    assert took < ALLOWED
    assert "the budget of 0.3 s ran out" in str(error)
    assert error.history[-1].outcome == "timeout (budget)"  # type: ignore[attr-defined]


@pytest.fixture
def unanswering() -> Iterator[Callable[..., int]]:
    """Listen on addresses of the loopback where connections are neither taken nor refused."""
    with ExitStack() as opened:

        def listen(*addresses: str) -> int:
            port = 0
            for address in addresses:
                listener = opened.enter_context(socket.socket())
                listener.bind((address, port))
                listener.listen(0)
                port = listener.getsockname()[1]
                for _ in range(4):
                    filler = opened.enter_context(socket.socket())
                    filler.setblocking(False)
                    filler.connect_ex((address, port))
            return port

        yield listen


def test_an_address_that_does_not_answer_is_given_up_when_the_budget_ends(
    colour: Any, make_slow: Make, unanswering: Any
) -> None:
    port = unanswering("127.0.0.1")
    session = colour.pick(Session, AsyncSession).of(make_slow(f"http://127.0.0.1:{port}"))
    error, took = asks(session, colour)
    assert took < ALLOWED
    assert "while connecting" in str(error)


def test_six_addresses_that_do_not_answer_share_the_time(
    colour: Any, make_slow: Make, unanswering: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = [f"127.0.0.{number}" for number in range(1, 7)]
    port = unanswering(*addresses)
    _resolve(monkeypatch, *addresses)
    _, took = asks(colour.pick(Session, AsyncSession).of(make_slow(f"http://many.test:{port}")), colour)
    assert took < ALLOWED


def _resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Give the name many.test these addresses."""
    real = socket.getaddrinfo

    def resolved(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host != "many.test":
            return real(host, port, *rest, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)


def test_a_later_address_is_tried_when_the_first_does_not_answer(
    colour: Any, make_slow: Make, unanswering: Any, loopback: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = loopback(lambda connection, _: connection.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}"))
    port = int(server.base_url.rpartition(":")[2])
    _resolve(monkeypatch, "127.0.0.2", "127.0.0.1")  # nobody listens at the first
    session = colour.pick(Session, AsyncSession).of(make_slow(f"http://many.test:{port}", budget=5.0))
    assert colour.run(session.send(THING)).content == b"{}"
    colour.run(session.aclose() if colour.is_async else session.close())


def test_a_slow_resolver_is_not_waited_for(
    colour: Any, make_slow: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, real = threading.Event(), socket.getaddrinfo

    def slow(host: Any, *rest: Any, **more: Any) -> Any:
        if host == "slow.test":
            answered.wait(LONGEST)
        return real("127.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    session = colour.pick(Session, AsyncSession).of(make_slow("http://slow.test:1"))
    watch = Stopwatch()
    error, _ = asks(session, colour)
    colour.close()  # asyncio waits for the threads of its own here
    took = watch.seconds
    answered.set()
    for thread in threading.enumerate():
        if thread.name == "futureagi-connect":
            thread.join()
    assert took < ALLOWED
    assert "while connecting" in str(error)


def test_a_name_without_addresses_is_no_connection(
    colour: Any, make_slow: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    session = colour.pick(Session, AsyncSession).of(make_slow("http://none.test:1", attempts=1))
    with pytest.raises(ConnectError, match="Name or service not known"):
        colour.run(session.send(THING))


class RawServer:
    """Plays an act on each connection without reading a request first."""

    def __init__(self, act: Act) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._act = act
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self._act(connection, b"")

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()


RECORD = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03"  # how a ServerHello begins
SHAKES = {"silence": silent, "a record byte by byte": drips(RECORD, b"\0")}


@pytest.mark.parametrize("shake", SHAKES)
def test_a_slow_tls_handshake_is_given_up_when_the_budget_ends(
    shake: str, colour: Any, make_slow: Make
) -> None:
    with closing(RawServer(SHAKES[shake])) as server:
        _, took = asks(colour.session(make_slow(f"https://127.0.0.1:{server.port}")), colour)
    assert took < ALLOWED


@pytest.mark.parametrize("answer", ["silence", "a header byte by byte"])
def test_a_slow_proxy_is_given_up_when_the_budget_ends(
    answer: str, colour: Any, make_slow: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = silent if answer == "silence" else drips(b"HTTP/1.1 200 OK\r\nX: ", b"x")
    with closing(RawServer(act)) as server:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.port}")
        session = colour.pick(Session, AsyncSession).of(make_slow("https://api.test"))
        _, took = asks(session, colour)
    assert took < ALLOWED


def test_a_pool_without_a_free_connection_is_given_up_when_the_budget_ends(
    colour: Any, make_slow: Make, loopback: Any
) -> None:
    server = loopback(silent)
    http = colour.http(limits=httpx.Limits(max_connections=1), verify=False)
    held = http.build_request("GET", server.base_url)
    sending = threading.Thread(target=lambda: suppress_all(http.send, held))
    session = colour.pick(Session, AsyncSession).of(make_slow(server.base_url, attempts=1), http)
    if not colour.is_async:
        sending.start()
        while not server.requests:
            time.sleep(0.001)
        error, took = asks(session, colour)
        server.settle()
        sending.join()
    else:
        error, took = colour.run(_while_held(http, held, session, server))
    assert "while waiting for a free connection" in str(error)
    assert took < ALLOWED


def suppress_all(act: Callable[..., Any], *given: Any) -> None:
    with suppress(httpx.HTTPError):
        act(*given)


async def _while_held(http: Any, held: Any, session: Any, server: Any) -> tuple[Exception, float]:
    task = asyncio.ensure_future(http.send(held))
    while not server.requests:
        await asyncio.sleep(0.001)
    watch = Stopwatch()
    with pytest.raises(TimeoutError) as caught:
        await session.send(THING)
    took = watch.seconds
    task.cancel()
    await asyncio.wait([task])
    return caught.value, took


def test_attempts_and_waits_share_the_budget(colour: Any, make_slow: Make, loopback: Any) -> None:
    session = colour.session(make_slow(loopback(unavailable, unavailable, silent).base_url, attempts=10))
    error, took = asks(session, colour)
    assert [attempt.outcome for attempt in error.history] == ["503", "503", "timeout (budget)"]  # type: ignore[attr-defined]
    assert took < ALLOWED


@pytest.mark.parametrize("phase", ["read", "connect"])
def test_a_timeout_of_a_phase_says_which(
    phase: str, colour: Any, make_options: Make, loopback: Any, unanswering: Any
) -> None:
    port = unanswering("127.0.0.1")
    base_url = loopback(silent).base_url if phase == "read" else f"http://127.0.0.1:{port}"
    options = make_options(base_url, timeout=Timeout(**{phase: 0.05}), retry={"attempts": 1})
    error, took = asks(colour.session(options), colour, 0.05)
    assert took < 0.55
    assert f"the {phase} timeout of 0.05 s ran out" in str(error)
    assert error.history[0].outcome == f"timeout ({phase})"  # type: ignore[attr-defined]


class Wire(httpcore.NetworkBackend, httpcore.NetworkStream):
    """A network on which each step takes a given time of the injected clock, and no longer than it may."""

    def __init__(self, clock: ManualClock, connect: float, read: float, said: Iterator[bytes]) -> None:
        self._clock, self._connect, self._read, self._said = clock, connect, read, said

    def _spend(self, seconds: float, timeout: float | None, late: type[Exception]) -> None:
        assert timeout is not None
        self._clock.advance(min(seconds, timeout))
        if seconds > timeout:
            raise late

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any) -> Any:
        self._spend(self._connect, timeout, httpcore.ConnectTimeout)
        return self

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._spend(self._read, timeout, httpcore.ReadTimeout)
        return next(self._said)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._spend(0.25, timeout, httpcore.WriteTimeout)

    def close(self) -> None:
        pass


class AsyncWire(httpcore.AsyncNetworkBackend, httpcore.AsyncNetworkStream):
    """`Wire`, awaited."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def connect_tcp(self, *given: Any, **more: Any) -> Any:
        self._wire.connect_tcp(*given, **more)
        return self

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._wire.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._wire.write(buffer, timeout)

    async def aclose(self) -> None:
        pass


STEPS = {
    "connecting": (100.0, 0.5, b""),
    "silence": (1.0, 100.0, b""),
    "100 Continue": (1.0, 0.75, b"HTTP/1.1 100 Continue\r\n\r\n"),
    "header": (1.0, 0.75, b"H"),
    "body": (1.0, 0.75, CHUNKED + b"1\r\n \r\n"),
    "extension": (1.0, 0.75, CHUNKED + b"2;x"),
    "trailer": (1.0, 0.75, CHUNKED + b"2\r\n{}\r\n0\r\nX: "),
    "gzip": (1.0, 0.75, ZIPPED + EMPTY),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("host", ["10.1.2.3", "many.test"])
def test_on_an_injected_clock_the_call_ends_exactly_when_the_budget_does(
    step: str,
    host: str,
    colour: Any,
    make_options: Make,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connect, read, said = STEPS[step]
    first, drop = (said, b"x") if said.startswith(HEAD) else (said[:-1], said[-1:])
    drop = {"100 Continue": said, "body": b"1\r\n \r\n", "gzip": EMPTY}.get(step, drop)
    first = drop if step == "100 Continue" else first or drop
    wire = Wire(clock, connect, read, iter([first, *repeat(drop, 1000)]))
    _resolve(monkeypatch, *(["10.1.2.3", "10.1.2.4"] if not colour.is_async else ["10.1.2.3"]))
    http = colour.http(verify=False)
    http._transport._pool._network_backend = colour.pick(wire, AsyncWire(wire))
    options = make_options(f"http://{host}", timeout=None, retry={"budget": 20, "attempts": 1})
    session = colour.pick(Session, AsyncSession).of(options, http)
    with pytest.raises(TimeoutError, match="the budget of 20 s ran out"):
        colour.run(session.send(THING))
    assert clock.monotonic() == 20.0


WAITS = {
    "silence": "read",
    "a body byte by byte": "read",
    "a connection": "connect",
    "a handshake": "handshake",
    "a pool": "pool",
}


@pytest.mark.parametrize("wait", WAITS)
def test_a_cancelled_request_ends_whatever_it_waits_for(
    wait: str, make_options: Make, loopback: Any, unanswering: Any
) -> None:
    with ExitStack() as opened:
        http = opened.enter_context(httpx.Client(limits=httpx.Limits(max_connections=1), verify=False))
        if wait == "a handshake":
            server = opened.enter_context(closing(RawServer(silent)))
            base_url = f"https://127.0.0.1:{server.port}"
        elif wait == "a connection":
            base_url = f"http://127.0.0.1:{unanswering('127.0.0.1')}"
        else:
            base_url = loopback(SLOW.get(wait, silent)).base_url
        others = [threading.Event()] if wait == "a pool" else []
        session = Session.of(make_options(base_url, retry={"clock": SystemClock(), "attempts": 1}), http)
        cancelled, ended = threading.Event(), []

        def send(event: threading.Event) -> None:
            with pytest.raises(Cancelled):
                session.send(THING, event)
            ended.append(time.monotonic())

        threads = [threading.Thread(target=send, args=(event,)) for event in [*others, cancelled]]
        for thread in threads:
            thread.start()
            time.sleep(0.1)  # until it waits
        watch = Stopwatch()
        cancelled.set()
        threads[-1].join()
        took = watch.seconds
        for event in others:
            event.set()
        for thread in threads:
            thread.join()
        assert len(ended) == len(threads)
        assert took < 0.5
        pool = http._transport._pool  # type: ignore[attr-defined]
        assert (pool._requests, [one for one in pool._connections if not one.is_closed()]) == ([], [])


def test_time_spent_on_loading_the_networks_modules_is_taken_off_the_budget(
    make_options: Make, clock: ManualClock
) -> None:
    class Cold(AsyncWire):
        """Loads what it needs the first time that it is used, as httpcore's own backend does."""

        loaded = False

        async def sleep(self, seconds: float) -> None:
            clock.advance(0.0 if self.loaded else 5.0)
            self.loaded = True

        async def connect_tcp(self, *given: Any, **more: Any) -> Any:
            await self.sleep(0)
            return await super().connect_tcp(*given, **more)

    outgoing = next(iter(_hops(make_options(retry={"budget": 20.0}, timeout=None))))
    backend = network._AsyncBackend(Cold(Wire(clock, 100.0, 1.0, iter([]))))
    with pytest.raises(httpcore.ConnectTimeout):
        asyncio.run(backend.connect_tcp("10.1.2.3", 80, network.Limit.of(outgoing, math.inf, 20.0)))
    assert clock.monotonic() == 20.0


def test_what_is_said_to_a_proxy_without_a_timeout_has_the_connections(
    colour: Any, make_options: Make, clock: ManualClock
) -> None:
    wire = Wire(clock, 1.0, 100.0, iter([b""]))
    outgoing = next(iter(_hops(make_options(retry={"budget": 10.0}, timeout=None))))
    limit = network.Limit.of(outgoing, math.inf, 10.0)
    if colour.is_async:
        stream: Any = network._AsyncStream(AsyncWire(wire), limit)
    else:
        stream = network._Stream(wire, limit)
    with pytest.raises(httpcore.ReadTimeout):
        colour.run(stream.read(10))
    assert clock.monotonic() == 10.0


def _hops(options: Options) -> Iterator[Any]:
    from futureagi_simulate.http import flow

    steps = flow(THING, options)
    yield next(steps)
    steps.close()
