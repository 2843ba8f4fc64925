"""Write what is generated from `openapi.yaml`; with `--check`, fail with a diff where the two disagree.

That is the package in `generated/` and the mock's `generated.py`.

The open view of the spec is checked (`refused.py`), prepared for openapi-python-client and rendered with the
templates of `generator-templates/`; then msgspec has to decode the models. All problems of one step are
reported at once.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from copy import deepcopy
from keyword import iskeyword
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import msgspec
import yaml

ROOT = Path(__file__).parents[1]
PACKAGE = Path("generated", "futureagi_simulate_api")
HEADER = (
    "# Generated from openapi.yaml. "
    "Do not edit: change the spec or generator-templates/, then run `nox -s generate`.\n"
)
# How the generator is told of bytes that stay as they are: the model's attribute is a `msgspec.Raw`.
_UNDECODED = {"type": "string", "format": "binary"}

sys.path.insert(0, str(ROOT))

from tools import facts, methods  # noqa: E402 (run as a script, it has to find its folder first)
from tools.refused import outline, refuse  # noqa: E402 (as above)
from tools.spec import SpecError, contract, load, operations, parts, resolve  # noqa: E402 (as above)


class GenerationError(Exception):
    """The generator refused the spec; the message is what it printed."""


# ------------------------------------------------------------------------------------ the generator's input


def ready(document: dict[str, Any]) -> dict[str, Any]:
    """Return the open view of a spec for the generator; raise `SpecError` with everything that is wrong."""
    document = contract("document").with_path_items(document)
    found = list(outline(document))
    try:
        view = contract("views").open_view(document)
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        if not found and not isinstance(problem, ValueError):
            raise
        no_view = [str(problem)] if isinstance(problem, ValueError) else []
        problems = [f"{location}: {what}" for location, what in found]
        raise SpecError("\n".join([*problems, *no_view])) from problem
    return prepare(view, found)


def prepare(view: Mapping[str, Any], found: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return a copy of the view for the generator; raise `SpecError` for what a client can't hold."""
    refuse(view, found)
    prepared = deepcopy(dict(view))
    schemas = prepared.get("components", {}).get("schemas", {})
    for name in _reached(prepared) - _reached(prepared, past="contentSchema"):  # of a parameter's JSON text
        del schemas[name]
    for location, part in parts(prepared, "#"):
        if part.get("enum"):
            part.setdefault("x-enum-varnames", _member_names(part["enum"]))
        if not location.endswith("/responses"):
            part.pop("default", None)  # the client neither sends nor fills in defaults
    for _route, operation, parameters in operations(prepared):
        _mark_deprecated(operation, prepared)
        body = resolve(operation.get("requestBody", {}), prepared)
        for media in body.get("content", {}).values() if not body.get("required") else ():
            media["schema"] = {"anyOf": [media["schema"], {"type": "null"}]}  # the generator has it required
        for answer in operation.get("responses", {}).values():
            headers = resolve(answer, prepared).get("headers", {})
            headers.update({name: resolve(header, prepared) for name, header in headers.items()})
            for header in headers.values():
                _mark_deprecated(header, prepared)
        for parameter in parameters:
            _describe(parameter, prepared)
    for _location, part in parts(schemas, "#/components/schemas"):
        _mark_deprecated(part, prepared)
        _leave_choice(part)
    return prepared


def _reached(document: Mapping[str, Any], past: str = "") -> set[str]:
    """Name the schemas that the operations refer to, without what stands under the key `past`."""
    schemas = document.get("components", {}).get("schemas", {})
    outside = {name: part for name, part in document.get("components", {}).items() if name != "schemas"}
    found, left = set[str](), [document.get("paths", {}), outside]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).removeprefix("#/components/schemas/")
            if name in schemas and name not in found:
                found.add(name)
                left.append(schemas[name])
            left += [value for key, value in part.items() if key != past]
        elif isinstance(part, list):
            left += part
    return found


def _mark_deprecated(part: dict[str, Any], document: Mapping[str, Any]) -> None:
    """Begin the description of a deprecated part with that word, the one way that a docstring can say it."""
    if part.pop("deprecated", None) is True:
        text = part.get("description") or resolve(part, document).get("description", "")
        part["description"] = f"Deprecated. {text}".strip()


def _describe(parameter: dict[str, Any], document: Mapping[str, Any]) -> None:
    """Put the description where the generator reads it: on the schema, which can't be a bare `$ref`."""
    schema = parameter["schema"]
    _mark_deprecated(parameter, document)
    description = parameter.get("description") or resolve(schema, document).get("description", "")
    if resolve(schema, document).get("type") == "array":
        parameter["schema"] = schema = deepcopy(resolve(schema, document))
    if "$ref" in schema:
        parameter["schema"] = schema = {"anyOf": [schema, {"type": "string"}]}
    schema["description"] = description
    for kind in (schema, schema.get("items", {}), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if kind.get("format") != "uuid":  # a time or a date is the text that goes into the URL
            kind.pop("format", None)


def _leave_choice(schema: dict[str, Any]) -> None:
    """Leave a list of objects of several classes undecoded: the caller knows which class was requested."""
    chosen = schema.get("items", {}).get("x-chosen-by", {})
    if chosen:
        names = " or ".join(f"`{name}.from_json`" for name in sorted(set(chosen.values())))
        schema["items"] = _UNDECODED
        schema["description"] = f"{schema.get('description', '')} Each is left undecoded, for {names}."


def _member_names(values: list[str]) -> list[str]:
    """Name enum members in capitals; a second value of the same name gets a number (`Passed`, `passed`)."""
    names: list[str] = []
    for value in values:
        plain = re.sub(r"[^A-Za-z0-9]+", "_", value).strip("_").upper() or "EMPTY"
        name = plain = f"VALUE_{plain}" if plain[0].isdigit() else plain
        number = 1
        while name in names:
            number += 1
            name = f"{plain}_{number}"
        names.append(name)
    return names


# ---------------------------------------------------------------------------------- the generated package


def run_generator(document: Mapping[str, Any], config: Path, target: Path, templates: Path | None) -> None:
    """Write what openapi-python-client makes of `document` into the folder `target`, without its hooks."""
    from openapi_python_client import Project  # here: a check of the spec generates nothing
    from openapi_python_client.config import Config, ConfigFile, MetaType
    from openapi_python_client.parser import GeneratorData
    from openapi_python_client.parser.errors import GeneratorError

    names = ConfigFile.load_from_path(path=config)
    names.post_hooks = []
    settings = Config.from_sources(names, MetaType.NONE, Path("openapi.json"), "utf-8", True, target)
    try:
        data = GeneratorData.from_dict(deepcopy(dict(document)), config=settings)
        if isinstance(data, GeneratorError):
            raise GenerationError(_in_words([data]))
        project = Project(openapi=data, config=settings, custom_template_path=templates)
        project.env.bytecode_cache = methods.compiled_templates()
        project.env.globals["iskeyword"] = iskeyword
        with redirect_stdout(io.StringIO()):
            errors = project.build()
    except GenerationError:
        raise
    except Exception as problem:  # a crash: the spec holds what the generator doesn't expect
        raise GenerationError(_in_words([problem])) from problem
    if errors:  # warnings too: something would be left out
        raise GenerationError(_in_words(errors))


def _in_words(errors: Iterable[Any]) -> str:
    """Write down what the generator found."""
    said = []
    for error in errors:
        text = f"{type(error).__name__}: {error}"
        if not isinstance(error, Exception):
            data = getattr(error, "data", None)
            about = "" if data is None else data.model_dump_json(exclude_unset=True, by_alias=True)[:500]
            text = " ".join(filter(None, (error.header, error.detail, about)))
        said.append(text)
    return "\n".join(["openapi-python-client failed:", *said])


def run_hooks(config: Path, target: Path) -> None:
    """Run the hooks of the generator's configuration on all that was generated."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    for hook in yaml.safe_load(config.read_text("utf-8"))["post_hooks"]:
        done = subprocess.run(
            shlex.split(hook),
            cwd=target,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise GenerationError(f"{hook} failed:\n{done.stdout}{done.stderr}")


def refuse_undecodable(package: Path) -> None:
    """Raise `GenerationError` with each field that msgspec can't decode in a generated package.

    The package is imported in a process of its own.
    """
    command = [sys.executable, "-B", __file__, "--decode", str(package.parent), package.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GenerationError(f"no client can decode these, change them:\n{done.stdout}{done.stderr}")


def _decode(folder: str, package: str) -> int:
    """Import a package, print each field that msgspec can't decode, and return the exit code."""
    sys.path.insert(0, folder)
    models = importlib.import_module(f"{package}.models")
    found = [problem for name in models.__all__ for problem in _undecodable(models, name)]
    by_reason = {problem.partition(": ")[2]: problem for problem in reversed(found)}
    print("\n".join(reversed(by_reason.values())))
    return 1 if found else 0


def _undecodable(models: ModuleType, name: str) -> list[str]:
    """Return each field of a model that msgspec can't decode, or else the model, with the reason."""
    problems: list[str] = []
    try:
        msgspec.json.Decoder(getattr(models, name))
        return problems
    except Exception as problem:  # noqa: BLE001 (whatever it is, the model can't be decoded)
        reason = problem
    try:
        hints = get_type_hints(getattr(models, name))
    except Exception:  # noqa: BLE001 (as above)
        hints = {}
    for field, hint in hints.items():
        try:
            if not field.startswith("_"):
                msgspec.json.Decoder(hint)
        except Exception as problem:  # noqa: BLE001 (as above)
            problems.append(f"{name}.{field}: {_first_line(problem)}")
    return problems or [f"{name}: {_first_line(reason)}"]


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0]


def render(root: Path) -> dict[Path, str]:
    """Generate what the project at `root` has; return the files by path inside the project."""
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder, facts.MODULE.name)
        files = {PACKAGE / path: text for path, text in render_package(root).items()}
        spec = load((root / "openapi.yaml").read_bytes())
        module.write_text(facts.render(spec, root / "generator-templates"), encoding="utf-8")
        run_hooks(root / "generator-config.yaml", module.parent)
        return files | {facts.MODULE: module.read_text("utf-8")}


def render_package(root: Path) -> dict[Path, str]:
    """Generate the package of the project at `root`; return its files, by path inside the package."""
    spec = load((root / "openapi.yaml").read_bytes())
    document, config, templates = ready(spec), root / "generator-config.yaml", root / "generator-templates"
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, PACKAGE.name)
        run_generator(document, config, target, templates)
        for name in (
            "client.py",
            "errors.py",
        ):  # the generator's own; requests are sent by `futureagi_simulate`
            (target / name).unlink()
        for path, text in methods.render(spec, templates, target).items():
            (target / path).write_text(text, encoding="utf-8")
        run_hooks(config, target)
        refuse_undecodable(target)
        files = {path.relative_to(target): path.read_text("utf-8") for path in sorted(target.rglob("*.py"))}
    # An object of free keys is a dict, not a class: its template gives an empty module.
    files = {path: text for path, text in files.items() if path.name == "__init__.py" or text != HEADER}
    return files | {Path("py.typed"): HEADER}


def committed(root: Path) -> dict[Path, str]:
    """Read the generated files as they are now, by path inside the project."""
    found = [*sorted((root / PACKAGE).rglob("*")), root / facts.MODULE]
    return {
        path.relative_to(root): path.read_text(encoding="utf-8")
        for path in found
        if path.is_file() and "__pycache__" not in path.parts
    }


def write(root: Path, files: Mapping[Path, str]) -> int:
    """Bring the project to `files`, touching only what differs; return how many files changed."""
    before = committed(root)
    stale = before.keys() - files.keys()
    changed = [path for path, text in files.items() if before.get(path) != text]
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(files[path], encoding="utf-8")
    for path in stale:
        (root / path).unlink()
    return len(changed) + len(stale)


def diff(before: Mapping[Path, str], after: Mapping[Path, str]) -> str:
    """Describe as a unified diff how the generated files would change from `before` to `after`."""
    lines: list[str] = []
    for path in sorted(before.keys() | after.keys()):
        old, new = (
            before.get(path, "").splitlines(keepends=True),
            after.get(path, "").splitlines(keepends=True),
        )
        name = path.as_posix()
        lines += difflib.unified_diff(old, new, name, f"{name} (from openapi.yaml)")
    return "".join(lines)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    parser.add_argument("--decode", nargs=2, metavar=("FOLDER", "PACKAGE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.decode:
        return _decode(*options.decode)
    try:
        files = render(root)
    except (ValueError, GenerationError, yaml.YAMLError) as problem:  # a SpecError is a ValueError
        print(problem, file=sys.stderr)
        return 2
    if not options.check:
        places = f"{PACKAGE.as_posix()} and {facts.MODULE.as_posix()}"
        print(f"{places}: {len(files)} files, {write(root, files)} changed")
        return 0
    difference = diff(committed(root), files)
    if difference:
        print(difference, end="")
        print("what is generated and openapi.yaml disagree: run `nox -s generate`", file=sys.stderr)
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
