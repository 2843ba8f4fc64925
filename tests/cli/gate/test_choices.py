"""Good choices are counted by answers, whichever shares the server sends."""

from __future__ import annotations

import warnings
from typing import Literal

import httpx
import pytest

from futureagi_simulate import Client
from futureagi_simulate.records import CallRecord, ExecutionRecord, call_record, execution_record
from futureagi_simulate_cli.gate.checks import evaluate
from futureagi_simulate_cli.gate.measure import Measure
from futureagi_simulate_cli.gate.settings import Settings
from futureagi_simulate_mock import Mock

from .samples import choices, execution

Profile = Literal["documented", "observed"]


def fetched(profile: Profile) -> tuple[ExecutionRecord, list[CallRecord]]:
    with (
        Mock(profile) as mock,
        Client(
            api_key=mock.api_key,
            secret_key=mock.secret_key,
            base_url=mock.base_url,
            http_client=httpx.Client(transport=mock.transport()),
        ) as client,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        run = client.get_execution_run(mock.ids.test_execution_id)
        return execution_record(run), [call_record(item) for item in run.calls]


def tone(record: ExecutionRecord, *good: str) -> Measure:
    measures = evaluate(record, Settings.of(["*=0"], {"Tone": good})).measures
    return next(measure for measure in measures if measure.name == "Tone")


@pytest.mark.parametrize("profile", ["documented", "observed"])
@pytest.mark.parametrize(
    "good",
    [
        ("calm", "angry", "neutral", "friendly"),
        ("calm", "neutral", "friendly"),
        ("angry", "neutral"),
        ("calm", "neutral"),
        ("neutral",),
    ],
)
def test_the_share_of_good_answers_is_that_of_the_calls(profile: Profile, good: tuple[str, ...]) -> None:
    record, calls = fetched(profile)
    said = [one.choices for call in calls for one in call.evals if one.name == "Tone" and one.choices]
    hits = sum(set(choice) <= set(good) for choice in said)
    measure = tone(record, *good)
    assert (measure.hits, measure.total) == (hits, len(said))
    assert measure.value == round(100 * hits / len(said), 2)


def test_both_profiles_tell_the_same_shares_of_words() -> None:
    documented, observed = (
        next(one for one in fetched(profile)[0].evals if one.kind == "choices")
        for profile in ("documented", "observed")
    )
    assert list(documented.choices.items()) == list(observed.choices.items())
    assert [part.choices for part in documented.parts] == [part.choices for part in observed.parts]
    assert documented.choices["neutral"] == 35.56


def test_where_shares_overlap_the_least_is_compared_and_the_range_is_told() -> None:
    # of 20 answers 12 hold a, 8 b, 6 c and 4 d: how many hold a and b only can't be known
    found = execution(choices("Tone", {"a": 60.0, "b": 40.0, "c": 30.0, "d": 20.0}))
    verdict = evaluate(found, Settings.of(["Tone=60"], {"Tone": ["a", "b"]}))
    assert not verdict.ready
    assert "Tone: accepted choices 50 % (10/20), required >= 60 %" in verdict.sentence
    assert "10 to 14 of 20" in verdict.notes[0]


def test_where_the_range_is_one_number_nothing_is_noted() -> None:
    found = execution(choices("Tone", {"a": 60.0, "b": 40.0, "c": 30.0}))
    verdict = evaluate(found, Settings.of(["Tone=70"], {"Tone": ["a", "b"]}))
    assert verdict.ready
    assert not verdict.notes


def test_rounded_shares_do_not_exceed_all() -> None:
    thirds = {"a": 33.34, "['b']": 33.34, "{'choice': 'c'}": 33.34}
    verdict = evaluate(
        execution(choices("Tone", thirds, 3)), Settings.of(["Tone=100"], {"Tone": ["a", "b", "c"]})
    )
    assert verdict.measures[0].value == 100
    assert verdict.measures[0].hits == 3


def test_an_answer_without_any_choice_is_not_a_good_one() -> None:
    verdict = evaluate(
        execution(choices("Tone", {"[]": 50.0, "a": 50.0})), Settings.of(["*=0"], {"Tone": ["a"]})
    )
    assert verdict.measures[0].hits == 10
