"""What a plan knows while it asks: the ids it was given and the answers it has had so far."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, Final

import attrs

from futureagi_simulate_contract.drift.log import Log
from futureagi_simulate_contract.exchange import Answer, Endpoint, Exchange, Keys, Question, path_of
from futureagi_simulate_contract.ids import Ids
from futureagi_simulate_contract.rows import Row

Asking = Generator[Question, Answer, Any]
ZERO_ID: Final = "00000000-0000-0000-0000-000000000000"


@attrs.define
class Look:
    """One look at a server: `ask` puts a question (`yield from look.ask(...)`) and keeps the exchange.

    `further`: ids of run tests to look into besides the one in `ids`.
    """

    ids: Ids
    further: tuple[str, ...] = ()
    seen: list[Exchange] = attrs.field(factory=list)

    def ask(
        self, endpoint: Endpoint, query: dict[str, Any] | None = None, *, keys: Keys = Keys.GOOD,
        headers: tuple[tuple[str, str], ...] = (), path: str | None = None,
    ) -> Generator[Question, Answer, Exchange | None]:  # fmt: skip
        """Ask an endpoint about the known ids (None where one is missing), or just what `path` says."""
        base = self.base(endpoint) if path is None else (path, {})
        if base is None:
            return None
        asked = {**base[1], **{name: str(value) for name, value in (query or {}).items()}}
        question = Question(base[0], tuple(asked.items()), keys, headers)
        known = next((e for e in self.seen if e.question == question), None)
        if known is not None:
            return known
        exchange = Exchange(question, (yield question))
        self.seen.append(exchange)
        return exchange

    def base(self, endpoint: Endpoint) -> tuple[str, dict[str, str]] | None:
        """Return path and necessary query of an endpoint, or None when an id is missing."""
        ids = self.ids.known()
        if endpoint is Endpoint.RUNS:
            execution = ids.get("test_execution_id")
            return (path_of(endpoint), {"execution_id": execution}) if execution else None
        try:
            return path_of(endpoint, **ids), {}
        except KeyError:
            return None

    @property
    def log(self) -> Log:
        """Return what was seen so far with the views of a log."""
        return Log(tuple(self.seen))

    def rows(self, endpoint: Endpoint) -> Iterator[Row]:
        """Yield the items of an endpoint seen so far, each once, preserved earlier runs left out."""
        done = set()
        for _, row in self.log.rows(endpoint):
            if not row.get("is_snapshot") and row.get("id") not in done:
                done.add(row.get("id"))
                yield row

    def here(self) -> list[Row]:
        """Return the calls of the execution that was named, as its own page shows them."""
        base = self.base(Endpoint.TEST_EXECUTION)
        found = {
            row["id"]: row
            for exchange, row in self.log.rows(Endpoint.TEST_EXECUTION)
            if base is not None and exchange.question.path == base[0] and "id" in row
        }
        return list(found.values())
