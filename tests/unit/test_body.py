"""Bodies are gathered whole or known to be damaged, and never beyond the limit."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from futureagi_simulate.transport.body import Body

TEXT = b'{"count": 3, "results": [1, 2, 3]}' * 50


def gathered(data: bytes, coding: str = "gzip", limit: int = 10**9, size: int = 7, declared: int = 0) -> Body:
    body = Body(coding, limit, declared)
    for start in range(0, len(data), size):
        if not body.take(data[start : start + size]):
            break
    body.finish()
    return body


@pytest.mark.parametrize("coding", ["", "identity"])
def test_a_plain_body_is_kept_as_it_is(coding: str) -> None:
    body = gathered(TEXT, coding)
    assert (body.content, body.damage, body.too_large) == (TEXT, None, False)


@given(st.binary(), st.integers(1, 50))
def test_any_gzip_body_in_any_chunks_comes_out_whole(data: bytes, size: int) -> None:
    body = gathered(gzip.compress(data), size=size)
    assert (body.content, body.damage) == (data, None)


@given(st.binary(min_size=1), st.binary(min_size=1))
def test_a_gzip_body_of_several_members_comes_out_whole(one: bytes, other: bytes) -> None:
    assert gathered(gzip.compress(one) + gzip.compress(other)).content == one + other


def test_padding_after_a_gzip_body_is_ignored() -> None:
    body = gathered(gzip.compress(TEXT) + b"\0\0\0")
    assert (body.content, body.damage) == (TEXT, None)


@given(st.integers(0, len(gzip.compress(TEXT)) - 1))
def test_a_gzip_body_cut_anywhere_is_damaged(length: int) -> None:
    assert gathered(gzip.compress(TEXT)[:length]).damage == "it is compressed and ends too early"


def test_a_gzip_body_with_a_wrong_checksum_is_damaged() -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[-5] ^= 0xFF
    assert "damaged" in (gathered(bytes(packed)).damage or "")


def test_a_body_that_is_not_compressed_though_it_says_so_is_damaged() -> None:
    assert "damaged" in (gathered(TEXT).damage or "")


def test_a_content_coding_that_nobody_asked_for_is_damage() -> None:
    body = Body("br", 100)
    assert not body.take(b"x")
    assert "'br'" in (body.damage or "")
    assert body.content == b""


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_a_body_beyond_the_limit_is_given_up_and_keeps_what_fits(coding: str) -> None:
    data = gzip.compress(TEXT) if coding else TEXT
    body = gathered(data, coding, limit=20)
    assert (body.content, body.too_large, body.damage) == (TEXT[:20], True, None)


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_a_body_as_large_as_the_limit_is_whole(coding: str) -> None:
    data = gzip.compress(TEXT) if coding else TEXT
    body = gathered(data, coding, limit=len(TEXT))
    assert (body.content, body.too_large) == (TEXT, False)


def test_a_body_that_announces_more_than_the_limit_is_given_up_when_an_excerpt_is_there() -> None:
    body = Body("", limit=100_000, declared=100_001)
    assert body.take(b"abc")
    assert not body.take(b"d" * 5000)
    assert (len(body.content), body.too_large) == (5003, True)


def test_a_body_that_announces_as_much_as_the_limit_is_whole() -> None:
    body = Body("", limit=5000, declared=5000)
    assert body.take(b"d" * 4999)
    assert body.take(b"d")
    assert (len(body.content), body.too_large) == (5000, False)


def test_a_small_chunk_that_unfolds_to_gigabytes_stops_at_the_limit() -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024), 9)
    body = Body("gzip", limit=3 * 1024 * 1024)
    assert not body.take(bomb)
    assert (len(body.content), body.too_large) == (3 * 1024 * 1024, True)


def test_an_output_of_exactly_the_piece_size_comes_out_whole() -> None:
    data = bytes(2 * 1024 * 1024)
    body = Body("gzip", 10**9)
    body.take(gzip.compress(data))
    body.finish()
    assert (len(body.content), body.damage) == (len(data), None)


@pytest.mark.parametrize(
    "coding",
    ["utf-8", "UTF8", "none", "binary", "aws-chunked", "identity, identity", ",", "8bit", "application/json"],
)
def test_a_coding_that_compresses_nothing_is_passed_over(coding: str) -> None:
    body = gathered(TEXT, coding)
    assert (body.content, body.damage) == (TEXT, None)


@pytest.mark.parametrize("coding", ["identity, gzip", "gzip, utf-8", "gzip,gzip", "x-gzip , aws-chunked"])
def test_gzip_among_other_codings_is_decompressed(coding: str) -> None:
    body = gathered(gzip.compress(TEXT), coding)
    assert (body.content, body.damage) == (TEXT, None)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_body_compressed_twice_is_decompressed_twice(size: int) -> None:
    twice = gzip.compress(gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]))
    body = gathered(twice, "gzip, gzip", size=size)
    assert (body.content, body.damage) == (TEXT, None)
    assert gathered(gzip.compress(gzip.compress(TEXT)[:-1]), "gzip, gzip").damage == (
        "it is compressed and ends too early"
    )


@pytest.mark.parametrize("coding", ["br", "zstd", "identity, br", "gzip, deflate", ", ".join(["gzip"] * 5)])
def test_a_compression_that_nobody_asked_for_is_refused_before_it_is_read(coding: str) -> None:
    assert repr(coding) in (Body(coding, 100).damage or "")


def test_an_unknown_coding_is_blamed_where_the_body_is_no_json() -> None:
    assert "'snappy'" in (gathered(b"\xff\x06\x00\x00sNaPpY", "snappy").damage or "")


def test_empty_gzip_members_without_end_are_too_large() -> None:
    body = Body("gzip", 100_000)
    members = gzip.compress(b"") * 1000
    taken = 0
    while body.take(members) and taken < 100:
        taken += 1
    assert body.too_large
    assert taken < 10


@pytest.mark.parametrize("coding", ["", "gzip", "gzip, gzip"])
@pytest.mark.parametrize("limit", [1024 * 1024, 16 * 1024 * 1024])
def test_a_body_is_held_in_memory_once(coding: str, limit: int) -> None:
    data = bytes(limit * 3 if coding else limit + 1)
    for _ in range(coding.count("gzip")):
        data = gzip.compress(data)
    chunks = [data[start : start + 65536] for start in range(0, len(data), 65536)]
    tracemalloc.start()
    try:
        body = Body(coding, limit)
        for chunk in chunks:
            if not body.take(chunk):
                break
        body.finish()
        assert len(body.content) == limit
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert body.too_large
    assert peak < 1.2 * limit
