"""What was received is kept page by page, and nothing else that is on the disk is touched."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from futureagi_simulate import Client, ConfigurationError
from futureagi_simulate_cli.export.partial import LOCK, Partial, Progress
from futureagi_simulate_cli.export.source import Received
from futureagi_simulate_mock import Mock

from .asking import ids_in, interrupt, job, records


def calls(*lines: bytes) -> list[Received]:
    made = []
    for line in lines:
        item = Received(json.loads(line).get("id"))
        item._raw_json = line
        made.append(item)
    return made


A, B, C = (b'{"id": "%s"}' % name for name in (b"a", b"b", b"c"))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


def found(target: Path, question: str = "a question") -> Progress:
    with Partial(target, question) as partial:
        return partial.progress


def keep(target: Path, *lines: bytes) -> Path:
    with Partial(target, "a question") as partial:
        partial.add(calls(*lines), page=1)
    return partial.folder


def test_it_waits_for_the_disk_once_a_second(target: Path) -> None:
    now = 0.0

    def saved() -> int:
        page: int = json.loads((partial.folder / "progress.json").read_text()).get("page", 0)
        return page

    with Partial(target, "a question", lambda: now) as partial:
        partial.add(calls(A), page=1)
        partial.add(calls(B), page=2)
        assert saved() == 1
        now = 1.0
        partial.add(calls(C), page=3)
        partial.add(calls(), page=4)
        assert saved() == 3
    assert saved() == 4


def test_what_was_kept_is_found_again(target: Path) -> None:
    keep(target, A)
    with Partial(target, "a question") as again:
        again.add(calls(A, B), page=2, last=("a", "b"))
        again.finish()
    with Partial(target, "a question") as whole:
        assert (whole.progress.rows, whole.progress.whole, whole.progress.last) == (2, True, ("a", "b"))
        assert list(whole.lines()) == [A, B]


def test_rows_without_an_id_are_told_apart_by_how_many_came_before(target: Path) -> None:
    rows = calls(b"{}", b'{"id": ""}', b"{}", b'{"id": 5}')
    with Partial(target, "a question") as partial:
        partial.add(rows, page=1)
    with Partial(target, "a question") as again:
        assert again.progress.rows == 4
        again.add(calls(b"{}"), page=2)
        again.begin_pass()
        again.add([*rows, *calls(b"{}", b"{}")])
        assert again.progress.rows == 6


def test_what_is_kept_of_another_question_stays_until_the_first_page_comes(target: Path) -> None:
    keep(target, A)
    assert found(target, "another question").page == 0
    assert found(target).page == 1


def test_killed_after_a_page_of_another_question_nothing_is_taken_for_the_old_ones(target: Path) -> None:
    keep(target, A)
    with Partial(target, "another question", lambda: 0.0) as killed:
        killed._due = 1.0
        killed.add(calls(B), page=1)
        killed.progress = killed._saved  # nothing more is saved
    assert found(target).page == found(target, "another question").page == 0


DAMAGES: dict[str, Callable[[Path, Path], object]] = {
    "empty": lambda state, _: state.write_bytes(b""),
    "another program's": lambda state, _: state.write_bytes(b'{"page": 1}'),
    "cut off": lambda state, _: state.write_bytes(b"[1"),
    "not UTF-8": lambda state, _: state.write_bytes(b"\xff\xfe\x00"),
    "not UTF-8 inside": lambda state, _: state.write_bytes(
        state.read_bytes().replace(b'question"', b'\xff"')
    ),
    "deeply nested": lambda state, _: state.write_bytes(b"[" * 200_000),
    "before the beginning": lambda state, _: state.write_text(
        state.read_text().replace('"offset":12', '"offset":-1')
    ),
    "beyond the end": lambda state, _: state.write_text(
        state.read_text().replace('"offset":12', '"offset":13')
    ),
    "more rows than lines": lambda state, _: state.write_text(
        state.read_text().replace('"rows":1', '"rows":2')
    ),
    "lines gone": lambda _, lines: lines.unlink(),
    "lines cut": lambda _, lines: lines.write_bytes(b"{}"),
    "lines damaged": lambda _, lines: lines.write_bytes(b"{" * 12 + b"\n"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_cannot_be_gone_on_with_is_received_again(
    mock: Mock, client: Client, target: Path, damage: str
) -> None:
    folder = keep(target, A)
    DAMAGES[damage](folder / "progress.json", folder / "calls.jsonl")
    assert found(target).page == 0
    job(mock, target).run(client)
    assert ids_in(target) == [call.id for call in records(mock, client)]
    assert os.listdir(target.parent) == [target.name]


@pytest.mark.parametrize("name", ["calls.jsonl", "progress.json", "progress.new", "converted", LOCK])
@pytest.mark.parametrize("kind", ["symbolic", "hard", "dangling"])
def test_a_link_in_the_folder_is_not_followed(
    mock: Mock, client: Client, target: Path, name: str, kind: str
) -> None:
    victim = target.with_name("victim")
    if kind != "dangling":
        victim.write_text("mine")
    folder = keep(target, A)
    (folder / name).unlink(missing_ok=True)
    if kind == "hard":
        (folder / name).hardlink_to(victim)
    else:
        (folder / name).symlink_to(victim)
    if name == LOCK:
        with pytest.raises(ConfigurationError, match="can't be used"):
            job(mock, target).run(client)
    else:
        job(mock, target).run(client)
        assert ids_in(target) == [call.id for call in records(mock, client)]
    assert (victim.read_text() == "mine") if kind != "dangling" else not victim.exists()


def test_a_folder_behind_a_link_is_not_used(mock: Mock, client: Client, target: Path) -> None:
    (target.parent / "elsewhere").mkdir()
    Path(f"{target}.partial").symlink_to("elsewhere")
    with pytest.raises(ConfigurationError, match="is not a folder") as caught:
        job(mock, target).run(client)
    assert "Move it away" in caught.value.remedy
    assert os.listdir(target.parent / "elsewhere") == []


@pytest.mark.parametrize("name", ["notes.txt", "calls.jsonl", "progress.json", "converted"])
def test_a_folder_of_the_users_own_is_left_alone(mock: Mock, client: Client, target: Path, name: str) -> None:
    folder = Path(f"{target}.partial")
    folder.mkdir(mode=0o755)
    (folder / name).write_text("mine")
    with pytest.raises(ConfigurationError, match="holds something else"):
        job(mock, target).run(client)
    assert (folder / name).read_text() == "mine"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


def test_a_folder_of_another_user_is_left_alone(
    mock: Mock, client: Client, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(target, A)
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    with pytest.raises(ConfigurationError, match="belongs to another user"):
        job(mock, target).run(client)


def test_a_file_that_was_put_into_the_folder_stays(mock: Mock, client: Client, target: Path) -> None:
    folder = keep(target, A)
    (folder / "notes.txt").write_text("mine")
    job(mock, target).run(client)
    assert (folder / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "duckdb"])
def test_a_file_keeps_its_mode_and_a_new_one_follows_the_umask(
    mock: Mock, client: Client, tmp_path: Path, form: str
) -> None:
    def mode(file: Path) -> int:
        return stat.S_IMODE(file.stat().st_mode)

    modes: list[int] = []

    def note(*_: Any) -> None:
        modes.append(mode(Path(f"{old}.partial")))

    old, new = tmp_path / f"old.{form}", tmp_path / f"new.{form}"
    old.touch(0o600)
    before = os.umask(0o027)
    try:
        job(mock, old).run(client, note)
        job(mock, new).run(client)
    finally:
        os.umask(before)
    assert (mode(old), mode(new)) == (0o600, 0o640)
    assert set(modes) == {0o700}


def test_an_older_folder_is_closed_to_others(mock: Mock, client: Client, target: Path) -> None:
    interrupt(job(mock, target), client, 2)
    folder = Path(f"{target}.partial")
    folder.chmod(0o755)
    interrupt(job(mock, target), client, 2)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_run_that_receives_nothing_leaves_nothing_behind(target: Path) -> None:
    assert found(target).page == 0
    assert os.listdir(target.parent) == []


def test_a_call_takes_one_line(target: Path) -> None:
    sent = b'{\n  "id": "a",\r\n  "text": "two\\nlines, half a pair: \\ud83d"\n}'
    with Partial(target, "a question") as partial:
        partial.add(calls(sent), page=1)
        (line,) = partial.lines()
    assert line == b'{  "id": "a",  "text": "two\\nlines, half a pair: \\ud83d"}'
    assert json.loads(line) == json.loads(sent)
