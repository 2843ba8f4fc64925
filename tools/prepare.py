"""Make the open view of the spec ready for the generator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from tools.refused import outline, refuse
from tools.spec import SpecError, operations, parts, resolve, views

# How the generator is told of bytes that stay as they are: the model's attribute is a `msgspec.Raw`.
_UNDECODED = {"type": "string", "format": "binary"}


def ready(document: dict[str, Any]) -> dict[str, Any]:
    """Return the open view of a spec for the generator; raise `SpecError` with everything that is wrong."""
    found = list(outline(document))
    try:
        view = views().open_view(document)
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        if not found and not isinstance(problem, ValueError):
            raise
        told = [str(problem)] if isinstance(problem, ValueError) else []
        raise SpecError("\n".join([*(f"{place}: {what}" for place, what in found), *told])) from problem
    return prepare(view, found)


def prepare(view: Mapping[str, Any], found: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return a copy of the view for the generator; raise `SpecError` for what a client can't hold."""
    refuse(view, found)
    prepared = deepcopy(dict(view))
    schemas = prepared.get("components", {}).get("schemas", {})
    for _place, part in parts(prepared, "#"):
        if part.get("enum"):
            part.setdefault("x-enum-varnames", _member_names(part["enum"]))
    for _route, operation, parameters in operations(prepared):
        _mark(operation, prepared)
        for answer in operation.get("responses", {}).values():
            headers = resolve(answer, prepared).get("headers", {})
            headers.update({name: resolve(header, prepared) for name, header in headers.items()})
            for header in headers.values():
                _mark(header, prepared)
        for parameter in parameters:
            _describe(parameter, prepared)
    for _place, part in parts(schemas, "#/components/schemas"):
        _mark(part, prepared)
        _leave_choice(part)
    return prepared


def _mark(part: dict[str, Any], document: Mapping[str, Any]) -> None:
    """Begin the description of what is deprecated with that word, which is all that a docstring can say."""
    if part.pop("deprecated", None) is True:
        text = part.get("description") or resolve(part, document).get("description", "")
        part["description"] = f"Deprecated. {text}".strip()


def _describe(parameter: dict[str, Any], document: Mapping[str, Any]) -> None:
    """Put the description where the generator reads it: on the schema, which can't be a bare `$ref`."""
    schema = parameter["schema"]
    _mark(parameter, document)
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


def _member_names(values: list[str]) -> list[str]:
    """Name enum members in capitals; a second value of the same name gets a number (`Passed`, `passed`)."""
    names: list[str] = []
    for value in values:
        plain = re.sub(r"[^A-Za-z0-9]+", "_", value).strip("_").upper() or "EMPTY"
        name = plain = f"VALUE_{plain}" if plain[0].isdigit() else plain
        number = 1
        while name in names:
            number += 1
            name = f"{plain}_{number}"
        names.append(name)
    return names
