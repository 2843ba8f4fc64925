"""What a user would otherwise have, made in the same run from the same openapi.yaml, in a temporary folder.

The peers get the spec in the kindest form they can read. OpenAPI Generator gives up on 3.1's `type: 'null'` in a union,
so it gets the same spec with 3.0's `nullable`.
"""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import attrs

from tools.generate import ROOT, run_generator, run_hooks
from tools.spec import contract, read

OPENAPI_GENERATOR, PYDANTIC = "OpenAPI Generator", "pydantic models"
DEFAULT = "default templates"
_JAR = "import sys; from openapi_generator_cli import run; sys.exit(run(sys.argv[1:]).returncode)"
Generate = Callable[[Path], None]


@attrs.frozen
class Peers:
    """The peers: the default templates' module of our operation, the pydantic models, and OpenAPI Generator's package.

    The last is None where there is no Java.
    """

    default: ModuleType
    pydantic: ModuleType
    openapi: ModuleType | None


@cache
def view() -> dict[str, Any]:
    """Give the view of the contract that our own client is generated from."""
    found: dict[str, Any] = contract("views").open_view(read(ROOT / "openapi.yaml"))
    return found


def generators() -> dict[str, Generate]:
    """Give each peer's generator: it writes its package into a folder."""
    found: dict[str, Generate] = {DEFAULT: _default, PYDANTIC: _pydantic}
    if shutil.which("java"):
        found[OPENAPI_GENERATOR] = _openapi
    else:
        print("left out: OpenAPI Generator's client, as there is no Java", file=sys.stderr)
    return found


@cache
def peers() -> Peers:
    """Make and import all peers; the folder goes with the process."""
    folder, made = Path(_kept().name), generators()
    for generate in made.values():
        generate(folder)
    sys.path.insert(0, str(folder))
    openapi = importlib.import_module("openapi_client") if OPENAPI_GENERATOR in made else None
    default = importlib.import_module("default_client.api.simulation.list_call_executions")
    return Peers(default, importlib.import_module("pydantic_models"), openapi)


def lines(package: Path) -> int:
    """Count the lines of a generated package, or of one module."""
    files: Iterator[Path] = package.rglob("*.py") if package.is_dir() else iter([package])
    return sum(len(path.read_text("utf-8").splitlines()) for path in files)


@cache
def _kept() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="benchmarks-")


def _default(folder: Path) -> None:
    config = folder / "config.yaml"
    hooks = "post_hooks: [ruff check . --fix-only --extend-select=I, ruff format .]"  # the generator's own
    config.write_text(f"package_name_override: default_client\n{hooks}\n")
    run_generator(view(), config, folder / "default_client", None)
    run_hooks(config, folder / "default_client")


def _pydantic(folder: Path) -> None:
    source = folder / "open.json"
    source.write_text(json.dumps(view()))
    wanted = ["--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel"]
    style = ["--target-python-version", "3.11", "--formatters", "builtin", "--disable-timestamp"]
    target = ["--input", str(source), "--output", str(folder / "pydantic_models.py")]
    _run([sys.executable, "-m", "datamodel_code_generator", *target, *wanted, *style])


def _openapi(folder: Path) -> None:
    source, target = folder / "nullable.json", folder / "openapi_generator"
    source.write_text(json.dumps(nullable(view()) | {"openapi": "3.0.3"}))
    command = [sys.executable, "-c", _JAR, "generate", "--skip-validate-spec", "-g", "python"]
    _run([*command, "-i", str(source), "-o", str(target), "--package-name", "openapi_client"])
    if not (folder / "openapi_client").exists():
        (folder / "openapi_client").symlink_to(target / "openapi_client")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def nullable(node: Any) -> Any:
    """Write a schema's `null` the way OpenAPI 3.0 does."""
    if isinstance(node, list):
        return [nullable(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {key: nullable(value) for key, value in node.items()}
    members = found.get("anyOf")
    if not isinstance(members, list) or {"type": "null"} not in members:
        return found
    rest = [member for member in members if member != {"type": "null"}]
    del found["anyOf"]
    if len(rest) > 1:
        return found | {"nullable": True, "anyOf": rest}
    return found | {"nullable": True} | ({"allOf": rest} if "$ref" in rest[0] else rest[0])
