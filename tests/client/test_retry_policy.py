"""The settings of a retry policy: defaults, limits, what a wrong one is told; and dates no clock can hold."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import pytest

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.retry import RetryPolicy, retry_after


def test_the_defaults_are_those_of_the_documentation() -> None:
    policy = RetryPolicy()
    assert (policy.attempts, policy.budget, policy.base, policy.most, policy.retry_after_cap) == (
        4,
        120.0,
        0.5,
        8.0,
        60.0,
    )
    assert policy.statuses == {408, 429, 502, 503, 504}


@pytest.mark.parametrize(
    ("setting", "problem", "default"),
    [
        ({"attempts": 0}, "isn't a whole number of at least 1.", "4"),
        ({"attempts": 2.0}, "isn't a whole number of at least 1.", "4"),
        ({"budget": 0}, "isn't a number of seconds of at least 0.001.", "120.0"),
        ({"base": -1}, "isn't a number of seconds of at least 0 and at most 1e+06.", "0.5"),
        ({"most": 1_000_000.5}, "isn't a number of seconds of at least 0 and at most 1e+06.", "8.0"),
        ({"retry_after_cap": math.inf}, "isn't a number of seconds of at least 0 and at most 1e+06.", "60.0"),
    ],
    ids=str,
)
def test_a_refused_setting_is_told_its_limits_and_its_default(
    setting: dict[str, Any], problem: str, default: str
) -> None:
    ((name, value),) = setting.items()
    with pytest.raises(ConfigurationError) as caught:
        RetryPolicy(**setting)
    assert caught.value.problem == f"RetryPolicy({name}={value!r}) {problem}"
    assert caught.value.remedy == f"Leave {name}= out for the default, {default}."


@pytest.mark.parametrize("name", ["base", "most", "retry_after_cap"])
@pytest.mark.parametrize("seconds", [0, 0.0, 1_000_000])
def test_waits_may_be_none_at_all_and_as_long_as_the_limit(name: str, seconds: float) -> None:
    setting: dict[str, Any] = {name: seconds}
    assert getattr(RetryPolicy(**setting), name) == seconds


def test_a_policy_keeps_its_statuses_whatever_becomes_of_the_set_that_was_given() -> None:
    chosen: Any = {520}
    policy = RetryPolicy(statuses=chosen)
    chosen.add(404)
    assert policy.statuses == frozenset({520})
    assert hash(policy.statuses)


def test_a_policy_shows_its_settings() -> None:
    shown = repr(RetryPolicy(attempts=7, statuses=frozenset({520})))
    assert "attempts=7" in shown
    assert "520" in shown


@pytest.mark.parametrize(
    "date",
    ["Thu, 01 Jan 2026 00:00:30 +99999999999999999999", "1 Jan 99999999999999999999 00:00:30 GMT"],
)
def test_a_date_too_large_for_a_clock_asks_for_no_wait(date: str) -> None:
    assert retry_after({"retry-after": date}, now=0.0) is None


@pytest.fixture
def _far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "XYZ-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_far_east")
def test_a_date_without_a_zone_is_in_utc_wherever_the_client_runs() -> None:
    assert retry_after({"retry-after": "Thu, 01 Jan 1970 00:00:30 -0000"}, now=0.0) == 30.0
