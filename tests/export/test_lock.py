"""Two exports to the same file at once: the second is refused, and what ends lets go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from futureagi_simulate import Client, ConfigurationError, FutureAGIError
from futureagi_simulate.export import job as module
from futureagi_simulate.export.lock import NAME, held
from futureagi_simulate.mock import Mock

from .asking import ids_in, interrupt, job, records

HOLDER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from futureagi_simulate.export.lock import held

    with held(Path(sys.argv[1])):
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


def test_a_lock_goes_with_the_process_that_held_it(tmp_path: Path) -> None:
    folder = tmp_path / "calls.csv.partial"
    command = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(ConfigurationError, match="Another export"), held(folder):
            pass
        process.send_signal(signal.SIGKILL)
    assert (folder / NAME).exists()
    with held(folder):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_its_holder_deleted_meanwhile_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from futureagi_simulate.export import lock

    folder = tmp_path / "calls.csv.partial"
    take = lock._take
    taken: list[int] = []

    def deleted_first(file: object) -> None:
        if not taken:
            (folder / NAME).unlink()
            folder.rmdir()
        take(file)  # type: ignore[arg-type]
        taken.append(1)

    monkeypatch.setattr(lock, "_take", deleted_first)
    with held(folder):
        assert len(taken) == 2
        monkeypatch.undo()
        with pytest.raises(ConfigurationError, match="Another export"), held(folder):
            pass


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
    with pytest.raises(ConfigurationError, match="can't be used: File exists"):
        job(mock, target).run(client)
    assert os.listdir(target.parent) == ["calls.jsonl.partial"]
