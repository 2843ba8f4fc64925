"""What surrounds the endpoints: journal, scripted faults, routes and keys, in this order."""

from __future__ import annotations

import hmac
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from futureagi_simulate_mock.faults import Faults
from futureagi_simulate_mock.generated import Endpoint
from futureagi_simulate_mock.journal import Journal
from futureagi_simulate_mock.messages import (
    NAMES,
    Organization,
    Profile,
    Query,
    Request,
    Response,
    Route,
    error_response,
    find,
    html_response,
    json_response,
    not_found,
    unauthenticated,
)

ProfileName = Literal["documented", "observed"]
PROFILES: Final[tuple[ProfileName, ...]] = ("documented", "observed")

_NOT_FOUND_PAGE: Final = (
    '\n<!doctype html>\n<html lang="en">\n<head><title>Not Found</title></head>\n'
    "<body><h1>Not Found</h1><p>Nothing is served at this address.</p></body>\n</html>\n"
)
_ACCEPTABLE: Final = frozenset({"*/*", "application/*", "application/json"})


class AccessRules(msgspec.Struct, frozen=True):
    """How a profile checks a request before its endpoint is reached.

    `html_errors`: paths that lead nowhere get a page, and ids count in lower case only.
    `negotiates`: an `Accept` header without JSON is refused.
    `checks_options`: OPTIONS needs keys as well and is answered with a description.
    `reads_authorization`: an `Authorization` header is tried first, and a broken one beats good keys.
    """

    html_errors: bool
    negotiates: bool
    checks_options: bool
    reads_authorization: bool


ACCESS_RULES: Final[Mapping[ProfileName, AccessRules]] = {
    "documented": AccessRules(
        html_errors=False, negotiates=False, checks_options=False, reads_authorization=False
    ),
    "observed": AccessRules(html_errors=True, negotiates=True, checks_options=True, reads_authorization=True),
}


def gate(
    request: Request, route: Route | None, organizations: Sequence[Organization], rules: AccessRules
) -> Organization | Response:
    """Return the organization of an authenticated request, or the response that refuses it."""
    if route is None:
        text = f"No endpoint has this path. The endpoints are: {', '.join(NAMES)}."
        return html_response(_NOT_FOUND_PAGE, 404) if rules.html_errors else not_found(text)
    refusal = _path(request, route, rules)
    if refusal is not None:
        return refusal
    if rules.negotiates and not _accepts_json(request.header("accept")):
        return error_response(
            406, "api_error", "not_acceptable", "No acceptable form: JSON is what is served."
        )
    verbs = [verb for verb in route.verbs for verb in ((verb, "HEAD") if verb == "GET" else (verb,))]
    allow = ("allow", ", ".join([*verbs, "OPTIONS"]))
    if request.method == "OPTIONS" and not rules.checks_options:
        return Response(204, (allow,))
    organization = _owner(request, organizations, rules)
    if isinstance(organization, Response) or request.method in verbs:
        return organization
    if request.method == "OPTIONS":
        return _description(route.endpoint, allow)
    text = f'Method "{request.method}" not allowed.'
    return error_response(405, "api_error", "method_not_allowed", text, headers=[allow])


def _path(request: Request, route: Route, rules: AccessRules) -> Response | None:
    if rules.html_errors:
        if not (route.well_formed and route.lower_case):
            return html_response(_NOT_FOUND_PAGE, 404)
    elif not route.well_formed:
        names = ", ".join(route.ids)
        return not_found(f"Not found: {names} must be a UUID with dashes.")
    if not route.complete:
        query = f"?{request.query}" if request.query else ""
        return Response(301, (("location", f"{request.path}/{query}"), ("content-type", "text/html")))
    return None


def _accepts_json(accept: str | None) -> bool:
    if accept is None or not accept.strip():
        return True
    return any(part.split(";")[0].strip().lower() in _ACCEPTABLE for part in accept.split(","))


def _owner(
    request: Request, organizations: Sequence[Organization], rules: AccessRules
) -> Organization | Response:
    if rules.reads_authorization and request.header("authorization"):
        return unauthenticated("authentication_failed", "The Authorization header can't be used here.")
    key, secret = request.header("x-api-key"), request.header("x-secret-key")
    if not key or not secret:
        missing = " and ".join(
            name for name, value in (("X-Api-Key", key), ("X-Secret-Key", secret)) if not value
        )
        return unauthenticated("not_authenticated", f"Authentication is needed: {missing} is missing.")
    given = key.encode(), secret.encode()
    for organization in organizations:
        fits = hmac.compare_digest(organization.api_key.encode(), given[0])
        if fits & hmac.compare_digest(organization.secret_key.encode(), given[1]):
            return organization
    return unauthenticated("authentication_failed", "Invalid API key or secret key")


def _description(endpoint: Endpoint, allow: tuple[str, str]) -> Response:
    body = {
        "name": endpoint.value,
        "description": "Simulation results, read only.",
        "renders": ["application/json"],
        "parses": ["application/json"],
    }
    return json_response(body, 200, [allow])


#: Where the mock lives for clients that reach it without a socket. `.invalid` never resolves (RFC 2606).
BASE_HOST: Final = "mock.invalid"
BASE_URL: Final = f"https://{BASE_HOST}"
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(?::\d+)?|\[[0-9A-Fa-f:.]+\](?::\d+)?")


class Clock:
    """The mock's time, by which running executions progress.

    `start` must be aware; it is kept in UTC. With `ticking` the clock also runs by itself, by `monotonic`.
    """

    def __init__(
        self,
        start: datetime,
        *,
        ticking: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if start.tzinfo is None:
            raise ValueError("the clock's start needs a time zone, such as datetime(..., tzinfo=UTC)")
        self._start = start.astimezone(UTC)
        self._moved = timedelta()
        self._monotonic = monotonic if ticking else None
        self._origin = monotonic() if ticking else 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the current time, in UTC."""
        run = timedelta(seconds=self._monotonic() - self._origin) if self._monotonic else timedelta()
        return self._start + self._moved + run

    def advance(self, seconds: float) -> datetime:
        """Move the clock forward by `seconds` and return the new time. It never goes back."""
        if not seconds >= 0:
            raise ValueError(f"a clock goes forward only: advance({seconds!r})")
        with self._lock:
            self._moved += timedelta(seconds=seconds)
        return self.now()

    def __repr__(self) -> str:
        return f"<Clock {self.now().isoformat()}>"


class Service:
    """Answer requests through a profile. It holds no connection: network faults are part of the response."""

    def __init__(
        self,
        profile: Profile,
        organizations: Sequence[Organization],
        rules: AccessRules,
        clock: Clock,
        *,
        faults: Faults | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.profile = profile
        self.organizations: tuple[Organization, ...] = tuple(organizations)
        self.rules = rules
        self.clock = clock
        self.faults: Faults = faults or Faults()
        self.journal: Journal = journal or Journal(
            tuple(key for one in self.organizations for key in (one.api_key, one.secret_key))
        )

    def handle(self, request: Request) -> Response:
        """Answer one request and record it."""
        route = find(request.path, request.method)
        endpoint = route.endpoint if route else None
        exchange = _Exchange(self, request, route)
        response, fault = self.faults.play(endpoint, exchange.answer)
        if request.method == "HEAD" and response.body:
            headers = (*response.headers, ("content-length", str(len(response.body))))
            response = replace(response, headers=headers, body=b"")
        self.journal.record(
            self.clock.now(),
            request,
            response,
            endpoint,
            exchange.organization,
            str(fault) if fault else None,
        )
        return response


class _Exchange:
    """One request and the organization it was authenticated as."""

    __slots__ = ("organization", "request", "route", "service")

    def __init__(self, service: Service, request: Request, route: Route | None) -> None:
        self.service = service
        self.request = request
        self.route = route
        self.organization: str | None = None

    def answer(self) -> Response:
        service, route = self.service, self.route
        found = gate(self.request, route, service.organizations, service.rules)
        if isinstance(found, Response) or route is None:
            assert isinstance(found, Response)  # noqa: S101 (the gate lets nothing pass without a route)
            return found
        self.organization = found.name
        ids = {name: value.lower() for name, value in route.ids.items()}
        query = _parse_query(
            self.request.scheme, self.request.header("host") or "", self.request.path, self.request.query
        )
        return service.profile.answer(route.endpoint, ids, query, found, service.clock.now())


@lru_cache(maxsize=256)  # tests repeat requests
def _parse_query(scheme: str, host: str, path: str, query: str) -> Query:
    """Parse the URL and the query of a request."""
    base = f"{scheme}://{host}" if _HOST.fullmatch(host) else BASE_URL
    return Query.parse(base + quote(path), query)
