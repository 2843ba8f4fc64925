"""Find enum values that the contract doesn't list. They decode all the same, so they have to be looked for.

Nearly every page has none, which the generated package's count of them tells without a look.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cache
from typing import Any, Final, get_args, get_origin

import attrs

from futureagi_simulate.pagination import Deviation

__all__ = ["hints", "members", "odd_words"]

hints: Callable[[Any], dict[str, Any]] = cache(typing.get_type_hints)
"""Give the types of a model's fields."""

_EXCERPT: Final = 40


def members(form: Any) -> tuple[Any, ...]:
    """Give the types a union allows, or the one type."""
    return get_args(form) if get_origin(form) in (types.UnionType, typing.Union) else (form,)


def odd_words(value: Any, path: str) -> Iterator[Deviation]:
    """Find unknown enum values anywhere in a decoded value."""
    if isinstance(value, Enum):
        if value.value not in type(value)._value2member_map_:
            yield Deviation(path, f"a {type(value).__name__}", f"a text, {value.value[:_EXCERPT]!r}")
    elif isinstance(value, list):
        for place, element in enumerate(value):
            yield from odd_words(element, f"{path}[{place}]")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from odd_words(inner, f"{path}[{key}]")
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from odd_words(getattr(value, field.name), f"{path}.{field.name}".lstrip("."))
