"""Raw bytes at the socket: whatever comes, no answer is a 5xx that isn't scripted, or holds a traceback."""

from __future__ import annotations

import json
import random
import socket
from contextlib import suppress
from urllib.parse import quote

import pytest

from futureagi_simulate_mock import Mock
from futureagi_simulate_mock.ids import EVAL_COHERENCE_ID, EVAL_RESOLUTION_SCORE_ID, EVAL_TONE_ID
from futureagi_simulate_mock.queries import PLAIN
from futureagi_simulate_mock.server import Server
from futureagi_simulate_mock.service import PROFILES

WAIT = 60.0
SEED = 20261121
PIECES = [
    *rb"%00 % %zz %FF%FE %F0%9F%92%B3 .. // ? # & = ; ' \ %5C %25 _ -1 0 1e999 NaN [] {} null true".split(),
    *b"page=1 limit=2 page=last search= filters= row_groups= group_keys= summary= run_test_name=".split(),
    *b"execution_id= call_execution_id= eval_name= %5B%7B%7D%5D".split(),
    *(b"\x00", b"\xff\xfe", "ü".encode(), b'"', b"\t", b"9" * 40, b"a" * 5000),
]


@pytest.fixture(scope="module", params=PROFILES)
def serving(request):
    with Mock(request.param) as mock, mock.serve() as server:
        yield mock, server


def exchange(server: Server, data: bytes, *, all_said: bool = True) -> bytes:
    """Send these bytes, say that it's all, and return everything that comes back."""
    with socket.create_connection((server.host, server.port), WAIT) as plug:
        try:
            plug.sendall(data)
            if all_said:
                with suppress(OSError):  # it may have refused, and closed, before everything was sent
                    plug.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: plug.recv(65536), b""))
        except (ConnectionResetError, BrokenPipeError):
            return b""


def paths(mock: Mock) -> list[bytes]:
    known = mock.ids
    return [
        f"/simulate/run-tests/{known.run_test_id}/call-executions/".encode(),
        f"/simulate/run-tests/{known.run_test_id}/executions/".encode(),
        f"/simulate/test-executions/{known.test_execution_id}/".encode(),
        f"/simulate/agent-definitions/{known.agent_id}/versions/{known.version_id}/call-executions/".encode(),
        b"/sdk/api/v1/simulation/runs/",
    ]


def request(mock: Mock, target: bytes, *more: bytes, method: bytes = b"GET") -> bytes:
    keys = f"x-api-key: {mock.api_key}\r\nx-secret-key: {mock.secret_key}\r\n".encode()
    lines = b"".join(line + b"\r\n" for line in more)
    return method + b" " + target + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + keys + lines + b"\r\n"


def check(mock: Mock, sent: bytes, received: bytes) -> int | None:
    """Fail on what must never come; return the status, None when the connection was just closed."""
    if not received:
        return None
    assert received.startswith(b"HTTP/1.1 "), (sent[:300], received[:300])
    status = int(received[9:12])
    assert b"Traceback" not in received, sent[:300]
    assert b'File "' not in received, sent[:300]
    if mock.profile == "documented":
        assert status < 500, (sent[:300], received[:600])
    elif status >= 500:
        told = received.partition(b"\r\n\r\n")[2]
        assert told.lstrip().startswith((b'{"status":false', b"<!doctype html>")), (
            sent[:300],
            received[:600],
        )
    return status


def test_random_pieces_in_the_target_are_answered(serving):
    mock, server = serving
    chance = random.Random(SEED)
    for _ in range(400):
        pieces = b"".join(chance.choice(PIECES) for _ in range(chance.randint(1, 6)))
        path = chance.choice(paths(mock))
        target = chance.choice(
            [path + b"?" + pieces, path + pieces, b"/" + pieces, path[:-1] + b"?" + pieces]
        )
        sent = request(mock, target.replace(b" ", b"+"))
        check(mock, sent, exchange(server, sent))


def test_random_bytes_are_refused_or_the_connection_is_closed(serving):
    mock, server = serving
    chance = random.Random(SEED)
    for _ in range(200):
        noise = chance.randbytes(chance.randint(1, 400))
        sent = chance.choice([noise, b"GET " + noise, b"GET / HTTP/1.1\r\n" + noise, noise + b"\r\n\r\n"])
        received = exchange(server, sent)
        assert check(mock, sent, received) in (None, 200, 400, 404)


@pytest.mark.parametrize(
    "head",
    [
        b"GET\r\n\r\n",
        b"\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nbad header: \x00\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 10\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_broken_requests_get_400_or_a_closed_connection(serving, head):
    mock, server = serving
    assert check(mock, head, exchange(server, head)) in (None, 200, 400, 404, 405)


def test_huge_headers_are_refused_without_being_kept(serving):
    mock, server = serving
    for line in (b"x-long: " + b"a" * 300_000, b"\r\n".join(b"x-%d: y" % n for n in range(20_000))):
        sent = request(mock, b"/", line)
        assert check(mock, sent, exchange(server, sent)) in (None, 400)
    sent = request(mock, paths(mock)[4], b"x-long: " + b"a" * 30_000)
    assert check(mock, sent, exchange(server, sent)) == 400  # no id was given


def test_header_values_in_any_encoding_are_taken(serving):
    mock, server = serving
    for value in (b"\xff\xfe\x80", "ключ 🔑".encode(), b"=?utf-8?b?eA==?=", b"a" * 9000):
        for name in (b"accept", b"host", b"x-organization-id", b"user-agent"):
            sent = request(mock, paths(mock)[1], name + b": " + value)
            check(mock, sent, exchange(server, sent))


def deep(opening: str, closing: str, depth: int) -> str:
    return opening * depth + closing * depth


@pytest.mark.parametrize("name", ["filters", "row_groups", "group_keys"])
@pytest.mark.parametrize(
    "text",
    [
        deep("[", "]", 5_000),
        deep('{"a":', "1}", 2_000).replace("1}", "}", 0),
        "[" * 5_000,
        '[{"column_id":' + deep("[", "]", 3_000) + "}]",
        '[{"column_id":"status","filter_config":{"filter_type":"text","filter_op":"in","filter_value":'
        + deep("[", "]", 1_000)
        + "}}]",
        '["\\ud800"]',
        '[{"column_id":"status","filter_config":null}]',
        "[" + ",".join(["1"] * 5_000) + "]",
        '{"__proto__":1}',
        "\x00",
        "[1e400]",
        "\u2028",
    ],
    ids=lambda text: text[:12],
)
def test_deep_and_odd_json_is_refused_with_a_reason(serving, name, text):
    mock, server = serving
    groups = "row_groups=%5B%22status%22%5D&" if name == "group_keys" else ""
    sent = request(mock, paths(mock)[2] + f"?{groups}{name}={quote(text)}".encode())
    status = check(mock, sent, exchange(server, sent))
    if mock.profile == "documented":
        assert status == 400


EXTREMES = [
    10**400,
    -1e308,
    1e308,
    0,
    "",
    "9" * 5000,
    "0001-01-01",
    "9999-12-31T23:59:59+14:00",
    True,
    None,
    [],
]
EXTREMES += [[[]], ["a"] * 2000, [None, None], {"a": 1}, ["2026-01-01", "x"], "\ud7ff", "%", [1, 10**30]]
COLUMNS = [*PLAIN, EVAL_COHERENCE_ID, EVAL_RESOLUTION_SCORE_ID, EVAL_TONE_ID]


@pytest.mark.parametrize("kind", ["text", "number", "datetime", "boolean", "list"])
def test_extreme_filter_values_are_answered(serving, kind):
    mock, server = serving
    for column in COLUMNS:
        for value in EXTREMES:
            config = {"filter_type": kind, "filter_op": "equals", "filter_value": value}
            items = json.dumps([{"column_id": column, "filter_config": config}])
            sent = request(mock, paths(mock)[2] + b"?limit=1&filters=" + quote(items).encode())
            answer = exchange(server, sent)
            crashed = (
                mock.profile == "observed" and b"object has no attribute" in answer
            )  # as the server does
            assert check(mock, sent, answer) in ({500} if crashed else {200, 400})


def test_a_body_nobody_asked_for_does_no_harm(serving):
    mock, server = serving
    body = b"x" * 100_000
    length = b"content-length: %d" % len(body)
    sent = request(mock, paths(mock)[1], length, method=b"POST") + body
    assert check(mock, sent, exchange(server, sent)) == 405
    assert check(mock, b"", exchange(server, request(mock, paths(mock)[1]))) == 200


def test_pipelined_requests_are_answered_in_order(serving):
    mock, server = serving
    first = request(mock, paths(mock)[0]).replace(b"connection: close\r\n", b"")
    received = exchange(server, first + request(mock, paths(mock)[1]), all_said=False)
    assert received.count(b"HTTP/1.1 200") == 2
