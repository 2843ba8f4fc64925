# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""The client that the endpoint functions send through: it holds the two keys and keeps them to one origin."""

from __future__ import annotations

import logging
import os
import traceback
import weakref
from collections.abc import Container
from typing import Any, Final, NoReturn, Self, TypeVar

import httpx
import msgspec
from attrs import Attribute, define, field

from .errors import ErrorStatus, UnexpectedStatus
from .models.error import Error
from .types import Model, Response

M = TypeVar("M", bound=Model)

_MASK: Final = "***"
_KEYS: Final = ("x-api-key", "x-secret-key")
_LOGGERS: Final = (  # they log headers, or what a server made of them
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
    "hpack.hpack",
    "hpack.table",
)


def _check_key(_client: Client, attribute: Attribute[str], value: str) -> None:
    if not (value and value.isascii() and value.isprintable() and value == value.strip()):
        raise ValueError(
            f"{attribute.name} is empty or holds characters that no HTTP header can carry, such as blanks around it"
        )


def _mask(_key: str) -> str:
    return "'***'"


@define(kw_only=True, eq=False)
class Client:
    """Two keys, a server and the connections to it; use it as a context manager, `with` or `async with`.

    Threads may share one. After a fork the child opens connections of its own.

    Attributes:
        api_key: Sent as `X-Api-Key`, only to the origin of `base_url`.
        secret_key: Sent as `X-Secret-Key`, likewise.
        base_url: Where the server is.
        timeout: Seconds that connecting, sending and each read may take.
        httpx_args: Further arguments for `httpx.Client` and `httpx.AsyncClient`, such as `transport`.
    """

    api_key: str = field(repr=_mask, validator=_check_key)
    secret_key: str = field(repr=_mask, validator=_check_key)
    base_url: str = "https://api.futureagi.com"
    timeout: float | None = 30.0
    httpx_args: dict[str, Any] = field(factory=dict, repr=False)
    _sync: dict[int, httpx.Client] = field(factory=dict, init=False, repr=False)  # by process
    _async: dict[int, httpx.AsyncClient] = field(factory=dict, init=False, repr=False)
    _process: int = field(factory=os.getpid, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        _clients[id(self)] = self
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(_masked)

    def request(self, **kwargs: Any) -> httpx.Response:
        """Send one request."""
        client = self._sync.get(os.getpid()) or self._sync.setdefault(
            os.getpid(),
            httpx.Client(**self._settings(), event_hooks={"request": [self._attach_keys]}),
        )
        try:
            return client.request(**kwargs)
        except BaseException as error:
            _take_keys_out(error)
            raise

    async def request_async(self, **kwargs: Any) -> httpx.Response:
        """Send one request, awaited."""
        client = self._async.get(os.getpid()) or self._async.setdefault(
            os.getpid(),
            httpx.AsyncClient(
                **self._settings(), event_hooks={"request": [self._attach_keys_async]}
            ),
        )
        try:
            return await client.request(**kwargs)
        except BaseException as error:
            _take_keys_out(error)
            raise

    def mask(self, text: str) -> str:
        """Mask both keys in a text, longest first."""
        for key in sorted((self.api_key, self.secret_key), key=len, reverse=True):
            if len(key) > len(_MASK):  # a shorter one is no real key, and part of many words
                text = text.replace(key, _MASK).replace(repr(key)[1:-1], _MASK)
        return text

    def _settings(self) -> dict[str, Any]:
        if os.getpid() != self._process and self.httpx_args.keys() & {"transport", "mounts"}:
            raise RuntimeError(
                "httpx_args holds the transport of another process: make a new Client after a fork"
            )
        return {"base_url": self.base_url, "timeout": self.timeout, **self.httpx_args}

    def _attach_keys(self, request: httpx.Request) -> None:
        """Set the keys on each hop to the server itself, and take them off where a redirect leads elsewhere."""
        for name, key in zip(_KEYS, (self.api_key, self.secret_key), strict=True):
            request.headers.pop(name, None)
            if _origin(request.url) == _origin(httpx.URL(self.base_url)):
                request.headers[name] = key

    async def _attach_keys_async(self, request: httpx.Request) -> None:
        self._attach_keys(request)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if (client := self._sync.pop(os.getpid(), None)) is not None:
            client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if (client := self._async.pop(os.getpid(), None)) is not None:
            await client.aclose()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Client holds keys and connections: make a new one instead of copying or pickling"
        )


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


_clients: weakref.WeakValueDictionary[int, Client] = weakref.WeakValueDictionary()


def _masked(record: logging.LogRecord) -> bool:
    """Mask the keys of every client in a log record of the libraries underneath.

    Drop a record that has all headers in their compressed form.
    """
    if record.name == "hpack.hpack" and str(record.msg).startswith(
        ("Encoded header block", "Decoding")
    ):
        return False
    said = text = record.getMessage()
    for reference in _clients.valuerefs():
        client = reference()
        text = text if client is None else client.mask(text)
    if text != said:
        record.msg, record.args = text, ()
    return True


def _take_keys_out(error: BaseException) -> None:
    """Take the keys out of an error: out of the request that httpx keeps in it and of the frames below."""
    if isinstance(error, httpx.HTTPError) and error._request is not None:
        for name in _KEYS:
            if name in error.request.headers:
                error.request.headers[name] = _MASK
    below: BaseException | None = error
    while below is not None:
        traceback.clear_frames(below.__traceback__)
        below = below.__cause__ or below.__context__


def read_response(
    client: Client, answer: httpx.Response, model: type[M], errors: Container[int]
) -> Response[M]:
    """Read the status, then the body: a success as `model`, a documented error as `Error`.

    Raise `UnexpectedStatus` for any other status and for a body that isn't the documented JSON. In an error's body
    the keys are masked.
    """
    status, content = answer.status_code, answer.content
    try:
        if status == 200:
            return Response(
                status_code=status,
                content=content,
                headers=answer.headers,
                parsed=model.from_json(content),
            )
        content = client.mask(content.decode("latin-1")).encode("latin-1")
        if status in errors:
            return Response(
                status_code=status,
                content=content,
                headers=answer.headers,
                error=Error.from_json(content),
            )
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        reason = f"the body is not the JSON that the spec documents ({problem})"
        content = client.mask(content.decode("latin-1")).encode("latin-1")
        traceback.clear_frames(problem.__traceback__)  # they have the body as it came
        raise UnexpectedStatus(status, content, reason) from problem
    raise UnexpectedStatus(status, content, "the spec does not document this status")


def success(response: Response[M]) -> M:
    """Return the model of a success; raise `ErrorStatus` for an error."""
    if response.parsed is not None:
        return response.parsed
    if response.error is None:
        raise UnexpectedStatus(response.status_code, response.content, "the answer has no body")
    reason = response.content[:300].decode(errors="replace")
    raise ErrorStatus(response.status_code, response.content, reason, response.error)


__all__ = ["Client", "read_response", "success"]
