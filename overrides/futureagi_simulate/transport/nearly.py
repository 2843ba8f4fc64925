"""Nearly JSON: what Python's `json` writes and JSON doesn't have, made readable.

That is NaN and the infinities, and half of a surrogate pair, the rest of an emoji that was cut in two.
"""

from __future__ import annotations

import json
import re
from typing import Final

import msgspec
from msgspec.structs import replace

__all__ = ["Stray", "readable"]

_TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[][{},:]|NaN|-?Infinity', re.DOTALL)
_ESCAPE: Final = re.compile(rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[dD][89a-fA-F]..|\\.", re.DOTALL)
_HALF_ESCAPE: Final = len(rb"\ud83d")
_INDEX: Final = re.compile(r"\[\d+\]")
_SIGNS: Final = (b"NaN", b"Infinity", rb"\u")
_MARK: Final = b"\xef\xbb\xbf"
_HALF_TEXT: Final = "a text with half a surrogate pair"
_DEEPEST: Final = 5000  # levels; nothing reads as many
_SHOWN_DEPTH: Final = 50
_MOST_KINDS: Final = 1000  # told apart in one body
_CHECK: Final = msgspec.json.Decoder(msgspec.Raw).decode


class Stray(msgspec.Struct, frozen=True):
    """A value that JSON doesn't have: where it was first, what it was, what stands there now, and how often.

    The same in other elements of the arrays above it is the same kind.
    """

    path: str
    got: str
    instead: str
    count: int = 1


def readable(content: bytes) -> tuple[bytes, tuple[Stray, ...]]:
    """Return the body as JSON, byte for byte but for what was replaced, and what that was.

    What isn't nearly JSON comes back as it is. A byte order mark in front is taken off and not told of. Takes
    memory for the new body, and none for the values in it.
    """
    bare = content.removeprefix(_MARK)
    if bare == content and not any(sign in content for sign in _SIGNS):
        return content, ()  # without reading a large body that was damaged some other way
    written, strays = _replaced(bare)
    try:
        _CHECK(written)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return content, ()
    return written, strays


def _replaced(body: bytes) -> tuple[bytes, tuple[Stray, ...]]:
    """Write the body anew, token by token."""
    written, copied, place, strays = bytearray(), 0, _Place(), _Strays()
    for token in _TOKEN.finditer(body):
        text = token[0]
        if text in b"{}[],:":
            if not place.move(text):
                break
            continue
        what, instead = text.decode(errors="replace"), b"null"
        if text.startswith(b'"'):
            what = "a key with half a surrogate pair" if place.take_key(text) else _HALF_TEXT
            instead = _ESCAPE.sub(_whole, text) if rb"\u" in text else text
        if instead != text:
            strays.add(place.path(), what, "U+FFFD" if instead != b"null" else "null")
            written += body[copied : token.start()] + instead
            copied = token.end()
    written += body[copied:]
    return bytes(written), strays.found()


class _Place:
    """Where the reading is: for each object above the current key, for each array the current index."""

    def __init__(self) -> None:
        self._way: list[bytes | int] = []
        self._above = [""]  # the paths of the objects and arrays in `_way`, as far as one was asked for
        self._key_is_next = False

    def move(self, sign: bytes) -> bool:
        """Go on to the next token; return False where it is nested too deeply to be read."""
        if sign in b"{[":
            self._way.append(b"" if sign == b"{" else 0)
            self._key_is_next = sign == b"{"
        elif sign in b"}]":
            del self._way[-1:]
            del self._above[max(len(self._way), 1) :]
            self._key_is_next = False
        elif sign == b"," and self._way:
            last = self._way[-1]
            if isinstance(last, int):
                self._way[-1] = last + 1
            else:
                self._key_is_next = True
        return len(self._way) <= _DEEPEST

    def take_key(self, text: bytes) -> bool:
        """Take a text as a key if it is one; tell whether it is."""
        if not self._key_is_next or not self._way:
            return False
        self._key_is_next, self._way[-1] = False, text
        return True

    def path(self) -> str:
        """Write the place as a path; one far down is told to the depth that can be read."""
        depth = min(len(self._way), _SHOWN_DEPTH)
        while len(self._above) < depth:
            self._above.append(_below(self._above[-1], self._way[len(self._above) - 1]))
        if not depth:
            return ""
        path = _below(self._above[depth - 1], self._way[depth - 1])
        return path if depth == len(self._way) else f"{path}…"


class _Strays:
    """The strays of one body, each kind once."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], Stray] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, path: str, got: str, instead: str) -> None:
        kind = _INDEX.sub("[]", path), got
        if kind not in self._first:
            if len(self._first) >= _MOST_KINDS:
                kind, path = ("", got), "(another place)"
            self._first.setdefault(kind, Stray(path, got, instead))
        self._counts[kind] = self._counts.get(kind, 0) + 1

    def found(self) -> tuple[Stray, ...]:
        return tuple(replace(first, count=self._counts[kind]) for kind, first in self._first.items())


def _whole(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if len(escape[0]) == _HALF_ESCAPE else escape[0]


def _below(path: str, step: bytes | int) -> str:
    """Name an element by its index, a field behind a dot, and any other key in brackets."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    text = _ESCAPE.sub(_whole, step).decode(errors="replace")
    try:
        key = json.loads(text, strict=False)
    except ValueError:
        key = text
    return f"{path}.{key}".removeprefix(".") if key.isidentifier() else f"{path}[{key}]"
