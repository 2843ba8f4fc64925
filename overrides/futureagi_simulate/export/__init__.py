"""Calls into files and frames: JSON Lines, CSV, Parquet, DuckDB, and Arrow for pandas and polars.

`Export` writes a file and survives interruption; `to_arrow` makes a table in memory of calls at hand.
"""

from futureagi_simulate.export.job import Export
from futureagi_simulate.export.schema import CALLS, EVALS, NESTED, TURNS
from futureagi_simulate.export.sources import Source
from futureagi_simulate.export.writers import to_arrow

__all__ = ["CALLS", "EVALS", "NESTED", "TURNS", "Export", "Source", "to_arrow"]
