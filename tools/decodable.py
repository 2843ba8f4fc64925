"""Import a generated package and have msgspec make a decoder for each model; print the fields it can't.

Run by generate.py in a process of its own, as `python decodable.py FOLDER PACKAGE`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import get_type_hints

import msgspec


def undecodable(package: str) -> Iterator[str]:
    """Give each field of a model that msgspec can't decode, or else the class, with the reason."""
    models = importlib.import_module(f"{package}.models")
    for name in models.__all__:
        try:
            kind = getattr(models, name)
            msgspec.json.Decoder(kind)
        except Exception as problem:  # noqa: BLE001 (whatever comes is what is wrong with the class)
            yield from _fields(name, models) or [f"{name}: {_first_line(problem)}"]


def _fields(name: str, models: object) -> list[str]:
    found = []
    try:
        hints = get_type_hints(getattr(models, name))
    except Exception:  # noqa: BLE001 (the class as a whole is told of)
        return []
    for field, hint in hints.items():
        try:
            if not field.startswith("_"):
                msgspec.json.Decoder(hint)
        except Exception as problem:  # noqa: BLE001 (as above)
            found.append(f"{name}.{field}: {_first_line(problem)}")
    return found


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0]


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    problems = {each.partition(": ")[2]: each for each in reversed(list(undecodable(sys.argv[2])))}
    print("\n".join(reversed(problems.values())))
    sys.exit(bool(problems))
