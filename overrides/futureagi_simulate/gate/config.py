"""A project's own settings: the table `[tool.fi-simulate.gate]` of its pyproject.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from futureagi_simulate.errors import ConfigurationError

TABLE: Final = "tool.fi-simulate.gate"


def find_pyproject(start: Path) -> Path | None:
    """Look for pyproject.toml in `start` and the folders above it."""
    return next(
        (path for folder in (start, *start.parents) if (path := folder / "pyproject.toml").is_file()), None
    )


def read_table(path: Path) -> dict[str, Any]:
    """Read the gate's table of a pyproject.toml into arguments of `Settings.of` and the command.

    Keys: `min` (a number, a text, a list of them, or a table of eval names), `want` (a table), `min-calls`,
    `max-failed`, `max-drop`, `confident`, `baseline`, `run-test`, `wait`. An unknown key is an error: a
    misspelt threshold must not make a gate that asks nothing.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} is not valid TOML: {error}.", remedy="Mend the file, or run the command elsewhere."
        ) from error
    table: Any = document
    for key in TABLE.split("."):
        table = table.get(key, {})
        if not isinstance(table, dict):
            raise _wrong(path, key, table, f"a table: [{TABLE}]")
    unknown = sorted(set(table) - set(_READERS))
    if unknown:
        raise ConfigurationError(
            f"{path}: [{TABLE}] has no setting {unknown[0]!r}.",
            remedy=f"It has: {', '.join(sorted(_READERS))}.",
        )
    return {_argument(key): _READERS[key](path, key, value) for key, value in table.items()}


def _argument(key: str) -> str:
    return {"min": "thresholds", "want": "wanted"}.get(key, key.replace("-", "_"))


def _wrong(path: Path, key: str, value: object, form: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path}: the setting {key} for [{TABLE}] is {value!r}.", remedy=f"Write it as {form}."
    )


def _thresholds(path: Path, key: str, value: object) -> list[str]:
    if isinstance(value, dict) and all(_is_number(least) for least in value.values()):
        return [f"{name}={least}" for name, least in value.items()]
    written = value if isinstance(value, list) else [value]
    if all(isinstance(entry, str) or _is_number(entry) for entry in written):
        return [str(entry) for entry in written]
    raise _wrong(path, key, value, '90, "Coherence=90", a list of such, or a table { Coherence = 90 }')


def _wanted(path: Path, key: str, value: object) -> dict[str, tuple[str, ...]]:
    if isinstance(value, dict) and all(_is_words(words) for words in value.values()):
        return {name: tuple(words) for name, words in value.items()}
    raise _wrong(path, key, value, 'a table { Tone = ["calm", "neutral"] }')


def _is_words(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(word, str) for word in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _reader(accepts: Callable[[object], bool], form: str) -> Callable[[Path, str, object], Any]:
    def read(path: Path, key: str, value: object) -> Any:
        if accepts(value):
            return value
        raise _wrong(path, key, value, form)

    return read


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_text: Final = _reader(lambda value: isinstance(value, str) and bool(value.strip()), "a text that names one")
_READERS: Final[Mapping[str, Callable[[Path, str, object], Any]]] = {
    "min": _thresholds,
    "want": _wanted,
    "min-calls": _reader(_is_count, "a whole number"),
    "max-failed": _reader(_is_count, "a whole number"),
    "max-drop": _reader(_is_number, "a number of points"),
    "confident": _reader(lambda value: isinstance(value, bool), "true or false"),
    "baseline": _text,
    "run-test": _text,
    "wait": _reader(lambda value: isinstance(value, str) or _is_number(value), 'a duration such as "30m"'),
}
