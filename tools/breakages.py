"""Break the client, the templates and the contract in known ways: each time the suite fails and says where.

Works in copies of the checkout in a temporary folder, which hold what is written there now, committed or not.
What is broken, which command notices, and what it has to say stand in `breakage_table.py`.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tools.breakage_table import BREAKAGES, Breakage  # noqa: E402 (run as a script, it has to find its folder first)

REGENERATE: Final = "tools/generate.py"
_AT_ONCE: Final = 2
_LAST_LINES: Final = 25
_STARTED: Final = time.monotonic()


def main(
    arguments: Sequence[str] | None = None,
    root: Path = ROOT,
    table: Sequence[Breakage] = BREAKAGES,
) -> int:
    """Try all breakages, or those whose name or file holds one of the words given; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("words", nargs="*", help="only breakages whose name or file holds one of these")
    words = parser.parse_args(arguments).words
    chosen = [one for one in table if not words or any(word in f"{one.name} {one.file}" for word in words)]
    commands = list(dict.fromkeys(one.command for one in chosen))
    faults = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(_AT_ONCE) as pool:
        whole = Path(folder)
        take_files(root, whole)
        unbroken = pool.map(lambda command: clean_fault(command, whole), commands)
        broken = pool.map(lambda one: broken_fault(one, whole), chosen)
        for command, fault in zip(commands, unbroken, strict=True):
            faults += _report(f"nothing is broken: {command}", fault or "", bool(fault))
        for one, fault in zip(chosen, broken, strict=True):
            faults += _report(f"{one.name}: {one.file}", fault or one.said, bool(fault))
    print(f"{len(chosen)} breakages, {faults} faults, {time.monotonic() - _STARTED:.0f} s")
    return 1 if faults or not chosen else 0


def clean_fault(command: str, whole: Path) -> str | None:
    """Say why the command can't be what notices a breakage: it fails without any."""
    with copy_of(whole) as folder:
        code, output = run(command, folder)
    return f"fails although nothing is broken:\n{_end(output)}" if code else None


def broken_fault(breakage: Breakage, whole: Path) -> str | None:
    """Make the breakage in a copy; say why the suite didn't do its part, None if it did."""
    fault = breakage.anchor_fault(whole)
    if fault:
        return fault
    with copy_of(whole) as folder:
        breakage.make(folder)
        if breakage.regenerate:
            code, output = run(REGENERATE, folder)
            if code:
                return f"generated/ can't be written:\n{_end(output)}"
        code, output = run(breakage.command, folder)
    if not code:
        return f"isn't caught: {breakage.command} passes"
    return None if breakage.said in output else f"is caught, but not by {breakage.said!r}:\n{_end(output)}"


def run(command: str, folder: Path) -> tuple[int, str]:
    """Run a module or script in the checkout at `folder`, on the code that stands there."""
    first, *rest = shlex.split(command)
    words = [first, *rest] if first.endswith(".py") else ["-m", first, *rest]
    if first == "pytest":
        words += ["-q", "-p", "no:cacheprovider"]
    path = os.pathsep.join(str(folder / place) for place in ("overrides", "generated", "."))
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def take_files(root: Path, target: Path) -> None:
    """Copy the files of a checkout, those left out that git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    for name in listed.split("\0"):
        if name and (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, target / name)


@contextmanager
def copy_of(whole: Path) -> Iterator[Path]:
    """Give a copy of a folder; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield shutil.copytree(whole, Path(folder, "copy"))


def _report(what: str, details: str, is_fault: bool) -> int:
    """Print one outcome; return the number of faults it is."""
    print(f"{'FAULT' if is_fault else 'ok   '} {what}", flush=True)
    for line in details.splitlines():
        print(f"        {line}")
    return int(is_fault)


def _end(output: str) -> str:
    return "\n".join(output.splitlines()[-_LAST_LINES:])


if __name__ == "__main__":
    sys.exit(main())
