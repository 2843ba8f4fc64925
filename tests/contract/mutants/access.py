"""Doors left open, other organizations' data, methods that write."""

from __future__ import annotations

import attrs

from futureagi_simulate_contract.asking import Ask
from futureagi_simulate_contract.exchange import Answer, Endpoint, Keys, Question

from .making import BOTH, RN, TE, VC, Spoil, about, changed, mutant, stateful


def _as_good(name: str, keys: Keys, *endpoints: Endpoint, profiles: tuple[str, ...] = BOTH) -> None:
    def spoil(question: Question, ask: Ask) -> Answer:
        open_here = question.keys is keys and about(question) in (endpoints or tuple(Endpoint))
        return ask(attrs.evolve(question, keys=Keys.GOOD) if open_here else question)

    mutant(name, *profiles)(spoil)


_as_good("one endpoint needs no keys", Keys.NONE, RN)
_as_good("half of the keys will do", Keys.NO_SECRET)
_as_good("the secret key isn't looked at", Keys.WRONG_SECRET, VC)
_as_good("another organization's keys open everything", Keys.OTHER)


@mutant("another organization's call among the own", *BOTH)
def _stranger(question: Question, ask: Ask) -> Answer:
    answer = ask(question)
    if answer.status != 200 or about(question) is not TE or "row_groups" in dict(question.query):
        return answer
    return changed(
        answer,
        lambda body: [row.update(id="0a0b0c0d-0000-4000-8000-0000000000ff") for row in body["results"][:1]],
    )


def _status(name: str, old: int, new: int, *profiles: str) -> None:
    def spoil(question: Question, ask: Ask) -> Answer:
        answer = ask(question)
        return attrs.evolve(answer, status=new) if answer.status == old else answer

    mutant(name, *profiles)(spoil)


_status("403 in place of 401", 401, 403, *BOTH)
_status("an unknown id is a server error", 404, 500)
_status("a broken filter is a server error", 400, 500, *BOTH)


@mutant("an unknown id is an empty page")
def _empty(question: Question, ask: Ask) -> Answer:
    answer = ask(question)
    body = b'{"count":0,"next":null,"previous":null,"results":[]}'
    return Answer(200, answer.headers, body) if answer.status == 404 else answer


@mutant("a bad parameter is looked at before the keys")
def _keys_last(question: Question, ask: Ask) -> Answer:
    if "abc" in dict(question.query).values():
        return ask(attrs.evolve(question, keys=Keys.GOOD))
    return ask(question)


@mutant("POST is answered like GET", *BOTH)
def _post(question: Question, ask: Ask) -> Answer:
    return ask(attrs.evolve(question, method="GET") if question.method == "POST" else question)


@stateful("DELETE deletes", *BOTH)
def _delete() -> Spoil:
    deleted: list[str] = []

    def spoil(question: Question, ask: Ask) -> Answer:
        answer = ask(question)
        if question.method == "DELETE":
            deleted.append(question.path)
        if answer.status == 200 and question.path in deleted and about(question) is TE:
            return changed(answer, lambda body: body["results"].pop() if body["results"] else None)
        return answer

    return spoil
