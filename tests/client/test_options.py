"""Options: where each value comes from, and what is refused."""

from __future__ import annotations

import math
import pickle
from typing import Any

import httpx
import pytest

from futureagi_simulate.auth import Secret
from futureagi_simulate.errors import ConfigurationError, InsecureConnectionWarning
from futureagi_simulate.options import Options, Timeout
from futureagi_simulate.retry import RetryPolicy

KEYS = {"api_key": Secret("api-key"), "secret_key": Secret("secret-key")}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("FI_API_KEY", "FI_SECRET_KEY", "FI_BASE_URL", "FI_LOG"):
        monkeypatch.delenv(variable, raising=False)


def test_without_a_base_url_the_hosted_api_is_meant() -> None:
    assert str(Options.of(**KEYS).origin) == "https://api.futureagi.com"


def test_keys_and_base_url_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FI_API_KEY", "from-environment")
    monkeypatch.setenv("FI_SECRET_KEY", "also-from-environment")
    monkeypatch.setenv("FI_BASE_URL", "http://127.0.0.1:8000")
    options = Options.of()
    assert options.credentials.api_key.reveal() == "from-environment"
    assert options.credentials.secret_key.reveal() == "also-from-environment"
    assert str(options.origin) == "http://127.0.0.1:8000"


def test_an_argument_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FI_API_KEY", "from-environment")
    monkeypatch.setenv("FI_SECRET_KEY", "from-environment")
    monkeypatch.setenv("FI_BASE_URL", "http://127.0.0.1:8000")
    options = Options.of(api_key=Secret("argument"), base_url="https://a.example")
    assert options.credentials.api_key.reveal() == "argument"
    assert options.credentials.secret_key.reveal() == "from-environment"
    assert str(options.origin) == "https://a.example"


def test_a_blank_argument_is_not_replaced_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FI_API_KEY", "from-environment")
    with pytest.raises(ConfigurationError, match=r"FI_API_KEY .* is blank"):
        Options.of(api_key=Secret(""), secret_key=Secret("s"))


def test_the_environment_is_read_anew_for_each_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FI_BASE_URL", "https://one.example")
    first = Options.of(**KEYS)
    monkeypatch.setenv("FI_BASE_URL", "https://two.example")
    assert (first.origin.host, Options.of(**KEYS).origin.host) == ("one.example", "two.example")


@pytest.mark.parametrize("value", ["", "api.futureagi.com"])
def test_a_bad_base_url_in_the_environment_is_refused_by_the_variable(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("FI_BASE_URL", value)
    with pytest.raises(ConfigurationError, match=r"^FI_BASE_URL "):
        Options.of(**KEYS)


def test_an_unknown_log_level_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FI_LOG", "loud")
    with pytest.raises(ConfigurationError, match="FI_LOG='loud'") as caught:
        Options.of(**KEYS)
    assert "debug" in caught.value.remedy


@pytest.mark.parametrize(
    ("given", "timeout"),
    [
        (5, Timeout(5, 5, 5, 5)),
        (0.5, Timeout(0.5, 0.5, 0.5, 0.5)),
        (None, Timeout(None, None, None, None)),
        (Timeout(read=3), Timeout(10.0, 3, 10.0, 60.0)),
        (httpx.Timeout(5, read=7), Timeout(5, 7, 5, 5)),
    ],
)
def test_a_timeout_is_a_number_none_or_an_object_with_phases(given: Any, timeout: Timeout) -> None:
    assert Options.of(**KEYS, timeout=given).timeout == timeout


@pytest.mark.parametrize("given", [0, -1, math.nan, math.inf, "5", True, Timeout, object()])
def test_a_senseless_timeout_is_refused(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="timeout"):
        Options.of(**KEYS, timeout=given)


def test_a_timeout_shrinks_to_the_time_that_is_left() -> None:
    assert Timeout(1, 5, None, 2).within(3) == {"connect": 1, "read": 3, "write": 3, "pool": 2}
    assert Timeout(1, 5, None, 2).within(math.inf) == {"connect": 1, "read": 5, "write": None, "pool": 2}


@pytest.mark.parametrize("given", [3, "none", RetryPolicy])
def test_retry_must_be_a_policy(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="RetryPolicy"):
        Options.of(**KEYS, retry=given)


@pytest.mark.parametrize("given", [0, -1, 1.5, True, "many"])
def test_a_senseless_limit_for_bodies_is_refused(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_body"):
        Options.of(**KEYS, max_body=given)


def test_a_limit_of_one_byte_is_a_limit() -> None:
    assert Options.of(**KEYS, max_body=1).max_body == 1


def test_options_are_changed_in_a_copy_and_the_rest_stays() -> None:
    options = Options.of(**KEYS, timeout=5, retry=RetryPolicy(attempts=2))
    changed = options.but(timeout=7, strict=True)
    assert (changed.timeout, changed.strict, changed.retry) == (
        Timeout(7, 7, 7, 7),
        True,
        RetryPolicy(attempts=2),
    )
    assert (options.timeout, options.strict) == (Timeout(5, 5, 5, 5), False)
    assert options.but() == options
    assert options.but(retry=RetryPolicy(attempts=1)).retry.attempts == 1
    assert options.but(timeout=None).timeout == Timeout(None, None, None, None)


def test_options_show_and_pickle_no_key() -> None:
    options = Options.of(api_key=Secret("5f0c1d2e"), secret_key=Secret("9a8b7c6d"))
    shown = repr(options).encode() + pickle.dumps(options)
    assert b"5f0c1d2e" not in shown
    assert b"9a8b7c6d" not in shown


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1:8000", "http://api.test/x", "http://localhost.test", "http://[fd07::1]"]
)
def test_keys_over_plain_http_to_another_machine_are_warned_about(address: str) -> None:
    with pytest.warns(InsecureConnectionWarning, match="unencrypted") as caught:
        Options.of(**KEYS, base_url=address)
    assert address in str(caught[0].message)
    assert len(caught) == 1


@pytest.mark.parametrize(
    "address",
    [
        *("http://localhost:8000", "http://LOCALHOST.", "http://mock.localhost", "http://127.1.2.3"),
        *("http://[::1]:8000", "http://[::ffff:127.0.0.1]", "https://api.test"),
    ],
)
def test_keys_that_stay_on_this_machine_or_are_encrypted_are_not_warned_about(address: str) -> None:
    Options.of(**KEYS, base_url=address)  # a warning would be an error
