"""Gather a body chunk by chunk: decompressed, never beyond a limit, and with its damage noticed. No I/O."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Final

__all__ = ["Body"]

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


class Body:
    """The body of one answer as it comes in.

    `coding` is its Content-Encoding, `limit` the most bytes it may have, compressed or not, `declared` the
    length it announced. httpx's own decoder takes a truncated gzip body for a whole one and knows no limit.

    Names that stand for no compression ("identity", "none", "utf-8", "aws-chunked") are passed over. If one
    of them is a compression after all, the body doesn't begin like JSON: that is damage.
    """

    def __init__(self, coding: str, limit: int, declared: int = 0) -> None:
        self.too_large = False
        self.damage: str | None = None
        self._buffer = io.BytesIO()  # grows in place, and gives its bytes away without copying them
        self._size = 0
        self._received = 0
        self._limit = limit
        self._declared = declared
        names = [name for part in coding.lower().split(",") if (name := part.strip())]
        self._layers = [_Gzip(_piece(limit)) for name in names if name in _GZIP_NAMES]
        self._unknown = next((name for name in names if name not in (*_GZIP_NAMES, "identity")), None)
        if not _COMPRESSED.isdisjoint(names) or len(self._layers) > _MOST_LAYERS:
            self.damage = f"it has the content coding {coding!r}, which nobody asked for"

    @property
    def content(self) -> bytes:
        """The body so far, at most the limit."""
        return self._buffer.getvalue()

    def take(self, chunk: bytes) -> bool:
        """Add a chunk as it came over the wire; tell whether there is any use in more."""
        if self.damage is None:
            self._received += len(chunk)
            try:
                self._decode(chunk, 0)
            except zlib.error as error:
                self.damage = f"it is compressed and damaged ({error})"
            if self._received > self._limit + self._limit // 1000 + _OVERHEAD:  # of empty gzip members, say
                self.too_large = True
        return self.damage is None and not self.too_large

    def finish(self) -> None:
        """Say that the wire gave everything it had."""
        if self.damage is not None or self.too_large:
            return
        if any(not layer.whole for layer in self._layers[:1]) or any(layer.cut for layer in self._layers[1:]):
            self.damage = "it is compressed and ends too early"
        elif self._unknown and not self._buffer.getvalue().lstrip()[:3].startswith(_JSON_STARTS):
            self.damage = f"it has the content coding {self._unknown!r}, which nobody asked for"

    def _decode(self, data: bytes | memoryview, depth: int) -> None:
        """Take data through the layers of compression that are left; the outermost is the first."""
        if depth == len(self._layers):
            self._add(data)
            return
        layer = self._layers[depth]
        if depth and not layer.begun and data and bytes(data[:1]) != _GZIP_STARTS:
            del self._layers[depth:]  # the header names gzip more often than it was applied
            self._add(data)
            return
        for piece in layer.pieces(data):
            self._decode(piece, depth + 1)
            if self.too_large:
                return

    def _add(self, data: bytes | memoryview) -> None:
        room = self._limit - self._size
        self._size += self._buffer.write(data[:room])
        self.too_large = len(data) > room or (self._declared > self._limit and self._size >= _ENOUGH)


class _Gzip:
    """One layer of gzip, of any number of members."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._member: zlib._Decompress | None = None
        self._padded = False
        self.begun = False

    @property
    def cut(self) -> bool:
        """Whether it ended in the middle of a member."""
        return self._member is not None and not self._member.eof

    @property
    def whole(self) -> bool:
        """Whether it has one member at least, and each is complete."""
        return self._member is not None and self._member.eof

    def pieces(self, data: bytes | memoryview) -> Iterator[bytes]:
        """Decompress in pieces, as a small chunk may unfold to gigabytes; padding at the end is ignored."""
        view = memoryview(data)
        for start in range(0, len(view), _FEED):
            yield from self._unfold(bytes(view[start : start + _FEED]))

    def _unfold(self, data: bytes) -> Iterator[bytes]:
        self.begun = True
        while data and not self._padded:
            if self._member is None or self._member.eof:
                if self._member is not None and not data.startswith(_GZIP_STARTS):
                    self._padded = True
                    return
                self._member = zlib.decompressobj(_GZIP)
            full = True
            while full and not self._member.eof:
                piece = self._member.decompress(data, self._size)
                data = self._member.unconsumed_tail
                full = bool(data) or len(piece) == self._size
                if piece:
                    yield piece
            if self._member.eof:
                data = self._member.unused_data


def _piece(limit: int) -> int:
    """Return how much is decompressed before it is counted: little beside the limit."""
    return min(_PIECE, max(limit // 64, 4096))
