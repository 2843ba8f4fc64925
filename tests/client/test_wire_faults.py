"""What can go wrong on the wire, on a real socket: each fault ends in the right answer or the right error.

The policy's clock stands still but for its sleeps, so the budget is measured without waiting. Only where the
fault is silence does a test wait, for a read timeout.
"""

from __future__ import annotations

import gzip
import json
import socket
import struct
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from futureagi_simulate.errors import FutureAGIError
from futureagi_simulate.http import Request
from futureagi_simulate.options import Options, Timeout
from futureagi_simulate.retry import ManualClock

THING = Request("getThing", "/things/")
Act = Callable[[socket.socket, bytes], None]
Make = Callable[..., Options]

GOOD = json.dumps({"count": 3, "results": [{"id": str(number)} for number in range(200)]}).encode()
ENVELOPE = json.dumps({"status": False, "type": "t", "code": "c", "message": "It is broken."}).encode()
HTML = b"<!doctype html><html><head><title>502 Bad Gateway</title></head></html>"
BUDGET = 60.0
PATIENT = Timeout(10, 10, 10, 10)
SILENCE = Timeout(10, 0.05, 10, 10)  # when silence is all that comes
PAUSE = Timeout(10, 0.5, 10, 10)  # when an answer comes after silence, perhaps from a busy machine
GIGABYTE = 1024**3


def answer(
    body: bytes, status: int = 200, kind: str = "application/json", length: int | None = None, **more: str
) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {kind}", "Connection: close"]
    lines += [f"Content-Length: {len(body) if length is None else length}"] if length != -1 else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def says(data: bytes) -> Act:
    """Send these bytes and close."""
    return lambda connection, _: connection.sendall(data)


def resets_after(data: bytes) -> Act:
    """Send these bytes and cut the connection with a reset."""

    def act(connection: socket.socket, _: bytes) -> None:
        connection.sendall(data)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return act


def stalls_after(data: bytes) -> Act:
    """Send these bytes and then nothing, until the client leaves."""

    def act(connection: socket.socket, _: bytes) -> None:
        connection.sendall(data)
        connection.recv(1)

    return act


CHUNKED = b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        + body
        + end
    )


def zipped(body: bytes, **more: Any) -> bytes:
    return answer(body, Content_Encoding="gzip", **more)


PACKED = gzip.compress(GOOD)
SPOILT = bytes([*PACKED[:-6], PACKED[-6] ^ 0xFF, *PACKED[-5:]])


@attrs.frozen
class Fault:
    """What a server does, the error it ends in when it does so each time, and the attempts made of four."""

    act: Act
    error: str
    attempts: int = 4
    says: str = ""


FAULTS = {
    "closed without an answer": Fault(says(b""), "TransportError"),
    "reset without an answer": Fault(resets_after(b""), "TransportError"),
    "closed in the status line": Fault(says(b"HTTP/1.1 20"), "TransportError"),
    "reset in the headers": Fault(resets_after(answer(GOOD)[:30]), "TransportError"),
    "reset between headers and body": Fault(resets_after(answer(GOOD)[: -len(GOOD)]), "TransportError"),
    "reset in the body": Fault(resets_after(answer(GOOD)[:-100]), "TransportError"),
    "closed in the body": Fault(says(answer(GOOD)[:-100]), "TransportError"),
    "closed in a chunk": Fault(says(chunked(GOOD)[:-100]), "TransportError"),
    "closed between chunks": Fault(says(chunked(GOOD[:100], end=b"")), "TransportError"),
    "chunks of a size that is no number": Fault(
        says(chunked(end=b"zz\r\n{}\r\n0\r\n\r\n")), "TransportError"
    ),
    "silence from the start": Fault(stalls_after(b""), "TimeoutError"),
    "silence in the headers": Fault(stalls_after(answer(GOOD)[:30]), "TimeoutError"),
    "silence in the body": Fault(stalls_after(answer(GOOD)[:-100]), "TimeoutError"),
    "not HTTP": Fault(says(b"SSH-2.0-OpenSSH_9.6\r\n"), "TransportError"),
    "headers without end": Fault(says(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000), "TransportError"),
    "a header line that is none": Fault(says(b"HTTP/1.1 200 OK\r\n\x00\x01: no\r\n\r\n"), "TransportError"),
    "two lengths": Fault(says(answer(GOOD, Content_length="1")), "TransportError"),
    "gzip cut short, length right": Fault(
        says(zipped(PACKED[:-20])), "TransportError", says="ends too early"
    ),
    "gzip cut to nothing": Fault(says(zipped(b"")), "TransportError", says="ends too early"),
    "gzip with a wrong checksum": Fault(says(zipped(SPOILT)), "TransportError", says="damaged"),
    "gzip that is none": Fault(says(zipped(GOOD)), "TransportError", says="damaged"),
    "a coding nobody asked for": Fault(
        says(answer(GOOD, Content_Encoding="br")), "TransportError", says="'br'"
    ),
    "length too large": Fault(says(answer(GOOD, length=len(GOOD) + 1)), "TransportError"),
    "length too small": Fault(says(answer(GOOD, length=len(GOOD) - 1)), "ContractError", says="damaged JSON"),
    "no length, closed early": Fault(
        says(answer(GOOD[:-9], length=-1)), "ContractError", says="damaged JSON"
    ),
    "JSON cut short, length right": Fault(says(answer(GOOD[:-9])), "ContractError", says="damaged JSON"),
    "empty 200": Fault(says(answer(b"")), "ContractError", says="is empty"),
    "204": Fault(
        says(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"), "ContractError", says="is empty"
    ),
    "HTML 200": Fault(says(answer(HTML, kind="text/html")), "ContractError", 1, "text/html"),
    "200 that says it failed": Fault(says(answer(ENVELOPE)), "APIStatusError", 1, "It is broken."),
    "HTML 502": Fault(says(answer(HTML, 502, "text/html")), "ServerError", says="502"),
    "503 with a broken body": Fault(resets_after(answer(HTML, 503)[:-9]), "ServerError", says="503"),
    "500 with the envelope": Fault(says(answer(ENVELOPE, 500)), "ServerError", 1, "It is broken."),
    "500 without the envelope": Fault(says(answer(HTML, 500, "text/html")), "ServerError"),
    "520": Fault(says(answer(b"error code: 520", 520, "text/plain")), "ServerError", 1, "520"),
    "401 with a broken body": Fault(resets_after(answer(ENVELOPE, 401)[:-9]), "AuthenticationError", 1),
    "404 in gzip that is none": Fault(
        says(answer(ENVELOPE, 404, Content_Encoding="gzip")), "NotFoundError", 1
    ),
    "408": Fault(says(answer(b"", 408)), "APIStatusError", says="408"),
    "429 in seconds": Fault(says(answer(b"", 429, Retry_After="5")), "RateLimitError"),
    "429 in milliseconds": Fault(says(answer(b"", 429, Retry_After_Ms="5000")), "RateLimitError"),
    "429 with a date": Fault(
        says(answer(b"", 429, Retry_After="Thu, 01 Jan 2026 00:00:09 GMT")), "RateLimitError"
    ),
    "429 with nonsense": Fault(says(answer(b"", 429, Retry_After="soon")), "RateLimitError"),
    "429 beyond the budget": Fault(says(answer(b"", 429, Retry_After="86400")), "RateLimitError", 1),
    "redirect without end": Fault(
        says(answer(b"", 302, Location="/things/")), "RedirectError", 1, "redirects"
    ),
    "redirect to another host": Fault(
        says(answer(b"", 302, Location="https://a.test/")), "RedirectError", 1, "a.test"
    ),
}


def raised(colour: Any, options: Options) -> FutureAGIError:
    with pytest.raises(FutureAGIError) as caught:
        colour.run(colour.session(options).send(THING))
    return caught.value


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_lasting_fault_ends_in_its_error_within_the_budget(
    colour: Any, make_options: Make, loopback: Any, clock: ManualClock, fault: Fault
) -> None:
    server = loopback(fault.act)
    options = make_options(
        server.base_url,
        timeout=SILENCE if fault.error == "TimeoutError" else PATIENT,
        retry={"budget": BUDGET},
    )
    error = raised(colour, options)
    assert (type(error).__name__, error.attempts) == (fault.error, fault.attempts)
    assert fault.says in error.problem
    assert error.remedy
    assert clock.monotonic() <= BUDGET


@pytest.mark.parametrize(
    "fault",
    [fault for fault in FAULTS.values() if fault.attempts > 1],
    ids=[name for name, fault in FAULTS.items() if fault.attempts > 1],
)
def test_a_passing_fault_ends_in_the_answer(
    colour: Any, make_options: Make, loopback: Any, clock: ManualClock, fault: Fault
) -> None:
    server = loopback(fault.act, says(zipped(PACKED)))
    options = make_options(
        server.base_url, timeout=PAUSE if fault.error == "TimeoutError" else PATIENT, retry={"budget": BUDGET}
    )
    got = colour.run(colour.session(options).send(THING))
    assert (got.content, got.attempts, len(server.requests)) == (GOOD, 2, 2)
    assert clock.monotonic() <= BUDGET


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry_After": "5"}, [5.0, 5.0]),
        ({"Retry_After_Ms": "250"}, [0.25, 0.25]),
        ({"Retry_After": "Thu, 01 Jan 2026 00:00:09 GMT"}, [9.0, 0.0]),
        (
            {"Retry_After": "Thu, 01 Jan 2026 00:00:09 GMT", "Date": "Thu, 01 Jan 2026 00:00:05 GMT"},
            [4.0, 4.0],
        ),
        ({"Retry_After": "soon"}, [0.5, 1.0]),
        ({}, [0.5, 1.0]),
    ],
)
def test_a_429_is_waited_out_as_long_as_the_server_says(
    colour: Any,
    make_options: Make,
    loopback: Any,
    clock: ManualClock,
    headers: dict[str, str],
    waits: list[float],
) -> None:
    busy = says(answer(b"", 429, **headers))
    server = loopback(busy, busy, says(answer(GOOD)))
    got = colour.run(colour.session(make_options(server.base_url)).send(THING))
    assert (got.attempts, clock.slept) == (3, waits)


def test_a_port_where_nobody_listens_is_a_connect_error(
    colour: Any, make_options: Make, clock: ManualClock
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = raised(colour, make_options(f"http://127.0.0.1:{port}"))
    assert (type(error).__name__, error.attempts, clock.slept) == ("ConnectError", 4, [0.5, 1.0, 2.0])
    assert "base_url" in error.remedy


@pytest.mark.filterwarnings("ignore::futureagi_simulate.InsecureConnectionWarning")
def test_a_name_that_leads_nowhere_is_a_connect_error(colour: Any, make_options: Make) -> None:
    error = raised(colour, make_options("https://no-such-host.invalid", retry={"attempts": 1}))
    assert type(error).__name__ == "ConnectError"


def test_plain_http_where_tls_is_expected_is_a_connect_error(
    colour: Any, make_options: Make, loopback: Any
) -> None:
    server = loopback(says(b""))
    error = raised(colour, make_options(server.base_url.replace("http", "https"), timeout=PATIENT))
    assert type(error).__name__ == "ConnectError"


@pytest.mark.parametrize("announced", [True, False], ids=["with length", "without"])
@pytest.mark.parametrize("status", [200, 404])
def test_a_body_of_a_gigabyte_is_given_up_and_not_read(
    colour: Any, make_options: Make, loopback: Any, announced: bool, status: int
) -> None:
    sent = 0

    def floods(connection: socket.socket, _: bytes) -> None:
        nonlocal sent
        connection.sendall(answer(b'{"results": "', status, length=GIGABYTE if announced else -1))
        while sent < GIGABYTE:
            connection.sendall(b"x" * 65536)
            sent += 65536

    limit = 2 * 1024 * 1024
    error = raised(colour, make_options(loopback(floods).base_url, max_body=limit))
    assert type(error).__name__ == ("ContractError" if status == 200 else "NotFoundError")
    assert error.attempts == 1
    assert error.excerpt.startswith('{"results": "xxx')  # type: ignore[attr-defined]
    assert len(error.excerpt) == 500  # type: ignore[attr-defined]
    assert sent < 64 * 1024 * 1024  # what fits into the buffers of both ends is sent in vain


def test_a_small_body_that_unfolds_to_a_gigabyte_is_given_up(
    colour: Any, make_options: Make, loopback: Any
) -> None:
    bomb = gzip.compress(bytes(GIGABYTE // 32)) * 32
    assert len(bomb) < 2 * 1024 * 1024
    error = raised(colour, make_options(loopback(says(zipped(bomb))).base_url, max_body=4 * 1024 * 1024))
    assert (type(error).__name__, error.attempts) == ("ContractError", 1)


def test_a_body_as_large_as_the_limit_arrives(colour: Any, make_options: Make, loopback: Any) -> None:
    options = make_options(loopback(says(answer(GOOD))).base_url, max_body=len(GOOD))
    assert colour.run(colour.session(options).send(THING)).content == GOOD


def test_a_redirect_on_a_real_socket_is_followed_with_the_keys(
    colour: Any, make_options: Make, loopback: Any
) -> None:
    server = loopback(says(answer(b"", 301, Location="/prefix/things/")), says(answer(GOOD)))
    options = make_options(f"{server.base_url}/prefix")
    assert colour.run(colour.session(options).send(Request("getThing", "/things"))).content == GOOD
    assert [b"x-api-key" in request.lower() for request in server.requests] == [True, True]
    assert server.requests[1].startswith(b"GET /prefix/things/ HTTP/1.1")


def test_a_connection_that_the_server_closed_meanwhile_is_replaced_without_an_attempt(
    colour: Any, make_options: Make, loopback: Any
) -> None:
    server = loopback(says(answer(GOOD).replace(b"Connection: close", b"Connection: keep-alive")))
    session = colour.session(make_options(server.base_url))
    assert colour.run(session.send(THING)).attempts == 1
    server.settle()
    assert colour.run(session.send(THING)).attempts == 1


def test_a_server_that_gets_well_after_several_kinds_of_fault_answers_in_the_end(
    colour: Any, make_options: Make, loopback: Any, clock: ManualClock
) -> None:
    names = ["closed in the body", "HTML 502", "gzip cut short, length right", "429 in seconds"]
    server = loopback(*(FAULTS[name].act for name in names), says(answer(GOOD)))
    options = make_options(server.base_url, retry={"attempts": 5, "budget": BUDGET})
    got = colour.run(colour.session(options).send(THING))
    assert (got.attempts, clock.slept) == (5, [0.5, 1.0, 2.0, 5.0])
