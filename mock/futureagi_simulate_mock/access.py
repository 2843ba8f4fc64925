"""Who may ask what: everything decided about a request before its endpoint is reached. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from futureagi_simulate_mock.messages import (
    Request,
    Response,
    error_response,
    html_response,
    json_response,
    not_found,
    unauthenticated,
)
from futureagi_simulate_mock.profile import Endpoint, Organization
from futureagi_simulate_mock.routes import NAMES, Route

ProfileName = Literal["documented", "observed"]
PROFILES: Final[tuple[ProfileName, ...]] = ("documented", "observed")

ALLOW: Final = ("allow", "GET, HEAD, OPTIONS")
_LOST_PAGE: Final = (
    '\n<!doctype html>\n<html lang="en">\n<head><title>Not Found</title></head>\n'
    "<body><h1>Not Found</h1><p>Nothing is served at this address.</p></body>\n</html>\n"
)
_ACCEPTABLE: Final = frozenset({"*/*", "application/*", "application/json"})


class Manners(msgspec.Struct, frozen=True):
    """How a profile meets requests around its endpoints.

    `html_errors`: paths that lead nowhere get a page, and ids count in lower case only.
    `negotiates`: an `Accept` header without JSON is refused.
    `checks_options`: OPTIONS needs keys as well and is answered with a description.
    `reads_authorization`: an `Authorization` header is tried first, and a broken one beats good keys.
    """

    html_errors: bool
    negotiates: bool
    checks_options: bool
    reads_authorization: bool


MANNERS: Final[Mapping[ProfileName, Manners]] = {
    "documented": Manners(
        html_errors=False, negotiates=False, checks_options=False, reads_authorization=False
    ),
    "observed": Manners(html_errors=True, negotiates=True, checks_options=True, reads_authorization=True),
}


def gate(
    request: Request, route: Route | None, organizations: Sequence[Organization], manners: Manners
) -> Organization | Response:
    """Let a request through to its endpoint as its organization, or answer it here."""
    refusal = _path(request, route, manners)
    if refusal is not None:
        return refusal
    if manners.negotiates and not _accepts_json(request.header("accept")):
        return error_response(
            406, "api_error", "not_acceptable", "No acceptable form: JSON is what is served."
        )
    if request.method == "OPTIONS" and not manners.checks_options:
        return Response(204, (ALLOW,))
    organization = _owner(request, organizations, manners)
    if isinstance(organization, Response) or request.method in ("GET", "HEAD"):
        return organization
    if request.method == "OPTIONS" and route is not None:
        return _description(route.endpoint)
    text = f'Method "{request.method}" not allowed.'
    return error_response(405, "api_error", "method_not_allowed", text, headers=[ALLOW])


def _path(request: Request, route: Route | None, manners: Manners) -> Response | None:
    if route is None:
        text = f"No endpoint has this path. The endpoints are: {', '.join(NAMES)}."
        return html_response(_LOST_PAGE, 404) if manners.html_errors else not_found(text)
    if manners.html_errors:
        if not (route.well_formed and route.lower_case):
            return html_response(_LOST_PAGE, 404)
    elif not route.well_formed:
        odd = ", ".join(route.ids)
        return not_found(f"Not found: {odd} must be a UUID with dashes.")
    if not route.complete:
        query = f"?{request.query}" if request.query else ""
        return Response(301, (("location", f"{request.path}/{query}"), ("content-type", "text/html")))
    return None


def _accepts_json(accept: str | None) -> bool:
    if accept is None or not accept.strip():
        return True
    return any(part.split(";")[0].strip().lower() in _ACCEPTABLE for part in accept.split(","))


def _owner(
    request: Request, organizations: Sequence[Organization], manners: Manners
) -> Organization | Response:
    if manners.reads_authorization and request.header("authorization"):
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


def _description(endpoint: Endpoint) -> Response:
    body = {
        "name": endpoint.value,
        "description": "Simulation results, read only.",
        "renders": ["application/json"],
        "parses": ["application/json"],
    }
    return json_response(body, 200, [ALLOW])
