"""Compare openapi.yaml with a git revision: what changed, whom it breaks, and the next version.

A client is generated from either spec, both with the templates of today, and the two clients are compared.

The version is `info.version` of the spec. A breaking change raises the major version, a change of behaviour
or an addition the minor, a text the patch; while the major version is 0, what breaks or behaves otherwise
raises the minor and everything else the patch. Exit code 1: something breaks and the version in openapi.yaml
doesn't say so.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tools.changes import (  # noqa: E402 (run as a script, it has to find its folder first)
    Change,
    Weight,
    changes,
    unnamed,
)
from tools.generate import GenerationError, render_package  # noqa: E402 (as above)
from tools.spec import SpecError, load  # noqa: E402 (as above)
from tools.surface import Surface, surface  # noqa: E402 (as above)

_SECTIONS = {
    Weight.BREAKING: "Breaking",
    Weight.BEHAVIOUR: "Behaviour",
    Weight.COMPATIBLE: "Compatible",
    Weight.TEXT: "Texts",
}


def next_version(version: str, weight: Weight) -> str:
    """Return the version after `version` for a change of this weight."""
    major, minor, patch = map(int, version.split("."))
    if weight is Weight.BREAKING and major:
        return f"{major + 1}.0.0"
    if weight >= Weight.BEHAVIOUR or (weight is Weight.COMPATIBLE and major):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def says_enough(old: str, new: str, weight: Weight) -> bool:
    """Return whether version `new` announces such a change since `old`. Only a breaking one has to be."""
    required = next_version(old, weight)
    return weight is not Weight.BREAKING or _numbers(new) >= _numbers(required)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def report(old: Surface, new: Surface, found: Sequence[Change]) -> str:
    """Describe what changed, the breaking changes first, and the next version."""
    if not found:
        return "openapi.yaml gives the same client as before\n"
    lines = []
    for weight, title in _SECTIONS.items():
        group = [change for change in found if change.weight is weight]
        lines += (
            [f"{title} ({len(group)})", *(f"  {each.name}: {each.what}" for each in group)] if group else []
        )
    weight = found[0].weight
    rule = (
        " (a breaking change raises the minor version while the major is 0)" if old.version[0] == "0" else ""
    )
    lines.append(f"Version: {old.version} -> {next_version(old.version, weight)}{rule}")
    if not says_enough(old.version, new.version, weight):
        lines.append(f"openapi.yaml says {new.version}: raise info.version")
    return "\n".join(lines) + "\n"


def changelog_entry(old: Surface, new: Surface, found: Sequence[Change]) -> str:
    """Write the changelog's entry in Markdown; changes of texts are left out."""
    weight = found[0].weight if found else Weight.TEXT
    version = new.version if new.version != old.version else next_version(old.version, weight)
    lines = [f"## {version}", ""]
    for weight in (Weight.BREAKING, Weight.BEHAVIOUR, Weight.COMPATIBLE):
        group = [f"- `{change.name}`: {change.what}" for change in found if change.weight is weight]
        lines += [f"### {_SECTIONS[weight]}", "", *group, ""] if group else []
    return "\n".join(lines)


def insert_entry(changelog: str, entry: str) -> str:
    """Put `entry` first; of an entry for the same version, keep what was written above its lists."""
    head, *others = changelog.split("\n## ")
    title, _, lists = entry.removeprefix("## ").partition("\n")
    same = [other for other in others if other.partition("\n")[0] == title]
    prose = [other.partition("\n")[2].partition("\n### ")[0].strip() for other in same]
    parts = [head.strip(), f"## {title}", *filter(None, prose), lists.strip()]
    parts += [f"## {other.strip()}" for other in others if other not in same]
    return "\n\n".join(parts) + "\n"


def spec_at(revision: str, root: Path) -> bytes:
    """Read openapi.yaml as it was at a git revision."""
    command = ["git", "-C", str(root), "show", f"{revision}:openapi.yaml"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise SpecError(f"git has no openapi.yaml at {revision}: {done.stderr.decode().strip()}")
    return done.stdout


@cache
def client(text: bytes) -> Mapping[Path, str]:
    """Generate the client of a spec, with the templates of today; return its files by their paths."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "openapi.yaml").write_bytes(text)
        shutil.copy(ROOT / "generator-config.yaml", folder)
        shutil.copytree(ROOT / "generator-templates", Path(folder, "generator-templates"))
        return render_package(Path(folder))


def compare(old: bytes, new: bytes, revision: str) -> tuple[Surface, Surface, list[Change]]:
    """Generate from both specs; return the public names of each client, and what changed."""
    after = client(new)  # first: a fault in the spec at hand is reported before one in an old one
    try:
        before = client(old)
    except (ValueError, GenerationError, yaml.YAMLError) as problem:
        raise SpecError(
            f"openapi.yaml at {revision} can't be compared: today's generator makes no client of it. Compare "
            f"with a later revision, or commit it with these changed on a branch:\n{problem}"
        ) from problem
    surfaces = surface(before, load(old)), surface(after, load(new))
    return *surfaces, changes(*surfaces) or unnamed(before, after)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="api-diff", description="Compare openapi.yaml with a git revision.")
    parser.add_argument("revision", help="a git revision, such as v0.1.0 or HEAD")
    parser.add_argument("--changelog", action="store_true", help="write the entry into CHANGELOG.md")
    options = parser.parse_args(arguments)
    try:
        committed = spec_at(options.revision, root)
        old, new, found = compare(committed, (root / "openapi.yaml").read_bytes(), options.revision)
    except (ValueError, GenerationError, yaml.YAMLError) as problem:
        print(problem, file=sys.stderr)
        return 2
    print(report(old, new, found), end="")
    if options.changelog and found:
        path = root / "CHANGELOG.md"
        path.write_text(insert_entry(path.read_text("utf-8"), changelog_entry(old, new, found)), "utf-8")
    return 0 if not found or says_enough(old.version, new.version, found[0].weight) else 1


if __name__ == "__main__":
    sys.exit(main())
