"""Read the spec and find the way in it: references, operations, and the names the generator derives."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class SpecError(ValueError):
    """The spec says something that the generated client can't hold; the message says what and where."""


def load(text: bytes) -> dict[str, Any]:
    """Parse a spec written in YAML."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C where PyYAML has it
    document = yaml.load(text, Loader=loader)  # noqa: S506 (both loaders are safe)
    if not isinstance(document, dict):
        raise SpecError("the spec holds no mapping")
    return document


def views() -> ModuleType:
    """Import the project's own derivation of views, whether the project is installed or not."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "overrides"))
    return importlib.import_module("futureagi_simulate.contract.views")


def resolve(item: Any, document: Mapping[str, Any]) -> Any:
    """Follow `$ref` from `item` until something else is there."""
    while isinstance(item, Mapping) and "$ref" in item:
        target: Any = document
        try:
            for step in item["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
        except (KeyError, TypeError):
            raise SpecError(f"the spec refers to {item['$ref']}, and nothing is there") from None
        item = target
    return item


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], list[Any]]]:
    """Give each operation with its route (`GET /path/`) and its parameters, the path's own ones included."""
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                parameters = [*operation.get("parameters", ()), *item.get("parameters", ())]
                yield f"{method.upper()} {path}", operation, [resolve(each, document) for each in parameters]


def parts(node: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every mapping at and below `node` that can be a schema, with its place; not examples."""
    if isinstance(node, dict):
        if not place.endswith("/properties"):
            yield place, node
        for key, value in list(node.items()):
            if key not in ("example", "examples") or place.endswith("/properties"):
                yield from parts(value, f"{place}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from parts(value, f"{place}/{number}")


def _words(name: str) -> list[str]:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)


def snake(name: str) -> str:
    """Name the module of a class or operation as the generator does (`getRuns` is `get_runs`)."""
    return "_".join(_words(name)).lower()


def pascal(name: str) -> str:
    """Name the class of a schema as the generator does (`eval_output` is `EvalOutput`)."""
    return "".join(word if word.isupper() else word.capitalize() for word in _words(name))
