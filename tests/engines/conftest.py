from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from futureagi_simulate_mock import Mock


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep dlt's files in the folder of the test, its telemetry off, and don't wait for the disk."""
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(params=["documented", "observed"])
def mock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    """Serve a mock of each profile; a client without arguments finds it."""
    with Mock(profile=request.param) as mock, mock.serve() as server:
        for name, value in mock.settings(server.base_url).environment().items():
            monkeypatch.setenv(name, value)
        yield mock
