"""The public names and types of a generated client: classes, enums with members, operations.

Two clients are compared by their surfaces, so that a change is described in names that their users know. They
are read from the generated code itself; only what a server takes beyond types is read from the spec.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.spec import operations, resolve

Limits = tuple[tuple[str, str], ...]


@dataclass(frozen=True, order=True)
class Type:
    """A Python type as the generated client has it: `str`, `CallExecution`, `list[...]`, `dict[...]`."""

    name: str
    of: tuple[Type, ...] = ()

    def __str__(self) -> str:
        if self.of:
            inside = in_words(frozenset(self.of))
            return f"dict[str, {inside}]" if self.name == "dict" else f"{self.name}[{inside}]"
        return self.name


def in_words(types: frozenset[Type]) -> str:
    """Write a union as the generated client does, `None` last."""
    return " | ".join(sorted(map(str, types), key=lambda name: (name == "None", name)))


@dataclass(frozen=True)
class Member:
    """A field of a class or a parameter of an operation; `sent_as` is a parameter's name in the query."""

    types: frozenset[Type]
    required: bool
    limits: Limits = ()
    text: str = ""
    sent_as: str = ""

    def __str__(self) -> str:
        optional = not self.required and Type("None") not in self.types
        return in_words(self.types) + (" | None" if optional else "")


@dataclass(frozen=True)
class Operation:
    """A function of the client, with what it sends and gets, and what decides between several models."""

    route: str
    parameters: Mapping[str, Member]
    answers: Mapping[str, frozenset[Type]]
    choice: str = ""
    text: str = ""


@dataclass
class Surface:
    """All that a user of the generated client can name; `texts` holds the docstrings of classes and enums."""

    version: str
    classes: dict[str, dict[str, Member]] = field(default_factory=dict)
    enums: dict[str, dict[str, str]] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


_LIMITS = ("minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems")


def surface(files: Mapping[Path, str], document: Mapping[str, Any]) -> Surface:
    """Read the surface of a client: its files by their paths, and the spec for the version and for limits."""
    found, limits = Surface(str(document["info"]["version"])), _limits(document)
    modules = {path: text for path, text in files.items() if path.name != "__init__.py"}
    for path, text in modules.items():
        if path.parts[0] == "models":
            for node in ast.parse(text).body:
                if isinstance(node, ast.ClassDef):
                    _declare(node, found)
        elif path.parts[0] == "api":
            found.operations[path.stem] = _operation(ast.parse(text).body, limits)
    return found


def _declare(node: ast.ClassDef, found: Surface) -> None:
    """Note the model or enum that a class is."""
    found.texts[node.name], texts = _docstring(node)
    if any(ast.unparse(base) == "OpenEnum" for base in node.bases):
        values = (each for each in node.body if isinstance(each, ast.Assign))
        found.enums[node.name] = {ast.unparse(each.targets[0]): _value(each.value) for each in values}
    else:
        members = found.classes[node.name] = {}
        for each in node.body:
            if isinstance(each, ast.AnnAssign):
                name, types = ast.unparse(each.target), _types(each.annotation) - {Type("Absent")}
                members[name] = Member(types, each.value is None, (), texts.get(name, ""))


def _operation(
    body: list[ast.stmt], limits: Mapping[str, tuple[dict[str, Limits], list[Limits]]]
) -> Operation:
    """Read the module of an operation: its docstring, and what `sync` takes, sends and returns."""
    functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    route, _, statuses = _value(body[0].value if isinstance(body[0], ast.Expr) else None).partition("\n")
    route = " ".join(route.split())
    in_route = re.findall(r"{(.*?)}", route)
    sent = dict(_sent_names(functions["sync"]))
    names = {argument: name for argument, name in sent.items() if name not in in_route}
    by_name, by_place = limits.get(shape(route), ({}, []))
    in_path = {
        argument: by_place[in_route.index(name)] if by_place else ()
        for argument, name in sent.items()
        if name in in_route
    }
    text, texts = _docstring(functions["sync"])
    parameters = {}
    for argument, default in _arguments(functions["sync"].args):
        name, sent_as = argument.arg, names.get(argument.arg, "")
        types = _types(argument.annotation) - ({Type("None")} if default else set())
        limit = by_name.get(sent_as, ()) if sent_as else in_path.get(name, ())
        parameters[name] = Member(types, default is None, limit, texts.get(name, ""), sent_as)
    answers = {status: frozenset({Type("Error")}) for status in re.findall(r"\d{3}", statuses)}
    answers["200"] = _types(functions["sync"].returns)
    choice = _choice(functions["_model"]) if "_model" in functions else ""
    return Operation(route, parameters, answers, choice, text)


def _arguments(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    yield from ((argument, None) for argument in arguments.args)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if argument.arg != "client":
            yield argument, default


def _sent_names(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Pair each argument with its name in the request."""
    for node in function.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
            yield from (
                (ast.unparse(value), _value(key))
                for key, value in zip(node.value.keys, node.value.values, strict=True)
            )


def _choice(function: ast.FunctionDef) -> str:
    """Describe which model is returned for which parameter, in the order of the decision."""
    ways = []
    for node in ast.walk(function):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Compare):
            left = node.test.left
            name = _value(left.slice) if isinstance(left, ast.Subscript) else ""
            ways.append(f"{_returned(node.body[0])} for {name}")
    return ", ".join([*ways, f"else {_returned(function.body[-1])}"])


def _returned(node: ast.stmt) -> str:
    return ast.unparse(node.value) if isinstance(node, ast.Return) and node.value else ""


def _types(annotation: ast.expr | None) -> frozenset[Type]:
    """Return the alternatives of an annotation."""
    if isinstance(annotation, ast.BinOp):
        return _types(annotation.left) | _types(annotation.right)
    if isinstance(annotation, ast.Subscript):
        inside = annotation.slice.elts[-1] if isinstance(annotation.slice, ast.Tuple) else annotation.slice
        return frozenset({Type(ast.unparse(annotation.value), tuple(sorted(_types(inside))))})
    return frozenset({Type(ast.unparse(annotation))}) if annotation else frozenset()


def _docstring(node: ast.ClassDef | ast.FunctionDef) -> tuple[str, dict[str, str]]:
    """Split a docstring into its prose and the texts of its `Args:` or `Attributes:`."""
    prose, *listed = re.split(r"\n\n(?:Args|Attributes):\n", ast.get_docstring(node) or "")
    entries = re.findall(r"^    (\w+): (.*(?:\n        .*)*)", "".join(listed), re.MULTILINE)
    return prose, {name: " ".join(text.split()) for name, text in entries}


def _limits(document: Mapping[str, Any]) -> dict[str, tuple[dict[str, Limits], list[Limits]]]:
    """Return the limits of each route's parameters: by name in the query, in their order in the path."""
    found = {}
    for route, _operation, parameters in operations(document):
        by_name = {each["name"]: _limits_of(resolve(each["schema"], document)) for each in parameters}
        found[shape(route)] = by_name, [by_name.get(name, ()) for name in re.findall(r"{(.*?)}", route)]
    return found


def _limits_of(schema: Mapping[str, Any]) -> Limits:
    return tuple((key, str(schema[key])) for key in _LIMITS if key in schema)


def shape(route: str) -> str:
    """Return a route without the names of its parameters: `GET /calls/{}/`."""
    return re.sub(r"{.*?}", "{}", route)


def _value(node: ast.expr | None) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""
