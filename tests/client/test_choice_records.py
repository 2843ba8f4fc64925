"""The text of an answer with choices: printed lists and objects are read, every other text is the choice."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from futureagi_simulate import execution_record
from futureagi_simulate.records import choices_of

from .test_records import Sent


@pytest.mark.parametrize(
    "held",
    [
        ["calm"],
        ["calm", "kind"],
        ("calm",),
        {"choice": "calm"},
        {"choices": ["calm", "kind"], "score": 0.5, "sure": True},
        {"choices": ["it's", 'a "word"', "both ' and \"", "C:\\dir", "é\n", "\u200b"]},
        [],
        {},
        {"choice": None},
    ],
)
def test_what_python_prints_is_read(held: Any) -> None:
    words = held.get("choices", held.get("choice")) if isinstance(held, dict) else held
    expected = (words,) if isinstance(words, str) else tuple(words or ())
    assert choices_of(str(held)) == expected


TEXTS = [
    "{{}}",
    "{[]:1}",
    "[1]",
    "(1)",
    "(None)",
    "{'a'}",
    "{'a': 'b'}",
    "['a', 1]",
    r"['it\d']",
    "(1or 2)",
    "[0x1for x]",
    "[b'a']",
    "['a'](1)",
    "['\\ud800']",
    "[" * 9999,
    "[unclear]",
    "(none of these)",
]


@pytest.mark.parametrize("text", TEXTS, ids=[text[:20] for text in TEXTS])
def test_a_choice_that_only_looks_like_python_is_the_text_itself(text: str) -> None:
    assert choices_of(text) == (text,)
    sent = {"output_type": "choices", "total_choices_avg": {text: 100.0}, "result": []}
    (summary,) = execution_record(Sent({"eval_results": [sent]})).evals
    assert summary.choices == {text: 100.0}


@pytest.mark.parametrize("text", TEXTS, ids=[text[:20] for text in TEXTS])
def test_reading_a_choice_never_warns(text: str) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        choices_of(text)
    assert told == []
