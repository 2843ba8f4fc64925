"""Derive the views of the contract: the open one, a strict one for each of the two descriptions, one to read.

The contract holds both descriptions. `x-provenance`, `x-sometimes`, `x-open`, `x-default`, `x-example` and
`x-answers` mark what only one of them says; the comment at the top of openapi.yaml explains them. A part
without `x-provenance` belongs to both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from futureagi_simulate_contract.document import Document, at, mappings, rebuild, resolve

Schema = dict[str, Any]
Change = Callable[[Schema], Schema]

_UNIONS = ("anyOf", "oneOf")
_EACH_SAYS = frozenset({"x-default", "x-example", "x-answers"})
_MARKS = ("x-provenance", "x-sometimes", "x-open", "x-default", "x-example")


class Profile(StrEnum):
    """Whose description: the reference pages', or what the open-source server answers."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"


def strict_view(document: Document, profile: Profile | str) -> dict[str, Any]:
    """Return what one description says and no more: closed objects and enums, and its own `required`."""
    profile = Profile(profile)
    view = _admitted(flatten(document), document, profile)
    return _finished(_each_schema(view, lambda schema: _closed(schema, profile)))


def open_view(document: Document) -> dict[str, Any]:
    """Return what a client is generated from: types that hold both descriptions, and unknown values too."""
    view = _each_schema(flatten(document), lambda schema: _widened(schema, document))
    view = rebuild(view, _unsent)
    schemas = view["components"]["schemas"]
    view["components"]["schemas"] = {name: _each(schema, _unformatted) for name, schema in schemas.items()}
    return _finished(view)


def flatten(document: Document) -> dict[str, Any]:
    """Merge every `allOf` into the object that has it, properties in the order in which they are written.

    Raise ValueError, with every place, where `allOf` names a schema without `properties`.
    """

    def merge(schema: Schema) -> Schema:
        if "allOf" not in schema:
            return schema
        parts = [_each(resolve(document, part), merge) for part in schema["allOf"]]
        if not parts or not all("properties" in part for part in parts):
            problem = "`allOf` merges objects, and each needs `properties` of its own, be it `properties: {}`"
            raise ValueError("\n".join(f"{place}: {problem}" for place in _bare(document, document, "#")))
        keys = list(schema)
        if "properties" in schema:
            parts.insert(len(parts) if keys.index("allOf") < keys.index("properties") else 0, schema)
        merged = {"type": "object", **{key: value for key, value in schema.items() if key != "allOf"}}
        merged["properties"] = {name: value for part in parts for name, value in _properties(part).items()}
        merged["required"] = [name for part in parts for name in part.get("required", ())]
        return merged

    merged: dict[str, Any] = _each_schema(document, merge)
    return merged


def _properties(part: Schema) -> Schema:
    """Return the properties of a merged object, each with the provenance of the object."""
    provenance = {key: part[key] for key in ("x-provenance",) if key in part}
    properties: Schema = part["properties"]
    return {name: {**provenance, **value} for name, value in properties.items()} if provenance else properties


def _bare(node: Any, document: Document, place: str) -> Iterator[str]:
    """Yield each place where `allOf` merges what has no properties."""
    inner: Iterable[tuple[Any, Any]] = enumerate(node) if isinstance(node, list) else ()
    if isinstance(node, Mapping):
        parts = node["allOf"] if isinstance(node.get("allOf"), list) else ()
        if parts == [] or not all("properties" in resolve(document, part) for part in parts):
            yield place
        inner = ((key, child) for key, child in node.items() if key not in ("example", "examples"))
    for key, child in inner:
        yield from _bare(child, document, f"{place}/{key}")


# ------------------------------------------------------------------------------------- strict views


def admits(profile: Profile | str, node: Any) -> bool:
    """Return whether a description has this part of the contract. One without provenance is in both."""
    provenance = node.get("x-provenance") if isinstance(node, Mapping) else None
    return not isinstance(provenance, str) or provenance in (profile, "both")


def _admitted(node: Any, document: Document, profile: Profile) -> Any:
    """Leave out, at any depth, what only the other description has."""

    def stays(child: Any) -> bool:
        return admits(profile, child) and admits(profile, resolve(document, child))

    if isinstance(node, list):
        return [_admitted(child, document, profile) for child in node if stays(child)]
    if not isinstance(node, Mapping):
        return node
    if node.get("x-open") == profile:
        node = _opened(node, document)
    if _EACH_SAYS & node.keys():
        node = _said(node, profile)
    return {key: _admitted(child, document, profile) for key, child in node.items() if stays(child)}


def _opened(node: Document, document: Document) -> Schema:
    """Leave out the words of the enums that a part refers to; where it refers to none, its own choices."""

    def wordless(branch: Document) -> Document:
        target = resolve(document, branch)
        return {"type": target["type"]} if "$ref" in branch and "enum" in target else branch

    opened = {
        key: [wordless(branch) for branch in value] if key in _UNIONS else value
        for key, value in node.items()
    }
    if "$ref" in node:
        opened = {**wordless({"$ref": node["$ref"]}), **{key: opened[key] for key in opened if key != "$ref"}}
    if opened == node:
        opened = {key: value for key, value in node.items() if key not in (*_UNIONS, "enum")}
    return opened


def _said(node: Document, profile: Profile) -> Schema:
    """Put what one description says in place of what each says."""
    said = {key: value for key, value in node.items() if key not in _EACH_SAYS}
    for key in _EACH_SAYS & node.keys():
        if profile in node[key]:
            said[key if key == "x-answers" else key.removeprefix("x-")] = node[key][profile]
    return said


def _closed(schema: Schema, profile: Profile) -> Schema:
    closed = dict(schema)
    provenance = schema.get("x-provenance")
    if "enum" in schema and isinstance(provenance, Mapping):
        own = (profile, "both")
        closed["enum"] = [value for value in schema["enum"] if provenance.get(value, "both") in own]
    if "properties" in schema:
        sometimes = schema.get("x-sometimes", {}).get(profile, ())
        names = [name for name, value in schema["properties"].items() if admits(profile, value)]
        closed["required"] = [name for name in names if name not in sometimes]
        # An object of which the description names no field at all stays as open as it is there.
        if names and schema.get("x-open") != profile:
            closed.setdefault("additionalProperties", False)
    return closed


# -------------------------------------------------------------------------------------- view to read

_WHOSE = {
    None: "**Documented and observed.**",
    Profile.DOCUMENTED: "**Documented only.**",
    Profile.OBSERVED: "**Observed only.**",
}


def whole_view(document: Document) -> dict[str, Any]:
    """Return the whole contract, merged, whose descriptions say in words whose each part is."""
    view: dict[str, Any] = _told(flatten(document), None)
    return view


def _told(node: Any, origin: Any, *, always: bool = False) -> Any:
    """Put its origin in front of the description of a part; `always`, or where it is marked."""
    if isinstance(node, list):
        return [_told(child, origin) for child in node]
    if not isinstance(node, Mapping):
        return node
    mark = node.get("x-provenance")
    origin = mark if isinstance(mark, str) else origin
    told: dict[str, Any] = {
        key: {name: _told(value, origin, always=True) for name, value in child.items()}
        if key == "properties"
        else child
        if key in ("example", "examples", "x-provenance")
        else _told(child, origin)
        for key, child in node.items()
    }
    texts = [_WHOSE[origin]] if always or isinstance(mark, str) else []
    texts += [told["description"].strip()] if "description" in told else []
    if isinstance(mark, Mapping):
        for profile in Profile:
            words = ", ".join(f"`{word}`" for word, whose in mark.items() if whose == profile)
            texts += [f"{_WHOSE[profile].strip('*.')}: {words}."] if words else []
    if texts and "schema" in told and "description" not in told:  # a media type has none
        return {**told, "schema": {"description": texts[0], **told["schema"]}}
    return {**told, "description": " ".join(texts)} if texts else told


# ---------------------------------------------------------------------------------------- open view


def _unsent(part: Document) -> Document:
    """Leave out a parameter's default, which a client would send, and an operation's `externalDocs`."""
    if "operationId" in part and "responses" in part:
        return {key: value for key, value in part.items() if key != "externalDocs"}
    schema = part.get("schema")
    if "in" in part and isinstance(schema, Mapping) and "default" in schema:
        return {**part, "schema": {key: value for key, value in schema.items() if key != "default"}}
    return part


def _widened(schema: Schema, document: Document) -> Schema:
    """Write several kinds of text, or of number, as one; an object of numbers as a map of numbers."""
    widened = dict(schema)
    for union in _UNIONS:
        if union in schema:
            branches = _joined(schema[union], document)
            del widened[union]
            widened = {**branches[0], **widened} if len(branches) == 1 else {**widened, union: branches}
    more = schema.get("additionalProperties")
    if isinstance(more, Mapping) and more.get("type") == "number":
        values = schema.get("properties", {}).values()
        if all(value.get("type") in ("integer", "number") for value in values):
            widened = {key: value for key, value in widened.items() if key not in ("properties", "required")}
    return widened


def _joined(branches: list[Schema], document: Document) -> list[Schema]:
    kinds = [resolve(document, branch).get("type") for branch in branches]
    joined: list[Schema] = []
    for branch, kind in zip(branches, kinds, strict=True):
        several = kinds.count("string") > 1 if kind == "string" else {"integer", "number"} <= {*kinds, kind}
        if kind in ("string", "integer", "number") and several:
            wide = {"type": "number" if kind == "integer" else kind}
            if wide not in joined:
                joined.append(wide)
        else:
            joined.append(branch)
    return joined


def _unformatted(schema: Schema) -> Schema:
    """Make ids, times and URLs plain text: a server may send others, and they are kept."""
    kinds = schema.get("type")
    if kinds != "string" and not (isinstance(kinds, list) and "string" in kinds):
        return schema
    return {key: value for key, value in schema.items() if key not in ("format", "const")}


# ---------------------------------------------------------------------------------------- traversal


def _each_schema(node: Any, change: Change) -> Any:
    """Rebuild a part of the contract with every schema in it changed, the inner ones first."""
    if isinstance(node, list):
        return [_each_schema(child, change) for child in node]
    if not isinstance(node, Mapping):
        return node
    rebuilt: dict[str, Any] = {}
    for key, child in node.items():
        if key == "schema":
            rebuilt[key] = _each(child, change)
        elif key == "schemas":
            rebuilt[key] = {name: _each(schema, change) for name, schema in child.items()}
        else:
            rebuilt[key] = child if key in ("example", "examples") else _each_schema(child, change)
    return rebuilt


def _each(schema: Document, change: Change) -> Schema:
    """Rebuild a schema, changing the schemas inside it and then the whole."""
    rebuilt = dict(schema)
    for key in ("items", "additionalProperties", "contentSchema"):
        if isinstance(schema.get(key), Mapping):
            rebuilt[key] = _each(schema[key], change)
    for key in (*_UNIONS, "allOf"):
        if key in schema:
            rebuilt[key] = [_each(branch, change) for branch in schema[key]]
    if "properties" in schema:
        rebuilt["properties"] = {name: _each(value, change) for name, value in schema["properties"].items()}
    return change(rebuilt)


def _finished(document: Document) -> dict[str, Any]:
    """Leave out the components that no operation needs any more, and the marks of provenance."""
    needed: set[str] = set()
    waiting = list(_references(document["paths"]))
    while waiting:
        pointer = waiting.pop()
        if pointer not in needed:
            needed.add(pointer)
            waiting.extend(_references(at(document, pointer)))
    components = {
        kind: {
            name: part
            for name, part in parts.items()
            if kind == "securitySchemes" or f"#/components/{kind}/{name}" in needed
        }
        for kind, parts in document["components"].items()
    }
    finished: dict[str, Any] = rebuild({**document, "components": components}, _without_marks)
    return finished


def _references(node: Any) -> Iterator[str]:
    """Return the pointers into the contract at and below `node`, not those to files."""
    found = (part["$ref"] for part in mappings(node) if isinstance(part.get("$ref"), str))
    return (target for target in found if target.startswith("#"))


def _without_marks(part: Document) -> Document:
    return {key: value for key, value in part.items() if key not in _MARKS}
