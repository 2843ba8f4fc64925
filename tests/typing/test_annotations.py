"""Every annotation of the public names can be read at run time, as pydantic, FastAPI or typer read them."""

from __future__ import annotations

import inspect
import pkgutil
import typing
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module

import pytest

ROOMS = (
    "futureagi_simulate",
    "futureagi_simulate_api",
    "futureagi_simulate_mock",
    "futureagi_simulate_contract",
    "futureagi_simulate_cli.gate",
    "futureagi_simulate_cli.failures",
    "futureagi_simulate_cli.export",
    "futureagi_simulate_cli.report",
)
PRINTS = {"futureagi_simulate_mock.__main__"}
# A private name of asyncio or httpx that is imported where it is needed: asyncio and httpx take 100 ms.
LAZY = {"futureagi_simulate.http", "futureagi_simulate.transport", "futureagi_simulate.source"}


def modules() -> Iterator[str]:
    for room in ROOMS:
        yield room
        for module in pkgutil.walk_packages(import_module(room).__path__, f"{room}."):
            if module.name not in PRINTS:
                yield module.name


def callables(module: str) -> Iterator[tuple[str, object]]:
    """Yield what `__all__` names, or without one what the module defines; of classes the methods too."""
    held = import_module(module)
    names = getattr(held, "__all__", None) or [
        name
        for name, value in vars(held).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module
    ]
    for name in names:
        value = getattr(held, name)
        if inspect.isclass(value) or inspect.isroutine(value):
            yield name, value
        if not inspect.isclass(value):
            continue
        for method, given in vars(value).items():
            function = given.fget if isinstance(given, property) else getattr(given, "__func__", given)
            if inspect.isfunction(function) and (method == "__init__" or not method.startswith("_")):
                yield f"{name}.{method}", function


@pytest.mark.parametrize("module", [name for name in modules() if name not in LAZY])
def test_type_hints_and_signatures_can_be_evaluated(module: str) -> None:
    for name, value in callables(module):
        with suppress(ValueError):  # a class written in C has no signature
            try:
                typing.get_type_hints(value)
                inspect.signature(value, eval_str=True)  # type: ignore[arg-type]
            except NameError as error:
                pytest.fail(f"{module}.{name}: {error}")


def test_a_name_that_only_a_type_checker_imports_is_found() -> None:
    def late(value: Missing) -> None: ...  # type: ignore[name-defined]  # noqa: F821 (what is tested)

    with pytest.raises(NameError):
        typing.get_type_hints(late)
