"""The mock as an ASGI application: pages for people, everything else to `handle`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache

from starlette.applications import Starlette
from starlette.requests import Request as PageRequest
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import Message, Receive, Scope, Send

from futureagi_simulate.mock.messages import Effect, Ending, Headers, Request, Response
from futureagi_simulate.mock.pages import contract_text, docs_page, landing_page
from futureagi_simulate.mock.settings import Settings

Handler = Callable[[Request], Response]
#: Scope extensions by which the server lends its connection: breaking it and closing it early.
BREAK = "futureagi.break"
CLOSE = "futureagi.close"


def make_app(handle: Handler, settings: Callable[[str], Settings], profile: str) -> Starlette:
    """Build the application. `settings` (by base URL) and `profile` are what the page at `/` tells."""

    async def landing(request: PageRequest) -> HTMLResponse:
        return HTMLResponse(landing_page(settings(str(request.base_url).rstrip("/")), profile))

    async def docs(_request: PageRequest) -> HTMLResponse:
        return HTMLResponse(docs_page())

    async def contract(_request: PageRequest) -> PlainTextResponse:
        return PlainTextResponse(contract_text(), media_type="application/yaml")

    return Starlette(
        routes=[
            Mount("/simulate", Rim(handle)),
            Mount("/sdk", Rim(handle)),
            Route("/", landing),
            Route("/docs", docs),
            Route("/openapi.yaml", contract),
            Mount("/", Rim(handle)),
        ]
    )


class Rim:
    """Carry requests from ASGI to `handle` and answers back, together with what befalls them."""

    def __init__(self, handle: Handler) -> None:
        self._handle = handle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Its body is never read: no endpoint takes one."""
        if scope["type"] != "http":
            return
        response = self._handle(_question(scope))
        if response.effect is not None and not await _befall(response, response.effect, scope, receive, send):
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
