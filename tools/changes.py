"""What changed between two surfaces, and which of it breaks code that uses the client.

The rules, from the caller's side: what comes back may get narrower and what is sent may get wider without
anyone noticing; the other way round breaks. Enums that come back are open, so a new value breaks nothing.
Where code goes on working and gets other results or a warning, behaviour changed: a default, a unit,
a limit or an order that a description names, what is deprecated, headers, statuses, keys, servers.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from tools.surface import Member, Operation, Surface, Type, in_words, shape


class Weight(IntEnum):
    """How much a change asks of the version number."""

    TEXT = 0
    COMPATIBLE = 1
    BEHAVIOUR = 2
    BREAKING = 3


@dataclass(frozen=True)
class Change:
    """One change: the name in the client that it concerns, and what happened to it."""

    weight: Weight
    name: str
    what: str


def changes(old: Surface, new: Surface) -> list[Change]:
    """List what changed from `old` to `new`, the breaking changes first."""
    found = [*_classes(old, new), *_enums(old, new), *_operations(old, new), *_methods(old, new)]
    found += _document(old, new)
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
    if (new.name, old.name) == ("UUID", "str"):  # as an argument: any text is taken, a UUID's too
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
        needed = name in old.sent and after[key].required
        what = f"{'required ' if needed else ''}field added: {after[key]}"
        yield Change(Weight.BREAKING if needed else Weight.COMPATIBLE, f"{name}.{key}", what)
    for key in before.keys() & after.keys():
        if name not in old.sent:
            yield from _received(f"{name}.{key}", before[key], after[key], new)
        else:
            yield from _sent(f"{name}.{key}", before[key], after[key], new)


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
    elif Type("UUID") in new.types - old.types and Type("str") in old.types:
        yield Change(Weight.BREAKING, name, "takes UUIDs only now")
    elif new.types != old.types:
        yield Change(Weight.COMPATIBLE, name, f"takes {in_words(new.types)} now")
    if new.sent_as != old.sent_as:
        yield Change(Weight.BREAKING, name, f"sends {new.sent_as!r} instead of {old.sent_as!r}")
    if new.required != old.required:
        weight = Weight.BREAKING if new.required else Weight.COMPATIBLE
        yield Change(weight, name, "is required now" if new.required else "is optional now")
    if new.limits != old.limits:
        loosened = _looser(dict(old.limits), dict(new.limits))
        limits = ", ".join(f"{key} {value}" for key, value in new.limits) or "none"
        yield Change(Weight.COMPATIBLE if loosened else Weight.BREAKING, name, f"limits now: {limits}")
    yield from _defaults(name, old, new)
    yield from _texts(name, old.text, new.text, warns=True)


def _looser(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Return whether everything that kept to the old limits keeps to the new ones."""
    for key, value in new.items():
        before = old.get(key)
        if before == value:
            continue
        if before is None or key in ("pattern", "multipleOf", "uniqueItems"):
            return False
        higher = float(value) > float(before)
        if higher != ("max" in key.lower()):
            return False
    return True


def _defaults(name: str, old: Member, new: Member) -> Iterator[Change]:
    """Compare what a server takes for a parameter that is left out, where both specs say it somewhere."""
    before, after = (_plain(one.default) or _prose(one.text).get("default", "") for one in (old, new))
    if before and after and before != after:
        yield Change(Weight.BEHAVIOUR, name, f"default changed from {before} to {after}")
    elif bool(before) != bool(after):
        yield Change(Weight.TEXT, name, f"default {'said' if after else 'no longer said'}: {after or before}")


_UNITS = (
    r"(?:milli|micro)?seconds?|minutes?|hours?|days?|cents?|dollars?|percent|points?|ratio|words per minute"
)
_DEPRECATED = re.compile(r"(^|\n\n)Deprecated\.\s*")
_PROSE = {
    "unit": re.compile(rf"\b({_UNITS}|0 to 1(?:00?)?)\b", re.IGNORECASE),
    "default": re.compile(
        r"\b(?:without it|by default|defaults to|(?:the )?default(?: is|:)?|if left out),?\s+([^.;,]+)",
        re.IGNORECASE,
    ),
    "limit": re.compile(
        r"\b((?:at most|at least|up to|no more than|no less than|maximum|minimum)(?: of| is)? [\d.,]*\d)",
        re.IGNORECASE,
    ),
    "order": re.compile(r"\b([\w ]+ first)\b(?=[.,;])", re.IGNORECASE),
}


def _prose(text: str) -> dict[str, str]:
    """Return what a description says that callers rely on: unit, default, limit and order."""
    folded = " ".join(text.split())
    found = {kind: [_plain(one) for one in pattern.findall(folded)] for kind, pattern in _PROSE.items()}
    return {kind: ", ".join(dict.fromkeys(said)) for kind, said in found.items() if said}


def _plain(said: str) -> str:
    """Write what JSON and prose say of a value alike."""
    return said.strip(" `'\"").lower()


def _texts(name: str, old: str, new: str, *, warns: bool = False) -> Iterator[Change]:
    """Compare descriptions. `warns` says that using what is deprecated warns."""
    if old == new:
        return
    was, is_now = (_DEPRECATED.search(text) is not None for text in (old, new))
    if was != is_now:
        weight = Weight.BEHAVIOUR if warns and is_now else Weight.COMPATIBLE
        yield Change(weight, name, "deprecated now" if is_now else "no longer deprecated")
        old, new = (_DEPRECATED.sub(r"\1", text).strip() for text in (old, new))
    before, after = _prose(old), _prose(new)
    told = False
    for kind in ("unit", "limit", "order", *(() if warns else ("default",))):
        one, other = before.get(kind), after.get(kind)
        if one and other and one != other:
            told = True
            yield Change(Weight.BEHAVIOUR, name, f"{kind} changed from {one} to {other}, by its description")
    if old != new and not told:
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


def _methods(old: Surface, new: Surface) -> Iterator[Change]:
    """Compare the methods of Client, where the functions of the same name don't tell it already."""
    for name in old.methods.keys() | new.methods.keys():
        where = f"Client.{name}()"
        if name not in new.methods and name not in old.operations.keys() - new.operations.keys():
            yield Change(Weight.BREAKING, where, "method removed")
        elif name not in old.methods and name not in new.operations.keys() - old.operations.keys():
            yield Change(Weight.COMPATIBLE, where, "method added")
        elif name in old.methods and name in new.methods and old.methods[name] != new.methods[name]:
            before, after = (
                one.operations[name].answers if name in one.operations else None for one in (old, new)
            )
            if before == after:
                what = f"returns {new.methods[name]} instead of {old.methods[name]}"
                yield Change(Weight.BREAKING, where, what)


def _document(old: Surface, new: Surface) -> Iterator[Change]:
    """Compare what holds for every request."""
    if old.security != new.security:
        yield Change(Weight.BEHAVIOUR, "security", f"keys that requests need: {new.security or 'not said'}")
    for url in old.servers:
        if url not in new.servers:
            yield Change(Weight.BEHAVIOUR, "servers", f"{url} removed")
    for url in new.servers:
        if url not in old.servers:
            yield Change(Weight.COMPATIBLE, "servers", f"{url} added")


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
    if old.module != new.module:
        yield Change(Weight.BREAKING, f"{name}()", f"imported from {new.module} instead of {old.module}")
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
        if after is None:  # the client raises its error all the same, should it come
            yield Change(Weight.BEHAVIOUR, f"{name}()", f"status {status} is no longer documented")
        elif before is None:
            yield Change(Weight.COMPATIBLE, f"{name}()", f"status {status} is documented now")
        else:
            yield from _received(f"{name}() {status}", Member(before, True), Member(after, True), surface)
    if old.choice != new.choice and new.choice:
        yield Change(Weight.BREAKING, f"{name}()", f"chooses what comes back: {new.choice}")
    for header in old.headers.keys() | new.headers.keys():
        one, other = old.headers.get(header), new.headers.get(header)
        if other is None:
            yield Change(Weight.BEHAVIOUR, f"{name}()", f"response header {header} removed")
        elif one is None:
            yield Change(Weight.COMPATIBLE, f"{name}()", f"response header {header} added")
        elif one[0] != other[0]:
            what = f"response header {header} is {other[0]} instead of {one[0]}"
            yield Change(Weight.BEHAVIOUR, f"{name}()", what)
        else:
            yield from _texts(f"{name}() {header}", one[1], other[1])
    yield from _texts(f"{name}()", old.text, new.text, warns=True)
