"""`fi-simulate report` writes where it is told to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from futureagi_simulate.cli import main
from futureagi_simulate.mock import Mock


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    with Mock() as mock, mock.serve() as server:
        for name, value in mock.settings(server.base_url).environment().items():
            monkeypatch.setenv(name, value)
        yield mock


def test_a_report_to_a_pipe_goes_through_it(served: Mock, tmp_path: Path) -> None:
    pipe = tmp_path / "report.html"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit(pipe.read_bytes)
        assert main(["report", served.ids.test_execution_id, "--to", str(pipe)]) == 0
        assert read.result().startswith(b"<!")
    assert pipe.is_fifo()
