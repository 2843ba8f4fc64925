"""Lenient decoding: what doesn't fit the contract is decoded field by field, and each deviation is noted.

msgspec decodes straight into the model first, at every level, so only the part that differs is taken apart.
Enum values that the contract doesn't list decode all the same and are searched for.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, Final, TypeVar, cast, get_args, get_origin

import attrs
import msgspec

from futureagi_simulate.pagination import Deviation, Deviations
from futureagi_simulate.printable import clean
from futureagi_simulate_api.types import decoder

__all__ = ["UNFIT", "decode_each", "decode_leniently", "hints", "unknown_words"]

T = TypeVar("T")

UNFIT: Final = (msgspec.MsgspecError, UnicodeDecodeError)
"""What msgspec raises for a value that doesn't fit; the second for bytes that aren't UTF-8."""

_KINDS: Final = {"{": "an object", "[": "an array", '"': "a text", "t": "true", "f": "false", "n": "null"}
_EXCERPT: Final = 40
_NAMES: Final[Mapping[Any, str]] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def decode_leniently(data: bytes | msgspec.Raw, form: Any, path: str, deviations: Deviations) -> Any:
    """Decode `data` as `form`; note what differs in `deviations` and keep it as it is."""
    try:
        value = decoder(form).decode(data)
    except UNFIT:
        return _apart(bytes(data), form, path, deviations)
    deviations.update(unknown_words(value, path))
    return value


def decode_each(
    parts: Iterable[msgspec.Raw],
    form: Any,
    path: str,
    deviations: Deviations,
    read: Callable[[bytes, Any, str, Deviations], T] = decode_leniently,
) -> list[T]:
    """Decode the elements of an array. Those of the same bytes share a value and are decoded once.

    A body of a few bytes an element would otherwise take a thousand times its size.
    """
    known: dict[bytes, tuple[T, Deviations, list[int]]] = {}
    values: list[T] = []
    for place, part in enumerate(parts):
        data = bytes(part)
        if data not in known:
            own = Deviations()
            known[data] = read(data, form, f"{path}[{place}]", own), own, [0]
        value, _, times = known[data]
        times[0] += 1
        values.append(value)
    for _, own, times in known.values():
        deviations.update(own.found(), times[0])
    return values


def _apart(data: bytes, form: Any, path: str, deviations: Deviations) -> Any:
    """Take an object or an array apart as the first of the allowed types that is one.

    Keep anything else whole.
    """
    allowed = members(form)
    if data.lstrip().startswith(b"{"):
        for member in allowed:
            if attrs.has(member):
                return _model(data, member, path, deviations)
            if get_origin(member) is dict:
                inner = get_args(member)[1]
                parts = _parts(data)
                return {
                    key: decode_leniently(part, inner, f"{path}[{key}]", deviations)
                    for key, part in parts.items()
                }
    if data.lstrip().startswith(b"["):
        for member in allowed:
            if get_origin(member) is list:
                inner = get_args(member)[0]
                elements = decoder(list[msgspec.Raw]).decode(data)
                return decode_each(elements, inner, path, deviations)
    deviations.add(Deviation(path, _describe(form), _got(data)))
    return _read_anyhow(data)


def _model(data: bytes, model: Any, path: str, deviations: Deviations) -> Any:
    parts = _parts(data)
    values = {}
    for field in attrs.fields(model):
        place = f"{path}.{field.name}" if path else field.name
        if field.name in parts:
            values[field.alias] = decode_leniently(
                parts[field.name], hints(model)[field.name], place, deviations
            )
        elif field.default is attrs.NOTHING:
            values[field.alias] = None
            deviations.add(Deviation(place, _describe(hints(model)[field.name]), "absent"))
    return model(**values)


def _parts(data: bytes) -> dict[str, msgspec.Raw]:
    read: msgspec.json.Decoder[dict[str, msgspec.Raw]] = decoder(dict[str, msgspec.Raw])
    try:
        return read.decode(data)
    except UnicodeDecodeError:  # in a key
        return read.decode(data.decode(errors="replace"))


def _read_anyhow(data: bytes) -> Any:
    text = data.decode(errors="replace")
    try:
        return json.loads(text)
    except ValueError:  # a number of thousands of digits
        return text


def _describe(form: Any) -> str:
    named = (_name(member) for member in members(form) if member is not msgspec.UnsetType)
    return " or ".join(named)


def _name(form: Any) -> str:
    if form is type(None):
        return "null"
    if get_origin(form) is list:
        return "an array"
    if get_origin(form) is dict or attrs.has(form):
        return "an object"
    name = str(getattr(form, "__name__", form))
    return f"a {name}" if isinstance(form, type) and issubclass(form, Enum) else _NAMES.get(form, name)


def _got(data: bytes) -> str:
    start = data.lstrip()[:1].decode(errors="replace")
    kind = _KINDS.get(start, "a number")
    return kind if start in "tfn" else f"{kind}, {_excerpt(data)}"


def _excerpt(data: bytes) -> str:
    shown = clean(data[:_EXCERPT].decode(errors="replace"))
    return shown if len(data) <= _EXCERPT else f"{shown}…"


hints: Callable[[Any], dict[str, Any]] = cache(typing.get_type_hints)
"""Return the types of a model's fields."""


def members(form: Any) -> tuple[Any, ...]:
    """Return the types a union allows, or the one type."""
    return get_args(form) if get_origin(form) in (types.UnionType, typing.Union) else (form,)


def unknown_words(value: object, path: str) -> Iterator[Deviation]:
    """Find unknown enum values anywhere in a decoded value."""
    if isinstance(value, Enum):
        if value.value not in type(value)._value2member_map_:
            yield Deviation(path, f"a {type(value).__name__}", f"a text, {value.value[:_EXCERPT]!r}")
    elif isinstance(value, list):
        for place, element in enumerate(cast("list[object]", value)):
            yield from unknown_words(element, f"{path}[{place}]")
    elif isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield from unknown_words(inner, f"{path}[{key}]")
    elif attrs.has(type(value)):
        for field in attrs.fields(cast("Any", type(value))):
            yield from unknown_words(getattr(value, field.name), f"{path}.{field.name}".lstrip("."))
