"""Query parameters where the server checks them: two endpoints do, in two styles. Others take anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from futureagi_simulate_mock.messages import Query
from futureagi_simulate_mock.observed.answers import refused, refused_whole
from futureagi_simulate_mock.observed.paging import whole

_TRUE: Final = frozenset({"true", "1", "yes", "on", "t", "y"})
_FALSE: Final = frozenset({"false", "0", "no", "off", "f", "n", "null", "none", ""})
_HUGE: Final = 2**63
_UNKNOWN: Final = "Unknown field."
_DETAIL: Final = frozenset({"search", "page", "limit", "filters", "row_groups", "group_keys"})
_RUNS: Final = frozenset(
    {"run_test_name", "execution_id", "call_execution_id", "eval_name", "summary", "page", "limit"}
)
_NO_ID: Final = "At least one of 'run_test_name', 'execution_id', or 'call_execution_id' is required."


def check_detail(query: Query) -> None:
    """Check the test execution's parameters: the first bad one is named with its reason."""
    for name in ("page", "limit"):
        text = query.get(name)
        if text is None:
            continue
        number = whole(text)
        if number is None:
            raise refused({name: ["A valid integer is required."]})
        if number >= _HUGE:
            raise refused({name: ["String value too large."]}, "max_string_length")
        if number < 1:
            raise refused({name: ["Ensure this value is greater than or equal to 1."]}, "min_value")
    for name in ("search", "row_groups", "group_keys"):
        if "\0" in (query.get(name) or ""):
            raise refused({name: ["Null characters are not allowed."]}, "null_characters_not_allowed")
    unknown = [name for name in query.names() if name not in _DETAIL]
    if unknown:
        raise refused({name: [_UNKNOWN] for name in unknown})


def check_runs(query: Query) -> None:
    """Check the runs endpoint's parameters: all bad ones are listed, under one sentence."""
    reasons: dict[str, list[str]] = {}
    for name, complain in _CHECKS.items():
        text = query.get(name)
        reason = complain(text) if text is not None else None
        if reason is not None:
            reasons[name] = [reason]
    unknown = [name for name in query.names() if name not in _RUNS]
    asked = any(query.get(name) for name in ("run_test_name", "execution_id", "call_execution_id"))
    if not asked and not reasons:
        reasons["non_field_errors"] = [_NO_ID]
    reasons |= {name: [_UNKNOWN] for name in unknown}
    if reasons:
        raise refused_whole(reasons)


def is_true(text: str | None) -> bool:
    """Read a truth value in any of the server's words."""
    return (text or "").lower() in _TRUE


def as_uuid(text: str) -> str | None:
    """Read a UUID with or without dashes, in any case; None when it is none."""
    try:
        return str(UUID(hex=text))
    except ValueError:
        return None


def _id(text: str) -> str | None:
    return None if as_uuid(text) else "Must be a valid UUID."


def _truth(text: str) -> str | None:
    return None if text.lower() in _TRUE | _FALSE else "Must be a valid boolean."


def _words(text: str) -> str | None:
    if "\0" in text:
        return "Null characters are not allowed."
    return "This field may not be blank." if text and not text.strip() else None


_CHECKS: Final[dict[str, Callable[[str], str | None]]] = {
    "run_test_name": _words,
    "execution_id": _id,
    "call_execution_id": _id,
    "eval_name": _words,
    "summary": _truth,
}
