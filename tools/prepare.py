"""Make the open view of the spec ready for the generator, and refuse what no generated client can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from tools.refused import refuse
from tools.spec import SpecError, operations, parts, resolve

# How the generator is told of bytes that stay as they are: the model's attribute is a `msgspec.Raw`.
_UNDECODED = {"type": "string", "format": "binary"}


def prepare(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the view for the generator; raise `SpecError` for what a client can't hold."""
    refuse(view)
    prepared = deepcopy(dict(view))
    schemas = prepared.get("components", {}).get("schemas", {})
    for place, part in parts(prepared, "#"):
        _refuse_unchosen(place, part, prepared)
        if part.get("enum") and all(isinstance(value, str) for value in part["enum"]):
            part.setdefault("x-enum-varnames", _member_names(part["enum"]))
    for _route, _operation, parameters in operations(prepared):
        for parameter in parameters:
            _describe(parameter, prepared)
    _refuse_circles(schemas)
    for _place, part in parts(schemas, "#/components/schemas"):
        _leave_choice(part)
    return prepared


def _describe(parameter: dict[str, Any], document: Mapping[str, Any]) -> None:
    """Put the description where the generator reads it: on the schema, which can't be a bare `$ref`."""
    schema = parameter["schema"]
    description = parameter.get("description") or resolve(schema, document).get("description", "")
    if "$ref" in schema:
        parameter["schema"] = schema = {"anyOf": [schema, {"type": "string"}]}
    schema["description"] = description
    for kind in (schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if kind.get("format") != "uuid":  # a time or a date is the text that goes into the URL
            kind.pop("format", None)


def _leave_choice(schema: dict[str, Any]) -> None:
    """Leave a list of objects of several classes undecoded: the caller knows what was asked for."""
    chosen = schema.get("items", {}).get("x-chosen-by", {})
    if chosen:
        names = " or ".join(f"`{name}.from_json`" for name in sorted(set(chosen.values())))
        schema["items"] = _UNDECODED
        schema["description"] = f"{schema.get('description', '')} Each is left undecoded, for {names}."


def _refuse_unchosen(place: str, schema: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    members = [resolve(member, document) for key in ("anyOf", "oneOf") for member in schema.get(key, ())]
    objects = [member for member in members if "properties" in member or member.get("type") == "object"]
    if len(objects) > 1 and "x-chosen-by" not in schema:
        raise SpecError(
            f"{place}: a choice between objects; say by `x-chosen-by` which parameter asks for which"
        )
    if len(objects) > 1 and not place.endswith(("/items", "/application/json/schema")):
        raise SpecError(
            f"{place}: a choice between objects can only be a whole answer or the items of a list"
        )


def _member_names(values: list[str]) -> list[str]:
    """Name enum members in capitals; a second value of the same name gets a number (`Passed`, `passed`)."""
    names: list[str] = []
    for value in values:
        name = re.sub(r"\W+", "_", value).strip("_").upper() or "EMPTY"
        name = f"VALUE_{name}" if name[0].isdigit() else name
        count = sum(other == name or re.fullmatch(rf"{name}_\d+", other) is not None for other in names)
        names.append(f"{name}_{count + 1}" if count else name)
    return names


def _refuse_circles(schemas: Mapping[str, Any]) -> None:
    """Refuse schemas that need each other: their modules could not import each other."""
    needs = {name: sorted(_references(schema) - {name}) for name, schema in schemas.items()}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            circle = " -> ".join([*way[way.index(name) :], name])
            raise SpecError(f"schemas refer to each other in a circle: {circle}")
        if name not in done:
            for other in needs.get(name, ()):
                visit(other, (*way, name))
            done.add(name)

    for name in needs:
        visit(name, ())


def _references(node: Any) -> set[str]:
    """Name the component schemas that `node` refers to."""
    if isinstance(node, dict):
        target = node.get("$ref")
        own = {target.rsplit("/", 1)[-1]} if isinstance(target, str) else set[str]()
        return own.union(*(_references(value) for key, value in node.items() if key != "examples"))
    return set[str]().union(*map(_references, node)) if isinstance(node, list) else set()
