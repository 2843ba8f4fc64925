"""Recorded answers of a real server, without its ids and texts; see README.md beside this file."""

from __future__ import annotations

import json
import lzma
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SECOND = "live2-"  # how the ids of the second recording begin


@cache
def exchanges(*, second: bool = False) -> list[dict[str, Any]]:
    """Return the exchanges of the first recording; with `second`, those of the second only."""
    with lzma.open(FOLDER / "exchanges.jsonl.xz", "rt", encoding="utf-8") as lines:
        every = [json.loads(line) for line in lines]
    return [exchange for exchange in every if exchange["id"].startswith(SECOND) is second]
