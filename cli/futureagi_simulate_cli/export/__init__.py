"""Calls into files and frames: JSON Lines, CSV, Parquet, DuckDB, and Arrow for pandas and polars.

`Export` writes a file and survives interruption; `to_arrow` makes a table in memory of calls at hand. Names
are imported when they are first used, since JSON Lines and CSV do without Arrow.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from futureagi_simulate_cli.export.columns import NESTED, to_arrow
    from futureagi_simulate_cli.export.job import Export
    from futureagi_simulate_cli.export.source import Source

__all__ = ["NESTED", "Export", "Source", "to_arrow"]

_HOME = {"NESTED": "columns", "Export": "job", "Source": "source", "to_arrow": "columns"}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
