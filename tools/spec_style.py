"""House rules for the contract: origin, presence, words, units. Each rule yields its violations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from futureagi_simulate_contract.document import Document, resolve
from futureagi_simulate_contract.views import Profile, admits, flatten

Rule = Callable[[Document], Iterator[str]]
_Part = tuple[str, Document, str | None]

_ORIGINS: Final = tuple(profile.value for profile in Profile)
_EXTENSIONS: Final = {
    *("x-provenance", "x-sometimes", "x-open", "x-chosen-by", "x-enum-varnames"),
    *("x-methods", "x-cases", "x-argument", "x-separator", "x-repeated-as"),
    *("x-filter-types", "x-filter-words", "x-filter-operators", "x-sent-as"),
    *("x-default", "x-example", "x-answers", "x-order", "x-operators", "x-faker"),
}
_UNIONS: Final = ("anyOf", "oneOf")
# What a number's description has to say: its unit, its scale, or that it counts.
_UNITS: Final = re.compile(
    r"\b((milli)?seconds|cents|percent|points|per minute|number of|ratio|0 to 1(00)?|the same for)\b",
    re.IGNORECASE,
)
_SUFFIXES: Final = {
    "_ms": "milliseconds",
    "_seconds": "seconds",
    "_cents": "cents",
    "_percentage": "percent",
    "_wpm": "words per minute",
}


def schemas(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema of the contract, the nested ones too, with a JSON pointer to it."""
    for name, schema in document["components"]["schemas"].items():
        yield from _nested(f"#/components/schemas/{name}", schema)
    for name, parameter in document["components"]["parameters"].items():
        yield from _nested(f"#/components/parameters/{name}/schema", parameter["schema"])
    for location, media in _media_types(document):
        yield from _nested(f"{location}/schema", media["schema"])


def _nested(location: str, schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    yield location, schema
    for key in ("items", "additionalProperties", "contentSchema"):
        if isinstance(schema.get(key), Mapping):
            yield from _nested(f"{location}/{key}", schema[key])
    for key in (*_UNIONS, "allOf"):
        for number, branch in enumerate(schema.get(key, ())):
            yield from _nested(f"{location}/{key}/{number}", branch)
    for name, value in schema.get("properties", {}).items():
        yield from _nested(f"{location}/properties/{name}", value)


def responses(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield every response, shared or an operation's own, with a JSON pointer to it."""
    for name, response in document["components"]["responses"].items():
        yield f"#/components/responses/{name}", response
    for path, item in document["paths"].items():
        for method, operation in item.items():
            answers = operation.get("responses", {}) if isinstance(operation, Mapping) else {}
            for status, response in answers.items():
                if "$ref" not in response:
                    way = path.replace("~", "~0").replace("/", "~1")
                    yield f"#/paths/{way}/{method}/responses/{status}", response


def _media_types(document: Document) -> Iterator[tuple[str, Document]]:
    for location, response in responses(document):
        for name, media in response.get("content", {}).items():
            yield f"{location}/content/{name.replace('/', '~1')}", media


def _parts(node: Any, location: str = "#", outer: str | None = None) -> Iterator[_Part]:
    """Yield every part that can have extensions, with its location and the origin of the part it is in."""
    if isinstance(node, list):
        for number, child in enumerate(node):
            yield from _parts(child, f"{location}/{number}", outer)
    if not isinstance(node, Mapping):
        return
    is_part = not location.endswith("/properties") or location.endswith("/properties/properties")
    if is_part:
        yield location, node, outer
    inner = outer or (_origin(node) if is_part else None)
    for key, child in node.items():
        if not (is_part and key in ("example", "value", "x-provenance")):
            step = key.replace("~", "~0").replace("/", "~1")
            yield from _parts(child, f"{location}/{step}", inner)


def _origin(part: Document) -> str | None:
    origin = part.get("x-provenance")
    return origin if origin in _ORIGINS else None


def extensions_are_known(document: Document) -> Iterator[str]:
    """Demand that every extension is one that is read: a misspelt one would mean nothing."""
    for location, part, _outer in _parts(document):
        for key in part:
            if key.startswith("x-") and key not in _EXTENSIONS:
                yield f"{location}: unknown extension {key!r}; known are {', '.join(sorted(_EXTENSIONS))}"


def origins_are_exceptions(document: Document) -> Iterator[str]:
    """Demand that `x-provenance` names one description, and not again in a part that has it."""
    for location, part, outer in _parts(document):
        if "x-provenance" not in part:
            continue
        origin, values = part["x-provenance"], part.get("enum", ())
        if outer:
            yield f"{location}: x-provenance is inside a part that is {outer}; leave it out"
        elif isinstance(origin, Mapping):
            if not origin or [value for value in values if value in origin] != list(origin):
                yield f"{location}: x-provenance has to map values of the enum, in its order"
            elif not set(origin.values()) <= set(_ORIGINS):
                yield f"{location}: x-provenance has to map to one of {', '.join(_ORIGINS)}"
            elif len(origin) == len(values) and len(set(origin.values())) == 1:
                yield f"{location}: all values have one origin; write x-provenance: {origin[values[0]]}"
        elif origin not in _ORIGINS:
            yield f"{location}: x-provenance is {origin!r}; write {' or '.join(_ORIGINS)}, nothing for both"


def origins_agree(document: Document) -> Iterator[str]:
    """Demand that each description has a branch of a choice it has, and has the schemas it refers to."""
    for location, schema, outer in _parts(document):
        origin = outer or _origin(schema)
        target = resolve(document, schema)
        of_target = _origin(target)
        is_schema = str(schema.get("$ref")).startswith("#/components/schemas/")
        merged = location.rpartition("/")[0].endswith("/allOf")  # its properties keep their origin
        if is_schema and of_target not in (None, origin) and not merged:
            yield f"{location}: refers to {schema['$ref']}, which is {of_target}; write that here too"
        for union in _UNIONS:
            branches = target.get(union, ())
            for profile in Profile if branches else ():
                closed = origin in (None, profile) and target.get("x-open") != profile
                if closed and not any(admits(profile, branch) for branch in branches):
                    yield f"{location}: is {profile}, but none of its branches is"


def presence_agrees(document: Document) -> Iterator[str]:
    """Demand that `required` and `x-sometimes` name what they are for."""
    for location, schema, outer in _parts(flatten(document)):
        properties = schema.get("properties", {})
        if not properties:
            continue
        sometimes = schema.get("x-sometimes", {})
        for profile, names in sometimes.items():
            if profile not in list(Profile):
                yield f"{location}/x-sometimes: {profile!r} is no description"
            for name in names:
                if name not in properties or not admits(profile, properties[name]):
                    yield f"{location}/x-sometimes: {profile} has no property {name!r}"
        must, may = _always(schema, outer or _origin(schema))
        required = set(schema.get("required", ()))
        for name in sorted(must - required):
            yield f"{location}/required: both descriptions always send {name!r}"
        for name in sorted(required - may):
            yield f"{location}/required: not every description always sends {name!r}"


def _always(schema: Document, origin: str | None) -> tuple[set[str], set[str]]:
    """Return what has to be required, and what may be: in an object that only one description has."""
    properties: Document = schema["properties"]
    sometimes = schema.get("x-sometimes", {})
    sent = {
        profile: {name for name, value in properties.items() if admits(profile, value)}
        for profile in Profile
        if origin in (None, profile)
    }
    always = [names - set(sometimes.get(profile, ())) for profile, names in sent.items() if names]
    may = set.intersection(*always) if always else set()
    return set() if origin else {name for name in may if "x-provenance" not in properties[name]}, may


def everything_is_described(document: Document) -> Iterator[str]:
    """Demand a description, in sentences, of every property, shared schema, parameter and response."""
    described: list[tuple[str, Document]] = [*responses(document)]
    for kind in ("schemas", "parameters", "securitySchemes"):
        parts = document["components"][kind].items()
        described += [(f"#/components/{kind}/{name}", part) for name, part in parts]
    for location, schema in schemas(document):
        described += [
            (f"{location}/properties/{name}", value) for name, value in schema.get("properties", {}).items()
        ]
    for location, part in described:
        if not str(part.get("description", "")).rstrip().endswith((".", "`.")):
            yield f"{location}: needs a description, in sentences"


def numbers_have_units(document: Document) -> Iterator[str]:
    """Demand of a number's description its unit or scale, or that it counts, and that its name agrees."""
    for location, schema in schemas(document):
        for name, value in schema.get("properties", {}).items():
            types = [branch.get("type") for branch in [value, *value.get("anyOf", ())]]
            kinds = [kind for each in types for kind in (each if isinstance(each, list) else [each])]
            if not {*kinds} & {"integer", "number"}:
                continue
            text = str(value.get("description", ""))
            if not _UNITS.search(text):
                yield f"{location}/properties/{name}: a number's description says its unit, or that it counts"
            for suffix, unit in _SUFFIXES.items():
                if name.endswith(suffix) and unit not in text:
                    yield f"{location}/properties/{name}: the description has to say {unit}"


RULES: Final[tuple[Rule, ...]] = (
    extensions_are_known,
    origins_are_exceptions,
    origins_agree,
    presence_agrees,
    everything_is_described,
    numbers_have_units,
)


def broken(document: Document, rules: Iterable[Rule] = RULES) -> list[str]:
    """Return every violation of the rules, with its location and what to do."""
    return [problem for rule in rules for problem in rule(document)]
