"""Write `tests/recorded/` from recordings of a real server: `python tools/recorded.py FOLDER`.

Shapes, statuses, nulls, numbers, times, order and enum values stay as recorded. Ids become others, and every
word of a text becomes a made-up word, always the same one: a search term still finds what it found.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote_plus
from uuid import UUID, uuid5

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = ("exchanges.jsonl", "second.jsonl")
EXCHANGES: Final = "exchanges.jsonl.xz"
_NAMESPACE: Final = UUID("6c1f3f0e-52c3-4f8e-9a39-5d2f0c1e7b42")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:[-_]?[0-9a-f]{4}){3}[-_]?[0-9a-f]{12}", re.IGNORECASE)
_PHONE: Final = re.compile(r"\+?\d{7,}")
_WORD: Final = re.compile(r"[^\W\d_]+")
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_SYLLABLES: Final = tuple(first + second for first in "bdfgklmnprstvz" for second in "aeiou")
_FIGURES: Final = re.compile(r"p\d+|(?:pass|fail)(?:_count)?")
_CHOICES: Final = frozenset({"output", "total_choices_avg"})  # their keys are choices or figures
# What is kept of an error's text: the phrases by which a leak of the program's inside is known.
_INSIDE: Final = re.compile(
    r"invalid literal for int|has no attribute|select_related|No \w+ matches the given query\.|NUL \(0x00\)"
)
_ERROR_KEYS: Final = frozenset({"detail", "details", "message", "error", "errors", "error_messages"})
# Keys whose texts people wrote; every other text is an id, a time, a link, a number or a word of the API.
_TEXT_KEYS: Final = frozenset(
    {
        "agent_definition",
        "agent_definition_used_name",
        "application_contexts",
        "call_summary",
        "capabilities",
        "choice",
        "choices",
        "cluster_name",
        "column_name",
        "content",
        "description",
        "error_reason",
        "evidenceSummary",
        "evidence_summary",
        "eval_name",
        "guidance",
        "issues",
        "messages",
        "name",
        "persona",
        "processing_skip_reason",
        "reason",
        "scenario",
        "scenario_name",
        "scenarios",
        "simulator_agent_name",
        "situation",
        "theme",
        "tone",
        "tool_name",
        "triggers",
        "Ideal_Outcome",
    }
)
_PHONE_KEYS: Final = frozenset({"customer_name", "customer_number", "phone_number"})
# Words that mean something to the API wherever they stand.
_KEPT: Final = frozenset(
    {
        "passed",
        "failed",
        "pass",
        "fail",
        "true",
        "false",
        "null",
        "none",
        "text",
        "number",
        "completed",
        "pending",
        "running",
        "cancelled",
        "name",
        "tone",
        "agent_type",
        "status",
        "id",
        "timestamp",
        "persona",
        "situation",
        "scenario",
        "age",
        "group",
        "score",
        "choice",
        "choices",
        "inbound",
        "outbound",
        "garbage",
        "dataset",
    }
)


def anonymised(exchange: Mapping[str, Any]) -> dict[str, Any]:
    """Return an exchange without the recorded ids and texts."""
    request, response = exchange["request"], exchange["response"]
    body = response["body"]
    return {
        "id": exchange["id"],
        "request": {**request, "path": _ids(request["path"]), "query": _query(request["query"])},
        "response": {
            **response,
            "headers": {name: _ids(value) for name, value in response["headers"].items()},
            "body": _page(body) if isinstance(body, str) else _value(body, ""),
        },
    }


def _page(html: str) -> str:
    """Keep of a page in HTML that it is one."""
    return "<!doctype html>\n<html><title>Page</title></html>\n" if html else html


def _value(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {
            _key(name, key): _value(inner, key if key in _ERROR_KEYS else name)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_value(inner, key) for inner in value]
    return _text(value, key) if isinstance(value, str) else value


def _key(name: str, parent: str) -> str:
    """Return a key; those that are names of evals or choices, not fields, are texts."""
    if _UUID.search(name):
        return _ids(name)
    if parent in _CHOICES:
        return name if _FIGURES.fullmatch(name) else words(name)
    return name if name[:1].islower() or "_" in name or parent in _ERROR_KEYS else words(name)


def _text(text: str, key: str) -> str:
    if key in _PHONE_KEYS:
        return _phone(text)
    if key in _ERROR_KEYS or (key == "result" and " " in text):
        return _error(text)
    if key in _TEXT_KEYS or (key in ("value", "output", "summary") and " " in text):
        return words(text)
    is_time = text[10:11] == "T"
    if key in ("value", "output") and text.lower() not in _KEPT and _WORD.search(text) and not is_time:
        return words(text)
    path, sign, query = text.partition("?")
    if sign and key in ("next", "previous"):
        return _ids(path) + sign + _query(query)
    return _ids(text).replace("rec.example.com", "recordings.example")


def _phone(text: str) -> str:
    """Replace each digit by another, always the same."""
    return re.sub(r"\d", lambda digit: str((int(digit[0]) * 7 + 3) % 10), text)


def _error(text: str) -> str:
    if not text or _UUID.fullmatch(text):
        return _ids(text)
    inside = " ".join(_INSIDE.findall(text))
    return f"Error text {hashlib.sha256(text.encode()).hexdigest()[:6]}" + (f": {inside}" if inside else ".")


def words(text: str) -> str:
    """Replace every word of a text by a made-up one of the same script's kind; keep the rest."""
    parts, end = [], 0
    for found in _UUID.finditer(text):
        parts += [_WORD.sub(_word, text[end : found.start()]), _ids(found[0])]
        end = found.end()
    return "".join([*parts, _WORD.sub(_word, text[end:])])


def _word(found: re.Match[str]) -> str:
    word = found[0]
    if word.lower() in _KEPT or len(word) == 1:
        return word
    if not _LATIN.fullmatch(word):  # one character for one, so that a part of a word is still found in it
        return "".join(chr(0x4E00 + int(_digest(character), 16) % 5000) for character in word)
    number = int(_digest(word.lower()), 16)
    made = "".join(_SYLLABLES[(number >> 7 * place) % len(_SYLLABLES)] for place in range(3))
    if not word.isascii():
        made += "é"
    return made.upper() if word.isupper() else made.capitalize() if word[0].isupper() else made


def _digest(text: str) -> str:
    return hashlib.sha256(f"futureagi-simulate {text}".encode()).hexdigest()[:10]


def _ids(text: str) -> str:
    return _UUID.sub(_id, text)


def _id(found: re.Match[str]) -> str:
    """Return another id, always the same; the one of zeros, which nothing has, stays."""
    text = found[0]
    if set(text) <= set("048-"):
        return text
    made = str(uuid5(_NAMESPACE, str(UUID(text.replace("_", "")))))
    made = made.upper() if text.upper() == text else made
    return made.replace("-", "_" if "_" in text else "-" if "-" in text else "")


def _query(query: str) -> str:
    return "&".join(_parameter(*part.partition("=")) for part in query.split("&"))


def _parameter(name: str, sign: str, value: str) -> str:
    read = unquote_plus(value)
    if name in ("run_test_name", "search", "eval_name"):
        made = read if not read.strip("xz") else _phone(read) if _PHONE.fullmatch(read) else words(read)
    elif name in ("filters", "row_groups", "group_keys") and read[:1] in "[{":
        made = _json_texts(read)
    else:
        return name + sign + _ids(value)
    return name + sign + (value if made == read else quote(made, safe="()"))


def _json_texts(text: str) -> str:
    """Replace the texts of a filter's value or of a group's keys, where they are nothing the API knows."""
    try:
        read = json.loads(text)
    except ValueError:
        return _ids(text)
    return json.dumps(_filter_value(read), ensure_ascii=False, separators=(",", ":"))


def _filter_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _filter_value(inner) if name in ("filter_config", "filter_value") else _ids_of(inner)
            for name, inner in value.items()
        } | {name: value[name] for name in ("filter_type", "filter_op") if name in value}
    if isinstance(value, list):
        return [_filter_value(inner) for inner in value]
    if not isinstance(value, str) or value.lower() in _KEPT or value[10:11] == "T":
        return _ids_of(value)
    return words(value)


def _ids_of(value: Any) -> Any:
    return _ids(value) if isinstance(value, str) else value


def shapes(text: str) -> Iterator[str]:
    """Give the summary of all recorded fields without the examples in it."""
    for line in text.splitlines():
        yield line.partition("  e.g. ")[0].rstrip()


def combinations(text: str) -> Iterator[str]:
    """Give the table of filters and their results without recorded texts."""
    header, *rows = text.splitlines()
    yield header
    for row in rows:
        *cells, value, status, count, message = row.split("\t")
        made = json.dumps(_filter_value(json.loads(value)), ensure_ascii=False)
        yield "\t".join([*cells, made, status, count, _error(message)])


def read(folder: Path) -> list[dict[str, Any]]:
    """Read the recordings of a folder."""
    return [json.loads(line) for name in SOURCES for line in (folder / name).read_text("utf-8").splitlines()]


def packed(exchanges: Iterable[Mapping[str, Any]]) -> bytes:
    """Return exchanges as compressed JSON Lines."""
    lines = "".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) + "\n" for each in exchanges)
    return lzma.compress(lines.encode(), preset=9 | lzma.PRESET_EXTREME)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="exchanges.jsonl, second.jsonl, shapes.txt, filters.tsv")
    folder: Path = parser.parse_args(arguments).folder
    target = ROOT / "tests" / "recorded"
    data = packed(anonymised(exchange) for exchange in read(folder))
    (target / EXCHANGES).write_bytes(data)
    for name, cleaned in (("shapes.txt", shapes), ("filters.tsv", combinations)):
        lines = cleaned((folder / name).read_text("utf-8"))
        (target / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(f"{target.relative_to(ROOT)}: {len(data)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
