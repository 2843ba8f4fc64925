"""Refuse what no working client can be generated from, and what the generator would silently leave out.

`outline` compares the form of the spec with a table of all that OpenAPI 3.1 knows: each key is used, is
documentation, or is refused with what to write instead. The rules below it check what the parts mean. Every
problem is found in one run; what the generator refuses itself isn't repeated here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from keyword import iskeyword
from typing import Any, Final

from tools.spec import METHODS, SUCCESSES, SpecError, argument, operations, parts, pascal, resolve, snake

Part = Mapping[str, Any]
Problems = Iterator[str]
Located = Iterator[tuple[str, str]]

_JSON: Final = "application/json"
_VERBS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_NULL: Final = "write `type: [..., 'null']`, or `anyOf` with `type: 'null'`"
# The headers with the keys, and the others that the client or the connection sets.
_KEYS: Final = {"X-Api-Key", "X-Secret-Key"}
_OWN_HEADERS: Final = {name.lower() for name in _KEYS} | {
    *("accept", "accept-encoding", "authorization", "connection", "content-encoding", "content-length"),
    *("content-type", "cookie", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade"),
    *("user-agent",),
}
# Where requests go by default; the written client has the same (options.py).
_SERVER: Final = "https://api.futureagi.com"
# What a model's base class has, and what stands in the annotations of its fields.
_NO_FIELDS: Final = {"from_json", "has", "raw", "raw_json", "self"} | {
    *("str", "int", "float", "bool", "list", "dict"),
    *("Any", "Absent", "Model", "Raw", "define"),
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
    *("Absent", "AsyncClient", "Mapping", "Sequence", "SyncClient", "TYPE_CHECKING", "UUID", "Unset"),
}
# What the functions of an endpoint's module use.
_NO_PARAMETERS: Final = {"arguments", "client", "warnings"} | {
    *("enforce_filters", "exact", "page_size", "prefetch"),
}
_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
_PATH_TEXT: Final = re.compile(r"[\w.~!$&'()*+,;=:@%/-]*", re.ASCII)  # what RFC 3986 allows in a path
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def refuse(view: Part, found: Iterable[tuple[str, str]] = ()) -> None:
    """Raise `SpecError` with everything in the view that no client can hold, each with its location.

    `found` are problems that are known already.
    """
    problems = dict.fromkeys([*found, *outline(view)])
    try:
        problems |= dict.fromkeys(_problems(view))
    except (AttributeError, KeyError, TypeError, ValueError):
        if not problems:  # else a rule stumbled over what is wrong with the form
            raise
    if problems:
        raise SpecError("\n".join(f"{location}: {problem}" for location, problem in problems))


# ---------------------------------------------------------------------------------------- the form of a spec


class _Refused(str):
    """A key that no client comes of; the text says what to do instead."""

    __slots__ = ()


# Kinds of values: a name from the table; [kind] for an array, {"*": kind} for a map from names.
_ANY, _TEXT, _FLAG, _TYPE, _LIST = "anything", "a text", "true or false", "a type", "an array"
_PLAIN: Final[Mapping[str, Any]] = {_TEXT: str, _FLAG: bool, _LIST: list}
_CONDITION: Final = _Refused(
    "conditions on values decide no type; describe them, or write a choice by `anyOf`"
)
_TUPLE: Final = _Refused("arrays have one type of items; write `items`, with a choice if need be")
_IDENTITY: Final = _Refused("schemas are found by `$ref: '#/components/schemas/...'` only; name one there")
_FREE_KEYS: Final = _Refused(
    "keys follow no pattern in a model; write `additionalProperties` for all of them"
)
_ONE_FORM: Final = _Refused("values are sent in the usual form; leave it out")
_NO_DOCS: Final = _Refused("no docstring has it; put the link into `description`")
_EXAMPLES: Final = {"example": _ANY, "examples": _ANY}
_DESCRIBED: Final = {"description": _TEXT, **_EXAMPLES}
_FORM: Final[Mapping[str, Mapping[str, Any]]] = {
    "document": {
        **{"openapi": _TEXT, "info": "info", "servers": ["server"], "paths": {"*": "path"}},
        **{"components": "components", "security": _LIST, "tags": _LIST, "externalDocs": _ANY},
        "webhooks": _Refused("the client sends requests and receives none; leave webhooks out"),
        "jsonSchemaDialect": _Refused("schemas are read as OpenAPI 3.1 has them; leave it out"),
    },
    "info": {
        **dict.fromkeys(("title", "version", "summary", "description", "termsOfService"), _TEXT),
        **{"contact": _ANY, "license": _ANY},
    },
    "server": {
        **{"url": _TEXT, "description": _TEXT},
        "variables": _Refused("an address is given whole, by `base_url=`; write the whole `url`"),
    },
    "components": {
        **{"schemas": {"*": "schema"}, "responses": {"*": "response"}, "parameters": {"*": "parameter"}},
        **{"headers": {"*": "header"}, "links": {"*": "link"}, "examples": _ANY, "securitySchemes": _ANY},
        **{"requestBodies": {"*": "body"}, "pathItems": {"*": "path"}},
        "callbacks": _Refused("nothing in a client uses it"),
    },
    "path": {
        **dict.fromkeys(METHODS, "operation"),
        "parameters": ["parameter"],
        "$ref": _Refused("no path item of `#/components/pathItems` is there; write the operations here"),
        "servers": _Refused("the client goes to one server for all; leave `servers` to the document"),
        **dict.fromkeys(
            ("summary", "description"), _Refused("no function has it; write it at the operation")
        ),
    },
    "operation": {
        **{"tags": [_TEXT], "operationId": _TEXT, "summary": _TEXT, "description": _TEXT},
        **{"parameters": ["parameter"], "responses": {"*": "response"}, "security": _LIST},
        **{"deprecated": _FLAG, "requestBody": "body", "externalDocs": _ANY, "x-methods": _ANY},
        "callbacks": _Refused("the client receives no requests; leave callbacks out"),
        "servers": _Refused("the client goes to one server for all; leave `servers` to the document"),
    },
    "parameter": {
        **{"name": _TEXT, "in": _TEXT, "required": _FLAG, "deprecated": _FLAG, "schema": "schema"},
        **{**_DESCRIBED, "content": _ANY},
        **dict.fromkeys(("x-cases", "x-argument", "x-separator", "x-repeated-as"), _ANY),
        **{"style": _TEXT, "explode": _FLAG},
        **dict.fromkeys(("allowReserved", "allowEmptyValue"), _ONE_FORM),
    },
    "body": {"description": _TEXT, "required": _FLAG, "content": {"*": "media"}},
    "header": {
        **{"required": _FLAG, "deprecated": _FLAG, "schema": "schema", **_DESCRIBED},
        "content": _Refused("the client returns headers as text; write a `schema`"),
        **dict.fromkeys(("style", "explode"), _ONE_FORM),
    },
    "response": {
        **{
            "description": _TEXT,
            "headers": {"*": "header"},
            "content": {"*": "media"},
            "links": {"*": "link"},
        },
        "summary": _Refused("OpenAPI 3.1 has none here; write `description`"),
    },
    "media": {
        **{"schema": "schema", **_EXAMPLES},
        "encoding": _Refused("bodies are JSON; leave it out"),
    },
    "link": {
        **{"operationId": _TEXT, "parameters": _ANY, "description": _TEXT},
        "operationRef": _Refused("name the operation by `operationId`"),
        **dict.fromkeys(("requestBody", "server"), _Refused("the client follows no links; leave it out")),
    },
    "schema": {
        **{"type": _TYPE, "properties": {"*": "schema"}, "required": [_TEXT], "items": "schema"},
        **{"anyOf": ["schema"], "oneOf": ["schema"], "allOf": ["schema"], "enum": _LIST, "const": _ANY},
        **{"format": _TEXT, "additionalProperties": "schema or flag", "contentSchema": "schema"},
        **dict.fromkeys(("contentMediaType", "contentEncoding", "pattern", "$comment"), _TEXT),
        **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), _ANY),
        **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "uniqueItems"), _ANY),
        **dict.fromkeys(("minProperties", "maxProperties"), _ANY),
        **{"deprecated": _FLAG, "readOnly": _FLAG, "default": _ANY, **_DESCRIBED},
        "nullable": _Refused(f"OpenAPI 3.1 has no `nullable`; {_NULL}"),
        "title": _Refused("a class is called as its schema in `components`; write `description`"),
        "writeOnly": _Refused("a class is the same sent and received; give what is sent a schema of its own"),
        "discriminator": _Refused("a choice isn't made by a field; say by `x-chosen-by` how it is"),
        **dict.fromkeys(("xml", "externalDocs"), _NO_DOCS),
        **dict.fromkeys(("not", "if", "then", "else", "contains", "minContains", "maxContains"), _CONDITION),
        **dict.fromkeys(("dependentSchemas", "dependentRequired", "dependencies"), _CONDITION),
        **dict.fromkeys(("prefixItems", "additionalItems", "unevaluatedItems"), _TUPLE),
        **dict.fromkeys(("patternProperties", "propertyNames", "unevaluatedProperties"), _FREE_KEYS),
        **dict.fromkeys(("$id", "$schema", "$anchor", "$defs", "definitions", "$vocabulary"), _IDENTITY),
        **dict.fromkeys(("$dynamicRef", "$dynamicAnchor"), _IDENTITY),
    },
}
# What may be referred to, where that has to be, and what may stand beside a `$ref`.
_REFERRED: Final = {
    **{"schema": "schemas", "parameter": "parameters", "response": "responses", "header": "headers"},
    **{"link": "links", "body": "requestBodies"},
}
_BESIDE: Final = {"schema": {"$ref", "description", "deprecated", "readOnly", "$comment", *_EXAMPLES}}
# What a choice would be decoded without.
_NOT_BESIDE_CHOICE: Final = (
    "type",
    "properties",
    "required",
    "items",
    "additionalProperties",
    "enum",
    "const",
)


def outline(document: Part) -> Located:
    """Yield everything in the form of a spec, or of a view of one, that a client would lose."""
    version = document.get("openapi", "3.1.0")
    if not re.fullmatch(r"3\.1\.\d+", str(version)):
        yield "#/openapi", f"is {version!r}; write the spec in OpenAPI 3.1"
    for location, problem in _form(document, "document", "#", document):
        yield location.rstrip(": "), problem


def _form(node: Any, kind: Any, location: str, document: Part) -> Located:
    """Compare a part with its kind."""
    if kind == "schema or flag":
        kind = _FLAG if isinstance(node, bool) else "schema"
    if kind == _ANY:
        return
    if kind == _TYPE:
        yield from _at(location, _type(node))
    elif isinstance(kind, list):
        if not isinstance(node, list):
            yield location, f"is {_shown(node)}; write an array"
            return
        for number, value in enumerate(node):
            yield from _form(value, kind[0], f"{location}/{number}", document)
    elif isinstance(kind, str) and kind in _PLAIN:
        if not isinstance(node, _PLAIN[kind]):
            yield location, f"is {_shown(node)}; write {kind}"
    elif not isinstance(node, Mapping):
        yield location, f"is {_shown(node)}; write a mapping"
    elif isinstance(kind, dict):
        for name, value in node.items():
            yield from _form(value, kind["*"], f"{location}/{name}", document)
    else:
        yield from _object(node, kind, location, document)


def _object(node: Part, kind: str, location: str, document: Part) -> Located:
    if "$ref" in node and kind in _REFERRED:
        yield from _at(location, _reference(node, kind, document))
        return
    if kind == "schema":
        yield from _at(location, _combined(node, document))
    table = _FORM[kind]
    for key, value in node.items():
        rule = table.get(key)
        if key == "default" and location.endswith("/schema") and "parameters/" in location:
            continue  # documentation: the open view has it no more
        if isinstance(rule, _Refused):
            yield location, f"`{key}`: {rule}"
        elif rule is not None:
            route = f"{key.upper()} {location.removeprefix('#/paths/')}: " if rule == "operation" else ""
            yield from _form(value, rule, route or _joined(location, key), document)
        elif not str(key).startswith("x-"):
            yield (
                location,
                f"`{key}` isn't known in OpenAPI 3.1 at a {kind}; leave it out, or correct its name",
            )


def _joined(location: str, key: str) -> str:
    return f"{location}{key}" if location.endswith(" ") else f"{location}/{key}"


def _shown(value: Any) -> str:
    return "null" if value is None else f"{value!r:.80}"


def _type(value: Any) -> Problems:
    for one in value if isinstance(value, list) else [value]:
        if one not in _TYPES:
            yield f"is {_shown(one)}; write one of {', '.join(_TYPES)}, in quotes where it is 'null'"
    if isinstance(value, list) and not value:
        yield "is empty; name the types"


def _reference(node: Part, kind: str, document: Part) -> Problems:
    target, start = node["$ref"], f"#/components/{_REFERRED[kind]}/"
    if not isinstance(target, str) or not target.startswith(start) or "/" in target[len(start) :]:
        yield f"`$ref` is {_shown(target)}; refer to {start}NAME"
        return
    try:
        resolve(node, document)
    except SpecError as problem:
        yield str(problem)
    for key in node.keys() - _BESIDE.get(kind, {"$ref"}):
        if not key.startswith("x-"):
            yield f"`{key}` beside `$ref` is left out; write it where the reference leads"


def _combined(schema: Part, document: Part) -> Problems:
    """Find what would get lost where a schema combines others."""
    unions = [key for key in ("anyOf", "oneOf") if key in schema]
    lost = [key for key in _NOT_BESIDE_CHOICE if key in schema] + ["allOf"] * ("allOf" in schema) + unions[1:]
    if unions and lost:
        yield f"`{lost[0]}` beside `{unions[0]}` is left out; write it into each branch"
    if any(schema.get(key) == [] for key in (*unions, "allOf")):
        yield "a choice of nothing; name its branches"
    parts_ = [resolve(part, document) for part in schema.get("allOf", ())]
    for part in parts_:
        for key in part.keys() - {"type", "properties", "required", "allOf", "additionalProperties"}:
            refused = isinstance(_FORM["schema"].get(key), _Refused)
            if key not in ("description", "$comment") and not key.startswith("x-") and not refused:
                yield f"`allOf` merges properties; `{key}` of a part would get lost"
    for one, other in combinations([*parts_, schema] if parts_ else [], 2):
        for name in sorted(one.get("properties", {}).keys() & other.get("properties", {}).keys()):
            if one["properties"][name] != other["properties"][name]:
                yield f"`allOf` merges two different properties {name!r}; write it once"


# -------------------------------------------------------------------------------------- what the parts mean


def _problems(view: Part) -> Located:
    components = view.get("components", {})
    schemas = components.get("schemas", {})
    classes = {pascal(name) for name in schemas}
    if "info" in view and not re.fullmatch(r"\d+\.\d+\.\d+", str(view["info"].get("version"))):
        yield "#/info/version", f"is {view['info'].get('version')!r}; write three numbers, as in '0.1.0'"
    for number, server in enumerate(view.get("servers", ())):
        yield from _at(f"#/servers/{number}", _server(server, first=number == 0))
    for name, scheme in components.get("securitySchemes", {}).items():
        yield from _at(f"#/components/securitySchemes/{name}", _security(scheme))
    yield from _at("#/security", _requirement(view.get("security"), components))
    for name in schemas:
        yield from _at(f"#/components/schemas/{name}", _class_name(name, schemas))
    yield from _paths(view.get("paths", {}))
    yield from _same_operations(view)
    for route, operation, parameters in operations(view):
        yield from _at(route, _operation(route, operation, view))
        yield from _at(route, _parameters(route, parameters, has_body="requestBody" in operation))
        for parameter in parameters:
            yield from _at(f"{route}: parameter {parameter.get('name')!r}", _parameter(parameter, view))
        if "requestBody" in operation:
            yield from _at(f"{route}: body", _body(route, resolve(operation["requestBody"], view), view))
        for status, answer in operation.get("responses", {}).items():
            found = _answer(str(status), resolve(answer, view), operation, view)
            yield from _at(f"{route}: answer {status}", found)
    for location, schema in _schemas(view):
        yield from _at(location, _schema(schema, view))
        yield from _at(location, _fields(schema, classes))
        yield from _at(location, _choice(location, schema, view))
    yield from _circles(schemas)


def _at(location: str, problems: Problems) -> Located:
    return ((location, problem) for problem in problems)


def _schemas(view: Part) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each schema of a class, a parameter or an answer, the ones inside included."""
    yield from _below(view.get("components", {}).get("schemas", {}), "#/components/schemas", top=False)
    for route, operation, parameters in operations(view):
        for each in parameters:
            yield from _below(each.get("schema", {}), f"{route}: parameter {each.get('name')!r}")
        for kind, media in resolve(operation.get("requestBody", {}), view).get("content", {}).items():
            yield from _below(media.get("schema", {}), f"{route}: body: {kind}/schema")
        for status, answer in operation.get("responses", {}).items():
            for kind, media in resolve(answer, view).get("content", {}).items():
                yield from _below(media.get("schema", {}), f"{route}: answer {status}: {kind}/schema")


def _below(node: Any, location: str, *, top: bool = True) -> Iterator[tuple[str, dict[str, Any]]]:
    return (found for found in parts(node, location) if top or found[0] != location)


def _server(server: Part, *, first: bool) -> Problems:
    if first and server.get("url") != _SERVER:
        yield f"clients go to {_SERVER}; change options.py and tools/refused.py too"
    elif not re.fullmatch(r"https?://[^/?#\s]+[^?#\s]*", str(server.get("url"))):
        yield f"`url` is {server.get('url')!r}; write an address that `base_url=` takes, with https://"


def _security(scheme: Part) -> Problems:
    if scheme.get("type") != "apiKey" or scheme.get("in") != "header" or scheme.get("name") not in _KEYS:
        names = " and ".join(sorted(_KEYS))
        yield f"the client sends {names}; change auth.py and transport.py with the scheme"


def _requirement(security: Any, components: Part) -> Problems:
    """Compare what a request needs with what is sent: all keys, every time."""
    schemes = components.get("securitySchemes", {})
    if security is not None and security != [{name: [] for name in schemes}]:
        yield "the client sends all keys with every request; write one requirement that names each scheme"


def _class_name(name: str, schemas: Part) -> Problems:
    same = [
        other
        for other in schemas
        if other != name and (snake(other) == snake(name) or pascal(other) == pascal(name))
    ]
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9._-]*", name):
        yield "no class can have this name; use ASCII letters and digits, a letter first"
    if same:
        yield f"the class and module of {same[0]} have the same name; call one of them otherwise"
    if pascal(name) in _NO_CLASSES or iskeyword(pascal(name)):
        yield "the generated modules use this name themselves; call the schema otherwise"


def _paths(paths: Part) -> Located:
    shapes: dict[str, str] = {}
    for path in paths:
        texts, names = re.split(r"\{[^{}]*\}", path), re.findall(r"\{([^{}]*)\}", path)
        shape = re.sub(r"\{[^{}]*\}", "{}", path).rstrip("/")
        if not path.startswith("/") or not all(map(_PATH_TEXT.fullmatch, texts)):
            yield (
                f"#/paths/{path}",
                "no URL has such a path; begin with `/`, escape by `%`, parameters as `{name}`",
            )
        for name in names:
            if not _NAME.fullmatch(name) or iskeyword(name):
                yield (
                    f"#/paths/{path}",
                    f"no argument can be called {name!r}; name the parameter by a plain word",
                )
        if len(set(names)) < len(names):
            yield f"#/paths/{path}", "a parameter is there twice; give each its own name"
        if shape in shapes:
            yield f"#/paths/{path}", f"differs from {shapes[shape]} by parameters' names or the last `/` only"
        shapes[shape] = path


def _same_operations(view: Part) -> Located:
    found: dict[str, str] = {}
    for route, operation, _parameters in operations(view):
        name = str(operation.get("operationId", ""))
        if name and snake(name) in found:
            yield route, f"`operationId` {name!r} makes the function of {found[snake(name)]}; use another"
        found[snake(name)] = f"{route} ({name!r})"


def _operation(route: str, operation: Part, view: Part) -> Problems:
    verb = route.partition(" ")[0]
    if verb not in _VERBS:
        yield f"the client sends {', '.join(_VERBS[:-1])} and {_VERBS[-1]}; leave `{verb.lower()}` out"
    name = operation.get("operationId")
    if not name:
        yield "no `operationId`, which the function is called by"
    elif not _NAME.fullmatch(str(name)):
        yield f"no function can be called by `operationId` {name!r}; use ASCII letters and digits"
    for tag in operation.get("tags", ())[:1]:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9 _-]*", tag):
            yield f"no module can be called by the tag {tag!r}; use ASCII letters, digits and blanks"
    if not operation.get("tags"):
        yield "no tag, which the module of the function is called by; write `tags: [simulation]`"
    successes = [str(status) for status in operation.get("responses", {}) if str(status) in SUCCESSES]
    if not successes:
        yield f"no answer with one of the successes that the client knows: {', '.join(SUCCESSES)}"
    contents = [resolve(operation["responses"][status], view).get("content") for status in successes]
    schemas = [content.get(_JSON, {}).get("schema") for content in contents if content]
    if any(schema != schemas[0] for schema in schemas):
        yield f"answers {' and '.join(successes)} differ in their schema; a function returns one"
    if "security" in operation and operation["security"] != view.get("security"):
        yield "`security` of its own; the client sends all keys with every request: leave it to the document"


def _body(route: str, body: Part, view: Part) -> Problems:
    verb = route.partition(" ")[0]
    if verb in ("GET", "DELETE"):
        yield f"a {verb} has no body that servers have to read; ask by parameters"
    content = body.get("content", {})
    if set(content) != {_JSON}:
        yield f"media types are {', '.join(content) or 'missing'}; the client sends {_JSON} only"
        return
    schema = content[_JSON].get("schema", {})
    if "$ref" not in schema or not resolve(schema, view).get("properties"):
        yield "what is sent needs a class; refer to an object with properties in #/components/schemas"


def _parameters(route: str, parameters: list[Any], *, has_body: bool) -> Problems:
    """Compare an operation's parameters with each other and with the path."""
    names = [str(each.get("name")) for each in parameters]
    if has_body and "body" in map(_argument, parameters):
        yield "a parameter and the body are both called body; rename the parameter by `x-argument`"
    for one, other in combinations(parameters, 2):
        if _argument(one) == _argument(other):
            yield f"parameters {one.get('name')!r} and {other.get('name')!r} are one argument; rename one"
    in_path = [name for name, each in zip(names, parameters, strict=True) if each.get("in") == "path"]
    named = re.findall(r"\{([^{}]*)\}", route)
    for name in named:
        if name not in in_path:
            yield f"{{{name}}} is no parameter of it; declare it with `in: path`"
    for name in in_path:
        if name not in named:
            yield f"parameter {name!r} isn't in the path; write {{{name}}} there"


def _parameter(parameter: Part, view: Part) -> Problems:
    name, where = str(parameter.get("name")), parameter.get("in")
    if where not in ("path", "query", "header"):
        yield f"in {where}; the client sends path, query and headers"
    if where == "header" and (name.lower() in _OWN_HEADERS or not re.fullmatch(r"[A-Za-z0-9-]+", name)):
        yield f"no argument can set the header {name!r}; leave it out, or call it by letters, digits, hyphens"
    if where == "path" and parameter.get("required") is not True:
        yield "a parameter of the path is always there; write `required: true`"
    if "schema" not in parameter:
        yield "no `schema`; write one, with a text for JSON (`contentMediaType`) instead of `content`"
    if _argument(parameter) in _NO_PARAMETERS:
        yield "the generated function uses this name itself; the wire name has to differ, or the template"
    if not name.isprintable() or not _argument(parameter).isidentifier():
        yield f"no argument can be called {name!r}; begin with a letter"
    usual = "form" if where == "query" else "simple"
    if parameter.get("style", usual) != usual:
        yield f"`style` is {parameter['style']}; the client sends {usual} only"
    kinds = _kinds(parameter.get("schema", {}), view)
    if "object" in kinds:
        yield "objects have several forms in a URL; make it a text and describe its form"
    if "array" in kinds:
        yield from _several(parameter, kinds, view)


def _argument(parameter: Part) -> str:
    return argument(str(parameter.get("x-argument", parameter.get("name"))))


def _several(parameter: Part, kinds: set[str], view: Part) -> Problems:
    """Check a parameter with several values."""
    schema = resolve(parameter["schema"], view)
    inner = _kinds(schema.get("items", {}), view)
    if parameter.get("in") != "query":
        yield "arrays are sent in the query only; make it a text and describe its form"
    elif len(kinds) > 1 or len(inner) != 1 or inner & {"array", "object"}:
        yield "an array's items are all texts, numbers or truth values; else make it a text"


def _answer(status: str, answer: Part, operation: Part, view: Part) -> Problems:
    if status not in SUCCESSES and not re.fullmatch(r"[45]\d\d", status):
        yield f"the client knows {', '.join(SUCCESSES)} and errors from 400 to 599, each by its own number"
    schema = answer.get("content", {}).get(_JSON, {}).get("schema")
    if status == "204" and answer.get("content"):
        yield "204 has no body; leave `content` out, or answer with 200"
    elif status in SUCCESSES and not answer.get("content"):
        pass
    elif schema is None:
        yield f"no schema for {_JSON}, the one media type that the client reads"
    elif status not in SUCCESSES:
        if schema.get("$ref") != "#/components/schemas/Error":
            yield "the client reads every error as the schema Error; refer to that"
    elif len(answer["content"]) > 1:
        yield f"several media types; the client reads {_JSON} only"
    elif resolve(schema, view).get("type") == "array":
        items = resolve(schema, view).get("items", {})
        named = "$ref" in items and resolve(items, view).get("properties")
        if not named and items.get("type") not in ("string", "integer", "number", "boolean"):
            yield "an array's items have to be objects by `$ref`, or of one simple type"
    elif "x-chosen-by" not in schema and not resolve(schema, view).get("properties"):
        yield "a success has to be an object with properties, or an array: put the map or value into a field"
    elif "x-chosen-by" not in schema and "$ref" not in schema:
        yield "a whole answer needs a class; refer to a schema in #/components/schemas"
    elif "x-chosen-by" in schema:
        known = {each.get("name") for _, one, found in operations(view) if one is operation for each in found}
        for name in schema["x-chosen-by"].keys() - known:
            yield f"`x-chosen-by` names {name!r}, which is no parameter of the operation"
    for name in answer.get("headers", {}):
        if not re.fullmatch(r"[A-Za-z0-9-]+", name):
            yield f"header {name!r} can't be sent; use letters, digits and hyphens"
    for name, link in answer.get("links", {}).items():
        linked = {other.get("operationId") for _, other, _ in operations(view)}
        if resolve(link, view).get("operationId") not in linked:
            yield f"link {name!r} leads to no operation; correct its `operationId`"


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
        elif len(set(schema["enum"])) < len(schema["enum"]):
            yield "a value of the enum is there twice; write it once"
    if "x-enum-varnames" in schema:
        names = schema["x-enum-varnames"]
        plain = isinstance(names, list) and all(
            re.fullmatch("[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", str(one)) for one in names
        )
        if not plain or not len({*names}) == len(names) == len(schema.get("enum", ())):
            yield "`x-enum-varnames` names each value once, in capitals, digits and single underscores"
    branches = [branch for key in ("anyOf", "oneOf") for branch in schema.get(key, ())]
    if sum("array" in _kinds(branch, view) for branch in branches) > 1:
        yield "a choice between arrays can't be decoded; write one array with a choice of items"
    kinds = schema.get("type")
    several = {*kinds} - {"null"} if isinstance(kinds, list) else set[str]()
    if len(several) > 1 and several & {"array", "object"}:
        yield f"`type: {kinds}`: write the choice as `anyOf`, with what is inside each"
    for key, kind in (("items", "array"), ("properties", "object"), ("required", "object")):
        if key in schema and kind not in (
            [kinds] if isinstance(kinds, str) else kinds or _IMPLIED.get(key, [])
        ):
            yield f"`{key}` without `type: {kind}` is left out; write the type"
    for name in schema.get("required", ()):
        if name not in schema.get("properties", {}):
            yield f"`required` names {name!r}, which isn't among the properties"


_IMPLIED: Final = {"properties": ["object"], "required": ["object"]}


def _fields(schema: Part, classes: set[str]) -> Problems:
    names = schema.get("properties", ())
    for name in names:
        taken = name in _NO_FIELDS or name in classes or name.startswith("_")
        same = unicodedata.normalize("NFKC", name) == name  # Python reads another name than the one written
        if iskeyword(name):  # the attribute is called `from_`; a page has no attribute of its own
            taken = f"{name}_" in names or "results" in names or not name.islower()
        if taken or not same or not name.isidentifier():
            yield f"no attribute can be called {name!r}; make a map of the object"


def _choice(location: str, schema: Part, view: Part) -> Problems:
    branches = [branch for key in ("anyOf", "oneOf") for branch in schema.get(key, ())]
    members = [resolve(branch, view) for branch in branches]
    objects = [member for member in members if "properties" in member or member.get("type") == "object"]
    if len(objects) > 1 and "x-chosen-by" not in schema:
        yield "a choice between objects; say by `x-chosen-by` which parameter asks for which"
    elif len(objects) > 1 and not location.endswith(
        ("/items", "/application/json/schema", f": {_JSON}/schema")
    ):
        yield "a choice between objects can only be a whole answer or the items of a list"
    if "x-chosen-by" in schema:
        named = {str(branch.get("$ref")).rpartition("/")[2] for branch in branches}
        for name in sorted({*map(str, schema["x-chosen-by"].values())} ^ named):
            yield f"`x-chosen-by` and the branches disagree about {name!r}; name each branch's schema"


def _circles(schemas: Part) -> Located:
    """Find schemas that need each other: their modules could not import each other."""
    needs = {name: sorted(_references(schema) - {name}) for name, schema in schemas.items()}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> Located:
        if name in way:
            circle = " -> ".join([*way[way.index(name) :], name])
            yield f"#/components/schemas/{name}", f"schemas refer to each other in a circle: {circle}"
        elif name not in done:
            for other in needs.get(name, ()):
                yield from visit(other, (*way, name))
            done.add(name)

    for name in needs:
        yield from visit(name, ())


def _references(node: Any) -> set[str]:
    """Name the component schemas that `node` refers to."""
    if isinstance(node, dict):
        target = node.get("$ref")
        own = {target.rsplit("/", 1)[-1]} if isinstance(target, str) else set[str]()
        return own.union(*(_references(value) for key, value in node.items() if key != "examples"))
    return set[str]().union(*map(_references, node)) if isinstance(node, list) else set()


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
