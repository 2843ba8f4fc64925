"""Requests, responses, queries and routes as plain values: a response is a pure function of a request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlencode

import msgspec

Headers = tuple[tuple[str, str], ...]

JSON_HEADERS: Final[Headers] = (("content-type", "application/json"),)
HTML_HEADERS: Final[Headers] = (("content-type", "text/html; charset=utf-8"),)
_MAX_FIELDS: Final = 1000


class Request(msgspec.Struct, frozen=True):
    """One request as received. `query` is the raw text after `?`; header names are lower case."""

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    scheme: str = "http"

    def header(self, name: str) -> str | None:
        """Return the first value of header `name` (any case), or None."""
        return _first(self.headers, name)


class Ending(StrEnum):
    """How the connection behaves after the response."""

    WHOLE = "whole"  # the answer arrives in full
    RESET = "reset"  # the connection breaks before anything is sent
    TRUNCATE = "truncate"  # it closes after a part of the promised body
    STALL = "stall"  # it stays open and goes silent


class Effect(msgspec.Struct, frozen=True):
    """A network fault. The ASGI application and the transports apply it.

    `delay` is in seconds, before the first byte. `sent` is how many bytes of the body still arrive when
    the ending is TRUNCATE or STALL; None with STALL: not even the status line.
    """

    delay: float = 0.0
    ending: Ending = Ending.WHOLE
    sent: int | None = None


class Response(msgspec.Struct, frozen=True):
    """One response: status, headers, the exact bytes of the body, and a network fault (or None)."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    effect: Effect | None = None

    def header(self, name: str) -> str | None:
        """Return the first value of header `name` (any case), or None."""
        return _first(self.headers, name)


class Query(msgspec.Struct, frozen=True):
    """The parsed query and the address of the request (scheme, host and path), from which links are made."""

    url: str = ""
    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, url: str, raw: str) -> Query:
        """Read the raw query text. Bytes that are no UTF-8 become U+FFFD; more than 1,000 fields are cut."""
        if not raw:
            return cls(url)
        pairs = parse_qsl("&".join(raw.split("&", _MAX_FIELDS)[:_MAX_FIELDS]), keep_blank_values=True)
        return cls(url, tuple(pairs))

    def get(self, name: str) -> str | None:
        """Return the value of `name`, the last one when it is repeated, or None."""
        return next((value for key, value in reversed(self.pairs) if key == name), None)

    def names(self) -> list[str]:
        """Return the distinct parameter names in the order they came."""
        return list(dict.fromkeys(key for key, _ in self.pairs))

    def link(self, page: int | None) -> str:
        """Return this address with `page` replaced (None: left out), other parameters kept in order."""
        others = [pair for pair in self.pairs if pair[0] != "page"]
        kept = [urlencode(others)] if others else []
        if page is not None:
            kept.append(f"page={page}")
        return f"{self.url}?{'&'.join(kept)}" if kept else self.url


def _first(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    for key, value in headers:
        if key == wanted or key.lower() == wanted:
            return value
    return None


def json_response(body: object, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """Answer with `body` as JSON. `msgspec.Raw` inside it is copied as it stands."""
    return Response(status, (*JSON_HEADERS, *headers), msgspec.json.encode(body))


def html_response(text: str, status: int) -> Response:
    """Answer with an HTML page."""
    return Response(status, HTML_HEADERS, text.encode())


def error_body(
    kind: str, code: str, text: str, details: Mapping[str, Sequence[str]] | None = None, **more: Any
) -> dict[str, Any]:
    """Build the error envelope; `text` stands in it four times; `more` are keys such as `attr`."""
    body = {"status": False, "type": kind, "code": code}
    body |= {"detail": text, "message": text, "error": text, "result": text}
    body |= more
    if details is not None:
        body["details"] = {field: list(texts) for field, texts in details.items()}
    return body


def error_response(
    status: int,
    kind: str,
    code: str,
    text: str,
    *,
    details: Mapping[str, Sequence[str]] | None = None,
    headers: Iterable[tuple[str, str]] = (),
    **more: Any,
) -> Response:
    """Answer with an error. Without `details` they hold the text under `detail`."""
    shown = {"detail": [text]} if details is None else details
    return json_response(error_body(kind, code, text, shown, **more), status, headers)


def unauthenticated(code: str, text: str) -> Response:
    """Answer 401: `not_authenticated` (a key is missing) or `authentication_failed` (a key is wrong)."""
    return error_response(401, "authentication_error", code, text, headers=[("www-authenticate", "ApiKey")])


def not_found(text: str) -> Response:
    """Answer 404 with the reason."""
    return error_response(404, "not_found", "not_found", text)


def invalid(field: str, text: str, code: str = "invalid") -> Response:
    """Answer 400: the parameter `field` can't be taken, because of `text`."""
    return error_response(
        400, "validation_error", code, f"{field}: {text}", details={field: [text]}, attr=field
    )


class Endpoint(StrEnum):
    """The five endpoints, by their operation ids."""

    CALL_EXECUTIONS = "listCallExecutions"
    TEST_EXECUTIONS = "listTestExecutions"
    TEST_EXECUTION = "getTestExecution"
    RUNS = "getSimulationRuns"
    VERSION_CALL_EXECUTIONS = "listVersionCallExecutions"


class Organization(msgspec.Struct, frozen=True):
    """The owner of the two keys. `number` is its row in the store."""

    number: int
    name: str
    api_key: str
    secret_key: str

    def __repr__(self) -> str:
        return f"Organization({self.number}, {self.name!r})"


class Profile(Protocol):
    """One description of the service: how each endpoint answers an authenticated request."""

    def answer(
        self, endpoint: Endpoint, ids: dict[str, str], query: Query, organization: Organization, now: datetime
    ) -> Response:
        """Answer one request. `ids` holds the path's ids by name, unchecked; `now` is the mock's clock."""
        ...


#: Short names by which faults, journals and error messages call the endpoints.
NAMES: Final[dict[str, Endpoint]] = {
    "call-executions": Endpoint.CALL_EXECUTIONS,
    "executions": Endpoint.TEST_EXECUTIONS,
    "test-execution": Endpoint.TEST_EXECUTION,
    "runs": Endpoint.RUNS,
    "version-call-executions": Endpoint.VERSION_CALL_EXECUTIONS,
}

TEMPLATES: Final[dict[Endpoint, str]] = {
    Endpoint.CALL_EXECUTIONS: "/simulate/run-tests/{run_test_id}/call-executions/",
    Endpoint.TEST_EXECUTIONS: "/simulate/run-tests/{run_test_id}/executions/",
    Endpoint.TEST_EXECUTION: "/simulate/test-executions/{test_execution_id}/",
    Endpoint.RUNS: "/sdk/api/v1/simulation/runs/",
    Endpoint.VERSION_CALL_EXECUTIONS: (
        "/simulate/agent-definitions/{agent_id}/versions/{version_id}/call-executions/"
    ),
}

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PATTERNS: Final = [
    (endpoint, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template.removesuffix("/")) + "/?"))
    for endpoint, template in TEMPLATES.items()
]
_LONGEST: Final = 2048


class Route(msgspec.Struct, frozen=True):
    """The route of a path. `ids` are as written; `complete` says that it ends in a slash."""

    endpoint: Endpoint
    ids: dict[str, str]
    complete: bool

    @property
    def well_formed(self) -> bool:
        """Return whether every id is a UUID with its dashes."""
        return all(_UUID.fullmatch(value) for value in self.ids.values())

    @property
    def lower_case(self) -> bool:
        """Return whether every id is written in lower case."""
        return all(value == value.lower() for value in self.ids.values())


@lru_cache(maxsize=4096)
def find(path: str) -> Route | None:
    """Return the route of `path` (already unquoted), or None when no endpoint has such a path."""
    if len(path) > _LONGEST:
        return None
    for endpoint, pattern in _PATTERNS:
        if match := pattern.fullmatch(path):
            return Route(endpoint, match.groupdict(), path.endswith("/"))
    return None


def endpoint_named(name: str) -> Endpoint:
    """Return the endpoint with this short name or operation id; raise ValueError with the choices."""
    try:
        return NAMES.get(name) or Endpoint(name)
    except ValueError:
        raise ValueError(f"no endpoint is called {name!r}; choose from {', '.join(NAMES)}") from None
