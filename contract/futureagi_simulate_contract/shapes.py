"""Hold an answer's body against a strict view of the contract, and say field by field how they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Any, Final

import attrs
from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from futureagi_simulate_contract.document import load, operations, response_schema
from futureagi_simulate_contract.exchange import Endpoint, Exchange
from futureagi_simulate_contract.kinds import Kind
from futureagi_simulate_contract.views import Profile, strict_view

_FORMS: Final = {"name": "RunsByName", "execution": "RunsByExecution", "call": "RunsByCall"}
_UNIONS: Final = ("anyOf", "oneOf")
_KINDS: Final = ValidationErrorKind


@attrs.frozen
class Deviation:
    """One place of a body that a view doesn't allow. Words only: no value of the body is in it."""

    location: str
    kind: Kind
    expected: str
    got: str


@attrs.frozen(slots=False)
class Shapes:
    """One strict view of the contract, ready to check answers. `view` is an OpenAPI document."""

    view: Mapping[str, Any]

    def deviations(self, exchange: Exchange, body: Any = None) -> Iterator[Deviation]:
        """Yield how the body of a 200 of one of the endpoints (or a part of it) differs from the view."""
        body = exchange.answer.json if body is None else body
        if exchange.answer.status != 200 or exchange.endpoint is None or body is None:
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
        return _chosen(self.view["components"])

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
    """Return the strict view of one description, ready to check answers."""
    return Shapes(strict_view(load(), profile))


def _chosen(node: Any) -> Any:
    """Put the branch for a question without groups in the place of a union that the question decides."""
    if isinstance(node, list):
        return [_chosen(child) for child in node]
    if not isinstance(node, Mapping):
        return node
    name = (node.get("x-chosen-by") or {}).get("test_execution_id")
    if name is not None:
        return {"$ref": f"#/components/schemas/{name}"}
    return {key: _chosen(child) for key, child in node.items()}


def _snapshots(body: Any) -> frozenset[int]:
    """Return the places of the items that are preserved earlier runs: a second shape by design."""
    rows = body.get("results") if isinstance(body, dict) else None
    return frozenset(
        place for place, row in enumerate(rows or ()) if isinstance(row, dict) and row.get("is_snapshot")
    )


def _read(error: ValidationError, snapshots: frozenset[int]) -> Iterator[Deviation]:
    place, value = _location(error, snapshots), error.instance
    match error.kind:
        case _KINDS.AnyOf(context) | _KINDS.OneOfNotValid(context):
            branch = _nearest(context, len(error.instance_path))
            for inner in branch:
                yield from _read(inner, snapshots)
            if not branch:
                yield _type_deviation(place, _types(context), value)
        case _KINDS.Required(name):
            yield Deviation(_join(place, name), Kind.MISSING, "is always there", "it is missing")
        case _KINDS.AdditionalProperties(names):
            for name in names:
                yield Deviation(_join(place, name), Kind.EXTRA, "isn't documented", "it is there")
        case _KINDS.Type(types):
            yield _type_deviation(place, types, value)
        case _KINDS.Enum(options):
            yield _word_deviation(place, options, value)
        case _KINDS.Constant(option):
            yield _word_deviation(place, [option], value)
        case _KINDS.Format(name):
            yield Deviation(place, Kind.FORMAT, f"is a {name}", "another form")
        case other:
            yield Deviation(place, Kind.VALUE, f"keeps to {other.name}", "it doesn't")


def _type_deviation(place: str, types: list[str], value: object) -> Deviation:
    kind = Kind.NULL if value is None else Kind.TYPE
    return Deviation(place, kind, f"is {' or '.join(types)}", f"it is {_type(value)}")


def _word_deviation(place: str, options: list[Any], value: object) -> Deviation:
    cased = str(value).lower() in {str(option).lower() for option in options}
    got = "another case of these" if cased else "another word than these"
    return Deviation(
        place, Kind.CASING if cased else Kind.VALUE, f"is one of {', '.join(map(str, options))}", got
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
    """Name the place from the schema's side: properties by name, items as [], free keys as {key}."""
    steps = iter(list(error.evaluation_path)[:-1])
    place = ""
    for step in steps:
        if step == "properties":
            place = _join(place, str(next(steps, "")))
        elif step == "items":
            place += "[]"
        elif step == "additionalProperties":
            place = _join(place, "{key}")
        elif step in _UNIONS:
            next(steps, None)
    path = error.instance_path
    if len(path) > 1 and path[0] == "results" and path[1] in snapshots:
        place = place.replace("results[]", "results[snapshot]", 1)
    return place


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _type(value: object) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return "null" if value is None else names[type(value)]
