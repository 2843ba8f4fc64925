"""Requests, the attempts made at them, and the sessions that send them.

`flow` is a generator that decides: it yields an exchange to make or a pause to wait, and is sent the
outcome. The synchronous and the asynchronous session are its two drivers. httpx is imported when the first
client is made: it takes longer than all the rest.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Generator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Generic, NoReturn, Self, TypeVar
from urllib.parse import unquote

import msgspec
from msgspec import UNSET, UnsetType

from futureagi_simulate import __version__, logs
from futureagi_simulate.auth import Credentials
from futureagi_simulate.errors import Attempt, ConfigurationError, RequestInfo
from futureagi_simulate.options import Options, Timeout, redirect_target
from futureagi_simulate.responses import Classifier, FailedAttempt, Failure, FailureKind, Reply
from futureagi_simulate.retry import RetryPolicy

if TYPE_CHECKING:
    from futureagi_simulate.bodies import Stray
    from futureagi_simulate.transport import AsyncHTTPClient, HTTPClient

__all__ = [
    "Answer",
    "AsyncHTTPClient",
    "AsyncSession",
    "Cancelled",
    "HTTPClient",
    "OutgoingRequest",
    "Pause",
    "Request",
    "Session",
    "Steps",
    "flow",
]


class Request(msgspec.Struct, frozen=True):
    """One GET request.

    The operation's name in the contract, its path below the base URL, its query, the ids in both.
    """

    operation: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    ids: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])


class Answer(msgspec.Struct, frozen=True):
    """A 2xx answer whose `content` is a JSON object, decompressed; a key that it repeats is masked.

    `headers` has lower-case names, `attempts` counts the tries it took, `elapsed` is the time of all of them
    and of the waits between, in seconds. `strays` are values JSON doesn't have, and what stands for them.
    """

    request: Request
    status: int
    headers: Mapping[str, str]
    content: bytes
    attempts: int = 1
    elapsed: float = 0.0
    strays: tuple[Stray, ...] = ()

    def __repr__(self) -> str:
        return f"<Answer {self.status} to {self.request.operation}, {len(self.content)} bytes>"


class Cancelled(Exception):  # noqa: N818 - not an error: whoever set the event expects it
    """A request was given up because its `cancelled` event was set. Doesn't leave the package."""


class OutgoingRequest(msgspec.Struct, frozen=True):
    """One HTTP request to send: a redirect takes another one. Without `keys` none are attached.

    `remaining` tells the seconds left of `budget`; `cancelled` ends it early.
    """

    url: str
    headers: tuple[tuple[bytes, bytes], ...]
    keys: Credentials | None
    timeout: Timeout
    max_body: int
    remaining: Callable[[], float]
    budget: float = math.inf
    cancelled: threading.Event | None = None


class Pause(msgspec.Struct, frozen=True):
    """A wait before the next attempt, in seconds."""

    seconds: float


Steps = Generator[OutgoingRequest | Pause, Any, Answer]  # sent in: the outcome, or None for a Pause

_MAX_REDIRECTS: Final = 10
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_HEADERS: Final = (
    (b"accept", b"application/json"),
    (b"accept-encoding", b"gzip"),
    (b"user-agent", f"futureagi-simulate/{__version__}".encode()),
)


def flow(request: Request, options: Options, cancelled: threading.Event | None = None) -> Steps:
    """Try a request until it has an answer, trying again can't help, or attempts or time are used up.

    Returns the answer through StopIteration; raises the last attempt's error, which tells of all of them, or
    Cancelled between two steps once that event is set.
    """
    policy, clock = options.retry, options.retry.clock
    url = options.origin.url(request.path, request.query)
    case = Classifier(RequestInfo("GET", url, request.operation), policy, options.credentials.scrub)
    begun = clock.monotonic()
    deadline = begun + policy.budget
    history: tuple[Attempt, ...] = ()
    while True:
        started = clock.monotonic()
        result = yield from _attempt(case, options, deadline, cancelled)
        ended = clock.monotonic()
        what = result.what if isinstance(result, FailedAttempt) else str(result.status)
        history += (Attempt(len(history) + 1, what, ended - started),)
        logs.attempted(case.request, history[-1])
        if isinstance(result, Reply):
            return Answer(
                request=request,
                status=result.status,
                headers=options.credentials.scrub_headers(result.headers),
                content=options.credentials.scrub_answer(result.content),
                attempts=len(history),
                elapsed=ended - begun,
                strays=result.strays,
            )
        wait = policy.wait(len(history), result.asked)
        result.error.tried(history)
        if not result.again or len(history) >= policy.attempts or ended + wait >= deadline:
            raise result.error
        logs.waiting(case.request, wait, history[-1])
        yield Pause(wait)
        if clock.monotonic() >= deadline:
            raise result.error


def _attempt(
    case: Classifier, options: Options, deadline: float, cancelled: threading.Event | None
) -> Generator[OutgoingRequest, Any, Reply | FailedAttempt]:
    """Make one attempt, request by request along redirects of the same origin, and classify its outcome.

    A redirect to another origin isn't followed at all: no later request could send the keys again.
    """
    origin, url = options.origin, case.request.url

    def remaining() -> float:
        return deadline - options.retry.clock.monotonic()

    followed = 0
    while True:
        if cancelled is not None and cancelled.is_set():
            raise Cancelled
        left = remaining()
        if left <= 0:
            text = f"the budget of {options.retry.budget:g} s ran out"
            return case.classify(Failure(FailureKind.TIMEOUT, text, limit="budget"))
        outcome: Reply | Failure = yield OutgoingRequest(
            url=url,
            headers=_HEADERS,
            keys=options.credentials if origin.owns(url) else None,
            timeout=options.timeout,
            max_body=options.max_body,
            remaining=remaining,
            budget=options.retry.budget,
            cancelled=cancelled,
        )
        location = _location(outcome)
        if not isinstance(outcome, Reply) or location is None:
            return case.classify(outcome)
        if case.scrub(unquote(location)) != unquote(location):  # a URL is logged, by httpx and by every proxy
            return case.redirect_with_key(outcome)
        target = origin.follow(url, location)
        if target is None:
            return case.redirect_away(outcome, redirect_target(url, location), origin.root)
        if followed == _MAX_REDIRECTS:
            return case.redirect_loop(outcome, followed)
        url, followed = target, followed + 1


def _location(outcome: Reply | Failure) -> str | None:
    """Return where an outcome redirects to, None if it doesn't."""
    if isinstance(outcome, Reply) and outcome.status in _REDIRECTS:
        return outcome.headers.get("location")
    return None


C = TypeVar("C", "HTTPClient", "AsyncHTTPClient")


class _Clients(Generic[C]):
    """The client of httpx in each process, and in each event loop of it.

    After a fork a child makes a client of its own and leaves the parent's alone, unclosed: over its parent's
    connections it would read wrong answers. Connections can't move to another event loop either. A client
    that the caller made can be used in one process, and in one event loop after the other.
    """

    def __init__(self, make: Callable[[], C], *, given: bool) -> None:
        self._make: Callable[[], C] = make
        self._first: C = make()
        self._process = os.getpid()
        self._by_place: dict[tuple[int, Any], C] = {(self._process, None): self._first}
        self._in_loop = False  # whether an event loop has the first client
        self._lock = threading.Lock()
        self._closed: C | None = None
        self.given = given

    def here(self, loop: Any = None) -> C:
        """Return the client of this process and event loop; `loop` is None for the synchronous one."""
        if self._closed is not None:
            return self._closed
        place = (os.getpid(), loop)
        found = self._by_place.get(place)
        if found is not None:
            return found
        if loop is None:  # in a child, which may have inherited the lock as another thread held it
            return self._by_place.setdefault(place, self._elsewhere(place))
        with self._lock:
            return self._by_place.setdefault(place, self._elsewhere(place))

    def _elsewhere(self, place: tuple[int, Any]) -> C:
        """Return the client for a place that has none yet."""
        process, loop = place
        if self._first.is_closed:
            return self._first
        if process != self._process and self.given:
            raise ConfigurationError(
                "http_client= was made in another process, before a fork, and can't be used in this one.",
                remedy="Make http_client= and the client in the process that uses them, or leave it out.",
            )
        self._forget_ended()
        if process != self._process or loop is None:
            return self._make()
        if not self._in_loop:
            self._in_loop = True
            return self._first
        if not self.given:
            return self._make()
        if any(other is not None for _, other in self._by_place):
            raise ConfigurationError(
                "http_client= is in use in another event loop, and can't be used in two at once.",
                remedy="Make an http_client= and a client in each event loop, or leave it out.",
            )
        return self._first

    def _forget_ended(self) -> None:
        """Close the connections of event loops that have ended."""
        from futureagi_simulate.network import discard

        for place, client in list(self._by_place.items()):
            if place[0] == os.getpid() and _has_ended(place[1]):
                del self._by_place[place]
                discard(client)

    def close(self, loop: Any = None) -> C | None:
        """Return the client to close here, if it isn't the caller's; requests fail from now on."""
        if self.given:
            return None
        client = self.here(loop)
        self._forget_ended()
        self._closed = client
        return client


def _has_ended(loop: Any) -> bool:
    """Return whether an event loop is closed; trio has one at a time in a thread: another one has ended."""
    return bool(loop.is_closed()) if hasattr(loop, "is_closed") else loop is not None


class _Session(Generic[C]):
    """Options and the clients of httpx; what sends is in the two below."""

    def __init__(self, options: Options, clients: _Clients[C], owned: bool) -> None:
        self.options = options
        self._clients: _Clients[C] = clients
        self._owned = owned

    @property
    def _client(self) -> C:
        return self._clients.here()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds keys and connections: make one where it is used, don't pickle it")

    def with_options(
        self,
        *,
        timeout: Any = UNSET,
        retry: RetryPolicy | UnsetType = UNSET,
        strict: bool | UnsetType = UNSET,
    ) -> Self:
        """Return a session over the same connections with some options changed; closing it closes nothing."""
        options = self.options.but(timeout=timeout, retry=retry, strict=strict)
        return type(self)(options, self._clients, owned=False)


class Session(_Session["HTTPClient"]):
    """Sends requests one by one, from any number of threads at once.

    An `http_client` of the caller's own is used as it is (its proxies, TLS, hooks, limits) and isn't closed
    here; its `follow_redirects`, `auth`, `params` and `base_url` play no part.
    """

    @classmethod
    def of(cls, options: Options, http_client: HTTPClient | None = None) -> Session:
        """Make a session over the caller's httpx client, or over a connection pool of its own."""
        from futureagi_simulate.transport import open_client

        given = http_client is not None
        clients = _Clients(lambda: open_client(http_client, options.origin), given=given)
        return cls(options, clients, owned=not given)

    def send(self, request: Request, cancelled: threading.Event | None = None) -> Answer:
        """Return the answer to a request; raises an error of `futureagi_simulate.errors`.

        Raises Cancelled soon after another thread has set `cancelled`, whatever the request waits for.
        """
        from futureagi_simulate.transport import exchange

        steps = flow(request, self.options, cancelled)
        outcome: Reply | Failure | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                answer: Answer = end.value
                return answer
            if isinstance(step, Pause):
                self._sleep(step.seconds, cancelled)
                outcome = None
            else:
                outcome = exchange(self._clients.here(), step)

    def _sleep(self, seconds: float, cancelled: threading.Event | None) -> None:
        clock = self.options.retry.clock
        wait = None if cancelled is None else getattr(clock, "wait", None)  # a clock needn't have it
        if wait is None:
            clock.sleep(seconds)
        else:
            wait(seconds, cancelled)

    def close(self) -> None:
        """Close the connections, unless they are the caller's."""
        client = self._clients.close() if self._owned else None
        if client is not None:
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


class AsyncSession(_Session["AsyncHTTPClient"]):
    """`Session` for asyncio and trio; from any number of tasks of one event loop at once."""

    @classmethod
    def of(cls, options: Options, http_client: AsyncHTTPClient | None = None) -> AsyncSession:
        """Make a session over the caller's httpx client, or over a connection pool of its own."""
        from futureagi_simulate.transport import open_async_client

        given = http_client is not None
        clients = _Clients(lambda: open_async_client(http_client, options.origin), given=given)
        return cls(options, clients, owned=not given)

    async def send(self, request: Request) -> Answer:
        """Return the answer to a request; raises an error of `futureagi_simulate.errors`."""
        from futureagi_simulate.network import running_loop
        from futureagi_simulate.transport import exchange_async

        client = self._clients.here(running_loop())
        steps = flow(request, self.options)
        outcome: Reply | Failure | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                answer: Answer = end.value
                return answer
            if isinstance(step, Pause):
                await self.options.retry.clock.sleep_async(step.seconds)
                outcome = None
            else:
                outcome = await exchange_async(client, step)

    async def aclose(self) -> None:
        """Close the connections, unless they are the caller's."""
        from futureagi_simulate.network import running_loop

        client = self._clients.close(running_loop()) if self._owned else None
        if client is not None:
            await client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.aclose()


def __getattr__(name: str) -> Any:
    """Return httpx's clients to whoever evaluates an annotation with them."""
    if name not in ("AsyncHTTPClient", "HTTPClient"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    from futureagi_simulate import transport

    return getattr(transport, name)
