"""A server that costs next to nothing: prepared pages, an optional delay, and as many connections as you like.

What a client does with pages shows only where the server isn't the slower of the two, so this one knows just enough HTTP:
requests on kept-alive connections, answered from bytes that were made before. It serves the calls of a run test, `page` and
`limit` as the real one, ids that tell items apart, and gives `next` for those who follow links.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from benchmarks.decode_page import page as rich_page

_ID = b"@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@"
_EXECUTION = b"@@@@@@@@-@@@@-@@@@-@@@@-############"
_PATH = "/simulate/run-tests/00000000-0000-0000-0000-000000000000/call-executions/"


class Pages:
    """The pages of a listing of `count` calls, of one size, made from one call with another id each time."""

    def __init__(self, count: int, size: int, call: bytes) -> None:
        self.count, self.size = count, size
        head, tail = call.split(_ID)
        self._join = tail + b"," + head
        self._head, self._tail = head, tail

    def body(self, number: int, base: str) -> bytes:
        """Make the body of page `number`."""
        first = (number - 1) * self.size
        ids = [str(UUID(int=row)).encode() for row in range(first, min(first + self.size, self.count))]
        last = -(-self.count // self.size)
        following = f'"{base}{_PATH}?limit={self.size}&page={number + 1}"' if number < last else "null"
        rows = self._head + self._join.join(ids) + self._tail if ids else b""
        return (
            b'{"count":%d,"next":%s,"previous":null,"total_pages":%d,"current_page":%d,"results":['
            % (self.count, following.encode(), last, number)
            + rows.replace(_EXECUTION, str(UUID(int=number)).encode())
            + b"]}"
        )

    def executions(self, number: int) -> bytes:
        """Make page `number` of the listing of executions: each has the calls of one page, and is completed."""
        last = -(-self.count // self.size)
        first = (number - 1) * self.size + 1
        rows = [
            b'{"id":"%s","status":"Completed","calls":%d,"start_time":"2026-03-21T09:00:03+00:00"}'
            % (str(UUID(int=one)).encode(), min(self.size, self.count - (one - 1) * self.size))
            for one in range(first, min(first + self.size, last + 1))
        ]
        head = b'{"count":%d,"next":null,"previous":null,"total_pages":%d,"results":[' % (
            last,
            -(-last // self.size),
        )
        return head + b",".join(rows) + b"]}"


def small_call() -> bytes:
    """Give a call of some 600 bytes, without transcript, with a place for its id."""
    return (
        b'{"id":"'
        + _ID
        + b'","session_id":null,"status":"completed","duration":88.5,"start_time":"2026-03-21T10:48:00Z",'
        b'"transcript":[],"scenario":{"id":"046414eb-76c3-5837-aaa1-c3b555fb1425","name":"Billing inquiry"},"overall_score":71.5,'
        b'"eval_outputs":{},"eval_metrics":null,"customer_name":"Ann","call_summary":"A refund was asked for.",'
        b'"ended_reason":"completed","avg_agent_latency":0.9,"scenario_id":"046414eb-76c3-5837-aaa1-c3b555fb1425",'
        b'"is_snapshot":false,"rerun_type":null,"created_at":"2026-03-21T10:49:00Z"}'
    )


def rich_call() -> bytes:
    """Give a call of some 6.4 kB, with transcript and evals, with a place for its id."""
    import json

    call = json.loads(rich_page(1, 8))["results"][0]
    call["id"], call["test_execution_id"] = _ID.decode(), _EXECUTION.decode()
    return json.dumps(call, ensure_ascii=False).encode()


class _Connection(asyncio.Protocol):
    def __init__(self, pages: dict[tuple[bool, int], bytes], delay: float, free_at: list[float]) -> None:
        self._pages, self._delay, self._free_at = pages, delay, free_at
        self._transport: Any = None
        self._left = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._left += data
        while b"\r\n\r\n" in self._left:
            request, _, self._left = self._left.partition(b"\r\n\r\n")
            target = request.split(b" ", 2)[1]
            number = int(target.split(b"page=")[1].split(b"&")[0]) if b"page=" in target else 1
            answer = self._pages[b"/executions/" in target, number]
            if self._delay:
                loop, ready = asyncio.get_running_loop(), 0.0
                if self._free_at:  # it waits for the worker that is free first
                    ready = max(0.0, min(self._free_at) - loop.time())
                    self._free_at.remove(min(self._free_at))
                    self._free_at.append(loop.time() + ready + self._delay)
                loop.call_later(ready + self._delay, self._transport.write, answer)
            else:
                self._transport.write(answer)


def _serve(pipe: Any, count: int, size: int, rich: bool, delay: float, workers: int) -> None:
    async def run() -> None:
        made = Pages(count, size, rich_call() if rich else small_call())
        ready: dict[tuple[bool, int], bytes] = {}
        free_at = [0.0] * workers
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(ready, delay, free_at), "127.0.0.1", 0)
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for number in range(1, -(-count // size) + 1):
            for executions in (False, True):
                body = made.executions(number) if executions else made.body(number, base)
                head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
                ready[executions, number] = head.encode() + body
        pipe.send(base)
        await loop.run_in_executor(None, pipe.recv)

    asyncio.run(run())


@contextmanager
def serving(
    count: int, size: int, *, rich: bool = False, delay: float = 0.0, workers: int = 0
) -> Iterator[str]:
    """Serve `count` calls in pages of `size` from a process of its own; return the base URL.

    Each answer takes `delay` seconds, and as many as there are `workers` are made at once: 0 means any number.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, count, size, rich, delay, workers), daemon=True)
    process.start()
    theirs.close()  # so that a process that dies ends the wait for its word
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        process.join(10)
        process.kill()


def url(base: str) -> str:
    """Give the URL of the listing."""
    return base + _PATH


if __name__ == "__main__":
    sys.exit("This module is imported: python -m benchmarks")
