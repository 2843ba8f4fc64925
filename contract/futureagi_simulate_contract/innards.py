"""What an error must not tell: texts of the program and its database."""

from __future__ import annotations

import re
from typing import Final

INNARDS: Final = re.compile(
    r"invalid literal for int|has no attribute|select_related|matches the given query|Traceback \(most|"
    r"psycopg|sqlite3?\.|does not exist\s+LINE|NUL \(0x00\)|\bSELECT\b.+\bFROM\b|object at 0x|"
    r"KeyError|TypeError"
)
