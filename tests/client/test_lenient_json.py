"""What Python's `json` writes and JSON doesn't have: replaced byte for byte, and told where it was."""

from __future__ import annotations

import json
import math
import tracemalloc
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from futureagi_simulate.bodies import to_strict_json

HALF, WHOLE = rb"\ud83d", rb"\ud83d\ude00"

numbers = st.floats() | st.integers() | st.none() | st.booleans()
texts = st.text(st.characters(exclude_categories=()))
bodies = st.recursive(numbers | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner))


def told(content: bytes) -> list[tuple[str, str, str]]:
    _, replaced = to_strict_json(content)
    return [(one.path, one.got, one.instead) for one in replaced]


@pytest.mark.parametrize(
    ("body", "becomes"),
    [
        (b'{"a": NaN}', b'{"a": null}'),
        (b'{"a": [Infinity, -Infinity,NaN]}', b'{"a": [null, null,null]}'),
        (b'{"NaN": "-Infinity", "a": "\\"NaN", "b": NaN}', b'{"NaN": "-Infinity", "a": "\\"NaN", "b": null}'),
        (b'{"a": "' + HALF + b'"}', b'{"a": "\\ufffd"}'),
        (b'{"a": "' + HALF + WHOLE + rb"\uDE00" + b'"}', b'{"a": "\\ufffd' + WHOLE + b'\\ufffd"}'),
        (b'{"a": "\\' + HALF + b" " + HALF + b'"}', b'{"a": "\\' + HALF + b' \\ufffd"}'),
        (b'{"a": "' + HALF + b'\\n"}', b'{"a": "\\ufffd\\n"}'),
        (b'{"' + HALF + b'": 1.50, "b":  1e400 }', b'{"\\ufffd": 1.50, "b":  1e400 }'),
        (b'\xef\xbb\xbf{"a": 1}', b'{"a": 1}'),
        (b'{"a": "\xff", "b": NaN}', b'{"a": "\xff", "b": null}'),
    ],
)
def test_only_what_json_does_not_have_is_replaced(body: bytes, becomes: bytes) -> None:
    assert to_strict_json(body)[0] == becomes


@pytest.mark.parametrize(
    "body", [b"", b'{"a": Na}', b'{"a": NaN', b'{"a": NaN}}', b"[" * 100_000, b"\xff\xfe{"]
)
def test_what_is_not_nearly_json_stays_as_it_is(body: bytes) -> None:
    assert to_strict_json(body) == (body, ())


def test_each_is_told_with_its_place_in_order() -> None:
    body = (
        b'{"results": [{"score": NaN, "tone-1": {"x": "' + HALF + b'"}}, {"score": 1}, {"score": Infinity}]}'
    )
    assert told(body) == [
        ("results[0].score", "NaN", "null"),
        ("results[0][tone-1].x", "a text with half a surrogate pair", "U+FFFD"),
        ("results[2].score", "Infinity", "null"),
    ]


def test_a_place_can_be_shown_whatever_its_key() -> None:
    (key, value) = told(b'{"' + HALF + b'": NaN}')
    assert key == ("[\ufffd]", "a key with half a surrogate pair", "U+FFFD")
    assert value == ("[\ufffd]", "NaN", "null")


def test_the_same_in_other_rows_is_told_once_with_its_count() -> None:
    _, replaced = to_strict_json(b'{"results": [' + b'{"score": NaN, "id": 1}, ' * 999 + b'{"score": NaN}]}')
    assert [(one.path, one.count) for one in replaced] == [("results[0].score", 1000)]


def test_made_up_keys_do_not_make_any_number_of_kinds() -> None:
    _, replaced = to_strict_json(b"{" + b", ".join(b'"k%d": NaN' % number for number in range(5000)) + b"}")
    assert (len(replaced), sum(one.count for one in replaced)) == (1001, 5000)
    assert replaced[-1].path == "(another place)"


def test_a_value_far_down_is_told_to_the_depth_that_can_be_read() -> None:
    (one,) = to_strict_json(b'{"a": ' + b"[" * 100 + b"NaN" + b"]" * 100 + b"}")[1]
    assert one.path == "a" + "[0]" * 49 + "…"


def test_one_odd_value_takes_no_memory_for_the_others() -> None:
    body = b'{"results": [' + b'{"id": 1, "x": {}}, ' * 20_000 + b"NaN]}"
    tracemalloc.start()
    to_strict_json(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * len(body)


def test_a_number_of_any_length_is_no_hindrance() -> None:
    long = b"9" * 5000
    assert to_strict_json(b'{"a": ' + long + b', "b": NaN}')[0] == b'{"a": ' + long + b', "b": null}'


@given(bodies)
def test_whatever_pythons_json_writes_can_be_read_and_is_touched_only_where_told(body: Any) -> None:
    content = json.dumps(body).encode()
    found, replaced = to_strict_json(content)
    assert msgspec.json.decode(found) == msgspec.json.decode(json.dumps(mended(body)))
    assert (found == content) is (not replaced)


def mended(value: Any) -> Any:
    """Do to a value what `readable` does to its bytes."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [mended(one) for one in value]
    if isinstance(value, dict):
        return {mended(key): mended(one) for key, one in value.items()}
    return value


def test_a_body_that_is_damaged_in_another_way_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json, "loads", None)
    assert to_strict_json(b'{"a": 1, "b"') == (b'{"a": 1, "b"', ())
