"""A bounded store of results that are costly to make again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Keep what was used last, up to a total weight. Not safe for several threads: its owner holds a lock."""

    def __init__(self, limit: int, weigh: Callable[[V], int] = lambda _: 1) -> None:
        self._limit = limit
        self._weigh = weigh
        self._weight = 0
        self._items: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """Return what is kept under `key` and mark it as used, or None."""
        value = self._items.pop(key, None)
        if value is not None:
            self._items[key] = value
        return value

    def put(self, key: K, value: V) -> V:
        """Keep `value`, letting go of what was used longest ago."""
        self._items[key] = value
        self._weight += self._weigh(value)
        while self._weight > self._limit and len(self._items) > 1:
            oldest = next(iter(self._items))
            self._weight -= self._weigh(self._items.pop(oldest))
        return value

    def clear(self) -> None:
        """Forget everything."""
        self._items.clear()
        self._weight = 0
