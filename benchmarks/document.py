"""BENCHMARKS.md: the measured part is written anew, what people wrote around it stays."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.timing import Figure

DOCUMENT = Path(__file__).parents[1] / "BENCHMARKS.md"
BEGIN, END = "<!-- measured: written by python -m benchmarks --write -->", "<!-- end of what is measured -->"
PACKAGES = (
    *("futureagi-simulate", "httpx", "attrs", "msgspec", "requests", "pandas", "pyarrow", "pydantic"),
    *("openapi-python-client", "openapi-generator-cli", "datamodel-code-generator"),
)
_BEGAN = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
_WORDS = {True: "yes", False: "**no**", None: ""}


def table(figures: list[Figure]) -> str:
    """Lay figures out as a Markdown table."""
    lines = ["| work | figure | measured | goal | met |", "|---|---|---|---|---|"]
    for one in figures:
        lines.append(f"| {one.work} | {one.name} | {one.shown} | {one.goal or ''} | {_WORDS[one.meets]} |")
    return "\n".join(lines)


def surroundings(command: str) -> str:
    """Say when, on what and by which command the figures were measured."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{_processor()}, {cpus} cores, {platform.system()} {platform.machine()}, {python}, load {_load()} when it began"
    packages = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return f"{datetime.now(UTC):%Y-%m-%d}, by `{command}`, on {machine}, with {packages}."


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _load() -> str:
    return f"{_BEGAN:.1f}" if _BEGAN is not None else "unknown"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(absent)"


def written(before: str, measured: str) -> str:
    """Put `measured` between the marks of a document."""
    head, begun, rest = before.partition(BEGIN)
    _, ended, tail = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"{DOCUMENT.name} has no {BEGIN} … {END} to write between")
    return f"{head}{BEGIN}\n\n{measured.strip()}\n\n{END}{tail}"


def write(figures: list[Figure], command: str) -> None:
    """Write the table into BENCHMARKS.md."""
    met = sum(one.meets is True for one in figures)
    goals = sum(one.meets is not None for one in figures)
    counts = f"{met} of {goals} goals met. Ratios are medians, with the quartiles in brackets."
    measured = f"{surroundings(command)}\n\n{counts}\n\n{table(figures)}"
    DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8"), measured), "utf-8")
