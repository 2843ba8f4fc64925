"""`--param NAME=VALUE`: parameters of the API that a command has no option for, as the contract has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from futureagi_simulate_cli.commands.process import usage

if TYPE_CHECKING:
    from futureagi_simulate_api.operations import Parameter

Param = Annotated[
    list[str] | None,
    typer.Option(
        "--param",
        metavar="NAME=VALUE",
        help="Another parameter of the API, by its name there. Repeatable.",
    ),
]
#: What the commands have options and arguments for.
_OPTIONS: Final = frozenset(
    {"search", "status", "filters", "eval_name", "run_test_name", "execution_id", "call_execution_id"}
)
_VERDICTS: Final = {"true": True, "false": False}
_READERS: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "boolean": ("true or false", lambda text: _VERDICTS[text.lower()]),
    "flag": ("true or false", lambda text: _VERDICTS[text.lower()]),
    "integer": ("a whole number", int),
    "whole": ("a whole number", int),
    "number": ("a number", float),
    "texts": ("a JSON array", json.loads),
    "scalars": ("a JSON array", json.loads),
}


def words(method: str, parameter: str) -> list[str]:
    """Return the words that a parameter of a method of the client is known to take, for completion."""
    return next(list(one.values) for one in _parameters(method).values() if one.name == parameter)


def arguments(method: str, given: list[str] | None) -> dict[str, Any]:
    """Read the values of `--param` as arguments of a method of the client.

    Raise a usage error for a parameter that the method lacks or the command has an option for, for a value of
    another type, and for a parameter that is needed and missing.
    """
    known = {name: one for name, one in _parameters(method).items() if name not in _OPTIONS}
    read: dict[str, Any] = {}
    for text in given or ():
        name, sign, value = text.partition("=")
        if not sign:
            raise usage(f'--param "{text}" has no value.', "Write it as NAME=VALUE.")
        if name not in known:
            others = f"Use one of {', '.join(known)}." if known else "Leave it out, or use an option."
            raise usage(f'--param "{text}": what is asked for has no parameter "{name}".', others)
        one = known[name]
        if one.several or one.kind == "names":
            read.setdefault(one.argument, []).append(_read(one, value))
        else:
            read[one.argument] = _read(one, value)
    missing = [name for name, one in known.items() if one.required and one.argument not in read]
    if missing:
        raise usage(f"The parameter {missing[0]} is needed.", f"Give --param {missing[0]}=VALUE.")
    return read


def _parameters(method: str) -> dict[str, Parameter]:
    from futureagi_simulate_api.operations import METHODS  # here: --help does without

    return {one.name: one for one in METHODS[method].parameters if one.place != "path"}


def _read(one: Parameter, text: str) -> Any:
    what, read = _READERS.get(one.kind, ("a text", str))
    with suppress(ValueError, KeyError):
        return read(text)
    raise usage(f'--param "{one.name}={text}": the value isn\'t {what}.', f"Give {what}.")
