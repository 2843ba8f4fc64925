"""Read query parameters carefully: what can't be taken is refused with 400 and a reason."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from futureagi_simulate_mock.messages import Query, Response, error_response
from futureagi_simulate_mock.paging import Slice

_WHOLE: Final = re.compile(r"[0-9]{1,1000}", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class Refused(Exception):  # noqa: N818 - not an error of ours: an answer on its way out
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


class Missing(Exception):  # noqa: N818 - as above
    """What was asked for does not exist, or not for this organization."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def response(self) -> Response:
        """Return the 404 answer."""
        return error_response(404, "not_found", "not_found", f"{self.what} not found.")


def refuse(field: str, reason: str, code: str = "invalid") -> Refused:
    """Return the refusal of one parameter."""
    return Refused({field: [reason]}, code)


def only(query: Query, *known: str) -> None:
    """Refuse parameters that the endpoint does not have."""
    unknown = [name for name in query.names() if name not in known]
    if unknown:
        raise Refused(
            {name: [f"Unknown parameter; this endpoint has {', '.join(known)}."] for name in unknown}
        )


def whole(query: Query, name: str, default: int) -> int:
    """Read a positive integer."""
    text = query.get(name)
    if text is None:
        return default
    if not _WHOLE.fullmatch(text):
        low = text.startswith("-") and _WHOLE.fullmatch(text[1:])
        if not low:
            raise refuse(name, "A whole number is required.")
    number = int(text)
    if number < 1:
        raise refuse(name, "Must be 1 or more.", "min_value")
    return number


def page_asked(query: Query, default_size: int) -> tuple[int, int]:
    """Read `page` and `limit`."""
    return whole(query, "page", 1), whole(query, "limit", default_size)


def cut(asked: tuple[int, int], count: int) -> Slice:
    """Return the asked page of a listing of `count`."""
    return Slice(*asked, count)


def choice(query: Query, name: str, accepted: tuple[str, ...]) -> str | None:
    """Read one of the `accepted` words; an empty text counts as none given."""
    text = query.get(name)
    if not text:
        return None
    if text not in accepted:
        raise refuse(name, f"{text!r} is not one of {', '.join(accepted)}.", "invalid_choice")
    return text


def truth(query: Query, name: str) -> bool:
    """Read `true` or `false` in any case; none given is false."""
    text = query.get(name)
    if not text:
        return False
    if text.lower() not in ("true", "false"):
        raise refuse(name, "Must be true or false.")
    return text.lower() == "true"


def uuid_in_path(ids: dict[str, str], name: str, what: str) -> str:
    """Return a path's id; a malformed one can't exist."""
    if not is_uuid(ids[name]):
        raise Missing(what)
    return ids[name].lower()


def uuid_in_query(query: Query, name: str) -> str | None:
    """Read an id; an empty text counts as none given."""
    text = query.get(name)
    if not text:
        return None
    if not is_uuid(text):
        raise refuse(name, f"{text!r} is not a valid UUID.")
    return text.lower()


def is_uuid(text: str) -> bool:
    """Tell whether `text` is a UUID in its usual form."""
    return _UUID.fullmatch(text) is not None and bool(UUID(text))
