"""How long something takes, as people write it: one form for every option, setting and argument."""

from __future__ import annotations

import math
import re
from typing import Final

FORMS: Final = '"500ms", "90s", "30m", "2h", or a number of seconds'

_DURATION: Final = re.compile(
    r"(?P<number>\d+(?:\.\d+)?|\.\d+)\s*(?P<unit>ms|s|m|h|)", re.ASCII | re.IGNORECASE
)
_UNITS: Final = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(duration: str | float) -> float:
    """Read a duration in one of `FORMS`; raise ValueError for anything else."""
    if isinstance(duration, int | float):
        if not 0 <= duration < math.inf:
            raise ValueError(f"{duration!r} is no duration; write {FORMS}")
        return float(duration)
    match = _DURATION.fullmatch(duration.strip())
    if match is None:
        raise ValueError(f"{duration!r} is no duration; write {FORMS}")
    return float(match["number"]) * _UNITS[match["unit"].lower()]
