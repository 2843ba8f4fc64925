"""Listings: lazy, paged, the same for both clients; threads or tasks fetch pages ahead."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, Self, TypeVar

import msgspec
from msgspec.structs import replace

from futureagi_simulate.checks import at_least_one, yes_or_no
from futureagi_simulate.errors import ConfigurationError, FutureAGIError
from futureagi_simulate.exact import IncompleteListingError, read_exactly
from futureagi_simulate.http import Answer, Cancelled
from futureagi_simulate.pagination import (
    Ask,
    Await,
    Changed,
    Command,
    Deliver,
    Drop,
    Outcome,
    Page,
    Recheck,
    Start,
    read,
)
from futureagi_simulate.results import AsyncFramed, Framed
from futureagi_simulate.source import Contract, Reader, Source

if TYPE_CHECKING:
    import asyncio

__all__ = ["AsyncItems", "AsyncListing", "AsyncPages", "Items", "Listing", "Pages", "Paging", "Plan"]


T = TypeVar("T")
F = TypeVar("F", bound="_Begun")

Decisions = Generator[Command, Outcome | None, None]

_PATIENCE: Final = 0.3  # seconds to wait for cancelled threads, which look for that five times a second


class _Turn:
    """Holds an iterator for whoever advances it; raises if it is held, as Python's own generators do."""

    def __init__(self, error: type[Exception]) -> None:
        self._error = error
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise self._error(
                "This iterator is already running: another thread or task waits for its next item. "
                "Iterate over the listing once in each, or read in one and hand the items on."
            )

    def __exit__(self, *exception: object) -> None:
        self._lock.release()


class _Begun(Protocol):
    """A page that may be under way."""

    def begin(self) -> None: ...

    def cancel(self) -> None: ...


class _Iteration(Generic[T, F]):
    """What both drivers share: carrying out the decisions up to the next page or the next wait."""

    def __init__(
        self,
        decisions: Decisions,
        source: Source[T, Any],
        prefetch: int,
        fetch: Callable[[Source[T, Any], Ask], F],
        misuse: type[Exception],
    ) -> None:
        self._decisions = decisions
        self._source = source
        self._reader = Reader(source)
        self._ahead = prefetch > 1
        self._fetch = fetch
        self._under_way: deque[F] = deque()
        self._dropped: list[F] = []
        self._awaited: F | None = None
        self._command: Command | None = None
        self._outcome: Outcome | None = None
        self._error: BaseException | None = None
        self._ended = False
        self._turn = _Turn(misuse)
        source.readings.add(self)

    def _advance(self) -> Page[T] | None:
        """Return the next page; None where `_awaited` has to be waited for, or at the end.

        An error that ended the iteration is raised each time.
        """
        if self._error is not None:
            raise self._error
        while not self._ended and self._awaited is None:
            if self._ahead:
                for fetch in self._under_way:  # those just asked for, and those that were cancelled
                    fetch.begin()
            match self._command:
                case Changed() as change:
                    self._command = None  # before it is warned: the warning may be raised
                    self._reader.changed(change)
                case Deliver() as deliver:
                    page = self._reader.deliver(deliver)
                    self._command = None
                    return page
                case _:
                    self._decide()
        return None

    def _decide(self) -> None:
        """Take the next decision, and carry it out where nothing can fail."""
        self._error = RuntimeError("This listing was interrupted where it can't go on. Begin it anew.")
        try:
            command = self._decisions.send(self._outcome)
        except StopIteration:
            self._ended, self._error = True, None
            return
        except FutureAGIError as error:
            self._drop()
            self._error = error
            raise
        self._outcome = None
        match command:
            case Start(ask):
                self._under_way.append(self._fetch(self._source, ask))
            case Await():
                self._awaited = self._under_way.popleft()
            case Recheck(ask):
                self._awaited = self._fetch(self._source, ask)
            case Drop():
                self._drop()
            case _:
                self._command = command
        self._error = None

    def _take(self, outcome: Outcome) -> None:
        self._outcome, self._awaited = outcome, None

    def _drop(self) -> None:
        """Cancel what is under way for good."""
        self._dropped = self._cancel()
        self._under_way.clear()
        self._awaited = None

    def _finish(self) -> None:
        """End the iteration."""
        self._ended, self._error = True, None
        self._decisions.close()
        self._drop()

    def _cancel(self) -> list[F]:
        """Cancel the pages under way; return them, and those cancelled before."""
        awaited = () if self._awaited is None else (self._awaited,)
        fetches = [*self._dropped, *awaited, *self._under_way]
        for fetch in fetches:
            fetch.cancel()
        return fetches


class _Fetch:
    """A page of the synchronous client: fetched in a thread once begun, else when it is waited for.

    The thread runs in the context (contextvars) of whoever iterates. It doesn't keep the process alive, and
    after a fork the child has none: it fetches the page itself.
    """

    def __init__(self, source: Source[Any, Answer], ask: Ask) -> None:
        self._get = partial(_fetch, source, ask)
        self._cancelled = threading.Event()
        self._done: threading.Event | None = None  # while there is no thread
        self._outcome: list[Outcome | BaseException] = []
        self._thread: threading.Thread | None = None
        self._joined = False
        self._process = os.getpid()

    def begin(self) -> None:
        """Start the thread, unless it was started and not cancelled."""
        if self._is_begun() and not self._cancelled.is_set():
            return
        self._thread, self._joined, self._process = None, False, os.getpid()
        self._cancelled, self._outcome = threading.Event(), []
        done = self._done = threading.Event()
        run = partial(_into, self._outcome, done, partial(self._get, self._cancelled))
        thread = threading.Thread(target=copy_context().run, args=(run,), name="futureagi-page", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # there are too many, or the interpreter is about to end
            return
        self._thread = thread

    def wait(self) -> Outcome:
        """Return what came of it."""
        while self._done is not None and self._is_begun():
            self._done.wait()
            [outcome] = self._outcome
            if isinstance(outcome, Cancelled):  # when the client was closed; asking again tells
                self._thread = None
            elif isinstance(outcome, BaseException) and not isinstance(outcome, FutureAGIError):
                self._thread = None
                raise outcome
            else:
                return outcome
        while True:
            if self._cancelled.is_set():
                self._cancelled = threading.Event()
            with suppress(Cancelled):
                return self._get(self._cancelled)

    def cancel(self) -> None:
        """Cancel it unless it is done."""
        if self._done is None or not self._done.is_set():
            self._cancelled.set()

    def _is_begun(self) -> bool:
        """Return whether there is a thread of this process."""
        return self._thread is not None and self._process == os.getpid()

    def join(self, deadline: float) -> None:
        """Wait for the thread to end, until the deadline at most and only once."""
        if self._thread is not None and self._is_begun() and not self._joined:
            self._joined = True
            self._thread.join(max(0.0, deadline - monotonic()))


def _into(box: list[Outcome | BaseException], done: threading.Event, get: partial[Outcome]) -> None:
    try:
        box.append(get())
    except BaseException as error:  # noqa: BLE001 - raised again in the thread that iterates
        box.append(error)
    done.set()


def _fetch(source: Source[T, Answer], ask: Ask, cancelled: threading.Event) -> Outcome:
    try:
        return source.in_hand(ask) or source.read(ask, source.send(ask, cancelled))
    except FutureAGIError as error:
        return error


class Pages(_Iteration[T, _Fetch]):
    """Iterates over pages; threads fetch those asked for ahead, and are cancelled when it ends.

    Use it in one thread at a time. After an error, or once closed, it gives no further pages: it raises the
    error again, or stops. After an interrupt it goes on.
    """

    def __init__(self, decisions: Decisions, source: Source[T, Answer], prefetch: int) -> None:
        super().__init__(decisions, source, prefetch, _Fetch, ValueError)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Page[T]:
        """Return the next page."""
        with self._turn:
            try:
                while True:
                    page = self._advance()
                    if page is not None:
                        return page
                    if self._awaited is None:
                        raise StopIteration
                    self._take(self._awaited.wait())
            except BaseException:
                self.stop()
                raise

    def close(self) -> None:
        """Stop, and cancel what is under way."""
        with self._turn:
            self._finish()
            self.stop()

    def stop(self, patience: float = _PATIENCE) -> None:
        """Cancel the pages under way; iterating on asks for them again."""
        deadline = monotonic() + patience
        for fetch in self._cancel():
            fetch.join(deadline)

    def __del__(self) -> None:
        self.stop()


class Items(Generic[T]):
    """Iterates over the items of pages, or over what `make` makes of them. Use it in one thread at a time."""

    def __init__(self, pages: Pages[Any], make: Callable[[Any], T] | None = None) -> None:
        self._pages = pages
        self._make = make
        self._items: Iterator[T] = iter(())
        self._turn = _Turn(ValueError)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        """Return the next item."""
        with self._turn:
            while True:
                for item in self._items:
                    return item
                items = next(self._pages).items
                self._items = iter(items) if self._make is None else map(self._make, items)

    def close(self) -> None:
        """Stop, and cancel what is under way."""
        self._pages.close()
        self._items = iter(())


class _AsyncFetch:
    """A page of the asynchronous client: sent for by a task once begun, else when it is waited for.

    Under trio, which has no tasks outside of a nursery, it is never begun.
    """

    def __init__(self, source: Source[Any, Awaitable[Answer]], ask: Ask) -> None:
        self._source = source
        self._ask = ask
        self._task: asyncio.Task[partial[Outcome]] | None = None
        self._cancelled = False

    def begin(self) -> None:
        """Start the task, unless it was started and not cancelled."""
        if self._task is not None and not self._cancelled:
            return
        loop = _running_loop()
        self._cancelled = False
        self._task = None
        if loop is not None:
            self._task = loop.create_task(_send(self._source, self._ask))
            self._source.readings.keep(self._task)

    async def wait(self) -> Outcome:
        """Return what came of it.

        If the page is here, let other tasks have their turn: a request may be about to go out.
        """
        if self._task is not None and self._task.get_loop() is _running_loop():
            import asyncio

            if self._task.done():
                await asyncio.sleep(0)
            else:
                await asyncio.wait((self._task,))  # cancelled once, by `cancel`, and not by the way too
            if not self._task.cancelled():
                task, self._task = self._task, None
                return task.result()()
        return (await _send(self._source, self._ask))()

    def cancel(self) -> None:
        """Cancel it unless it is done, and only once: cleaning up mustn't be cancelled."""
        if self._task is None or self._cancelled or self._task.done():
            return
        self._cancelled = True
        loop = self._task.get_loop()
        if loop is _running_loop():
            self._task.cancel()
        elif not loop.is_closed():  # the garbage collector may run in any thread
            loop.call_soon_threadsafe(self._task.cancel)

    @property
    def task(self) -> asyncio.Task[partial[Outcome]] | None:
        """The task, if it is one of the loop that runs."""
        return self._task if self._task is not None and self._task.get_loop() is _running_loop() else None


class AsyncPages(_Iteration[T, _AsyncFetch]):
    """Iterates over pages; those sent for ahead are asyncio tasks, cancelled when the iteration ends.

    A page is read when its turn comes, not by its task: so reading one doesn't keep the next request waiting.

    Use it in one task at a time. After an error, or once closed, it gives no further pages: it raises the
    error again, or stops. After a cancellation or a timeout it goes on. Under trio, which has no tasks
    outside of a nursery, pages are fetched one by one whatever `prefetch` says.
    """

    def __init__(self, decisions: Decisions, source: Source[T, Awaitable[Answer]], prefetch: int) -> None:
        super().__init__(decisions, source, prefetch, _AsyncFetch, RuntimeError)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page[T]:
        """Return the next page."""
        with self._turn:
            try:
                while True:
                    page = self._advance()
                    if page is not None:
                        return page
                    if self._awaited is None:
                        raise StopAsyncIteration
                    self._take(await self._awaited.wait())
            except GeneratorExit:
                self._cancel()
                raise
            except BaseException:
                await self.stop()
                raise

    async def aclose(self) -> None:
        """Stop, and wait until nothing is under way any more."""
        with self._turn:
            self._finish()
            await self.stop()

    async def stop(self) -> None:
        """Cancel the pages under way and wait for their tasks; iterating on asks for them again."""
        tasks = [task for fetch in self._cancel() if (task := fetch.task) is not None]
        if tasks:
            import asyncio

            await asyncio.wait(tasks)

    def __del__(self) -> None:
        self._cancel()


class AsyncItems(Generic[T]):
    """Iterates over the items of pages, or over what `make` makes of them. Use it in one task at a time."""

    def __init__(self, pages: AsyncPages[Any], make: Callable[[Any], T] | None = None) -> None:
        self._pages = pages
        self._make = make
        self._items: Iterator[T] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        """Return the next item."""
        while True:
            for item in self._items:
                return item
            items = (await anext(self._pages)).items
            self._items = iter(items) if self._make is None else map(self._make, items)

    async def aclose(self) -> None:
        """Stop, and wait until nothing is under way any more."""
        await self._pages.aclose()
        self._items = iter(())


async def _send(source: Source[Any, Awaitable[Answer]], ask: Ask) -> partial[Outcome]:
    """Send for a page. Knows no iterator: that one has to go when its reader drops it, tasks or not."""
    outcome: Outcome | None = source.in_hand(ask)
    try:
        if outcome is None:
            return partial(_read, source, ask, await source.send(ask))
    except FutureAGIError as error:
        outcome = error
    return partial(_as_is, outcome)


def _read(source: Source[Any, Any], ask: Ask, answer: Answer) -> Outcome:
    try:
        return source.read(ask, answer)
    except FutureAGIError as error:
        return error


def _as_is(outcome: Outcome) -> Outcome:
    return outcome


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """Return asyncio's loop, None under another library."""
    import asyncio  # here: the sync client has no use for it, and it takes long

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


if sys.version_info >= (3, 12):
    from typing import TypedDict
else:  # httpx brings it; pydantic reads no other TypedDict there
    from typing_extensions import TypedDict


PAGE_SIZE: Final = 50
_MOST_AHEAD: Final = 100  # connections that httpx keeps open for a client at most


class Paging(TypedDict, total=False):
    """How a listing is read.

    `page_size`: items a page is asked to have, 50 by default; the server may send fewer. `prefetch`: pages
    under way at once, 1 by default and 100 at most. `exact`: read until every item that is there the whole
    time is known to have been given, once.
    """

    page_size: int
    prefetch: int
    exact: bool


class Plan(msgspec.Struct, frozen=True):
    """Checked `Paging`."""

    size: int
    prefetch: int
    exact: bool

    @classmethod
    def of(cls, paging: Paging) -> Plan:
        """Check how a listing is to be read."""
        for name in paging.keys() - Paging.__annotations__.keys():
            raise TypeError(
                f"a listing has no argument {name!r}; it takes {', '.join(Paging.__annotations__)}"
            )
        size = at_least_one(paging.get("page_size", PAGE_SIZE), "page_size")
        prefetch = at_least_one(paging.get("prefetch", 1), "prefetch")
        if prefetch > _MOST_AHEAD:
            raise ConfigurationError(
                f"prefetch={prefetch} is more pages at once than the {_MOST_AHEAD} connections of a client.",
                remedy=f"Give prefetch= as 1 to {_MOST_AHEAD}; 4 to 8 suit most servers.",
            )
        return cls(size, prefetch, yes_or_no(paging.get("exact", False), "exact"))

    def decisions(
        self, variants: int, start: int = 1, stop: int | None = None
    ) -> Generator[Command, Outcome | None, None]:
        """Begin to decide which pages to read; raise ConfigurationError for a range that isn't one."""
        at_least_one(start, "start")
        if stop is not None and at_least_one(stop, "stop") < start:
            raise ConfigurationError(
                f"pages(start={start}, stop={stop}) ends before it starts.",
                remedy="Give stop= as the number after the last page: pages(1, 4) has three pages.",
            )
        if not self.exact:
            return read(self.size, self.prefetch, variants, start, stop)
        if stop is not None:
            raise ConfigurationError(
                f"stop={stop} can't be combined with exact=True, which has to read all pages.",
                remedy="Leave out stop=, or ask for the listing without exact=True.",
            )
        return read_exactly(self.size, self.prefetch, variants)


def _unpickled(kind: Any, spec: Any, plan: Plan) -> Any:
    """Make a listing that says where it comes from, and that it can't be read any more."""
    return kind(Source(spec, _no_connection, _no_connection, Contract()), plan)


def _no_connection(*_: object) -> Any:
    raise ConfigurationError(
        "This listing went through pickle, which keeps no keys and no connections.",
        remedy="Ask a client for it again.",
    )


class _Kept:
    """A listing copies as itself; pickled it keeps what it lists."""

    _source: Source[Any, Any]
    _plan: Plan

    @property
    def filtered(self) -> bool:
        """Return whether the client itself leaves rows out, so that their number isn't known."""
        return any(one.is_verdict for one in self._source.spec.row_filters.filters)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (type(self), self._source.spec, self._plan)


class Listing(_Kept, Framed[T]):
    """Items of an endpoint, read page by page while you iterate; each iteration reads anew.

    Making one sends nothing. It may ask for a page twice: where rows are missing or a page is gone,
    a second look tells whether the listing changed. An error while a page is read has the page's number in
    `page`; what came before it has been given, and `pages(start=error.page)` goes on from there. Leaving a
    loop early cancels the pages under way.
    """

    def __init__(self, source: Source[T, Answer], plan: Plan) -> None:
        self._source = source
        self._plan = plan

    def __repr__(self) -> str:
        return f"<Listing of {self._source.spec.item_name}>"

    def __iter__(self) -> Items[T]:
        return Items(self.pages())

    def pages(self, start: int = 1, stop: int | None = None) -> Pages[T]:
        """Iterate over the pages from number `start`, counted from 1, up to `stop`, which isn't among them.

        Without `stop` it ends with the last page, and also where there are fewer pages. An exact listing
        always begins at the beginning and takes no `stop`. Raise ConfigurationError for numbers below 1 and a
        `stop` below `start`, before anything is sent.
        """
        decisions = self._plan.decisions(len(self._source.spec.requests), start, stop)
        return Pages(decisions, self._source, self._plan.prefetch)

    def first(self) -> T | None:
        """Return the first item, None if there is none."""
        return next(iter(self._alone()), None)

    def count(self) -> int | None:
        """Return the number of items the server says there are, deleted calls included on the real one.

        Asks for one page.
        """
        return next((page.count for page in self._alone().pages()), None)

    def _alone(self) -> Listing[T]:
        """Return the same listing without pages that are asked for ahead."""
        return Listing(self._source, replace(self._plan, prefetch=1))

    def to_list(self) -> list[T]:
        """Read everything.

        If an exact listing can't be completed, the error holds what was found in `items`.
        """
        items: list[T] = []
        try:
            for item in self:
                items.append(item)
        except IncompleteListingError as error:
            error.items = items
            raise
        return items


class AsyncListing(_Kept, AsyncFramed[T]):
    """`Listing` for the async client: `async for`, and methods to await."""

    def __init__(self, source: Source[T, Awaitable[Answer]], plan: Plan) -> None:
        self._source = source
        self._plan = plan

    def __repr__(self) -> str:
        return f"<AsyncListing of {self._source.spec.item_name}>"

    def __aiter__(self) -> AsyncItems[T]:
        return AsyncItems(self.pages())

    def pages(self, start: int = 1, stop: int | None = None) -> AsyncPages[T]:
        """Iterate over the pages from number `start`, counted from 1, up to `stop`, which isn't among them.

        Without `stop` it ends with the last page, and also where there are fewer pages. An exact listing
        always begins at the beginning and takes no `stop`. Raise ConfigurationError for numbers below 1 and a
        `stop` below `start`, before anything is sent.
        """
        decisions = self._plan.decisions(len(self._source.spec.requests), start, stop)
        return AsyncPages(decisions, self._source, self._plan.prefetch)

    async def first(self) -> T | None:
        """Return the first item, None if there is none."""
        return await anext(aiter(self._alone()), None)

    async def count(self) -> int | None:
        """Return the number of items the server says there are, deleted calls included on the real one.

        Asks for one page.
        """
        page = await anext(self._alone().pages(), None)
        return None if page is None else page.count

    def _alone(self) -> AsyncListing[T]:
        """Return the same listing without pages that are asked for ahead."""
        return AsyncListing(self._source, replace(self._plan, prefetch=1))

    async def to_list(self) -> list[T]:
        """Read everything.

        If an exact listing can't be completed, the error holds what was found in `items`.
        """
        items: list[T] = []
        try:
            async for item in self:
                items.append(item)
        except IncompleteListingError as error:
            error.items = items
            raise
        return items
