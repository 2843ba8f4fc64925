"""What others say, made safe to repeat: a server's error envelope, the beginning of a body, a few headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec

from futureagi_simulate import printable

__all__ = ["Words", "clean", "excerpt", "helpful_headers", "sentence", "status_text"]

EXCERPT: Final = 500  # characters of a body that an error keeps
_LOOKED_AT: Final = 64 * 1024  # bytes of it that are searched for keys before the cut
_HEADERS: Final = (
    "content-type",
    "date",
    "location",
    "retry-after",
    "retry-after-ms",
    "server",
    "via",
    "www-authenticate",
)
_SAID: Final = ("message", "detail", "error", "result")

Scrub = Callable[[str], str]


class Words(msgspec.Struct, frozen=True):
    """The server's own words about an error; `found` tells whether its JSON envelope was there at all."""

    found: bool = False
    type: str = ""
    code: str = ""
    message: str = ""
    details: Mapping[str, Any] = msgspec.field(default_factory=dict)

    @classmethod
    def of(cls, content: bytes, scrub: Scrub) -> Words:
        """Read `{"status": false, "type", "code", "message", …, "details"}`.

        Every part of it may be missing.
        """
        try:
            body = _cleaned(msgspec.json.decode(content.decode(errors="replace")), scrub)
        except (msgspec.DecodeError, RecursionError):
            return cls()
        if not isinstance(body, dict):
            return cls()
        said = [body[name] for name in _SAID if isinstance(body.get(name), str)]
        details = body.get("details")
        return cls(
            found=body.get("status") is False,
            type=_text(body.get("type")),
            code=_text(body.get("code")),
            message=said[0] if said else "",
            details=details if isinstance(details, dict) else {},
        )


def clean(text: str, scrub: Scrub) -> str:
    """Mask the keys in a text from outside, and replace what a terminal would obey."""
    return printable.clean(scrub(text))


def excerpt(content: bytes, scrub: Scrub) -> str:
    """Return the beginning of a body as text that is safe to print."""
    return clean(content[:_LOOKED_AT].decode(errors="replace"), scrub)[:EXCERPT]


def helpful_headers(headers: Mapping[str, str], scrub: Scrub) -> dict[str, str]:
    """Keep the few headers of an answer that help to understand an error."""
    return {name: clean(headers[name], scrub) for name in _HEADERS if name in headers}


def status_text(status: int) -> str:
    """Name a status: "404 Not Found", or the number alone if it is nobody's standard."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def sentence(text: str) -> str:
    """End a text with a full stop unless it ends with a sign already."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _cleaned(value: Any, scrub: Scrub) -> Any:
    """Clean every text in a decoded body, names included."""
    if isinstance(value, str):
        return clean(value, scrub)
    if isinstance(value, list):
        return [_cleaned(item, scrub) for item in value]
    if isinstance(value, dict):
        return {clean(name, scrub): _cleaned(item, scrub) for name, item in value.items()}
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
