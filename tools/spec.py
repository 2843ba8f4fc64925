"""Read the spec: its references, its operations, and the names that the generator derives."""

from __future__ import annotations

import builtins
import importlib
import re
import sys
from collections.abc import Iterator, Mapping
from keyword import iskeyword
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))  # installed or not

from futureagi_simulate_contract.document import SpecError
from futureagi_simulate_contract.document import parse as load

__all__ = [
    "METHODS",
    "SUCCESSES",
    "SpecError",
    "argument",
    "contract",
    "load",
    "operations",
    "parts",
    "pascal",
    "read",
    "resolve",
    "snake",
]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SUCCESSES = ("200", "201", "202", "203", "204")
_RESERVED = ({*dir(builtins)} | {"self", "true", "false", "datetime"}) - {"id"}


def read(path: Path) -> dict[str, Any]:
    """Load the spec in a file, with the examples that it refers to. The generator needs no examples."""
    found: dict[str, Any] = contract("document").with_examples(load(path.read_bytes()), path.parent)
    return found


def contract(module: str) -> ModuleType:
    """Import a module of the contract package, whether the project is installed or not."""
    return importlib.import_module(f"futureagi_simulate_contract.{module}")


def resolve(item: Any, document: Mapping[str, Any]) -> Any:
    """Follow `$ref` from `item` to what it refers to."""
    seen: list[Any] = []
    while isinstance(item, Mapping) and "$ref" in item:
        target: Any = document
        if item["$ref"] in seen:
            raise SpecError(f"the spec refers to {item['$ref']}, which leads back to itself")
        seen.append(item["$ref"])
        try:
            for step in item["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
        except (KeyError, TypeError, AttributeError):
            raise SpecError(f"the spec refers to {item['$ref']}, and nothing is there") from None
        item = target
    return item


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], list[Any]]]:
    """Yield each operation with its route (`GET /path/`) and its parameters.

    Those of the path are included, unless the operation has one of the same name and `in`.
    """
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                own = [resolve(each, document) for each in operation.get("parameters", ())]
                shared = [resolve(each, document) for each in item.get("parameters", ())]
                taken = [(each.get("name"), each.get("in")) for each in own]
                shared = [each for each in shared if (each.get("name"), each.get("in")) not in taken]
                yield f"{method.upper()} {path}", operation, [*own, *shared]


def parts(node: Any, location: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every mapping at and below `node` that can be a schema, with its location; not examples."""
    if isinstance(node, dict):
        if not location.endswith("/properties"):
            yield location, node
        for key, value in list(node.items()):
            if key not in ("example", "examples") or location.endswith("/properties"):
                yield from parts(value, f"{location}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from parts(value, f"{location}/{number}")


def _words(name: str) -> list[str]:
    kept = "".join(each for each in name if each.isidentifier() or each.isdecimal() or each in r"\. _-")
    if any(each.isupper() for each in kept):
        kept = " ".join(re.split("([A-Z]?[a-z]+)", kept))
    return re.findall(r"[^\\. _-]+", kept)


def snake(name: str) -> str:
    """Name the module of a class or operation as the generator does (`getRuns` is `get_runs`)."""
    return "_".join(_words(name)).lower()


def pascal(name: str) -> str:
    """Name the class of a schema as the generator does (`eval_output` is `EvalOutput`)."""
    return "".join(word if word.isupper() else word.capitalize() for word in _words(name))


def argument(name: str) -> str:
    """Name the argument of a parameter as the generator does (`sort-by` is `sort_by`, `from` is `from_`)."""
    word = snake(name)
    return f"{word}_" if word in _RESERVED or iskeyword(word) else word
