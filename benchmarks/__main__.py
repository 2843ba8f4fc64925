"""Run the benchmarks: python -m benchmarks [--quick] [--only WORK …] [--write] [--ratios] [--plots] [--json FILE]."""

from __future__ import annotations

import argparse
import importlib
import json
import shlex
import sys
from pathlib import Path

import attrs

from benchmarks import document, ratios
from benchmarks.timing import Figure

WORKS = (
    "decode",
    "request",
    "walk",
    "exact",
    "stream",
    "imports",
    "exporting",
    "syncing",
    "mock",
    "regenerate",
)


def main() -> int:
    """Measure, print the table, and fail where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller sizes")
    parser.add_argument("--only", nargs="+", choices=WORKS, default=WORKS)
    parser.add_argument("--write", action="store_true", help="write table and plots into BENCHMARKS.md")
    parser.add_argument("--plots", action="store_true", help="measure and draw the plots only")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--ratios", action="store_true", help="only hold a few ratios against reference.json")
    parser.add_argument("--record", action="store_true", help="with --ratios: make these the reference")
    parser.add_argument(
        "--slow", type=int, default=1, help="with --ratios: do ours that many times over, which must fail"
    )
    options = parser.parse_args()
    if options.ratios:
        return ratios.record() if options.record else ratios.check(options.slow)
    figures: list[Figure] = []
    for name in () if options.plots else options.only:
        print(f"{name} …", file=sys.stderr)
        figures += importlib.import_module(f"benchmarks.{name}").measure(options.quick)
    if options.plots or options.write:
        importlib.import_module("benchmarks.curves").draw(options.quick)
    if options.plots:
        return 0
    print(document.table(figures))
    if options.json:
        options.json.write_text(json.dumps([attrs.asdict(one) for one in figures], indent=1))
    if options.write:
        document.write(figures, shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]))
    return 1 if any(one.meets is False for one in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
