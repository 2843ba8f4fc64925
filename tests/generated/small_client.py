"""A small spec, edits of it, and the client of each: generated in this process, as quickly as can be."""

from __future__ import annotations

import functools
import json
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any

from tools import methods
from tools.generate import ROOT, ready, run_generator
from tools.surface import Surface, surface

SPEC: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Calls", "version": "0.1.0"},
    "paths": {
        "/calls/": {
            "get": {
                "operationId": "listCalls",
                "tags": ["simulation"],
                "parameters": [
                    {"name": "search", "in": "query", "schema": {"type": "string", "maxLength": 9}},
                    {"name": "status", "in": "query", "schema": {"$ref": "#/components/schemas/Status"}},
                ],
                "responses": {
                    "200": {
                        "description": "Calls.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Call"}}},
                    },
                    "404": {
                        "description": "None.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
                    },
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Status": {"type": "string", "enum": ["done", "failed"]},
            "Error": {"type": "object", "properties": {"detail": {"type": "string"}}},
            "Unused": {"type": "object", "properties": {"nothing": {"type": "string"}}},
            "Call": {
                "type": "object",
                "required": ["id", "score"],
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "score": {"type": "number"},
                    "status": {"$ref": "#/components/schemas/Status"},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "Old text."},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "costs": {"type": "object", "additionalProperties": {"type": "number"}},
                    "place": {"type": "object", "properties": {"city": {"type": "string"}}},
                },
            },
        }
    },
}

GONE = object()


def client(spec: dict[str, Any]) -> dict[Path, str]:
    """Generate as `nox -s generate` does, but without tidying up."""
    return dict(_client(json.dumps(spec)))


@functools.cache
def _client(spec: str) -> tuple[tuple[Path, str], ...]:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "client")
        document, templates = json.loads(spec), ROOT / "generator-templates"
        run_generator(ready(document), ROOT / "generator-config.yaml", target, templates)
        for path, text in methods.render(document, templates, target).items():
            (target / path).write_text(text)
        return tuple((path.relative_to(target), path.read_text()) for path in target.rglob("*.py"))


def named(spec: dict[str, Any]) -> Surface:
    return surface(client(spec), spec)


def edited(path: str, value: Any) -> dict[str, Any]:
    spec = deepcopy(SPEC)
    *way, last = [step.replace("~", "/") for step in path.split("/")]
    node: Any = spec
    for step in way:
        node = node[int(step)] if isinstance(node, list) else node[step]
    if isinstance(node, list):
        node.insert(int(last), value)
    elif value is GONE:
        del node[last]
    else:
        node[last] = value
    return spec
