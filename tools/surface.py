"""The public names and types of a generated client: classes, enums with members, operations.

Two clients are compared by their surfaces, so that a change is described in names that their users know. They
are read from the generated code itself; only what a server takes beyond types is read from the spec.
"""

from __future__ import annotations

import ast
import json
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
    """A field of a class or a parameter of an operation.

    `sent_as` is a parameter's name in the query or among the headers, `default` what the server takes
    without it.
    """

    types: frozenset[Type]
    required: bool
    limits: Limits = ()
    text: str = ""
    sent_as: str = ""
    default: str = ""

    def __str__(self) -> str:
        optional = not self.required and Type("None") not in self.types
        return in_words(self.types) + (" | None" if optional else "")


@dataclass(frozen=True)
class Operation:
    """A function of the client, with what it sends and gets, and what decides between several models.

    `module` is where it is imported from; `headers` are the response headers by name and status, each with
    its type and text.
    """

    route: str
    parameters: Mapping[str, Member]
    answers: Mapping[str, frozenset[Type]]
    choice: str = ""
    text: str = ""
    module: str = ""
    headers: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Surface:
    """All that a user of the generated client can name.

    `texts` holds the docstrings of classes and enums, `methods` what each method of Client returns, `sent`
    the classes that callers make for a request, `security` and `servers` what the document says of them.
    """

    version: str
    classes: dict[str, dict[str, Member]] = field(default_factory=dict)
    enums: dict[str, dict[str, str]] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    security: str = ""
    servers: tuple[str, ...] = ()


_LIMITS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "pattern"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems"),
)


@dataclass(frozen=True)
class _Facts:
    """What the spec says of an operation and its code doesn't: limits and defaults by name, and headers."""

    limits: Mapping[str, Limits]
    in_path: list[Limits]
    defaults: Mapping[str, str]
    headers: Mapping[str, tuple[str, str]]


def surface(files: Mapping[Path, str], document: Mapping[str, Any]) -> Surface:
    """Read the surface of a client: its files by their paths, and the spec for the version and for limits."""
    found, facts = Surface(str(document["info"]["version"])), _facts(document)
    found.security = str(document.get("security", ""))
    found.servers = tuple(str(server.get("url")) for server in document.get("servers", ()))
    modules = {path: text for path, text in files.items() if path.name != "__init__.py"}
    for path, text in modules.items():
        if path.parts[0] == "models":
            for node in ast.parse(text).body:
                if isinstance(node, ast.ClassDef):
                    _declare(node, found)
        elif path.parts[0] == "api":
            found.operations[path.stem] = _operation(ast.parse(text).body, facts, path.parts[1])
        elif path == Path("methods.py"):
            found.methods = dict(_methods(ast.parse(text).body))
    bodies = (one.parameters["body"].types for one in found.operations.values() if "body" in one.parameters)
    waiting = [kind for types in bodies for kind in types]
    while waiting:
        kind = waiting.pop()
        waiting += kind.of
        if kind.name in found.classes and kind.name not in found.sent:
            found.sent.add(kind.name)
            waiting += [inner for member in found.classes[kind.name].values() for inner in member.types]
    return found


def _methods(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Pair each method of Client with what it returns."""
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name == "SyncMethods":
            for each in node.body:
                if isinstance(each, ast.FunctionDef) and not each.name.startswith("_"):
                    yield each.name, ast.unparse(each.returns) if each.returns else ""


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


def _operation(body: list[ast.stmt], facts: Mapping[str, _Facts], folder: str) -> Operation:
    """Read the module of an operation: its docstring, and what `sync` takes, sends and returns."""
    functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    route, _, statuses = _value(body[0].value if isinstance(body[0], ast.Expr) else None).partition("\n")
    route = " ".join(route.split())
    in_route = re.findall(r"{(.*?)}", route)
    sent = dict(_sent_names(functions["sync"]))
    names = {argument: name for argument, name in sent.items() if name not in in_route}
    known = facts.get(shape(route), _Facts({}, [], {}, {}))
    by_name, by_place = known.limits, known.in_path
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
        stated = known.defaults.get(sent_as, "")
        parameters[name] = Member(types, default is None, limit, texts.get(name, ""), sent_as, stated)
    errors = [status for status in re.findall(r"\d{3}", statuses) if status[0] != "2"]
    answers = {status: frozenset({Type("Error")}) for status in errors}
    answers["success"] = _types(functions["sync"].returns)
    choice = _choice(functions["_model"]) if "_model" in functions else ""
    return Operation(route, parameters, answers, choice, text, f"api.{folder}", known.headers)


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


def _facts(document: Mapping[str, Any]) -> dict[str, _Facts]:
    """Return by its route what the spec says of each operation and its code doesn't."""
    found = {}
    for route, operation, parameters in operations(document):
        schemas = {each["name"]: resolve(each["schema"], document) for each in parameters}
        limits = {name: _limits_of(schema) for name, schema in schemas.items()}
        in_path = [limits.get(name, ()) for name in re.findall(r"{(.*?)}", route)]
        defaults = {name: json.dumps(one["default"]) for name, one in schemas.items() if "default" in one}
        found[shape(route)] = _Facts(limits, in_path, defaults, dict(_headers(operation, document)))
    return found


def _headers(
    operation: Mapping[str, Any], document: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each response header with the type of its value and its description."""
    for status, answer in operation["responses"].items():
        for name, header in resolve(answer, document).get("headers", {}).items():
            header = resolve(header, document)
            kind = resolve(header.get("schema", {}), document).get("type", "")
            yield f"{name} ({status})", (str(kind), " ".join(str(header.get("description", "")).split()))


def _limits_of(schema: Mapping[str, Any]) -> Limits:
    return tuple((key, str(schema[key])) for key in _LIMITS if key in schema)


def shape(route: str) -> str:
    """Return a route without the names of its parameters: `GET /calls/{}/`."""
    return re.sub(r"{.*?}", "{}", route)


def _value(node: ast.expr | None) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""
