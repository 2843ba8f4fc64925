"""The two drivers of a listing.

Each starts pages, waits for them and hands them over as it is told, and decides nothing. An iteration that
was interrupted goes on where it was: pages that were cancelled are asked for again.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextvars import copy_context
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, Self, TypeVar

from futureagi_simulate.errors import FutureAGIError
from futureagi_simulate.listings.page import Ask, Page
from futureagi_simulate.listings.planner import (
    Await,
    Changed,
    Command,
    Deliver,
    Drop,
    Look,
    Outcome,
    Start,
)
from futureagi_simulate.listings.source import Reader, Source
from futureagi_simulate.transport.request import Answer
from futureagi_simulate.transport.session import Cancelled

if TYPE_CHECKING:
    import asyncio

__all__ = ["AsyncItems", "AsyncPages", "Items", "Pages"]

T = TypeVar("T")
F = TypeVar("F", bound="_Begun")

Decisions = Generator[Command, Outcome | None, None]

_PATIENCE: Final = 0.2  # seconds to wait for cancelled threads; one that a server holds up ends on its own


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
                    self._command = None  # before it is told: the warning may be raised
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
            case Look(ask):
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

    The thread runs in the context (contextvars) of whoever iterates. It doesn't keep the process alive.
    """

    def __init__(self, source: Source[Any, Answer], ask: Ask) -> None:
        self._get = partial(_fetch, source, ask)
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._outcome: list[Outcome | BaseException] = []
        self._thread: threading.Thread | None = None
        self._joined = False

    def begin(self) -> None:
        """Start the thread, unless it was started and not cancelled."""
        if self._thread is not None and not self._cancelled.is_set():
            return
        self._thread, self._joined = None, False
        self._cancelled, self._done, self._outcome = threading.Event(), threading.Event(), []
        run = partial(_into, self._outcome, self._done, partial(self._get, self._cancelled))
        thread = threading.Thread(target=copy_context().run, args=(run,), name="futureagi-page", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # there are too many, or the interpreter is about to end
            return
        self._thread = thread

    def wait(self) -> Outcome:
        """Return what came of it."""
        while self._thread is not None:
            self._done.wait()
            [outcome] = self._outcome
            if isinstance(outcome, Cancelled):  # when the client was closed; asking again tells
                self._thread = None
            elif isinstance(outcome, BaseException) and not isinstance(outcome, FutureAGIError):
                self._thread = None
                raise outcome
            else:
                return outcome
        self._cancelled = threading.Event()
        while True:
            try:
                return self._get(self._cancelled)
            except Cancelled:
                self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Cancel it unless it is done."""
        if not self._done.is_set():
            self._cancelled.set()

    def join(self, deadline: float) -> None:
        """Wait for the thread to end, until the deadline at most and only once."""
        if self._thread is not None and not self._joined:
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
        """Give the next page."""
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

    def stop(self) -> None:
        """Cancel the pages under way; iterating on asks for them again."""
        deadline = monotonic() + _PATIENCE
        for fetch in self._cancel():
            fetch.join(deadline)

    def __del__(self) -> None:
        self.stop()


class Items(Generic[T]):
    """Iterates over the items of pages. Use it in one thread at a time."""

    def __init__(self, pages: Pages[T]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())
        self._turn = _Turn(ValueError)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        """Give the next item."""
        with self._turn:
            while True:
                for item in self._items:
                    return item
                self._items = iter(next(self._pages).items)

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
        self._task = None if loop is None else loop.create_task(_send(self._source, self._ask))

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
        """Give the next page."""
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
    """Iterates over the items of pages. Use it in one task at a time."""

    def __init__(self, pages: AsyncPages[T]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        """Give the next item."""
        while True:
            for item in self._items:
                return item
            self._items = iter((await anext(self._pages)).items)

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
