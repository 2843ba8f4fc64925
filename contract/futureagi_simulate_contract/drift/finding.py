"""What drift reports: one finding for each place where a server departs from the contract."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import attrs

from futureagi_simulate_contract.exchange import Exchange
from futureagi_simulate_contract.kinds import Kind


class Severity(StrEnum):
    """What a departure does to somebody who follows the documents."""

    BREAKS = "breaks"
    MISLEADS = "misleads"
    ADDS = "adds"


@attrs.frozen
class Finding:
    """One departure.

    `expected` is what the documents say or leave to assume, `got` what was answered. `known` tells that the
    open-source server was seen to do the same. Only `evidence` names requests and values: it goes when a
    report is redacted.
    """

    rule: str
    endpoint: str
    location: str
    kind: Kind
    severity: Severity
    expected: str
    got: str
    known: bool
    evidence: tuple[str, ...] = ()
    times: int = 1

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return what makes two findings the same one, across runs and servers."""
        return (self.rule, self.endpoint, self.location, self.kind)

    def redacted(self) -> Finding:
        """Return it without anything that a server's data may hold."""
        return attrs.evolve(self, evidence=())

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, in a fixed order of keys."""
        return attrs.asdict(self, value_serializer=_plain)


def _plain(_: object, __: object, value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


@attrs.frozen
class Sighting:
    """One time that a rule saw a departure. `known`: as the open-source server does it."""

    got: str
    exchange: Exchange | None = None
    known: bool = True
    location: str | None = None
    detail: str = ""


def new_since(findings: Iterable[Finding], baseline: Sequence[dict[str, Any]]) -> list[Finding]:
    """Return the findings that a saved report (its list of findings) doesn't hold."""
    known = {
        tuple(str(saved.get(part)) for part in ("rule", "endpoint", "location", "kind")) for saved in baseline
    }
    return [finding for finding in findings if finding.key not in known]
