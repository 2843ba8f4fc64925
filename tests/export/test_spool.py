"""The spool keeps what was received, page by page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from futureagi_simulate.export.spool import Spool
from futureagi_simulate.export.witness import Witness

LOOK = Witness(3, "a", ("a",))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


def test_the_spool_waits_for_the_disk_once_a_second(target: Path) -> None:
    now = 0.0

    def saved() -> int:
        return Spool(target, "a question").progress.page

    with Spool(target, "a question", lambda: now) as spool:
        spool.add_page(1, [b"{}"], LOOK)
        spool.add_page(2, [b"{}"], LOOK)
        assert saved() == 1
        now = 1.0
        spool.add_page(3, [b"{}"], LOOK)
        spool.add_page(4, [b"{}"], LOOK)
        assert saved() == 3
    assert saved() == 4


def test_what_was_kept_is_found_again(target: Path) -> None:
    with Spool(target, "a question") as spool:
        spool.add_page(1, [b'{"a": 1}', b"{}"], LOOK)
    with Spool(target, "a question") as again:
        again.add_page(2, [b"[]"], LOOK)
        again.finish()
    found = Spool(target, "a question")
    assert (found.progress.rows, found.progress.complete, found.progress.witness) == (3, True, LOOK)
    assert list(found.lines()) == [b'{"a": 1}', b"{}", b"[]"]


def test_a_spool_of_another_question_is_kept_until_the_first_page_comes(target: Path) -> None:
    with Spool(target, "a question") as spool:
        spool.add_page(1, [b"1"], LOOK)
    with Spool(target, "another question"):
        pass
    assert list(Spool(target, "a question").lines()) == [b"1"]


def test_killed_after_a_page_of_another_question_nothing_is_taken_for_the_old_ones(target: Path) -> None:
    with Spool(target, "a question") as spool:
        spool.add_page(1, [b"1"], LOOK)
    killed = Spool(target, "another question", lambda: 0.0)
    killed._due = 1.0
    killed.add_page(1, [b"2"], LOOK)
    assert Spool(target, "a question").progress.page == 0
    assert Spool(target, "another question").progress.page == 0
    killed.__exit__(None, None, None)


@pytest.mark.parametrize("state", [b"", b"{}", b'{"source": "run-test/1", "page": 1}', b"[1", b"\xff"])
def test_a_progress_file_that_cannot_be_read_counts_as_none(target: Path, state: bytes) -> None:
    with Spool(target, "a question") as spool:
        spool.add_page(1, [b"1"], LOOK)
    (spool.folder / "progress.json").write_bytes(state)
    assert Spool(target, "a question").progress.page == 0


def test_lines_that_are_missing_are_not_gone_on_behind(target: Path) -> None:
    with Spool(target, "a question") as spool:
        spool.add_page(1, [b"1"], LOOK)
    spool.lines_file.write_bytes(b"")
    assert Spool(target, "a question").progress.page == 0


def test_a_run_that_receives_nothing_leaves_nothing_behind(target: Path) -> None:
    with Spool(target, "a question"):
        pass
    assert list(target.parent.iterdir()) == []


def test_a_call_takes_one_line(target: Path) -> None:
    sent = b'{\n  "id": "a",\r\n  "text": "two\\nlines, half a pair: \\ud83d"\n}'
    with Spool(target, "a question") as spool:
        spool.add_page(1, [sent], LOOK)
    (line,) = spool.lines()
    assert line == b'{  "id": "a",  "text": "two\\nlines, half a pair: \\ud83d"}'
    assert json.loads(line) == json.loads(sent)
