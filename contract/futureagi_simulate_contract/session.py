"""The engine of checks and drift: one session with a server that sends, caches, counts, and records."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NoReturn
from unittest import SkipTest
from urllib.parse import quote, urlencode

import attrs

import futureagi_simulate_mock
from futureagi_simulate_contract.exchange import (
    Endpoint,
    Exchange,
    Keys,
    Log,
    Pairs,
    Request,
    Response,
    Row,
    Send,
    has_access,
    path_of,
)
from futureagi_simulate_contract.server import (
    WRONG_SECRET,
    Clock,
    Credentials,
    Options,
    OutOfTimeError,
    SystemClock,
    TimeoutError,
    TransportError,
    open_server,
    out_of_time,
    uuid,
)
from futureagi_simulate_contract.views import Profile
from futureagi_simulate_mock import messages

VARIABLES: Final = {
    "run_test_id": "FI_RUN_TEST_ID",
    "run_test_name": "FI_RUN_TEST_NAME",
    "test_execution_id": "FI_TEST_EXECUTION_ID",
    "agent_id": "FI_AGENT_ID",
    "version_id": "FI_VERSION_ID",
}
OPTIONS: Final = {
    "run_test_id": "--run-test",
    "run_test_name": "--run-test-name",
    "test_execution_id": "--execution",
    "agent_id": "--agent",
    "version_id": "--version",
}
MAX_REQUESTS: Final = 200
_PAGE_SIZE: Final = 100
_MAX_PAGES: Final = 60
_WITHOUT_ACCESS: Final = 6  # requests, before a session with a budget gives up
_NO_RESPONSE: Final = Response(0, {}, b"")
_TOO_MANY_REQUESTS: Final = 429
_RETRIES: Final = 2
_MAX_RETRY_AFTER: Final = 60.0
_DEFAULT_RETRY_AFTER: Final = 5.0
_NO_SUCH: Final = re.compile(r"No \w+ matches the given query")  # how a 500 says it
_ORDINARY: Final = {"limit", "run_test_name", "execution_id"}


class CheckError(AssertionError):
    """A check failed. The message says what is wrong and which request shows it."""


class NotApplicableError(SkipTest):
    """A check has nothing to check here; pytest counts it as skipped."""


class UnknownIdError(Exception):
    """The server says that an id or a name that was given doesn't exist."""


@attrs.frozen
class Ids:
    """Ids of what exists on the server. None: left out, or derived from the others where that is possible."""

    run_test_id: str | None = None
    run_test_name: str | None = None
    test_execution_id: str | None = None
    agent_id: str | None = None
    version_id: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Ids:
        """Take the ids that `values` has by name, and nothing else of it."""
        return cls(**{name: values[name] for name in VARIABLES if values.get(name)})

    @classmethod
    def of_mock(cls, mock: futureagi_simulate_mock.Mock) -> Ids:
        """Take the ids that a mock's data always hold."""
        return cls.of({name: getattr(mock.ids, name) for name in VARIABLES})

    @classmethod
    def from_environment(cls) -> Ids:
        """Read the variables that the mock prints when it starts."""
        return cls.of({name: os.environ.get(variable) for name, variable in VARIABLES.items()})

    def known(self) -> dict[str, str]:
        """Return the ids that are known, by name."""
        return {name: value for name, value in attrs.asdict(self).items() if value is not None}


@attrs.frozen
class Listing:
    """One of the six listings: an endpoint with what it needs in its query."""

    name: str
    endpoint: Endpoint
    query: Mapping[str, str] = attrs.field(factory=dict)


@attrs.define
class Subject:
    """A server, and every exchange with it.

    `profile`: the description that it should follow. `writes`: whether it may be sent other methods than GET
    (a mock may, a server never). `two_organizations`: whether `send` has keys of a second organization.

    With `max_requests` the session has a budget. When the budget is used up, the time is over or the server
    stops responding, `stopped` says why, and further requests are counted in `unsent` instead of sent.
    Without a budget errors are raised.
    """

    send: Send
    ids: Ids
    profile: Profile = Profile.OBSERVED
    writes: bool = False
    two_organizations: bool = False
    max_requests: int | None = None
    base_url: str | None = None
    unsent: int = 0
    stopped: str = ""
    exchanges: list[Exchange] = attrs.field(factory=list, repr=False)
    _cache: dict[Request, Exchange] = attrs.field(factory=dict, repr=False)

    @classmethod
    def of_mock(cls, mock: futureagi_simulate_mock.Mock, send: Send | None = None) -> Subject:
        """Check a mock in this process, or what `send` puts in front of it."""
        profile = Profile(mock.profile)
        return cls(send or mock_sender(mock), Ids.of_mock(mock), profile, writes=True, two_organizations=True)

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
        """Check a server: ids, base URL and keys come from the environment where they aren't given.

        The variables are FI_RUN_TEST_ID, FI_RUN_TEST_NAME, FI_TEST_EXECUTION_ID, FI_AGENT_ID, FI_VERSION_ID
        and the client's own. Only GET is sent. Raises ConfigurationError when keys are missing.
        """
        with open_server(options or Options.of(), other) as send:
            yield cls(
                send, ids or Ids.from_environment(), Profile(profile), two_organizations=other is not None
            )

    @property
    def documented(self) -> bool:
        """Return whether the server should follow the documents."""
        return self.profile is Profile.DOCUMENTED

    @property
    def log(self) -> Log:
        """Return the exchanges so far."""
        return Log(tuple(self.exchanges), self.base_url, self.unsent, self.stopped)

    def listings(self) -> Iterator[Listing]:
        """Yield the listings whose ids are known."""
        for endpoint in Endpoint:
            if endpoint is not Endpoint.RUNS and self.path(endpoint) is not None:
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
        headers: Pairs = (), path: str | None = None, method: str = "GET", fresh: bool = False,
    ) -> Exchange:  # fmt: skip
        """Send a request, or return the cached exchange of the same request unless `fresh`."""
        path = path or self.path(endpoint)
        if path is None:
            raise NotApplicableError(f"{endpoint.value}: no id of it is known")
        pairs = tuple((name, str(value)) for name, value in (query or {}).items())
        request = Request(path, pairs, keys, headers, method)
        if fresh or request not in self._cache:
            self._cache[request] = self._exchange(request)
        return self._cache[request]

    def _exchange(self, request: Request) -> Exchange:
        budget = self.max_requests
        if budget is not None and not self.stopped:
            number = len(self.exchanges)
            if number >= budget or (number == _WITHOUT_ACCESS and not has_access(self.exchanges)):
                self.stopped = "--max-requests"
        if not self.stopped:
            try:
                exchange = Exchange(request, self.send(request))
            except TransportError as error:
                if budget is None or not has_access(self.exchanges):
                    raise
                self.stopped = _reason(error)
            else:
                self.exchanges.append(exchange)
                return exchange
        self.unsent += 1
        return Exchange(request, _NO_RESPONSE)

    def page(
        self, endpoint: Endpoint, query: Mapping[str, Any] | None = None, *, fresh: bool = False
    ) -> Exchange:
        """Return an exchange with status 200; raise CheckError for another one."""
        exchange = self.get(endpoint, query, fresh=fresh)
        if exchange.status != 200:
            fail(f"answered {exchange.status} instead of 200", exchange)
        return exchange

    def pages(self, listing: Listing, limit: int) -> list[Exchange]:
        """Return all pages of a listing: of `limit` items, or more if there were too many pages."""
        count = self._count(self.page(listing.endpoint, {**listing.query, "limit": limit, "page": 1}))
        size = max(limit, -(-count // _MAX_PAGES))
        numbers = range(1, max(1, -(-count // size)) + 1)
        return [
            self.page(listing.endpoint, {**listing.query, "limit": size, "page": page}) for page in numbers
        ]

    def rows(self, endpoint: Endpoint, query: Mapping[str, Any] | None = None) -> list[Row]:
        """Return the items of all pages."""
        listing = Listing(endpoint.value, endpoint, {k: str(v) for k, v in (query or {}).items()})
        return [row for page in self.pages(listing, _PAGE_SIZE) for row in page.rows]

    def count(self, endpoint: Endpoint, query: Mapping[str, Any]) -> int:
        """Return the `count` of a listing."""
        return self._count(self.page(endpoint, {**query, "limit": 1}))

    def _count(self, exchange: Exchange) -> int:
        count = exchange.envelope.get("count")
        if not isinstance(count, int):
            fail("has no count", exchange)
        return count


def _reason(error: TransportError) -> str:
    if isinstance(error, OutOfTimeError):
        return "--max-time"
    return "an answer took too long" if isinstance(error, TimeoutError) else "the connection failed"


def fail(message: str, exchange: Exchange | None = None) -> NoReturn:
    """Raise the error of a check, with the request that shows it."""
    if exchange is None:
        raise CheckError(message)
    body = exchange.response.body[:300].decode(errors="replace")
    raise CheckError(f"{message}\n  {exchange.request}\n  {exchange.status} {body}")


def expect(condition: object, message: str, exchange: Exchange | None = None) -> None:
    """Raise the error of a check unless `condition` holds."""
    if not condition:
        fail(message, exchange)


def expect_status(exchange: Exchange, wanted: int, about: str = "") -> None:
    """Raise the error of a check unless a response has a status."""
    status = exchange.status
    expect(status == wanted, f"{about}{': ' if about else ''}{status}, not {wanted}", exchange)


# ----------------------------------------------------------------------------------------- senders


def mock_sender(
    mock: futureagi_simulate_mock.Mock, handle: Callable[[messages.Request], messages.Response] | None = None
) -> Send:
    """Send to a mock in this process, or to what stands in front of it: `handle`."""
    keys = {
        Keys.GOOD: (mock.api_key, mock.secret_key),
        Keys.OTHER: (mock.other_api_key, mock.other_secret_key),
        Keys.WRONG_SECRET: (mock.api_key, WRONG_SECRET),
        Keys.NO_SECRET: (mock.api_key, None),
        Keys.NONE: (None, None),
    }
    handle = handle or mock.handle
    scheme, _, host = mock.base_url.partition("://")

    def send(request: Request) -> Response:
        pair = zip(("x-api-key", "x-secret-key"), keys[request.keys], strict=True)
        headers = {"host": host, **{name: value for name, value in pair if value is not None}}
        headers |= {name.lower(): value for name, value in request.headers}
        query = urlencode(request.query, quote_via=quote)
        response = handle(
            messages.Request(request.method, request.path, query, tuple(headers.items()), scheme=scheme)
        )
        names = {name.lower(): value for name, value in response.headers}
        return Response(response.status, names, response.body)

    return send


def paced(send: Send, rate: float, clock: Clock | None = None, *, seconds: float = math.inf) -> Send:
    """Return `send`, slowed down to `rate` requests a second; after a 429 it waits for Retry-After.

    No wait ends after `seconds`: it raises OutOfTimeError instead.
    """
    time = clock or SystemClock()
    free_at = time.monotonic()
    end = free_at + seconds

    def once(request: Request) -> Response:
        nonlocal free_at
        now = time.monotonic()
        if max(now, free_at) >= end:
            raise out_of_time(seconds)
        if now < free_at:
            time.sleep(free_at - now)
        free_at = max(now, free_at) + 1 / rate
        return send(request)

    def slowed(request: Request) -> Response:
        nonlocal free_at
        response = once(request)
        for _ in range(_RETRIES):
            if response.status != _TOO_MANY_REQUESTS:
                break
            free_at = time.monotonic() + _retry_after(response.headers)
            response = once(request)
        return response

    return slowed


def _retry_after(headers: Mapping[str, str]) -> float:
    text = headers.get("retry-after", "")
    return min(float(text), _MAX_RETRY_AFTER) if text.isdecimal() else _DEFAULT_RETRY_AFTER


def known_ids_only(send: Send, ids: Ids, further: tuple[str, ...] = ()) -> Send:
    """Return `send`, raising UnknownIdError when the server says that something in `ids` doesn't exist.

    Once the server has shown it at one endpoint, its absence at another is a departure of the server.
    """
    shown: set[str] = set()

    def checked(request: Request) -> Response:
        response = send(request)
        given = given_ids(Exchange(request, response), ids, further)
        if response.status == 200:
            shown.update(given.values())
        elif says_unknown(response) and not shown >= set(given.values()):
            named = " and ".join(f"{OPTIONS[name]} {value}" for name, value in given.items())
            raise UnknownIdError(f"{named}: the server answered {response.status}, there is no such thing.")
        return response

    return checked


def given_ids(exchange: Exchange, ids: Ids, further: tuple[str, ...] = ()) -> dict[str, str]:
    """Return what an ordinary request is about, by name, if all of it was given; else nothing."""
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
    return about if set(about.values()) <= {*ids.known().values(), *further} else {}


def says_unknown(response: Response) -> bool:
    """Return whether the API itself, not a proxy in front of it, says that something doesn't exist."""
    body = response.object
    return bool(body) and (response.status == 404 or bool(_NO_SUCH.search(str(body.get("message")))))


def check_ids(ids: Ids, further: tuple[str, ...]) -> None:
    """Raise ConfigurationError for an id that is no UUID."""
    given = [(name, value) for name, value in ids.known().items() if name != "run_test_name"]
    for name, value in [*given, *(("run_test_id", value) for value in further)]:
        uuid(value, OPTIONS[name])
