"""`fi-simulate report` writes where it is told to."""

from __future__ import annotations

import errno
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


@pytest.mark.parametrize("place", ["nowhere/report.html", "."])
def test_a_place_where_nothing_can_be_written_is_refused_before_anything_is_asked(
    served: Mock, tmp_path: Path, capfd: pytest.CaptureFixture[str], place: str
) -> None:
    assert main(["report", served.ids.test_execution_id, "--to", str(tmp_path / place)]) == 2
    assert "folder" in capfd.readouterr().err
    assert not served.journal


def test_a_disk_that_is_full_is_told_in_two_lines(
    served: Mock, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert main(["report", served.ids.test_execution_id, "--to", str(tmp_path / "report.html")]) == 4
    said = capfd.readouterr().err.splitlines()
    assert said[-2:] == [
        f"error: {tmp_path}/report.html can't be written: No space left on device.",
        "try: Make room for it, or name a file elsewhere with --to.",
    ]
