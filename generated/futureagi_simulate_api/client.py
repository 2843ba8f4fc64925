# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""The client that the endpoint functions send through: it holds the two keys and keeps them to one origin."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, NoReturn, Self, TypeVar

import httpx
import msgspec
from attrs import Attribute, define, field

from .errors import ErrorStatus, UnexpectedStatus
from .models.error import Error
from .types import Model, Response

M = TypeVar("M", bound=Model)


def _check_key(_client: Client, attribute: Attribute[str], value: str) -> None:
    if not (value and value.isascii() and value.isprintable()):
        raise ValueError(
            f"{attribute.name} is empty or holds characters that no HTTP header can carry"
        )


def _mask(_key: str) -> str:
    return "'***'"


@define(kw_only=True, eq=False)
class Client:
    """Two keys, a server and the connections to it; use it as a context manager, `with` or `async with`.

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
    _sync: httpx.Client | None = field(default=None, init=False, repr=False)
    _async: httpx.AsyncClient | None = field(default=None, init=False, repr=False)

    def request(self, **kwargs: Any) -> httpx.Response:
        """Send one request."""
        if self._sync is None:
            self._sync = httpx.Client(
                **self._settings(), event_hooks={"request": [self._attach_keys]}
            )
        return self._sync.request(**kwargs)

    async def request_async(self, **kwargs: Any) -> httpx.Response:
        """Send one request, awaited."""
        if self._async is None:
            self._async = httpx.AsyncClient(
                **self._settings(), event_hooks={"request": [self._attach_keys_async]}
            )
        return await self._async.request(**kwargs)

    def _settings(self) -> dict[str, Any]:
        return {"base_url": self.base_url, "timeout": self.timeout, **self.httpx_args}

    def _attach_keys(self, request: httpx.Request) -> None:
        """Set the keys on each hop to the server itself, and take them off where a redirect leads elsewhere."""
        for name, key in (("X-Api-Key", self.api_key), ("X-Secret-Key", self.secret_key)):
            request.headers.pop(name, None)
            if _origin(request.url) == _origin(httpx.URL(self.base_url)):
                request.headers[name] = key

    async def _attach_keys_async(self, request: httpx.Request) -> None:
        self._attach_keys(request)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._sync is not None:
            self._sync.close()
            self._sync = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._async is not None:
            await self._async.aclose()
            self._async = None

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Client holds keys and connections: make a new one instead of copying or pickling"
        )


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def read_response(answer: httpx.Response, model: type[M], errors: Container[int]) -> Response[M]:
    """Read the status, then the body: a success as `model`, a documented error as `Error`.

    Raise `UnexpectedStatus` for any other status and for a body that isn't the documented JSON.
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
        if status in errors:
            return Response(
                status_code=status,
                content=content,
                headers=answer.headers,
                error=Error.from_json(content),
            )
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        reason = f"the body is not the JSON that the spec documents ({problem})"
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
