"""What an answer looks like: said by an endpoint, used by whoever reads the answer."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

__all__ = ["Form"]

M = TypeVar("M")


class Form(msgspec.Struct, Generic[M], frozen=True):
    """What the answer to one kind of request looks like.

    `envelope` is the contract's page, whose `results` hold `item`s; `at` are the keys that lead to it.
    `identity` is the field that tells items apart. A page whose items all lack it has items of the class
    `unidentified`, where there is one. `telling` are keys that an item, or the object itself, has in this form
    and in no other.
    """

    item: type[M]
    envelope: type[Any] | None = None
    at: tuple[str, ...] = ()
    identity: str | None = "id"
    telling: frozenset[str] = frozenset()
    unidentified: type[M] | None = None
