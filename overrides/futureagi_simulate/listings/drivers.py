"""The two drivers of a listing.

Each starts pages, waits for them and hands them over as it is told, and decides nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from futureagi_simulate.errors import FutureAGIError
from futureagi_simulate.listings.page import Ask, Page
from futureagi_simulate.listings.planner import Await, Changed, Command, Outcome, Start
from futureagi_simulate.listings.source import Reader, Source
from futureagi_simulate.transport.request import Answer

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

__all__ = ["AsyncPages", "drive"]

T = TypeVar("T")

Decisions = Generator[Command, Outcome | None, None]
_Reading = Callable[[], Outcome]


def drive(decisions: Decisions, source: Source[T, Answer], prefetch: int) -> Iterator[Page[T]]:
    """Iterate over pages, with threads if several are to be under way.

    They are gone when the iteration ends.
    """
    started: deque[Callable[[], Outcome]] = deque()
    reader = Reader(source)
    pool = _threads(prefetch) if prefetch > 1 else None
    try:
        outcome: Outcome | None = None
        while True:
            try:
                command = decisions.send(outcome)
            except StopIteration:
                return
            outcome = None
            if isinstance(command, Start):
                fetch = partial(_fetch, source, command.ask)
                started.append(fetch if pool is None else pool.submit(fetch).result)
            elif isinstance(command, Await):
                outcome = started.popleft()()
            elif isinstance(command, Changed):
                reader.changed(command.how)
            else:
                yield reader.deliver(command)
    finally:
        decisions.close()
        if pool is not None:
            pool.shutdown()


def _threads(number: int) -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(number, thread_name_prefix="futureagi-page")


def _fetch(source: Source[T, Answer], ask: Ask) -> Outcome:
    try:
        return source.in_hand(ask) or source.read(ask, source.send(ask))
    except FutureAGIError as error:
        return error


class AsyncPages(Generic[T]):
    """Iterates over pages; those sent for ahead are asyncio tasks, cancelled when the iteration ends.

    A page is read when its turn comes, not by its task: so reading one doesn't keep the next request waiting.

    Under trio, which has no tasks outside of a nursery, pages are fetched one by one whatever `prefetch`
    says.
    """

    def __init__(self, decisions: Decisions, source: Source[T, Awaitable[Answer]], prefetch: int) -> None:
        self._decisions = decisions
        self._source = source
        self._reader = Reader(source)
        self._ahead = prefetch > 1
        self._started: deque[Callable[[], Awaitable[_Reading]]] = deque()
        self._tasks: set[asyncio.Task[_Reading]] = set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page[T]:
        """Give the next page."""
        outcome: Outcome | None = None
        try:
            while True:
                command = self._decisions.send(outcome)
                outcome = None
                if isinstance(command, Start):
                    self._started.append(self._start(command.ask))
                elif isinstance(command, Await):
                    read = await self._started.popleft()()
                    outcome = read()
                elif isinstance(command, Changed):
                    self._reader.changed(command.how)
                else:
                    return self._reader.deliver(command)
        except StopIteration:
            raise StopAsyncIteration from None
        except BaseException:
            self._cancel()
            raise

    async def aclose(self) -> None:
        """Stop, and wait until nothing is under way any more."""
        self._cancel()
        if self._tasks:
            import asyncio

            await asyncio.wait(self._tasks)

    def __del__(self) -> None:
        self._cancel()

    def _start(self, ask: Ask) -> Callable[[], Awaitable[_Reading]]:
        if not self._ahead or (loop := _running_loop()) is None:
            return partial(_send, self._source, ask)
        task = loop.create_task(_send(self._source, ask))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return partial(_joined, task)

    def _cancel(self) -> None:
        self._decisions.close()
        for task in self._tasks:
            if not task.get_loop().is_closed():
                task.cancel()


async def _send(source: Source[T, Awaitable[Answer]], ask: Ask) -> _Reading:
    """Send for a page. Knows no iterator: that one has to go when its reader drops it, tasks or not."""
    outcome: Outcome | None = source.in_hand(ask)
    try:
        if outcome is None:
            return partial(_read, source, ask, await source.send(ask))
    except FutureAGIError as error:
        outcome = error
    return partial(_as_is, outcome)


def _read(source: Source[T, Any], ask: Ask, answer: Answer) -> Outcome:
    try:
        return source.read(ask, answer)
    except FutureAGIError as error:
        return error


def _as_is(outcome: Outcome) -> Outcome:
    return outcome


async def _joined(task: asyncio.Task[_Reading]) -> _Reading:
    """Wait for a page; if it is here, let other tasks have their turn: a request may be about to go out."""
    if task.done():
        import asyncio

        await asyncio.sleep(0)
    return await task


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """Give asyncio's loop, None under another library."""
    import asyncio  # here: the sync client has no use for it, and it takes long

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
