"""Conditions on calls as `--filter` takes them: "overall_score < 50"."""

from __future__ import annotations

import re
from typing import Final

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.filters import Filter, column
from futureagi_simulate_api.operations import FILTER_TYPES
from futureagi_simulate_cli.commands.process import usage

_CONDITION: Final = re.compile(
    r"\s*(?P<column>[\w-]+)\s*(?P<operator><=|>=|!=|!~|==|=|<|>|~|\bin\b)\s*(?P<value>.+?)\s*", re.DOTALL
)
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
}


def parse_condition(text: str) -> Filter:
    """Read a condition: a column, one of < <= > >= = != ~ !~ in, and a value; raise a usage error."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise usage(
            f'--filter "{text}" can\'t be read.',
            'Write it as "overall_score < 50", "status in failed,cancelled" or "scenario ~ Billing".',
        )
    value = match["value"].strip("\"'")
    try:
        chosen = column(match["column"])
        if match["operator"] == "in":
            return chosen.is_in([word.strip() for word in value.split(",")])
        made: Filter = getattr(chosen, _METHODS[match["operator"]])(_read(chosen.type, value))
    except ConfigurationError as error:
        columns = ", ".join(FILTER_TYPES)
        raise usage(
            f'--filter "{text}": {error.problem}', f"Columns: {columns}, or the id of an eval."
        ) from error
    return made


def status_filter(status: str) -> Filter:
    """Return the filter for calls with a status, in any case."""
    return column("status").is_in([status])


def _read(kind: str | None, value: str) -> str | float | bool:
    """Read a value as the type of its column; for an eval's column a number or a verdict if it looks so."""
    if kind == "number" or kind is None:
        try:
            return float(value)
        except ValueError:
            pass
    verdicts = {"true": True, "passed": True, "false": False, "failed": False}
    return verdicts.get(value.casefold(), value) if kind is None else value
