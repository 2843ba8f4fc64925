"""How sure a pass rate is: the Wilson score interval of a share of a few calls."""

from __future__ import annotations

from math import sqrt
from typing import Final

Z_95: Final = 1.959963984540054
"""The normal distribution's 97.5 % point: between minus and plus this lie 95 %."""


def wilson(hits: int, total: int, z: float = Z_95) -> tuple[float, float]:
    """Give the Wilson score interval, in percent, of `hits` out of `total` (more than 0).

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927). Unlike
    the plain normal interval it stays within 0 to 100 and says something sensible for 5 of 5.
    """
    share, spread = hits / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return 100 * max(middle - half, 0.0), 100 * min(middle + half, 1.0)
