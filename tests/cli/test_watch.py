"""Polling an execution, by gate --wait and by watch: time is the mock's, nothing sleeps."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from futureagi_simulate import Client, ManualClock, RetryPolicy
from futureagi_simulate.errors import AuthenticationError, ConfigurationError, ServerError
from futureagi_simulate_cli.gate import Settings
from futureagi_simulate_cli.gate.find import fetch_run, find_latest
from futureagi_simulate_cli.gate.wait import Poll, fetch_verdict, parse_duration, poll
from futureagi_simulate_mock import Mock

from .conftest import Run


class MockTime(ManualClock):
    """A clock whose sleep moves the mock's time along."""

    def __init__(self, mock: Mock) -> None:
        super().__init__()
        self._mock = mock

    def sleep(self, seconds: float) -> None:
        self._mock.clock.advance(seconds)
        super().sleep(seconds)


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock() as mock:
        yield mock


@pytest.fixture
def client(mock: Mock) -> Iterator[Client]:
    with Client(
        api_key=mock.api_key,
        secret_key=mock.secret_key,
        base_url=mock.base_url,
        retry=RetryPolicy(attempts=1),
        http_client=httpx.Client(transport=mock.transport()),
    ) as client:
        yield client


@pytest.fixture
def running(client: Client, mock: Mock) -> str:
    return find_latest(client, mock.ids.run_test_id, finished=False).id or ""


def wait(client: Client, execution: str, mock: Mock, timeout: float) -> list[Poll]:
    clock = MockTime(mock)
    return list(poll(lambda: fetch_run(client, execution), timeout=timeout, interval=30, clock=clock))


def test_waiting_ends_when_the_execution_has_finished(client: Client, running: str, mock: Mock) -> None:
    seen = wait(client, running, mock, 3600)
    done = [one.execution.completed_calls or 0 for one in seen if one.execution]
    assert done == sorted(done)
    assert done[0] < done[-1]
    assert [one.finished for one in seen] == [False] * (len(seen) - 1) + [True]


def test_waiting_ends_at_the_deadline_with_a_last_poll(client: Client, running: str, mock: Mock) -> None:
    seen = wait(client, running, mock, 100)
    assert [one.elapsed for one in seen] == [0, 30, 60, 90, 100]
    assert not seen[-1].finished


@pytest.mark.parametrize("fault", ["503:3", "429:3,retry-after=7", "reset:3", "truncate:3"])
def test_waiting_survives_faults(fault: str, client: Client, running: str, mock: Mock) -> None:
    mock.faults.add(fault)
    seen = wait(client, running, mock, 3600)
    assert len([one for one in seen if one.error]) == 3
    assert seen[-1].finished


def test_waiting_heeds_how_long_the_server_asks_to_wait(client: Client, running: str, mock: Mock) -> None:
    mock.faults.add("429:1,retry-after=90")
    first, second, *_ = wait(client, running, mock, 3600)
    assert first.error is not None
    assert second.elapsed == 90


def test_a_fault_that_stays_until_the_deadline_is_raised(client: Client, running: str, mock: Mock) -> None:
    mock.faults.add("503:*")
    with pytest.raises(ServerError):
        fetch_verdict(client, running, Settings(), timeout=100, clock=MockTime(mock))


def test_a_refusal_is_not_waited_out(client: Client, running: str, mock: Mock) -> None:
    mock.faults.add("401:*")
    with pytest.raises(AuthenticationError):
        wait(client, running, mock, 3600)


def test_no_time_at_all_is_no_duration_to_wait() -> None:
    with pytest.raises(ConfigurationError, match="can't be read"):
        parse_duration("0s")


@pytest.fixture
def timed(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    """Serve the mock, point the command at it, and let its waiting move the mock's time."""
    monkeypatch.setattr("futureagi_simulate_cli.gate.wait.SystemClock", lambda: MockTime(mock))
    monkeypatch.setattr("futureagi_simulate.retry.SystemClock.sleep", lambda *_: None)  # the client's retries
    with mock.serve() as server:
        for name, value in mock.settings(server.base_url).environment().items():
            monkeypatch.setenv(name, value)
        yield mock


def test_gate_waits_and_judges(run: Run, timed: Mock, running: str) -> None:
    ran = run("gate", running, "--min", "50", "--max-missing", "100%", "--wait", "30m", "--interval", "1m")
    assert ran.code == 0
    assert ran.out.splitlines()[-1].startswith("Ready to promote: ")
    assert ran.err.splitlines()[0] == "waiting: running, 0 of 18 calls done"
    assert len(ran.err.splitlines()) > 3


def test_gate_gives_up_at_the_deadline_with_exit_code_3(run: Run, timed: Mock, running: str) -> None:
    ran = run("gate", running, "--wait", "2m", "--interval", "60")
    assert ran.code == 3
    assert ran.out.splitlines()[-1].startswith("Not finished: execution status running (")


def test_watch_tells_progress_rates_and_failures_and_ends_with_the_verdict(
    run: Run, timed: Mock, running: str
) -> None:
    timed.faults.add("503:9,after=2")
    ran = run("watch", running, "--min", "*=90", "--interval", "30")
    assert ran.code == 1
    assert ran.out.splitlines()[-1].startswith("Not ready to promote: ")
    assert "checks failed. Coherence: pass rate 75 % (12/16), required >= 90 %" in ran.out.splitlines()[-1]
    told = ran.err.splitlines()
    assert told[0] == "running, 0 of 18 calls done"
    assert any(re.fullmatch(r"running, \d+ of 18 calls done; Coherence [\d.]+ %; .*", line) for line in told)
    assert any("503" in line and line.endswith("asking again") for line in told)
    failures = [line for line in told if line.startswith("  failed: ")]
    assert len(failures) == len(set(failures)) > 3
