"""When to try again and how long to wait: the pure decisions."""

from __future__ import annotations

import math
import pickle
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.retry import RetryPolicy, backoff, retry_after

NOW = 1_767_225_600.0  # Thu, 01 Jan 2026 00:00:00 GMT

RETRY_AFTER: list[tuple[dict[str, str], float | None]] = [
    ({}, None),
    ({"retry-after": ""}, None),
    ({"retry-after": "0"}, 0.0),
    ({"retry-after": "5"}, 5.0),
    ({"retry-after": " 5 "}, 5.0),
    ({"retry-after": "1.5"}, 1.5),
    ({"retry-after": ".5"}, 0.5),
    ({"retry-after": "007"}, 7.0),
    ({"retry-after": "-1"}, None),
    ({"retry-after": "+1"}, None),
    ({"retry-after": "1e3"}, None),
    ({"retry-after": "nan"}, None),
    ({"retry-after": "inf"}, None),
    ({"retry-after": "soon"}, None),
    ({"retry-after": "٣"}, None),
    ({"retry-after": "9" * 400}, math.inf),
    ({"retry-after-ms": "250"}, 0.25),
    ({"retry-after-ms": "250.5"}, 0.2505),
    ({"retry-after-ms": "0", "retry-after": "5"}, 0.0),
    ({"retry-after-ms": "250", "retry-after": "5"}, 0.25),
    ({"retry-after-ms": "soon", "retry-after": "5"}, 5.0),
    ({"retry-after-ms": "-250", "retry-after": "5"}, 5.0),
    ({"retry-after": "Thu, 01 Jan 2026 00:00:30 GMT"}, 30.0),
    ({"retry-after": "Thu, 01 Jan 2026 00:00:30 -0000"}, 30.0),
    ({"retry-after": "Thu, 01 Jan 2026 01:00:30 +0100"}, 30.0),
    ({"retry-after": "Thursday, 01-Jan-26 00:00:30 GMT"}, 30.0),
    ({"retry-after": "Thu Jan  1 00:00:30 2026"}, 30.0),
    ({"retry-after": "Wed, 31 Dec 2025 23:59:30 GMT"}, 0.0),
    ({"retry-after": "Thu, 32 Jan 2026 00:00:30 GMT"}, None),
    ({"retry-after": "Thu, 01 Jan 99999 00:00:30 GMT"}, None),
    ({"retry-after": "Thu, 01 Jan 2026 00:00:30 GMT", "date": "Thu, 01 Jan 2026 00:00:20 GMT"}, 10.0),
    ({"retry-after": "Thu, 01 Jan 2026 00:00:30 GMT", "date": "not a date"}, 30.0),
]


@pytest.mark.parametrize(("headers", "seconds"), RETRY_AFTER)
def test_retry_after_is_read_in_seconds_milliseconds_and_dates(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers, NOW) == seconds


@example({"retry-after": "0\x1f"})
@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date"]), st.text()))
def test_no_header_text_makes_retry_after_raise_or_go_below_zero(headers: dict[str, str]) -> None:
    seconds = retry_after(headers, NOW)
    assert seconds is None or seconds >= 0


@given(
    st.integers(1, 10_000),
    st.floats(0, 1e6),
    st.floats(0, 1e6),
    st.floats(0, 1),
)
def test_backoff_stays_between_zero_and_the_most(attempt: int, base: float, most: float, roll: float) -> None:
    assert 0 <= backoff(attempt, base=base, most=most, roll=roll) <= most


@given(st.integers(1, 60), st.floats(0.001, 10))
def test_the_most_that_backoff_can_give_doubles_with_each_attempt(attempt: int, base: float) -> None:
    this = backoff(attempt, base=base, most=math.inf, roll=1.0)
    assert backoff(attempt + 1, base=base, most=math.inf, roll=1.0) == 2 * this


@given(st.integers(1, 100), st.floats(0, 1), st.floats(0, 1))
def test_backoff_grows_with_the_roll_of_the_dice(attempt: int, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert backoff(attempt, base=1, most=8, roll=low) <= backoff(attempt, base=1, most=8, roll=high)


@pytest.mark.parametrize(("attempt", "wait"), [(1, 0.5), (2, 1.0), (3, 2.0), (5, 8.0), (9, 8.0)])
def test_the_default_waits_are_at_most_these(attempt: int, wait: float) -> None:
    assert RetryPolicy(random=lambda: 1.0).wait(attempt, None) == wait


def test_the_dice_are_rolled_for_each_wait() -> None:
    rolls = iter([0.25, 0.75])
    policy = RetryPolicy(base=4, most=8, random=lambda: next(rolls))
    assert [policy.wait(1, None), policy.wait(1, None)] == [1.0, 3.0]


@pytest.mark.parametrize(
    ("asked", "wait"), [(0.0, 0.0), (5.0, 5.0), (60.0, 60.0), (61.0, 60.0), (math.inf, 60.0)]
)
def test_what_the_server_asks_for_is_waited_up_to_the_cap(asked: float, wait: float) -> None:
    assert RetryPolicy().wait(1, asked) == wait


@pytest.mark.parametrize(
    "setting",
    [
        {"attempts": 0},
        {"attempts": 1.5},
        {"attempts": True},
        {"attempts": "3"},
        {"budget": 0},
        {"budget": -1},
        {"budget": math.nan},
        {"budget": None},
        {"base": -0.1},
        {"most": math.inf},
        {"retry_after_cap": -1},
    ],
)
def test_a_senseless_setting_is_refused_by_name(setting: dict[str, Any]) -> None:
    (name,) = setting
    with pytest.raises(ConfigurationError, match=f"RetryPolicy\\({name}="):
        RetryPolicy(**setting)


def test_a_policy_is_frozen_equal_by_value_and_pickles() -> None:
    policy = RetryPolicy(attempts=2)
    assert pickle.loads(pickle.dumps(policy)) == policy == RetryPolicy(attempts=2)
    assert len(pickle.dumps(policy)) < 500, "no random generator goes along: each process rolls its own"
    with pytest.raises(AttributeError):
        policy.attempts = 3  # type: ignore[misc]


def test_a_budget_may_be_without_end() -> None:
    assert RetryPolicy(budget=math.inf).budget == math.inf
