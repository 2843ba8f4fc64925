"""The gate's table: an execution, the settings, the exit code and the summary."""

from __future__ import annotations

from typing import Any

import pytest

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.records import ExecutionRecord
from futureagi_simulate_cli.gate.checks import evaluate
from futureagi_simulate_cli.gate.settings import Settings

from .samples import choices, execution, rate, score, template

TONE = {"calm": 60.0, "['calm', 'kind']": 15.0, "{'choice': 'kind'}": 5.0, "angry": 20.0}

CASES = [
    # what the case is about, the execution, the settings, the exit code, the sentence
    (
        "a rate above its threshold",
        execution(rate("Coherence", 19, 1)),
        {"min": ["Coherence=90"]},
        0,
        "Ready to promote: 2 checks passed.",
    ),
    (
        "a threshold is inclusive",
        execution(rate("Coherence", 18, 2)),
        {"min": ["Coherence=90"]},
        0,
        "Ready to promote: 2 checks passed.",
    ),
    (
        "a threshold with > is not inclusive",
        execution(rate("Coherence", 18, 2)),
        {"min": ["Coherence>90"]},
        1,
        "Not ready to promote: 1 of 2 checks failed. Coherence: pass rate 90 % (18/20), required > 90 %",
    ),
    (
        "a rate below its threshold",
        execution(rate("Coherence", 21, 5)),
        {"min": ["Coherence=90"]},
        1,
        "Not ready to promote: 1 of 2 checks failed. Coherence: pass rate 80.77 % (21/26), required >= 90 %",
    ),
    (
        "the documents' rule: every pass rate above 90, all are",
        execution(rate("Coherence", 19, 1), rate("Tone", 20, 0)),
        {},
        0,
        "Ready to promote: 3 checks passed.",
    ),
    (
        "the documents' rule: one of them is exactly 90",
        execution(rate("Coherence", 18, 2), rate("Tone", 20, 0)),
        {},
        1,
        "Not ready to promote: 1 of 3 checks failed. Coherence: pass rate 90 % (18/20), required > 90 %",
    ),
    (
        "the documents' rule: a score has no pass rate and is not asked",
        execution(rate("Coherence", 19, 1), score("Resolution", 12.0)),
        {},
        0,
        "Ready to promote: 2 checks passed.",
    ),
    (
        "every pass rate, inclusive",
        execution(rate("Coherence", 18, 2), rate("Tone", 18, 2)),
        {"min": ["*=90"]},
        0,
        "Ready to promote: 3 checks passed.",
    ),
    (
        "all evals taken together are enough though one is not",
        execution(rate("Coherence", 16, 4), rate("Tone", 20, 0)),
        {"min": ["90"]},
        0,
        "Ready to promote: 2 checks passed.",
    ),
    (
        "all evals taken together are not enough",
        execution(rate("Coherence", 15, 5), rate("Tone", 20, 0)),
        {"min": [90]},
        1,
        "Not ready to promote: 1 of 2 checks failed. all evals together: "
        "pass rate 87.5 % (35/40), required >= 90 %",
    ),
    (
        "a score's average reaches its threshold",
        execution(score("Resolution", 75.0)),
        {"min": ["Resolution=75"]},
        0,
        "Ready to promote: 2 checks passed.",
    ),
    (
        "a score's average is below its threshold",
        execution(score("Resolution", 51.79)),
        {"min": ["Resolution=75"]},
        1,
        "Not ready to promote: 1 of 2 checks failed. Resolution: average 51.79 %, required >= 75 %",
    ),
    (
        "wanted choices, counted also where the server printed a list or an object",
        execution(choices("Tone", TONE)),
        {"min": ["Tone=80"], "want": {"Tone": ["calm", "kind"]}},
        0,
        "Ready to promote: 2 checks passed.",
    ),
    (
        "an answer that holds one choice that isn't wanted doesn't count",
        execution(choices("Tone", TONE)),
        {"min": ["Tone=80"], "want": {"Tone": ["calm"]}},
        1,
        "Not ready to promote: 1 of 2 checks failed. Tone: accepted choices 60 % (12/20), required >= 80 %",
    ),
    (
        "wanted choices are part of every pass rate",
        execution(rate("Coherence", 20, 0), choices("Tone", TONE)),
        {"min": ["*=90"], "want": {"Tone": ["calm", "kind"]}},
        1,
        "Not ready to promote: 1 of 3 checks failed. Tone: accepted choices 80 % (16/20), required >= 90 %",
    ),
    (
        "too few calls judged",
        execution(rate("Coherence", 5, 0)),
        {"min": ["Coherence=90"], "min_calls": 20},
        1,
        "Not ready to promote: 1 of 3 checks failed. Coherence: calls judged 5, required >= 20",
    ),
    (
        "just enough calls judged",
        execution(rate("Coherence", 20, 0)),
        {"min": ["Coherence=90"], "min_calls": 20},
        0,
        "Ready to promote: 3 checks passed.",
    ),
    (
        "as many failed calls as allowed",
        execution(rate("Coherence", 20, 0), failed_calls=2),
        {"max_failed": 2},
        0,
        "Ready to promote: 3 checks passed.",
    ),
    (
        "one failed call too many",
        execution(rate("Coherence", 20, 0), failed_calls=3),
        {"max_failed": 2},
        1,
        "Not ready to promote: 1 of 3 checks failed. failed calls: 3, allowed 2",
    ),
    (
        "21 of 26 is not 80.77 % for certain",
        execution(rate("Coherence", 21, 5)),
        {"min": ["Coherence=80"], "confident": True},
        1,
        "Not ready to promote: 1 of 2 checks failed. Coherence: pass rate 80.77 % (21/26), "
        "lower bound 62.12 %, required >= 80 %",
    ),
    (
        "the same rate over enough calls is",
        execution(rate("Coherence", 2100, 500)),
        {"min": ["Coherence=79"], "confident": True},
        0,
        "Ready to promote: 2 checks passed.",
    ),
    (
        "five of five is not 90 % for certain",
        execution(rate("Coherence", 5, 0)),
        {"min": ["Coherence=90"], "confident": True},
        1,
        "Not ready to promote: 1 of 2 checks failed. Coherence: pass rate 100 % (5/5), lower bound 56.55 %, "
        "required >= 90 %",
    ),
    (
        "nothing evaluated is never ready",
        execution(rate("Coherence", 0, 0)),
        {},
        1,
        "Not ready to promote: 1 of 2 checks failed. no eval has a result",
    ),
    (
        "no evals at all are never ready, though every rate of none is above 90",
        execution(),
        {"min": ["*=0"]},
        1,
        "Not ready to promote: 1 of 2 checks failed. no eval has a result",
    ),
    (
        "only scores: the rule for every pass rate has nothing to hold on to",
        execution(score("Resolution", 99.0)),
        {},
        1,
        "Not ready to promote: 1 of 2 checks failed. all evals together: "
        "no eval has a pass rate, required > 90 %",
    ),
    (
        "the eval asked about was not run, another was",
        execution(rate("Coherence", 0, 0), rate("Tone", 20, 0)),
        {"min": ["Coherence=0"]},
        1,
        "Not ready to promote: 2 of 3 checks failed. Coherence: not evaluated, required >= 0 %",
    ),
    (
        "a running execution is not finished, whatever its rates",
        execution(rate("Coherence", 20, 0), status="running"),
        {"min": ["Coherence=90"]},
        3,
        "Not finished: execution status running (26/30 calls done), required completed",
    ),
    (
        "an execution being evaluated is not finished",
        execution(status="evaluating"),
        {},
        3,
        "Not finished: execution status evaluating (26/30 calls done), required completed",
    ),
    (
        "a status nobody knows is not finished",
        execution(rate("Coherence", 20, 0), status="archiving"),
        {},
        3,
        "Not finished: execution status archiving (26/30 calls done), required completed",
    ),
    (
        "a cancelled execution is not ready, whatever its rates",
        execution(rate("Coherence", 20, 0), status="cancelled", total_calls=20),
        {},
        1,
        "Not ready to promote: 1 of 2 checks failed. execution status cancelled, required completed",
    ),
    (
        "a failed execution is not ready",
        execution(rate("Coherence", 20, 0), status="failed", total_calls=20),
        {},
        1,
        "Not ready to promote: 1 of 2 checks failed. execution status failed, required completed",
    ),
    (
        "the first reason is told, the others are counted",
        execution(rate("Coherence", 1, 1), rate("Tone", 1, 1), failed_calls=9),
        {"min": ["*=90"], "max_failed": 0},
        1,
        "Not ready to promote: 3 of 4 checks failed. Coherence: pass rate 50 % (1/2), required >= 90 %",
    ),
    (
        "an eval is found whatever the case of its name",
        execution(rate("Coherence", 19, 1)),
        {"min": ["coherence = 90 %"]},
        0,
        "Ready to promote: 2 checks passed.",
    ),
    (
        "a part of a template is asked by its own name",
        execution(template("is_helpful", rate("Helpful", 20, 0), rate("Empathy", 10, 10))),
        {"min": ["is_helpful=75", "Empathy=75"]},
        1,
        "Not ready to promote: 1 of 3 checks failed. Empathy: pass rate 50 % (10/20), required >= 75 %",
    ),
]


@pytest.mark.parametrize(
    ("found", "asked", "code", "sentence"),
    [pytest.param(*case[1:], id=case[0]) for case in CASES],
)
def test_the_gate_says(found: ExecutionRecord, asked: dict[str, Any], code: int, sentence: str) -> None:
    verdict = evaluate(found, Settings.of(**asked))
    assert (verdict.exit_code, verdict.sentence) == (code, sentence)


BASELINES = [
    ("two points worse are allowed", 88, 86, 0, "Ready to promote: 3 checks passed."),
    (
        "three points worse are not",
        88,
        85,
        1,
        "Not ready to promote: 1 of 3 checks failed. Coherence: 85 %, "
        "3 points below the baseline (88 %), allowed 2 below",
    ),
    ("better is fine", 88, 95, 0, "Ready to promote: 3 checks passed."),
    ("equal is fine", 88, 88, 0, "Ready to promote: 3 checks passed."),
]


@pytest.mark.parametrize(
    ("before", "now", "code", "sentence"), [pytest.param(*case[1:], id=case[0]) for case in BASELINES]
)
def test_against_a_baseline_the_gate_says(before: int, now: int, code: int, sentence: str) -> None:
    baseline = execution(rate("Coherence", before, 100 - before))
    verdict = evaluate(execution(rate("Coherence", now, 100 - now)), Settings.of([80], max_drop=2), baseline)
    assert (verdict.exit_code, verdict.sentence) == (code, sentence)


def test_an_eval_that_vanished_since_the_baseline_is_a_reason() -> None:
    baseline = execution(rate("Coherence", 20, 0), rate("Tone", 20, 0))
    verdict = evaluate(execution(rate("Coherence", 20, 0)), Settings.of([80], max_drop=2), baseline)
    assert verdict.sentence == (
        "Not ready to promote: 1 of 4 checks failed. Tone: evaluated in the baseline, but not here"
    )


def test_a_drop_is_counted_in_the_decimals_that_are_shown() -> None:
    baseline = execution(score("Resolution", 90.91))
    verdict = evaluate(
        execution(score("Resolution", 88.91)), Settings.of(["Resolution=1"], max_drop=2), baseline
    )
    assert verdict.ready


def test_the_rule_for_every_eval_tells_of_a_part_that_is_below_it() -> None:
    mixed = execution(template("is_helpful", rate("Helpful", 200, 0), rate("Empathy", 170, 30)))
    verdict = evaluate(mixed)
    assert verdict.ready
    assert verdict.notes == (
        "Empathy, a part of is_helpful, has 85 %; the rule for every eval covers is_helpful as a whole. "
        'Add --min "Empathy=…" to require it too.',
    )


@pytest.mark.parametrize(
    "threshold", ["Coherance=90", "Coherence=", "Coherence=ninety", "Coherence=101", "0.9", ""]
)
def test_a_threshold_that_can_not_be_meant_is_an_error_before_anything_is_judged(threshold: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        evaluate(execution(rate("Coherence", 20, 0)), Settings.of([threshold]))
    assert caught.value.remedy


def test_a_threshold_on_choices_asks_which_are_good() -> None:
    with pytest.raises(ConfigurationError, match="no accepted choices are given") as caught:
        evaluate(execution(choices("Tone", TONE)), Settings.of(["Tone=90"]))
    assert caught.value.remedy == 'Give them with --want "Tone=first,second".'


def documented_rule(evals: Any) -> bool:
    """The rule of the service's own example, on what it looks at."""
    return all(summary.pass_rate is not None and summary.pass_rate > 90 for summary in evals)


@pytest.mark.parametrize("passed", range(85, 101))
@pytest.mark.parametrize("other", [89, 90, 91, 100])
def test_without_thresholds_the_gate_agrees_with_the_documented_rule(passed: int, other: int) -> None:
    found = execution(rate("Coherence", passed, 100 - passed), rate("Tone", other, 100 - other))
    assert evaluate(found).ready == documented_rule(found.evals)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (execution(), "baseline: no eval with a number to compare with"),
        (execution(rate("Coherence", 0, 0)), "baseline: no eval with a number to compare with"),
        (execution(choices("Tone", TONE)), "baseline: no eval with a number to compare with"),
        (
            execution(rate("Coherence", 1, 0), status="running"),
            "baseline: execution status running, its numbers can still change",
        ),
    ],
    ids=["no evals", "none judged", "choices of which none is wanted", "not finished"],
)
def test_a_baseline_that_can_not_be_compared_with_is_a_check_that_fails(
    before: ExecutionRecord, said: str
) -> None:
    verdict = evaluate(execution(rate("Coherence", 20, 0)), Settings.of(["Coherence=10"]), before)
    assert verdict.exit_code == 1
    assert [check.sentence for check in verdict.failed] == [said]


def test_a_baseline_that_came_to_a_bad_end_is_noted() -> None:
    found = execution(rate("Coherence", 20, 0))
    verdict = evaluate(found, Settings(), execution(rate("Coherence", 1, 0), status="failed"))
    assert verdict.ready
    assert verdict.notes == (
        "The baseline has no result of Coherence for 29 of 30 calls.",
        "The baseline has the status failed; the results it has were compared.",
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Tonee", 'no eval called "Tonee"'),
        ("Coherence", "Coherence doesn't answer with choices"),
        ("Resolution", "Resolution doesn't answer with choices"),
    ],
)
def test_choices_wanted_of_an_eval_without_any_are_an_error(name: str, said: str) -> None:
    found = execution(rate("Coherence", 20, 0), score("Resolution", 90), choices("Tone", TONE))
    with pytest.raises(ConfigurationError, match=said):
        evaluate(found, Settings.of(["*=10"], {name: ["calm"]}))


def test_choices_can_be_wanted_by_the_name_of_the_template_and_of_an_eval_not_asked_about() -> None:
    assert evaluate(
        execution(rate("Coherence", 20, 0), choices("Tone", TONE)),
        Settings.of(["Coherence=10"], {"tone": ["calm"]}),
    ).ready


@pytest.mark.parametrize("first_is_good", [True, False])
def test_of_two_evals_of_one_name_the_worse_is_compared_with_the_baseline(first_is_good: bool) -> None:
    good, bad = rate("Coherence", 20, 0), rate("Coherence", 10, 10)
    found = execution(good, bad) if first_is_good else execution(bad, good)
    verdict = evaluate(found, Settings.of(["Coherence=1"], max_drop=2), execution(good))
    assert [check.sentence for check in verdict.failed] == [
        "Coherence: 50 %, 50 points below the baseline (100 %), allowed 2 below"
    ]
