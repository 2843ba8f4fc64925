from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from futureagi_simulate_mock.service import BASE_URL
from futureagi_simulate_mock.transports import AsyncMockTransport, MockTransport

from .services import KEYS, RUNS, START, make_service

HOSTS = frozenset({"mock.invalid"})


class Asked:
    """One shell behind both colours of client."""

    def __init__(self, *faults: str, colour: str = "sync") -> None:
        self.colour = colour
        self.shell = make_service()
        for fault in faults:
            self.shell.faults.add(fault)

    def get(self, url: str = RUNS, **options: object) -> httpx.Response:
        """Ask in the colour that was named: sync, or async under asyncio or trio."""
        arguments = {"base_url": BASE_URL, "headers": dict(KEYS)}
        if self.colour == "sync":
            transport = MockTransport(self.shell.handle, self.shell.clock, HOSTS)
            with httpx.Client(transport=transport, **arguments) as client:
                return client.get(url, **options)
        if self.colour == "trio":
            trio = pytest.importorskip("trio", reason="trio is no dependency of the package")
            return trio.run(self._get, arguments, url, options)
        return asyncio.run(self._get(arguments, url, options))

    async def _get(self, arguments: dict, url: str, options: dict) -> httpx.Response:
        transport = AsyncMockTransport(self.shell.handle, self.shell.clock, HOSTS)
        async with httpx.AsyncClient(transport=transport, **arguments) as client:
            return await client.get(url, **options)


@pytest.fixture(params=["sync", "asyncio", "trio"])
def asked(request):
    return lambda *faults: Asked(*faults, colour=request.param)


def test_a_client_without_a_socket_gets_the_answer(asked):
    got = asked().get(params={"page": 2})
    assert got.json()["query"] == {"page": "2"}
    assert got.json()["url"] == f"{BASE_URL}{RUNS}"
    assert got.headers["content-length"] == str(len(got.content))


def test_another_host_cannot_be_reached(asked):
    with pytest.raises(httpx.ConnectError, match=r"api\.example can't be reached: .* only mock\.invalid"):
        asked().get("https://api.example/x")


def test_a_reset_is_a_read_error(asked):
    with pytest.raises(httpx.ReadError, match="reset"):
        asked("reset").get()


def test_silence_is_a_read_timeout_at_once(asked):
    for fault in ("stall", "stall,sent=3"):
        with pytest.raises(httpx.ReadTimeout, match="silent"):
            asked(fault).get()


def test_a_cut_body_is_a_protocol_error(asked):
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        asked("truncate").get()


def test_a_delay_moves_the_clock_and_nobody_waits(asked):
    one = asked("slow,delay=3s")
    assert one.get(timeout=5).status_code == 200
    assert one.shell.clock.now() - START == timedelta(seconds=3)


def test_a_delay_beyond_the_read_timeout_is_that_timeout(asked):
    one = asked("slow,delay=60s")
    with pytest.raises(httpx.ReadTimeout, match="no answer within 5 s"):
        one.get(timeout=5)
    assert one.shell.clock.now() - START == timedelta(seconds=5)
    assert asked("slow,delay=60s").get(timeout=None).status_code == 200


def test_a_redirect_is_followed_within_the_mock(asked):
    one = asked()
    assert one.get(RUNS[:-1], follow_redirects=True).status_code == 200
    assert [entry.status for entry in one.shell.journal] == [301, 200]


def test_requests_under_way_at_once_let_each_other_in_between_on_trio():
    trio = pytest.importorskip("trio", reason="trio is no dependency of the package")
    seen: list[str] = []
    shell = make_service()

    async def ask() -> None:
        transport = AsyncMockTransport(shell.handle, shell.clock, HOSTS)
        async with (
            httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=dict(KEYS)) as client,
            trio.open_nursery() as nursery,
        ):
            for number in range(2):
                nursery.start_soon(one, client, number)

    async def one(client: httpx.AsyncClient, number: int) -> None:
        seen.append(f"{number} asks")
        await client.get(RUNS)
        seen.append(f"{number} is answered")

    trio.run(ask)
    assert {text.split(maxsplit=1)[1] for text in seen[:2]} == {"asks"}
