"""Remove the names and phone numbers that the server sent from failed calls, in every spelling."""

from __future__ import annotations

import ast
import html
import json
import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

import attrs

from futureagi_simulate.records import CallRecord, ExecutionRecord
from futureagi_simulate_cli import failures

NAME: Final = "[name]"
PHONE: Final = "[phone]"
LEFT_OUT: Final = "[left out]"

LONG_NUMBER: Final = 7
"""Any number of so many digits is redacted."""
SHORTER_NUMBER: Final = 5
"""The same in a call whose phone numbers are unknown."""
_TAIL: Final = 6
"""So many last digits identify a known number: a text may leave the country and the area out."""


def _those(words: str) -> frozenset[str]:
    return frozenset(words.split())


_UNREAD: Final = _those(
    "scenario scenario_graph transcript transcripts eval_outputs eval_metrics eval_results tool_outputs "
    "recordings"
)
_PERSONS: Final = _those("customer persona caller callee contact person client patient user")
_NAMES: Final = _those("name names firstname lastname fullname surname forename nickname username email mail")
_NOT_NAMES: Final = _those("scenario column eval template test file voice model provider dataset tool")
_PHONES: Final = _those("phone mobile telephone tel cell msisdn fax number numbers")
_NOT_VALUES: Final = _those("id ids sid type count status")
_ROLES: Final = _those(
    "a agent an and anonymous assistant bot call caller chat customer for guest human line na none null of "
    "phone service simulated simulator support system test the unknown user voice"
)
"""Words that name a role: alone they don't identify anyone."""

_STATUSES: Final = _those("pending queued ongoing analyzing completed failed cancelled")

_ESCAPE: Final = re.compile(
    r"\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[nrtbf]|&#?\w{1,10};|(?:%[0-9A-Fa-f]{2})+|.", re.DOTALL
)
_WHITE: Final = re.compile(r"\\[nrtbf]")
_LATIN: Final = str.maketrans(
    {**dict(zip("øłđðħŧıə", "olddhtie", strict=True)), "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"}
)
"""Letters that Unicode doesn't decompose into a plain one and its mark."""
_LEAD: Final = r"\+?(?:\((?=\+?[0-9]{1,5}\)))?\+?"  # a bracket that closes within the number
_RUN: Final = re.compile(_LEAD + r"[0-9](?:[\W_]{0,6}[0-9])*")
_PLAIN_RUN: Final = re.compile(_LEAD + r"[0-9](?:[\s.,()\[\]{}/_\u2010-\u2015\u2212-]{0,6}[0-9])*")
_NOT_PHONES: Final = re.compile(
    r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])"  # a UUID
    r"|(?<![0-9])(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]"  # a date, perhaps with a time
    r"(?:[t ][0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?)?(?![0-9])"
)
_MARKS: Final = r"(?:[^\w\s]|_){0,4}"
"""What may stand between some letters of a short name; a blank there would find Anna in "can navigate"."""
_ADJACENT: Final = re.compile(r"\[name\](?:[\s_.'\u2019-]{0,3}\[name\])+")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@attrs.frozen
class Identities:
    """The names and numbers of the people in a call, as the server sent them.

    `names` are persons' names: they go as a whole and word by word. `titles` are the names of agents, and
    others whose owner is unclear: the same, but for words that name a role. `numbers` hold digits only.
    """

    names: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    def __or__(self, other: Identities) -> Identities:
        """Return the union of both."""
        return Identities(self.names | other.names, self.titles | other.titles, self.numbers | other.numbers)


@attrs.frozen
class Redaction:
    """What was done: the numbers of names and phone numbers looked for, and what was left out whole.

    `calls` are the ids of calls whose customer's name is unknown: none of their free texts is left.
    `clusters` counts those that cover such a call.
    """

    names: int
    numbers: int
    calls: tuple[str, ...]
    clusters: int


def identities_of(call: CallRecord, *answers: Mapping[str, Any]) -> Identities:
    """Collect the names and numbers of a call: those of its record, its raw bytes and other `answers`."""
    found = Identities()
    sources: list[Any] = [{"customer_name": call.customer_name, "phone_number": call.phone_number}, *answers]
    if call.raw_json:
        with suppress(ValueError):  # a record made by hand: its fields are all there is
            sources.append(json.loads(call.raw_json))
    for source in sources:
        for kind, value in _identities(source, "", ""):
            found |= Identities(**{kind: frozenset((value,))})
    return found


def _identities(value: Any, parent: str, key: str) -> Iterator[tuple[str, str]]:
    """Traverse a response and yield ("names", "titles" or "numbers", value) of what identifies someone.

    A value belongs to a person where its own key says so (`customer_name`), or that of the object it is in
    (`persona`). The key `value` is neutral: the one above it counts.
    """
    if isinstance(value, dict):
        for inner, held in value.items():
            if inner in ("value", "values"):
                yield from _identities(held, parent, key)
            elif inner not in _UNREAD:
                yield from _identities(held, key, inner)
    elif isinstance(value, list):
        for held in value:
            yield from _identities(held, parent, key)
    elif isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and "persona" in _words_of_key(key):
        yield from _identities(_literal(value), parent, key)
    elif isinstance(value, str | int) and not isinstance(value, bool) and key:
        yield from _classified(str(value), _words_of_key(parent)[-1:], _words_of_key(key))


def _classified(value: str, parent: Sequence[str], key: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Classify one value by the words of its key and of its parent's."""
    plain = _digits(_fold(value)[0])
    last = key[-1] if key else ""
    is_persons = not _PERSONS.isdisjoint((*parent, *key))
    is_name = last in _NAMES and _NOT_NAMES.isdisjoint(key)
    is_name = is_name or (last in _PERSONS and len(value.split()) <= 5)
    if last in _NOT_VALUES or _UUID.fullmatch(value):
        return
    if not _PHONES.isdisjoint(key) or (is_name and is_number(plain)):
        groups = [re.sub(r"[^0-9]", "", group) for group in re.split(r"[^\W\d_]+", plain)]
        longest = max(map(len, groups))
        least = 5 if last == "number" and not is_persons else 3
        yield from (("numbers", group) for group in groups if len(group) >= min(max(longest, least), _TAIL))
    elif is_name:
        name = value.partition("@")[0] if last in ("email", "mail") else value
        words = _words(name)
        if not is_persons and words:
            yield "titles", name
        elif not all("".join(word) in _ROLES for word in words):
            yield "names", name


def is_number(text: str) -> bool:
    """Return whether a text is a phone number rather than a name: digits and what separates them."""
    return re.fullmatch(r"[\W\d_]{5,}", text) is not None


def _literal(text: str) -> Any:
    """Read a persona that came as JSON, or as Python writes a dict; None for anything else."""
    try:
        return json.loads(text)
    except ValueError:
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None


@lru_cache(maxsize=2048)
def _words_of_key(key: str) -> tuple[str, ...]:
    """Split "customerPhoneNumber" or "customer_phone_number" into its words."""
    return tuple(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()))


class Redactor:
    """Replaces names and numbers that it was given, in every form, and every long number.

    A name is found in any case, with and without accents, in any width, with characters inside that aren't
    visible, spelled out letter by letter, and escaped as in JSON, HTML or a URL. One of up to three letters
    is found only as a word, in scripts that have upper and lower case; all others also inside of words. A
    number is found by its last six digits, whatever separates the digits and in any script. UUIDs and ISO
    dates are no long numbers.
    """

    def __init__(
        self, names: Iterable[str] = (), numbers: Iterable[str] = (), *, titles: Iterable[str] = ()
    ) -> None:
        self._names, self._short_names = _patterns(_forms(names, titles))
        self._tails: set[str] = set()
        self._short_numbers: set[str] = set()
        for number in numbers:
            digits = re.sub(r"[^0-9]", "", _digits(_fold(number)[0]))
            if len(digits) >= _TAIL:
                self._tails.add(digits[-_TAIL:])
            elif len(digits) >= 3:
                self._short_numbers.add(digits)

    def text(self, text: str, least: int = LONG_NUMBER) -> str:
        """Redact one text; any number of at least `least` digits goes too."""
        text = unicodedata.normalize("NFC", text)
        plain, offsets = _fold(text)
        text = _replace(text, offsets, _spans(self._names, self._short_names, plain), NAME)
        text = _ADJACENT.sub(NAME, text)
        plain, offsets = _fold(text)
        return _replace(text, offsets, self._number_spans(_digits(plain), least), PHONE)

    def identifier(self, value: str) -> str:
        """Redact an id; a UUID stays."""
        return value if _UUID.fullmatch(value) else self.text(value)

    def maybe(self, text: str | None, least: int = LONG_NUMBER) -> str | None:
        """Redact a text that may be missing."""
        return None if text is None else self.text(text, least)

    def call(self, call: CallRecord, least: int = LONG_NUMBER) -> CallRecord:
        """Redact every field of a call that can hold a text; raw bytes and raw outputs are dropped."""
        return replace(
            self._without_texts(call),
            summary=self.maybe(call.summary, least),
            ended_reason=self.maybe(call.ended_reason, least),
            scenario=self.maybe(call.scenario, least),
            status=self.maybe(call.status, least),
            evals=tuple(
                replace(
                    record,
                    id=self.identifier(record.id),
                    name=self.maybe(record.name),
                    choices=tuple(self.text(choice, least) for choice in record.choices),
                    reason=self.maybe(record.reason, least),
                    output=None,
                )
                for record in call.evals
            ),
            transcript=tuple(
                replace(turn, speaker=self.text(turn.speaker, least), text=self.text(turn.text, least))
                for turn in call.transcript
            ),
        )

    def without_texts(self, call: CallRecord) -> CallRecord:
        """Leave out every text of a call but the names of its evals: what names it holds is unknown."""
        return replace(
            self._without_texts(call),
            evals=tuple(
                replace(
                    record,
                    id=self.identifier(record.id),
                    name=self.maybe(record.name),
                    choices=(),
                    reason=None,
                    output=None,
                )
                for record in call.evals
            ),
        )

    def _without_texts(self, call: CallRecord) -> CallRecord:
        """Keep what can't hold a text: ids, times, numbers, and a status that is one of the service's."""
        return CallRecord(
            id=self.identifier(call.id),
            execution_id=call.execution_id and self.identifier(call.execution_id),
            status=call.status if call.status in _STATUSES else None,
            kind=call.kind,
            direction=call.direction,
            scenario_id=call.scenario_id and self.identifier(call.scenario_id),
            started_at=call.started_at,
            ended_at=call.ended_at,
            created_at=call.created_at,
            updated_at=call.updated_at,
            duration_s=call.duration_s,
            customer_name=NAME if call.customer_name else None,
            phone_number=PHONE if call.phone_number else None,
            overall_score=call.overall_score,
            agent_latency_s=call.agent_latency_s,
            response_time_s=call.response_time_s,
            cost_cents=call.cost_cents,
            is_snapshot=call.is_snapshot,
            original_call_id=call.original_call_id and self.identifier(call.original_call_id),
        )

    def failed_call(self, failed: failures.FailedCall, least: int = LONG_NUMBER) -> failures.FailedCall:
        """Redact a failed call."""
        return self._with(failed, self.call(failed.call, least), keep_turns=True)

    def failed_call_without_texts(self, failed: failures.FailedCall) -> failures.FailedCall:
        """Leave the texts of a failed call out, and with them the turns where it failed."""
        return self._with(failed, self.without_texts(failed.call), keep_turns=False)

    @staticmethod
    def _with(failed: failures.FailedCall, call: CallRecord, *, keep_turns: bool) -> failures.FailedCall:
        positions = {id(record): position for position, record in enumerate(failed.call.evals)}
        return attrs.evolve(
            failed,
            call=call,
            evals=tuple(
                attrs.evolve(
                    found,
                    record=call.evals[positions[id(found.record)]],
                    turn=found.turn if keep_turns else None,
                )
                for found in failed.evals
            ),
        )

    def cluster(self, cluster: failures.Cluster, *, has_texts: bool = True) -> failures.Cluster:
        """Redact a cluster, or leave its texts out."""
        return attrs.evolve(
            cluster,
            eval_name=self.text(cluster.eval_name),
            name=self.text(cluster.name) if has_texts else LEFT_OUT,
            description=self.text(cluster.description) if has_texts else "",
            call_ids=tuple(map(self.identifier, cluster.call_ids)),
        )

    def execution(self, execution: ExecutionRecord, *, has_texts: bool = True) -> ExecutionRecord:
        """Redact the texts of an execution."""
        return replace(
            execution,
            run_test_name=self.maybe(execution.run_test_name),
            status=self.maybe(execution.status),
            agent_name=NAME if execution.agent_name else None,
            agent_version=self.maybe(execution.agent_version),
            scenarios=tuple(map(self.text, execution.scenarios)) if has_texts else (),
            error_reason=self.maybe(execution.error_reason) if has_texts else None,
            evals=(),
            raw_json=b"",
        )

    def _number_spans(self, plain: str, least: int) -> Iterator[tuple[int, int]]:
        """Find numbers in folded text: those given wherever they stand, then any that is long enough."""
        for run in _RUN.finditer(plain):
            digits = re.sub(r"[^0-9]", "", run[0])
            tails = (digits[end - _TAIL : end] for end in range(_TAIL, len(digits) + 1))
            if digits in self._short_numbers or not self._tails.isdisjoint(tails):
                yield run.span()
            for group in re.finditer("[0-9]+", run[0]):
                if group[0] in self._short_numbers:
                    yield run.start() + group.start(), run.start() + group.end()
        for run in _PLAIN_RUN.finditer(_NOT_PHONES.sub(lambda match: "x" * len(match[0]), plain)):
            if sum(map(str.isdigit, run[0])) >= least:
                yield run.span()


def redactor_for(calls: Iterable[CallRecord]) -> Redactor:
    """Return a redactor for the names and numbers in `calls`."""
    given = [identities_of(call) for call in calls]
    return Redactor(
        {name for one in given for name in one.names},
        {number for one in given for number in one.numbers},
        titles={title for one in given for title in one.titles},
    )


def _words(name: str) -> list[list[str]]:
    """Split a name into its words, each as the folded forms of its characters; numbers are no words."""
    words: list[list[str]] = [[]]
    for character in unicodedata.normalize("NFC", name):
        folded = _folded(character)
        if folded and all(part.isalnum() or unicodedata.category(part)[0] == "M" for part in folded):
            words[-1].append(folded)
        elif folded:
            words.append([])
    return [word for word in words if any(part[0].isalpha() for part in word)]


def _forms(names: Iterable[str], titles: Iterable[str]) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Yield what to look for, each form as words of folded characters: whole names, and words of them."""
    for is_title, given in ((False, names), (True, titles)):
        for name in given:
            words = _words(name)
            parts = {tuple(map(tuple, _words(part))) for part in name.split()}
            for form in {tuple(map(tuple, words)), *parts, *((tuple(word),) for word in words)} - {()}:
                plain = "".join("".join(word) for word in form)
                is_initial = len(plain) == 1 and _is_cased(plain)
                if len(form) == len(words) or not (is_initial or (is_title and plain in _ROLES)):
                    yield form


def _patterns(
    forms: Iterable[tuple[tuple[str, ...], ...]],
) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """Make the patterns of forms that are found anywhere, and of those found as a word only."""
    anywhere: set[tuple[int, str]] = set()
    as_word: set[tuple[int, str]] = set()
    for words in forms:
        letters = [letter for word in words for letter in word]
        is_short = sum(map(len, letters)) <= 3 and any(map(_is_cased, "".join(letters)))
        joined = r"[\W\d_]{0,8}".join(_word_pattern(word) for word in words)
        (as_word if is_short else anywhere).add((sum(map(len, letters)), joined))
        if len(letters) >= 3:
            is_rare = len(letters) >= 6 or not any(map(_is_cased, "".join(letters)))
            for between in (r"[\W_]{0,4}",) if is_rare else (r"[\W_]{1,4}", _MARKS):
                spelled = between.join(map(re.escape, letters))
                (as_word if is_short else anywhere).add((sum(map(len, letters)), spelled))
    return _one_of(anywhere), _one_of(as_word)


def _one_of(alternatives: Iterable[tuple[int, str]]) -> re.Pattern[str] | None:
    """Join alternatives, longest first, by their first character: thousands of names are found fast."""
    groups: dict[str, list[str]] = defaultdict(list)
    for _, pattern in sorted(alternatives, key=lambda one: (-one[0], one[1])):
        groups[pattern[:1]].append(pattern[1:])
    joined = "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in groups.items())
    return re.compile(joined) if joined else None


def _word_pattern(word: Sequence[str]) -> str:
    """Match a word of a name; ä, ö and ü may be written ae, oe and ue, and the other way round."""
    letters = "".join(word)
    pattern = re.escape(letters)
    return re.sub("([aou])e?", r"\1e?", pattern) if len(letters) >= 4 else pattern


def _is_cased(letter: str) -> bool:
    return letter.lower() != letter.upper()


def _spans(
    anywhere: re.Pattern[str] | None, as_word: re.Pattern[str] | None, plain: str
) -> Iterator[tuple[int, int]]:
    if anywhere is not None:
        yield from (match.span() for match in anywhere.finditer(plain))
    position = 0
    while as_word is not None and (match := as_word.search(plain, position)):
        start, end = match.span()
        behind = plain[end : end + 2]
        behind = behind[1:] if behind[:1] == "s" else behind[:1]  # a genitive
        is_word = not (_is_cased(plain[start - 1 : start]) or _is_cased(behind))
        if is_word:
            yield start, end
        position = end if is_word else start + 1


def _replace(text: str, offsets: Sequence[int], spans: Iterable[tuple[int, int]], by: str) -> str:
    """Replace the original text of `spans` of the folded text; those that overlap become one."""
    pieces: list[str] = []
    done = 0
    for start, end in sorted(spans):
        # a character that folds to several is replaced whole; what can't be seen behind it goes with it
        first, last = offsets[start], offsets[bisect_right(offsets, offsets[end - 1])]
        if first >= done:
            pieces += text[done:first], by
        done = max(done, last)
    return "".join((*pieces, text[done:]))


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """Fold case, accents, width and escapes away; say where in `text` each character stands, and its end."""
    if text.isascii() and text.isprintable() and not re.search(r"[\\&%]", text):
        return text.lower(), range(len(text) + 1)
    letters: list[str] = []
    offsets: list[int] = []
    for match in _ESCAPE.finditer(text):
        folded = _folded(match[0]) if len(match[0]) == 1 else _fold_escape(match[0])
        letters.append(folded)
        offsets += [match.start()] * len(folded)
    return "".join(letters), [*offsets, len(text)]


def _fold_escape(escape: str) -> str:
    if escape[0] == "\\":
        decoded = " " if _WHITE.fullmatch(escape) else chr(int(escape[2:], 16))
    else:
        decoded = unquote(escape) if escape[0] == "%" else html.unescape(escape)
    return "".join(map(_folded, unicodedata.normalize("NFC", decoded)))


@lru_cache(maxsize=65536)
def _folded(character: str) -> str:
    """Fold one character; "" for one that can't be seen: a mark, a control or format character, a filler."""
    decomposed = unicodedata.normalize("NFKD", character).casefold().translate(_LATIN)
    return "".join(part for part in unicodedata.normalize("NFKD", decomposed) if _is_seen(part))


def _is_seen(character: str) -> bool:
    if character.isspace():
        return True
    category = unicodedata.category(character)
    is_mark = unicodedata.combining(character) or "\ufe00" <= character <= "\ufe0f"
    return not (
        is_mark
        or category[0] == "C"
        or character in "\u034f\u0640\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164"
    ) and not ("\U000e0000" <= character <= "\U000e0fff")


def _digits(folded: str) -> str:
    """Write each digit of any script as an ASCII one."""
    return folded if folded.isascii() else "".join(map(_digit, folded))


@lru_cache(maxsize=65536)
def _digit(character: str) -> str:
    value = unicodedata.numeric(character, -1.0)
    return str(int(value)) if value in range(10) else character
