from __future__ import annotations

import json
import unicodedata

import pytest

from futureagi_simulate.printable import clean, escaped, one_line, shorten


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("Zoë – 返金 📞", "Zoë – 返金 📞"),
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b[2J\x1b]0;title\x07", "�[2J�]0;title�"),
        ("\x9b31m", "�31m"),
        ("user\u202etxt.exe", "user�txt.exe"),
        ("\u2066x\u2069", "�x�"),
        ("\x00\ud800\uffff\ufdd0\U0010ffff", "�����"),
        ("a\u2028b\u2029c", "a�b�c"),
        ("hidden\U000e0041\ufff9", "hidden��"),
        ("שלום \u200f", "שלום \u200f"),
    ],
)
def test_what_could_act_on_a_terminal_is_shown_instead(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("::set-output name=ready::true", ": :set-output name=ready::true"),
        (" \t::stop-commands::x", " \t: :stop-commands::x"),
        ("a\n\n  ::add-mask::b", "a\n\n  : :add-mask::b"),
        ("Ready\u2028::x", "Ready\ufffd: :x"),
        ("::a\n::b", ": :a\n: :b"),
        ("one ##[error]two ##[add-mask]", "one ## [error]two ## [add-mask]"),
        ("##vso[task.complete result=Succeeded;]", "##vso [task.complete result=Succeeded;]"),
        ("##teamcity[buildStatus]", "##teamcity [buildStatus]"),
        ("std::string ## heading [x]", "std::string ## heading [x]"),
    ],
)
def test_what_a_ci_system_would_take_for_a_command_is_text(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_no_control_character_of_any_kind_gets_through() -> None:
    everything = "".join(map(chr, range(0x3000)))
    left = {character for character in clean(everything) if unicodedata.category(character) == "Cc"}
    assert left == {"\n", "\t"}


def test_a_json_document_is_escaped_without_changing_its_value() -> None:
    value = {"caf\u00e9\x9b31m": ["\u202e", "\U000e0041", "\ud83d", "a\nb", "\U0001f4de"]}
    document = json.dumps(value, ensure_ascii=False, indent=2)
    assert json.loads(escaped(document)) == value
    assert clean(escaped(document)) == escaped(document)
    assert "\u00e9" in escaped(document), "what is safe stays readable"


def test_one_line_is_one_line_whatever_breaks_it() -> None:
    assert one_line("  a\r\nb\u2028c\x85d\x0b\x0ce \t f ") == "a b c d e f"


@pytest.mark.parametrize(
    ("text", "width", "cut"), [("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("ab  c", 4, "ab c")]
)
def test_a_text_is_cut_to_a_width_with_an_ellipsis(text: str, width: int, cut: str) -> None:
    assert shorten(text, width) == cut
