"""House rules for the contract: origin, presence, words, units. Each rule gives the places that break it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from futureagi_simulate_contract.document import Document, resolve
from futureagi_simulate_contract.views import Profile, admits, flatten

Rule = Callable[[Document], Iterator[str]]

_ORIGINS: Final = ("documented", "observed", "both")
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
    """Give every schema of the contract, the nested ones too, with a JSON pointer to it."""
    for name, schema in document["components"]["schemas"].items():
        yield from _nested(f"#/components/schemas/{name}", schema)
    for name, parameter in document["components"]["parameters"].items():
        yield from _nested(f"#/components/parameters/{name}/schema", parameter["schema"])
    for place, media in _media_types(document):
        yield from _nested(f"{place}/schema", media["schema"])


def _nested(place: str, schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    yield place, schema
    for key in ("items", "additionalProperties", "contentSchema"):
        if isinstance(schema.get(key), Mapping):
            yield from _nested(f"{place}/{key}", schema[key])
    for key in (*_UNIONS, "allOf"):
        for number, branch in enumerate(schema.get(key, ())):
            yield from _nested(f"{place}/{key}/{number}", branch)
    for name, value in schema.get("properties", {}).items():
        yield from _nested(f"{place}/properties/{name}", value)


def responses(document: Document) -> Iterator[tuple[str, Document]]:
    """Give every response, shared or an operation's own, with a JSON pointer to it."""
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
    for place, response in responses(document):
        for name, media in response.get("content", {}).items():
            yield f"{place}/content/{name.replace('/', '~1')}", media


def origins_are_given(document: Document) -> Iterator[str]:
    """Demand an origin of every property, parameter, response, header, union branch and enum value."""
    for place, part in _parts_with_origin(document):
        if part.get("x-provenance") not in _ORIGINS:
            yield f"{place}: x-provenance has to be one of {', '.join(_ORIGINS)}"
    for place, schema in schemas(document):
        if "enum" in schema:
            values = schema.get("x-provenance")
            if not isinstance(values, Mapping) or list(values) != schema["enum"]:
                yield f"{place}: x-provenance has to map each value of the enum, in its order"
            elif not set(values.values()) <= set(_ORIGINS):
                yield f"{place}: x-provenance has to map to one of {', '.join(_ORIGINS)}"


def _parts_with_origin(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, parameter in document["components"]["parameters"].items():
        yield f"#/components/parameters/{name}", parameter
    for name, scheme in document["components"]["securitySchemes"].items():
        yield f"#/components/securitySchemes/{name}", scheme
    for place, response in responses(document):
        yield place, response
        for name, header in response.get("headers", {}).items():
            yield f"{place}/headers/{name}", header
    for name, example in document["components"].get("examples", {}).items():
        yield f"#/components/examples/{name}", example
    for place, schema in schemas(document):
        for name, value in schema.get("properties", {}).items():
            yield f"{place}/properties/{name}", value
        for union in _UNIONS:
            for number, branch in enumerate(schema.get(union, ())):
                yield f"{place}/{union}/{number}", branch


def origins_agree(document: Document) -> Iterator[str]:
    """Demand that a property has a type in each of its descriptions, and none that only the other has."""
    for place, schema in schemas(document):
        origin = schema.get("x-provenance")
        if not isinstance(origin, str):
            continue
        target = resolve(document, schema)
        for union in _UNIONS:
            branches = target.get(union, ())
            for profile in Profile:
                if not branches or target.get("x-open") == profile:
                    continue
                here = any(admits(profile, branch) for branch in branches)
                if admits(profile, schema) and not here:
                    yield f"{place}: {profile}, but none of its branches is"
                if here and not admits(profile, schema) and "$ref" not in schema:
                    yield f"{place}: {origin}, but one of its branches is {profile}"


def presence_is_told(document: Document) -> Iterator[str]:
    """Demand that `required` and `x-sometimes` name what they are for."""
    for place, schema in schemas(flatten(document)):
        properties = schema.get("properties", {})
        if not properties:
            continue
        sometimes = schema.get("x-sometimes", {})
        for profile, names in sometimes.items():
            if profile not in list(Profile):
                yield f"{place}/x-sometimes: {profile!r} is no description"
            for name in names:
                if name not in properties or not admits(profile, properties[name]):
                    yield f"{place}/x-sometimes: {profile} has no property {name!r}"
        must, may = _always(schema)
        required = set(schema.get("required", ()))
        for name in sorted(must - required):
            yield f"{place}/required: both descriptions always send {name!r}"
        for name in sorted(required - may):
            yield f"{place}/required: not every description always sends {name!r}"


def _always(schema: Document) -> tuple[set[str], set[str]]:
    """Return what has to be required, and what may be: in an object that only one description has."""
    properties: Document = schema["properties"]
    sent = {
        profile: {name for name, value in properties.items() if admits(profile, value)} for profile in Profile
    }
    sometimes = schema.get("x-sometimes", {})
    always = [names - set(sometimes.get(profile, ())) for profile, names in sent.items() if names]
    may = set.intersection(*always)
    return {name for name in may if properties[name].get("x-provenance") == "both"}, may


def everything_is_described(document: Document) -> Iterator[str]:
    """Demand a description, in sentences, of every property, shared schema, parameter and response."""
    described: list[tuple[str, Document]] = [*responses(document)]
    for kind in ("schemas", "parameters", "securitySchemes"):
        parts = document["components"][kind].items()
        described += [(f"#/components/{kind}/{name}", part) for name, part in parts]
    for place, schema in schemas(document):
        described += [
            (f"{place}/properties/{name}", value) for name, value in schema.get("properties", {}).items()
        ]
    for place, part in described:
        if not str(part.get("description", "")).rstrip().endswith((".", "`.")):
            yield f"{place}: needs a description, in sentences"


def numbers_have_units(document: Document) -> Iterator[str]:
    """Demand of a number's description its unit or scale, or that it counts, and that its name agrees."""
    for place, schema in schemas(document):
        for name, value in schema.get("properties", {}).items():
            types = [branch.get("type") for branch in [value, *value.get("anyOf", ())]]
            kinds = [kind for each in types for kind in (each if isinstance(each, list) else [each])]
            if not {*kinds} & {"integer", "number"}:
                continue
            text = str(value.get("description", ""))
            if not _UNITS.search(text):
                yield f"{place}/properties/{name}: a number's description says its unit, or that it counts"
            for suffix, unit in _SUFFIXES.items():
                if name.endswith(suffix) and unit not in text:
                    yield f"{place}/properties/{name}: the description has to say {unit}"


RULES: Final[tuple[Rule, ...]] = (
    origins_are_given,
    origins_agree,
    presence_is_told,
    everything_is_described,
    numbers_have_units,
)


def broken(document: Document, rules: Iterable[Rule] = RULES) -> list[str]:
    """Return every place that breaks one of the rules, with what to do."""
    return [problem for rule in rules for problem in rule(document)]
