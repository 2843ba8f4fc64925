"""Play a reading of a listing without any I/O: a function answers what is asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from futureagi_simulate.errors import FutureAGIError, ServerError
from futureagi_simulate.listings.page import Ask, Facts, Fetched, Page
from futureagi_simulate.listings.planner import Await, Changed, Deliver, Drop, Look, Start

Answer = Callable[[Ask], Any]


class Played:
    """What a reading asked for, gave, told and raised; it ends after a thousand steps at most."""

    def __init__(self, decisions: Generator[Any, Any, None], answer: Answer) -> None:
        self.asks: list[Ask] = []
        self.given: list[tuple[Any, ...]] = []
        self.told: list[str] = []
        self.causes: list[str] = []
        self.raised: FutureAGIError | None = None
        self.most_under_way = 0
        self.asked_when_given: list[int] = []
        under_way: deque[Any] = deque()
        outcome = None
        for _ in range(1000):
            try:
                command = decisions.send(outcome)
            except StopIteration:
                break
            except FutureAGIError as error:
                self.raised = error
                break
            outcome = None
            match command:
                case Start(ask):
                    self.asks.append(ask)
                    under_way.append(answer(ask))
                    self.most_under_way = max(self.most_under_way, len(under_way))
                case Await():
                    outcome = under_way.popleft()
                case Look(ask):
                    self.asks.append(ask)
                    outcome = answer(ask)
                case Drop():
                    under_way.clear()
                case Changed(how, cause):
                    self.told.append(how)
                    self.causes.append(cause)
                case Deliver(page, _):
                    self.given.append(page.items)
                    self.asked_when_given.append(len(self.asks))

    @property
    def asked(self) -> list[int]:
        return [ask.number for ask in self.asks]


def fetched(ask: Ask, ids: str, count: int | None, has_next: bool = False) -> Fetched[str]:
    """Make an answer whose rows are one letter each."""
    facts = Facts(ask, tuple(ids), count, None, has_next)
    return Fetched(facts, Page(ask.number, tuple(ids), count))


def pages(*ids: str, count: int) -> Answer:
    """Answer with these pages, and with an error past the last."""

    def answer(ask: Ask) -> Fetched[str] | FutureAGIError:
        if ask.number > len(ids):
            return ServerError("no such page", status=500)
        return fetched(ask, ids[ask.number - 1], count)

    return answer
