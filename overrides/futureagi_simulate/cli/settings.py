"""The settings of a command: those of pyproject.toml, overruled by options."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from futureagi_simulate.cli.trouble import usage
from futureagi_simulate.gate.config import find_pyproject, read_table


def read_settings(config: Path | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Read the gate's table of `config`, or of the nearest pyproject.toml; options go before them."""
    if config is not None and not config.is_file():
        raise usage(f"There is no file {config}.", "Name a pyproject.toml with --config.")
    path = config or find_pyproject(Path.cwd())
    settings = read_table(path) if path else {}
    return settings | {name: value for name, value in given.items() if value is not None and value != []}
