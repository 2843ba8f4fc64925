"""What the contract tests share."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from futureagi_simulate_contract.session import Subject
from futureagi_simulate_mock import Mock

from ..recorded import exchanges
from .tables import difference_tables, kill_table

PROFILES = ("documented", "observed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="let schemathesis search longer, from another seed")


@pytest.fixture(params=PROFILES)
def mock(request: pytest.FixtureRequest) -> Iterator[Mock]:
    with Mock(profile=request.param) as mock:
        yield mock


@pytest.fixture
def served(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    """Serve a mock, with the variables set that it prints."""
    with mock.serve() as server:
        for name, value in mock.settings(server.base_url).environment().items():
            monkeypatch.setenv(name, value)
        yield mock


@pytest.fixture(scope="module", params=PROFILES)
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    with Mock(profile=request.param) as mock:
        yield Subject.of_mock(mock)


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the recorded exchanges of the real server as JSON Lines."""
    path = tmp_path_factory.mktemp("recorded") / "exchanges.jsonl"
    path.write_text("".join(f"{json.dumps(exchange)}\n" for exchange in exchanges()), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def no_keys_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("FI_")]:
        monkeypatch.delenv(name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]
    for title, lines in (("mutants", kill_table(reports)), *difference_tables(reports)):
        if lines:
            terminalreporter.section(title)
            for line in lines:
                terminalreporter.line(line)
