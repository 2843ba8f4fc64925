"""Questions put to a server and the answers that came: plain values, shared by the checks and by drift."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, urlencode

import attrs
import msgspec

Pairs = tuple[tuple[str, str], ...]


class Endpoint(StrEnum):
    """The five endpoints by their operation ids."""

    CALL_EXECUTIONS = "listCallExecutions"
    TEST_EXECUTIONS = "listTestExecutions"
    TEST_EXECUTION = "getTestExecution"
    RUNS = "getSimulationRuns"
    VERSION_CALL_EXECUTIONS = "listVersionCallExecutions"


TEMPLATES: Final[Mapping[Endpoint, str]] = {
    Endpoint.CALL_EXECUTIONS: "/simulate/run-tests/{run_test_id}/call-executions/",
    Endpoint.TEST_EXECUTIONS: "/simulate/run-tests/{run_test_id}/executions/",
    Endpoint.TEST_EXECUTION: "/simulate/test-executions/{test_execution_id}/",
    Endpoint.RUNS: "/sdk/api/v1/simulation/runs/",
    Endpoint.VERSION_CALL_EXECUTIONS: (
        "/simulate/agent-definitions/{agent_id}/versions/{version_id}/call-executions/"
    ),
}
_PATTERNS: Final = {
    endpoint: re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template) + "?")
    for endpoint, template in TEMPLATES.items()
}


class Keys(StrEnum):
    """Which keys go with a question."""

    GOOD = "good"
    NONE = "none"
    NO_SECRET = "no-secret"  # noqa: S105 - a word for keys, not a key
    WRONG_SECRET = "wrong-secret"  # noqa: S105 - the same
    OTHER = "other-organization"


@attrs.frozen
class Question:
    """One request. The keys are named, never held: a driver puts them in."""

    path: str
    query: Pairs = ()
    keys: Keys = Keys.GOOD
    headers: Pairs = ()
    method: str = "GET"

    def __str__(self) -> str:
        query = urlencode(self.query)
        extra = "" if self.keys is Keys.GOOD else f" [keys: {self.keys}]"
        extra += "".join(f" [{name}: {value}]" for name, value in self.headers)
        return f"{self.method} {self.path}{'?' if query else ''}{query}{extra}"


@attrs.frozen(slots=False)
class Answer:
    """One answer: status, headers (names in lower case) and the bytes of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = attrs.field(repr=False)

    @cached_property
    def json(self) -> Any:
        """Return the decoded body, or None where it is no JSON."""
        try:
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return None

    @property
    def object(self) -> dict[str, Any]:
        """Return the body where it is a JSON object, else an empty one."""
        return self.json if isinstance(self.json, dict) else {}

    @property
    def is_html(self) -> bool:
        """Tell whether the answer calls itself HTML."""
        return "html" in self.headers.get("content-type", "")


@attrs.frozen(slots=False)
class Exchange:
    """A question with its answer."""

    question: Question
    answer: Answer

    @cached_property
    def endpoint(self) -> Endpoint | None:
        """Return the endpoint that was asked, or None for another path."""
        return next((e for e, pattern in _PATTERNS.items() if pattern.fullmatch(self.question.path)), None)

    @cached_property
    def ids(self) -> dict[str, str]:
        """Return the ids of the path by name."""
        match = _PATTERNS[self.endpoint].fullmatch(self.question.path) if self.endpoint else None
        return match.groupdict() if match else {}

    @cached_property
    def query(self) -> dict[str, str]:
        """Return the query by name; the last of repeated values."""
        return dict(self.question.query)

    @property
    def plain(self) -> bool:
        """Tell whether this is an ordinary GET: good keys, no header of its own, the path as documented."""
        asked = self.question
        return (
            asked.method == "GET" and asked.keys is Keys.GOOD and not asked.headers and asked.path[-1] == "/"
        )

    @property
    def envelope(self) -> dict[str, Any]:
        """Return the object that holds `count` and `results` (for the runs endpoint, wherever it is)."""
        body = self.answer.object
        if self.endpoint is not Endpoint.RUNS:
            return body
        result = body.get("result")
        if not isinstance(result, dict):
            return {}
        inner = result.get("call_results", result)
        return inner if isinstance(inner, dict) else {}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return the items of the page; empty where there is no page."""
        rows = self.envelope.get("results") if self.answer.status == 200 else None
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    @property
    def form(self) -> str:
        """Return which form of the runs endpoint answered: call, execution or name; empty elsewhere."""
        result = self.answer.object.get("result") if self.endpoint is Endpoint.RUNS else None
        if not isinstance(result, dict) or self.answer.status != 200:
            return ""
        return (
            "call" if "call_execution_id" in result else "execution" if "execution_id" in result else "name"
        )


def path_of(endpoint: Endpoint, **ids: str) -> str:
    """Return the endpoint's path with `ids` filled in."""
    return TEMPLATES[endpoint].format(**ids)


class _Asked(msgspec.Struct):
    """What a record says of the request."""

    path: Annotated[str, msgspec.Meta(min_length=1)]
    query: str | None = None
    headers: dict[str, str] | None = None
    extra_headers: dict[str, str] | None = None
    key_role: str | None = None
    method: str = "GET"


class _Answered(msgspec.Struct):
    """What a record says of the response."""

    status: int
    headers: dict[str, str]
    body: Any


class _Record(msgspec.Struct):
    """One recorded exchange."""

    request: _Asked
    response: _Answered


def from_record(record: Mapping[str, Any]) -> Exchange:
    """Read one recorded exchange; raise msgspec.ValidationError for anything else.

    The form: `request` {method, path, query (raw text), headers, extra_headers?}, `response` {status,
    headers, body (decoded JSON, or text)}. In `headers` the two keys are words: KEY and SECRET are good
    ones, `none` or an empty one means that the header wasn't sent, anything else is a wrong one.
    """
    read = msgspec.convert(record, _Record)
    asked, answered = read.request, read.response
    body = answered.body
    return Exchange(
        Question(
            path=asked.path,
            query=tuple(parse_qsl(asked.query or "", keep_blank_values=True)),
            keys=_keys_of(asked.headers or {}, asked.key_role),
            headers=tuple((asked.extra_headers or {}).items()),
            method=asked.method,
        ),
        Answer(
            answered.status,
            {name.lower(): value for name, value in answered.headers.items()},
            body.encode() if isinstance(body, str) else msgspec.json.encode(body),
        ),
    )


def _keys_of(headers: Mapping[str, str], role: str | None) -> Keys:
    if role is not None:
        return Keys.OTHER
    sent = {name.lower(): value for name, value in headers.items()}
    key, secret = sent.get("x-api-key", "none"), sent.get("x-secret-key", "none")
    if secret in {"none", ""}:
        return Keys.NONE if key in {"none", ""} else Keys.NO_SECRET
    return Keys.GOOD if (key, secret) == ("KEY", "SECRET") else Keys.WRONG_SECRET


def to_record(number: int, exchange: Exchange) -> dict[str, Any]:
    """Write one exchange in the form that `from_record` reads; keys are placeholders."""
    asked, answer = exchange.question, exchange.answer
    words = {
        Keys.GOOD: ("KEY", "SECRET"), Keys.NONE: ("none", "none"), Keys.NO_SECRET: ("KEY", "none"),
        Keys.WRONG_SECRET: ("KEY", "WRONG"), Keys.OTHER: ("OTHER", "OTHER"),
    }[asked.keys]  # fmt: skip
    request = {
        "method": asked.method, "path": asked.path, "query": urlencode(asked.query),
        "headers": dict(zip(("X-Api-Key", "X-Secret-Key"), words, strict=True)),
    }  # fmt: skip
    if asked.headers:
        request["extra_headers"] = dict(asked.headers)
    body = answer.body.decode(errors="replace") if answer.json is None else answer.json
    return {
        "id": f"{number:03}", "note": str(asked), "request": request,
        "response": {"status": answer.status, "headers": dict(answer.headers), "body": body},
    }  # fmt: skip


def read_lines(lines: Iterable[bytes]) -> Iterator[Exchange]:
    """Read recorded exchanges, one JSON object a line; raise ValueError naming the line that is none."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield from_record(msgspec.json.decode(line))
        except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
            raise ValueError(f"line {number} is no recorded exchange: {error}") from error
