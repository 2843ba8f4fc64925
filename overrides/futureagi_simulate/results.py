"""What a request returns: the expected form of an answer, and objects whose rows are a listing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar

import msgspec

from futureagi_simulate.printable import one_line

__all__ = ["Form", "WithCalls"]

M = TypeVar("M")


class Form(msgspec.Struct, Generic[M], frozen=True):
    """What the answer to one kind of request looks like.

    `envelope` is the contract's page, whose `results` hold `item`s; `at` are the keys that lead to it.
    `identity` is the field that tells items apart. A page whose items all lack it has items of the class
    `unidentified`, where there is one. An object has at least one of the keys `telling`, which no other form
    has. `about` are fields, of the item or of what is around it, that repeat an id asked for: an answer with
    another id there is an answer to another request.
    """

    item: type[M]
    envelope: type[Any] | None = None
    at: tuple[str, ...] = ()
    identity: str | None = "id"
    telling: frozenset[str] = frozenset()
    about: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    unidentified: type[M] | None = None


class WithCalls:
    """An object of the API with a listing of its calls.

    `model` is the object as it was decoded, `calls` the listing, `id` the id it was asked for by; `raw_json`
    are the exact bytes of the object. Copies and pickles keep all but the connection of the listing.
    """

    __slots__ = ("calls", "id", "model", "raw_json")
    __test__: ClassVar[bool] = False  # pytest takes a class for tests whose name starts with Test

    def __init__(self, model: Any, calls: Any, id: str, raw_json: bytes) -> None:
        self.model: Any = model
        self.calls: Any = calls
        self.id: str = id
        self.raw_json: bytes = raw_json

    def _field(self, name: str) -> Any:
        return getattr(self.model, name, None)

    def has(self, name: str) -> bool:
        """Return whether the server sent the field `name`, null included."""
        return name in self.raw

    @property
    def raw(self) -> dict[str, Any]:
        """`raw_json` as a dict, with the fields that the spec doesn't know."""
        from futureagi_simulate_api.types import decoded  # here: it brings the models, and attrs

        return decoded(self.raw_json)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and (self.id, self.raw_json) == (other.id, other.raw_json)

    def __hash__(self) -> int:
        return hash((type(self), self.id, self.raw_json))

    def __repr__(self) -> str:
        return one_line(f"<{type(self).__name__} {self.id}, {self._field('status')}>")

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        return type(self), (self.model, self.calls, self.id, self.raw_json)
