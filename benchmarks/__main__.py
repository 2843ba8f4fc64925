"""Run the benchmarks: python -m benchmarks [--quick] [--only WORK …] [--json FILE] [--markdown FILE]."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import attrs

from benchmarks.timing import Figure

WORKS = ("decode", "request", "walk", "stream", "imports", "exporting", "mock", "regenerate")
PACKAGES = (
    "futureagi-simulate",
    "httpx",
    "attrs",
    "msgspec",
    "requests",
    "pandas",
    "pydantic",
    "openapi-python-client",
)


def table(figures: list[Figure]) -> str:
    """Lay figures out as a Markdown table."""
    lines = ["| work | figure | measured | goal | met |", "|---|---|---|---|---|"]
    words = {True: "yes", False: "**no**", None: ""}
    for one in figures:
        lines.append(f"| {one.work} | {one.name} | {one.shown} | {one.goal or ''} | {words[one.meets]} |")
    return "\n".join(lines)


def surroundings() -> str:
    """Say when and on what the figures were measured."""
    cpus = len(__import__("os").sched_getaffinity(0))
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()} {platform.system()}, {cpus} cores, {python}; {packages}."


def main() -> int:
    """Measure, print the table, and fail where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller sizes")
    parser.add_argument("--only", nargs="+", choices=WORKS, default=WORKS)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--markdown", type=Path, help="write the table to this file")
    options = parser.parse_args()
    figures: list[Figure] = []
    for name in options.only:
        print(f"{name} …", file=sys.stderr)
        figures += importlib.import_module(f"benchmarks.{name}").measure(options.quick)
    print(table(figures))
    if options.json:
        options.json.write_text(json.dumps([attrs.asdict(one) for one in figures], indent=1))
    if options.markdown:
        options.markdown.write_text(f"{surroundings()}\n\n{table(figures)}\n")
    return 1 if any(one.meets is False for one in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
