"""Read the parameters of a request in the `documented` profile: what the contract lacks is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from futureagi_simulate_mock.generated import Endpoint, Parameter
from futureagi_simulate_mock.messages import Query, Response, error_response, parameters

_WHOLE: Final = re.compile(r"-?[0-9]{1,1000}", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class InvalidParameter(Exception):  # noqa: N818 - not an error of ours: an answer on its way out
    """A parameter can't be taken; `details` holds the reasons by parameter."""

    def __init__(self, details: dict[str, list[str]], code: str = "invalid") -> None:
        super().__init__(details, code)
        self.details = details
        self.code = code

    def response(self) -> Response:
        """Return the 400 answer."""
        field, texts = next(iter(self.details.items()))
        text = f"{field}: {texts[0]}"
        return error_response(400, "validation_error", self.code, text, details=self.details, attr=field)


def refuse(field: str, reason: str, code: str = "invalid") -> InvalidParameter:
    """Return the refusal of one parameter."""
    return InvalidParameter({field: [reason]}, code)


def read(query: Query, endpoint: Endpoint) -> dict[str, Any]:
    """Return the values of all parameters of the query by name; the default, or None, of those left out.

    Raise InvalidParameter for parameters that the endpoint doesn't have, else for the first bad value.
    """
    known = parameters(endpoint, "documented")
    unknown = [name for name in query.names() if name not in known]
    if unknown:
        has = f"this endpoint has {', '.join(known) or 'none'}"
        raise InvalidParameter({name: [f"Unknown parameter; {has}."] for name in unknown})
    return {name: _values(query, one) if one.several else _value(query, one) for name, one in known.items()}


def _value(query: Query, one: Parameter) -> Any:
    text = query.get(one.name)
    if text is None or (text == "" and one.kind not in _NUMBERS):
        if one.required:
            raise refuse(one.name, "This parameter is required.", "required")
        return one.default if text is None or one.kind != "text" else text
    return _READERS[one.kind](one, text)


def _values(query: Query, one: Parameter) -> list[Any]:
    texts = [value for name, value in query.pairs if name == one.name]
    if one.separator:
        texts = [part for text in texts[-1:] for part in text.split(one.separator)]
    if not texts and one.required:
        raise refuse(one.name, "This parameter is required.", "required")
    default = one.default if isinstance(one.default, tuple) else ()
    return [_READERS[one.kind](one, text) for text in texts] or list(default)


def _integer(one: Parameter, text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise refuse(one.name, "A whole number is required.")
    return int(_bounded(one, int(text)))


def _number(one: Parameter, text: str) -> float:
    with suppress(ValueError):
        if math.isfinite(found := float(text)):
            return _bounded(one, found)
    raise refuse(one.name, "A number is required.")


def _bounded(one: Parameter, number: float) -> float:
    if one.least is not None and number < one.least:
        raise refuse(one.name, f"Must be {one.least} or more.", "min_value")
    if one.most is not None and number > one.most:
        raise refuse(one.name, f"Must be {one.most} or less.", "max_value")
    return number


def _text(one: Parameter, text: str) -> str:
    if one.least is not None and len(text) < one.least:
        raise refuse(one.name, f"Must have {one.least} characters or more.", "min_length")
    if one.most is not None and len(text) > one.most:
        raise refuse(one.name, f"Must have {one.most} characters or less.", "max_length")
    if one.pattern and not re.search(one.pattern, text):
        raise refuse(one.name, f"Must match {one.pattern}.")
    return text


def _word(one: Parameter, text: str) -> str:
    if text not in one.words:
        raise refuse(one.name, f"{text!r} is not one of {', '.join(one.words)}.", "invalid_choice")
    return text


def _boolean(one: Parameter, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise refuse(one.name, "Must be true or false.")
    return text.lower() == "true"


def _id(one: Parameter, text: str) -> str:
    if not is_uuid(text):
        raise refuse(one.name, f"{text!r} is not a valid UUID.")
    return text.lower()


def _date(one: Parameter, text: str) -> str:
    with suppress(ValueError):
        date.fromisoformat(text)
        return text
    raise refuse(one.name, f"{text!r} is not an ISO 8601 date.")


def _time(one: Parameter, text: str) -> str:
    with suppress(ValueError):
        datetime.fromisoformat(text)
        return text
    raise refuse(one.name, f"{text!r} is not an ISO 8601 time.")


_NUMBERS: Final = ("integer", "number")
_READERS: Final[Mapping[str, Callable[[Parameter, str], Any]]] = {
    "boolean": _boolean,
    "date": _date,
    "integer": _integer,
    "json": lambda _, text: text,  # read by whoever knows what it holds
    "number": _number,
    "text": _text,
    "time": _time,
    "uuid": _id,
    "word": _word,
}


def is_uuid(text: str) -> bool:
    """Return whether `text` is a UUID in its usual form."""
    return _UUID.fullmatch(text) is not None and bool(UUID(text))
