"""From exchanges to findings: the shapes against both strict views, the behaviour against the rules."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from futureagi_simulate_contract.drift.finding import Finding, Severity
from futureagi_simulate_contract.drift.log import Log
from futureagi_simulate_contract.drift.rules.book import BOOK
from futureagi_simulate_contract.drift.shape_findings import shape_findings
from futureagi_simulate_contract.exchange import Endpoint

_ENDPOINT_ORDER: Final = {endpoint.value: place for place, endpoint in enumerate(Endpoint)}
_SEVERITY_ORDER: Final = {severity: place for place, severity in enumerate(Severity)}


class Against(StrEnum):
    """What a server is held against."""

    DOCUMENTS = "documents"
    OBSERVED = "observed"


def judge(log: Log, against: Against = Against.DOCUMENTS) -> list[Finding]:
    """Return what departs from the documents, or what the open-source server was never seen to do."""
    found = [
        *shape_findings(log, documents=against is Against.DOCUMENTS),
        *(finding for rule in BOOK for finding in rule.findings(log)),
    ]
    if against is Against.OBSERVED:
        found = [finding for finding in found if not finding.known]
    return sorted(found, key=_order)


def _order(finding: Finding) -> tuple[int, int, str, str]:
    severity = _SEVERITY_ORDER[finding.severity]
    return _ENDPOINT_ORDER[finding.endpoint], severity, finding.kind.value, finding.location
