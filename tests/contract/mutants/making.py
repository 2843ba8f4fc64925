"""How a mutant is made: a name, a profile, and a function that stands between request and mock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import msgspec

from futureagi_simulate_contract.exchange import Endpoint, Exchange, Request, Response, Send
from futureagi_simulate_contract.session import mock_sender
from futureagi_simulate_mock import Mock

CE, EX, TE = Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTIONS, Endpoint.TEST_EXECUTION
VC, RN = Endpoint.VERSION_CALL_EXECUTIONS, Endpoint.RUNS
Spoil = Callable[[Request, Send], Response]
Body = dict[str, Any]


@attrs.frozen
class Mutant:
    """One defect. `spoil` responds to a request, with a sender to the clean mock."""

    name: str
    profile: str
    make: Callable[[], Spoil]

    def send_to(self, mock: Mock) -> Send:
        clean, spoil = mock_sender(mock), self.make()
        return lambda request: spoil(request, clean)

    def __str__(self) -> str:
        return f"{self.profile}: {self.name}"


MUTANTS: list[Mutant] = []


def mutant(name: str, *profiles: str) -> Callable[[Spoil], Spoil]:
    """Enter a function that responds as a mutant."""

    def enter(spoil: Spoil) -> Spoil:
        MUTANTS.extend(Mutant(name, profile, lambda: spoil) for profile in profiles or ("documented",))
        return spoil

    return enter


def stateful(name: str, *profiles: str) -> Callable[[Callable[[], Spoil]], Callable[[], Spoil]]:
    """Enter a function that makes a mutant with a memory."""

    def enter(make: Callable[[], Spoil]) -> Callable[[], Spoil]:
        MUTANTS.extend(Mutant(name, profile, make) for profile in profiles or ("documented",))
        return make

    return enter


def page_of(body: Body) -> Body:
    """Return the object that holds `results`."""
    result = body.get("result")
    inner = result.get("call_results", result) if isinstance(result, dict) else body
    return inner if isinstance(inner, dict) else body


def changed(response: Response, change: Callable[[Body], object]) -> Response:
    """Return a response with its JSON body changed in place."""
    body = msgspec.json.decode(response.body)
    change(body)
    return attrs.evolve(response, body=msgspec.json.encode(body))


def about(request: Request) -> Endpoint | None:
    return Exchange(request, Response(0, {}, b"")).endpoint


def with_query(request: Request, **query: str | None) -> Request:
    kept = [(name, value) for name, value in request.query if name not in query]
    new = [(name, value) for name, value in query.items() if value is not None]
    return attrs.evolve(request, query=(*kept, *new))


def spoil_pages(
    name: str,
    change: Callable[[Body], object],
    *endpoints: Endpoint,
    profiles: tuple[str, ...] = ("documented",),
) -> None:
    """Enter a mutant that changes every 200 body of some endpoints."""

    def spoil(request: Request, send: Send) -> Response:
        response = send(request)
        if (
            response.status != 200
            or request.method != "GET"
            or about(request) not in (endpoints or tuple(Endpoint))
        ):
            return response
        return changed(response, change)

    mutant(name, *profiles)(spoil)


def spoil_rows(
    name: str,
    change: Callable[[Body], object],
    *endpoints: Endpoint,
    profiles: tuple[str, ...] = ("documented",),
) -> None:
    """Enter a mutant that changes every item of some endpoints' pages."""

    def each(body: Body) -> None:
        for row in page_of(body).get("results") or []:
            change(row)

    spoil_pages(name, each, *endpoints, profiles=profiles)


def spoil_query(name: str, *profiles: str, **query: str | None) -> None:
    """Enter a mutant that asks with other parameters wherever one of them was given."""

    def spoil(request: Request, send: Send) -> Response:
        given = dict(request.query)
        return send(with_query(request, **query)) if set(query) & set(given) else send(request)

    mutant(name, *profiles)(spoil)


def spoil_errors(name: str, change: Callable[[Response], Response], *statuses: int) -> None:
    """Enter a mutant that changes responses with some statuses."""

    def spoil(request: Request, send: Send) -> Response:
        response = send(request)
        return change(response) if response.status in statuses else response

    mutant(name)(spoil)


def put(row: Body, name: str, value: Any) -> None:
    if row.get(name) is not None:
        row[name] = value


BOTH = ("documented", "observed")
