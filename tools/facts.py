"""Render the facts of the spec that the mock takes: operations, parameters, columns and operators of filters.

The mock imports nothing of the client or the contract, and no YAML: it has these as literals. What answers
look like isn't among them, since the mock is a second opinion on that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tools import methods
from tools.spec import contract, operations, resolve, snake

MODULE: Final = Path("mock", "futureagi_simulate_mock", "generated.py")
TEMPLATE: Final = "mock.py.jinja"
_NOT_ASKED: Final = frozenset({"x-open", "examples", "responses", "requestBody"})
_KINDS: Final = {"uuid": "uuid", "date": "date", "date-time": "time"}


def render(document: Mapping[str, Any], templates: Path) -> str:
    """Return the text of the mock's module, before it is formatted."""
    views = {profile.value: _view(document, profile.value) for profile in contract("views").Profile}
    found = {
        profile: {route: [_parameter(one, view) for one in given] for route, _, given in operations(view)}
        for profile, view in views.items()
    }
    described = {route: operation for route, operation, _ in operations(document)}
    names = _members([operation["operationId"] for operation in described.values()])
    given = {
        "endpoints": [
            {
                "member": names[operation["operationId"]],
                "id": operation["operationId"],
                "verb": route.partition(" ")[0],
                "path": route.partition(" ")[2],
                "parameters": list(
                    _merged({profile: each.get(route, []) for profile, each in found.items()})
                ),
                "profiles": tuple(profile for profile, each in found.items() if route in each),
                "answers": operation.get("x-answers", {}).get("observed", {}),
            }
            for route, operation in described.items()
        ],
        "profiles": tuple(found),
        "types": _fact(document, "x-filter-types"),
        "operators": {
            "documented": dict.fromkeys(
                _enum(views["documented"], "x-filter-operators"), _enum(views["documented"], "x-operators")
            ),
            "observed": _fact(document, "x-operators"),
        },
    }
    return str(methods.environment(templates).get_template(TEMPLATE).render(given))


def _view(document: Mapping[str, Any], profile: str) -> dict[str, Any]:
    """Return what one description says of requests, with all words of an enum that it leaves open."""

    def asked(part: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in part.items() if key not in _NOT_ASKED}

    requests = contract("document").rebuild({"components": {}, **document}, asked)
    view: dict[str, Any] = contract("views").strict_view(requests, profile)
    return view


def _merged(given: Mapping[str, list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Yield each parameter once if all profiles have it alike, else once for each with its name."""
    for name in dict.fromkeys(one["name"] for parameters in given.values() for one in parameters):
        same = {
            profile: [one for one in parameters if one["name"] == name]
            for profile, parameters in given.items()
        }
        first, *others = same.values()
        if all(each == first for each in others):
            yield from first
        else:
            yield from ({**one, "profile": profile} for profile, each in same.items() for one in each)


def _fact(document: Mapping[str, Any], extension: str) -> dict[str, Any]:
    """Return what an extension of a schema maps, lists as tuples."""
    schemas = document.get("components", {}).get("schemas", {})
    found: dict[str, Any] = next((one[extension] for one in schemas.values() if extension in one), {})
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def _enum(view: Mapping[str, Any], extension: str) -> tuple[str, ...]:
    """Return the words of the enum that has an extension."""
    schemas = view["components"].get("schemas", {})
    return next((tuple(one["enum"]) for one in schemas.values() if extension in one), ())


def _members(ids: list[str]) -> dict[str, str]:
    """Name the member of each operation: `listTestExecutions` is TEST_EXECUTIONS, if no other would be."""
    whole = {one: snake(one).upper() for one in ids}
    short = {one: name.removeprefix("LIST_").removeprefix("GET_") for one, name in whole.items()}
    chosen = [*short.values()]
    return {
        one: short[one] if chosen.count(short[one]) == 1 and short[one].isidentifier() else whole[one]
        for one in ids
    }


def _parameter(given: Mapping[str, Any], view: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a parameter by the fields of `Parameter` in the template, those with a default left out."""
    schema = resolve(given.get("schema", {}), view)
    default, several = schema.get("default"), schema.get("type") == "array"
    if several:
        schema = resolve(schema.get("items", {}), view)
    members = [resolve(one, view) for key in ("anyOf", "oneOf") for one in schema.get(key, ())] or [schema]
    members = [one for one in members if one.get("type") != "null"]
    closed = all("enum" in one or "const" in one for one in members)
    words = [str(word) for one in members for word in one.get("enum", [one.get("const")]) if closed]
    kind = "word" if closed and words else _kind(schema, members)
    least, most = _bounds(members[0] if len(members) == 1 else {}, kind)
    described = {
        "name": given["name"],
        "place": given["in"],
        "kind": kind,
        "required": bool(given.get("required")) or None,
        "default": tuple(default) if isinstance(default, list) else default,
        "words": tuple(dict.fromkeys(words)) or None,
        "least": least,
        "most": most,
        "pattern": members[0].get("pattern") if len(members) == 1 else None,
        "several": several or None,
        "separator": "," if several and given.get("explode") is False else None,
    }
    return {name: value for name, value in described.items() if value is not None}


def _kind(schema: Mapping[str, Any], members: list[dict[str, Any]]) -> str:
    """Return uuid, date, time, integer, number, boolean, json or text: what a value has to be."""
    if "contentSchema" in schema or schema.get("contentMediaType") == "application/json":
        return "json"
    kinds = {
        _KINDS.get(one.get("format", ""), "text") if kind == "string" else str(kind)
        for one in members
        for kind in _types(one)
    }
    if kinds == {"integer", "number"}:
        return "number"
    (kind,) = kinds if len(kinds) == 1 else ("text",)
    return kind if kind in {*_KINDS.values(), "integer", "number", "boolean"} else "text"


def _types(schema: Mapping[str, Any]) -> list[str]:
    kinds = schema.get("type", "string")
    return [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]


def _bounds(schema: Mapping[str, Any], kind: str) -> tuple[float | None, float | None]:
    """Return the bounds of a number, or of the length of a text; an excluded bound as its neighbour."""
    if kind not in ("integer", "number"):
        return schema.get("minLength"), schema.get("maxLength")
    least, most = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if above is not None:
        above = math.floor(above) + 1 if kind == "integer" else math.nextafter(above, math.inf)
        least = above if least is None else max(least, above)
    if below is not None:
        below = math.ceil(below) - 1 if kind == "integer" else math.nextafter(below, -math.inf)
        most = below if most is None else min(most, below)
    return least, most
