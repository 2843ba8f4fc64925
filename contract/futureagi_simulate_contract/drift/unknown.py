"""What was named and doesn't exist: no departure of the server, and nothing to learn from."""

from __future__ import annotations

import re
from typing import Final

import attrs

from futureagi_simulate.checks import uuid
from futureagi_simulate_contract.asking import Ask
from futureagi_simulate_contract.exchange import Answer, Exchange, Question
from futureagi_simulate_contract.ids import Ids

OPTIONS: Final = {
    "run_test_id": "--run-test",
    "run_test_name": "--run-test-name",
    "test_execution_id": "--execution",
    "agent_id": "--agent",
    "version_id": "--version",
}
_NO_SUCH: Final = re.compile(r"No \w+ matches the given query")  # how a 500 says it
_ORDINARY: Final = {"limit", "run_test_name", "execution_id"}


class UnknownIdError(Exception):
    """The server says that something that was named doesn't exist."""


@attrs.define
class Insisting:
    """An `Ask` that stops at the first sign that what was named doesn't exist.

    Once the server has shown it, its absence elsewhere is a matter of the server.
    """

    ask: Ask
    ids: Ids
    further: tuple[str, ...] = ()
    shown: set[str] = attrs.field(factory=set)

    def __call__(self, question: Question) -> Answer:
        """Ask; raise UnknownIdError when the answer is that there is no such thing."""
        answer = self.ask(question)
        exchange = Exchange(question, answer)
        about = about_named(exchange, self.ids, self.further)
        if answer.status == 200:
            self.shown |= set(about.values())
        elif says_unknown(answer) and not self.shown >= set(about.values()):
            named = " and ".join(f"{OPTIONS[name]} {value}" for name, value in about.items())
            raise UnknownIdError(f"{named}: the server answered {answer.status}, there is no such thing.")
        return answer


def about_named(exchange: Exchange, ids: Ids, further: tuple[str, ...] = ()) -> dict[str, str]:
    """Return what an ordinary question is about, by name, if all of it was named; of an odd one nothing."""
    query = exchange.query
    if (
        not exchange.plain
        or not set(query) <= _ORDINARY
        or not query.get("limit", "1").strip("0").isdecimal()
    ):
        return {}
    about = dict(exchange.ids)
    for name, parameter in (("test_execution_id", "execution_id"), ("run_test_name", "run_test_name")):
        if parameter in query:
            about[name] = query[parameter]
    named = {*ids.known().values(), *further}
    return about if set(about.values()) <= named else {}


def says_unknown(answer: Answer) -> bool:
    """Tell whether the API itself, not something in front of it, says that there is no such thing."""
    said = answer.object
    return bool(said) and (answer.status == 404 or bool(_NO_SUCH.search(str(said.get("message")))))


def check_ids(ids: Ids, further: tuple[str, ...]) -> None:
    """Raise ConfigurationError for an id that is no UUID."""
    given = [(name, value) for name, value in ids.known().items() if name != "run_test_name"]
    for name, value in [*given, *(("run_test_id", value) for value in further)]:
        uuid(value, OPTIONS[name])
