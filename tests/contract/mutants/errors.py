"""Errors of another form, and errors with internals."""

from __future__ import annotations

import attrs
import msgspec

from futureagi_simulate_contract.exchange import Request, Response, Send

from .making import BOTH, changed, mutant, spoil_errors


def _bare(response: Response) -> Response:
    return attrs.evolve(response, body=msgspec.json.encode({"detail": response.object.get("detail", "")}))


def _success(response: Response) -> Response:
    return changed(response, lambda body: body.update(status=True))


def _leak(response: Response) -> Response:
    return changed(
        response,
        lambda body: body.update(
            dict.fromkeys(("detail", "message", "error", "result"), "sqlite3.OperationalError: near")
        ),
    )


def _html(response: Response) -> Response:
    return Response(response.status, {"content-type": "text/html"}, b"<h1>Error</h1>")


spoil_errors("an error body of another form", _bare, 400, 401, 404)
spoil_errors("an error says that all is well", _success, 400)
spoil_errors("an error without details", lambda a: changed(a, lambda body: body.pop("details", None)), 400)
spoil_errors("a text of the database gets out", _leak, 400)
spoil_errors("errors come as HTML", _html, 401)
spoil_errors(
    "a 401 names no scheme", lambda a: attrs.evolve(a, headers={"content-type": "application/json"}), 401
)


@mutant("JSON under another content type", *BOTH)
def _plain(request: Request, send: Send) -> Response:
    response = send(request)
    return attrs.evolve(response, headers={**response.headers, "content-type": "text/plain"})


@mutant("the body is cut", *BOTH)
def _cut(request: Request, send: Send) -> Response:
    response = send(request)
    return attrs.evolve(response, body=response.body[:-1]) if response.status == 200 else response
