"""What the first import costs, in fresh interpreters taking turns, against httpx alone."""

from __future__ import annotations

import random
from tempfile import TemporaryDirectory

from benchmarks.timing import Figure, Spread, processor_time

WORK = "import, cold"
READY = "a client made"
STATEMENTS = {
    "httpx": "import httpx",
    "futureagi_simulate": "import futureagi_simulate",
    "futureagi_simulate, Client": "from futureagi_simulate import Client",
    f"httpx, {READY}": "import httpx; httpx.Client()",
    f"Client, {READY}": "from futureagi_simulate import Client; Client(api_key='bench', secret_key='bench')",
    "nothing": "pass",
}
# Of other clients, in ms: measured once on another machine, where httpx alone took 72.
OTHERS, OTHERS_HTTPX = {"openai": 253, "elevenlabs": 205, "mistralai": 166, "githubkit": 121}, 72


def measure(quick: bool) -> list[Figure]:
    """Compare imports by processor time; the interpreter's own start is taken off both sides.

    All of them find their modules compiled, as an installer leaves them. Importing Client brings no httpx, so
    what counts is a client made: that has to load everything.
    """
    rounds = 9 if quick else 25
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    chance = random.Random(7)
    with TemporaryDirectory() as compiled:
        for number in range(-1, rounds):  # the round before the first one compiles
            for name in chance.sample(list(STATEMENTS), len(STATEMENTS)):
                took = processor_time(STATEMENTS[name], compiled)
                if number >= 0:
                    times[name].append(took)
    costs = {name: Spread.of(each).median for name, each in times.items()}
    costs = {name: cost - costs["nothing"] for name, cost in costs.items()}
    httpx = costs["httpx"]
    figures = [Figure.seen(WORK, "httpx, ms of processor", httpx * 1e3, f"{httpx * 1e3:.0f}")]
    for name in ("futureagi_simulate", "futureagi_simulate, Client"):
        figures.append(Figure.at_most(WORK, f"{name} to httpx", costs[name] / httpx, 1.15))
    ready = costs[f"Client, {READY}"] / costs[f"httpx, {READY}"]
    figures.append(Figure.at_most(WORK, f"Client to httpx, {READY}", ready, 1.15))
    for name, milliseconds in OTHERS.items():
        shown = f"{milliseconds / OTHERS_HTTPX:.2f} (given, not measured here)"
        figures.append(Figure.seen(WORK, f"{name} to httpx", milliseconds / OTHERS_HTTPX, shown))
    return figures
