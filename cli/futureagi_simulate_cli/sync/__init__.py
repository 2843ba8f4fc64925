"""A run test's calls kept current in a Parquet dataset or a DuckDB file.

`sync` is what `fi-simulate sync` does, and `digest.digest` tells whether a row changed. Names are imported
when they are first used, since digests need no Arrow.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from futureagi_simulate_cli.sync.job import SyncResult, planned, sync

__all__ = ["SyncResult", "planned", "sync"]

_HOME = {"SyncResult": "job", "planned": "job", "sync": "job"}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
