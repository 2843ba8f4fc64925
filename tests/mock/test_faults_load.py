"""10,000 requests, 16 at a time, with faults: clients saw what the journal says, and nothing else broke."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from futureagi_simulate_mock import Mock

REQUESTS, AT_ONCE = 10_000, 16
SCRIPT = {
    "429": "429:700,retry-after=2",
    "500": "500:300,after=50",
    "502": "502:200,after=500",
    "reset": "reset:150,after=900",
    "truncate": "truncate:150,after=100",
    "wrong-type": "wrong-type:100,after=2000",
    "slow": "slow:100,delay=1ms-3ms",
    "503": "503:75,route=runs,after=20",
}


class Talker:
    """One connection at a time; says what became of each request."""

    def __init__(self, mock: Mock, host: str, port: int) -> None:
        self.address = host, port
        self.keys = f"x-api-key: {mock.api_key}\r\nx-secret-key: {mock.secret_key}\r\n"
        self.paths = [
            f"/simulate/test-executions/{mock.ids.test_execution_id}/?limit=2",
            f"/simulate/run-tests/{mock.ids.run_test_id}/executions/?limit=1",
            f"/sdk/api/v1/simulation/runs/?call_execution_id={mock.ids.call_execution_id}",
        ]
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, number: int) -> tuple[int | None, bool]:
        """Return the status (None: no answer) and whether the body was whole."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(*self.address)
        path = self.paths[number % len(self.paths)]
        try:
            self.writer.write(
                f"GET {path} HTTP/1.1\r\nhost: x\r\nx-number: {number}\r\n{self.keys}\r\n".encode()
            )
            head = await self.reader.readuntil(b"\r\n\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            await self.hang_up()
            return None, False
        status = int(head[9:12])
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        try:
            await self.reader.readexactly(length)
        except (ConnectionError, asyncio.IncompleteReadError):
            await self.hang_up()
            return status, False
        return status, True

    async def hang_up(self) -> None:
        """Close the connection; the next request opens another."""
        if self.writer is not None:
            self.writer.close()
            await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)
        self.reader = self.writer = None


async def ask_all(talkers: list[Talker]) -> dict[int, tuple[int | None, bool]]:
    numbers = iter(range(REQUESTS))
    seen: dict[int, tuple[int | None, bool]] = {}

    async def work(talker: Talker) -> None:
        for number in numbers:
            seen[number] = await talker.ask(number)
        await talker.hang_up()

    await asyncio.gather(*map(work, talkers))
    return seen


@pytest.fixture(scope="module")
def run():
    with Mock(faults=SCRIPT.values()) as mock, mock.serve() as server:
        talkers = [Talker(mock, server.host, server.port) for _ in range(AT_ONCE)]
        seen = asyncio.run(asyncio.wait_for(ask_all(talkers), 60))
        yield mock, seen


def test_the_journal_has_each_request_once_with_the_answer_its_client_saw(run):
    mock, seen = run
    told = {int(dict(entry.headers)["x-number"]): entry.status for entry in mock.journal}
    assert (mock.journal.total, len(told)) == (REQUESTS, REQUESTS)
    assert told == {number: status for number, (status, _) in seen.items()}


def test_each_scripted_fault_came_as_often_as_asked_and_nothing_else_went_wrong(run):
    mock, seen = run
    played = Counter(entry.fault.partition(":")[0] for entry in mock.journal if entry.fault)
    assert played == {kind: int(text.split(":")[1].split(",")[0]) for kind, text in SCRIPT.items()}
    assert mock.faults.pending == ()
    statuses = Counter(status for status, _ in seen.values())
    errors = {status: count for status, count in statuses.items() if status != 200}
    assert errors == {429: 700, 500: 300, 502: 200, 503: 75, None: 150}
    assert sum(status is not None and not whole for status, whole in seen.values()) == 150


def test_what_was_not_scripted_was_answered_in_full(run):
    mock, seen = run
    good = [entry for entry in mock.journal if entry.fault is None]
    assert {entry.status for entry in good} == {200}
    assert all(seen[int(dict(entry.headers)["x-number"])][1] for entry in good)
