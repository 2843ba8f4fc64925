"""Find what a schema says of one field, by its path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from futureagi_simulate_contract.document import Document, resolve

_STEP = re.compile(r"\[\]|\{\}|[^.\[\]{}]+")


def schemas_at(view: Document, schema: Any, path: str) -> list[dict[str, Any]]:
    """Return the schemas at a path such as `results[].id` or `eval_outputs.{}.name`, in every branch."""
    found = list(_branches(view, schema))
    for step in _STEP.findall(path):
        found = [
            branch for each in found for inner in _inner(each, step) for branch in _branches(view, inner)
        ]
    return found


def types_at(view: Document, schema: Any, path: str) -> set[str]:
    """Return the JSON types that a field can have; `any` where the view doesn't say."""
    return {str(each.get("type", "any")) for each in schemas_at(view, schema, path)}


def _branches(view: Document, schema: Any) -> Iterator[dict[str, Any]]:
    target = resolve(view, schema)
    branches = [*target.get("anyOf", ()), *target.get("oneOf", ())]
    if not branches:
        yield target
    for branch in branches:
        yield from _branches(view, branch)


def _inner(schema: dict[str, Any], step: str) -> list[Any]:
    if step == "[]":
        return [schema["items"]] if "items" in schema else []
    if step == "{}":
        more = schema.get("additionalProperties")
        return [more] if isinstance(more, dict) else []
    return [schema["properties"][step]] if step in schema.get("properties", {}) else []
