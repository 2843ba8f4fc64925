"""How long things take: durations as people write them, fixed or spread."""

from __future__ import annotations

import random

import msgspec

from futureagi_simulate.durations import seconds

__all__ = ["Latency", "Spread", "seconds", "spread"]


class Spread(msgspec.Struct, frozen=True):
    """A duration between two bounds, in seconds. Fixed when they are equal."""

    low: float = 0.0
    high: float = 0.0

    def pick(self, chance: random.Random) -> float:
        """Return one duration out of the spread."""
        return self.low if self.low == self.high else chance.uniform(self.low, self.high)


#: What may stand for a latency: `50ms`, `20ms-80ms`, seconds, a Spread, or None for none.
Latency = str | float | Spread | None


def spread(value: Latency) -> Spread:
    """Read a latency."""
    if isinstance(value, Spread):
        return value
    if value is None:
        return Spread()
    low, _, high = value.partition("-") if isinstance(value, str) else (value, "", "")
    found = Spread(seconds(low), seconds(high or low))
    if found.high < found.low:
        raise ValueError(f"{value!r} ends before it begins")
    return found
