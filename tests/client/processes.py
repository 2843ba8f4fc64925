"""Run by test_processes.py: one client in several processes, and what each of them is answered.

`python processes.py METHOD COLOUR BASE_URL ANSWERS` uses a client, starts processes by METHOD, and has them
and threads of its own ask at once for things that only they ask for. Prints the number of answers, then the
wrong ones.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import Any

from futureagi_simulate import AsyncClient, Client
from futureagi_simulate.http import Request

METHOD, COLOUR, BASE_URL, ANSWERS = (
    sys.argv[1:5] if len(sys.argv) > 4 else ("fork", "sync", "http://[::1]", "1")
)
CHILDREN = 2
KEYS: dict[str, Any] = {
    "api_key": "api-key-of-a-test",
    "secret_key": "secret-key-of-a-test",
    "base_url": BASE_URL,
}
CLIENT = Client(**KEYS) if COLOUR == "sync" else AsyncClient(**KEYS)


async def ask_async(name: str, times: int) -> list[str]:
    send = CLIENT._session.send
    wrong = []
    for number in range(0, times, 3):
        paths = [f"/{name}-{number + step}" for step in range(min(3, times - number))]
        answers: Any = await asyncio.gather(*(send(Request("getThing", path)) for path in paths))
        wrong += [
            path for path, answer in zip(paths, answers, strict=True) if path.encode() not in answer.content
        ]
    return wrong


def ask(name: str, times: int) -> list[str]:
    """Ask for `times` things of this name; return the paths that were answered with another thing."""
    if COLOUR == "async":
        return asyncio.run(ask_async(name, times))
    paths = [f"/{name}-{number}" for number in range(times)]
    return [path for path in paths if path.encode() not in _asked(path)]


def _asked(path: str) -> bytes:
    answer: Any = CLIENT._session.send(Request("getThing", path))
    return bytes(answer.content)


def report(results: Any, name: str, times: int) -> None:
    try:
        results.put((times, ask(f"{name}-{os.getpid()}", times)))
    except BaseException as error:  # noqa: BLE001 - whatever it was, the test shows it
        results.put((0, [repr(error)]))


def _forked(results: Any, times: int) -> Callable[[], None]:
    """Fork as a program does that knows nothing of multiprocessing."""
    child = os.fork()
    if not child:
        report(results, "child", times)
        results.close()
        results.join_thread()
        os._exit(0)

    def join() -> None:
        os.waitpid(child, 0)

    return join


class Children:
    """Processes that use the client at once."""

    def __init__(self, times: int, keep_busy: Callable[[], Any]) -> None:
        context: Any = multiprocessing.get_context("fork" if METHOD == "os.fork" else METHOD)
        if METHOD == "forkserver":
            context.set_forkserver_preload(["__main__"])
        self.results: Any = context.Queue()
        self._joins: list[Callable[[], Any]] = []
        for child in range(CHILDREN):
            if child == CHILDREN - 1:
                keep_busy()  # the last child is made in the middle of requests
            if METHOD == "os.fork":
                self._joins.append(_forked(self.results, times))
            else:
                process = context.Process(target=report, args=(self.results, "child", times))
                process.start()
                self._joins.append(process.join)

    def join(self) -> tuple[int, list[str]]:
        """Wait for the children and for what they have to say."""
        said = [self.results.get(timeout=300) for _child in range(CHILDREN)]
        for join in self._joins:
            join()
        return sum(number for number, _wrong in said), [path for _number, wrong in said for path in wrong]


def main(times: int) -> None:
    def thread(name: str, number: int) -> threading.Thread:
        started = threading.Thread(target=report, args=(results, name, number))
        started.start()
        return started

    results: Any = queue.SimpleQueue()
    for opened in [thread("first", 3) for _connection in range(4)]:
        opened.join()
    busy: list[threading.Thread] = []
    children = Children(times, lambda: busy.append(thread("busy", times)))
    for worker in [thread("parent", times), *busy]:
        worker.join()
    given, wrong = children.join()
    report(results, "last", 3)  # the parent's own connections are still whole
    said = [results.get() for _report in range(7)]
    sys.stdout.write(
        f"{given + sum(number for number, _ in said)} {wrong + [p for _, some in said for p in some]}"
    )


async def main_async(times: int) -> None:
    wrong = await ask_async("first", 3)
    busy: list[asyncio.Task[list[str]]] = []
    children = Children(times, lambda: busy.append(asyncio.create_task(ask_async("busy", times))))
    wrong += await ask_async("parent", times) + await busy[0]
    given, mistaken = await asyncio.to_thread(children.join)
    wrong += mistaken + await ask_async("last", 3)
    sys.stdout.write(f"{given + 2 * times + 6} {wrong}")


if __name__ == "__main__":
    if COLOUR == "sync":
        main(int(ANSWERS) // (CHILDREN + 2))
    else:
        asyncio.run(main_async(int(ANSWERS) // (CHILDREN + 2)))
