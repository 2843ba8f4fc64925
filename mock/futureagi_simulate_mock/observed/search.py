"""Search as the database does it: ILIKE with the user's text put in as it is."""

from __future__ import annotations

import re
from typing import Final

from futureagi_simulate_mock.catalogue import Catalogue
from futureagi_simulate_mock.documented.listings import ALL, Clause

_NOTHING: Final[Clause] = ("0", ())


def like(text: str) -> re.Pattern[str]:
    """Return what `ILIKE '%text%'` matches: `%` is anything, `_` any one character, in any case."""
    parts = [{"%": ".*", "_": "."}.get(character) or re.escape(character) for character in text.casefold()]
    return re.compile("".join(parts), re.DOTALL)


def scenarios_like(catalogue: Catalogue, organization: int, text: str) -> list[int]:
    """Return the numbers of the organization's scenarios whose name matches."""
    if "\\" in text:
        return []
    pattern = like(text)
    return [
        scenario.number
        for scenario in catalogue.scenarios.values()
        if scenario.organization == organization and pattern.search(scenario.name.casefold())
    ]


def calls_like(catalogue: Catalogue, organization: int, text: str | None) -> Clause:
    """Return the condition of a search among calls: phone number or scenario; a backslash never matches."""
    if not text or not text.strip():
        return ALL
    if "\\" in text:
        return _NOTHING
    numbers = ",".join(map(str, scenarios_like(catalogue, organization, text)))
    return f"(phone LIKE ? OR scenario IN ({numbers}))", (f"%{text}%",)
