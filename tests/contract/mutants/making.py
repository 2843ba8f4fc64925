"""How a mutant is made: a name, a profile, and a function that stands between question and mock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import msgspec

from futureagi_simulate_contract.asking import Ask, of_mock
from futureagi_simulate_contract.exchange import Answer, Endpoint, Exchange, Question
from futureagi_simulate_mock import Mock

CE, EX, TE = Endpoint.CALL_EXECUTIONS, Endpoint.TEST_EXECUTIONS, Endpoint.TEST_EXECUTION
VC, RN = Endpoint.VERSION_CALL_EXECUTIONS, Endpoint.RUNS
Spoil = Callable[[Question, Ask], Answer]
Body = dict[str, Any]


@attrs.frozen
class Mutant:
    """One defect. `spoil` answers a question, with the clean mock to ask."""

    name: str
    profile: str
    make: Callable[[], Spoil]

    def ask(self, mock: Mock) -> Ask:
        clean, spoil = of_mock(mock), self.make()
        return lambda question: spoil(question, clean)

    def __str__(self) -> str:
        return f"{self.profile}: {self.name}"


MUTANTS: list[Mutant] = []


def mutant(name: str, *profiles: str) -> Callable[[Spoil], Spoil]:
    """Enter a function that answers as a mutant."""

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


def changed(answer: Answer, change: Callable[[Body], object]) -> Answer:
    """Return an answer with its JSON body changed in place."""
    body = msgspec.json.decode(answer.body)
    change(body)
    return attrs.evolve(answer, body=msgspec.json.encode(body))


def about(question: Question) -> Endpoint | None:
    return Exchange(question, Answer(0, {}, b"")).endpoint


def with_query(question: Question, **query: str | None) -> Question:
    kept = [(name, value) for name, value in question.query if name not in query]
    new = [(name, value) for name, value in query.items() if value is not None]
    return attrs.evolve(question, query=(*kept, *new))


def spoil_pages(
    name: str,
    change: Callable[[Body], object],
    *endpoints: Endpoint,
    profiles: tuple[str, ...] = ("documented",),
) -> None:
    """Enter a mutant that changes every 200 body of some endpoints."""

    def spoil(question: Question, ask: Ask) -> Answer:
        answer = ask(question)
        if (
            answer.status != 200
            or question.method != "GET"
            or about(question) not in (endpoints or tuple(Endpoint))
        ):
            return answer
        return changed(answer, change)

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

    def spoil(question: Question, ask: Ask) -> Answer:
        given = dict(question.query)
        return ask(with_query(question, **query)) if set(query) & set(given) else ask(question)

    mutant(name, *profiles)(spoil)


def spoil_errors(name: str, change: Callable[[Answer], Answer], *statuses: int) -> None:
    """Enter a mutant that changes answers with some statuses."""

    def spoil(question: Question, ask: Ask) -> Answer:
        answer = ask(question)
        return change(answer) if answer.status in statuses else answer

    mutant(name)(spoil)


def put(row: Body, name: str, value: Any) -> None:
    if row.get(name) is not None:
        row[name] = value


BOTH = ("documented", "observed")
