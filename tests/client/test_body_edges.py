"""Bodies at the edges: other names and formats of compression, and where reading stops to the byte."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest

from futureagi_simulate.bodies import Body

TEXT = b'{"count": 0, "results": []}'
MEBIBYTE = 1024 * 1024


def test_the_old_name_of_gzip_means_gzip() -> None:
    body = Body("x-gzip", 1000)
    assert body.take(gzip.compress(TEXT))
    body.finish()
    assert (body.content, body.damage) == (TEXT, None)


def test_another_compression_under_the_name_of_gzip_is_damage() -> None:
    body = Body("gzip", 1000)
    assert not body.take(zlib.compress(TEXT))
    assert "damaged" in (body.damage or "")


def test_a_body_that_announces_too_much_is_read_until_4096_bytes_are_there() -> None:
    body = Body("", limit=100_000, declared=100_001)
    assert body.take(b"x" * 4095)
    assert not body.take(b"x")
    assert (len(body.content), body.too_large) == (4096, True)


def test_nothing_more_is_unfolded_once_the_limit_is_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    unfolded: list[int] = []
    real = zlib.decompressobj

    class Watched:
        def __init__(self) -> None:
            self.inner = real(16 + zlib.MAX_WBITS)

        def decompress(self, data: bytes, most: int) -> bytes:
            piece = self.inner.decompress(data, most)
            unfolded.append(len(piece))
            return piece

        def __getattr__(self, name: str) -> Any:
            return getattr(self.inner, name)

    monkeypatch.setattr(zlib, "decompressobj", lambda _: Watched())
    body = Body("gzip", limit=MEBIBYTE)
    bomb = gzip.compress(bytes(20 * MEBIBYTE), 9)
    assert not body.take(bomb)
    assert sum(unfolded) <= 2 * MEBIBYTE
    assert len(body.content) == MEBIBYTE
