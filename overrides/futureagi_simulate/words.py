"""Find enum values that the contract doesn't list. They decode all the same, so they have to be looked for.

Nearly every page has none. So whole pages are checked first, column by column: are all the values of a
field, of all items together, members that the contract lists? Only a page that fails is walked through to
find where.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, Final, get_args, get_origin

import attrs
import msgspec

from futureagi_simulate.page import Deviation

__all__ = ["all_known", "hints", "members", "odd_words"]

Check = Callable[[Sequence[Any]], bool]

hints: Callable[[Any], dict[str, Any]] = cache(typing.get_type_hints)
"""Give the types of a model's fields."""

_EXCERPT: Final = 40
_NOTHING: Final[tuple[Any, ...]] = (None, msgspec.UNSET)


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


def all_known(models: Sequence[Any], model: type[Any]) -> bool:
    """Tell whether no enum value in any of these models is unknown."""
    return all(check(list(map(attrgetter(name), models))) for name, check in _columns(model))


def _make_columns(model: Any) -> tuple[tuple[str, Check], ...]:
    """Make the checks of a model: one for each field that can hold an enum."""
    fields = attrs.fields(model) if attrs.has(model) else ()
    found = ((field.name, _check(hints(model)[field.name])) for field in fields)
    return tuple((name, check) for name, check in found if check is not None)


_columns: Callable[[Any], tuple[tuple[str, Check], ...]] = cache(_make_columns)


def _check(form: Any) -> Check | None:
    """Make the check of a type, None where no enum can be inside."""
    checks = [check for member in members(form) if (check := _member_check(member)) is not None]
    if len(checks) < 2:
        return checks[0] if checks else None
    return lambda values: all(check(values) for check in checks)


def _member_check(form: Any) -> Check | None:
    if get_origin(form) is list and (inner := _check(get_args(form)[0])) is not None:
        return _inside(inner, list, lambda value: value)
    if get_origin(form) is dict and (inner := _check(get_args(form)[1])) is not None:
        return _inside(inner, dict, lambda value: value.values())
    if isinstance(form, type) and issubclass(form, Enum):
        known = frozenset(map(id, (*form, *_NOTHING)))
        return lambda values: known.issuperset(map(id, values)) or _only(form, values) <= known
    if isinstance(form, type) and _columns(form):
        return lambda values: all_known([value for value in values if type(value) is form], form)
    return None


def _inside(inner: Check, kind: type[Any], open_up: Callable[[Any], Iterable[Any]]) -> Check:
    def check(values: Sequence[Any]) -> bool:
        return inner(list(chain.from_iterable(open_up(value) for value in values if type(value) is kind)))

    return check


def _only(form: type[Enum], values: Sequence[Any]) -> frozenset[int]:
    """Give what identifies the values of an enum among values of several types."""
    return frozenset(id(value) for value in values if type(value) is form)
