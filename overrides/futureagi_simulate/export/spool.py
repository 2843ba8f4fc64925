"""The crash-safe store of what an export has received: raw lines, page by page, beside the target file."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType


SAVE_EVERY_S = 1.0
"""Waiting for the disk after each page of 100 took half of the time of an export to JSON Lines."""


@attrs.frozen
class Progress:
    """How far a spool is: the first `offset` bytes hold pages 1 to `page`, nothing after them counts."""

    source: str
    page: int = 0
    offset: int = 0
    rows: int = 0
    last_page: tuple[str, ...] = ()
    complete: bool = False


class Spool:
    """Raw items of a listing on disk, one a line, in `<target>.partial/`.

    A page counts once its lines *and* the progress file that names them are on disk. They are put there
    together, with the first page that comes a second after the last time and when the `with` block ends,
    however it ends; what an interruption left behind after that is cut off at the next start. `source`
    identifies the question that was asked: a spool of another question is thrown away, never mixed in.
    """

    def __init__(self, target: Path, source: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = target.with_name(target.name + ".partial")
        self._lines = self.folder / "calls.jsonl"
        self._state = self.folder / "progress.json"
        self._file: BinaryIO | None = None
        self._clock = clock
        self._due = clock()
        self.progress = Progress(source)
        if self._state.exists():
            found = json.loads(self._state.read_bytes())
            if found["source"] == source:
                self.progress = Progress(**{**found, "last_page": tuple(found["last_page"])})
        self._saved = self.progress

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file = open(self._lines, "ab")
        self._file.truncate(self.progress.offset)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            if self.progress != self._saved:
                self._save()
            self._file.close()

    def restart(self) -> None:
        """Forget everything received: the listing has changed since."""
        self.progress = Progress(self.progress.source)
        self._save()
        assert self._file is not None, "a spool is written inside its `with` block"  # noqa: S101 - the caller's contract
        self._file.truncate(0)

    @property
    def lines_file(self) -> Path:
        """Name the file of JSON Lines; whole once the spool is complete and closed."""
        return self._lines

    def add_page(self, page: int, items: Iterable[tuple[str, bytes]]) -> None:
        """Append the items (id, bytes as received) of page number `page`, and make them count soon."""
        assert self._file is not None, "a spool is written inside its `with` block"  # noqa: S101 - the caller's contract
        ids: list[str] = []
        lines: list[bytes] = []
        for identifier, raw in items:
            ids.append(identifier)
            lines += (one_line(raw), b"\n")
        self._file.write(b"".join(lines))
        self._file.flush()
        self.progress = attrs.evolve(
            self.progress,
            page=page,
            offset=self._file.tell(),
            rows=self.progress.rows + len(ids),
            last_page=tuple(ids),
        )
        if self._clock() >= self._due:
            self._save()

    def finish(self) -> None:
        """Note that the listing was read to its end."""
        self.progress = attrs.evolve(self.progress, complete=True)
        self._save()

    def _save(self) -> None:
        assert self._file is not None, "a spool is written inside its `with` block"  # noqa: S101 - the caller's contract
        os.fsync(self._file.fileno())
        write_whole(self._state, json.dumps(attrs.asdict(self.progress)).encode())
        self._saved = self.progress
        self._due = self._clock() + SAVE_EVERY_S

    def lines(self) -> Iterator[bytes]:
        """Give each item's bytes, in the order received."""
        return read_lines(self._lines, [self.progress.offset])

    def remove(self) -> None:
        """Delete the spool: the target file is whole."""
        shutil.rmtree(self.folder)


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
    """Return an item's bytes as sent; line breaks between tokens, which JSON Lines forbids, are taken out."""
    if b"\n" not in raw and b"\r" not in raw:
        return raw
    import msgspec

    return msgspec.json.format(raw, indent=-1)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that its name holds either the old content or the new, never half of it."""
    temporary = path.with_name(path.name + ".new")
    with open(temporary, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
