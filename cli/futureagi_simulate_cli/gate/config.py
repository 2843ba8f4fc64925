"""A project's own settings: the table `[tool.fi-simulate.gate]` of its pyproject.toml."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from futureagi_simulate.errors import ConfigurationError

TABLE: Final = "tool.fi-simulate.gate"


def find_table(start: Path) -> tuple[Path, dict[str, Any]] | None:
    """Look for the nearest pyproject.toml with a table for the gate, in `start` and the folders above it.

    The search ends at the root of the repository (a folder with .git), at the home folder, and below a folder
    that users share, such as /tmp, or the root of the file system: what lies there isn't the project's.
    """
    for folder in _folders(start.resolve()):
        path = folder / "pyproject.toml"
        if path.is_file() and (table := read_table(path)) is not None:
            return path, table
    return None


def _folders(start: Path) -> Iterator[Path]:
    home = Path(os.path.expanduser("~")).resolve()
    for folder in (start, *start.parents):
        foreign = folder.parent == folder or folder.stat().st_mode & stat.S_ISVTX
        if foreign and folder != start:
            return
        yield folder
        if folder == home or (folder / ".git").exists():
            return


def load(config: Path | None, start: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """Read the settings of `config`, or of the nearest pyproject.toml above `start`; those `given` go first.

    The result has the arguments of `Settings.of`, with `source` naming the file, and `baseline`, `run_test`,
    `started_after` and `wait` where they are set. A value of None, or an empty list, counts as not given.
    """
    if config is None:
        found = find_table(start)
    elif (table := read_table(config)) is not None:
        found = config, table
    else:
        raise ConfigurationError(f"{config} has no table [{TABLE}].", remedy="Add it, or name another file.")
    settings = {**found[1], "source": str(found[0])} if found is not None else {}
    return settings | {name: value for name, value in given.items() if value is not None and value != []}


def read_table(path: Path) -> dict[str, Any] | None:
    """Read the gate's table of a pyproject.toml, None where it has none.

    Keys: `min` (a number, a text, a list of them, or a table of eval names), `want` (a table), `min-calls`,
    `max-missing`, `max-failed`, `max-drop`, `confident`, `baseline`, `run-test`, `started-after`, `wait`. An
    unknown key is an error: a misspelt threshold must not make a gate that asks nothing.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} is not valid TOML: {error}.", remedy="Correct the file, or run the command elsewhere."
        ) from error
    table: Any = document
    for key in TABLE.split("."):
        if key not in table:
            return None
        table = table[key]
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
    "max-missing": _reader(
        lambda value: isinstance(value, str) or _is_count(value), 'a number of calls, or a share such as "5%"'
    ),
    "max-failed": _reader(_is_count, "a whole number"),
    "max-drop": _reader(_is_number, "a number of points"),
    "confident": _reader(lambda value: isinstance(value, bool), "true or false"),
    "baseline": _text,
    "run-test": _text,
    "started-after": _text,
    "wait": _reader(lambda value: isinstance(value, str) or _is_number(value), 'a duration such as "30m"'),
}
