"""Gather a body chunk by chunk: decompressed, never beyond a limit, and with its damage noticed. No I/O."""

from __future__ import annotations

import zlib
from typing import Final

__all__ = ["Body"]

_GZIP: Final = 16 + zlib.MAX_WBITS
_GZIP_STARTS: Final = b"\x1f"  # one byte of its two: a chunk may end between them
_PIECE: Final = 1024 * 1024
_ENOUGH: Final = 4096  # bytes of a body that announces too many: an error's excerpt


class Body:
    """The body of one answer as it comes in.

    `coding` is its Content-Encoding, `limit` the most bytes it may have when decompressed, `declared` the
    length it announced. httpx's own decoder takes a truncated gzip body for a whole one and knows no limit.
    """

    def __init__(self, coding: str, limit: int, declared: int = 0) -> None:
        self.too_large = False
        self.damage: str | None = None
        self._pieces: list[bytes] = []
        self._size = 0
        self._limit = limit
        self._declared = declared
        self._gzip = zlib.decompressobj(_GZIP) if coding in ("gzip", "x-gzip") else None
        if coding not in ("", "identity", "gzip", "x-gzip"):
            self.damage = f"it has the content coding {coding!r}, which nobody asked for"

    @property
    def content(self) -> bytes:
        """The body so far, at most the limit."""
        return b"".join(self._pieces)

    def take(self, chunk: bytes) -> bool:
        """Add a chunk as it came over the wire; tell whether there is any use in more."""
        if self.damage is None:
            if self._gzip is None:
                self._add(chunk)
            else:
                self._inflate(chunk)
        return self.damage is None and not self.too_large

    def finish(self) -> None:
        """Say that the wire gave everything it had."""
        if self._gzip is not None and not self._gzip.eof and self.damage is None and not self.too_large:
            self.damage = "it is compressed and ends too early"

    def _add(self, piece: bytes) -> None:
        room = self._limit - self._size
        self._pieces.append(piece[:room])
        self._size += len(self._pieces[-1])
        self.too_large = len(piece) > room or (self._declared > self._limit and self._size >= _ENOUGH)

    def _inflate(self, chunk: bytes) -> None:
        """Decompress piece by piece, so that a small chunk that unfolds to gigabytes stops at the limit."""
        gzip = self._gzip
        while gzip is not None and not self.too_large:
            if gzip.eof:
                if not chunk.startswith(_GZIP_STARTS):
                    return
                gzip = self._gzip = zlib.decompressobj(_GZIP)
            try:
                piece = gzip.decompress(chunk, _PIECE)
            except zlib.error as error:
                self.damage = f"it is compressed and damaged ({error})"
                return
            self._add(piece)
            chunk = gzip.unused_data if gzip.eof else gzip.unconsumed_tail
            if not chunk and len(piece) < _PIECE:
                return
