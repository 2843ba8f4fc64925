"""Ratios one can trust on a busy machine: contenders take turns, each is compared within its round."""

from __future__ import annotations

import gc
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

import attrs


@attrs.frozen
class Spread:
    """The median of some figures, with the quartiles around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: list[float]) -> Spread:
        """Sum up figures."""
        if len(figures) < 2:
            return cls(figures[0], figures[0], figures[0])
        low, _, high = statistics.quantiles(figures, n=4, method="inclusive")
        return cls(statistics.median(figures), low, high)

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


@attrs.frozen
class Comparison:
    """Seconds of each contender, and its ratio to the first, round by round."""

    seconds: dict[str, Spread]
    ratios: dict[str, Spread]


def compare(
    contenders: Mapping[str, Callable[[], object]],
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> Comparison:
    """Time each contender once a round, in a new order each time and without garbage collection meanwhile.

    A round before the first one warms up. The ratios are to the first contender of the mapping, within each round.

    Give `time.process_time` as the clock where nothing waits and a contender takes milliseconds. On a busy machine one
    that takes 2 ms fits into a slice of the scheduler, and one that takes 6 ms is interrupted and takes 30: by the wall
    clock the ratio of the two was 0.06 where it is 0.35, and no median mends that.
    """
    names, chance = list(contenders), random.Random(7)
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(-1, rounds):
        for name in chance.sample(names, len(names)):
            gc.collect()
            gc.disable()
            start = clock()
            result = contenders[name]()
            took = clock() - start
            gc.enable()
            del result
            if number >= 0:
                times[name].append(took)
    first = times[names[0]]
    return Comparison(
        {name: Spread.of(each) for name, each in times.items()},
        {name: Spread.of([a / b for a, b in zip(each, first, strict=True)]) for name, each in times.items()},
    )


def processor_time(program: str, compiled: str) -> float:
    """Give the seconds of processor time that a program takes in an interpreter of its own.

    Compiled modules are kept in the folder `compiled`: a variable may say not to write any, and then every start would
    compile the modules of a checkout, but not those an installer has compiled.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(
        [sys.executable, "-c", program], env=environment | {"PYTHONPYCACHEPREFIX": compiled}
    ) as run:
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        raise subprocess.CalledProcessError(run.returncode, program)
    return used.ru_utime + used.ru_stime


@attrs.frozen
class Figure:
    """One figure of the table: what was measured, what came out, and the goal it is held against.

    `value` is what counts; `meets` says whether the goal holds. A goal of None: the figure is for comparison only.
    """

    work: str
    name: str
    value: float
    shown: str
    goal: str | None = None
    meets: bool | None = None

    @classmethod
    def at_most(cls, work: str, name: str, value: float, limit: float, shown: str | None = None) -> Figure:
        """Make a figure that may not be larger than `limit`."""
        return cls(work, name, value, shown or f"{value:.2f}", f"≤ {limit:g}", value <= limit)

    @classmethod
    def at_least(cls, work: str, name: str, value: float, limit: float, shown: str | None = None) -> Figure:
        """Make a figure that may not be smaller than `limit`."""
        return cls(work, name, value, shown or f"{value:.2f}", f"≥ {limit:g}", value >= limit)

    @classmethod
    def seen(cls, work: str, name: str, value: float, shown: str | None = None) -> Figure:
        """Make a figure without a goal."""
        return cls(work, name, value, shown or f"{value:.2f}")
