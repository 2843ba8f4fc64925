"""Find the contract, read it, and resolve references and operations in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

Document = Mapping[str, Any]

_NAME = "openapi.yaml"


def find() -> Path:
    """Return the path of `openapi.yaml`: in the installed package, or at the root of a checkout."""
    packaged = Path(str(files("futureagi_simulate_contract"))) / _NAME
    beside = Path(__file__).parents[2] / _NAME
    for path in (packaged, beside):
        if path.is_file():
            return path
    raise FileNotFoundError(f"no {_NAME} at {packaged} or {beside}: install the package again")


@cache
def load() -> Document:
    """Return the contract with its examples. All callers share it: copy it before changing anything."""
    return read(find())


def read(path: Path) -> dict[str, Any]:
    """Read a contract and the files that its examples are in; raise ValueError for one that can't be used."""
    return with_examples(parse(path.read_text("utf-8")), path.parent)


def with_examples(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the contract with each example that is a file of `folder` put in place of the `$ref` to it."""
    components = document.get("components")
    examples = components.get("examples") if isinstance(components, dict) else None
    if not isinstance(examples, dict):
        return document
    inlined = {name: _example(example, folder) for name, example in examples.items()}
    return {**document, "components": {**document["components"], "examples": inlined}}


def _example(example: Any, folder: Path) -> Any:
    target = example.get("$ref") if isinstance(example, dict) else None
    if not isinstance(target, str) or target.startswith("#"):
        return example
    try:
        return parse((folder / target).read_text("utf-8"))
    except OSError:
        raise ValueError(f"the contract refers to {target}, and no such file is in {folder}") from None
    except ValueError as error:
        raise ValueError(f"{target}: {error}") from error


def parse(text: str) -> dict[str, Any]:
    """Parse YAML that holds a mapping, as the contract does; raise ValueError for anything else."""
    try:
        import yaml
    except ImportError as error:
        message = 'reading the contract needs PyYAML: pip install "futureagi-simulate[contract]"'
        raise ImportError(message) from error

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is ten times as fast
    try:
        document = yaml.load(text, Loader=loader)  # noqa: S506 (both loaders are safe)
    except yaml.YAMLError as error:
        raise ValueError(f"the contract is not valid YAML: {error}") from error
    if not isinstance(document, dict):
        raise ValueError("the contract holds no mapping")
    return document


def resolve(document: Document, node: Any) -> Any:
    """Follow `$ref` from `node` until something else is there."""
    while isinstance(node, Mapping) and "$ref" in node:
        node = at(document, node["$ref"])
    return node


def at(document: Document, pointer: str) -> Any:
    """Return the part at a JSON pointer such as `#/components/schemas/Error`.

    Raise ValueError, with the pointer, if there is none.
    """
    node: Any = document
    try:
        for step in pointer.removeprefix("#/").split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            node = node[int(step)] if isinstance(node, list) else node[step]
    except (LookupError, TypeError, ValueError):
        raise ValueError(f"the contract refers to {pointer}, and nothing is there") from None
    return node


def operations(document: Document) -> dict[str, tuple[str, Document]]:
    """Return each operation with its path, by operation id."""
    return {
        operation["operationId"]: (path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method == "get"
    }


def parameters(document: Document, operation_id: str) -> dict[str, Document]:
    """Return the parameters of an operation, by name."""
    _path, operation = operations(document)[operation_id]
    found = [resolve(document, parameter) for parameter in operation.get("parameters", ())]
    return {parameter["name"]: parameter for parameter in found}


def response_schema(document: Document, operation_id: str, status: int) -> Document | None:
    """Return the schema of a JSON response, or None when the contract names no such response."""
    _path, operation = operations(document)[operation_id]
    response = resolve(document, operation["responses"].get(str(status), {}))
    media: Document = response.get("content", {}).get("application/json", {})
    return media.get("schema")
