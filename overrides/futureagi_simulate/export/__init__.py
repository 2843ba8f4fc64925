"""Calls into files and frames: JSON Lines, CSV, Parquet, DuckDB, and Arrow for pandas and polars.

`Export` writes a file and survives interruption; `to_arrow` makes a table in memory of calls at hand. Names
are imported when they are first used: an export whose columns its helper process makes does without Arrow.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from futureagi_simulate.export.job import Export
    from futureagi_simulate.export.schema import CALLS, EVALS, NESTED, TURNS
    from futureagi_simulate.export.sources import Source
    from futureagi_simulate.export.writers import to_arrow

__all__ = ["CALLS", "EVALS", "NESTED", "TURNS", "Export", "Source", "to_arrow"]

_HOMES = {
    "job": ("Export",),
    "schema": ("CALLS", "EVALS", "NESTED", "TURNS"),
    "sources": ("Source",),
    "writers": ("to_arrow",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
