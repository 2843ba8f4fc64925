"""Files of exchanges: one JSON object a line, keys and cookies masked."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, urlencode

import attrs
import msgspec

from futureagi_simulate_contract.exchange import Exchange, Keys, Log, Request, Response
from futureagi_simulate_contract.server import MASK, Credentials

_LAST_LINE: Final = b'{"unasked":'
_COOKIE: Final = re.compile(r"(?:^|, *)[^=;, ]+=([^;]*)")
_SECRET_HEADERS: Final = frozenset({"set-cookie", "cookie", "authorization", "proxy-authorization"})
_MIN_KEY: Final = 4  # characters: a shorter key is part of too many words
_MIN_COOKIE: Final = 8  # characters: a shorter cookie ("en-GB") is a word
_KEY_WORDS: Final = {
    Keys.GOOD: ("KEY", "SECRET"),
    Keys.NONE: ("none", "none"),
    Keys.NO_SECRET: ("KEY", "none"),
    Keys.WRONG_SECRET: ("KEY", "WRONG"),
    Keys.OTHER: ("OTHER", "OTHER"),
}


class _Request(msgspec.Struct):
    """The request of a record."""

    path: Annotated[str, msgspec.Meta(min_length=1)]
    query: str | None = None
    headers: dict[str, str] | None = None
    extra_headers: dict[str, str] | None = None
    key_role: str | None = None
    method: str = "GET"


class _Response(msgspec.Struct):
    """The response of a record."""

    status: int
    headers: dict[str, str]
    body: Any


class _Record(msgspec.Struct):
    """One recorded exchange."""

    request: _Request
    response: _Response


class _LastLine(msgspec.Struct):
    """The last line of a file: how many planned requests were not sent, and why."""

    unasked: int
    stopped: str = ""


def from_record(record: Mapping[str, Any]) -> Exchange:
    """Read one recorded exchange; raise msgspec.ValidationError for anything else.

    The form: `request` {method, path, query (raw text), headers, extra_headers?}, `response` {status,
    headers, body (decoded JSON, or text)}. In `headers` the two keys are words: KEY and SECRET are good
    ones, `none` or an empty one means that the header wasn't sent, anything else is a wrong one.
    """
    read = msgspec.convert(record, _Record)
    request, response = read.request, read.response
    body = response.body
    return Exchange(
        Request(
            path=request.path,
            query=tuple(parse_qsl(request.query or "", keep_blank_values=True)),
            keys=_keys_of(request.headers or {}, request.key_role),
            headers=tuple((request.extra_headers or {}).items()),
            method=request.method,
        ),
        Response(
            response.status,
            {name.lower(): value for name, value in response.headers.items()},
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
    request, response = exchange.request, exchange.response
    written = {
        "method": request.method,
        "path": request.path,
        "query": urlencode(request.query),
        "headers": dict(zip(("X-Api-Key", "X-Secret-Key"), _KEY_WORDS[request.keys], strict=True)),
    }
    if request.headers:
        written["extra_headers"] = dict(request.headers)
    body = response.body.decode(errors="replace") if response.json is None else response.json
    return {
        "id": f"{number:03}",
        "note": str(request),
        "request": written,
        "response": {"status": response.status, "headers": dict(response.headers), "body": body},
    }


def read(path: Path) -> Log:
    """Read recorded exchanges from a file; raise ValueError for a bad line or a file without any."""
    exchanges: list[Exchange] = []
    ends: list[_LastLine] = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            if line.startswith(_LAST_LINE):
                ends.append(msgspec.json.decode(line, type=_LastLine))
            elif line.strip():
                exchanges.append(from_record(msgspec.json.decode(line)))
        except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
            raise ValueError(f"line {number} is no recorded exchange: {error}") from error
    if not exchanges:
        raise ValueError("the file holds no exchange")
    unsent = sum(end.unasked for end in ends) if ends else None
    return Log(tuple(exchanges), unsent=unsent, stopped=ends[0].stopped if ends else "")


def write(log: Log, keys: Credentials | None = None) -> bytes:
    """Return a log in the form that `read` takes; its last line says how many requests were not sent.

    Whatever a server repeats of `keys`, and of the cookies that it set, is masked in paths, queries, headers
    and bodies.
    """
    mask = _mask_of(log, keys)
    records = (_masked_record(number, one, mask) for number, one in enumerate(log.exchanges, start=1))
    lines = [msgspec.json.encode(record) for record in records]
    if log.unsent is not None:
        lines.append(msgspec.json.encode(_LastLine(log.unsent, log.stopped)))
    return b"".join(line + b"\n" for line in lines)


def _masked_record(number: int, exchange: Exchange, mask: Callable[[Any], Any]) -> Any:
    request, response = exchange.request, exchange.response
    headers = {name: MASK if name in _SECRET_HEADERS else text for name, text in response.headers.items()}
    query = tuple((mask(name), mask(value)) for name, value in request.query)  # before it is escaped
    masked = Exchange(attrs.evolve(request, query=query), attrs.evolve(response, headers=headers))
    return mask(to_record(number, masked))


def _mask_of(log: Log, keys: Credentials | None) -> Callable[[Any], Any]:
    """Return a function that masks keys and cookies in every text of a value, in any of their encodings."""
    secrets = [] if keys is None else [keys.api_key.reveal(), keys.secret_key.reveal()]
    found = [one.response.headers.get("set-cookie", "") for one in log.exchanges]
    cookies = {value.strip('"') for header in found for value in _COOKIE.findall(header)}
    secrets += [cookie for cookie in cookies if len(cookie) >= _MIN_COOKIE]
    masked = sorted((secret for secret in secrets if len(secret) >= _MIN_KEY), key=len, reverse=True)
    forms = "|".join(form for secret in masked for form in _forms(secret))
    pattern = re.compile(forms or "(?!)", re.IGNORECASE)

    def mask(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(MASK, value)
        if isinstance(value, list):
            return [mask(item) for item in value]
        if isinstance(value, dict):
            return {mask(name): mask(item) for name, item in value.items()}
        return value

    return mask


def _forms(secret: str) -> Iterator[str]:
    """Yield patterns of a text as it is, escaped for URLs, JSON or HTML, in hex and within base64."""
    codes = ((re.escape(sign), ord(sign), re.escape(escape(sign))) for sign in secret)
    yield "".join(
        rf"(?:{sign}|%(?:25)*{code:02x}|\\+u{code:04x}|\\+{sign}|&#0*{code};|&#x0*{code:x};|{named})\x00*"
        for sign, code, named in codes
    )
    content = secret.encode()
    yield content.hex()
    for before, start in ((0, 0), (1, 2), (2, 3)):  # the characters that the text alone determines
        end = (before + len(content)) * 8 // 6
        found = b64encode(bytes(before) + content).decode()[start:end]
        yield re.escape(found).replace(r"\+", "[+-]").replace("/", "[/_]")
