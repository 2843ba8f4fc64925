"""What an application's own logging gets from each attempt."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from futureagi_simulate.options import Options
from futureagi_simulate.transport.clock import ManualClock

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
