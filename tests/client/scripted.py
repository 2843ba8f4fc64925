"""Handlers that answer by a script, for tests of the flow."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from futureagi_simulate.errors import FutureAGIError
from futureagi_simulate.options import Options
from futureagi_simulate.retry import ManualClock

GOOD = {"count": 0, "results": []}


class Script:
    """Answers one request after another: a status, a response, an exception, or a function of the request."""

    def __init__(self, *steps: Any, clock: ManualClock | None = None, takes: float = 0.0) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []
        self._clock = clock
        self._takes = takes

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self._clock is not None:
            self._clock.advance(self._takes)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step.with_traceback(None)  # tests share it, and each raise adds frames to what it has
        if isinstance(step, int):
            return httpx.Response(step, json=GOOD if step == 200 else None)
        if isinstance(step, httpx.Response):  # a client writes into the response it gets: give each its own
            return httpx.Response(step.status_code, headers=step.headers, content=step.content)
        answer: httpx.Response = step(request)
        return answer

    @property
    def urls(self) -> list[str]:
        return [str(request.url) for request in self.requests]


def redirect(location: str, status: int = 302) -> httpx.Response:
    return httpx.Response(status, headers={"location": location})


def fails(colour: Any, script: Script, options: Options, path: str = "/things/") -> FutureAGIError:
    with pytest.raises(FutureAGIError) as caught:
        colour.send(script, options, path)
    return caught.value
