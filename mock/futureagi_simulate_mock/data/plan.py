"""What is executed, when and how well: the story that the demo data tell, continued to any scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


class ExecutionPlan(msgspec.Struct, frozen=True):
    """One execution. `world`, `run_test`, `version` are positions, `quality` is 0-1, `age` ms before now."""

    world: int
    run_test: int
    position: int
    version: int
    status: str
    quality: float
    age: int
    calls: int
    summary: str | None


# (version, status, quality, age, summary): v1 to v4 get better; v5, the newest, is a step back
_SUPPORT: Final = (
    (0, "completed", 0.72, 3 * HOUR, "completed"),
    (0, "running", 0.74, 4 * MINUTE, None),
    (1, "completed", 0.96, 1 * DAY, "completed"),
    (1, "completed", 0.95, 2 * DAY, "failed"),
    (1, "completed", 0.93, 3 * DAY, None),
    (1, "failed", 0.90, 4 * DAY, None),
    (2, "completed", 0.91, 5 * DAY, "running"),
    (2, "completed", 0.88, 6 * DAY, None),
    (2, "cancelled", 0.86, 7 * DAY, None),
    (3, "completed", 0.82, 8 * DAY, "pending"),
    (3, "completed", 0.78, 9 * DAY, None),
    (4, "completed", 0.70, 10 * DAY, None),
    (4, "completed", 0.64, 11 * DAY, "completed"),
    (4, "completed", 0.60, 12 * DAY, None),
)
_CHAT: Final = (
    (0, "completed", 0.9, 5 * HOUR, None),
    (0, "evaluating", 0.9, 20 * MINUTE, None),
    (1, "completed", 0.8, 2 * DAY, "completed"),
    (0, "pending", 0.9, 3 * MINUTE, None),
    (1, "cancelling", 0.8, 15 * MINUTE, None),
)
_HOTLINE: Final = ((0, "completed", 0.85, 6 * DAY, None), (0, "failed", 0.5, 8 * DAY, None))
_OTHER: Final = ((0, "completed", 0.88, 2 * HOUR, "completed"), (1, "completed", 0.7, 2 * DAY, None))

# which run test of which world the first executions belong to, then for ever the second row
_FIRST: Final = (
    ((0, 0), (0, 0), (1, 0), (0, 1), (0, 2), (1, 1), (0, 1), (0, 1))
    + ((0, 0),) * 4
    + ((0, 1), (0, 1), (0, 2), (1, 0))
    + ((0, 0),) * 8
)
_LATER: Final = ((0, 0), (0, 0), (0, 0), (0, 1), (0, 0), (1, 0), (0, 0), (0, 2))
_STORIES: Final = {(0, 0): _SUPPORT, (0, 1): _CHAT, (0, 2): _HOTLINE, (1, 0): _OTHER, (1, 1): _OTHER}

DEFAULT_EXECUTIONS: Final = len(_FIRST)
DEFAULT_CALLS: Final = 468
_FIRST_WEIGHT: Final = 3
_MOST_RUNNING: Final = 24


def plan_executions(executions: int, calls: int) -> Iterator[ExecutionPlan]:
    """Share out `calls` among `executions`; the first one, which examples show, gets three shares."""
    done: dict[tuple[int, int], int] = {}
    shares = executions + _FIRST_WEIGHT - 1
    given = 0
    for k in range(executions):
        key = _FIRST[k] if k < len(_FIRST) else _LATER[k % len(_LATER)]
        position = done.get(key, 0)
        done[key] = position + 1
        share = calls * (k + _FIRST_WEIGHT) // shares - given
        story = _STORIES[key]
        if position < len(story):
            version, status, quality, age, summary = story[position]
        else:
            version, status, quality, age, summary = _past(position, story[-1][0])
        if status == "running" and k < executions - 1:
            share = min(share, _MOST_RUNNING)
        yield ExecutionPlan(*key, position, version, status, quality, age, share, summary)
        given += share


def _past(position: int, version: int) -> tuple[int, str, float, int, str | None]:
    status = "failed" if position % 23 == 22 else "completed"
    # four a day, and past a thousand days one a minute: a million executions still have dates
    age = 12 * DAY + min(position + 1, 4_000) * 6 * HOUR + max(0, position - 3_999) * MINUTE
    return version, status, 0.55 + (position % 7) * 0.06, age, None
