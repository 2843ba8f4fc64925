"""Text from elsewhere, made safe to print: no control characters, no reordering of what is around it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_REORDERING: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SPACE: Final = re.compile(r"\s+")
_COMMAND: Final = re.compile(r"(?:^|(?<=[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]))\s*+:(?=:)|##\w*+(?=\[)")
"""Workflow commands of GitHub, which trims a line first, and those of Azure Pipelines and TeamCity."""


def clean(text: str) -> str:
    """Replace what isn't text by U+FFFD: control characters but tab and newline, overrides of direction.

    What a CI system would take for a command gets a blank: "::" where a line begins, "##[" and "##vso[".
    """
    text = _COMMAND.sub(r"\g<0> ", text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character in "\n\t" or _is_text(character) else "\ufffd" for character in text
    )


def _is_text(character: str) -> bool:
    if character in _REORDERING or character in "\ufffe\uffff":
        return False
    return unicodedata.category(character) not in ("Cc", "Cs")


def one_line(text: str) -> str:
    """Put `text` on one line: cleaned, every run of white space a single blank."""
    return clean(_SPACE.sub(" ", text)).strip()


def shorten(text: str, width: int) -> str:
    """Cut the one line of `text` to `width` characters, ending in an ellipsis where some are missing."""
    line = one_line(text)
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"
