"""A disk that is full stops an export, which says what is kept and goes on when there is room."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from futureagi_simulate import Client, FutureAGIError
from futureagi_simulate import TimeoutError as OutOfTime
from futureagi_simulate_cli.export import columns, formats, partial
from futureagi_simulate_cli.export import job as module
from futureagi_simulate_mock import Mock

from .asking import answered, content, job


@contextmanager
def full(home: Any, name: str, calls_that_fit: int = 0) -> Iterator[None]:
    """Let a function fail after so many calls, as on a disk that is full."""
    real: Callable[..., Any] = getattr(home, name)
    left = calls_that_fit

    def call(*arguments: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(home, name, call)
        yield


@pytest.mark.parametrize(
    ("name", "home", "function", "calls_that_fit"),
    [
        pytest.param("calls.jsonl", os, "fsync", 3, id="while fetching"),
        pytest.param("calls.csv", formats, "_cell", 1000, id="while cells are written"),
        pytest.param("calls.parquet", module, "call_record", 100, id="while columns are written"),
        pytest.param("calls.parquet", os, "replace", 17, id="while the file is put in place"),
        pytest.param("calls.duckdb", columns, "_load", 0, id="while tables are loaded"),
    ],
)
def test_a_full_disk_leaves_what_was_received_and_the_same_export_goes_on(
    mock: Mock,
    client: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    home: Any,
    function: str,
    calls_that_fit: int,
) -> None:
    monkeypatch.setattr(partial, "SAVE_EVERY_S", 0.0)
    whole, stopped = tmp_path / f"whole.{name}", tmp_path / name
    job(mock, whole).run(client)
    with full(home, function, calls_that_fit), pytest.raises(FutureAGIError) as caught:
        job(mock, stopped).run(client)
    assert caught.value.problem == f"{stopped} can't be written: No space left on device."
    assert f"What was received is kept in {stopped}.partial" in caught.value.remedy
    assert "same export goes on" in caught.value.remedy
    kept = sorted(path.name for path in Path(f"{stopped}.partial").iterdir())
    assert kept == ["calls.jsonl", partial.LOCK, "progress.json"]
    asked: list[str] = []

    def pass_on(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["page"])
        return mock.transport().handle_request(request)

    with answered(mock, pass_on) as again:
        job(mock, stopped).run(again)
    assert len(asked) < 15 + 2
    assert content(stopped) == content(whole)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, whole.name])


def test_what_duckdb_cannot_write_is_told_alike(
    mock: Mock, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise duckdb.IOException("IO Error: Could not write all bytes: No space left on device")

    monkeypatch.setattr(columns, "_load", fail)
    with pytest.raises(FutureAGIError, match="No space left") as caught:
        job(mock, tmp_path / "calls.duckdb").run(client)
    assert "is kept in" in caught.value.remedy


def test_a_server_that_takes_too_long_is_no_trouble_with_the_disk(mock: Mock, tmp_path: Path) -> None:
    def late(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late", request=request)

    with answered(mock, late) as slow, pytest.raises(OutOfTime):
        job(mock, tmp_path / "calls.jsonl").run(slow)
