"""What surrounds the endpoints: the journal, the scripted faults, the routes and the keys, in this order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from msgspec.structs import replace

from futureagi_simulate_mock.access import Manners, gate
from futureagi_simulate_mock.clock import Clock
from futureagi_simulate_mock.faults import Faults
from futureagi_simulate_mock.journal import Journal
from futureagi_simulate_mock.messages import Query, Request, Response
from futureagi_simulate_mock.profile import Organization, Profile
from futureagi_simulate_mock.routes import Route, find

#: Where the mock lives for clients that reach it without a socket. `.invalid` never resolves (RFC 2606).
BASE_HOST: Final = "mock.invalid"
BASE_URL: Final = f"https://{BASE_HOST}"
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(?::\d+)?|\[[0-9A-Fa-f:.]+\](?::\d+)?")


class Shell:
    """Answer requests through a profile. It holds no connection: what befalls an answer is part of it."""

    def __init__(
        self,
        profile: Profile,
        organizations: Sequence[Organization],
        manners: Manners,
        clock: Clock,
        *,
        faults: Faults | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.profile = profile
        self.organizations = tuple(organizations)
        self.manners = manners
        self.clock = clock
        self.faults = faults or Faults()
        self.journal = journal or Journal(
            tuple(key for one in self.organizations for key in (one.api_key, one.secret_key))
        )

    def handle(self, request: Request) -> Response:
        """Answer one request and write it down."""
        route = find(request.path)
        endpoint = route.endpoint if route else None
        asked = _Question(self, request, route)
        response, fault = self.faults.play(endpoint, asked.answer)
        if request.method == "HEAD" and response.body:
            headers = (*response.headers, ("content-length", str(len(response.body))))
            response = replace(response, headers=headers, body=b"")
        self.journal.record(
            self.clock.now(), request, response, endpoint, asked.organization, str(fault) if fault else None
        )
        return response


class _Question:
    """One request on its way; remembers who it was let in as."""

    __slots__ = ("organization", "request", "route", "shell")

    def __init__(self, shell: Shell, request: Request, route: Route | None) -> None:
        self.shell = shell
        self.request = request
        self.route = route
        self.organization: str | None = None

    def answer(self) -> Response:
        shell, route = self.shell, self.route
        found = gate(self.request, route, shell.organizations, shell.manners)
        if isinstance(found, Response) or route is None:
            assert isinstance(found, Response)  # noqa: S101 (the gate lets nothing pass without a route)
            return found
        self.organization = found.name
        ids = {name: value.lower() for name, value in route.ids.items()}
        query = _asked(
            self.request.scheme, self.request.header("host") or "", self.request.path, self.request.query
        )
        return shell.profile.answer(route.endpoint, ids, query, found, shell.clock.now())


@lru_cache(maxsize=256)  # tests ask the same again and again
def _asked(scheme: str, host: str, path: str, query: str) -> Query:
    """Read the address and the query of a question."""
    base = f"{scheme}://{host}" if _HOST.fullmatch(host) else BASE_URL
    return Query.parse(base + quote(path), query)
