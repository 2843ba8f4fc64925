"""Write `generated/` from `openapi.yaml`; with `--check`, fail with a diff where the two disagree.

The work is done by openapi-python-client with the templates of `generator-templates/`. Here: what it reads
(the open view of the spec, made ready by `prepare.py`) and where its files go.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
PACKAGE = Path("generated", "futureagi_simulate_api")
HEADER = (
    "# Generated from openapi.yaml. "
    "Do not edit: change the spec or generator-templates/, then run `nox -s generate`.\n"
)

sys.path.insert(0, str(ROOT))

from tools import methods  # noqa: E402 (run as a script, it has to find its folder first)
from tools.prepare import ready  # noqa: E402 (as above)
from tools.spec import load  # noqa: E402 (as above)


class GenerationError(Exception):
    """The generator refused the spec; the message is what it said."""


def run_generator(document: Mapping[str, Any], config: Path, target: Path, templates: Path | None) -> None:
    """Run openapi-python-client on `document` into the folder `target`."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "openapi.json")
        source.write_text(json.dumps(document), encoding="utf-8")
        command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"]
        command += ["--meta", "none", "--config", str(config), "--path", str(source)]
        command += ["--output-path", str(target), "--overwrite"]
        command += ["--custom-template-path", str(templates)] if templates else []
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        environment = {**os.environ, "PATH": path}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        crashed = "Traceback (most recent call last)" in done.stderr
        said = done.stderr.rstrip().rpartition("\n")[2] if crashed else f"{done.stdout}{done.stderr}"
        raise GenerationError(f"openapi-python-client failed:\n{said}")


def run_hooks(config: Path, target: Path) -> None:
    """Run the hooks of the generator's configuration again, for what was added to its output."""
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
    """Raise `GenerationError` where msgspec can't decode a model of the package as it was generated."""
    command = [sys.executable, "-B", str(Path(__file__).with_name("decodable.py"))]
    command += [str(package.parent), package.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GenerationError(
            f"no client can decode these, write them otherwise:\n{done.stdout}{done.stderr}"
        )


def render(root: Path) -> dict[Path, str]:
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
    """Read the files that `generated/` holds now."""
    package = root / PACKAGE
    found = (
        path for path in sorted(package.rglob("*")) if path.is_file() and "__pycache__" not in path.parts
    )
    return {path.relative_to(package): path.read_text(encoding="utf-8") for path in found}


def write(root: Path, files: Mapping[Path, str]) -> int:
    """Bring `generated/` to `files`, touching only what differs; return how many files changed."""
    before, package = committed(root), root / PACKAGE
    stale = before.keys() - files.keys()
    changed = [path for path, text in files.items() if before.get(path) != text]
    for path in changed:
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(files[path], encoding="utf-8")
    for path in stale:
        (package / path).unlink()
    return len(changed) + len(stale)


def diff(before: Mapping[Path, str], after: Mapping[Path, str]) -> str:
    """Describe as a unified diff how `generated/` would change from `before` to `after`."""
    lines: list[str] = []
    for path in sorted(before.keys() | after.keys()):
        old, new = (
            before.get(path, "").splitlines(keepends=True),
            after.get(path, "").splitlines(keepends=True),
        )
        name = (PACKAGE / path).as_posix()
        lines += difflib.unified_diff(old, new, name, f"{name} (from openapi.yaml)")
    return "".join(lines)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    check = parser.parse_args(arguments).check
    try:
        files = render(root)
    except (ValueError, GenerationError, yaml.YAMLError) as problem:  # a SpecError is a ValueError
        print(problem, file=sys.stderr)
        return 2
    if not check:
        print(f"{PACKAGE.as_posix()}: {len(files)} files, {write(root, files)} changed")
        return 0
    difference = diff(committed(root), files)
    if difference:
        print(difference, end="")
        print("generated/ and openapi.yaml disagree: run `nox -s generate`", file=sys.stderr)
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
