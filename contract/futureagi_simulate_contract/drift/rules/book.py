"""All rules about behaviour, in the order reports show them."""

from __future__ import annotations

from typing import Final

from futureagi_simulate_contract.drift.rule import Rule
from futureagi_simulate_contract.drift.rules import (
    errors,
    filters,
    listings,
    meanings,
    parameters,
    runs,
    search,
)

BOOK: Final[tuple[Rule, ...]] = (
    *meanings.RULES.all,
    *parameters.RULES.all,
    *listings.RULES.all,
    *search.RULES.all,
    *filters.RULES.all,
    *runs.RULES.all,
    *errors.RULES.all,
)
