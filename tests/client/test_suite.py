"""What tests/conftest.py and pyproject.toml promise of every test."""

from __future__ import annotations

import asyncio
import socket

import pytest

BEYOND = [("0.0.0.0", 0), ("::", 0), ("", 0), ("192.0.2.1", 80), ("example.com", 80)]


@pytest.mark.parametrize("address", BEYOND, ids=str)
@pytest.mark.parametrize("name", ["bind", "connect", "connect_ex", "sendto"])
def test_no_test_reaches_beyond_the_loopback(
    name: str, address: tuple[str, int], refused_addresses: list[str]
) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with (
        socket.socket(family, socket.SOCK_DGRAM) as one,
        pytest.raises(OSError, match="stay on the loopback"),
    ):
        getattr(one, name)(*([b"x"] if name == "sendto" else []), address)
    assert refused_addresses == [f"{name}({address!r})"]
    refused_addresses.clear()


def test_no_test_listens_beyond_the_loopback_in_asyncio(refused_addresses: list[str]) -> None:
    async def listen() -> None:
        await asyncio.start_server(lambda *_: None, "0.0.0.0", 0)

    with pytest.raises(OSError, match="stay on the loopback"):
        asyncio.run(listen())
    refused_addresses.clear()


@pytest.mark.parametrize("host", ["example.com", b"example.com", "no-such-host.invalid"])
def test_no_name_is_looked_up(host: str | bytes) -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo(host, 80)


def test_every_test_has_a_limit_of_time(pytestconfig: pytest.Config) -> None:
    assert 0 < float(pytestconfig.getini("timeout")) <= 300
