"""The body of a response: gathered chunk by chunk, decompressed, bounded, and decoded leniently. No I/O."""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import msgspec
from msgspec.structs import replace

from futureagi_simulate.responses import Replacement

__all__ = ["Body", "to_strict_json"]


_GZIP: Final = 16 + zlib.MAX_WBITS
_GZIP_STARTS: Final = b"\x1f"  # one byte of its two: a chunk may end between them
_GZIP_NAMES: Final = ("gzip", "x-gzip")
_COMPRESSED: Final = frozenset({"br", "compress", "dcb", "dcz", "deflate", "exi", "x-compress", "zstd"})
_JSON_STARTS: Final = (b"{", b"[", b"\xef\xbb\xbf")
_FEED: Final = 16 * 1024  # bytes decompressed at once: zlib copies what it leaves of them
_PIECE: Final = 1024 * 1024
_OVERHEAD: Final = 64 * 1024  # bytes that compression may add to a body that can't be compressed
_ENOUGH: Final = 4096  # bytes of a body that announces too many: an error's excerpt
_MOST_LAYERS: Final = 4

_Sink = Callable[[bytes], bool]  # takes bytes, and tells whether to go on


class Body:
    """The body of one answer as it comes in.

    `coding` is its Content-Encoding, `limit` the most bytes it may have, compressed or not, `declared` the
    length it announced. httpx's own decoder takes a truncated gzip body for a whole one and knows no limit.

    Names that stand for no compression ("identity", "none", "utf-8", "aws-chunked") are passed over. If one
    of them is a compression after all, the body doesn't begin like JSON: that is damage.
    """

    def __init__(self, coding: str, limit: int, declared: int = 0) -> None:
        self.damage: str | None = None
        self._received = 0
        self._limit = limit
        self._kept = _Kept(limit, declared)
        layers, self._unknown, refused = _read_coding(coding)
        self._layers: list[_Gzip] = []  # the innermost first
        self._decode: _Sink = self._kept.take
        while len(self._layers) < layers:
            layer = _Gzip if len(self._layers) == layers - 1 else _MaybeGzip
            self._layers.append(layer(self._decode, _piece(limit)))
            self._decode = self._layers[-1].take
        if refused:
            self.damage = f"it has the content coding {coding!r}, which nobody asked for"

    @property
    def content(self) -> bytes:
        """The body so far, at most the limit."""
        return self._kept.buffer.getvalue()

    @property
    def too_large(self) -> bool:
        """Whether it has more bytes than the limit, or says so."""
        return self._kept.full

    def take(self, chunk: bytes) -> bool:
        """Add a chunk as it came over the wire; return whether there is any use in more."""
        if self.damage is not None:
            return False
        self._received += len(chunk)
        try:
            self._decode(chunk)
        except zlib.error as error:
            self.damage = f"it is compressed and damaged ({error})"
            return False
        if self._received > self._limit + self._limit // 1000 + _OVERHEAD:  # of empty gzip members, say
            self._kept.full = True
        return not self._kept.full

    def finish(self) -> None:
        """Say that the wire gave everything it had."""
        if self.damage is not None or self.too_large:
            return
        if self._layers and (not self._layers[-1].begun or any(layer.cut for layer in self._layers)):
            self.damage = "it is compressed and ends too early"
        elif self._unknown and not self.content.lstrip().startswith(_JSON_STARTS):
            self.damage = f"it has the content coding {self._unknown!r}, which nobody asked for"


class _Kept:
    """The bytes that are kept. Nothing here knows the Body: without a cycle they are freed at once."""

    def __init__(self, limit: int, declared: int) -> None:
        self.buffer = io.BytesIO()  # grows in place, and gives its bytes away without copying them
        self.full = False
        self._room = limit
        self._until = _ENOUGH if declared > limit else limit
        self._size = 0

    def take(self, data: bytes) -> bool:
        room = self._room - self._size
        self._size += self.buffer.write(data if len(data) <= room else data[:room])
        self.full = len(data) > room or (self._until < self._room and self._size >= self._until)
        return not self.full


class _Gzip:
    """One layer of gzip, of any number of members. `give` takes what it held, and tells whether to go on."""

    def __init__(self, give: _Sink, size: int) -> None:
        self._give = give
        self._size = size
        self._member: zlib._Decompress | None = None  # pyright: ignore[reportPrivateUsage]  # typeshed's name
        self._padded = False
        self._plain = False
        self.begun = False

    @property
    def cut(self) -> bool:
        """Whether it ended in the middle of a member."""
        return self._member is not None and not self._member.eof

    def take(self, data: bytes) -> bool:
        """Decompress piece by piece, as a small chunk may unfold to gigabytes."""
        if len(data) <= _FEED:
            return self._unfold(data)
        return all(self._unfold(data[start : start + _FEED]) for start in range(0, len(data), _FEED))

    def _unfold(self, data: bytes) -> bool:
        while data:
            if self._member is None or self._member.eof:
                if self._padded or (self.begun and not data.startswith(_GZIP_STARTS)):
                    self._padded = True  # whatever comes behind the last member
                    return True
                self._member = zlib.decompressobj(_GZIP)
                self.begun = True
            member, full = self._member, True
            while full and not member.eof:
                piece = member.decompress(data, self._size)
                data = member.unconsumed_tail
                full = bool(data) or len(piece) == self._size
                if piece and not self._give(piece):
                    return False
            data = member.unused_data
        return True


class _MaybeGzip(_Gzip):
    """An inner layer of gzip, which may be there in the header only."""

    def take(self, data: bytes) -> bool:
        """Decompress what is compressed, and give on what isn't."""
        self._plain = self._plain or not (self.begun or data.startswith(_GZIP_STARTS))
        return self._give(data) if self._plain else super().take(data)


@lru_cache(64)
def _read_coding(coding: str) -> tuple[int, str | None, bool]:
    """Return how often gzip was applied, a name that isn't known, and whether it can't be read for sure."""
    names = [name for part in coding.lower().split(",") if (name := part.strip())]
    layers = sum(name in _GZIP_NAMES for name in names)
    unknown = next((name for name in names if name not in (*_GZIP_NAMES, "identity")), None)
    return layers, unknown, layers > _MOST_LAYERS or not _COMPRESSED.isdisjoint(names)


def _piece(limit: int) -> int:
    """Return how much is decompressed before it is counted: little beside the limit."""
    return min(_PIECE, max(limit // 64, 4096))


_TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[][{},:]|NaN|-?Infinity', re.DOTALL)
_ESCAPE: Final = re.compile(rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[dD][89a-fA-F]..|\\.", re.DOTALL)
_HALF_ESCAPE: Final = len(rb"\ud83d")
_INDEX: Final = re.compile(r"\[\d+\]")
_SIGNS: Final = (b"NaN", b"Infinity", rb"\u")
_MARK: Final = b"\xef\xbb\xbf"
_HALF_TEXT: Final = "a text with half a surrogate pair"
_DEEPEST: Final = 5000  # levels; nothing reads as many
_SHOWN_DEPTH: Final = 50
_MOST_KINDS: Final = 1000  # distinguished in one body
_CHECK: Final = msgspec.json.Decoder(msgspec.Raw).decode


def to_strict_json(content: bytes) -> tuple[bytes, tuple[Replacement, ...]]:
    """Return the body as JSON, byte for byte but for what was replaced, and what that was.

    A body that isn't even leniently JSON comes back as it is. A byte order mark in front is removed and not
    reported. Takes memory for the new body, and none for the values in it.
    """
    bare = content.removeprefix(_MARK)
    if bare == content and not any(sign in content for sign in _SIGNS):
        return content, ()  # without reading a large body that was damaged some other way
    written, replacements = _replaced(bare)
    try:
        _CHECK(written)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return content, ()
    return written, replacements


def _replaced(body: bytes) -> tuple[bytes, tuple[Replacement, ...]]:
    """Write the body anew, token by token."""
    written, copied, place, replacements = bytearray(), 0, _Place(), _Replacements()
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
            replacements.add(place.path(), what, "U+FFFD" if instead != b"null" else "null")
            written += body[copied : token.start()] + instead
            copied = token.end()
    written += body[copied:]
    return bytes(written), replacements.found()


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
        """Take a text as a key if it is one; return whether it is."""
        if not self._key_is_next or not self._way:
            return False
        self._key_is_next, self._way[-1] = False, text
        return True

    def path(self) -> str:
        """Write the place as a path; one far down is written to the depth that can be read."""
        depth = min(len(self._way), _SHOWN_DEPTH)
        while len(self._above) < depth:
            self._above.append(_below(self._above[-1], self._way[len(self._above) - 1]))
        if not depth:
            return ""
        path = _below(self._above[depth - 1], self._way[depth - 1])
        return path if depth == len(self._way) else f"{path}…"


class _Replacements:
    """The replacements in one body, each kind once."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], Replacement] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, path: str, got: str, instead: str) -> None:
        kind = _INDEX.sub("[]", path), got
        if kind not in self._first:
            if len(self._first) >= _MOST_KINDS:
                kind, path = ("", got), "(another place)"
            self._first.setdefault(kind, Replacement(path, got, instead))
        self._counts[kind] = self._counts.get(kind, 0) + 1

    def found(self) -> tuple[Replacement, ...]:
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
