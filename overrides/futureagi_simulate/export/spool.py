"""The crash-safe store of what an export has received: raw lines, page by page, beside the target file."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

import attrs
import msgspec

from futureagi_simulate.errors import FutureAGIError
from futureagi_simulate.export import lock
from futureagi_simulate.export.witness import Witness

if TYPE_CHECKING:
    from types import TracebackType


SAVE_EVERY_S = 1.0
"""Waiting for the disk after each page of 100 took half of the time of an export to JSON Lines."""


@attrs.frozen
class Progress:
    """How far a spool is: the first `offset` bytes hold pages 1 to `page`, nothing after them counts.

    `question` is what was asked, and of which server.
    """

    question: str
    page: int = 0
    offset: int = 0
    rows: int = 0
    witness: Witness = attrs.field(factory=Witness)
    complete: bool = False


def folder_of(target: Path) -> Path:
    """Name the folder that keeps what was received for a file."""
    return target.with_name(target.name + ".partial")


class Spool:
    """Raw items of a listing on disk, one a line, in `<target>.partial/`.

    A page counts once its lines *and* the progress file that names them are on disk. They are put there
    together, with the first page that comes a second after the last time and when the `with` block ends,
    however it ends; what an interruption left behind after that is cut off at the next start. What a spool
    holds of another question is thrown away when the first page comes, never mixed in. Until then nothing on
    disk is touched, so that a run that can't even begin leaves nothing behind. One process at a time may use
    the folder: who exports holds its lock.
    """

    def __init__(self, target: Path, question: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder_of(target)
        self._lines = self.folder / "calls.jsonl"
        self._state = self.folder / "progress.json"
        self._file: BinaryIO | None = None
        self._clock = clock
        self._due = clock()
        self.progress = self._found(question)
        self._saved = self.progress

    def _found(self, question: str) -> Progress:
        """Read how far an earlier run came, if it asked the same and its lines are there."""
        try:
            found = msgspec.json.decode(self._state.read_bytes(), type=Progress)
            kept = self._lines.stat().st_size
        except (FileNotFoundError, msgspec.MsgspecError):  # nothing there, or another version's
            return Progress(question)
        return found if found.question == question and found.offset <= kept else Progress(question)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            with self._file:  # closed also where nothing more can be saved
                if self.progress != self._saved:
                    self._save(self._file)

    def restart(self) -> None:
        """Forget everything received: the listing has changed since."""
        self.progress = Progress(self.progress.question)

    @property
    def lines_file(self) -> Path:
        """Name the file of JSON Lines; whole once the spool is complete and closed."""
        return self._lines

    def add_page(self, page: int, rows: Iterable[bytes], witness: Witness) -> None:
        """Append the rows, as received, of page number `page`, and make them count soon."""
        file = self._opened()
        number = self.progress.rows
        lines: list[bytes] = []
        for raw in rows:
            lines += (one_line(raw), b"\n")
            number += 1
        file.write(b"".join(lines))
        file.flush()
        self.progress = attrs.evolve(
            self.progress, page=page, offset=file.tell(), rows=number, witness=witness
        )
        if self._clock() >= self._due:
            self._save(file)
            self._due = self._clock() + SAVE_EVERY_S

    def finish(self) -> None:
        """Note that the listing was read to its end."""
        self.progress = attrs.evolve(self.progress, complete=True)
        self._save(self._opened())

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = open(self._lines, "ab")  # noqa: SIM115 - closed at the end of the `with` block
            if not self.progress.page:  # what is there counts no more; said before it is gone
                self._save(self._file)
            self._file.truncate(self.progress.offset)
        return self._file

    def _save(self, file: BinaryIO) -> None:
        os.fsync(file.fileno())
        write_whole(self._state, msgspec.json.encode(self.progress))
        self._saved = self.progress

    def lines(self) -> Iterator[bytes]:
        """Give each item's bytes, in the order received."""
        return read_lines(self._lines, [self.progress.offset])

    def require_whole(self) -> None:
        """Raise FutureAGIError unless the file of lines holds exactly the calls that were received."""
        with open(self._lines, "rb") as file:
            found = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
        if found != self.progress.rows:
            raise FutureAGIError(
                f"{self._lines} has {found} lines, but {self.progress.rows} calls were received.",
                remedy=f"Something else wrote to it: delete {self.folder} and export again.",
            )

    def remove(self) -> None:
        """Delete what the spool holds, and leave the lock: the target file is whole."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != lock.NAME:
                path.unlink()


def read_lines(lines: Path, ends: Iterable[int]) -> Iterator[bytes]:
    """Yield each line of a spool up to the last of these bytes; lines are read when their end is known."""
    at = 0
    with open(lines, "rb", buffering=1 << 20) as file:
        for end in ends:
            while at < end:
                line = file.readline()
                at += len(line)
                yield line[:-1]


def one_line(raw: bytes) -> bytes:
    """Return an item's bytes as sent, without line breaks, which JSON may have between tokens, a line not."""
    return raw.translate(None, b"\r\n") if b"\n" in raw or b"\r" in raw else raw


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that its name holds either the old content or the new, never half of it."""
    temporary = path.with_name(path.name + ".new")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
