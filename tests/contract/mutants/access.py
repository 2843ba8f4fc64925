"""Missing authentication, other organizations' data, methods that write."""

from __future__ import annotations

import attrs

from futureagi_simulate_contract.exchange import Endpoint, Keys, Request, Response, Send

from .making import BOTH, RN, TE, VC, Spoil, about, changed, mutant, stateful


def _as_good(name: str, keys: Keys, *endpoints: Endpoint, profiles: tuple[str, ...] = BOTH) -> None:
    def spoil(request: Request, send: Send) -> Response:
        open_here = request.keys is keys and about(request) in (endpoints or tuple(Endpoint))
        return send(attrs.evolve(request, keys=Keys.GOOD) if open_here else request)

    mutant(name, *profiles)(spoil)


_as_good("one endpoint needs no keys", Keys.NONE, RN)
_as_good("half of the keys will do", Keys.NO_SECRET)
_as_good("the secret key isn't looked at", Keys.WRONG_SECRET, VC)
_as_good("another organization's keys open everything", Keys.OTHER)


@mutant("another organization's call among the own", *BOTH)
def _stranger(request: Request, send: Send) -> Response:
    response = send(request)
    if response.status != 200 or about(request) is not TE or "row_groups" in dict(request.query):
        return response
    return changed(
        response,
        lambda body: [row.update(id="0a0b0c0d-0000-4000-8000-0000000000ff") for row in body["results"][:1]],
    )


def _status(name: str, old: int, new: int, *profiles: str) -> None:
    def spoil(request: Request, send: Send) -> Response:
        response = send(request)
        return attrs.evolve(response, status=new) if response.status == old else response

    mutant(name, *profiles)(spoil)


_status("403 in place of 401", 401, 403, *BOTH)
_status("an unknown id is a server error", 404, 500)
_status("a broken filter is a server error", 400, 500, *BOTH)


@mutant("an unknown id is an empty page")
def _empty(request: Request, send: Send) -> Response:
    response = send(request)
    body = b'{"count":0,"next":null,"previous":null,"results":[]}'
    return Response(200, response.headers, body) if response.status == 404 else response


@mutant("a bad parameter is looked at before the keys")
def _keys_last(request: Request, send: Send) -> Response:
    if "abc" in dict(request.query).values():
        return send(attrs.evolve(request, keys=Keys.GOOD))
    return send(request)


@mutant("POST is answered like GET", *BOTH)
def _post(request: Request, send: Send) -> Response:
    return send(attrs.evolve(request, method="GET") if request.method == "POST" else request)


@stateful("DELETE deletes", *BOTH)
def _delete() -> Spoil:
    deleted: list[str] = []

    def spoil(request: Request, send: Send) -> Response:
        response = send(request)
        if request.method == "DELETE":
            deleted.append(request.path)
        if response.status == 200 and request.path in deleted and about(request) is TE:
            return changed(response, lambda body: body["results"].pop() if body["results"] else None)
        return response

    return spoil
