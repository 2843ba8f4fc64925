"""Good choices that are given more than once for an eval: all of them count, whoever reads them."""

from __future__ import annotations

from typing import Any

import pytest

from futureagi_simulate_cli.failures import Demands
from futureagi_simulate_cli.gate.settings import Settings, read_wanted

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
def test_choices_given_apart_are_wanted_together(given: Any) -> None:
    assert read_wanted(given) == BOTH
    assert Settings.of(wanted=given).wanted == BOTH


def test_names_that_differ_in_case_only_mean_the_same_to_the_gate_and_to_failures() -> None:
    apart = {"Tone": ("calm",), "tone": ("neutral",)}
    assert Settings(wanted=apart).wanted == Demands(wanted=apart).wanted == BOTH


def test_each_eval_keeps_its_own_choices() -> None:
    assert read_wanted(["Tone=calm", "Mood=glad"]) == {"Tone": ("calm",), "Mood": ("glad",)}
