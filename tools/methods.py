"""Describe the methods of Client and AsyncClient as the spec has them, and render them.

An operation is one method, named after its id. Where it has several request forms, `x-methods` names
a method for each. A method whose name begins with `list` lists the rows of its pages; any other returns the
object that was asked for, with its rows, if there are any, as a listing in `calls`. Only answers to GET are
read page by page.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from keyword import iskeyword
from pathlib import Path
from typing import Any, Final

from tools.spec import SUCCESSES, SpecError, argument, operations, resolve, snake

TEMPLATES: Final = {"operations.py.jinja": Path("operations.py"), "methods.py.jinja": Path("methods.py")}
PAGING: Final = frozenset({"page", "limit"})
_TYPES: Final = {
    "uuid": "str | UUID",
    "enum": "str",
    "text": "str",
    "boolean": "bool",
    "flag": "bool",
    "integer": "int",
    "whole": "int",
    "number": "float",
    "names": "str | Sequence[str]",
    "filters": "Sequence[Filter]",
    "texts": "Sequence[str]",
    "scalars": "Sequence[str | float | bool | None]",
}


@dataclass(frozen=True)
class Argument:
    """An argument of a method, as its signature and docstring have it."""

    name: str
    type: str
    default: str
    text: str
    keyword: bool = True


_ENFORCED: Final = "Drop rows that contradict a filter, which the server may ignore."
_PAGING_ARGUMENTS: Final = (
    Argument("page_size", "int", "50", "Rows a page is asked to have; the server may send fewer."),
    Argument("prefetch", "int", "1", "Pages that are requested at once."),
    Argument(
        "exact", "bool", "False", "Read until each row that is there throughout is known to have come, once."
    ),
)


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation, and the argument that it is in Python."""

    name: str
    argument: str
    place: str
    kind: str
    required: bool
    values: tuple[str, ...]
    cases: tuple[str, ...]
    repeated_as: tuple[str, ...]
    text: str
    several: bool = False
    separator: str = ""
    deprecated: bool = False

    @property
    def type(self) -> str:
        """Write the type of the argument."""
        return f"Sequence[{_TYPES[self.kind]}]" if self.several else _TYPES[self.kind]


@dataclass(frozen=True)
class Operation:
    """An operation: what is sent."""

    id: str
    path: str
    parameters: tuple[Parameter, ...]
    verb: str = "GET"
    body: str = ""
    body_required: bool = False
    body_text: str = ""
    answers: tuple[str, ...] = ("object",)

    @property
    def constant(self) -> str:
        """Name the constant that describes it."""
        return snake(self.id).upper()

    @property
    def paged(self) -> bool:
        """Return whether its answers come in pages."""
        return {one.name for one in self.parameters} >= PAGING


@dataclass(frozen=True)
class Method:
    """A method of the clients: one request form of an operation, and what comes back."""

    name: str
    operation: Operation
    parameters: tuple[Parameter, ...]
    by: str
    at: tuple[str, ...]
    item: str = ""
    envelope: str = ""
    other_item: str = ""
    nested: tuple[str, ...] = ()
    identity: str = ""
    whole: str = ""
    whole_at: tuple[str, ...] = ()
    wrapper: str = ""
    calls: Mapping[str, str] = field(default_factory=dict)
    telling: frozenset[str] = frozenset()
    summary: str = ""
    description: str = ""
    deprecated: bool = False

    @property
    def constant(self) -> str:
        """Name the constant that describes it."""
        return self.name.upper()

    @property
    def is_listing(self) -> bool:
        """Return whether it lists the rows of pages."""
        return bool(self.item) and self.name.startswith("list")

    @property
    def deprecated_arguments(self) -> list[str]:
        """Name the arguments that are deprecated; all may be left out."""
        return [one.argument for one in self.parameters if one.deprecated and not one.required]

    @property
    def result(self) -> str:
        """Write the type of what is returned, where that is no listing and has none."""
        if not self.whole:
            return "None"
        name = self.whole if self.whole in _SCALARS.values() else f"models.{self.whole}"
        name = f"list[{name}]" if "array" in self.operation.answers else name
        return f"{name} | None" if "nothing" in self.operation.answers else name

    @property
    def row_fields(self) -> tuple[str, ...]:
        """Name the fields of the whole that hold its rows, and how they are paged."""
        inner = self.at[len(self.whole_at) :]
        return inner or ("next", "previous", "total_pages", "current_page", "results")

    @property
    def arguments(self) -> list[Argument]:
        """Return the arguments in order: those of the path, or the one that chooses the form, come first."""
        path = [one for one in self.parameters if one.place == "path"]
        first = path or [one for one in self.parameters if one.name == self.by]
        given = [Argument(one.argument, one.type, "", one.text, False) for one in first]
        operation = self.operation
        if operation.body:
            kind = f"models.{operation.body} | Mapping[str, Any]"
            default = "" if operation.body_required else "None"
            kind += "" if operation.body_required else " | None"
            given.append(Argument("body", kind, default, operation.body_text))
        for one in self.parameters:
            if one not in first:
                given += self._keywords(one)
        return given + (list(_PAGING_ARGUMENTS) if self.item else [])

    def _keywords(self, one: Parameter) -> list[Argument]:
        if one.required or one.name == self.by:
            return [Argument(one.argument, one.type, "", one.text)]
        if one.several:
            return [Argument(one.argument, one.type, "()", one.text)]
        if one.kind == "filters" and not self.other_item:
            enforced = Argument(f"enforce_{one.argument}", "bool", "False", _ENFORCED)
            return [Argument(one.argument, one.type, "()", one.text), enforced]
        default, kind = {"boolean": ("False", one.type), "filters": ("()", one.type)}.get(
            one.kind, ("None", f"{one.type} | None")
        )
        return [Argument(one.argument, kind, default, one.text)]

    @property
    def rows(self) -> str:
        """Write the type of the rows."""
        if self.wrapper and self.is_listing:
            return self.wrapper
        names = (self.item, self.other_item) if self.other_item else (self.item,)
        return " | ".join(f"models.{name}" for name in names)

    @property
    def overloads(self) -> list[tuple[list[Argument], str]]:
        """Give the signatures where the rows depend on an argument: without it, and with it."""
        if not self.other_item:
            return []
        decisive, found = self.nested[1], []
        for default, kind, rows in (("None", "None", f"models.{self.other_item}"), ("", "", self.rows)):
            arguments = [
                Argument(one.name, kind or one.type, default, one.text) if one.name == decisive else one
                for one in self.arguments
            ]
            found.append((arguments, rows))
        return found


def methods(document: Mapping[str, Any]) -> list[Method]:
    """Describe the methods; raise SpecError with all forms that no client can have."""
    found: list[Method] = []
    problems: list[str] = []
    for route, each, parameters in operations(document):
        try:
            found += _of(route, each, parameters, document)
        except SpecError as problem:
            problems.append(f"{route}: {problem}")
    names = [method.name for method in found]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            problems.append(
                f"two methods would be called {name}: name them apart by `operationId` or `x-methods`"
            )
        if name in _TAKEN or name.startswith("_"):
            problems.append(f"a method called {name} is there already: call it otherwise by `x-methods`")
    if problems:
        raise SpecError("\n".join(problems))
    return found


def render(document: Mapping[str, Any], templates: Path, package: Path) -> dict[Path, str]:
    """Render the description of the operations and the methods of both clients; return files by path.

    The fields of the objects that have rows are read from the models in `package`.
    """
    found = methods(document)
    wrapped = {method.wrapper: method for method in found if method.wrapper and method.whole}
    templated = environment(templates)
    given = {
        "methods": found,
        "servers": [server["url"] for server in document.get("servers", ())],
        "operations": list({method.operation.id: method.operation for method in found}.values()),
        "filtering": _filtering(document),
        "wrapped": [(method, *_class(method, package)) for method in wrapped.values()],
    }
    return {path: templated.get_template(name).render(given) for name, path in TEMPLATES.items()}


def environment(templates: Path) -> Any:
    """Return what renders the templates of a folder that are Python as a whole."""
    import jinja2  # here: a check of the spec renders nothing

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 (Python, not HTML)
    )
    made.bytecode_cache = compiled_templates()
    made.filters["literal"] = _literal
    made.filters["safe_for_docstring"] = _docstring
    return made


def _filtering(document: Mapping[str, Any]) -> dict[str, Any]:
    """Read what filters can be: types and words of columns, operators of types, words that are sent."""
    schemas = document.get("components", {}).get("schemas", {})

    def fact(extension: str) -> dict[str, Any]:
        return next((dict(one[extension]) for one in schemas.values() if extension in one), {})

    operators = {kind: tuple(words) for kind, words in fact("x-filter-operators").items()}
    words = {name: tuple(schemas[enum]["enum"]) for name, enum in fact("x-filter-words").items()}
    return {
        "types": fact("x-filter-types"),
        "words": words,
        "operators": operators,
        "sent_as": fact("x-sent-as"),
    }


@cache
def compiled_templates() -> Any:
    """Return a store of compiled templates, for whoever renders more than once."""
    import jinja2

    class Compiled(jinja2.BytecodeCache):
        def __init__(self) -> None:
            self._found: dict[tuple[str, str], bytes] = {}

        def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
            code = self._found.get((bucket.key, bucket.checksum))
            if code is not None:
                bucket.bytecode_from_string(code)

        def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
            self._found[bucket.key, bucket.checksum] = bucket.bytecode_to_string()

    return Compiled()


def _literal(value: object) -> str:
    """Write a value as Python code."""
    return repr(sorted(value) if isinstance(value, frozenset) else value)


def _docstring(text: str) -> str:
    text = "".join(each if each.isprintable() or each.isspace() else " " for each in text)
    return text.replace("\\", "\\\\").replace('"""', r"\"\"\"")


def _class(method: Method, package: Path) -> tuple[str, list[tuple[str, str, str]]]:
    """Read what a model says of itself and its fields but the rows: name, type and description of each."""
    tree = ast.parse((package / "models" / f"{snake(method.whole)}.py").read_text("utf-8"))
    imported = {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
    }
    found = next(node for node in tree.body if isinstance(node, ast.ClassDef))
    text = ast.get_docstring(found) or ""
    fields = []
    for node in found.body:
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id not in method.row_fields
        ):
            for inner in ast.walk(node.annotation):
                if isinstance(inner, ast.Name) and inner.id in imported:
                    inner.id = f"models.{inner.id}"
            written = ast.unparse(node.annotation).replace("Absent", "None")
            if node.target.id == "count":  # which isn't known where the client applies a filter
                written = f"{written} | None"
            described = re.search(rf"^ +{node.target.id}: (.+(?:\n {{8,}}.+)*)", text, re.MULTILINE)
            fields.append((node.target.id, written, " ".join(described[1].split()) if described else ""))
    return text.partition("\n\n")[0].replace("\n", " "), fields


def _of(
    route: str, operation: Mapping[str, Any], parameters: list[Any], document: Mapping[str, Any]
) -> Iterator[Method]:
    verb, _, path = route.partition(" ")
    schema, forms = _success(operation, document)
    body = resolve(operation.get("requestBody", {}), document)
    sent = body.get("content", {}).get("application/json", {}).get("schema")
    described = Operation(
        operation["operationId"],
        path,
        tuple(_parameter(one, document) for one in parameters),
        verb=verb,
        body=_name(sent) if sent else "",
        body_required=bool(body.get("required")),
        body_text=body.get("description") or "What is sent, as JSON.",
        answers=forms,
    )
    answers = _answers(schema, document) if schema else {}
    for form in operation.get("x-methods") or [{"name": snake(described.id)}]:
        yield _method(form, operation, described, answers, document)


def _success(operation: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
    """Return the schema of a success, None without one, and its forms: object, array, nothing."""
    contents = [
        resolve(answer, document).get("content", {}).get("application/json", {}).get("schema")
        for status, answer in operation["responses"].items()
        if str(status) in SUCCESSES
    ]
    schema = next(filter(None, contents), None)
    nothing = ("nothing",) if None in contents else ()
    if schema is None:
        return None, nothing
    whole = "array" if resolve(schema, document).get("type") == "array" else "object"
    return schema, (whole, *nothing)


def _answers(schema: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, str]:
    """Name the schema that comes back, by the parameter that chooses it; of one only, by nothing."""
    found = resolve(schema, document)
    if found.get("type") == "array":
        items = found["items"]
        return {"": _name(items) if "$ref" in items else _SCALARS[items["type"]]}
    chosen = found.get("x-chosen-by")
    return dict(chosen) if chosen else {"": _name(schema)}


_SCALARS: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
# What the clients have besides the methods of operations.
_TAKEN: Final = {"aclose", "close", "request", "with_options"}


def _method(
    form: Mapping[str, Any],
    operation: Mapping[str, Any],
    described: Operation,
    answers: Mapping[str, str],
    document: Mapping[str, Any],
) -> Method:
    place, by = f"{described.id}, x-methods, {form['name']}", form.get("by", "")
    if not str(form["name"]).isidentifier() or iskeyword(form["name"]):
        raise SpecError(f"{place}: no method can be called that")
    taken = [one for one in described.parameters if one.name not in PAGING]
    if "parameters" in form:
        named = {*form["parameters"], by}
        unknown = named - {one.name for one in taken} - {""}
        if unknown:
            raise SpecError(f"{place}: no parameter is called {', '.join(sorted(unknown))}")
        taken = [one for one in taken if one.place == "path" or one.name in named]
    answer = answers.get(by) or answers.get("")
    known: dict[str, Any] = {
        "name": form["name"],
        "operation": described,
        "by": by,
        "summary": form.get("summary") or operation.get("summary") or described.id,
        "description": form.get("description") or operation.get("description", ""),
        "deprecated": bool(operation.get("deprecated")),
    }
    if not answers or "array" in described.answers:
        return Method(**known, parameters=described.parameters, at=(), whole=answers.get("", ""))
    if answer is None:
        raise SpecError(f"{place}: `by` is none of {', '.join(answers)}, by which the answer is chosen")
    schemas = document["components"]["schemas"]
    whole, whole_at = answer, tuple[str, ...]()
    inner = _properties(schemas[whole], document).get("result", {})
    if "$ref" in inner:
        whole, whole_at = _name(inner), ("result",)
    rows_at = whole_at
    envelope = whole
    for name, value in _properties(schemas[whole], document).items():
        if "$ref" in value and "results" in _properties(resolve(value, document), document):
            envelope, rows_at = _name(value), (*whole_at, name)
    rows = _properties(schemas[envelope], document).get("results")
    if described.verb != "GET" or (rows is None and "parameters" not in form):
        taken = list(described.parameters)
    known["parameters"] = tuple(taken)
    if rows is None or described.verb != "GET":
        return Method(**known, **_whole(whole, whole_at, answers, answer, document), at=whole_at)
    items = _items(rows["items"], by, place)
    listed = {
        "at": rows_at,
        "envelope": envelope,
        "item": items[0],
        "other_item": items[1] if len(items) > 1 else "",
        "nested": items[2] if len(items) > 1 else (),
        "identity": _identity(schemas[items[0]], document),
    }
    if form["name"].startswith("list"):
        argument = form.get("calls", {}).get("argument")
        if argument and argument not in _properties(schemas[items[0]], document):
            raise SpecError(f"{place}: `calls` goes by {argument}, which {items[0]} does not have")
        return Method(**known, **listed, wrapper=form.get("class", ""), calls=form.get("calls", {}))
    wrapper = form.get("class") or whole
    return Method(**known, **listed, wrapper=wrapper, **_whole(whole, whole_at, answers, answer, document))


def _items(items: Mapping[str, Any], by: str, place: str) -> tuple[Any, ...]:
    """Name the class of a page's rows; where two parameters choose, both classes and the parameters."""
    chosen = items.get("x-chosen-by")
    if not chosen:
        return (_name(items),)
    for words, name in chosen.items():
        first, sign, second = words.partition(" > ")
        if first == by and sign:  # as many values of the second as of the first: the other class
            others = [other for other in chosen.values() if other != name]
            return others[0], name, (first, second)
        if first == by:
            return (name,)
    last = list(chosen.values())[-1]
    if by and by not in chosen:
        raise SpecError(f"{place}: `by` is none of {', '.join(chosen)}, by which the rows are chosen")
    return (last,)


def _whole(
    whole: str, at: tuple[str, ...], answers: Mapping[str, str], answer: str, document: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe an object that is a whole answer, and what tells it from the answers to the other forms."""
    schemas = document["components"]["schemas"]

    def inside(name: str) -> set[str]:
        schema = schemas[name]
        for key in at:
            schema = resolve(_properties(schema, document)[key], document)
        return set(_properties(schema, document))

    others = [inside(other) for other in answers.values() if other != answer]
    own = frozenset(_properties(schemas[whole], document))
    return {
        "whole": whole,
        "whole_at": at,
        "telling": own - set[str]().union(*others) if others else frozenset(),
    }


def _parameter(given: Mapping[str, Any], document: Mapping[str, Any]) -> Parameter:
    schema, several = resolve(given["schema"], document), False
    if schema.get("type") == "array":
        several, schema = True, resolve(schema["items"], document)
    members = [resolve(one, document) for one in (schema, *schema.get("anyOf", ()))]
    cases = tuple(given.get("x-cases", ()))
    values = [str(value).lower() if cases else str(value) for one in members for value in one.get("enum", ())]
    return Parameter(
        name=given["name"],
        argument=argument(given.get("x-argument", given["name"])),
        place=given["in"],
        kind=_kind(given, schema, members),
        required=bool(given.get("required")),
        values=tuple(dict.fromkeys(values)),
        cases=cases,
        repeated_as=tuple(
            given.get(
                "x-repeated-as", (given["name"],) if schema.get("format") == "uuid" and not several else ()
            )
        ),
        text=("Deprecated. " if given.get("deprecated") else "")
        + (given.get("description") or schema.get("description") or "As it is sent."),
        several=several,
        separator="," if several and given.get("explode") is False else "",
        deprecated=bool(given.get("deprecated")),
    )


def _kind(given: Mapping[str, Any], schema: Mapping[str, Any], members: list[Any]) -> str:
    if "contentSchema" in schema:
        items = schema["contentSchema"].get("items", {})
        if items.get("$ref", "").endswith("/Filter"):
            return "filters"
        return "texts" if items.get("type") == "string" else "scalars"
    if given.get("x-separator"):
        return "names"
    if any("enum" in one for one in members):
        return "enum"
    if schema.get("format") == "uuid":
        return "uuid"
    if schema.get("type") == "boolean":  # one that is false by default is sent when it is true
        return "boolean" if schema.get("default") is False and not given.get("required") else "flag"
    if schema.get("type") == "integer":
        return "integer" if schema.get("minimum") == 1 else "whole"
    return "number" if schema.get("type") == "number" else "text"


def _identity(schema: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """Name the field that tells rows apart: `id`, or the first id that each has."""
    own = _properties(schema, document)
    ids = [name for name, value in own.items() if resolve(value, document).get("format") == "uuid"]
    return "id" if "id" in own else ids[0] if ids else ""


def _properties(schema: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Give the properties of a schema, those of `allOf` included."""
    found: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        found |= _properties(resolve(part, document), document)
    found |= schema.get("properties", {})
    return found


def _name(schema: Mapping[str, Any]) -> str:
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        raise SpecError(
            f"a whole answer and the rows of a page need a name: {json.dumps(schema)[:80]}… is no $ref"
        )
    return reference.rpartition("/")[2]
