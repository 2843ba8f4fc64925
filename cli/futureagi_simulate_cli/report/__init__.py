"""One HTML file that shows an execution to somebody: verdict, rates, charts, failures and every call.

`build_page` lays out what `content.gather` fetched; `fi-simulate report` does both. Names are imported when
they are first used: `fi-simulate report --help` needs no charts.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from futureagi_simulate_cli.report.content import Material
    from futureagi_simulate_cli.report.page import build_page

__all__ = ["Material", "build_page"]

_HOMES: Final = {"Material": "content", "build_page": "page"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
