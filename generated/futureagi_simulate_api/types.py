# Generated from openapi.yaml. Do not edit: change the spec or generator-templates/, then run `nox -s generate`.
"""What every model and every endpoint shares."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias, TypeVar, cast

import attrs
import msgspec

if TYPE_CHECKING:
    Absent: TypeAlias = None
else:
    Absent = (
        msgspec.UnsetType
    )  # None for users; a null in the answer isn't taken where the spec has none

M = TypeVar("M", bound="Model")


class Model:
    """Base of every model: its fields have the names of the JSON keys; what the server left out is None.

    Models fill their optional slots before they are decoded (`__attrs_pre_init__`). msgspec looks into each slot
    afterwards, and an empty one takes it 0.2 µs: a fifth of the time of a page.
    """

    __slots__ = ("_raw_json",)
    __test__: ClassVar[bool] = False  # pytest takes a class for tests whose name starts with Test
    _raw_json: bytes

    def __init_subclass__(cls) -> None:
        """Fill no slots beforehand in a class derived from a model: it may be frozen or have other defaults."""
        if "__attrs_pre_init__" not in vars(cls) and hasattr(cls, "__attrs_pre_init__"):
            setattr(cls, "__attrs_pre_init__", _fill_nothing)  # noqa: B010 (Model itself has none)

    @classmethod
    def from_json(cls, data: bytes | msgspec.Raw) -> Self:
        """Decode `data` and keep it; raise `msgspec.ValidationError` where it isn't what the spec says."""
        model: Self = decoder(cls).decode(data)
        object.__setattr__(model, "_raw_json", bytes(data))  # the class may be derived, and frozen
        return model

    @property
    def raw_json(self) -> bytes:
        """The exact bytes this model was decoded from.

        Without such, as in an object inside another, its fields encoded, without optional ones that are None.
        """
        try:
            return self._raw_json
        except AttributeError:
            optional = {
                one.name for one in attrs.fields(cast(Any, type(self))) if one.default is None
            }
            fields = _fields(self).items()
            return msgspec.json.encode(
                {name: value for name, value in fields if value is not None or name not in optional}
            )

    def has(self, name: str) -> bool:
        """Return whether the server sent the field `name`, null included.

        An object inside another doesn't keep its bytes: there a null counts as left out. Ask the outer `raw`.
        """
        return name in self.raw

    @property
    def raw(self) -> dict[str, Any]:
        """`raw_json` as a dictionary, with the fields that the spec doesn't know; empty where it is no object."""
        return decoded(self.raw_json)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), _fields(self), getattr(self, "_raw_json", None))


def wire_names(**names: str) -> Callable[[type[M]], type[M]]:
    """Make a class decorator: `class_="class"` has the attribute `class_` hold what JSON calls `class`."""

    def renamed(cls: type[M]) -> type[M]:
        form: Any = cls
        for attribute, key in names.items():
            form.__annotations__[key] = form.__annotations__.pop(attribute)
            setattr(form, key, property(attrgetter(attribute), _setter(attribute)))
        keys = (names.get(one.name, one.name) for one in attrs.fields(form))
        form.__attrs_attrs__ = tuple(
            one.evolve(name=key, alias=one.alias)
            for one, key in zip(attrs.fields(form), keys, strict=True)
        )
        return cls

    return renamed


def _setter(attribute: str) -> Callable[[Any, Any], None]:
    return lambda model, value: setattr(model, attribute, value)


def _fill_nothing(_model: Model) -> None:
    """Stand in for a model's own `__attrs_pre_init__`."""


_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
_making = threading.Lock()

if hasattr(
    os, "register_at_fork"
):  # a child must not inherit the lock held, nor a class half described
    os.register_at_fork(
        before=_making.acquire, after_in_parent=_making.release, after_in_child=_making.release
    )


def decoder(form: Any) -> msgspec.json.Decoder[Any]:
    """Return the decoder of a type, made once and by one thread at a time.

    msgspec describes a class on the class itself while it makes a decoder. A thread that meets a half-finished
    description crashes the interpreter.
    """
    found = _decoders.get(form)
    if found is None:
        with _making:
            found = _decoders.get(form) or _decoders.setdefault(form, msgspec.json.Decoder(form))
    return found


_decode = msgspec.json.Decoder(dict[str, Any]).decode


def decoded(data: bytes) -> dict[str, Any]:
    """Decode a JSON object; what isn't UTF-8 becomes U+FFFD. Any other value is an empty dictionary.

    A whole number of more than 4,300 digits is a text, as in a model; a fraction beyond a double's range is `inf`.
    """
    try:
        return _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        value = json.loads(data.decode(errors="replace"), parse_int=_whole_number)
        return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _whole_number(text: str) -> int | str:
    """Read a whole number; one of more digits than Python reads stays a text."""
    try:
        return int(text)
    except ValueError:
        return text


def sent_json(value: object) -> bytes:
    """Encode a body: a mapping, or a model without its optional fields that are None.

    Raise TypeError or ValueError for what JSON doesn't have, such as NaN.
    """
    return json.dumps(msgspec.to_builtins(_sendable(value)), allow_nan=False).encode()


def _sendable(value: object) -> object:
    if isinstance(value, Model):
        optional = {one.name for one in attrs.fields(type(value)) if one.default is None}  # type: ignore[arg-type]
        fields = _fields(value).items()
        return {
            name: _sendable(one) for name, one in fields if one is not None or name not in optional
        }
    if isinstance(value, Mapping):
        mapping = cast("Mapping[object, object]", value)
        return {name: _sendable(one) for name, one in mapping.items()}
    if isinstance(value, list | tuple):
        return [_sendable(one) for one in cast("Iterable[object]", value)]
    return value


def _fields(model: Any) -> dict[str, Any]:
    return {
        field.name: getattr(model, field.name) for field in attrs.fields(cast(Any, type(model)))
    }


def _rebuild(cls: type[M], fields: dict[str, Any], raw_json: bytes | None) -> M:
    model = cls(
        **{
            one.alias: fields[one.name]
            for one in attrs.fields(cast("Any", cls))
            if one.name in fields
        }
    )
    if raw_json is not None:
        object.__setattr__(model, "_raw_json", raw_json)
    return model


class OpenEnum(StrEnum):
    """Base of every enum: a value the spec doesn't know is kept as a member of its own."""

    __test__: ClassVar[bool] = False  # see Model

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        _kept.count = unknown_values() + 1
        return member

    def __repr__(self) -> str:
        """Quote the value: the name of a value that the spec doesn't know is whatever the server sent."""
        known = self._value_ in type(self)._value2member_map_
        return f"<{type(self).__name__}{f'.{self._name_}' if known else ''}: {self._value_!r}>"


_kept = threading.local()


def unknown_values() -> int:
    """Count the unknown enum values kept in this thread so far: the same before and after, none was decoded."""
    return getattr(_kept, "count", 0)


__all__ = [
    "Absent",
    "Model",
    "OpenEnum",
    "decoded",
    "decoder",
    "sent_json",
    "unknown_values",
    "wire_names",
]
