from __future__ import annotations

import pytest

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.records import EvalKind, EvalRecord, Turn
from futureagi_simulate_cli.failures import Criteria, failed_call
from futureagi_simulate_cli.failures.collect import find_turn
from futureagi_simulate_cli.gate.settings import Threshold

from .samples import TRANSCRIPT, call, chosen, scored, verdict

STRICT = Criteria((Threshold("Resolution", 50),), {"Tone": ("calm", "neutral")})


@pytest.mark.parametrize(
    ("record", "required"),
    [
        pytest.param(verdict("Coherence", True), None, id="passed is fine"),
        pytest.param(verdict("Coherence", False), "Passed", id="failed is a failure"),
        pytest.param(scored("Resolution", 49.9), ">= 50 %", id="a score below its threshold"),
        pytest.param(scored("Resolution", 50.0), None, id="a score at its threshold is fine"),
        pytest.param(scored("Other", 1.0), None, id="a score nobody asked about is fine"),
        pytest.param(chosen("Tone", "angry"), "calm or neutral", id="a choice that isn't accepted"),
        pytest.param(chosen("Tone", "Calm"), None, id="an accepted choice, whatever its case"),
        pytest.param(chosen("Tone", "calm", "angry"), "calm or neutral", id="one of two isn't accepted"),
        pytest.param(chosen("Mood", "angry"), None, id="choices nobody asked about are fine"),
        pytest.param(EvalRecord("x", "Tone", "choices", status="pending"), None, id="pending is no failure"),
        pytest.param(
            EvalRecord("x", "Coherence", "pass_fail", status="error", reason="Rate limit"),
            None,
            id="an eval that couldn't be computed is no failure of the call",
        ),
        pytest.param(EvalRecord("x"), None, id="an eval of which nothing is known"),
    ],
)
def test_an_eval_has_failed_by(record: EvalRecord, required: str | None) -> None:
    assert STRICT.failed_requirement(record) == required


@pytest.mark.parametrize("name", [None, "*"])
def test_a_threshold_without_a_name_is_for_every_score(name: str | None) -> None:
    criteria = Criteria((Threshold("Resolution", 10), Threshold(name, 50)))
    assert criteria.failed_requirement(scored("Other", 49)) == ">= 50 %"
    assert criteria.failed_requirement(scored("resolution", 49)) is None


def test_a_call_without_a_failed_eval_is_not_reported() -> None:
    assert failed_call(call(verdict("Coherence", True)), Criteria()) is None


def test_every_failed_eval_of_a_call_is_reported_in_order() -> None:
    found = failed_call(
        call(verdict("A", False), verdict("B", True), scored("Resolution", 2), chosen("Tone", "angry")),
        STRICT,
    )
    assert found is not None
    assert [(f.record.name, f.actual) for f in found.evals] == [
        ("A", "Failed"),
        ("Resolution", "2 %"),
        ("Tone", "angry"),
    ]


@pytest.mark.parametrize(
    ("reason", "index", "found_by"),
    [
        ("The agent first said 49, then that it is 77 in total.", 4, "words"),
        ("Customer was charged twice.", 1, "words"),
        ("Nothing of this is in the transcript at all.", 4, "end"),
        ("", 4, "end"),
        (None, 4, "end"),
    ],
)
def test_the_turn_a_reason_speaks_of_is_found_by_its_rarest_words(
    reason: str | None, index: int, found_by: str
) -> None:
    found = find_turn(reason, TRANSCRIPT)
    assert found is not None
    assert (found.index, found.found_by) == (index, found_by)


def test_without_a_transcript_there_is_no_turn() -> None:
    assert find_turn("reason", ()) is None


def test_without_an_agent_the_last_turn_is_taken() -> None:
    found = find_turn(None, (Turn("system", "a"), Turn("tool_calls", "b")))
    assert found is not None
    assert found.index == 1


def test_between_equal_turns_the_agents_is_taken_and_then_the_later() -> None:
    said = "refund refused"
    both = (Turn("agent", said), Turn("agent", said), Turn("customer", said))
    found = find_turn("The refund is refused.", both)
    assert found is not None
    assert found.index == 1


KNOWN: tuple[tuple[str | None, EvalKind | None], ...] = (
    ("Coherence", "pass_fail"),
    ("Resolution", "score"),
    ("Tone", "choices"),
    ("Odd", None),
    (None, "score"),
)


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        (Criteria((Threshold("Nope", 50),)), 'no eval called "Nope"'),
        (Criteria(choices={"Nope": ("calm",)}), 'no eval called "Nope"'),
        (Criteria((Threshold("Coherence", 50),)), "Coherence doesn't answer with a score"),
        (Criteria((Threshold("Tone", 50),)), "Tone doesn't answer with a score"),
        (Criteria(choices={"resolution": ("calm",)}), "Resolution doesn't answer with choices"),
    ],
)
def test_a_criterion_that_no_eval_can_fail_is_an_error(criteria: Criteria, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        criteria.check(KNOWN)


def test_criteria_that_can_be_failed_are_fine() -> None:
    Criteria((Threshold("resolution", 50), Threshold("*", 5), Threshold(None, 5)), {"TONE": ("calm",)}).check(
        KNOWN
    )
    Criteria((Threshold("Odd", 50),), {"Odd": ("calm",)}).check(KNOWN)
    Criteria((Threshold("Nope", 50),)).check(())
