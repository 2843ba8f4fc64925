"""Names and phone numbers of people who don't exist. The numbers lie in ranges reserved for fiction."""

from __future__ import annotations

from typing import Final

from futureagi_simulate_mock.dice import Dice

_NAMES: Final = {
    "en": (
        ("Amelia", "Noah", "Priya", "Jamal", "Grace", "Liam", "Zoë", "Mateo"),
        ("Carter", "O'Brien", "Patel", "Nguyen", "Smith-Jones", "Okafor", "Rivera", "Li"),
    ),
    "fr": (
        ("Élodie", "Benoît", "Chloé", "Thaïs", "Loïc", "Inès"),
        ("Lefèvre", "Béranger", "N'Diaye", "Moreau", "Castaño", "Dupré"),
    ),
    "de": (
        ("Jörg", "Käthe", "Björn", "Annegret", "Cem", "Heike"),
        ("Müller", "Weiß", "Öztürk", "Schröder", "Kovačević", "Brandt"),
    ),
    "ja": (("佐藤", "鈴木", "高橋", "田中", "渡辺", "伊藤"), ("健", "陽子", "大輔", "美咲", "翔太", "花子")),
}
_AREAS: Final = (212, 312, 415, 503, 617, 702, 808, 917)


def draw_name(dice: Dice, language: str) -> str:
    """Draw a full name as it is written in `language`."""
    first, last = _NAMES[language]
    separator = "" if language == "ja" else " "
    return f"{dice.choice(first)}{separator}{dice.choice(last)}"


def draw_phone(dice: Dice, language: str) -> str:
    """Draw a number nobody has: US 555-01xx, UK 07700 900xxx, France 01 99 00 xx xx, Berlin 23125 xxx."""
    if language == "fr":
        return f"+33199{dice.below(10000):06d}"
    if language == "de":
        return f"+493023125{dice.below(1000):03d}"
    if dice.chance(350):
        return f"+447700900{dice.below(1000):03d}"
    return f"+1{dice.choice(_AREAS)}55501{dice.below(100):02d}"
