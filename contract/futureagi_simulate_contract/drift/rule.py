"""A rule: what the documents say or leave to assume of a behaviour, and how to see that it's otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import attrs

from futureagi_simulate_contract.drift.finding import Finding, Severity, Sighting
from futureagi_simulate_contract.drift.log import Log
from futureagi_simulate_contract.exchange import Endpoint
from futureagi_simulate_contract.kinds import Kind

Look = Callable[[Log, Endpoint], Iterator[Sighting]]
MAX_EVIDENCE: Final = 3


@attrs.frozen
class Rule:
    """One expectation about some endpoints. `look` yields what departs from it."""

    name: str
    kind: Kind
    severity: Severity
    location: str
    expected: str
    endpoints: tuple[Endpoint, ...]
    look: Look

    def findings(self, log: Log) -> Iterator[Finding]:
        """Apply the rule to each of its endpoints; sightings at one place make one finding."""
        for endpoint in self.endpoints:
            found: dict[str, list[Sighting]] = {}
            for sighting in self.look(log, endpoint):
                found.setdefault(sighting.location or self.location, []).append(sighting)
            for location, sightings in found.items():
                yield self._finding(endpoint, location, sightings)

    def _finding(self, endpoint: Endpoint, location: str, sightings: list[Sighting]) -> Finding:
        return Finding(
            rule=self.name,
            endpoint=endpoint.value,
            location=location,
            kind=self.kind,
            severity=self.severity,
            expected=self.expected,
            got=sightings[0].got,
            known=all(sighting.known for sighting in sightings),
            evidence=tuple(dict.fromkeys(_evidence(sightings)))[:MAX_EVIDENCE],
            times=len(sightings),
        )


def _evidence(sightings: Iterable[Sighting]) -> Iterator[str]:
    for sighting in sightings:
        asked = str(sighting.exchange.question) if sighting.exchange else ""
        yield ": ".join(part for part in (asked, sighting.detail) if part)


class Rules:
    """A book of rules, filled by decorating functions."""

    def __init__(self) -> None:
        self.all: list[Rule] = []

    def add(
        self, name: str, kind: Kind, location: str, expected: str, *endpoints: Endpoint,
        severity: Severity = Severity.MISLEADS,
    ) -> Callable[[Look], Look]:  # fmt: skip
        """Enter the decorated function as the rule `name`, for `endpoints` (default: all five)."""

        def enter(look: Look) -> Look:
            self.all.append(
                Rule(name, kind, severity, location, expected, endpoints or tuple(Endpoint), look)
            )
            return look

        return enter
