"""All claims: `CHECKS` and `RULES` by subject, and the findings of the rules over a log."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from futureagi_simulate_contract.claim import CLAIMS, Check, Finding, Rule, Severity
from futureagi_simulate_contract.claims import access, filters, listings, values
from futureagi_simulate_contract.exchange import Endpoint, Log
from futureagi_simulate_contract.shapes import shape_findings

__all__ = ["CHECKS", "RULES", "Against", "access", "filters", "findings_of", "listings", "values"]

CHECKS: Final = tuple(claim for claim in CLAIMS if isinstance(claim, Check))
RULES: Final = tuple(claim for claim in CLAIMS if isinstance(claim, Rule))

_ENDPOINTS, _SEVERITIES = list(Endpoint), list(Severity)


class Against(StrEnum):
    """What a server is compared with."""

    DOCUMENTS = "documents"
    OBSERVED = "observed"


def findings_of(log: Log, against: Against = Against.DOCUMENTS) -> list[Finding]:
    """Return what departs from the documents, or what the open-source server was never seen to do.

    The most severe come first.
    """
    found = [
        *shape_findings(log, documents=against is Against.DOCUMENTS),
        *(finding for rule in RULES for finding in rule.findings(log)),
    ]
    if against is Against.OBSERVED:
        found = [finding for finding in found if not finding.known]
    return sorted(found, key=_order)


def _order(finding: Finding) -> tuple[int, int, str, str]:
    endpoint = _ENDPOINTS.index(Endpoint(finding.endpoint))
    return _SEVERITIES.index(finding.severity), endpoint, finding.kind.value, finding.location
