"""A file is written where its name leads, and nothing else that has the name is harmed."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from futureagi_simulate import Client, ConfigurationError
from futureagi_simulate_cli.export.target import require_writable, write_file
from futureagi_simulate_mock import Mock

from .asking import ids_in, interrupt, job, records


@pytest.fixture
def linked(tmp_path: Path) -> tuple[Path, Path]:
    """Make a link in one folder to a stale file in another."""
    (tmp_path / "links").mkdir()
    file, link = tmp_path / "calls.jsonl", tmp_path / "links" / "link.jsonl"
    file.write_text('{"id": "stale"}\n')
    link.symlink_to("../calls.jsonl")
    return file, link


def test_an_export_to_a_link_writes_the_file_it_leads_to(
    mock: Mock, client: Client, linked: tuple[Path, Path]
) -> None:
    file, link = linked
    interrupt(job(mock, link), client, 3)
    assert [path.name for path in link.parent.iterdir()] == ["link.jsonl"]
    job(mock, link).run(client)
    assert link.is_symlink()
    assert ids_in(file) == [call.id for call in records(mock, client)]


def test_an_export_to_a_pipe_is_refused_before_anything_is_asked(mock: Mock, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "calls.jsonl")
    with pytest.raises(ConfigurationError, match="no regular file"):
        job(mock, tmp_path / "calls.jsonl")
    assert stat.S_ISFIFO(os.stat(tmp_path / "calls.jsonl").st_mode)


def test_a_link_that_leads_to_itself_is_refused(mock: Mock, tmp_path: Path) -> None:
    (tmp_path / "calls.jsonl").symlink_to("calls.jsonl")
    with pytest.raises(ConfigurationError, match="no regular file"):
        job(mock, tmp_path / "calls.jsonl")


def test_a_file_written_to_a_link_goes_where_it_leads(linked: tuple[Path, Path]) -> None:
    file, link = linked
    write_file(link, b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"


def test_a_file_written_to_a_pipe_goes_through_it(tmp_path: Path) -> None:
    pipe = tmp_path / "report.html"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit(pipe.read_bytes)
        write_file(pipe, b"<html>" * 50_000)
        assert read.result() == b"<html>" * 50_000
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)


def test_a_file_that_cannot_be_written_whole_leaves_the_old_one_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "report.html").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_file(tmp_path / "report.html", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("report.html", b"old")]


def test_a_folder_a_place_without_one_and_a_locked_one_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(ConfigurationError, match=r"d\.csv is a folder"):
        require_writable(tmp_path / "d.csv")
    with pytest.raises(ConfigurationError, match="There is no folder"):
        require_writable(tmp_path / "nowhere" / "d.csv")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ConfigurationError, match="Nothing can be written in the folder"):
        require_writable(tmp_path / "new.csv")


def test_an_export_to_a_folder_is_refused_before_anything_is_asked(mock: Mock, tmp_path: Path) -> None:
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(ConfigurationError, match="is a folder"):
        job(mock, tmp_path / "d.csv")


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".duckdb"])
@pytest.mark.parametrize("name", ["%s/\udcff%s", "%s/\udcff/calls%s"])
def test_columns_cannot_go_where_a_path_is_not_utf_8_and_that_is_said_before_anything_is_asked(
    mock: Mock, tmp_path: Path, name: str, ending: str
) -> None:
    target = Path(name % (tmp_path, ending))
    target.parent.mkdir(exist_ok=True)
    with pytest.raises(ConfigurationError, match=r"/\\xff.* isn't UTF-8") as caught:
        job(mock, target)
    assert ".jsonl" in caught.value.remedy
    str(caught.value).encode()  # it can be printed anywhere


def test_json_lines_go_also_where_a_path_is_not_utf_8(mock: Mock, client: Client, tmp_path: Path) -> None:
    target = tmp_path / "\udcff.jsonl"
    job(mock, target).run(client)
    assert ids_in(target) == [call.id for call in records(mock, client)]
