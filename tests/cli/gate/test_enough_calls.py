"""How many calls an eval must have judged: sums over several evals are no calls."""

from __future__ import annotations

from typing import Any

import pytest

from futureagi_simulate.records import ExecutionRecord
from futureagi_simulate_cli.gate.checks import evaluate
from futureagi_simulate_cli.gate.settings import Settings

from .samples import choices, execution, rate, score, template


def too_few(found: ExecutionRecord, **asked: Any) -> list[str]:
    verdict = evaluate(found, Settings.of(**asked))
    return [check.sentence for check in verdict.failed if check.kind == "calls"]


def test_all_evals_together_need_each_of_them_to_have_judged_enough_calls() -> None:
    found = execution(rate("Coherence", 16, 0), rate("Politeness", 20, 0), score("Resolution", 90, 3))
    asked: dict[str, Any] = {"min": [10], "min_calls": 20}
    assert too_few(found, **asked) == ["Coherence: calls judged 16, required >= 20"]
    assert not evaluate(found, Settings.of(**asked)).ready


def test_all_evals_together_are_ready_where_each_has_judged_enough_calls() -> None:
    found = execution(rate("Coherence", 20, 0), rate("Politeness", 20, 0))
    assert evaluate(found, Settings.of([10], min_calls=20)).ready


def test_an_eval_that_never_ran_has_not_judged_enough_calls() -> None:
    found = execution(rate("Coherence", 20, 0), rate("Politeness", 0, 0))
    assert too_few(found, min=[10], min_calls=20) == ["Politeness: calls judged 0, required >= 20"]


def test_choices_of_which_none_was_wanted_are_not_asked_how_many_calls_they_judged() -> None:
    found = execution(rate("Coherence", 20, 0), choices("Tone", {"calm": 100.0}, 3))
    assert too_few(found, min=[10], min_calls=20) == []
    assert too_few(found, min=[10], min_calls=20, want={"Tone": ["calm"]}) == [
        "Tone: calls judged 3, required >= 20"
    ]


@pytest.mark.parametrize("threshold", ["10", "*=10", "is_helpful=10"])
def test_the_evals_made_from_one_template_are_counted_one_by_one(threshold: str) -> None:
    found = execution(template("is_helpful", rate("Helpful", 16, 0), rate("Empathy", 12, 8)))
    assert too_few(found, min=[threshold], min_calls=20) == ["Helpful: calls judged 16, required >= 20"]
