"""Run `fi-simulate` inside the test, against the mock on a real port."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from futureagi_simulate_cli import main
from futureagi_simulate_mock import Mock


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("FI_")]:
        monkeypatch.delenv(name)
    for name in ("FORCE_COLOR", "GITHUB_STEP_SUMMARY", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    logger = logging.getLogger("futureagi_simulate")
    handlers, level = logger.handlers[:], logger.level
    yield
    logger.handlers[:] = handlers  # FI_LOG adds one, of the standard error that this test had
    logger.setLevel(level)
    logging.disable(logging.NOTSET)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command and give its exit code and what it printed."""

    def run(*arguments: str) -> Ran:
        capfd.readouterr()
        code = main(arguments)
        printed = capfd.readouterr()
        return Ran(code, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def shared() -> Iterator[dict[str, str]]:
    """One mock for all tests that only read: its settings."""
    with Mock() as mock, mock.serve() as server:
        yield mock.settings(server.base_url).environment()


@pytest.fixture
def server(shared: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Point the command at the shared mock, and give its ids."""
    for name in ("FI_API_KEY", "FI_SECRET_KEY", "FI_BASE_URL"):
        monkeypatch.setenv(name, shared[name])
    return shared
