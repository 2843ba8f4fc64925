"""Two exports to the same file at once: the second is refused, and what ends lets go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import BinaryIO

import pytest

from futureagi_simulate import Client, ConfigurationError, FutureAGIError
from futureagi_simulate_cli.export import job as module
from futureagi_simulate_cli.export import partial
from futureagi_simulate_cli.export.partial import LOCK, Partial
from futureagi_simulate_mock import Mock

from .asking import ids_in, interrupt, job, records

HOLDER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from futureagi_simulate_cli.export.partial import Partial

    with Partial(Path(sys.argv[1]), "a question"):
        print("held", flush=True)
        sys.stdin.read()
    """
)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "calls.jsonl"


def test_a_second_export_to_the_same_file_is_refused_and_the_first_comes_out_whole(
    mock: Mock, client: Client, target: Path
) -> None:
    refused: list[str] = []

    def meanwhile(*_: object) -> None:
        if not refused:
            with pytest.raises(ConfigurationError, match=r"Another export is writing calls\.jsonl") as caught:
                job(mock, target).run(client)
            refused.append(caught.value.remedy)

    rows = job(mock, target).run(client, meanwhile)
    assert refused == ["Wait until it has ended, or name another file."]
    assert ids_in(target) == [call.id for call in records(mock, client)]
    assert rows == len(ids_in(target))
    assert list(target.parent.iterdir()) == [target]


def test_a_lock_goes_with_the_process_that_held_it(target: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(ConfigurationError, match="Another export"), Partial(target, "a question"):
            pass
        process.send_signal(signal.SIGKILL)
    assert Path(f"{target}.partial", LOCK).exists()
    with Partial(target, "a question"):
        pass
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("made_anew", [False, True])
def test_a_lock_file_that_its_holder_deleted_meanwhile_is_not_the_lock(
    target: Path, monkeypatch: pytest.MonkeyPatch, made_anew: bool
) -> None:
    """Its name may be that of another file by now, which another export has locked, or will."""
    folder, take, taken = Path(f"{target}.partial"), partial.take_lock, 0

    def deleted_first(file: BinaryIO) -> None:
        nonlocal taken
        taken += 1
        if taken == 1:
            (folder / LOCK).unlink()
            if made_anew:
                (folder / LOCK).touch()
            else:
                folder.rmdir()
        take(file)

    monkeypatch.setattr(partial, "take_lock", deleted_first)
    with Partial(target, "a question"):
        assert taken == 2
        with pytest.raises(ConfigurationError, match="Another export"), Partial(target, "a question"):
            pass


@pytest.mark.parametrize(
    "name", ["links/link.jsonl", "folder/calls.jsonl", "links/../calls.jsonl", "calls.jsonl"]
)
def test_names_that_lead_to_one_file_cannot_be_exported_to_at_once(
    mock: Mock, client: Client, target: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (target.parent / "links").mkdir()
    (target.parent / "links" / "link.jsonl").symlink_to("../calls.jsonl")
    (target.parent / "folder").symlink_to(".")
    monkeypatch.chdir(target.parent)

    def meanwhile(*_: object) -> None:
        with pytest.raises(ConfigurationError, match="Another export"):
            job(mock, Path(name)).run(client)

    job(mock, target).run(client, meanwhile)


def test_an_interrupted_export_keeps_its_folder_and_lets_go_of_it(
    mock: Mock, client: Client, target: Path
) -> None:
    interrupt(job(mock, target), client, 3)
    assert (target.parent / "calls.jsonl.partial" / "calls.jsonl").exists()
    job(mock, target).run(client)
    assert list(target.parent.iterdir()) == [target]


def test_lines_that_something_else_added_make_no_file(
    mock: Mock, client: Client, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(*_: object) -> None:
        with open(f"{target}.partial/calls.jsonl", "ab") as lines:
            lines.write(b"{}\n")

    with pytest.raises(FutureAGIError, match=r"lines, but .* calls were received") as caught:
        job(mock, target).run(client, add)
    assert "delete" in caught.value.remedy
    assert not target.exists()


def test_a_place_that_cannot_be_used_is_told_before_anything_is_asked(
    mock: Mock, client: Client, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(f"{target}.partial").write_text("a file where the folder would be")
    monkeypatch.setattr(module.Export, "_run", None)
    with pytest.raises(ConfigurationError, match="is not a folder"):
        job(mock, target).run(client)
    assert os.listdir(target.parent) == ["calls.jsonl.partial"]
