"""Scripted faults: what goes wrong, where, and how often. Values only; nothing here sleeps or sends."""

from __future__ import annotations

import math
import random
import re
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

import msgspec
from msgspec.structs import force_setattr, replace

from futureagi_simulate_mock.generated import Endpoint
from futureagi_simulate_mock.messages import (
    Effect,
    Ending,
    Headers,
    Response,
    endpoint_named,
    error_response,
    html_response,
)

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|m|h|)", re.ASCII | re.IGNORECASE)
_UNITS: Final = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_FORMS: Final = '"500ms", "90s", "30m", "2h", or a number of seconds'


def seconds(duration: str | float) -> float:
    """Return the seconds of a duration such as `50ms` or `90s`; raise ValueError for anything else."""
    if isinstance(duration, str):
        match = _DURATION.fullmatch(duration.strip())
        if match:
            return float(match[1]) * _UNITS[match[2].lower()]
    elif 0 <= duration < math.inf:
        return float(duration)
    raise ValueError(f"{duration!r} is no duration; write {_FORMS}")


class Spread(msgspec.Struct, frozen=True):
    """A duration between two bounds, in seconds. Fixed when they are equal."""

    low: float = 0.0
    high: float = 0.0

    def pick(self, chance: random.Random) -> float:
        """Return one duration out of the spread."""
        return self.low if self.low == self.high else chance.uniform(self.low, self.high)


#: What may stand for a latency: `50ms`, `20ms-80ms`, seconds, a Spread, or None for none.
Latency = str | float | Spread | None


def spread(value: Latency) -> Spread:
    """Read a latency."""
    if isinstance(value, Spread):
        return value
    if value is None:
        return Spread()
    low, _, high = value.partition("-") if isinstance(value, str) else (value, "", "")
    found = Spread(seconds(low), seconds(high or low))
    if found.high < found.low:
        raise ValueError(f"{value!r} ends before it begins")
    return found


KINDS: Final = ("reset", "stall", "truncate", "wrong-type", "slow")
BODIES: Final = ("json", "html", "empty")
_GATEWAY: Final = frozenset({502, 503, 504})
_OPTIONS: Final = "route, after, retry-after, delay, body, sent, type"


def _check_kind(text: str) -> None:
    if text not in KINDS and not (text.isdecimal() and 400 <= int(text) <= 599):
        raise ValueError(f"{text!r} is no fault; use a status from 400 to 599 or one of {', '.join(KINDS)}")


class Fault(msgspec.Struct, frozen=True):
    """One thing that goes wrong.

    `kind`: a status (400 to 599), `reset`, `stall`, `truncate`, `wrong-type`, or `slow` (good, but late).
    `times`: how many answers it spoils; None for all.
    `route`: only there (short name or operation id).
    `after`: how many matching requests it lets pass first.
    `retry_after`: that header, in seconds or as it is to stand; a 429 says 1 when nothing is given.
    `delay`: before the first byte, fixed (`50ms`) or spread (`20ms-80ms`).
    `body`: json, html or empty; 502, 503 and 504 are html as a gateway's are, others json.
    `sent`: for `truncate` and `stall`, bytes of the body that still arrive (truncate: half of them).
    `type`: for `wrong-type`, the content type to claim.
    """

    kind: str
    times: int | None = 1
    route: str | None = None
    after: int = 0
    retry_after: float | str | None = None
    delay: Latency = None
    body: str | None = None
    sent: int | None = None
    type: str = "text/plain; charset=utf-8"

    def __post_init__(self) -> None:
        force_setattr(self, "kind", str(self.kind))
        _check_kind(self.kind)
        if self.body not in (None, *BODIES):
            raise ValueError(f"body={self.body!r}: choose from {', '.join(BODIES)}")
        force_setattr(self, "delay", spread(self.delay))
        if self.route is not None:
            force_setattr(self, "route", endpoint_named(self.route))
        for name, value, least in (
            ("times", self.times, 1),
            ("after", self.after, 0),
            ("sent", self.sent, 0),
        ):
            if value is not None and value < least:
                raise ValueError(f"{name}={value}: at least {least}")

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read `KIND[:TIMES][,NAME=VALUE]...`, such as `429:2,retry-after=2,route=runs`.

        TIMES is 1 when left out, and `*` for always.
        """
        head, *rest = [part.strip() for part in text.split(",")]
        kind, colon, times = head.partition(":")
        options: dict[str, Any] = {}
        for part in rest:
            name, equals, value = part.partition("=")
            if not equals or name not in _READERS:
                raise ValueError(f"{part!r} in fault {text!r}: write NAME=VALUE with one of {_OPTIONS}")
            options[name.replace("-", "_")] = _READERS[name](value)
        count = 1 if not colon else None if times == "*" else _whole(times)
        return cls(kind, count, **options)

    def __str__(self) -> str:
        return f"{self.kind}:{'*' if self.times is None else self.times}"

    def play(self, normal: Callable[[], Response], chance: random.Random) -> Response:
        """Return what this fault makes of the answer `normal()`, which is called only if needed."""
        delay = spread(self.delay).pick(chance)
        if self.kind.isdecimal():
            return _with_effect(self._refusal(int(self.kind)), Effect(delay))
        if self.kind == "reset":
            return Response(502, effect=Effect(delay, Ending.RESET))
        response = normal()
        if self.kind == "stall":
            return _with_effect(response, Effect(delay, Ending.STALL, self.sent))
        if self.kind == "truncate":
            sent = len(response.body) // 2 if self.sent is None else min(self.sent, len(response.body))
            return _with_effect(response, Effect(delay, Ending.TRUNCATE, sent))
        if self.kind == "wrong-type":
            headers = tuple(pair for pair in response.headers if pair[0] != "content-type")
            response = replace(response, headers=(("content-type", self.type), *headers))
        return _with_effect(response, Effect(delay))

    def _refusal(self, status: int) -> Response:
        text = _phrase(status)
        body = self.body or ("html" if status in _GATEWAY else "json")
        pause = self.retry_after if self.retry_after is not None else (1 if status == 429 else None)
        headers: Headers = () if pause is None else (("retry-after", _number(pause)),)
        if body == "json":
            kind = "server_error" if status >= 500 else "api_error"
            code = text.lower().replace(" ", "_")
            return error_response(status, kind, code, f"{text} (scripted).", headers=headers)
        page = html_response(f"<html><body><h1>{status} {text}</h1></body></html>\n", status)
        empty = Response(status, headers)
        return empty if body == "empty" else replace(page, headers=(*page.headers, *headers))


class Faults:
    """The faults that are still to come, in order. Safe to use from several threads.

    A request meets the first fault that is for its route and has waited out its `after`; when that fault's
    `times` are used up, the next one's turn comes. `latency` is added to every answer.
    """

    def __init__(self, faults: Iterable[str | Fault] = (), *, latency: Latency = None, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._script: list[_Waiting] = []
        self._chance = random.Random(seed)  # noqa: S311 (latencies, no secrets)
        self._latency = spread(latency)
        for fault in faults:
            self.add(fault)

    @property
    def latency(self) -> Spread:
        """Return the delay of every answer."""
        return self._latency

    @latency.setter
    def latency(self, value: Latency) -> None:
        self._latency = spread(value)

    def add(self, fault: str | Fault) -> Fault:
        """Put a fault, or one written as `KIND[:TIMES][,NAME=VALUE]...`, at the end of the script."""
        made = Fault.parse(fault) if isinstance(fault, str) else fault
        with self._lock:
            self._script.append(_Waiting(made, made.after, made.times))
        return made

    def clear(self) -> None:
        """Drop all faults and the latency."""
        with self._lock:
            self._script.clear()
        self._latency = Spread()

    @property
    def pending(self) -> tuple[Fault, ...]:
        """Return the faults that have not been played to their end."""
        with self._lock:
            return tuple(waiting.fault for waiting in self._script)

    def take(self, endpoint: Endpoint | None) -> Fault | None:
        """Return the fault that the next request for `endpoint` meets, and count it as played."""
        if not self._script:
            return None
        with self._lock:
            for waiting in self._script:
                if waiting.fault.route not in (None, endpoint):
                    continue
                if waiting.skip:
                    waiting.skip -= 1
                    continue
                if waiting.left is not None:
                    waiting.left -= 1
                    if not waiting.left:
                        self._script.remove(waiting)
                return waiting.fault
        return None

    def play(
        self, endpoint: Endpoint | None, normal: Callable[[], Response]
    ) -> tuple[Response, Fault | None]:
        """Answer a request for `endpoint`: by its fault if one is due, by `normal()` otherwise."""
        fault = self.take(endpoint)
        response = fault.play(normal, self._chance) if fault else normal()
        if self._latency.high:
            effect = response.effect or Effect()
            delay = effect.delay + self._latency.pick(self._chance)
            response = replace(response, effect=replace(effect, delay=delay))
        return response, fault


class _Waiting(msgspec.Struct, eq=False):
    fault: Fault
    skip: int
    left: int | None


def _with_effect(response: Response, effect: Effect) -> Response:
    return response if effect == Effect() else replace(response, effect=effect)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{text!r} is no whole number")
    return int(text)


def _pause(text: str) -> float | str:
    return seconds(text) if text[:1].isdecimal() else text


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "route": str,
    "after": _whole,
    "retry-after": _pause,
    "delay": str,
    "body": str,
    "sent": _whole,
    "type": str,
}
