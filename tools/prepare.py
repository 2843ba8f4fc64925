"""Make the spec ready for the generator: a few rewrites, and the refusals that it doesn't make itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from keyword import iskeyword
from typing import Any

Schema = Mapping[str, Any]

# Names that the base class of every model takes.
_TAKEN = {"from_json", "raw", "raw_json"}


class SpecError(Exception):
    """The spec says something that the generated client can't hold; the message says what and where."""


def prepare(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of `document` for the generator; raise `SpecError` where it can't be."""
    prepared = deepcopy(dict(document))
    for place, schema in _schemas(prepared, "#"):
        if all(isinstance(value, str) for value in schema.get("enum", [None])):
            schema.setdefault("x-enum-varnames", _member_names(schema["enum"]))
        _refuse_bad_names(place, schema)
        _refuse_object_unions(place, schema, prepared)
    for _place, operation in _operations(prepared):
        for parameter in (resolve(item, prepared) for item in operation.get("parameters", [])):
            # The generator reads a parameter's description from its schema only.
            if "description" in parameter and "$ref" not in parameter.get("schema", {"$ref": ""}):
                parameter["schema"].setdefault("description", parameter["description"])
    _refuse_cycles(prepared)
    return prepared


def resolve(item: Any, document: Mapping[str, Any]) -> Any:
    """Follow `$ref` from `item` until something else is there."""
    while isinstance(item, Mapping) and "$ref" in item:
        target: Any = document
        for step in item["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        item = target
    return item


def _schemas(node: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every mapping of the document that looks like a schema, with its place."""
    if isinstance(node, dict):
        if not place.endswith(("/properties", "/example", "/examples")):
            yield place, node
        for key, value in node.items():
            if key not in ("example", "examples", "default"):
                yield from _schemas(value, f"{place}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _schemas(value, f"{place}/{number}")


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                yield f"{method.upper()} {path}", operation


def _member_names(values: list[str]) -> list[str]:
    """Name enum members in capitals; a second value of the same name gets a number (`Passed`, `passed`)."""
    names: list[str] = []
    for value in values:
        name = re.sub(r"\W+", "_", value).strip("_").upper() or "EMPTY"
        name = f"VALUE_{name}" if name[0].isdigit() else name
        count = sum(other == name or re.fullmatch(rf"{name}_\d+", other) is not None for other in names)
        names.append(f"{name}_{count + 1}" if count else name)
    return names


def _refuse_bad_names(place: str, schema: Schema) -> None:
    for name in schema.get("properties", ()):
        if not name.isidentifier() or iskeyword(name) or name in _TAKEN or name.startswith("_"):
            raise SpecError(f"{place}: no attribute can have the name {name!r}; leave it to `raw`")


def _refuse_object_unions(place: str, schema: Schema, document: Mapping[str, Any]) -> None:
    """Refuse a choice between objects unless `x-chosen-by` says which request gives which."""
    members = [resolve(member, document) for member in [*schema.get("anyOf", ()), *schema.get("oneOf", ())]]
    objects = [member for member in members if "properties" in member or member.get("type") == "object"]
    if len(objects) > 1 and "x-chosen-by" not in schema:
        raise SpecError(
            f"{place}: a choice between {len(objects)} objects can't be decoded; give the schema"
            " `x-chosen-by` (request parameter -> schema name), or make it one object"
        )


def _refuse_cycles(document: Mapping[str, Any]) -> None:
    """Refuse schemas that need each other: their modules could not import each other."""
    schemas: Mapping[str, Any] = document.get("components", {}).get("schemas", {})
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
    if isinstance(node, Mapping):
        own = {node["$ref"].rsplit("/", 1)[-1]} if isinstance(node.get("$ref"), str) else set()
        inner = (value for key, value in node.items() if key not in ("example", "examples"))
        return own.union(*map(_references, inner))
    return set().union(*map(_references, node)) if isinstance(node, list) else set()
