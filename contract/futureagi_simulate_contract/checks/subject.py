"""What checks look at: a server or a mock, what is known of it, and how it's asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn
from unittest import SkipTest

import attrs
from msgspec.structs import asdict

from futureagi_simulate_contract.asking import Ask, of_mock, of_server
from futureagi_simulate_contract.exchange import Endpoint, Exchange, Keys, Question, path_of
from futureagi_simulate_contract.ids import Ids
from futureagi_simulate_contract.rows import Row
from futureagi_simulate_contract.views import Profile

if TYPE_CHECKING:
    from futureagi_simulate.auth import Credentials
    from futureagi_simulate.options import Options
    from futureagi_simulate_mock import Mock

_BIG: Final = 100
_MOST_PAGES: Final = 60


class CheckError(AssertionError):
    """A check failed. The message says what is wrong and which request shows it."""


class NotApplicableError(SkipTest):
    """A check has nothing to look at here; pytest counts it as skipped."""


@attrs.frozen
class Listing:
    """One of the six listings: an endpoint with what it needs in its query."""

    name: str
    endpoint: Endpoint
    query: Mapping[str, str] = attrs.field(factory=dict)


@attrs.define
class Subject:
    """A server under check.

    `profile`: which description it is to follow. `writes`: whether it may be sent other methods than GET (a
    mock may, a server never). `two_organizations`: whether `ask` has keys of a second organization.
    """

    ask: Ask
    ids: Ids
    profile: Profile = Profile.OBSERVED
    writes: bool = False
    two_organizations: bool = False
    _seen: dict[Question, Exchange] = attrs.field(factory=dict, repr=False)

    @classmethod
    def of_mock(cls, mock: Mock, ask: Ask | None = None) -> Subject:
        """Look at a mock in this process, or at what `ask` puts in front of it."""
        ids = Ids.of(asdict(mock.ids))
        return cls(ask or of_mock(mock), ids, Profile(mock.profile), writes=True, two_organizations=True)

    @classmethod
    @contextmanager
    def of_server(
        cls,
        ids: Ids | None = None,
        *,
        profile: str = "observed",
        options: Options | None = None,
        other: Credentials | None = None,
    ) -> Iterator[Subject]:
        """Look at a server: ids, base URL and keys come from the environment where they aren't given.

        The variables are FI_RUN_TEST_ID, FI_RUN_TEST_NAME, FI_TEST_EXECUTION_ID, FI_AGENT_ID, FI_VERSION_ID
        and the client's own. Only GET is sent. Raises ConfigurationError when keys are missing.
        """
        from futureagi_simulate.options import Options

        with of_server(options or Options.of(), other) as ask:
            yield cls(
                ask, ids or Ids.from_environment(), Profile(profile), two_organizations=other is not None
            )

    @property
    def documented(self) -> bool:
        """Tell whether the documents are what it is held against."""
        return self.profile is Profile.DOCUMENTED

    def listings(self) -> Iterator[Listing]:
        """Yield the listings whose ids are known."""
        for endpoint in (
            Endpoint.CALL_EXECUTIONS,
            Endpoint.TEST_EXECUTIONS,
            Endpoint.TEST_EXECUTION,
            Endpoint.VERSION_CALL_EXECUTIONS,
        ):
            if self.path(endpoint) is not None:
                yield Listing(endpoint.value, endpoint)
        if self.ids.test_execution_id is not None:
            query = {"execution_id": self.ids.test_execution_id}
            yield Listing(f"{Endpoint.RUNS.value} by execution", Endpoint.RUNS, query)
        if self.ids.run_test_name is not None:
            query = {"run_test_name": self.ids.run_test_name}
            yield Listing(f"{Endpoint.RUNS.value} by name", Endpoint.RUNS, query)

    def path(self, endpoint: Endpoint) -> str | None:
        """Return an endpoint's path, or None when an id of it isn't known."""
        try:
            return path_of(endpoint, **self.ids.known())
        except KeyError:
            return None

    def get(
        self, endpoint: Endpoint, query: Mapping[str, Any] | None = None, *, keys: Keys = Keys.GOOD,
        path: str | None = None, method: str = "GET", fresh: bool = False,
    ) -> Exchange:  # fmt: skip
        """Ask, or return what the same question brought before unless `fresh`."""
        where = path or self.path(endpoint)
        if where is None:
            raise NotApplicableError(f"{endpoint.value}: no id to ask for is known")
        pairs = tuple((name, str(value)) for name, value in (query or {}).items())
        question = Question(where, pairs, keys, method=method)
        if fresh or question not in self._seen:
            self._seen[question] = Exchange(question, self.ask(question))
        return self._seen[question]

    def page(
        self, endpoint: Endpoint, query: Mapping[str, Any] | None = None, *, fresh: bool = False
    ) -> Exchange:
        """Ask for what has to be there; a CheckError when it isn't answered 200."""
        exchange = self.get(endpoint, query, fresh=fresh)
        if exchange.answer.status != 200:
            fail(f"answered {exchange.answer.status} instead of 200", exchange)
        return exchange

    def walk(self, listing: Listing, limit: int) -> list[Exchange]:
        """Read a listing's pages up to the last: of `limit` items, or more if there were too many pages."""
        first = self.page(listing.endpoint, {**listing.query, "limit": limit, "page": 1})
        count = first.envelope.get("count")
        if not isinstance(count, int):
            fail("has no count", first)
        size = max(limit, -(-count // _MOST_PAGES))
        pages = range(1, max(1, -(-count // size)) + 1)
        return [self.page(listing.endpoint, {**listing.query, "limit": size, "page": page}) for page in pages]

    def rows(self, endpoint: Endpoint, query: Mapping[str, Any] | None = None) -> list[Row]:
        """Return the items of all pages."""
        listing = Listing(endpoint.value, endpoint, {k: str(v) for k, v in (query or {}).items()})
        return [row for page in self.walk(listing, _BIG) for row in page.rows]

    def count(self, endpoint: Endpoint, query: Mapping[str, Any]) -> int:
        """Return the count that a listing gives itself."""
        exchange = self.page(endpoint, {**query, "limit": 1})
        count = exchange.envelope.get("count")
        if not isinstance(count, int):
            fail("has no count", exchange)
        return count


def fail(what: str, exchange: Exchange | None = None) -> NoReturn:
    """Raise the error of a check, with the request that shows it."""
    raise CheckError(what if exchange is None else f"{what}\n  {exchange.question}\n  {_excerpt(exchange)}")


def _excerpt(exchange: Exchange) -> str:
    return f"{exchange.answer.status} {exchange.answer.body[:300].decode(errors='replace')}"


def expect(condition: object, what: str, exchange: Exchange | None = None) -> None:
    """Raise the error of a check unless `condition` holds."""
    if not condition:
        fail(what, exchange)
