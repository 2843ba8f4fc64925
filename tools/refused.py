"""Refuse what the generator takes without a word, though no working client comes of it.

Each rule looks at one part of the open view of the spec and gives what is wrong with it and how to write it
instead; `refuse` puts the place before it and raises a `SpecError`. What the generator refuses itself is no
business of these rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from keyword import iskeyword
from typing import Any, Final

from tools.spec import SpecError, operations, parts, pascal, resolve, snake

Part = Mapping[str, Any]
Problems = Iterator[str]

_JSON: Final = "application/json"
_NULL: Final = "write `type: [..., 'null']`, or `anyOf` with `type: 'null'`"
# The headers that generator-templates/client.py.jinja sends.
_KEYS: Final = {"X-Api-Key", "X-Secret-Key"}
# Where it sends them, unless told otherwise; the written client has the same (transport/origin.py).
_SERVER: Final = "https://api.futureagi.com"
# What a model's base class has, and what stands in the annotations of its fields.
_NO_FIELDS: Final = {"from_json", "raw", "raw_json", "self"} | {
    *("str", "int", "float", "bool", "list", "dict"),
    *("Any", "Model", "Raw", "UNSET", "UnsetType", "define"),
}
# What the generated modules import or define.
_NO_CLASSES: Final = {
    "Any",
    "Client",
    "Container",
    "Final",
    "Model",
    "OpenEnum",
    "Raw",
    "Response",
    "StrEnum",
} | {
    *("TYPE_CHECKING", "UNSET", "UUID", "UnsetType", "Unset", "APIError", "ErrorStatus", "UnexpectedStatus"),
}
# What the functions of an endpoint's module use.
_NO_PARAMETERS: Final = {"client", "kwargs", "params", "quote", "read_response", "success"} | {
    *("asyncio_detailed", "sync_detailed"),
}


def refuse(view: Part) -> None:
    """Raise `SpecError` for the first part of the view that no client can hold, with its place."""
    for place, problem in _problems(view):
        raise SpecError(f"{place}: {problem}")


def _problems(view: Part) -> Iterator[tuple[str, str]]:
    components = view.get("components", {})
    schemas = components.get("schemas", {})
    classes = {pascal(name) for name in schemas}
    for number, server in enumerate(view.get("servers", ())):
        yield from _at(f"#/servers/{number}", _server(server))
    for name, scheme in components.get("securitySchemes", {}).items():
        yield from _at(f"#/components/securitySchemes/{name}", _security(scheme))
    for name in schemas:
        yield from _at(f"#/components/schemas/{name}", _class_name(name, schemas))
    for place, part in parts(view, "#"):
        yield from _at(place, _any_part(part))
    for route, operation, parameters in operations(view):
        yield from _at(route, _operation(route, operation))
        for parameter in parameters:
            yield from _at(f"{route}: parameter {parameter.get('name')!r}", _parameter(parameter, view))
        for status, answer in operation.get("responses", {}).items():
            found = _answer(str(status), resolve(answer, view), view)
            yield from _at(f"{route}: answer {status}", found)
    for place, schema in _schemas(view):
        yield from _at(place, _schema(schema, view))
        yield from _at(place, _fields(schema, classes))


def _at(place: str, problems: Problems) -> Iterator[tuple[str, str]]:
    return ((place, problem) for problem in problems)


def _schemas(view: Part) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each schema of a class, a parameter or an answer, the ones inside included."""
    yield from _below(view.get("components", {}).get("schemas", {}), "#/components/schemas", top=False)
    for route, operation, parameters in operations(view):
        for each in parameters:
            yield from _below(each.get("schema", {}), f"{route}: parameter {each.get('name')!r}")
        for status, answer in operation.get("responses", {}).items():
            for kind, media in resolve(answer, view).get("content", {}).items():
                yield from _below(media.get("schema", {}), f"{route}: answer {status}: {kind}")


def _below(node: Any, place: str, *, top: bool = True) -> Iterator[tuple[str, dict[str, Any]]]:
    return (found for found in parts(node, place) if top or found[0] != place)


# ------------------------------------------------------------------------------- rules, by what they look at


def _server(server: Part) -> Problems:
    if server.get("url") != _SERVER:
        yield f"clients go to {_SERVER}; change client.py.jinja, transport/origin.py and tools/refused.py too"


def _security(scheme: Part) -> Problems:
    if scheme.get("type") != "apiKey" or scheme.get("in") != "header" or scheme.get("name") not in _KEYS:
        names = " and ".join(sorted(_KEYS))
        yield f"the client sends {names}; change generator-templates/client.py.jinja with the scheme"


def _class_name(name: str, schemas: Part) -> Problems:
    same = [other for other in schemas if other != name and snake(other) == snake(name)]
    if same:
        yield f"the class and module of {same[0]} have the same name; call one of them otherwise"
    if pascal(name) in _NO_CLASSES or iskeyword(pascal(name)):
        yield "the generated modules use this name themselves; call the schema otherwise"


def _any_part(part: Part) -> Problems:
    if isinstance(part.get("nullable"), bool):
        yield f"OpenAPI 3.1 has no `nullable`; {_NULL}"


def _operation(route: str, operation: Part) -> Problems:
    if not route.startswith("GET "):
        yield "the client only reads; `get` is the one method it has"
    if "requestBody" in operation:
        yield "the client sends no body; ask by parameters"
    if not operation.get("operationId"):
        yield "no `operationId`, which the function is called by"
    if operation.get("tags") != ["simulation"]:
        yield f"tags are {operation.get('tags')}; write `tags: [simulation]`, the module that clients import"
    if "200" not in map(str, operation.get("responses", {})):
        yield "no answer with status 200, the one success that the client knows"


def _parameter(parameter: Part, view: Part) -> Problems:
    if parameter.get("in") not in ("path", "query"):
        yield f"in {parameter.get('in')}; the client sends path and query only, and the keys by itself"
    if "schema" not in parameter:
        yield "no `schema`; write one, with a text for JSON (`contentMediaType`) instead of `content`"
    if snake(str(parameter.get("name"))) in _NO_PARAMETERS:
        yield "the generated function uses this name itself; the wire name has to differ, or the template"
    for kind in sorted(_kinds(parameter.get("schema", {}), view)):
        if kind in ("array", "object"):
            yield f"{kind}s have several forms in a URL; make it a text and describe its form"


def _answer(status: str, answer: Part, view: Part) -> Problems:
    if status != "200" and not re.fullmatch(r"[45]\d\d", status):
        yield "the client tells 200 and errors by their number (400 to 599); list each error's own number"
    schema = answer.get("content", {}).get(_JSON, {}).get("schema")
    if schema is None:
        yield f"no schema for {_JSON}, the one media type that the client reads"
    elif status != "200":
        if schema.get("$ref") != "#/components/schemas/Error":
            yield "the client reads every error as the schema Error; refer to that"
    elif len(answer["content"]) > 1:
        yield f"several media types; the client reads {_JSON} only"
    elif "x-chosen-by" not in schema and not resolve(schema, view).get("properties"):
        yield "a success has to be an object with properties: put the list, map or value into a field of one"


def _schema(schema: Part, view: Part) -> Problems:
    if "const" in schema:
        yield "`const` is kept for texts only (`type: string`); write the type and describe the value"
    if "enum" in schema:
        texts = schema["enum"] and all(isinstance(value, str) for value in schema["enum"])
        if schema.get("type", "string") != "string" or not texts:
            yield (
                "only enums of texts stay open for new values: write numbers as a type with a description, "
                "and null beside texts as `anyOf` of a `$ref` to the enum and `type: 'null'`"
            )
        elif not "".join(schema["enum"]).isprintable():
            yield "a value of the enum has characters that the generator leaves out; make it a text"
    branches = [branch for key in ("anyOf", "oneOf") for branch in schema.get(key, ())]
    if sum("array" in _kinds(branch, view) for branch in branches) > 1:
        yield "a choice between arrays can't be decoded; write one array with a choice of items"


def _fields(schema: Part, classes: set[str]) -> Problems:
    for name in schema.get("properties", ()):
        taken = name in _NO_FIELDS or name in classes or name.startswith("_")
        same = unicodedata.normalize("NFKC", name) == name  # Python reads another name than the one written
        if taken or not same or not name.isidentifier() or iskeyword(name):
            yield f"no attribute can be called {name!r}; make a map of the object"


def _kinds(schema: Part, view: Part, seen: frozenset[str] = frozenset()) -> set[str]:
    """Name the JSON types that a schema admits, without `null`."""
    target = schema.get("$ref", "")
    if target in seen:  # a choice that refers to itself
        return set()
    seen |= {target} - {""}
    schema = resolve(schema, view)
    kinds = schema.get("type", "object" if "properties" in schema else [])
    found = set[str]([kinds] if isinstance(kinds, str) else kinds)
    for key in ("anyOf", "oneOf"):
        found = found.union(*(_kinds(each, view, seen) for each in schema.get(key, ())))
    return found - {"null"}
