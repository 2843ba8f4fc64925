"""Find the contract, read it, and resolve references and operations in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

Document = Mapping[str, Any]

_NAME = "openapi.yaml"


class SpecError(ValueError):
    """A spec that can't be read, or that the generated client can't hold; the message says what and where."""


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


def parse(text: str | bytes) -> dict[str, Any]:
    """Parse a contract written in YAML.

    Raises SpecError for what is no YAML, a key that would get lost, and a value that JSON doesn't have.
    """
    try:
        import yaml
    except ImportError as error:
        message = 'reading the contract needs PyYAML: pip install "futureagi-simulate[contract]"'
        raise ImportError(message) from error
    try:
        loader = _loader()(text)
        document = loader.get_single_data()
        if loader.lost:
            raise SpecError("\n".join(loader.lost))
        copied = json.dumps(document, allow_nan=False, ensure_ascii=False).encode()  # anchors share no part
    except SpecError:
        raise
    except yaml.YAMLError as error:
        raise SpecError(f"the contract is not valid YAML: {error}") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise SpecError(f"the contract holds what JSON has not: {error}") from None
    if not isinstance(document, dict):
        raise SpecError("the contract holds no mapping")
    return with_path_items(json.loads(copied))


def with_path_items(document: dict[str, Any]) -> dict[str, Any]:
    """Return the contract with each path that is a `$ref` into it replaced by the path item that is there.

    What stands beside the `$ref` wins. A `$ref` to nothing, to a file or to another `$ref` stays as it is.
    """
    paths = document.get("paths")
    if not isinstance(paths, dict):
        return document
    return {**document, "paths": {path: _path_item(document, item) for path, item in paths.items()}}


def _path_item(document: Document, item: Any) -> Any:
    target = item.get("$ref") if isinstance(item, dict) else None
    if not isinstance(target, str) or not target.startswith("#/"):
        return item
    try:
        found = at(document, target)
    except ValueError:
        return item
    if not isinstance(found, dict) or "$ref" in found:
        return item
    return {**found, **{key: value for key, value in item.items() if key != "$ref"}}


@cache
def _loader() -> Any:
    """Return a YAML loader that lists keys that are there twice or are no texts; `200:` is read as text."""
    import yaml

    fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is ten times as fast

    class Loader(fast):  # type: ignore[misc]
        def __init__(self, text: str | bytes) -> None:
            super().__init__(text)
            self.lost: list[str] = []

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:  # noqa: ARG002
            self.flatten_mapping(node)
            mapping: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = self.construct_object(key_node, deep=True)
                line = f"line {key_node.start_mark.line + 1}"
                if not isinstance(key, (str, int)) or isinstance(key, bool):
                    text = key_node.value
                    self.lost.append(f"{line}: the key {text!r} is read as {key!r}; write it in quotes")
                elif str(key) in mapping:
                    self.lost.append(f"{line}: the key {str(key)!r} is there twice; YAML would keep the last")
                mapping[str(key)] = self.construct_object(value_node, deep=True)
            return mapping

    return Loader


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


def answers(document: Document, operation_id: str) -> Document:
    """Return how the open-source server answers bad requests: `x-answers` of an operation."""
    _path, operation = operations(document)[operation_id]
    found: Document = operation.get("x-answers", {}).get("observed", {})
    return found


def words(document: Document, schema: str, but: str = "observed") -> tuple[str, ...]:
    """Return the words of an enum without those that only the description `but` has."""
    found = document["components"]["schemas"][schema]
    marks = found.get("x-provenance")
    marked = marks if isinstance(marks, Mapping) else {}
    return tuple(word for word in found["enum"] if marked.get(word) != but)


def response_schema(document: Document, operation_id: str, status: int) -> Document | None:
    """Return the schema of a JSON response, or None when the contract names no such response."""
    _path, operation = operations(document)[operation_id]
    response = resolve(document, operation["responses"].get(str(status), {}))
    media: Document = response.get("content", {}).get("application/json", {})
    return media.get("schema")


def mappings(node: Any) -> Iterator[Document]:
    """Yield every mapping at and below `node`, outer ones first."""
    if isinstance(node, Mapping):
        yield node
    for child in node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ():
        yield from mappings(child)


def rebuild(node: Any, change: Callable[[Document], Any]) -> Any:
    """Copy `node` with `change` applied to every mapping in it, the inner ones first."""
    if isinstance(node, list):
        return [rebuild(child, change) for child in node]
    if not isinstance(node, Mapping):
        return node
    return change({key: rebuild(child, change) for key, child in node.items()})
