"""Checks of arguments: each raises ConfigurationError with cause and remedy, before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib.util import find_spec
from typing import Final
from uuid import UUID

from futureagi_simulate.errors import ConfigurationError

__all__ = ["at_least_one", "names", "one_of", "packages", "plain_text", "uuid", "yes_or_no"]

_EXPORT: Final = ("duckdb", "pyarrow")


def uuid(value: str | UUID, name: str) -> str:
    """Check an id and return its usual form."""
    if isinstance(value, UUID):
        return str(value)
    try:
        return str(UUID(value))
    except (ValueError, AttributeError, TypeError):
        raise ConfigurationError(
            f"{name}={value!r} isn't a UUID.", remedy="Ids look like 6f9619ff-8b86-4d01-b42d-00cf4fc964ff."
        ) from None


def plain_text(value: object, name: str) -> str:
    """Check a text that has to say something."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ConfigurationError(
            f"{name}={value!r} isn't a text to ask for.", remedy=f"Give {name}= as a non-empty text."
        )
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ConfigurationError(
            f"{name}={value!r} holds half a surrogate pair or a byte that isn't UTF-8: it can't be sent.",
            remedy=f"Give {name}= as Unicode text; decode bytes with the encoding they are in.",
        )
    return value


def one_of(value: object, name: str, allowed: Collection[str]) -> str:
    """Check a word out of a list, in any case; return it unchanged."""
    if not isinstance(value, str) or value.lower() not in allowed:
        raise ConfigurationError(
            f"{name}={value!r} isn't known.", remedy=f"Use one of {', '.join(sorted(allowed))}."
        )
    return value


def at_least_one(value: object, name: str) -> int:
    """Check a number of something."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ConfigurationError(
            f"{name}={value!r} isn't a whole number of at least 1.",
            remedy=f"Leave {name}= out for the default.",
        )
    return value


def packages(wanting: str, *needed: str) -> None:
    """Check that what the extra `export` brings, or packages beside it, are installed."""
    for package in needed:
        if find_spec(package) is None:
            beside = "" if package in _EXPORT else f" {package}"
            raise ConfigurationError(
                f"{wanting} needs the package {package}, which is not installed.",
                remedy=f'pip install "futureagi-simulate[export]"{beside}',
            )


def yes_or_no(value: object, name: str) -> bool:
    """Check a switch: a text such as "false" would count as True."""
    if not isinstance(value, bool):
        raise ConfigurationError(
            f"{name}={value!r} is neither True nor False.", remedy=f"Give {name}=True, or leave it out."
        )
    return value


def names(values: str | Sequence[str] | None, name: str) -> str | None:
    """Check names that the API takes as one text with commas in between, and join them."""
    if values is None:
        return None
    given = [values] if isinstance(values, str) else list(values)
    for one in given:
        plain_text(one, name)
        if "," in one:
            raise ConfigurationError(
                f"{name} holds {one!r}; the server splits at commas, so it can't be asked for.",
                remedy=f"Leave {name}= out and pick that one from the answer; several names go into a list.",
            )
    return ",".join(given) or None
