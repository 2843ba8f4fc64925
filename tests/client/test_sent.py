"""What a request is like on its way out, whatever client carries it."""

from __future__ import annotations

from typing import Any

from futureagi_simulate.options import Options

from .scripted import Script


def test_only_the_coding_that_can_be_read_here_is_asked_for(colour: Any, options: Options) -> None:
    script = Script(200)
    colour.send(script, options)
    assert script.requests[0].headers.get_list("accept-encoding") == ["gzip"]
