"""Accepted choices that are given more than once for an eval are merged by the gate and by failures."""

from __future__ import annotations

from typing import Any

import pytest

from futureagi_simulate_cli.failures import Criteria
from futureagi_simulate_cli.gate.settings import Settings, parse_choices

BOTH = {"Tone": ("calm", "neutral")}


@pytest.mark.parametrize(
    "given",
    [
        ["Tone=calm", "Tone=neutral"],
        ["Tone=calm", "tone=neutral"],
        ["Tone=calm,neutral", "TONE=calm"],
        {"Tone": ["calm"], "tone": ["neutral"]},
    ],
)
def test_choices_given_apart_are_merged(given: Any) -> None:
    assert parse_choices(given) == BOTH
    assert Settings.of(want=given).choices == BOTH


def test_names_that_differ_in_case_only_mean_the_same_to_the_gate_and_to_failures() -> None:
    apart = {"Tone": ("calm",), "tone": ("neutral",)}
    assert Settings(choices=apart).choices == Criteria(choices=apart).choices == BOTH


def test_each_eval_keeps_its_own_choices() -> None:
    assert parse_choices(["Tone=calm", "Mood=glad"]) == {"Tone": ("calm",), "Mood": ("glad",)}
