"""What a schema can't say, check by check: see `CHECKS` for the names and claims."""

from __future__ import annotations

from typing import Final

from futureagi_simulate_contract.checks import access, filters, forms, listings, runs
from futureagi_simulate_contract.checks.registry import Check

CHECKS: Final[tuple[Check, ...]] = (
    *listings.CHECKS.all,
    *filters.CHECKS.all,
    *runs.CHECKS.all,
    *access.CHECKS.all,
    *forms.CHECKS.all,
)
