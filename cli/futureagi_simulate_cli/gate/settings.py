"""What a gate asks for: thresholds, counts, and how they are written down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import Final

import attrs

from futureagi_simulate.errors import ConfigurationError

EVERY: Final = "*"
"""In a threshold, the name that stands for every eval with a pass rate."""

_THRESHOLD: Final = re.compile(
    r"(?:(?P<name>.*?)\s*(?P<sign>>=|=|>)\s*)?(?P<number>\d+(?:\.\d+)?)\s*%?", re.DOTALL
)


@attrs.frozen
class Threshold:
    """The least an eval has to reach, in percent.

    `name` is an eval's name, `EVERY`, or None for all evals taken together. An inclusive threshold is met by
    a value equal to it.
    """

    name: str | None
    minimum: float
    inclusive: bool = True

    @classmethod
    def parse(cls, text: str) -> Threshold:
        """Read "Coherence=90", "Coherence>90" (exclusive), "*=90" (every pass rate) or "90" (over all)."""
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

    def reached_by(self, value: float) -> bool:
        """Say whether `value` is enough."""
        return value >= self.minimum if self.inclusive else value > self.minimum

    def __str__(self) -> str:
        """Write it as `parse` reads it."""
        number = points(self.minimum)
        return number if self.name is None else f"{self.name}{'=' if self.inclusive else '>'}{number}"

    @property
    def words(self) -> str:
        """Say what is asked for, such as "at least 90 %"."""
        return f"{'at least' if self.inclusive else 'more than'} {percent(self.minimum)}"


_ALLOWED: Final = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<percent>%?)")


@attrs.frozen
class Allowed:
    """How many calls may be without a result: a number of them, or a percentage."""

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

    def holds(self, count: int, of: int) -> bool:
        """Return whether `count` out of `of` calls are allowed."""
        return 100 * count <= self.number * of if self.percent else count <= self.number

    def __str__(self) -> str:
        return percent(self.number) if self.percent else points(self.number)


DOCUMENTED_RULE: Final = Threshold(EVERY, 90, inclusive=False)
"""The rule in the service's example: ready when every pass rate is above 90 %. Used when none is given."""


def parse_wanted(text: str) -> tuple[str, tuple[str, ...]]:
    """Read "Tone=calm,neutral": an eval that answers with choices, and the choices that count as good."""
    name, sign, words = text.partition("=")
    choices = tuple(word.strip() for word in words.split(",") if word.strip())
    if not sign or not name.strip() or not choices:
        raise ConfigurationError(
            f'The wanted choices "{text}" can\'t be read.', remedy='Write them as "Tone=calm,neutral".'
        )
    return name.strip(), choices


GivenThresholds = str | float | Iterable[str | float] | Mapping[str, float]
"""Thresholds as they are written: "Coherence=90", 90, several of these, or `{"Coherence": 90}`."""

GivenWanted = str | Iterable[str] | Mapping[str, Iterable[str]]
"""Good choices as they are written: "Tone=calm,neutral", several such texts, or `{"Tone": ["calm"]}`."""


def one_per_eval(wanted: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Put the good choices of names that differ in case only together, under the first of these names."""
    return _united(wanted.items())


@attrs.frozen
class Settings:
    """What a gate asks of an execution.

    `wanted` names, per eval that answers with choices, the good ones. `min_calls` is how many calls each eval
    has to have judged; `max_missing` how many calls may be without a result, for each of these evals;
    `max_failed` how many calls may have failed: where it is given, these don't count as missing. `max_drop`
    is how many points an eval may be below the baseline, where there is one. `confident` asks that the lower
    end of the 95 % interval reaches the threshold, not only the measured rate. `source` is the file that
    settings were read from, where there is one.
    """

    thresholds: tuple[Threshold, ...] = (DOCUMENTED_RULE,)
    wanted: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=one_per_eval)
    min_calls: int = 1
    max_failed: int | None = None
    max_drop: float = 2.0
    confident: bool = False
    max_missing: Allowed = Allowed()
    source: str | None = None

    @classmethod
    def of(
        cls,
        thresholds: GivenThresholds = (),
        wanted: GivenWanted | None = None,
        *,
        min_calls: int = 1,
        max_failed: int | None = None,
        max_drop: float = 2.0,
        confident: bool = False,
        max_missing: str | float = 0,
        source: str | None = None,
    ) -> Settings:
        """Make settings from thresholds as they are written; without any, `DOCUMENTED_RULE` holds."""
        for name, value, least in (
            ("min-calls", min_calls, 1),
            ("max-failed", max_failed, 0),
            ("max-drop", max_drop, 0),
        ):
            if value is not None and not least <= value < inf:
                raise ConfigurationError(f"The setting {name} is {value}.", remedy=f"Give at least {least}.")
        return cls(
            thresholds=tuple(_thresholds(thresholds)) or (DOCUMENTED_RULE,),
            wanted=read_wanted(wanted) if wanted is not None else {},
            min_calls=min_calls,
            max_failed=max_failed,
            max_drop=max_drop,
            confident=confident,
            max_missing=Allowed.parse(max_missing),
            source=source,
        )


def _thresholds(given: GivenThresholds) -> Iterator[Threshold]:
    """Read thresholds: one, several, or numbers by the names of evals."""
    if isinstance(given, str | int | float):
        given = [given]
    elif isinstance(given, Mapping):
        given = [f"{name}={least}" for name, least in given.items()]
    yield from (Threshold.parse(str(text)) for text in given)


def read_wanted(given: GivenWanted) -> dict[str, tuple[str, ...]]:
    """Read good choices as they are written; all that are given for an eval count."""
    return _united(_wanted(given))


def _united(given: Iterable[tuple[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    names: dict[str, str] = {}
    united: dict[str, tuple[str, ...]] = {}
    for name, choices in given:
        first = names.setdefault(name.casefold(), name)
        united[first] = tuple(dict.fromkeys((*united.get(first, ()), *choices)))
    return united


def _wanted(given: GivenWanted) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Read good choices: "Tone=calm,neutral", several such texts, or lists by the names of evals."""
    if not isinstance(given, Mapping):
        yield from map(parse_wanted, [given] if isinstance(given, str) else given)
        return
    for name, choices in given.items():
        words = () if isinstance(choices, str) else tuple(choices)
        if not words:
            raise ConfigurationError(
                f"The wanted choices of {name} are {choices!r}.",
                remedy=f'Give a list of them: {{"{name}": ["first", "second"]}}.',
            )
        yield name, words


def percent(value: float) -> str:
    """Write a percentage with at most two decimals: "80.77 %", "90 %"."""
    return f"{points(value)} %"


def points(value: float) -> str:
    """Write a number with at most two decimals and no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
