"""Requests, responses, queries and routes as plain values: a response is a pure function of a request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlencode

import msgspec

from futureagi_simulate_mock.generated import OPERATIONS, Endpoint, Parameter

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


def not_written(endpoint: Endpoint, profile: str) -> Response:
    """Answer 501: the contract has the operation, and nobody has written what the mock says to it.

    Where only the other profile has it, the answer is 404.
    """
    if profile not in OPERATIONS[endpoint].profiles:
        return not_found(f"The {profile} description has no {endpoint.value}.")
    text = (
        f"The mock has no answer to {endpoint.value} in the {profile} profile yet. Write one in "
        f"futureagi_simulate_mock/{profile}.py, as a method that `_answers` names."
    )
    return error_response(501, "api_error", "not_implemented", text)


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


#: Short names by which faults, journals and errors call the endpoints: two by hand, others by their ids.
_SHORT: Final = {Endpoint.TEST_EXECUTIONS.value: "executions", Endpoint.SIMULATION_RUNS.value: "runs"}
NAMES: Final[dict[str, Endpoint]] = {
    _SHORT.get(one.value) or one.name.lower().replace("_", "-"): one for one in Endpoint
}


@cache
def parameters(endpoint: Endpoint, profile: str, place: str = "query") -> Mapping[str, Parameter]:
    """Return the parameters that an endpoint has in a place, as a profile has them, by name."""
    return {
        one.name: one
        for one in OPERATIONS[endpoint].parameters
        if one.place == place and one.profile in ("", profile)
    }


_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NAME_IN_PATH: Final = re.compile(r"\{([^}]+)\}")
_LONGEST: Final = 2048


class Route(msgspec.Struct, frozen=True):
    """The route of a path. `ids` are as written; `complete` says that it ends in a slash, if it has to.

    `verbs` are the methods that the path has.
    """

    endpoint: Endpoint
    ids: dict[str, str]
    complete: bool
    verbs: tuple[str, ...] = ("GET",)

    @property
    def well_formed(self) -> bool:
        """Return whether every id that has to be a UUID is one with its dashes."""
        return all(_UUID.fullmatch(value) for value in self._uuids)

    @property
    def lower_case(self) -> bool:
        """Return whether every such id is written in lower case."""
        return all(value == value.lower() for value in self._uuids)

    @property
    def _uuids(self) -> list[str]:
        kinds = {one.name: one.kind for one in OPERATIONS[self.endpoint].parameters if one.place == "path"}
        return [value for name, value in self.ids.items() if kinds.get(name) == "uuid"]


@cache
def _routes() -> list[tuple[str, re.Pattern[str], dict[str, Endpoint]]]:
    """Return each path with its pattern and its operations by verb, paths with fewer ids first."""
    verbs: dict[str, dict[str, Endpoint]] = {}
    for endpoint, operation in OPERATIONS.items():
        verbs.setdefault(operation.path, {})[operation.verb] = endpoint
    found = []
    for path in sorted(verbs, key=lambda path: path.count("{")):
        texts = _NAME_IN_PATH.split(path)[::2]
        pattern = "([^/]+)".join(map(re.escape, texts)) + ("?" if path.endswith("/") else "")
        found.append((path, re.compile(pattern), verbs[path]))
    return found


@lru_cache(maxsize=4096)
def find(path: str, method: str = "GET") -> Route | None:
    """Return the route of `path` (already unquoted), or None when no endpoint has such a path.

    Of several operations on a path it is the one of `method`, if there is one.
    """
    if len(path) > _LONGEST:
        return None
    for template, pattern, verbs in _routes():
        if match := pattern.fullmatch(path):
            endpoint = verbs.get("GET" if method == "HEAD" else method) or next(iter(verbs.values()))
            ids = dict(zip(_NAME_IN_PATH.findall(template), match.groups(), strict=True))
            return Route(endpoint, ids, path.endswith("/") or not template.endswith("/"), tuple(verbs))
    return None


def endpoint_named(name: str) -> Endpoint:
    """Return the endpoint with this short name or operation id; raise ValueError with the choices."""
    try:
        return NAMES.get(name) or Endpoint(name)
    except ValueError:
        raise ValueError(f"no endpoint is called {name!r}; choose from {', '.join(NAMES)}") from None
