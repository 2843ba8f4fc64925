"""What an application's own logging gets from each attempt."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from futureagi_simulate.http import Request
from futureagi_simulate.options import Options
from futureagi_simulate.retry import ManualClock

from .conftest import API_KEY, SECRET_KEY
from .scripted import Script

URL = "https://api.test/things/"


def records(caplog: pytest.LogCaptureFixture) -> list[Any]:
    return [record for record in caplog.records if record.name == "futureagi_simulate"]


def test_each_attempt_is_logged_with_fields_of_plain_types(
    colour: Any, make_options: Callable[..., Options], clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "futureagi_simulate")
    script = Script(503, httpx.ReadError("reset"), 200, clock=clock, takes=0.25)
    colour.send(script, make_options())
    said = [
        (record.fi_request, record.fi_outcome, record.fi_ms, record.fi_attempt)
        for record in records(caplog)
        if record.levelno == logging.DEBUG
    ]
    assert said == [
        (f"GET {URL}", "503", 250.0, 1),
        (f"GET {URL}", "connection broke", 250.0, 2),
        (f"GET {URL}", "200", 250.0, 3),
    ]


def test_at_level_info_only_the_waits_are_logged(
    colour: Any, options: Options, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "futureagi_simulate")
    colour.send(Script(503, 200), options)
    assert [record.getMessage() for record in records(caplog)] == [
        f"GET {URL}: 503, trying again in 0.50 s (attempt 1)"
    ]


def test_the_logs_of_the_libraries_underneath_hold_no_key(
    colour: Any,
    make_options: Callable[..., Options],
    loopback: Any,
    caplog: pytest.LogCaptureFixture,
    assert_silent: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    echoed = f"X-Echo: {API_KEY}\r\nX-Low: {SECRET_KEY.lower()}".encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + echoed + b"\r\n\r\n{}"
    server = loopback(lambda connection, _: connection.sendall(answer))
    options = make_options(server.base_url)
    colour.run(colour.session(options).send(Request("getThing", "/things/")))
    hpack = logging.getLogger("hpack.hpack")
    hpack.debug("Adding %s=%s to the header table, sensitive:%s", b"x-api-key", API_KEY.encode(), False)
    hpack.debug("Encoded header block to %s", b"compressed")
    logging.getLogger("hpack.table").debug("Evicting %s: %s", b"x-secret-key", SECRET_KEY.encode())
    said = [record.getMessage() for record in caplog.records]
    assert any("receive_response_headers.complete" in text for text in said)
    assert any("x-api-key" in text for text in said)
    assert not any("compressed" in text for text in said)
    assert_silent(options, *said, *(record.args for record in caplog.records))
    assert not any(SECRET_KEY.lower() in text.lower() for text in said)
