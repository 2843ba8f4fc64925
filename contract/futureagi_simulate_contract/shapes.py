"""Compare the body of a response with a strict view of the contract, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, Final

import attrs
import msgspec
from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from futureagi_simulate_contract.claim import MAX_EVIDENCE, Finding, Kind, Severity
from futureagi_simulate_contract.document import (
    Document,
    load,
    mappings,
    operations,
    rebuild,
    response_schema,
)
from futureagi_simulate_contract.exchange import Endpoint, Exchange, Log
from futureagi_simulate_contract.views import Profile, strict_view

_FORMS: Final = {"name": "RunsByName", "execution": "RunsByExecution", "call": "RunsByCall"}
_UNIONS: Final = ("anyOf", "oneOf")
_KINDS: Final = ValidationErrorKind


@attrs.frozen
class Deviation:
    """One location of a body that a view doesn't allow. It holds no value of the body."""

    location: str
    kind: Kind
    expected: str
    got: str


@attrs.frozen(slots=False)
class Shapes:
    """One strict view of the contract, ready to check responses. `view` is an OpenAPI document."""

    view: Mapping[str, Any]

    def deviations(self, exchange: Exchange, body: Any = None) -> Iterator[Deviation]:
        """Yield how the body of a 200 of one of the endpoints (or a part of it) differs from the view."""
        body = exchange.response.json if body is None else body
        if exchange.status != 200 or exchange.endpoint is None or body is None:
            return
        snapshots = _snapshots(body)
        for error in self._validator(exchange.endpoint, exchange.form).iter_errors(body):
            yield from _read(error, snapshots)

    def statuses(self, endpoint: Endpoint) -> set[str]:
        """Return the statuses that the view lists for an endpoint."""
        _path, operation = operations(self.view)[endpoint]
        return set(operation["responses"])

    @cached_property
    def _components(self) -> Any:
        return rebuild(self.view["components"], _chosen)

    @cached_property
    def _validators(self) -> dict[tuple[Endpoint, str], Draft202012Validator]:
        return {}

    def _validator(self, endpoint: Endpoint, form: str) -> Draft202012Validator:
        if (endpoint, form) not in self._validators:
            named = {"$ref": f"#/components/schemas/{_FORMS[form]}"} if form else None
            schema = named or response_schema(self.view, endpoint, 200) or {}
            whole = {**schema, "components": self._components}
            self._validators[endpoint, form] = Draft202012Validator(whole, validate_formats=True)
        return self._validators[endpoint, form]


@cache
def shapes_of(profile: Profile) -> Shapes:
    """Return the strict view of one description, ready to check responses."""
    return Shapes(strict_view(load(), profile))


def _chosen(part: Document) -> Document:
    """Replace a union that the request decides by the branch for a request without groups."""
    name = (part.get("x-chosen-by") or {}).get("test_execution_id")
    return part if name is None else {"$ref": f"#/components/schemas/{name}"}


def _snapshots(body: Any) -> frozenset[int]:
    """Return the indexes of the items that are preserved earlier runs: a second shape by design."""
    rows = body.get("results") if isinstance(body, dict) else None
    return frozenset(
        index for index, row in enumerate(rows or ()) if isinstance(row, dict) and row.get("is_snapshot")
    )


def _read(error: ValidationError, snapshots: frozenset[int]) -> Iterator[Deviation]:
    location, value = _location(error, snapshots), error.instance
    match error.kind:
        case _KINDS.AnyOf(context) | _KINDS.OneOfNotValid(context):
            branch = _nearest(context, len(error.instance_path))
            for inner in branch:
                yield from _read(inner, snapshots)
            if not branch:
                yield _type_deviation(location, _types(context), value)
        case _KINDS.Required(name):
            yield Deviation(_join(location, name), Kind.MISSING, "is always there", "it is missing")
        case _KINDS.AdditionalProperties(names):
            for name in names:
                yield Deviation(_join(location, name), Kind.EXTRA, "isn't documented", "it is there")
        case _KINDS.Type(types):
            yield _type_deviation(location, types, value)
        case _KINDS.Enum(options):
            yield _word_deviation(location, options, value)
        case _KINDS.Constant(option):
            yield _word_deviation(location, [option], value)
        case _KINDS.Format(name):
            yield Deviation(location, Kind.FORMAT, f"is a {name}", "another form")
        case other:
            yield Deviation(location, Kind.VALUE, f"keeps to {other.name}", "it doesn't")


def _type_deviation(location: str, types: list[str], value: object) -> Deviation:
    kind = Kind.NULL if value is None else Kind.TYPE
    return Deviation(location, kind, f"is {' or '.join(types)}", f"it is {_type(value)}")


def _word_deviation(location: str, options: list[Any], value: object) -> Deviation:
    cased = str(value).lower() in {str(option).lower() for option in options}
    got = "another case of these" if cased else "another word than these"
    return Deviation(
        location, Kind.CASING if cased else Kind.VALUE, f"is one of {', '.join(map(str, options))}", got
    )


def _nearest(branches: list[list[ValidationError]], depth: int) -> list[ValidationError]:
    """Return the errors of the branch that fits best; none when no branch has the value's type."""
    fitting = [errors for errors in branches if not any(_about_type(error, depth) for error in errors)]
    return min(fitting, key=len, default=[])


def _about_type(error: ValidationError, depth: int) -> bool:
    at_top = len(error.instance_path) == depth
    return at_top and isinstance(error.kind, (_KINDS.Type, _KINDS.AnyOf, _KINDS.OneOfNotValid))


def _types(branches: list[list[ValidationError]]) -> list[str]:
    """Return the types that the branches of a union would have taken."""
    found = {
        kind
        for errors in branches
        for error in errors
        if isinstance(error.kind, _KINDS.Type)
        for kind in error.kind.types
    }
    return sorted(found)


def _location(error: ValidationError, snapshots: frozenset[int]) -> str:
    """Return the location as the schema has it: properties by name, items as [], free keys as {key}."""
    steps = iter(list(error.evaluation_path)[:-1])
    location = ""
    for step in steps:
        if step == "properties":
            location = _join(location, str(next(steps, "")))
        elif step == "items":
            location += "[]"
        elif step == "additionalProperties":
            location = _join(location, "{key}")
        elif step in _UNIONS:
            next(steps, None)
    path = error.instance_path
    if len(path) > 1 and path[0] == "results" and path[1] in snapshots:
        location = location.replace("results[]", "results[snapshot]", 1)
    return location


def _join(location: str, name: str) -> str:
    return f"{location}.{name}" if location else name


def _type(value: object) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return "null" if value is None else names[type(value)]


_LOCATION: Final = re.compile(r"((?:[\w{}\[\]]+\.)*)(.+)")
_SEVERITIES: Final = {Kind.EXTRA: Severity.ADDS, Kind.FORMAT: Severity.MISLEADS}


def shape_findings(log: Log, *, documents: bool) -> Iterator[Finding]:
    """Hold every body against the documents' strict view, or else against the observed one."""
    mine, other = Profile.DOCUMENTED, Profile.OBSERVED
    if not documents:
        mine, other = other, mine
    bodies = list(_bodies(log))
    grouped: dict[tuple[Endpoint, str, Kind], list[tuple[Deviation, Exchange]]] = {}
    for deviation, exchange in _deviations(bodies, shapes_of(mine)):
        endpoint = exchange.endpoint or Endpoint.RUNS
        grouped.setdefault((endpoint, deviation.location, deviation.kind), []).append((deviation, exchange))
    departing = bodies if grouped else ()
    unusual = {
        (exchange.endpoint, d.location, d.kind) for d, exchange in _deviations(departing, shapes_of(other))
    }
    merged: dict[tuple[Endpoint, str, Kind, bool], list[tuple[Deviation, Exchange]]] = {}
    for key, violations in grouped.items():
        if not _is_general(key, grouped):
            known = documents and key not in unusual
            location = _without_data(key[1], known=known) if key[2] is Kind.EXTRA else key[1]
            merged.setdefault((key[0], location, key[2], known), []).extend(violations)
    for (endpoint, location, _, known), violations in merged.items():
        yield _finding(endpoint, location, violations, known)


def _is_general(key: tuple[Endpoint, str, Kind], grouped: object) -> bool:
    """Return whether a deviation of a preserved earlier run is one of all items as well."""
    endpoint, location, kind = key
    general = (endpoint, location.replace("[snapshot]", "[]"), kind)
    return general != key and isinstance(grouped, dict) and general in grouped


def _without_data(location: str, *, known: bool) -> str:
    """Name an additional key `{key}` where it is a piece of data, not the name of a field.

    Data are keys that look like no name, and those that the observed server's own description lets be any.
    """
    match = _LOCATION.fullmatch(location)
    if match is None:
        return location
    head, name = match.groups()
    data = not name.isidentifier() or (known and name not in _vocabulary())
    return f"{head}{{key}}" if data else location


@cache
def _vocabulary() -> frozenset[str]:
    properties = (part.get("properties") for part in mappings(load()))
    return frozenset(name for names in properties if isinstance(names, Mapping) for name in names)


def _finding(
    endpoint: Endpoint, location: str, violations: list[tuple[Deviation, Exchange]], known: bool
) -> Finding:
    deviation = violations[0][0]
    requests = {id(one.request): one.request for _, one in violations}  # a body may deviate a thousand times
    return Finding(
        rule="shape",
        endpoint=endpoint.value,
        location=location,
        kind=deviation.kind,
        severity=_SEVERITIES.get(deviation.kind, Severity.BREAKS),
        expected=deviation.expected,
        got=deviation.got,
        known=known,
        evidence=tuple(dict.fromkeys(map(str, requests.values())))[:MAX_EVIDENCE],
        times=len(violations),
    )


def _bodies(log: Log) -> Iterator[tuple[Exchange, Any]]:
    """Yield the bodies of pages, with the items in them that no page before had."""
    for endpoint in Endpoint:
        seen: set[bytes] = set()
        for exchange in log.of(endpoint, status=200):
            if not exchange.query.get("row_groups"):
                yield exchange, _unseen(exchange.response.json, seen)


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
