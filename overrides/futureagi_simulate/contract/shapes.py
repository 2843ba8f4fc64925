"""Hold an answer's body against a schema, and say field by field how they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, Final
from urllib.parse import quote

import attrs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from futureagi_simulate.contract.document import load
from futureagi_simulate.contract.exchange import Endpoint, Exchange
from futureagi_simulate.contract.kinds import Kind
from futureagi_simulate.contract.views import Profile, strict_view

_BASE: Final = "urn:contract"
_FORMS: Final = {"name": "RunsByName", "execution": "RunsByExecution", "call": "RunsByCall"}
_BRANCHES: Final = ("anyOf", "oneOf", "allOf")


@attrs.frozen
class Deviation:
    """One place of a body that a schema doesn't allow. Words only: no value of the body is in it."""

    location: str
    kind: Kind
    expected: str
    got: str


@attrs.frozen(slots=False)
class Shapes:
    """One strict view of the contract, ready to check answers. `view` is an OpenAPI document."""

    view: Mapping[str, Any]

    def deviations(self, exchange: Exchange, body: Any = None) -> Iterator[Deviation]:
        """Yield how the body of a 200 of one of the five endpoints (or a part of it) differs from the view."""
        body = exchange.answer.json if body is None else body
        if exchange.answer.status != 200 or exchange.endpoint is None or body is None:
            return
        for error in self._validator(exchange.endpoint, exchange.form).iter_errors(body):
            yield from _read(error, _variants(body))

    def statuses(self, endpoint: Endpoint) -> set[str]:
        """Return the statuses that the view lists for an endpoint."""
        return set(self._operations[endpoint]["responses"])

    @cached_property
    def _operations(self) -> dict[str, Any]:
        return {
            operation["operationId"]: {**operation, "path": path}
            for path, item in self.view["paths"].items()
            for operation in [item["get"]]
        }

    @cached_property
    def _registry(self) -> Registry[Any]:
        chosen = _chosen(self.view)
        resource: Resource[Any] = Resource.from_contents(chosen, default_specification=DRAFT202012)
        registry: Registry[Any] = Registry().with_resource(_BASE, resource)
        return registry

    @cached_property
    def _validators(self) -> dict[tuple[Endpoint, str], Draft202012Validator]:
        return {}

    def _validator(self, endpoint: Endpoint, form: str) -> Draft202012Validator:
        if (endpoint, form) not in self._validators:
            self._validators[endpoint, form] = Draft202012Validator(
                {"$ref": _BASE + self._pointer(endpoint, form)},
                registry=self._registry,
                format_checker=Draft202012Validator.FORMAT_CHECKER,
            )
        return self._validators[endpoint, form]

    def _pointer(self, endpoint: Endpoint, form: str) -> str:
        if form:
            return f"#/components/schemas/{_FORMS[form]}"
        path = quote(self._operations[endpoint]["path"].replace("~", "~0").replace("/", "~1"), safe="~")
        return f"#/paths/{path}/get/responses/200/content/application~1json/schema"


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
        return {"$ref": f"{_BASE}#/components/schemas/{name}"}
    return {key: _chosen(child) for key, child in node.items()}


def _variants(body: Any) -> dict[int, str]:
    """Return the items that are a second shape by design, by their place on the page."""
    variants = {}
    for place, row in enumerate(body.get("results") or [] if isinstance(body, dict) else []):
        if isinstance(row, dict) and row.get("is_snapshot"):
            variants[place] = "snapshot"
    return variants


def _read(error: ValidationError, variants: Mapping[int, str]) -> Iterator[Deviation]:
    if error.validator in {"anyOf", "oneOf"}:
        branch = _nearest(error.context or ())
        if branch:
            for inner in branch:
                yield from _read(inner, variants)
            return
    place = _location(error, variants)
    if error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance and error.message.startswith(repr(name)):  # one error a name
                yield Deviation(_join(place, name), Kind.MISSING, "is always there", "it is missing")
    elif error.validator == "additionalProperties":
        for name in sorted(set(error.instance) - set(error.schema.get("properties", ()))):
            yield Deviation(_join(place, name), Kind.EXTRA, "isn't documented", "it is there")
    elif error.validator in {"type", "anyOf", "oneOf"}:
        kind = Kind.NULL if error.instance is None else Kind.TYPE
        yield Deviation(place, kind, f"is {_types(error)}", f"it is {_type(error.instance)}")
    elif error.validator in {"enum", "const"}:
        known = error.validator_value if error.validator == "enum" else [error.validator_value]
        cased = str(error.instance).lower() in {str(value).lower() for value in known}
        words = ", ".join(map(str, known))
        got = "another case of these" if cased else "another word than these"
        yield Deviation(place, Kind.CASING if cased else Kind.VALUE, f"is one of {words}", got)
    elif error.validator == "format":
        yield Deviation(place, Kind.FORMAT, f"is a {error.validator_value}", "another form")
    else:
        yield Deviation(place, Kind.VALUE, f"keeps to {error.validator}", "it doesn't")


def _nearest(errors: Sequence[ValidationError]) -> list[ValidationError]:
    """Return the errors of the branch that fits best; none when no branch has the instance's type."""
    branches: dict[object, list[ValidationError]] = {}
    for error in errors:
        branches.setdefault(error.schema_path[0], []).append(error)
    fitting = [found for found in branches.values() if not any(_is_about_type(error) for error in found)]
    return min(fitting, key=len, default=[])


def _is_about_type(error: ValidationError) -> bool:
    return not error.path and error.validator in {"type", "anyOf", "oneOf"}


def _location(error: ValidationError, variants: Mapping[int, str]) -> str:
    """Name the place from the schema's side: properties by name, items as [], free keys as {key}."""
    words = list(error.absolute_schema_path)[:-1]
    place, position = "", 0
    while position < len(words):
        word = words[position]
        if word == "properties" and position + 1 < len(words):
            position += 1
            place = _join(place, str(words[position]))
        elif word == "items":
            place += "[]"
        elif word == "additionalProperties":
            place = _join(place, "{key}")
        elif word in _BRANCHES:
            position += 1
        position += 1
    path = list(error.absolute_path)
    if len(path) > 1 and path[0] == "results" and isinstance(path[1], int) and path[1] in variants:
        place = place.replace("results[]", f"results[{variants[path[1]]}]", 1)
    return place


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _types(error: ValidationError) -> str:
    if error.validator == "type":
        value = error.validator_value
        return " or ".join(value) if isinstance(value, list) else str(value)
    found = {
        word
        for inner in error.context or ()
        if inner.validator == "type" and not inner.path
        for word in (
            [inner.validator_value] if isinstance(inner.validator_value, str) else inner.validator_value
        )
    }
    return " or ".join(sorted(found))


def _type(value: object) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return "null" if value is None else names[type(value)]
