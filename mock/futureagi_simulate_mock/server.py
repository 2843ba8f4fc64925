"""The mock on a real port: uvicorn in a thread that always ends, or in the foreground for the command."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from futureagi_simulate_mock.app import BREAK, CLOSE, ASGIApp

#: How long the thread may take to start or to end before that is an error, in seconds.
START_TIMEOUT: Final = 30.0
_MAX_HEADERS: Final = 65_536


class Server:
    """A mock that listens on `base_url`."""

    def __init__(self, app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> None:
        self._socket = _listen(host, port)
        address = self._socket.getsockname()
        name = f"[{host}]" if ":" in host else host
        self.host: str = host
        self.port: int = address[1]
        self.base_url: str = f"http://{name}:{self.port}"
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )
        self._uvicorn = _Uvicorn(config)

    @contextmanager
    def in_thread(self) -> Iterator[Server]:
        """Listen in a thread of its own until the block ends."""
        thread = threading.Thread(target=self._run, name=f"mock-server-{self.port}", daemon=True)
        thread.start()
        try:
            if not self._uvicorn.ready.wait(START_TIMEOUT):
                raise RuntimeError(f"the mock did not start listening within {START_TIMEOUT:g} s")
            yield self
        finally:
            self._uvicorn.stop()
            thread.join(START_TIMEOUT)
            self._socket.close()
            if thread.is_alive():
                raise RuntimeError(f"the mock's thread did not end within {START_TIMEOUT:g} s")

    def in_foreground(self, announce: Callable[[Server], None]) -> None:
        """Listen until Ctrl-C or SIGTERM. `announce` is called once connections are taken."""
        self._uvicorn.announce = lambda: announce(self)
        try:
            self._run()
        except KeyboardInterrupt:
            pass
        finally:
            self._socket.close()

    def _run(self) -> None:
        self._uvicorn.run(sockets=[self._socket])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


class _Uvicorn(uvicorn.Server):
    """uvicorn that stops at once when asked to and closes what is open."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.announce: Callable[[], None] = lambda: None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None

    def stop(self) -> None:
        """End the main loop. Safe from other threads and from signal handlers."""
        self.should_exit = True
        if self._loop is not None and self._wake is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at once on Ctrl-C or SIGTERM."""
        super().handle_exit(sig, frame)
        self.stop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen and say so."""
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        await super().startup(sockets)
        self.ready.set()
        self.announce()

    async def main_loop(self) -> None:
        """Keep the `date` header fresh until told to stop."""
        assert self._wake is not None  # noqa: S101 (startup made it)
        while not await self.on_tick(0):
            try:
                async with asyncio.timeout(1):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - the base class's
        """Close the listener and all connections, waiting for nobody."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=1)


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol, which lends its connection to the application: faults break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._extensions: dict[str, Any] = {BREAK: self._break, CLOSE: transport.close}
        self._received = 0

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._received = 0
        self.scope["extensions"] = self._extensions

    def on_header(self, name: bytes, value: bytes) -> None:
        self._received += len(name) + len(value)
        if self._received > _MAX_HEADERS:
            raise ValueError("more than 64 KiB of headers")
        super().on_header(name, value)

    def _break(self) -> None:
        """Reset the connection: with no time to linger, closing sends RST instead of FIN."""
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()
