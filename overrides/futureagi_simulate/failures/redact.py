"""Take names and phone numbers out of a failed call, wherever they are spoken or written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

import attrs

from futureagi_simulate.failures.clusters import Cluster
from futureagi_simulate.failures.find import FailedCall
from futureagi_simulate.records import CallRecord

NAME: Final = "[name]"
PHONE: Final = "[phone]"

_DIGIT: Final = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_SPOKEN_NUMBER: Final = re.compile(rf"\b{_DIGIT}(?:[\s,.-]+{_DIGIT}){{6,}}\b", re.IGNORECASE)
_WRITTEN_NUMBER: Final = re.compile(
    r"(?<!\w)(?<!\w-)(?!\d{4}-\d\d-\d\d\b)(?!\d{8}(?:-\d{4}){3}-\d{12}\b)"  # no date, no UUID
    r"\+?\(?\d(?:[\s().\-/\u2010-\u2015]{0,3}\d){6,}(?!\w|-\w)"
)
_INTRODUCTION: Final = re.compile(
    r"\b(?i:my name is|my name's|i am called|this is|speaking with|you're speaking to|"
    r"on the name of|mein name ist|hier ist|hier spricht|je m'appelle|ici|me llamo|mi nombre es)\s+"
    r"(?P<name>[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)*)"
)
_PLAIN: Final = str.maketrans(
    {
        **dict(zip("øØłŁđĐðÐħĦŧŦı\u2018\u2019\u02bc", "oOlLdDdDhHtTi'''", strict=True)),
        **{"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th", "ß": "ss", "ẞ": "SS"},
    }
)
"""Letters that Unicode doesn't take apart into a plain one and its mark, and the apostrophes."""


class Redactor:
    """Replaces the names it was given, names in introductions, and phone numbers, written or spoken.

    A number counts as a phone number from seven digits on; a longer order number goes with it. Ids of the
    service (UUIDs) stay.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        words = {
            unicodedata.normalize("NFC", word)
            for name in names
            for word in (name, *name.split(), *re.split(r"[\s-]+", name))
        }
        longest_first = sorted(words, key=lambda word: (-len(word), word))
        pattern = "|".join(_in_any_case(word) for word in longest_first if len(_plain(word)[0]) > 1)
        self._names = re.compile(rf"(?<!\w)(?P<name>{pattern})(?!\w)") if pattern else None

    def text(self, text: str) -> str:
        """Redact one text."""
        text = unicodedata.normalize("NFC", text)
        if self._names is not None:
            text = _without_names(self._names, text)
        text = _without_names(_INTRODUCTION, text)
        text = _WRITTEN_NUMBER.sub(PHONE, text)
        return _SPOKEN_NUMBER.sub(PHONE, text)

    def maybe(self, text: str | None) -> str | None:
        """Redact a text that may be missing."""
        return None if text is None else self.text(text)

    def call(self, call: CallRecord) -> CallRecord:
        """Redact every field of a call that people wrote or spoke; its raw bytes are dropped."""
        return attrs.evolve(
            call,
            customer_name=NAME if call.customer_name else None,
            phone_number=PHONE if call.phone_number else None,
            summary=self.maybe(call.summary),
            ended_reason=self.maybe(call.ended_reason),
            scenario=self.maybe(call.scenario),
            evals=tuple(
                attrs.evolve(record, reason=self.maybe(record.reason), output=None) for record in call.evals
            ),
            transcript=tuple(attrs.evolve(turn, text=self.text(turn.text)) for turn in call.transcript),
            raw_json=b"",
        )

    def failed_call(self, failed: FailedCall) -> FailedCall:
        """Redact a failed call."""
        call = self.call(failed.call)
        reasons = {record.id: record for record in call.evals}
        return FailedCall(
            call, tuple(attrs.evolve(found, record=reasons[found.record.id]) for found in failed.evals)
        )

    def cluster(self, cluster: Cluster) -> Cluster:
        """Redact a cluster's words."""
        return attrs.evolve(cluster, name=self.text(cluster.name), description=self.text(cluster.description))


def _in_any_case(name: str) -> str:
    """Match a name in any case; one of up to three letters ("Li") as it is written."""
    letters = re.escape(_plain(name)[0])
    return letters if len(name) <= 3 else f"(?i:{letters})"


def _without_names(pattern: re.Pattern[str], text: str) -> str:
    """Replace what the group "name" of `pattern` finds in the plain letters of `text`."""
    plain, places = _plain(text)
    pieces: list[str] = []
    done = 0
    for match in pattern.finditer(plain):
        start, end = (places[place] for place in match.span("name"))
        pieces += text[done:start], NAME
        done = end
    return "".join((*pieces, text[done:]))


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """Write `text` without accents, and say where in it each letter stands, and its end."""
    if text.isascii():
        return text, range(len(text) + 1)
    letters = [_plain_letter(letter) for letter in text]
    places = [place for place, plain in enumerate(letters) for _ in plain]
    return "".join(letters), [*places, len(text)]


@cache
def _plain_letter(letter: str) -> str:
    if letter.isalpha():
        letter = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in letter if not unicodedata.combining(part)).translate(_PLAIN)


def redactor_for(calls: Iterable[CallRecord]) -> Redactor:
    """Make the redactor that knows the customers of all `calls`."""
    return Redactor(call.customer_name for call in calls if call.customer_name)
