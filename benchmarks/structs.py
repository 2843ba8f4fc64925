"""The limit of typed decoding: the same classes as msgspec structs, which keep nothing but their fields."""

from __future__ import annotations

from functools import reduce
from operator import or_
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import msgspec

from futureagi_simulate_api import models


def struct(model: Any, made: dict[Any, Any] | None = None) -> Any:
    """Make the struct of a generated class, and of all the classes in its fields."""
    made = {} if made is None else made
    if model not in made:
        hints = get_type_hints(model, localns=vars(models))
        fields = [
            (field.name, _like(hints[field.name], made), _default(field)) for field in attrs.fields(model)
        ]
        made[model] = msgspec.defstruct(model.__name__, fields, kw_only=True)
    return made[model]


def _default(field: Any) -> Any:
    return msgspec.NODEFAULT if field.default is attrs.NOTHING else field.default


def _like(hint: Any, made: dict[Any, Any]) -> Any:
    """Put structs in place of the classes in a type."""
    if isinstance(hint, type) and attrs.has(hint):
        return struct(hint, made)
    arguments = tuple(_like(each, made) for each in get_args(hint))
    if get_origin(hint) in (Union, UnionType):
        return reduce(or_, arguments[1:], Union[arguments[0], arguments[0]])  # noqa: UP007 (made here, not written)
    return get_origin(hint)[arguments] if arguments and get_origin(hint) in (list, dict) else hint
