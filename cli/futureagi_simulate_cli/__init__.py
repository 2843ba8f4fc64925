"""The command `fi-simulate`.

`main` is the entry point. It imports as little as it can: a command's own module is loaded when the command
is named, so that `fi-simulate gate` does not pay for the mock and a missing extra is reported in two lines.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from futureagi_simulate_cli.comparison import Comparison, Played, compare

__all__ = ["Comparison", "Played", "compare", "main"]


def __getattr__(name: str) -> Any:
    if name not in ("Comparison", "Played", "compare"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from futureagi_simulate_cli import comparison

    return getattr(comparison, name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `fi-simulate` with `arguments` (default: those of the process) and return its exit code."""
    try:
        import rich  # noqa: F401 - both are looked for here so that their absence has one message
        import typer  # noqa: F401 - as above
    except ModuleNotFoundError as missing:
        sys.stderr.write(
            f"error: The command fi-simulate needs the package {missing.name}, which is not installed.\n"
            'try: pip install "futureagi-simulate[cli]"\n'
        )
        return 2
    from futureagi_simulate_cli.commands.app import run

    return run(sys.argv[1:] if arguments is None else arguments)
