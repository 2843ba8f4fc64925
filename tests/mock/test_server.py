from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from futureagi_simulate_cli.commands.mock import is_loopback
from futureagi_simulate_mock.app import App
from futureagi_simulate_mock.ids import Settings
from futureagi_simulate_mock.pages import make_pages
from futureagi_simulate_mock.server import Server
from futureagi_simulate_mock.service import Service

from .services import DETAIL, KEYS, RUNS, ask, make_service

WAIT = 60.0


def app(handle: Any) -> App:
    return App(handle, lambda: make_pages(Settings, "documented"))


@contextmanager
def serving(service: Service) -> Iterator[Server]:
    with Server(app(service.handle)).in_thread() as server:
        yield server


@contextmanager
def client(server: Server, timeout: float = WAIT) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base_url, headers=dict(KEYS), timeout=timeout) as made:
        yield made


@contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    address = urlsplit(server.base_url)
    with socket.create_connection((address.hostname, address.port), WAIT) as plug:
        yield plug


def keyed(path: str = RUNS) -> bytes:
    headers = "".join(f"{name}: {value}\r\n" for name, value in KEYS)
    return f"GET {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n".encode()


def test_the_server_answers_what_handle_answers():
    service = make_service()
    with serving(service) as server, client(server) as http:
        got = http.get(DETAIL, params={"page": "2", "search": "ü %"})
    headers = (*KEYS, ("host", urlsplit(server.base_url).netloc))
    expected = ask(service, DETAIL, "page=2&search=%C3%BC%20%25", headers=headers)
    assert (got.status_code, got.content) == (expected.status, expected.body)


def test_the_thread_and_the_port_are_gone_when_the_block_ends():
    before = set(threading.enumerate())
    with serving(make_service()) as server, client(server) as http:
        assert http.get(RUNS).status_code == 200
        assert set(threading.enumerate()) > before
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), WAIT).close()


def test_the_thread_ends_although_the_block_raises_and_a_client_waits():
    before = set(threading.enumerate())
    service = make_service()
    service.faults.add("stall")
    broken = pytest.raises(ConnectionRefusedError)
    with broken, serving(service) as server, connected(server) as plug:
        plug.sendall(keyed())
        raise ConnectionRefusedError
    assert set(threading.enumerate()) == before


def test_a_taken_port_is_an_error_where_the_server_is_made():
    with serving(make_service()) as server, pytest.raises(OSError, match=r"in use"):
        Server(app(make_service().handle), port=server.port)


def test_two_servers_do_not_meet():
    first, second = make_service(), make_service()
    with serving(first) as one, serving(second) as two, client(one) as http, client(two) as other:
        http.get(RUNS)
        http.get(DETAIL)
        other.get(RUNS)
    assert (first.journal.total, second.journal.total) == (2, 1)


def test_a_reset_breaks_the_connection_before_anything_is_sent():
    service = make_service()
    service.faults.add("reset")
    with serving(service) as server:
        with connected(server) as plug:
            plug.sendall(keyed())
            with pytest.raises(ConnectionResetError):
                plug.recv(1)
        with client(server) as http:
            assert http.get(RUNS).status_code == 200


def test_a_truncated_body_promises_more_than_it_sends():
    service = make_service()
    service.faults.add("truncate,sent=5")
    with serving(service) as server, connected(server) as plug:
        plug.sendall(keyed())
        received = b"".join(iter(lambda: plug.recv(4096), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert len(body) == 5
    assert b"content-length: 5\r\n" not in head


def test_a_client_sees_a_truncated_body_as_a_broken_protocol():
    service = make_service()
    service.faults.add("truncate")
    with serving(service) as server, client(server) as http, pytest.raises(httpx.RemoteProtocolError):
        http.get(RUNS)


@pytest.mark.parametrize("fault", ["stall", "stall,sent=4", "slow,delay=60s"])
def test_silence_ends_in_the_clients_timeout(fault):
    service = make_service()
    service.faults.add(fault)
    with serving(service) as server, client(server, timeout=0.05) as http:
        with pytest.raises(httpx.ReadTimeout):
            http.get(RUNS)
        assert http.get(RUNS, timeout=WAIT).status_code == 200


def test_a_429_carries_its_retry_after_over_the_wire():
    service = make_service()
    service.faults.add("429,retry-after=2")
    with serving(service) as server, client(server) as http:
        refused = http.get(RUNS)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")


def test_a_crash_is_a_500_without_a_traceback():
    def crash(_request: object) -> None:
        raise RuntimeError("a secret detail")

    with Server(app(crash)).in_thread() as server, client(server) as http:
        got = http.get(RUNS)
    assert (got.status_code, got.text) == (500, "Internal Server Error")


def test_the_landing_page_tells_what_to_paste_and_links_to_the_contract():
    with serving(make_service()) as server, client(server) as http:
        page, docs, contract = (http.get(path) for path in ("/", "/docs", "/openapi.yaml"))
    for name, value in Settings(server.base_url).environment().items():
        assert name in page.text
        assert value in page.text
    assert 'href="/docs"' in page.text
    assert "openapi" in docs.text
    assert contract.text.startswith("openapi:")


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("example.com", False),
        ("", False),
    ],
)
def test_only_loopback_addresses_are_loopback(host, answer):
    assert is_loopback(host) is answer
