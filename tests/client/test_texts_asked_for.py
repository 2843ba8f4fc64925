"""Texts that can't be asked for: refused at once and in few words."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from futureagi_simulate import Client, ConfigurationError
from futureagi_simulate.errors import APIStatusError, RequestInfo
from futureagi_simulate.options import RetryPolicy
from futureagi_simulate.responses import Classifier, FailedAttempt, Reply
from futureagi_simulate_mock import Mock

SOME_ID = UUID(int=1)
HALF = "half \ud800"
ASKED: dict[str, Callable[[Client, str], object]] = {
    "search": lambda client, text: client.list_call_executions(SOME_ID, search=text),
    "search of executions": lambda client, text: client.list_test_executions(SOME_ID, search=text),
    "run_test_name": lambda client, text: client.list_execution_runs(text),
    "eval_names": lambda client, text: client.list_execution_runs("a name", eval_names=["Tone", text]),
}


@pytest.fixture
def client() -> Client:
    with Mock() as mock:
        return Client(api_key=mock.api_key, secret_key=mock.secret_key, base_url="https://nowhere.invalid")


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_half_a_surrogate_pair_is_refused_before_anything_is_asked(
    ask: Callable[[Client, str], object], client: Client
) -> None:
    with pytest.raises(ConfigurationError, match="surrogate") as raised:
        ask(client, HALF)
    assert str(raised.value).isprintable()


def test_a_text_too_long_to_send_is_told_in_few_words(client: Client) -> None:
    with pytest.raises(ConfigurationError, match=r"200,\d+ characters") as raised:
        client.list_call_executions(SOME_ID, search="x" * 200_000).first()
    assert len(str(raised.value)) < 300
    assert "shorter text" in raised.value.remedy


def test_a_message_shows_the_beginning_of_a_long_address_and_the_error_has_it_whole() -> None:
    info = RequestInfo("GET", "https://nowhere.invalid/?search=" + "x" * 9_000)
    assert len(str(info)) < 600
    assert str(info).endswith("…")
    assert len(info.url) > 9_000


@pytest.mark.parametrize("status", [414, 431])
def test_a_server_that_finds_the_request_too_long_gets_the_advice_to_shorten_it(status: int) -> None:
    case = Classifier(RequestInfo("GET", "https://nowhere.invalid/"), RetryPolicy(), str)
    trouble = case.classify(Reply(status, {}, b"", None))
    assert isinstance(trouble, FailedAttempt)
    assert isinstance(trouble.error, APIStatusError)
    assert "shorter text" in trouble.error.remedy
