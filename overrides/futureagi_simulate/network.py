"""Below httpx: no wait of a connection outlasts the request that waits, and a connection pool stays whole.

httpcore gives each operation on a socket the timeout that its phase had when it began, so a server that sends
a byte now and then is never too slow. Here a timeout is a `Limit`, which knows what is left at any moment.
`enforce` puts a backend that looks there under a client's pools; timeouts of other requests pass through.

`repair` frees what a cancelled request left behind. httpcore shields its cleanup with scopes that asyncio's
own cancellation ignores, so that a pool may lose a place, and a connection may stay taken for good.
"""

from __future__ import annotations

import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from typing import Any, Final, TypeVar

import anyio
import httpcore
from httpcore import AsyncNetworkBackend, AsyncNetworkStream, NetworkBackend, NetworkStream

from futureagi_simulate.http import Cancelled, OutgoingRequest

__all__ = ["SLICE", "Limit", "discard", "enforce", "pools", "repair", "running_loop"]


T = TypeVar("T")

SLICE: Final = 0.2  # seconds between two looks at an event that ends a blocking call
_PART: Final = 16 * 1024  # bytes written between two looks at the time
_NEXT_ADDRESS: Final = 0.25  # seconds until the next address is tried beside the one before (RFC 8305)
_POOLS: Final = (httpcore.ConnectionPool, httpcore.AsyncConnectionPool)
_Timeout = type[httpcore.TimeoutException]


class Limit(float):
    """Seconds that an operation may take: as a number those when it was made, with `left` those of now."""

    __slots__ = ("cap", "outgoing")
    cap: float
    outgoing: OutgoingRequest

    @classmethod
    def of(cls, outgoing: OutgoingRequest, cap: float, seconds: float) -> Limit:
        """Make the limit of a phase that begins now; `cap` is its own, `seconds` what it may take."""
        limit = cls(seconds)
        limit.cap = cap
        limit.outgoing = outgoing
        return limit

    def left(self, timed_out: _Timeout) -> float:
        """Return the seconds that an operation may take that begins now; raise if there are none."""
        outgoing = self.outgoing
        if outgoing.cancelled is not None and outgoing.cancelled.is_set():
            raise Cancelled
        remaining = outgoing.remaining()
        if remaining <= 0:
            raise timed_out
        return self.cap if self.cap < remaining else remaining

    def run(self, step: Callable[[float], T], timed_out: _Timeout) -> T:
        """Run a step that blocks for at most the seconds it is given, and can be repeated.

        Where the request can be cancelled the step gets a fraction of a second at a time.
        """
        left = self.left(timed_out)
        if self.outgoing.cancelled is None:
            return step(left)
        end = time.monotonic() + left
        while True:
            try:
                return step(min(left, SLICE))
            except timed_out:
                left = min(end - time.monotonic(), self.left(timed_out))
                if left <= 0:
                    raise


class _Stream(NetworkStream):
    """A connection. `opened` is the limit it was made under: httpcore speaks to a SOCKS proxy without one."""

    def __init__(self, inner: NetworkStream, opened: Limit | None) -> None:
        self._inner = inner
        self._opened = opened

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        limit = self._opened if timeout is None else timeout
        if type(limit) is Limit:
            if limit.outgoing.cancelled is not None:
                return limit.run(partial(self._inner.read, max_bytes), httpcore.ReadTimeout)
            limit = limit.left(httpcore.ReadTimeout)
        return self._inner.read(max_bytes, limit)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        limit = self._opened if timeout is None else timeout
        if not isinstance(limit, Limit):
            self._inner.write(buffer, limit)
            return
        if len(buffer) <= _PART:
            if buffer:
                self._inner.write(buffer, limit.left(httpcore.WriteTimeout))
            return
        for start in range(0, len(buffer), _PART):
            self._inner.write(buffer[start : start + _PART], limit.left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        if not isinstance(timeout, Limit):
            return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), None)
        try:
            left = timeout.left(httpcore.ConnectTimeout)
            shake = partial(self._inner.start_tls, ssl_context, server_hostname, left)
            stream = _in_thread(shake, timeout, self._shut)
        except BaseException:
            self._inner.close()
            raise
        return _Stream(stream, timeout)

    def _shut(self) -> None:
        """Wake a thread that reads."""
        with suppress(OSError):
            self._inner.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(NetworkBackend):
    """Opens connections. A name is looked up in a thread of its own, as nothing else can end that."""

    def __init__(self, inner: NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        options: dict[str, Any] = {"local_address": local_address, "socket_options": socket_options}
        if not isinstance(timeout, Limit):
            return _Stream(self._inner.connect_tcp(host, port, timeout, **options), None)
        end = time.monotonic() + timeout.cap

        def connect() -> NetworkStream:
            """Try one address after the other, each for its share of the time."""
            error: Exception = httpcore.ConnectError(f"{host} has no address")
            addresses = _addresses(host, port)
            for index, address in enumerate(addresses):
                left = min(timeout.left(httpcore.ConnectTimeout), end - time.monotonic())
                if left <= 0:
                    raise httpcore.ConnectTimeout
                try:
                    share = left / (len(addresses) - index)
                    return self._inner.connect_tcp(address, port, share, **options)
                except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                    error = failed
            raise error

        if _is_address(host) and timeout.outgoing.cancelled is None:
            return _Stream(connect(), timeout)
        return _Stream(_in_thread(connect, timeout), timeout)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> NetworkStream:
        return _Stream(self._inner.connect_unix_socket(path, timeout, socket_options), None)


def _in_thread(
    work: Callable[[], NetworkStream], limit: Limit, abandon: Callable[[], None] | None = None
) -> NetworkStream:
    """Run what can't be interrupted in a thread, and leave it alone when the time is up."""
    future = _started(work)

    def wait(seconds: float) -> NetworkStream:
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        if not done.wait(seconds):
            raise httpcore.ConnectTimeout
        return future.result()

    try:
        return limit.run(wait, httpcore.ConnectTimeout)
    except BaseException:
        if abandon is not None:
            abandon()
        future.add_done_callback(_close_result)
        raise


def _started(work: Callable[[], T]) -> Future[T]:
    """Run work in a daemon thread: one that waits for a resolver must not hold up the end of the process."""
    future: Future[T] = Future()

    def run() -> None:
        future.set_running_or_notify_cancel()  # so that nobody cancels it: its result has to find a place
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - for whoever waits
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name="futureagi-connect", daemon=True).start()
    return future


def _close_result(future: Future[NetworkStream]) -> None:
    if future.exception() is None:
        future.result().close()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _addresses(host: str, port: int) -> list[str]:
    """Look up a host's addresses, each once, in the system's order."""
    if _is_address(host):
        return [host]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _AsyncStream(AsyncNetworkStream):
    """`_Stream`, for asyncio and trio."""

    def __init__(self, inner: AsyncNetworkStream, opened: Limit | None) -> None:
        self._inner = inner
        self._opened = opened

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        limit = self._opened if timeout is None else timeout
        if isinstance(limit, Limit):
            limit = limit.left(httpcore.ReadTimeout)
        return await self._inner.read(max_bytes, limit)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        limit = self._opened if timeout is None else timeout
        if isinstance(limit, Limit):
            limit = limit.left(httpcore.WriteTimeout)
        await self._inner.write(buffer, limit)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> AsyncNetworkStream:
        opened = timeout if isinstance(timeout, Limit) else None
        try:
            left = opened.left(httpcore.ConnectTimeout) if opened is not None else timeout
            return _AsyncStream(await self._inner.start_tls(ssl_context, server_hostname, left), opened)
        except BaseException:  # httpcore forgets the connection where this is a cancellation
            _begin(self._inner.aclose())
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _AsyncBackend(AsyncNetworkBackend):
    """`_Backend`, for asyncio and trio; addresses are tried side by side."""

    def __init__(self, inner: AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        connect = partial(
            self._inner.connect_tcp, port=port, local_address=local_address, socket_options=socket_options
        )
        if not isinstance(timeout, Limit):
            return _AsyncStream(await connect(host, timeout=timeout), None)
        await self._load()
        left = timeout.left(httpcore.ConnectTimeout)
        if _is_address(host):
            return _AsyncStream(await connect(host, timeout=left), timeout)
        try:
            with anyio.fail_after(left):
                addresses = await _addresses_async(host, port)
                return _AsyncStream(await _first(connect, addresses, timeout), timeout)
        except TimeoutError:
            raise httpcore.ConnectTimeout from None

    async def _load(self) -> None:
        """Import the event loop's modules, a tenth of a second of work, before the time left is asked for."""
        with suppress(NotImplementedError):  # a backend of another kind has nothing to load
            await self._inner.sleep(0)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> AsyncNetworkStream:
        return _AsyncStream(await self._inner.connect_unix_socket(path, timeout, socket_options), None)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


async def _addresses_async(host: str, port: int) -> list[str]:
    """Look up a host's addresses in a thread that nobody has to wait for, unlike those of asyncio."""
    work = partial(_addresses, host, port)
    asyncio: Any = sys.modules.get("asyncio")
    if asyncio is None or asyncio._get_running_loop() is None:
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
    addresses: list[str] = await asyncio.wrap_future(_started(work))
    return addresses


async def _first(
    connect: Callable[..., Coroutine[Any, Any, AsyncNetworkStream]], addresses: list[str], limit: Limit
) -> AsyncNetworkStream:
    """Connect to the address that answers first, beginning with one and another after each pause."""
    streams: list[AsyncNetworkStream] = []
    errors: list[Exception] = [httpcore.ConnectError("the host has no address")]

    async def attempt(address: str, ended: anyio.Event) -> None:
        try:
            streams.append(await connect(address, timeout=limit.left(httpcore.ConnectTimeout)))
            group.cancel_scope.cancel()
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            errors.append(error)
        finally:
            ended.set()

    try:
        async with anyio.create_task_group() as group:
            for address in addresses:
                ended = anyio.Event()
                group.start_soon(attempt, address, ended)
                with anyio.move_on_after(_NEXT_ADDRESS):
                    await ended.wait()
    except BaseException:
        for stream in streams:
            _begin(stream.aclose())
        raise
    for stream in streams[1:]:
        _begin(stream.aclose())
    if not streams:
        raise errors[-1]
    return streams[0]


def pools(client: Any) -> list[Any]:
    """Return the connection pools of httpcore under a client of httpx; other transports have none."""
    transports = (client._transport, *client._mounts.values())
    found = (getattr(transport, "_pool", None) for transport in transports)
    return [
        pool for pool in found if isinstance(pool, httpcore.ConnectionPool | httpcore.AsyncConnectionPool)
    ]


def enforce(client: Any) -> None:
    """Make the connections that a client opens from now on keep each request's deadline."""
    for pool in pools(client):
        kind: Any = _Backend if issubclass(type(pool), httpcore.ConnectionPool) else _AsyncBackend
        if not isinstance(pool._network_backend, kind):
            pool._network_backend = kind(pool._network_backend)


def repair(client: Any, timeouts: object) -> None:
    """Take what is left of an ended request out of a client's pools; nothing here waits.

    `timeouts` is the request's own mapping, by which it is found. A connection that is neither idle nor
    closed and serves no request is lost to the pool: whoever held it was cancelled. It is closed.
    """
    for pool in pools(client):
        with pool._optional_thread_lock:
            kept = [one for one in pool._requests if one.request.extensions.get("timeout") is not timeouts]
            pool._requests[:] = kept
            serving = {id(one.connection) for one in kept}
            lost = [one for one in pool._connections if id(one) not in serving and not _at_rest(one)]
            pool._connections[:] = [one for one in pool._connections if one not in lost]
            closing = pool._assign_requests_to_connections()
        _close_all([*lost, *closing])


def discard(client: Any) -> None:
    """Close a client's connections though their event loop is closed already."""
    for pool in pools(client):
        connections, pool._connections[:], pool._requests[:] = list(pool._connections), [], []
        for connection in connections:
            with suppress(Exception):  # its event loop is closed
                _close_all([connection])
            _close_transport(connection)


def _at_rest(connection: Any) -> bool:
    return bool(connection.is_idle() or connection.is_closed())


def _close_all(connections: list[Any]) -> None:
    for connection in connections:
        if hasattr(connection, "aclose"):
            _begin(connection.aclose())
        else:
            connection.close()


def _begin(closing: Coroutine[Any, Any, object]) -> None:
    """Run a connection's `aclose` up to where it waits: by then its socket is given back.

    Awaiting it could be cancelled again, and again.
    """
    try:
        closing.send(None)
    except StopIteration:
        return
    closing.close()


def _close_transport(connection: Any) -> None:
    """Close the socket of a connection whose event loop has ended: there is no public way to do that."""
    inner = getattr(connection, "_connection", None) or connection
    stream = getattr(inner, "_network_stream", None)
    while stream is not None:
        with suppress(Exception):
            stream._transport._call_connection_lost(None)  # asyncio's: it would warn of an open transport
        with suppress(Exception):
            stream.socket._sock.close()  # trio's
        below = (getattr(stream, name, None) for name in ("_inner", "_stream", "transport_stream"))
        stream = next(filter(None, below), None)


def running_loop() -> Any:
    """Return what runs the current task: asyncio's event loop, or the token of a run of trio."""
    asyncio, trio = sys.modules.get("asyncio"), sys.modules.get("trio")
    loop = None if asyncio is None else asyncio._get_running_loop()
    return trio.lowlevel.current_trio_token() if loop is None and trio is not None else loop
