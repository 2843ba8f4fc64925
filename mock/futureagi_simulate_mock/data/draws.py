"""Draws that are the same on every machine and every Python, and names and phone numbers drawn with them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from struct import Struct
from typing import Final, TypeVar

T = TypeVar("T")

_WORDS: Final = Struct("<16I")
_GOLDEN: Final = 0x9E3779B1


class Draws:
    """An endless row of draws that depends on `name` alone. `random` is not used: its methods may change."""

    __slots__ = ("_block", "_name", "_next", "_words")

    def __init__(self, *name: object) -> None:
        self._name = "/".join(map(str, name)).encode()
        self._words = _WORDS.unpack(blake2b(self._name).digest())
        self._next = 0
        self._block = 0

    def below(self, limit: int) -> int:
        """Draw an integer from 0 to `limit` - 1 (at most 2**32)."""
        if self._next == 16:
            self._block += 1
            self._words = _WORDS.unpack(blake2b(self._name + b"#%d" % self._block).digest())
            self._next = 0
        word: int = self._words[self._next]
        self._next += 1
        return word * limit >> 32

    def between(self, low: int, high: int) -> int:
        """Draw an integer from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, per_mille: int) -> bool:
        """Draw True in `per_mille` of 1,000 cases."""
        return self.below(1000) < per_mille

    def choice(self, items: Sequence[T]) -> T:
        """Draw one of `items`."""
        return items[self.below(len(items))]


def spread(i: int, offset: int) -> int:
    """Return the i-th of a row of numbers below 1,000 that fill their range evenly, however few are drawn.

    Steps of the golden ratio (Weyl's sequence): among any 12 in a row, about 6 are below 500.
    """
    return ((i * _GOLDEN + offset & 0xFFFFFFFF) * 1000) >> 32


_NAMES: Final = {
    "en": (
        ("Amelia", "Noah", "Priya", "Jamal", "Grace", "Liam", "Zoë", "Mateo"),
        ("Carter", "O'Brien", "Patel", "Nguyen", "Smith-Jones", "Okafor", "Rivera", "Li"),
    ),
    "en-GB": (
        ("Harriet", "Oliver", "Siân", "Callum", "Aisha", "Hamish"),
        ("Whitfield", "MacLeod", "Ahmed", "Llewellyn", "Brontë", "Hughes"),
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


def draw_name(draws: Draws, language: str) -> str:
    """Draw a full name as it is written in `language`."""
    first, last = _NAMES[language]
    separator = "" if language == "ja" else " "
    return f"{draws.choice(first)}{separator}{draws.choice(last)}"


def draw_phone(draws: Draws, language: str) -> str:
    """Draw a number nobody has: US 555-01xx, UK 07700 900xxx, France 01 99 00 xx xx, Berlin 23125 xxx."""
    if language == "fr":
        return f"+33199{draws.below(10000):06d}"
    if language == "de":
        return f"+493023125{draws.below(1000):03d}"
    if language == "en-GB" or draws.chance(350):
        return f"+447700900{draws.below(1000):03d}"
    return f"+1{draws.choice(_AREAS)}55501{draws.below(100):02d}"
