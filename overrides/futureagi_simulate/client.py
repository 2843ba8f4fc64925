"""The two clients: the generated methods, sent through a session and read page by page."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar, cast

from msgspec import UNSET, UnsetType

from futureagi_simulate import http
from futureagi_simulate.auth import Secret
from futureagi_simulate.checks import uuid
from futureagi_simulate.http import Answer, AsyncSession, Session
from futureagi_simulate.listings import AsyncListing, Listing, Paging, Plan
from futureagi_simulate.options import DEFAULT_TIMEOUT, Options, Timeout
from futureagi_simulate.pagination import Ask, Fetched
from futureagi_simulate.requests import (
    ListingSpec,
    answer_form,
    calls_of,
    listing_spec,
    object_form,
    requests_of,
)
from futureagi_simulate.results import Form, WithCalls
from futureagi_simulate.retry import RetryPolicy
from futureagi_simulate.source import Contract, Readings, Source
from futureagi_simulate_api.methods import AsyncMethods, SyncMethods
from futureagi_simulate_api.operations import METHODS, Method, Operation

__all__ = ["AsyncClient", "Client"]

M = TypeVar("M")
S = TypeVar("S", Session, AsyncSession)
H = TypeVar("H")  # the HTTP client that a session takes
W = TypeVar("W", bound=WithCalls)
Arguments = Mapping[str, Any]

_PAGING: Final = ("page_size", "prefetch", "exact")


class _Reading(Generic[S, H]):
    """What both clients do with answers; how a request is sent is in the two below."""

    _session: S
    _contract: Contract
    _readings: Readings

    def __init__(
        self,
        *,
        api_key: str | Secret | None = None,
        secret_key: str | Secret | None = None,
        base_url: str | None = None,
        timeout: float | Timeout | None = DEFAULT_TIMEOUT,
        retry: RetryPolicy | None = None,
        strict: bool = False,
        http_client: H | None = None,
    ) -> None:
        api_key, secret_key = Secret.of(api_key), Secret.of(secret_key)
        options = Options.of(
            api_key=api_key,
            secret_key=secret_key,
            base_url=base_url,
            timeout=timeout,
            retry=retry,
            strict=strict,
        )
        self._begin(self._open(options, http_client), Contract(), Readings())

    @abstractmethod
    def _open(self, options: Options, http_client: H | None) -> S:
        """Open a session over the caller's HTTP client, or over connections of its own."""

    def _begin(self, session: S, contract: Contract, readings: Readings) -> None:
        self._session, self._contract, self._readings = session, contract, readings

    def __repr__(self) -> str:
        made = getattr(self, "_session", None)  # a traceback may show a client that isn't finished
        where = "" if made is None else f" of {made.options.origin}"
        return f"<{type(self).__name__}{where}>"

    def with_options(
        self,
        *,
        timeout: float | Timeout | UnsetType | None = UNSET,
        retry: RetryPolicy | UnsetType = UNSET,
        strict: bool | UnsetType = UNSET,
    ) -> Self:
        """Return a client over the same connections with some options changed, for one call or many.

        What is left out stays as it is. `timeout` and `retry` are as in the constructor.
        """
        other = object.__new__(type(self))
        session = self._session.with_options(timeout=timeout, retry=retry, strict=strict)
        other._begin(session, self._contract, Readings(self._readings))
        return other

    def _page(self, spec: ListingSpec[M], answer: Answer, ask: Ask) -> Fetched[M]:
        from futureagi_simulate.decoding import read_page  # here: it brings the models, and attrs

        return read_page(spec.form, answer, ask, strict=self._session.options.strict)

    def _object(self, form: Form[M], answer: Answer) -> Any:
        """Read an answer that isn't a page: an object, a list of objects, or None where nothing came."""
        from futureagi_simulate.decoding import read_array, read_object

        answers = answer.request.answers
        if "nothing" in answers and (answers == ("nothing",) or not answer.content.strip()):
            return None
        read: Callable[..., Any] = read_array if "array" in answers else read_object
        model, deviations = read(form, answer, strict=self._session.options.strict)
        self._contract.report(answer.request.operation, deviations)
        return model

    def _wrapped(
        self,
        method: Method,
        arguments: Arguments,
        wrapper: type[W],
        answer: Answer,
        page: Fetched[Any],
        calls: Listing[Any] | AsyncListing[Any],
    ) -> W:
        """Make an object of an answer that holds its first page of rows too."""
        form = object_form(method, arguments)
        requested = next(
            uuid(arguments[one.argument], one.argument) for one in method.parameters if one.kind == "uuid"
        )
        if method.whole != method.envelope:
            whole = self._object(form, answer)
            return wrapper(whole, calls, requested, whole.raw_json)
        given = {name: getattr(page.envelope, name) for name in form.item.__annotations__}
        if calls.filtered:
            given["count"] = None  # of the calls before that filter, which nobody asked for
        return wrapper(form.item(**given), calls, requested, answer.content)

    def _composing(
        self, method: Method, arguments: Arguments, wrapper: type[W] | None, listing: Callable[..., Any]
    ) -> Callable[[Any], Any]:
        """Return what makes an item of a row: the row itself, or an object with a listing of its own."""
        if wrapper is None or method.calls is None:
            return _as_is
        inner, id_argument = METHODS[method.calls[0]], method.calls[1]
        taken = {one.argument for one in inner.parameters}
        passed = {name: value for name, value in arguments.items() if name in taken}
        plan = _plan(arguments)

        def composed(row: Any) -> W:
            given = getattr(row, id_argument)
            return wrapper(
                row,
                listing(calls_of(inner, {**passed, id_argument: given}, id_argument), plan),
                given,
                row.raw_json,
            )

        return composed


def _as_is(row: Any) -> Any:
    return row


def _plan(arguments: Arguments) -> Plan:
    return Plan.of(cast("Paging", {name: arguments[name] for name in _PAGING if name in arguments}))


class Client(_Reading[Session, "http.HTTPClient"], SyncMethods):
    """Reads simulation results from the Future AGI API.

    `api_key`, `secret_key` and `base_url` default to FI_API_KEY, FI_SECRET_KEY and FI_BASE_URL. `timeout` is
    seconds for each phase of an attempt, a `Timeout` with seconds per phase, or None for none; by default
    60 s to read, 10 s to connect and to write. `retry` is a `RetryPolicy`; None stands for its defaults.
    With `strict` an answer that differs from the contract is an error, not a warning.
    `http_client` is an `httpx.Client` of your own; it isn't closed here.

    Use it as a context manager, or call `close`. One client may be shared between threads. Methods that
    return a listing send nothing until you iterate; all check their arguments at once. Raises
    ConfigurationError for a missing or malformed key, address or argument.
    """

    def _open(self, options: Options, http_client: http.HTTPClient | None) -> Session:
        return Session.of(options, http_client)

    def request(self, operation: Operation, arguments: Mapping[str, object], model: type[M]) -> M:
        """Send one request of an operation and return its answer as `model`.

        The functions of `futureagi_simulate_api.api` send through this: one page, with the client's keys,
        retries and errors. None comes back where the operation may answer with nothing, and did.
        """
        request = requests_of(operation, arguments)[0]
        found: M = self._object(answer_form(model), self._session.send(request))
        return found

    def _listing(
        self,
        spec: ListingSpec[Any],
        plan: Plan,
        *in_hand: Fetched[Any],
        compose: Callable[[Any], Any] = _as_is,
    ) -> Listing[Any]:
        def send(ask: Ask, cancelled: threading.Event) -> Answer:
            return self._session.send(spec.page(ask), cancelled)

        def read(ask: Ask, answer: Answer) -> Fetched[Any]:
            return self._page(spec, answer, ask).composed(compose)

        return Listing(Source(spec, send, read, self._contract, list(in_hand), self._readings), plan)

    def _list(self, method: Method, arguments: Arguments, wrapper: type[Any] | None = None) -> Listing[Any]:
        spec, plan = listing_spec(method, arguments), _plan(arguments)
        return self._listing(spec, plan, compose=self._composing(method, arguments, wrapper, self._listing))

    def _get(self, method: Method, arguments: Arguments, wrapper: type[Any] | None = None) -> Any:
        if wrapper is None:
            request = requests_of(method.operation, arguments, method.parameters)[0]
            return self._object(object_form(method, arguments), self._session.send(request))
        spec, plan = listing_spec(method, arguments), _plan(arguments)
        ask = Ask(1, plan.size)
        answer = self._session.send(spec.page(ask))
        page = self._page(spec, answer, ask)
        return self._wrapped(method, arguments, wrapper, answer, page, self._listing(spec, plan, page))

    def close(self) -> None:
        """Cancel the pages under way, and close the connections unless they are of a client you gave."""
        self._readings.stop()
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(_Reading[AsyncSession, "http.AsyncHTTPClient"], AsyncMethods):
    """`Client` for asyncio and trio: the same methods, awaited, and listings for `async for`.

    `http_client` is an `httpx.AsyncClient`. Under trio pages of a listing are fetched one by one, whatever
    `prefetch` says.
    """

    def _open(self, options: Options, http_client: http.AsyncHTTPClient | None) -> AsyncSession:
        return AsyncSession.of(options, http_client)

    async def request(self, operation: Operation, arguments: Mapping[str, object], model: type[M]) -> M:
        """Send one request of an operation and return its answer as `model`. See `Client.request`."""
        request = requests_of(operation, arguments)[0]
        found: M = self._object(answer_form(model), await self._session.send(request))
        return found

    def _listing(
        self,
        spec: ListingSpec[Any],
        plan: Plan,
        *in_hand: Fetched[Any],
        compose: Callable[[Any], Any] = _as_is,
    ) -> AsyncListing[Any]:
        def send(ask: Ask) -> Awaitable[Answer]:
            return self._session.send(spec.page(ask))

        def read(ask: Ask, answer: Answer) -> Fetched[Any]:
            return self._page(spec, answer, ask).composed(compose)

        return AsyncListing(Source(spec, send, read, self._contract, list(in_hand), self._readings), plan)

    def _list(
        self, method: Method, arguments: Arguments, wrapper: type[Any] | None = None
    ) -> AsyncListing[Any]:
        spec, plan = listing_spec(method, arguments), _plan(arguments)
        return self._listing(spec, plan, compose=self._composing(method, arguments, wrapper, self._listing))

    async def _get(self, method: Method, arguments: Arguments, wrapper: type[Any] | None = None) -> Any:
        if wrapper is None:
            request = requests_of(method.operation, arguments, method.parameters)[0]
            return self._object(object_form(method, arguments), await self._session.send(request))
        spec, plan = listing_spec(method, arguments), _plan(arguments)
        ask = Ask(1, plan.size)
        answer = await self._session.send(spec.page(ask))
        page = self._page(spec, answer, ask)
        return self._wrapped(method, arguments, wrapper, answer, page, self._listing(spec, plan, page))

    async def aclose(self) -> None:
        """Cancel the pages under way, and close the connections unless they are of a client you gave."""
        await self._readings.stop_async()
        await self._session.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.aclose()
