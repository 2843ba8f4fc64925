"""What changed between two surfaces, and which of it breaks code that uses the client.

The rules, from the caller's side: what comes back may get narrower and what is sent may get wider without
anyone noticing; the other way round breaks. Enums that come back are open, so a new value breaks nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from tools.surface import Member, Operation, Surface, Type, in_words, shape


class Weight(IntEnum):
    """How much a change asks of the version number."""

    TEXT = 0
    COMPATIBLE = 1
    BREAKING = 2


@dataclass(frozen=True)
class Change:
    """One change: the name in the client that it concerns, and what happened to it."""

    weight: Weight
    name: str
    what: str


def changes(old: Surface, new: Surface) -> list[Change]:
    """List what changed from `old` to `new`, the breaking changes first."""
    found = [*_classes(old, new), *_enums(old, new), *_operations(old, new)]
    return sorted(found, key=lambda change: (-change.weight, change.name, change.what))


def unnamed(old: Mapping[Path, str], new: Mapping[Path, str]) -> list[Change]:
    """List the files of a client that differ, for the case that no name in them has changed."""
    found = []
    for path in sorted(old.keys() | new.keys()):
        before, after = old.get(path, ""), new.get(path, "")
        if _code(before) != _code(after):
            what = "no name or type changed, but the code did: see the diff after `nox -s generate`"
            found.append(Change(Weight.COMPATIBLE, path.as_posix(), what))
        elif before != after:
            found.append(Change(Weight.TEXT, path.as_posix(), "only docstrings or comments changed"))
    return sorted(found, key=lambda change: -change.weight)


def _code(text: str) -> str:
    """Return the code without docstrings, comments and layout."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant("")
    return ast.dump(tree)


def fits(new: Type, old: Type, surface: Surface) -> bool:
    """Return whether a `new` value can stand wherever an `old` one was expected."""
    if new.name == old.name:
        return all(any(fits(inner, outer, surface) for outer in old.of) for inner in new.of)
    if old.name == "Any":
        return True
    return (new.name, old.name) == ("int", "float") or (old.name == "str" and new.name in surface.enums)


def _classes(old: Surface, new: Surface) -> Iterator[Change]:
    for name in old.classes.keys() | new.classes.keys():
        if name not in new.classes:
            yield Change(Weight.BREAKING, name, "class removed")
        elif name not in old.classes:
            yield Change(Weight.COMPATIBLE, name, "class added")
        else:
            yield from _fields(name, old, new)
            yield from _texts(name, old.texts.get(name, ""), new.texts.get(name, ""))


def _fields(name: str, old: Surface, new: Surface) -> Iterator[Change]:
    before, after = old.classes[name], new.classes[name]
    renamed = dict(_renamed(before, after))
    for key in before.keys() - after.keys():
        what = f"field renamed to {renamed[key]}" if key in renamed else "field removed"
        yield Change(Weight.BREAKING, f"{name}.{key}", what)
    for key in after.keys() - before.keys() - set(renamed.values()):
        yield Change(Weight.COMPATIBLE, f"{name}.{key}", f"field added: {after[key]}")
    for key in before.keys() & after.keys():
        yield from _received(f"{name}.{key}", before[key], after[key], new)


def _renamed(before: Mapping[str, Member], after: Mapping[str, Member]) -> Iterator[tuple[str, str]]:
    """Pair a field that went with a field that came, where all but the name is the same."""
    came = [key for key in after if key not in before]
    for key in before:
        if key not in after:
            match = next((other for other in came if after[other] == before[key]), None)
            if match is not None:
                came.remove(match)
                yield key, match


def _received(name: str, old: Member, new: Member, surface: Surface) -> Iterator[Change]:
    """Compare what comes back: wider types and what may be missing break."""
    wider = [kind for kind in new.types if not any(fits(kind, other, surface) for other in old.types)]
    if wider == [Type("None")]:
        yield Change(Weight.BREAKING, name, f"may be null now: {new}")
    elif wider:
        yield Change(Weight.BREAKING, name, f"type changed from {old} to {new}")
    elif new.types != old.types:
        yield Change(Weight.COMPATIBLE, name, f"type narrowed from {old} to {new}")
    if old.required and not new.required:
        yield Change(Weight.BREAKING, name, "may be missing now")
    elif new.required and not old.required:
        yield Change(Weight.COMPATIBLE, name, "always there now")
    yield from _texts(name, old.text, new.text)


def _sent(name: str, old: Member, new: Member, surface: Surface) -> Iterator[Change]:
    """Compare what a caller sends: narrower types, new limits and new duties break."""
    gone = [kind for kind in old.types if not any(fits(kind, other, surface) for other in new.types)]
    if gone:
        yield Change(Weight.BREAKING, name, f"no longer takes {', '.join(sorted(map(str, gone)))}")
    elif new.types != old.types:
        yield Change(Weight.COMPATIBLE, name, f"takes {in_words(new.types)} now")
    if new.sent_as != old.sent_as:
        yield Change(Weight.BREAKING, name, f"sends {new.sent_as!r} instead of {old.sent_as!r}")
    if new.required != old.required:
        weight = Weight.BREAKING if new.required else Weight.COMPATIBLE
        yield Change(weight, name, "is required now" if new.required else "is optional now")
    if new.limits != old.limits:
        loosened = set(new.limits) < set(old.limits)
        limits = ", ".join(f"{key} {value}" for key, value in new.limits) or "none"
        yield Change(Weight.COMPATIBLE if loosened else Weight.BREAKING, name, f"limits now: {limits}")
    yield from _texts(name, old.text, new.text)


def _texts(name: str, old: str, new: str) -> Iterator[Change]:
    if old != new:
        yield Change(Weight.TEXT, name, "description changed")


def _enums(old: Surface, new: Surface) -> Iterator[Change]:
    for name in old.enums.keys() | new.enums.keys():
        if name not in new.enums:
            yield Change(Weight.BREAKING, name, "enum removed")
        elif name not in old.enums:
            yield Change(Weight.COMPATIBLE, name, "enum added")
        else:
            yield from _members(name, old.enums[name], new.enums[name])
            yield from _texts(name, old.texts.get(name, ""), new.texts.get(name, ""))


def _members(name: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    """Compare an enum's values, then what each member means and what each value's member is called."""
    before, after = ({value: key for key, value in members.items()} for members in (old, new))
    for value in before.keys() - after.keys():
        yield Change(Weight.BREAKING, name, f"value {value!r} removed")
    for value in after.keys() - before.keys():
        yield Change(Weight.COMPATIBLE, name, f"value {value!r} added")
    for key in old.keys() & new.keys():
        if old[key] != new[key]:
            yield Change(Weight.BREAKING, f"{name}.{key}", f"means {new[key]!r} now and meant {old[key]!r}")
    for value in before.keys() & after.keys():
        if before[value] != after[value]:
            what = f"value {value!r} is called {after[value]} now"
            yield Change(Weight.BREAKING, f"{name}.{before[value]}", what)


def _operations(old: Surface, new: Surface) -> Iterator[Change]:
    for name in old.operations.keys() | new.operations.keys():
        if name not in new.operations:
            yield Change(Weight.BREAKING, f"{name}()", "operation removed")
        elif name not in old.operations:
            yield Change(Weight.COMPATIBLE, f"{name}()", f"operation added: {new.operations[name].route}")
        else:
            yield from _operation(name, old.operations[name], new.operations[name], new)


def _operation(name: str, old: Operation, new: Operation, surface: Surface) -> Iterator[Change]:
    if shape(old.route) != shape(new.route) or (
        old.route != new.route and old.parameters.keys() == new.parameters.keys()
    ):
        yield Change(Weight.BREAKING, f"{name}()", f"sends {new.route} instead of {old.route}")
    for key in old.parameters.keys() - new.parameters.keys():
        yield Change(Weight.BREAKING, f"{name}({key}=)", "parameter removed")
    for key in new.parameters.keys() - old.parameters.keys():
        required = new.parameters[key].required
        what = "required parameter added" if required else "optional parameter added"
        yield Change(Weight.BREAKING if required else Weight.COMPATIBLE, f"{name}({key}=)", what)
    for key in old.parameters.keys() & new.parameters.keys():
        yield from _sent(f"{name}({key}=)", old.parameters[key], new.parameters[key], surface)
    for status in old.answers.keys() | new.answers.keys():
        before, after = old.answers.get(status), new.answers.get(status)
        if after is None:
            yield Change(Weight.BREAKING, f"{name}()", f"status {status} is no longer documented")
        elif before is None:
            yield Change(Weight.COMPATIBLE, f"{name}()", f"status {status} is documented now")
        else:
            yield from _received(f"{name}() {status}", Member(before, True), Member(after, True), surface)
    if old.choice != new.choice and new.choice:
        yield Change(Weight.BREAKING, f"{name}()", f"chooses what comes back: {new.choice}")
    yield from _texts(f"{name}()", old.text, new.text)
