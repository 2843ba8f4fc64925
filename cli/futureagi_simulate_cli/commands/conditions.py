"""Conditions on calls as `--filter` takes them: "overall_score < 50"."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.filters import Column, Filter, column
from futureagi_simulate_api.operations import FILTER_OPERATORS, FILTER_TYPES, FILTER_WORDS
from futureagi_simulate_cli.commands.process import usage

_METHODS: Final = {
    "<": "less_than",
    "<=": "less_than_or_equal",
    ">": "greater_than",
    ">=": "greater_than_or_equal",
    "=": "equals",
    "==": "equals",
    "!=": "not_equals",
    "~": "contains",
    "!~": "not_contains",
    "in": "in",
    "between": "between",  # not_in_between is left out: its two names are each refused by some server
}
_SIGNS: Final = {name: sign for sign, name in reversed(_METHODS.items())}
_CONDITION: Final = re.compile(
    r"\s*(?P<column>[\w-]+)\s*(?P<sign>[<>=!~]+|\b(?:between|in)\b)\s*(?P<value>\S.*?)\s*",
    re.DOTALL | re.IGNORECASE,
)
_VERDICTS: Final = {"true": True, "passed": True, "false": False, "failed": False}


def parse_condition(text: str) -> Filter:
    """Read a condition: a column, an operator, and a value; raise a usage error that names the known ones.

    Operators: < <= > >= = != ~ (contains) !~ in (one of A,B), between A and B.
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise usage(
            f'--filter "{text}" can\'t be read.',
            'Write it as "overall_score < 50", "status in failed,cancelled", "scenario ~ Billing" or '
            '"overall_score between 20 and 50".',
        )
    sign, value = match["sign"].lower(), match["value"]
    try:
        chosen = column(match["column"])
    except ConfigurationError as error:
        known = ", ".join(FILTER_TYPES)
        raise usage(
            f'--filter "{text}": {match["column"]} is no column to filter by.',
            f"Columns: {known}, or the id of an eval.",
        ) from error
    allowed = FILTER_OPERATORS[chosen.type] if chosen.type else tuple(_METHODS.values())
    operators = [_SIGNS[name] for name in dict.fromkeys(allowed) if name in _SIGNS]
    if sign not in _METHODS or (sign not in operators and sign != "=="):
        raise usage(
            f'--filter "{text}": {sign} doesn\'t go with {chosen.id}.',
            f"Operators for it: {', '.join(operators)}.",
        )
    try:
        return _filter(chosen, sign, value)
    except ConfigurationError as error:
        raise usage(f'--filter "{text}": {error.problem}', error.remedy or "Give another value.") from error


def _filter(chosen: Column, sign: str, value: str) -> Filter:
    if sign == "in" or (sign in ("=", "==") and chosen.id in FILTER_WORDS):
        words = [_unquoted(word) for word in value.split(",")] if sign == "in" else [_unquoted(value)]
        return chosen.is_in([_known(chosen, word) for word in words])
    values: list[Any] = [value]
    if sign == "between":
        values = re.split(r"\s+and\s+", value, flags=re.IGNORECASE)
        if len(values) != 2:
            raise ConfigurationError(
                f'"{value}" isn\'t two values.', remedy=f'Write it as "{chosen.id} {sign} A and B".'
            )
    made: Filter = getattr(chosen, _METHODS[sign])(*(_read(chosen, _unquoted(one)) for one in values))
    return made


def status_filter(status: str) -> Filter:
    """Return the filter for calls with a status, in any case; raise a usage error for an unknown one."""
    try:
        chosen = column("status")
        return chosen.is_in([_known(chosen, status)])
    except ConfigurationError as error:
        raise usage(f"--status: {error.problem}", error.remedy) from error


def _unquoted(value: str) -> str:
    return value.strip().strip("\"'")


def _known(chosen: Column, word: str) -> str:
    """Return a word of a column, in any case; raise ConfigurationError if its words are others."""
    words = FILTER_WORDS.get(chosen.id)
    if words and word.casefold() not in map(str.casefold, words):
        raise ConfigurationError(f'"{word}" isn\'t known.', remedy=f"Known: {', '.join(words)}.")
    return word


def _read(chosen: Column, value: str) -> str | float | bool | datetime:
    """Read a value as the type of its column; for an eval's column a number or a verdict if it looks so.

    A time without a zone is in UTC.
    """
    if chosen.type == "number" or chosen.type is None:
        try:
            return float(value)
        except ValueError:
            pass
    if chosen.type == "number":
        raise ConfigurationError(f'"{value}" is no number.', remedy="Give a number.")
    if chosen.type == "datetime":
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            raise ConfigurationError(
                f'"{value}" is no time.', remedy='Give a time: "2026-03-01" or "2026-03-01T12:00:00Z".'
            ) from None
        return read if read.tzinfo else read.replace(tzinfo=UTC)
    return _VERDICTS.get(value.casefold(), value) if chosen.type is None else value
