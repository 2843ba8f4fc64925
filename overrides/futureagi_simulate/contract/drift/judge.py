"""From exchanges to findings: the shapes against both strict views, the behaviour against the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final

import attrs
from futureagi_simulate.contract.document import load
from futureagi_simulate.contract.drift.finding import Finding, Severity
from futureagi_simulate.contract.drift.log import Log
from futureagi_simulate.contract.drift.rule import MAX_EVIDENCE
from futureagi_simulate.contract.drift.rules.book import BOOK
from futureagi_simulate.contract.exchange import Endpoint, Exchange
from futureagi_simulate.contract.kinds import Kind
from futureagi_simulate.contract.shapes import Deviation, Shapes, shapes_of
from futureagi_simulate.contract.views import Profile

_SEVERITIES: Final = {Kind.EXTRA: Severity.ADDS, Kind.FORMAT: Severity.MISLEADS}
_ENDPOINT_ORDER: Final = {endpoint.value: place for place, endpoint in enumerate(Endpoint)}
_SEVERITY_ORDER: Final = {severity: place for place, severity in enumerate(Severity)}


class Against(StrEnum):
    """What a server is held against."""

    DOCUMENTS = "documents"
    OBSERVED = "observed"


def judge(log: Log, against: Against = Against.DOCUMENTS) -> list[Finding]:
    """Return what departs from the documents, or of that (and of the shapes) what is new to the observed server."""
    found = [*_shape_findings(log, against), *(finding for rule in BOOK for finding in rule.findings(log))]
    if against is Against.OBSERVED:
        found = [finding for finding in found if not finding.known]
    return sorted(found, key=_order)


def _order(finding: Finding) -> tuple[int, int, str, str]:
    severity = _SEVERITY_ORDER[finding.severity]
    return _ENDPOINT_ORDER[finding.endpoint], severity, finding.kind.value, finding.location


def _shape_findings(log: Log, against: Against) -> Iterator[Finding]:
    mine, other = Profile.DOCUMENTED, Profile.OBSERVED
    if against is Against.OBSERVED:
        mine, other = other, mine
    strange = {(endpoint, d.location, d.kind) for endpoint, d, _ in _deviations(log, shapes_of(other))}
    grouped: dict[tuple[Endpoint, str, Kind], list[tuple[Deviation, Exchange]]] = {}
    for endpoint, deviation, exchange in _deviations(log, shapes_of(mine)):
        grouped.setdefault((endpoint, deviation.location, deviation.kind), []).append((deviation, exchange))
    merged: dict[tuple[Endpoint, str, Kind, bool], list[tuple[Deviation, Exchange]]] = {}
    for key, sightings in grouped.items():
        if not _said_already(key, grouped):
            known = against is Against.DOCUMENTS and key not in strange
            place = _without_data(key[1]) if known and key[2] is Kind.EXTRA else key[1]
            merged.setdefault((key[0], place, key[2], known), []).extend(sightings)
    for (endpoint, place, _, known), sightings in merged.items():
        yield _finding(endpoint, place, sightings, known)


def _said_already(key: tuple[Endpoint, str, Kind], grouped: object) -> bool:
    """Tell whether what a preserved earlier run shows is true of all items anyway."""
    endpoint, location, kind = key
    general = (endpoint, location.replace("[snapshot]", "[]"), kind)
    return general != key and isinstance(grouped, dict) and general in grouped


def _without_data(place: str) -> str:
    """Name a key that no description knows `{key}`: it is a piece of data in an object that takes any key."""
    head, _, name = place.rpartition("output.")
    return place if not head or name in _vocabulary() else f"{head}output.{{key}}"


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(_property_names(load()))


def _property_names(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("properties"), Mapping):
            yield from node["properties"]
        for child in node.values():
            yield from _property_names(child)
    elif isinstance(node, list):
        for child in node:
            yield from _property_names(child)


def _finding(
    endpoint: Endpoint, location: str, sightings: list[tuple[Deviation, Exchange]], known: bool
) -> Finding:
    deviation = sightings[0][0]
    return Finding(
        rule="shape",
        endpoint=endpoint.value,
        location=location,
        kind=deviation.kind,
        severity=_SEVERITIES.get(deviation.kind, Severity.BREAKS),
        expected=deviation.expected,
        got=deviation.got,
        known=known,
        evidence=tuple(dict.fromkeys(str(exchange.question) for _, exchange in sightings))[:MAX_EVIDENCE],
        times=len(sightings),
    )


def _deviations(log: Log, shapes: Shapes) -> Iterator[tuple[Endpoint, Deviation, Exchange]]:
    for endpoint in Endpoint:
        for exchange in log.of(endpoint, status=200):
            if not exchange.query.get("row_groups"):
                for deviation in shapes.deviations(exchange):
                    yield endpoint, attrs.evolve(deviation, location=_placed(exchange, deviation)), exchange


def _placed(exchange: Exchange, deviation: Deviation) -> str:
    """Add to a place what is special about the answer: the form of the runs endpoint, an empty page."""
    if exchange.endpoint is Endpoint.TEST_EXECUTION and not exchange.rows and "." not in deviation.location:
        return f"{deviation.location} (of a page without items)"
    return deviation.location
