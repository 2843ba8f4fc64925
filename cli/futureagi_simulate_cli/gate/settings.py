"""The settings of a gate: thresholds, accepted choices and limits, from options or from pyproject.toml."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from math import inf
from pathlib import Path
from typing import Any, Final

import attrs

from futureagi_simulate.errors import ConfigurationError

EVERY: Final = "*"
"""In a threshold, the name that stands for every eval with a pass rate."""

TABLE: Final = "tool.fi-simulate.gate"

ThresholdsInput = str | float | Iterable[str | float] | Mapping[str, float]
"""Thresholds as users write them: "Coherence=90", 90, several of these, or `{"Coherence": 90}`."""

ChoicesInput = str | Iterable[str] | Mapping[str, Iterable[str]]
"""Accepted choices as users write them: "Tone=calm,neutral", several such texts, or `{"Tone": ["calm"]}`."""

_THRESHOLD: Final = re.compile(
    r"(?:(?P<name>.*?)\s*(?P<sign>>=|=|>)\s*)?(?P<number>\d+(?:\.\d+)?)\s*%?", re.DOTALL
)
_ALLOWED: Final = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<percent>%?)")


@attrs.frozen
class Threshold:
    """The minimum of an eval, in percent.

    `name` is an eval's name, `EVERY`, or None for all evals together. A value equal to an inclusive threshold
    meets it.
    """

    name: str | None
    minimum: float
    inclusive: bool = True

    @classmethod
    def parse(cls, text: str) -> Threshold:
        """Read "Coherence=90", "Coherence>90" (exclusive), "*=90" (every one) or "90" (all together)."""
        match = _THRESHOLD.fullmatch(text.strip())
        if match is None:
            raise ConfigurationError(
                f'The threshold "{text}" can\'t be read.',
                remedy='Write "Coherence=90", "*=90" for every pass rate, or "90" for all evals together.',
            )
        minimum = float(match["number"])
        if not 0 <= minimum <= 100 or 0 < minimum < 1:
            raise ConfigurationError(
                f'The threshold "{text}" is no percentage from 1 to 100.',
                remedy="Write 90 for 90 %, not 0.9.",
            )
        return cls((match["name"] or "").strip() or None, minimum, match["sign"] != ">")

    def met_by(self, value: float) -> bool:
        """Return whether `value` meets the threshold."""
        return value >= self.minimum if self.inclusive else value > self.minimum

    def __str__(self) -> str:
        """Write it as `parse` reads it."""
        number = points(self.minimum)
        return number if self.name is None else f"{self.name}{'=' if self.inclusive else '>'}{number}"

    @property
    def required(self) -> str:
        """Return the requirement, such as ">= 90 %"."""
        return f"{'>=' if self.inclusive else '>'} {percent(self.minimum)}"


DOCUMENTED_RULE: Final = Threshold(EVERY, 90, inclusive=False)
"""The rule in the service's example: ready when every pass rate is above 90 %. The default."""


@attrs.frozen
class Allowed:
    """How many calls may be without a result: a number of calls, or a percentage."""

    number: float = 0
    percent: bool = False

    @classmethod
    def parse(cls, text: str | float) -> Allowed:
        """Read "5%", a share of the calls, or 5, a number of calls."""
        match = _ALLOWED.fullmatch(str(text).strip())
        number, percent = (float(match["number"]), bool(match["percent"])) if match else (-1.0, False)
        if not (0 <= number <= 100 if percent else number >= 0 and number == int(number)):
            raise ConfigurationError(
                f"The setting max-missing is {text!r}.",
                remedy='Give a number of calls, such as 3, or a percentage from "0%" to "100%".',
            )
        return cls(number, percent)

    def allows(self, count: int, of: int) -> bool:
        """Return whether `count` out of `of` calls are allowed."""
        return 100 * count <= self.number * of if self.percent else count <= self.number

    def __str__(self) -> str:
        return percent(self.number) if self.percent else points(self.number)


@attrs.frozen
class Quarantined:
    """A scenario of an eval that doesn't count until a date, that day included.

    `eval` is the eval's name, or `EVERY`.
    """

    scenario: str
    eval: str
    until: date

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Quarantined:
        """Read `{"scenario": …, "eval": …, "until": date}`; the date may be a text, the eval left out."""
        until, scenario, name = entry.get("until"), entry.get("scenario"), entry.get("eval", EVERY)
        try:
            until = date.fromisoformat(until) if isinstance(until, str) else until
        except ValueError:
            until = None
        texts = all(isinstance(text, str) and text.strip() for text in (scenario, name))
        if isinstance(until, datetime) or not isinstance(until, date) or not texts or len(entry) > 3:
            raise ConfigurationError(
                f"The quarantine entry {dict(entry)!r} can't be read.",
                remedy='Write it as { scenario = "Refund", eval = "Coherence", until = 2026-04-30 }.',
            )
        return cls(str(scenario), str(name), until)

    def covers(self, scenario: str | None, *names: str | None) -> bool:
        """Return whether this is the scenario, and one of `names` the eval."""
        if scenario is None or scenario.casefold() != self.scenario.casefold():
            return False
        return self.eval == EVERY or any(
            name is not None and name.casefold() == self.eval.casefold() for name in names
        )


def merge_choices(choices: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Merge the choices of names that differ in case only, under the first of these names."""
    return _merged(choices.items())


@attrs.frozen
class Settings:
    """What a gate requires of an execution.

    `choices` has the accepted choices of each eval that answers with choices. `min_calls` is the number of
    calls that each eval must have judged. `max_missing` limits the calls without a result, for each of these
    evals. `max_failed` limits the failed calls; where it is set, they don't count as missing. `max_drop` is
    how many points an eval may be below the baseline; None: the statistics of `comparison` decide. With
    `confident` the lower bound of the 95 % interval must meet the threshold, not the measured rate.
    `quarantine` has the scenarios that don't count. `source` is the file the settings were read from.
    """

    thresholds: tuple[Threshold, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=merge_choices)
    min_calls: int = 1
    max_failed: int | None = None
    max_drop: float | None = None
    confident: bool = False
    max_missing: Allowed = Allowed()
    quarantine: tuple[Quarantined, ...] = ()
    source: str | None = None

    @classmethod
    def of(
        cls,
        min: ThresholdsInput = (),
        want: ChoicesInput | None = None,
        *,
        min_calls: int = 1,
        max_failed: int | None = None,
        max_drop: float | None = None,
        confident: bool = False,
        max_missing: str | float = 0,
        quarantine: Iterable[Quarantined | Mapping[str, Any]] = (),
        source: str | None = None,
    ) -> Settings:
        """Read settings as options and pyproject.toml have them."""
        for name, value, least in (
            ("min-calls", min_calls, 1),
            ("max-failed", max_failed, 0),
            ("max-drop", max_drop, 0),
        ):
            if value is not None and not least <= value < inf:
                raise ConfigurationError(f"The setting {name} is {value}.", remedy=f"Give at least {least}.")
        return cls(
            thresholds=tuple(_parse_thresholds(min)),
            choices=parse_choices(want) if want is not None else {},
            min_calls=min_calls,
            max_failed=max_failed,
            max_drop=max_drop,
            confident=confident,
            max_missing=Allowed.parse(max_missing),
            quarantine=tuple(
                entry if isinstance(entry, Quarantined) else Quarantined.of(entry) for entry in quarantine
            ),
            source=source,
        )

    def resolved(self, *, compared: bool) -> Settings:
        """Return the same with `DOCUMENTED_RULE` if nothing is required: no threshold, and no comparison."""
        if self.thresholds or compared:
            return self
        return attrs.evolve(self, thresholds=(DOCUMENTED_RULE,))


def _parse_thresholds(given: ThresholdsInput) -> Iterator[Threshold]:
    if isinstance(given, str | int | float):
        given = [given]
    elif isinstance(given, Mapping):
        given = [f"{name}={least}" for name, least in given.items()]
    yield from (Threshold.parse(str(text)) for text in given)


def parse_choices(given: ChoicesInput) -> dict[str, tuple[str, ...]]:
    """Read accepted choices; those given for one eval in several places are merged."""
    return _merged(_parse_choices(given))


def _parse_choices(given: ChoicesInput) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not isinstance(given, Mapping):
        yield from map(_parse_choice, [given] if isinstance(given, str) else given)
        return
    for name, choices in given.items():
        words = () if isinstance(choices, str) else tuple(choices)
        if not words:
            raise ConfigurationError(
                f"The choices of {name} are {choices!r}.",
                remedy=f'Give a list of them: {{"{name}": ["first", "second"]}}.',
            )
        yield name, words


def _parse_choice(text: str) -> tuple[str, tuple[str, ...]]:
    """Read "Tone=calm,neutral"."""
    name, sign, words = text.partition("=")
    choices = tuple(word.strip() for word in words.split(",") if word.strip())
    if not sign or not name.strip() or not choices:
        raise ConfigurationError(
            f'The choices "{text}" can\'t be read.', remedy='Write them as "Tone=calm,neutral".'
        )
    return name.strip(), choices


def _merged(given: Iterable[tuple[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    names: dict[str, str] = {}
    merged: dict[str, tuple[str, ...]] = {}
    for name, choices in given:
        first = names.setdefault(name.casefold(), name)
        merged[first] = tuple(dict.fromkeys((*merged.get(first, ()), *choices)))
    return merged


def percent(value: float) -> str:
    """Write a percentage with at most two decimals: "80.77 %", "90 %"."""
    return f"{points(value)} %"


def points(value: float) -> str:
    """Write a number with at most two decimals and no trailing zeros."""
    try:
        return f"{value:.2f}".rstrip("0").rstrip(".")
    except OverflowError:  # a whole number beyond the range of floats
        return f"about 10^{int(int(value).bit_length() * 0.30103)}"


def load(config: Path | None, start: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """Read the settings of `config`, or of the nearest pyproject.toml above `start`; `given` overrides them.

    The result has the arguments of `Settings.of`, with `source` naming the file, and `baseline`, `run_test`,
    `started_after`, `max_age` and `wait` where they are set. A value of None, or an empty list, counts as
    not given.
    """
    if config is None:
        found = find_table(start)
    elif (table := read_table(config)) is not None:
        found = config, table
    else:
        raise ConfigurationError(f"{config} has no table [{TABLE}].", remedy="Add it, or name another file.")
    settings = {**found[1], "source": str(found[0])} if found is not None else {}
    return settings | {name: value for name, value in given.items() if value is not None and value != []}


def find_table(start: Path) -> tuple[Path, dict[str, Any]] | None:
    """Find the nearest pyproject.toml with a table for the gate, in `start` and the folders above it.

    The search ends at the root of the repository (a folder with .git), at the home folder, and below a folder
    that users share, such as /tmp, or the root of the file system: these are outside the project.
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


def read_table(path: Path) -> dict[str, Any] | None:
    """Read the gate's table of a pyproject.toml; None if it has none.

    The keys are those of `_READERS`. An unknown key is an error: with a misspelt threshold the gate would
    require nothing.
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
    return {key.replace("-", "_"): _READERS[key](path, key, value) for key, value in table.items()}


def _wrong(path: Path, key: str, value: object, form: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path}: the setting {key} for [{TABLE}] is {value!r}.", remedy=f"Write it as {form}."
    )


def _read_thresholds(path: Path, key: str, value: object) -> list[str]:
    if isinstance(value, dict) and all(_is_number(least) for least in value.values()):
        return [f"{name}={least}" for name, least in value.items()]
    written = value if isinstance(value, list) else [value]
    if all(isinstance(entry, str) or _is_number(entry) for entry in written):
        return [str(entry) for entry in written]
    raise _wrong(path, key, value, '90, "Coherence=90", a list of such, or a table { Coherence = 90 }')


def _read_choices(path: Path, key: str, value: object) -> dict[str, tuple[str, ...]]:
    if isinstance(value, dict) and all(_is_words(words) for words in value.values()):
        return {name: tuple(words) for name, words in value.items()}
    raise _wrong(path, key, value, 'a table { Tone = ["calm", "neutral"] }')


def _read_quarantine(path: Path, key: str, value: object) -> tuple[Quarantined, ...]:
    if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        return tuple(map(Quarantined.of, value))
    raise _wrong(path, key, value, 'a list of { scenario = "…", eval = "…", until = 2026-04-30 }')


def _reader(accepts: Callable[[object], bool], form: str) -> Callable[[Path, str, object], Any]:
    def read(path: Path, key: str, value: object) -> Any:
        if accepts(value):
            return value
        raise _wrong(path, key, value, form)

    return read


def _is_words(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(word, str) for word in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_duration: Final = _reader(
    lambda value: isinstance(value, str) or _is_number(value), 'a duration such as "30m"'
)
_text: Final = _reader(lambda value: isinstance(value, str) and bool(value.strip()), "a text that names one")
_READERS: Final[Mapping[str, Callable[[Path, str, object], Any]]] = {
    "min": _read_thresholds,
    "want": _read_choices,
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
    "max-age": _duration,
    "quarantine": _read_quarantine,
    "wait": _duration,
}
"""The settings in the table, and how each is read."""
