"""The mock as an ASGI application: pages for people, everything else to `handle`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from time import perf_counter
from typing import Any, Final

from futureagi_simulate_mock.messages import Effect, Ending, Headers, Request, Response

Handler = Callable[[Request], Response]
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
#: Called after each request with method, path and query, status (None: none was sent), and seconds.
RequestLog = Callable[[str, str, int | None, float], None]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Paths that are pages for people.
PAGES: Final = frozenset({"/", "/docs", "/openapi.yaml"})
#: Scope extensions by which the server lets the application reset its connection or close it early.
BREAK: Final = "futureagi.break"
CLOSE: Final = "futureagi.close"


class App:
    """Carry requests from ASGI to `handle` and responses back, and apply network faults.

    `make_pages` builds the application that serves the pages. It is called for the first one:
    a test that never requests a page doesn't pay for what renders it.
    """

    def __init__(
        self, handle: Handler, make_pages: Callable[[], ASGIApp], log: RequestLog | None = None
    ) -> None:
        self._handle = handle
        self._log = log
        self._make_pages = make_pages
        self._pages: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Its body is never read: no endpoint takes one."""
        if scope["type"] != "http":
            return
        if self._log is None:
            await self._answer(scope, receive, send)
            return
        begun = perf_counter()
        status: int | None = None

        async def watched(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._answer(scope, receive, watched)
        finally:
            self._log(scope["method"], _target(scope), status, perf_counter() - begun)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in PAGES:
            self._pages = self._pages or self._make_pages()
            await self._pages(scope, receive, send)
            return
        response = self._handle(_request(scope))
        effect = response.effect
        if effect is not None and not await _apply_effect(response, effect, scope, receive, send):
            return
        await send(_start(response))
        await send({"type": "http.response.body", "body": response.body})


async def _apply_effect(
    response: Response, effect: Effect, scope: Scope, receive: Receive, send: Send
) -> bool:
    """Apply the effect; return whether the response is still to be sent."""
    if effect.delay and not await _stays_connected(receive, effect.delay):
        return False
    if effect.ending is Ending.WHOLE:
        return True
    extensions = scope.get("extensions", {})
    if BREAK not in extensions:
        raise RuntimeError("resets, stalls and cut bodies need the mock's own server: mock.serve()")
    if effect.ending is Ending.RESET:
        extensions[BREAK]()
    elif effect.sent is not None:
        await send(_start(response))
        await send({"type": "http.response.body", "body": response.body[: effect.sent], "more_body": True})
        if effect.ending is Ending.TRUNCATE:
            extensions[CLOSE]()
    await _stays_connected(receive, None)
    return False


async def _stays_connected(receive: Receive, seconds: float | None) -> bool:
    """Wait `seconds` (None: until it leaves); return whether the client is still connected."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return True
    return False


def _request(scope: Scope) -> Request:
    return Request(
        scope["method"],
        scope["path"],
        scope["query_string"].decode("utf-8", "replace"),
        tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
        b"",
        scope["scheme"],
    )


def _target(scope: Scope) -> str:
    """Return path and query as they were sent, without characters that a terminal would obey."""
    path, query = scope.get("raw_path") or scope["path"].encode(), scope["query_string"]
    text: str = (path.split(b"?")[0] + (b"?" + query if query else b"")).decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "?" for character in text)


def _start(response: Response) -> Message:
    headers = _encoded(response.headers)
    if response.header("content-length") is None:
        headers = [*headers, (b"content-length", b"%d" % len(response.body))]
    return {"type": "http.response.start", "status": response.status, "headers": headers}


@lru_cache(maxsize=256)
def _encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
