"""Try every example of the contract: against the open view, and against the strict view of who it's from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from futureagi_simulate_contract.document import Document, operations, resolve
from futureagi_simulate_contract.views import Profile, open_view, strict_view


@attrs.frozen
class Example:
    """One example, at a place of the contract, with the schema that it has to fit there."""

    place: str
    value: Any
    schema: Mapping[str, Any]
    view: str


def examples(document: Document) -> Iterator[Example]:
    """Give each example once for each view that has it, with that view's schema."""
    views: dict[str, Document] = {"open": open_view(document)}
    views |= {profile.value: strict_view(document, profile) for profile in Profile}
    for name, view in views.items():
        for place, holder in _holders(view):
            for key, value in _values(view, holder):
                schema = {**holder["schema"], "components": view["components"]}
                yield Example(f"{place} {key}".rstrip(), value, schema, name)


def _holders(view: Document) -> Iterator[tuple[str, Document]]:
    """Give what can have examples: parameters and media types, under the name of their operation."""
    for name, (_path, operation) in operations(view).items():
        for parameter in operation.get("parameters", ()):
            target = resolve(view, parameter)
            yield f"{name} {target['name']}", target
        for status, response in operation["responses"].items():
            for media_type, media in resolve(view, response).get("content", {}).items():
                yield f"{name} {status} {media_type}", media


def _values(view: Document, holder: Document) -> Iterator[tuple[str, Any]]:
    if "example" in holder:
        yield "", holder["example"]
    for key, example in holder.get("examples", {}).items():
        yield key, resolve(view, example)["value"]


def invalid(document: Document) -> Iterator[str]:
    """Give each example that doesn't fit its schema, with the reason."""
    for example in examples(document):
        error = fault(example.schema, example.value)
        if error:
            yield f"{example.place}: the example doesn't fit the {example.view} view: {error}"


def fault(schema: Mapping[str, Any], value: Any) -> str | None:
    """Return why a value doesn't fit a schema, JSON in a text included; None when it does."""
    checker = Draft202012Validator.FORMAT_CHECKER
    error = best_match(Draft202012Validator(schema, format_checker=checker).iter_errors(value))
    if error is not None:
        return f"{error.json_path}: {error.message[:200]}"
    if "contentSchema" not in schema:
        return None
    try:
        content = json.loads(value)
    except ValueError as parse_error:
        return f"not the JSON it promises: {parse_error}"
    return fault({**schema["contentSchema"], "components": schema["components"]}, content)


def missing(document: Document) -> Iterator[str]:
    """Give each parameter and JSON response that is without an example in a view that has it."""
    for profile in Profile:
        view = strict_view(document, profile)
        for place, holder in _holders(view):
            if not any(True for _value in _values(view, holder)):
                yield f"{place}: needs an example that is {profile}"
