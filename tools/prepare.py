"""Make the spec ready for the generator: rewrite what msgspec can't hold, refuse what no client could."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from keyword import iskeyword
from typing import Any

from tools.spec import SpecError, operations, resolve

Schema = dict[str, Any]

# Names that the base class of every model takes.
_TAKEN = {"from_json", "raw", "raw_json"}
# How the spec for the generator says "bytes that stay as they are": the model's attribute is a `msgspec.Raw`.
_UNDECODED = {"type": "string", "format": "binary"}


def prepare(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of `document` for the generator; raise `SpecError` where it can't be."""
    prepared = deepcopy(dict(document))
    schemas: dict[str, Schema] = prepared.get("components", {}).get("schemas", {})
    for schema in schemas.values():
        _merge_all_of(schema, prepared)
    _drop_unused(prepared)
    for name, schema in schemas.items():
        for place, part in _parts(schema, name):
            _open_unspeakable(place, part)
            _simplify_union(part, prepared)
    for place, part in _parts(prepared.get("paths", {}), "paths"):
        _refuse_unchosen(place, part, prepared)
    for _place, part in _parts(prepared, "#"):
        if part.get("enum") and all(isinstance(value, str) for value in part["enum"]):
            part.setdefault("x-enum-varnames", _member_names(part["enum"]))
    for _route, _operation, parameters in operations(prepared):
        for parameter in parameters:  # the generator reads a description from the parameter's schema only
            if "description" in parameter and "$ref" not in parameter["schema"]:
                parameter["schema"].setdefault("description", parameter["description"])
    _refuse_circles(schemas)
    return prepared


def _parts(node: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every mapping at and below `node` that can be a schema, with its place; not examples."""
    if isinstance(node, dict):
        if not place.endswith("/properties"):
            yield place, node
        for key, value in node.items():
            if key not in ("example", "examples", "default") or place.endswith("/properties"):
                yield from _parts(value, f"{place}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _parts(value, f"{place}/{number}")


def _merge_all_of(schema: Schema, document: Mapping[str, Any]) -> None:
    """Take the properties of an object's `allOf` parts into the object itself, its own ones first."""
    for part in schema.pop("allOf", ()):
        whole = resolve(part, document)
        _merge_all_of(whole, document)
        schema["properties"] = {**whole.get("properties", {}), **schema.get("properties", {})}
        schema["required"] = [*schema.get("required", ()), *whole.get("required", ())]


def _open_unspeakable(place: str, schema: Schema) -> None:
    """Make a dict of an object with a property whose name no attribute can have, such as `pass`."""
    unspeakable = [name for name in schema.get("properties", ()) if not _speakable(name)]
    if unspeakable and not isinstance(schema.get("additionalProperties"), dict):
        raise SpecError(
            f"{place}: no attribute can be called {unspeakable[0]!r}; give the type of all its values"
        )
    if unspeakable:
        del schema["properties"]
        schema.pop("required", None)


def _speakable(name: str) -> bool:
    return name.isidentifier() and not (iskeyword(name) or name in _TAKEN or name.startswith("_"))


def _simplify_union(schema: Schema, document: Mapping[str, Any]) -> None:
    """Keep of a union what msgspec can tell apart: one kind of string, and objects of one class.

    Several kinds of string become `str`; a choice between classes stays undecoded for the caller, who knows
    what was asked for. Trying one class after the other is no way: some answers fit both.
    """
    for key in ("anyOf", "oneOf"):
        members = schema.get(key, [])
        kinds = [_kind(member, document) for member in members]
        if kinds.count("object") > 1:
            members = [_UNDECODED]
        elif kinds.count("string") > 1:
            others = [member for member, kind in zip(members, kinds, strict=True) if kind != "string"]
            members = [{"type": "string"}, *others]
        if members != schema.get(key, []):
            schema.pop(key)
            schema.update(members[0] if len(members) == 1 else {key: members})


def _kind(schema: Schema, document: Mapping[str, Any]) -> str:
    target = resolve(schema, document)
    return "object" if "properties" in target else str(target.get("type", "any"))


def _refuse_unchosen(place: str, schema: Schema, document: Mapping[str, Any]) -> None:
    members = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if [_kind(member, document) for member in members].count("object") > 1 and "x-chosen-by" not in schema:
        raise SpecError(
            f"{place}: says which answers there are, but not, by `x-chosen-by`, which parameter gives which"
        )


def _drop_unused(document: dict[str, Any]) -> None:
    """Drop the schemas that only parts of `allOf` were made of, so that they become no classes."""
    schemas = document.get("components", {}).get("schemas", {})
    outside = {**document, "components": {**document.get("components", {}), "schemas": {}}}
    used, new = set[str](), _references(outside)
    while new:
        used |= new
        new = set[str]().union(*(_references(schemas[name]) for name in new)) - used
    for name in schemas.keys() - used:
        del schemas[name]


def _references(node: Any) -> set[str]:
    """Name the component schemas that `node` refers to."""
    if isinstance(node, dict):
        target = node.get("$ref")
        own = {target.rsplit("/", 1)[-1]} if isinstance(target, str) and "/schemas/" in target else set[str]()
        return own.union(*(_references(value) for key, value in node.items() if key != "examples"))
    return set[str]().union(*map(_references, node)) if isinstance(node, list) else set()


def _member_names(values: list[str]) -> list[str]:
    """Name enum members in capitals; a second value of the same name gets a number (`Passed`, `passed`)."""
    names: list[str] = []
    for value in values:
        name = re.sub(r"\W+", "_", value).strip("_").upper() or "EMPTY"
        name = f"VALUE_{name}" if name[0].isdigit() else name
        count = sum(other == name or re.fullmatch(rf"{name}_\d+", other) is not None for other in names)
        names.append(f"{name}_{count + 1}" if count else name)
    return names


def _refuse_circles(schemas: Mapping[str, Schema]) -> None:
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
