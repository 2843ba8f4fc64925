"""Decode a page of 100 calls with transcripts: our models, the generator's default ones, and `json.loads`.

Figures are ratios to `json.loads` of the same bytes: all contenders take turns in every round, each is
compared within its round, and the median of the rounds counts: a busy machine slows all of them alike.
Measured too: how long generating takes and how many lines come out, ours and the default templates'.

    python benchmarks/decode.py [--rounds N] [--json]
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.decode_page import page  # noqa: E402
from futureagi_simulate.client import Client  # noqa: E402
from futureagi_simulate_api.models import CallExecution, CallExecutionPage  # noqa: E402
from tools.generate import PACKAGE, run_generator  # noqa: E402
from tools.prepare import prepare  # noqa: E402
from tools.spec import load, views  # noqa: E402

CALLS, TURNS = 100, 8
LOSSLESS = "typed, items keep their bytes"
GOALS = {LOSSLESS: 0.75, "generating": 2.0}


def lossless() -> Callable[[bytes], list[CallExecution]]:
    """Make a decoder that keeps with each call the bytes it came from."""
    envelope: Any = msgspec.defstruct("Envelope", [("results", list[msgspec.Raw])])
    rows, item = msgspec.json.Decoder(envelope), msgspec.json.Decoder(CallExecution)

    def decode(data: bytes) -> list[CallExecution]:
        calls = []
        for raw in rows.decode(data).results:
            model = item.decode(raw)
            model._raw_json = bytes(raw)  # type: ignore[misc]  # a slot of the base class
            calls.append(model)
        return calls

    return decode


def compare(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Time each contender once a round, without garbage collection; give median ratios to the first."""
    names, chance = list(contenders), random.Random(7)
    ratios: dict[str, list[float]] = {name: [] for name in names}
    for number in range(-1, rounds):
        times = {}
        for name in chance.sample(names, len(names)):
            gc.collect()
            gc.disable()
            start = time.perf_counter()
            result = contenders[name]()
            times[name] = time.perf_counter() - start
            gc.enable()
            del result
        if number >= 0:  # the round before the first one warms up
            for name in names:
                ratios[name].append(times[name] / times[names[0]])
    return {name: statistics.median(each) for name, each in ratios.items()}


def client_page(data: bytes) -> Callable[[], object]:
    """Make a function that has the hand-written client ask for the page and read it."""
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=data))
    client = Client(api_key="a", secret_key="b", http_client=httpx.Client(transport=transport))
    return lambda: next(iter(client.call_executions(UUID(int=0), page_size=CALLS).pages()))


def lines(package: Path) -> int:
    """Count the lines of a generated package."""
    return sum(len(path.read_text().splitlines()) for path in package.rglob("*.py"))


def measure(rounds: int) -> dict[str, Any]:
    """Run the whole benchmark."""
    data, view = page(CALLS, TURNS), views().open_view(load((ROOT / "openapi.yaml").read_bytes()))
    with tempfile.TemporaryDirectory() as folder:
        config, default, ours = (Path(folder, name) for name in ("config.yaml", "default_client", "ours"))
        config.write_text("package_name_override: default_client\n")

        def generate_default() -> None:
            run_generator(view, config, default, None)

        def generate_ours() -> None:
            run_generator(prepare(view), ROOT / "generator-config.yaml", ours, ROOT / "generator-templates")

        generating = compare({"default": generate_default, "ours": generate_ours}, max(3, rounds // 20))
        sys.path.insert(0, folder)
        default_page = importlib.import_module("default_client.models").CallExecutionPage
        default_lines = lines(default)

    typed, keeping = msgspec.json.Decoder(CallExecutionPage), lossless()
    ratios = compare(
        {
            "json.loads": lambda: json.loads(data),
            "typed": lambda: typed.decode(data),
            LOSSLESS: lambda: keeping(data),
            "default templates": lambda: default_page.from_dict(json.loads(data)),
            "Client, request and page": client_page(data),
        },
        rounds,
    )
    return {
        "bytes": len(data),
        "calls": CALLS,
        "rounds": rounds,
        "ratios to json.loads": ratios,
        "generating, ours to default": generating["ours"],
        "lines": {"ours": lines(ROOT / PACKAGE), "default": default_lines},
    }


def main() -> int:
    """Print the figures; fail where a goal is missed."""
    parser = argparse.ArgumentParser(description="Decode a page of 100 calls with transcripts.")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    figures = measure(options.rounds)
    ratios = figures["ratios to json.loads"]
    if options.json:
        print(json.dumps(figures, indent=2))
    else:
        print(f"{figures['calls']} calls, {figures['bytes']:,} bytes, ratios to json.loads:")
        for name, ratio in ratios.items():
            goal = f"   goal <= {GOALS[name]}" if name in GOALS else ""
            print(f"  {name:32}{ratio:6.2f}{goal}")
        print(
            f"  generating, ours to default     {figures['generating, ours to default']:6.2f}   goal <= 2.0"
        )
        print(f"  lines, ours / default           {figures['lines']['ours']} / {figures['lines']['default']}")
    kept = ratios[LOSSLESS] <= GOALS[LOSSLESS]
    return 0 if kept and figures["generating, ours to default"] <= GOALS["generating"] else 1


if __name__ == "__main__":
    sys.exit(main())
