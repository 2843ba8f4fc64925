"""Check openapi.yaml: valid, true to our own rules, every example fitting, nothing that a linter finds."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing.exceptions import Unresolvable

ROOT: Final = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "contract")]

from futureagi_simulate_contract.document import Document, operations, read, resolve  # noqa: E402 (found only now)
from futureagi_simulate_contract.views import Profile, open_view, strict_view  # noqa: E402 (as above)
from tools.generate import prepare  # noqa: E402 (as above)
from tools.spec_lint import NoNodeError, find_node, lint  # noqa: E402 (as above)
from tools.spec_style import broken, responses, schemas  # noqa: E402 (as above)


def invalid_documents(document: Document) -> list[str]:
    """Return why the contract, or one of its views, is not valid OpenAPI."""
    # Nothing can be derived from what is no valid contract.
    return _invalid("openapi.yaml", document) or [
        problem for name, view in _views(document).items() for problem in _invalid(f"the {name} view", view)
    ]


def _invalid(name: str, document: Document) -> list[str]:
    try:
        errors = list(OpenAPIV31SpecValidator(dict(document)).iter_errors())
    except Unresolvable as error:
        return [f"{name}: nothing stands at {error.ref}"]
    return [f"{name}: {error.json_path}: {error.message[:200]}" for error in errors]


def clientless(document: Document) -> list[str]:
    """Return why no client can be generated from the contract, as `nox -s generate` says it."""
    try:
        prepare(open_view(document))
    except ValueError as error:  # a SpecError, or what has no views
        return [str(error)]
    return []


def _views(document: Document) -> dict[str, Document]:
    derived: dict[str, Document] = {profile.value: strict_view(document, profile) for profile in Profile}
    return {"open": open_view(document), **derived}


# ------------------------------------------------------------------------------------------------ examples


@attrs.frozen
class Example:
    """One example, its location in the contract, and the schema that it has to fit there."""

    location: str
    value: Any
    schema: Mapping[str, Any]
    view: str


def examples(document: Document) -> Iterator[Example]:
    """Yield each example once for each view that has it, with that view's schema."""
    views: dict[str, Document] = {"open": open_view(document)}
    views |= {profile.value: strict_view(document, profile) for profile in Profile}
    for name, view in views.items():
        for location, holder in _holders(view):
            for key, value in _values(view, holder):
                schema = {**holder["schema"], "components": view["components"]}
                yield Example(f"{location} {key}".rstrip(), value, schema, name)


def _holders(view: Document) -> Iterator[tuple[str, Document]]:
    """Yield what can have examples: parameters and media types, under the name of their operation."""
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
    """Yield each parameter and response without an example in a view that has it."""
    for profile in Profile:
        view = strict_view(document, profile)
        for location, holder in _holders(view):
            if not any(True for _value in _values(view, holder)):
                yield f"{location}: needs an example that is {profile}"


def invalid_examples(document: Document) -> tuple[int, list[str]]:
    """Return the number of examples over all views, and what is wrong with them."""
    found = list(examples(document))
    faults = [(example, fault(example.schema, example.value)) for example in found]
    problems = [f"{each.location}: not valid in the {each.view} view: {why}" for each, why in faults if why]
    return len(found), [*problems, *missing(document)]


# ------------------------------------------------------------------------------------------------- command


def check(document: Document) -> dict[str, list[str]]:
    """Return the problems of a contract by check, the linters left out."""
    invalid = invalid_documents(document) or clientless(document)
    # What is no valid contract has no views to try examples in.
    return {
        "valid": invalid,
        "style": [] if invalid else broken(document),
        "examples": [] if invalid else invalid_examples(document)[1],
    }


def _counts(document: Document) -> str:
    found: list[tuple[str, dict[str, Any]]] = list(schemas(document))
    numbers = {
        "operations": len(operations(document)),
        "parameters": len(document["components"]["parameters"]),
        "responses": len(list(responses(document))),
        "schemas": len(document["components"]["schemas"]),
        "properties": sum(len(schema.get("properties", ())) for _location, schema in found),
        "enum values": sum(len(schema.get("enum", ())) for _location, schema in found),
        "examples tried": invalid_examples(document)[0],
    }
    return ", ".join(f"{number} {name}" for name, number in numbers.items())


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Check the contract and print what is wrong; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-lint", action="store_true", help="leave out the linters, which need Node.js")
    options = parser.parse_args(arguments)
    try:
        if not options.no_lint:
            find_node()
    except NoNodeError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        document = read(root / "openapi.yaml")
        found = check(document)
    except ValueError as error:
        print(f"openapi.yaml can't be checked:\n{error}", file=sys.stderr)
        return 2
    if not options.no_lint:
        found["lint"] = [f"{name}:\n{text}" for name, text in lint(root).items()]
    for name, problems in found.items():
        print(f"{name}: {len(problems)} problems")
        for problem in problems:
            print(f"  {problem}")
    if not any(found.values()):
        print(_counts(document))
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
