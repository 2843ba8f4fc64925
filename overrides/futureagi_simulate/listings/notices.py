"""Warnings, each once.

About answers that differ from the contract, filters that were ignored, listings that changed.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from futureagi_simulate.errors import (
    ContractWarning,
    FilterIgnoredWarning,
    FutureAGIWarning,
    ListingChangedWarning,
)
from futureagi_simulate.filters import Filter
from futureagi_simulate.listings.page import Deviation
from futureagi_simulate.listings.planner import Changed

__all__ = ["Contract", "warn_about_change", "warn_about_filter"]

_HERE: Final = str(Path(__file__).parents[1])


class Contract:
    """What a client has said about answers that differ from the contract.

    Each kind of deviation is told once.
    """

    def __init__(self) -> None:
        self._told: set[tuple[str, str, str]] = set()

    def report(self, operation: str, deviations: tuple[Deviation, ...]) -> None:
        """Warn about the kinds of deviation not yet told."""
        for deviation in deviations:
            kind = (operation, *deviation.kind)
            if kind not in self._told:
                self._told.add(kind)
                kept = f"{deviation.instead} stands for it" if deviation.instead else "it is kept as sent"
                _warn(f"{operation}: {deviation}; {kept}.", ContractWarning)


def warn_about_change(operation: str, change: Changed) -> None:
    """Warn that rows of a listing may be missing, and say why."""
    text = _CAUSES[change.cause].format(listing=f"The listing of {operation}", how=change.how)
    if change.cause == "count":
        _warn(f"{text}. It was read on until no new rows came.", ContractWarning)
    else:
        _warn(f"{text}. Items may be missing; exact=True reads until none is.", ListingChangedWarning)


_CAUSES: Final = {
    "change": "{listing} changed while it was read: {how}",
    "ties": "{listing} has no fixed order: {how}, though it didn't change. Rows with equal timestamps come "
    "in any order",
    "page": "{listing} was answered with the same rows again: {how}, though it didn't change. The server "
    "may ignore the page number",
    "count": "{listing} has more rows than the server counts: {how}",
    "unknown": "{listing} repeats rows: {how}. Either it changed while it was read, or rows with equal "
    "timestamps come in any order",
}


def warn_about_filter(ignored: Filter | None, raw: Mapping[str, Any], notices: tuple[str, ...]) -> None:
    """Warn that the server didn't apply a filter."""
    what = "; ".join(notices)
    if ignored is not None:
        asked = f"{ignored.column_id} {ignored.operator} {ignored.value!r}"
        what = f"{asked} was asked for, and call {raw.get('id')} came"
    _warn(
        f"The server ignored a filter: {what}. "
        "With enforce_filters=True calls that contradict a filter are dropped.",
        FilterIgnoredWarning,
    )


def _warn(text: str, category: type[FutureAGIWarning]) -> None:
    """Warn at the line of the caller's own code."""
    depth, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        depth, frame = depth + 1, frame.f_back
    warnings.warn(text, category, stacklevel=depth)
