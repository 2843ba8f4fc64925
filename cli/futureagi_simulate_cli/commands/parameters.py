"""Options for parameters of the API that a command doesn't name: what the contract gains, it has."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

import typer

from futureagi_simulate_api.operations import METHODS, Parameter
from futureagi_simulate_cli.commands.process import usage

Given = Mapping[str, Any]
NONE_GIVEN: Final[Given] = MappingProxyType({})
_TYPES: Final[Mapping[str, Any]] = {
    "boolean": bool,
    "flag": bool,
    "integer": int,
    "whole": int,
    "number": float,
}
_LISTS: Final = ("names", "texts", "scalars")
#: By method: the parameters that its command has further options for.
_FURTHER: Final[dict[str, dict[str, Parameter]]] = {}
_COMMON: Final = ("timeout", "retries", "rate", "verbose", "quiet", "output", "help")


def words(method: str, parameter: str) -> list[str]:
    """Return the words that a parameter of a method of the client is known to take, for completion."""
    return next(list(one.values) for one in METHODS[method].parameters if one.name == parameter)


def with_parameters(*methods: str, named: Collection[str]) -> Callable[[Any], Any]:
    """Give a command an option for each parameter of `methods` that isn't `named`.

    The command gets the values as its argument `further`, by argument of the method, those left out missing.
    """
    for method in methods:
        _FURTHER[method] = {
            one.argument: one
            for one in METHODS[method].parameters
            if one.name not in named and one.place == "query" and one.kind != "filters"
        }
    found = {name: one for method in methods for name, one in _FURTHER[method].items()}

    def decorate(command: Any) -> Any:
        signature = inspect.signature(command, eval_str=True)
        own = [one for one in signature.parameters.values() if one.name != "further"]
        taken = {*_COMMON, *(one.name for one in own)}
        options = [_option(one, taken) for one in found.values()]

        @functools.wraps(command)
        def call(**arguments: Any) -> Any:
            given = {argument: arguments.pop(_variable(argument)) for argument in found}
            further = {name: value for name, value in given.items() if value not in (None, [])}
            return command(**arguments, further=further)

        call.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in [*own, *options]]
        )
        return call

    return decorate


def arguments(method: str, further: Given) -> dict[str, Any]:
    """Return what was given, for a method; raise a usage error for what it doesn't take, or needs."""
    known = _FURTHER[method]
    for name in further:
        if name not in known:
            raise usage(f"{_flag(name)} doesn't go with what is listed.", "Leave it out.")
    for name, one in known.items():
        if one.required and name not in further:
            raise usage(f"{_flag(name)} is needed.", "Give it a value.")
    return dict(further)


def _variable(argument: str) -> str:
    return f"api_{argument}"


def _flag(argument: str, taken: Collection[str] = ()) -> str:
    name = argument.strip("_").replace("_", "-")
    return f"--api-{name}" if argument in taken else f"--{name}"


def _option(one: Parameter, taken: Collection[str]) -> inspect.Parameter:
    """Return the option of a parameter; one that has the name of another option begins with --api."""
    kind = _TYPES.get(one.kind, str)
    several = one.several or one.kind in _LISTS
    flag = _flag(one.argument, taken)
    known = f" One of {', '.join(one.values)}." if one.values else ""
    extra: dict[str, Any] = {} if kind is bool else {"metavar": "N" if kind in (int, float) else "TEXT"}
    if one.values:
        extra["autocompletion"] = lambda: list(one.values)
    option = typer.Option(
        f"{flag}/--no-{flag[2:]}" if one.kind == "flag" else flag,
        help=f"Sent as {one.name}.{known}{' Repeatable.' if several else ''}",
        min=1 if one.kind == "integer" else None,
        **extra,
    )
    annotation = Annotated[list[kind] | None if several else kind | None, option]  # type: ignore[valid-type]
    return inspect.Parameter(
        _variable(one.argument),
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=annotation,
    )
