"""Text from elsewhere, made safe to print: nothing in it acts on a terminal or hides what is there.

Every command, error, warning and repr cleans such text here.
"""

from __future__ import annotations

import json
import re
from typing import Final

_UNSAFE: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, C0 and C1, but tab and newline
    "\u2028\u2029"  # line breaks that are no newline
    "\u202a-\u202e\u2066-\u2069"  # overrides and isolates of the writing direction
    "\ufff9-\ufffb\U000e0000-\U000e007f"  # annotations and tags, which are invisible
    "\ud800-\udfff"  # half of a surrogate pair: it can't be encoded
    "\ufdd0-\ufdef"  # no characters: these, and the last two of each plane
    + "".join(chr(plane | last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_SPACE: Final = re.compile(r"\s+")
_COMMAND: Final = re.compile(r"(?:^|(?<=[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]))\s*+:(?=:)|##\w*+(?=\[)")
"""Workflow commands of GitHub, which trims a line first, and those of Azure Pipelines and TeamCity."""


def clean(text: str) -> str:
    """Replace every character that isn't safe to print by U+FFFD; tabs and newlines stay.

    What a CI system would take for a command gets a blank: "::" where a line begins, "##[" and "##vso[".
    """
    text = _COMMAND.sub(r"\g<0> ", text)
    return text if _is_plain(text) else _UNSAFE.sub("\ufffd", text)


def escaped(text: str) -> str:
    r"""Write every character that isn't safe to print as `\uXXXX`: a JSON document stays the same value."""
    return text if _is_plain(text) else _UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], text)


def one_line(text: str) -> str:
    """Put `text` on one line: cleaned, every run of white space a single blank."""
    return clean(_SPACE.sub(" ", text)).strip()


def shorten(text: str, width: int) -> str:
    """Cut the one line of `text` to `width` characters, ending in an ellipsis where some are missing."""
    line = one_line(text)
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()
