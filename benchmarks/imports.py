"""How long the first import takes, in fresh interpreters taking turns, against httpx alone."""

from __future__ import annotations

import random
import subprocess
import sys
import time

from benchmarks.timing import Figure, Spread

WORK = "import, cold"
STATEMENTS = {
    "httpx": "import httpx",
    "futureagi_simulate": "import futureagi_simulate",
    "futureagi_simulate, Client": "from futureagi_simulate import Client",
    "nothing": "pass",
}
# Of other clients, in ms: measured once on another machine, where httpx alone took 72.
OTHERS, OTHERS_HTTPX = {"openai": 253, "elevenlabs": 205, "mistralai": 166, "githubkit": 121}, 72


def measure(quick: bool) -> list[Figure]:
    """Compare imports; the interpreter's own start is taken off both sides."""
    rounds = 9 if quick else 25
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    chance = random.Random(7)
    for _ in range(rounds):
        for name in chance.sample(list(STATEMENTS), len(STATEMENTS)):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", STATEMENTS[name]], check=True)
            times[name].append(time.perf_counter() - start)
    nothing = Spread.of(times["nothing"]).median
    httpx = Spread.of(times["httpx"]).median - nothing
    figures = [Figure.seen(WORK, "httpx, ms", httpx * 1e3, f"{httpx * 1e3:.0f}")]
    for name in ("futureagi_simulate", "futureagi_simulate, Client"):
        ratio = (Spread.of(times[name]).median - nothing) / httpx
        figures.append(Figure.at_most(WORK, f"{name} to httpx", ratio, 1.15))
    for name, milliseconds in OTHERS.items():
        shown = f"{milliseconds / OTHERS_HTTPX:.2f} (given, not measured here)"
        figures.append(Figure.seen(WORK, f"{name} to httpx", milliseconds / OTHERS_HTTPX, shown))
    return figures
