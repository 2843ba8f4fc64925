"""Nearly JSON: what Python's `json` writes and JSON doesn't have, made readable.

That is NaN and the infinities, and half of a surrogate pair, the rest of an emoji that was cut in two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

__all__ = ["Stray", "readable"]

_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|NaN|-?Infinity', re.DOTALL)
_ESCAPE: Final = re.compile(rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[dD][89a-fA-F]..|\\.", re.DOTALL)
_HALF: Final = re.compile("[\ud800-\udfff]")
_HALF_ESCAPE: Final = len(rb"\ud83d")
_REPLACEMENT: Final = "\ufffd"
_SIGNS: Final = (b"NaN", b"Infinity", rb"\u")
_MARK: Final = b"\xef\xbb\xbf"


class Stray(msgspec.Struct, frozen=True):
    """A value that JSON doesn't have: where it was, what it was, and what stands there now."""

    path: str
    got: str
    instead: str


class _Constant(str):
    """The name of a number that isn't one, told from a text of the same letters."""

    __slots__ = ()


def readable(content: bytes) -> tuple[bytes, tuple[Stray, ...]]:
    """Return the body as JSON, byte for byte but for what was replaced, and what that was.

    What isn't nearly JSON comes back as it is. A byte order mark in front is taken off and not told of.
    """
    bare = content.removeprefix(_MARK)
    if bare == content and not any(sign in content for sign in _SIGNS):
        return content, ()  # without reading a large body that was damaged some other way
    try:
        value = json.loads(bare.decode(errors="replace"), parse_constant=_Constant, parse_int=float)
    except (ValueError, RecursionError):
        return content, ()
    return _TOKEN.sub(_replaced, bare), tuple(_strays(value))


def _replaced(token: re.Match[bytes]) -> bytes:
    text = token[0]
    return _ESCAPE.sub(_whole, text) if text.startswith(b'"') else b"null"


def _whole(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if len(escape[0]) == _HALF_ESCAPE else escape[0]


def _strays(top: Any) -> Iterator[Stray]:
    waiting: list[tuple[str, Any]] = [("", top)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting += ((_below(path, key), inner) for key, inner in reversed(value.items()))
            odd = (_below(path, key) for key in value if _HALF.search(key))
            yield from (Stray(place, "a key with half a surrogate pair", "U+FFFD") for place in odd)
        elif isinstance(value, list):
            waiting += ((f"{path}[{place}]", value[place]) for place in reversed(range(len(value))))
        elif isinstance(value, _Constant):
            yield Stray(path, value, "null")
        elif isinstance(value, str) and _HALF.search(value):
            yield Stray(path, "a text with half a surrogate pair", "U+FFFD")


def _below(path: str, key: str) -> str:
    """Name a field behind a dot, and another key, which may be anything, in brackets."""
    if key.isidentifier():
        return f"{path}.{key}".removeprefix(".")
    return f"{path}[{_HALF.sub(_REPLACEMENT, key)}]"
