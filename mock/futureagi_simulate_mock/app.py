"""The mock as an ASGI application: pages for people, everything else to `handle`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any, Final

from futureagi_simulate_mock.messages import Effect, Ending, Headers, Request, Response

Handler = Callable[[Request], Response]
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Paths that are pages for people.
PAGES: Final = frozenset({"/", "/docs", "/openapi.yaml"})
#: Scope extensions by which the server lends its connection: breaking it and closing it early.
BREAK: Final = "futureagi.break"
CLOSE: Final = "futureagi.close"


class App:
    """Carry requests from ASGI to `handle` and answers back, together with what befalls them.

    `make_pages` builds the application that serves the pages. It is called when the first one is asked for:
    a test that never looks at a page doesn't pay for what renders it.
    """

    def __init__(self, handle: Handler, make_pages: Callable[[], ASGIApp]) -> None:
        self._handle = handle
        self._make_pages = make_pages
        self._pages: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Its body is never read: no endpoint takes one."""
        if scope["type"] != "http":
            return
        if scope["path"] in PAGES:
            self._pages = self._pages or self._make_pages()
            await self._pages(scope, receive, send)
            return
        response = self._handle(_question(scope))
        effect = response.effect
        if effect is not None and not await _befall(response, effect, scope, receive, send):
            return
        await send(_start(response))
        await send({"type": "http.response.body", "body": response.body})


async def _befall(response: Response, effect: Effect, scope: Scope, receive: Receive, send: Send) -> bool:
    """Play the effect; say whether the answer is still to be sent."""
    if effect.delay and not await _stays(receive, effect.delay):
        return False
    if effect.ending is Ending.WHOLE:
        return True
    lent = scope.get("extensions", {})
    if BREAK not in lent:
        raise RuntimeError("resets, stalls and cut bodies need the mock's own server: mock.serve()")
    if effect.ending is Ending.RESET:
        lent[BREAK]()
    elif effect.sent is not None:
        await send(_start(response))
        await send({"type": "http.response.body", "body": response.body[: effect.sent], "more_body": True})
        if effect.ending is Ending.TRUNCATE:
            lent[CLOSE]()
    await _stays(receive, None)
    return False


async def _stays(receive: Receive, seconds: float | None) -> bool:
    """Wait this long, or for ever; say whether the client is still there. It may leave at any time."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return True
    return False


def _question(scope: Scope) -> Request:
    return Request(
        scope["method"],
        scope["path"],
        scope["query_string"].decode("utf-8", "replace"),
        tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
        b"",
        scope["scheme"],
    )


def _start(response: Response) -> Message:
    headers = _encoded(response.headers)
    if response.header("content-length") is None:
        headers = [*headers, (b"content-length", b"%d" % len(response.body))]
    return {"type": "http.response.start", "status": response.status, "headers": headers}


@lru_cache(maxsize=256)
def _encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
