"""Errors of another form, and what they let out."""

from __future__ import annotations

import attrs
import msgspec

from futureagi_simulate_contract.asking import Ask
from futureagi_simulate_contract.exchange import Answer, Question

from .making import BOTH, changed, mutant, spoil_errors


def _bare(answer: Answer) -> Answer:
    return attrs.evolve(answer, body=msgspec.json.encode({"detail": answer.object.get("detail", "")}))


def _success(answer: Answer) -> Answer:
    return changed(answer, lambda body: body.update(status=True))


def _leak(answer: Answer) -> Answer:
    return changed(
        answer,
        lambda body: body.update(
            dict.fromkeys(("detail", "message", "error", "result"), "sqlite3.OperationalError: near")
        ),
    )


def _html(answer: Answer) -> Answer:
    return Answer(answer.status, {"content-type": "text/html"}, b"<h1>Error</h1>")


spoil_errors("an error body of another form", _bare, 400, 401, 404)
spoil_errors("an error says that all is well", _success, 400)
spoil_errors("an error without details", lambda a: changed(a, lambda body: body.pop("details", None)), 400)
spoil_errors("a text of the database gets out", _leak, 400)
spoil_errors("errors come as HTML", _html, 401)
spoil_errors(
    "a 401 names no scheme", lambda a: attrs.evolve(a, headers={"content-type": "application/json"}), 401
)


@mutant("JSON under another content type", *BOTH)
def _plain(question: Question, ask: Ask) -> Answer:
    answer = ask(question)
    return attrs.evolve(answer, headers={**answer.headers, "content-type": "text/plain"})


@mutant("the body is cut", *BOTH)
def _cut(question: Question, ask: Ask) -> Answer:
    answer = ask(question)
    return attrs.evolve(answer, body=answer.body[:-1]) if answer.status == 200 else answer
