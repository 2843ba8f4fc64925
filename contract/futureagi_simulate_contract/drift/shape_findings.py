"""Findings about shapes: each place where a body isn't what a strict view says, once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, Final

import attrs
import msgspec

from futureagi_simulate_contract.document import load
from futureagi_simulate_contract.drift.finding import Finding, Severity
from futureagi_simulate_contract.drift.log import Log
from futureagi_simulate_contract.drift.rule import MAX_EVIDENCE
from futureagi_simulate_contract.exchange import Endpoint, Exchange, Question
from futureagi_simulate_contract.kinds import Kind
from futureagi_simulate_contract.shapes import Deviation, Shapes, shapes_of
from futureagi_simulate_contract.views import Profile

_PLACE: Final = re.compile(r"((?:[\w{}\[\]]+\.)*)(.+)")
_SEVERITIES: Final = {Kind.EXTRA: Severity.ADDS, Kind.FORMAT: Severity.MISLEADS}


def shape_findings(log: Log, *, documents: bool) -> Iterator[Finding]:
    """Hold every body against the documents' strict view, or else against the observed one."""
    mine, other = Profile.DOCUMENTED, Profile.OBSERVED
    if not documents:
        mine, other = other, mine
    bodies = list(_bodies(log))
    strange = {
        (exchange.endpoint, d.location, d.kind) for d, exchange in _deviations(bodies, shapes_of(other))
    }
    grouped: dict[tuple[Endpoint, str, Kind], list[tuple[Deviation, Exchange]]] = {}
    for deviation, exchange in _deviations(bodies, shapes_of(mine)):
        endpoint = exchange.endpoint or Endpoint.RUNS
        grouped.setdefault((endpoint, deviation.location, deviation.kind), []).append((deviation, exchange))
    merged: dict[tuple[Endpoint, str, Kind, bool], list[tuple[Deviation, Exchange]]] = {}
    for key, sightings in grouped.items():
        if not _said_already(key, grouped):
            known = documents and key not in strange
            place = _without_data(key[1], known=known) if key[2] is Kind.EXTRA else key[1]
            merged.setdefault((key[0], place, key[2], known), []).extend(sightings)
    for (endpoint, place, _, known), sightings in merged.items():
        yield _finding(endpoint, place, sightings, known)


def _said_already(key: tuple[Endpoint, str, Kind], grouped: object) -> bool:
    """Tell whether what a preserved earlier run shows is true of all items anyway."""
    endpoint, location, kind = key
    general = (endpoint, location.replace("[snapshot]", "[]"), kind)
    return general != key and isinstance(grouped, dict) and general in grouped


def _without_data(place: str, *, known: bool) -> str:
    """Name an additional key `{key}` where it is a piece of data, not the name of a field.

    Data are keys that look like no name, and those that the observed server's own description lets be any.
    """
    match = _PLACE.fullmatch(place)
    if match is None:
        return place
    head, name = match.groups()
    data = not name.isidentifier() or (known and name not in _vocabulary())
    return f"{head}{{key}}" if data else place


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
        evidence=tuple(map(str, islice(_questions(sightings), MAX_EVIDENCE))),
        times=len(sightings),
    )


def _questions(sightings: Iterable[tuple[Deviation, Exchange]]) -> Iterable[Question]:
    return {id(exchange): exchange.question for _, exchange in sightings}.values()


def _bodies(log: Log) -> Iterator[tuple[Exchange, Any]]:
    """Yield what there is to look at: bodies of pages, with the items in them that no page before had."""
    for endpoint in Endpoint:
        seen: set[bytes] = set()
        for exchange in log.of(endpoint, status=200):
            if not exchange.query.get("row_groups"):
                yield exchange, _unseen(exchange.answer.json, seen)


def _unseen(node: Any, seen: set[bytes]) -> Any:
    """Return a body without the items of its page that were seen before, as they are now."""
    if not isinstance(node, dict):
        return node
    rows = node.get("results")
    if not isinstance(rows, list):
        inner = {name: _unseen(node[name], seen) for name in ("result", "call_results") if name in node}
        return {**node, **inner} if inner else node
    new = {key: row for row in rows if (key := msgspec.json.encode(row)) not in seen}
    seen |= new.keys()
    return {**node, "results": list(new.values())}


def _deviations(
    bodies: Iterable[tuple[Exchange, Any]], shapes: Shapes
) -> Iterator[tuple[Deviation, Exchange]]:
    for exchange, body in bodies:
        bare = exchange.endpoint is Endpoint.TEST_EXECUTION and not exchange.rows
        for deviation in shapes.deviations(exchange, body):
            yield (_on_empty_page(deviation) if bare else deviation), exchange


def _on_empty_page(deviation: Deviation) -> Deviation:
    """Say that a part of the envelope is about a page without items, which lacks more than others."""
    if "." in deviation.location:
        return deviation
    return attrs.evolve(deviation, location=f"{deviation.location} (of a page without items)")
