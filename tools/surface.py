"""The names and types that a spec gives its users: classes with fields, enums with values, operations.

Two specs are compared by their surfaces, so that a change is told in names that a user of the client knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.spec import operations, pascal, resolve, snake

Schema = Mapping[str, Any]


@dataclass(frozen=True, order=True)
class Type:
    """A Python type as the generated client has it: `str`, `CallExecution`, `list[...]`, `dict[...]`."""

    name: str
    of: tuple[Type, ...] = ()

    def __str__(self) -> str:
        if self.name in ("list", "dict"):
            inside = " | ".join(map(str, self.of))
            return f"dict[str, {inside}]" if self.name == "dict" else f"list[{inside}]"
        return self.name


@dataclass(frozen=True)
class Member:
    """A field of a class or a parameter of an operation."""

    types: frozenset[Type]
    required: bool
    limits: tuple[tuple[str, str], ...] = ()
    text: str = ""

    def __str__(self) -> str:
        names = sorted(map(str, self.types), key=lambda name: (name == "None", name))
        return " | ".join(names) + ("" if self.required else " | UnsetType")


@dataclass(frozen=True)
class Operation:
    """A function of the client, with what it sends and gets."""

    route: str
    parameters: Mapping[str, Member]
    answers: Mapping[str, frozenset[Type]]
    text: str = ""


@dataclass
class Surface:
    """All that a user of the generated client can name."""

    version: str
    classes: dict[str, dict[str, Member]] = field(default_factory=dict)
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)


_LIMITS = ("minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems")
_PLAIN = {"boolean": "bool", "integer": "int", "null": "None", "number": "float", "string": "str"}


def surface(document: Mapping[str, Any]) -> Surface:
    """Read the surface of a spec without `allOf`: the operations, and every class that they lead to."""
    reader = _Reader(document, Surface(str(document["info"]["version"])))
    for route, operation, parameters in operations(document):
        reader.operation(route, operation, parameters)
    return reader.found


@dataclass
class _Reader:
    document: Mapping[str, Any]
    found: Surface

    def declare(self, name: str, schema: Schema) -> None:
        """Note the class or enum that `schema` becomes."""
        if name in self.found.classes:
            return
        if "enum" in schema:
            self.found.enums[name] = tuple(map(str, schema["enum"]))
        elif "properties" in schema:
            required = schema.get("required", ())
            members = self.found.classes.setdefault(name, {})
            for key, value in schema["properties"].items():
                members[key] = self.member(value, key in required, name + pascal(key))

    def member(self, schema: Schema, required: bool, inline_name: str) -> Member:
        """Describe a field or a parameter; a class written inside it gets `inline_name`."""
        limits = tuple((key, str(schema[key])) for key in _LIMITS if key in schema)
        return Member(self.types(schema, inline_name), required, limits, str(schema.get("description", "")))

    def operation(self, route: str, operation: Schema, parameters: list[Any]) -> None:
        """Note an operation and the types that its answers have."""
        name = pascal(operation["operationId"])
        taken = {
            each["name"]: self.member(
                each["schema"], each.get("required", False), name + pascal(each["name"])
            )
            for each in parameters
        }
        answers = {}
        for status, item in operation["responses"].items():
            content = resolve(item, self.document).get("content", {}).get("application/json", {})
            answers[str(status)] = self.types(content.get("schema", {}), f"{name}Response{status}")
        text = f"{operation.get('summary')} {operation.get('description')}"
        self.found.operations[snake(operation["operationId"])] = Operation(route, taken, answers, text)

    def types(self, schema: Schema, inline_name: str) -> frozenset[Type]:
        """Give the alternatives that `schema` allows."""
        return frozenset(self._alternatives(schema, inline_name))

    def _alternatives(self, schema: Schema, inline_name: str) -> Iterator[Type]:
        if "$ref" in schema:
            target, name = resolve(schema, self.document), pascal(schema["$ref"].rsplit("/", 1)[-1])
            if "enum" in target or "properties" in target:
                self.declare(name, target)
                yield Type(name)
            else:
                yield from self._alternatives(target, inline_name)
        elif choice := [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
            for part in choice:
                yield from self._alternatives(part, inline_name)
        elif "enum" in schema or "properties" in schema:
            self.declare(inline_name, schema)
            yield Type(inline_name)
        else:
            kinds = schema.get("type", "any")
            for kind in kinds if isinstance(kinds, list) else [kinds]:
                yield self._plain(kind, schema, inline_name)

    def _plain(self, kind: str, schema: Schema, inline_name: str) -> Type:
        if kind == "array":
            return Type("list", tuple(sorted(self.types(schema.get("items", {}), f"{inline_name}Item"))))
        if kind == "object":
            free = schema.get("additionalProperties", {})
            inside = self.types(free, f"{inline_name}AdditionalProperty") if isinstance(free, Mapping) else ()
            return Type("dict", tuple(sorted(inside or [Type("Any")])))
        if kind == "string" and "format" in schema:
            return Type(f"str ({schema['format']})")
        return Type(_PLAIN.get(kind, "Any"))
