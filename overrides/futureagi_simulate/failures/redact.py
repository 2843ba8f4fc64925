"""Take names and phone numbers out of a failed call, wherever they are spoken or written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
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
    r"(?<![\w-])(?!\d{4}-\d\d-\d\d\b)\+?\(?\d(?:[\s().\-/\u2010-\u2015]{0,3}\d){6,14}(?![\w-])"
)
_INTRODUCTION: Final = re.compile(
    r"(?P<lead>\b(?i:my name is|my name's|i am called|this is|speaking with|you're speaking to|"
    r"on the name of|mein name ist|hier ist|hier spricht|je m'appelle|ici|me llamo|mi nombre es)\s+)"
    r"[A-Z\u00c0-\u00de][\w'\u2019-]+(?:\s+[A-Z\u00c0-\u00de][\w'\u2019-]+)*"
)


class Redactor:
    """Replaces the names it was given, names in introductions, and phone numbers, written or spoken.

    A number counts as a phone number from seven digits on; a longer order number goes with it. Ids of the
    service (UUIDs) stay.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        words = {
            word
            for name in names
            for word in (name, *name.split(), *re.split(r"[\s-]+", name))
            if len(word) > 1
        }
        longest_first = sorted(words, key=lambda word: (-len(word), word))
        pattern = "|".join(map(_spellings, longest_first))
        self._names = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") if pattern else None

    def text(self, text: str) -> str:
        """Redact one text."""
        text = unicodedata.normalize("NFC", text)
        if self._names is not None:
            text = self._names.sub(NAME, text)
        text = _INTRODUCTION.sub(rf"\g<lead>{NAME}", text)
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


def _spellings(name: str) -> str:
    """Match a name with and without accents, and with either apostrophe.

    A name of up to three letters ("Li") is matched as it is written, a longer one in any case.
    """
    letters = "".join(map(_letter, unicodedata.normalize("NFC", name)))
    return letters if len(name) <= 3 else f"(?i:{letters})"


def _letter(letter: str) -> str:
    if letter in "'\u2019":
        return "['\u2019]"
    plain = unicodedata.normalize("NFD", letter)[0]
    return re.escape(letter) if plain == letter else f"[{re.escape(letter)}{re.escape(plain)}]"


def redactor_for(calls: Iterable[CallRecord]) -> Redactor:
    """Make the redactor that knows the customers of all `calls`."""
    return Redactor(call.customer_name for call in calls if call.customer_name)
