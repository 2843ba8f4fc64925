"""What an export has received, kept beside its file in a folder of its own: `calls.csv.partial`.

The folder belongs to one export: its lock file distinguishes it from any other folder of that name.
Links in it are never followed. The lock goes with the process that holds it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import attrs
import msgspec

from futureagi_simulate.errors import ConfigurationError, FutureAGIError
from futureagi_simulate_cli.export import target as files
from futureagi_simulate_cli.export.source import Received

if sys.platform == "win32":
    import msvcrt

    def take_lock(file: BinaryIO) -> None:
        """Lock a file for as long as it is open; raise BlockingIOError if another process has it."""
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
else:
    import fcntl

    def take_lock(file: BinaryIO) -> None:
        """Lock a file for as long as it is open; raise BlockingIOError if another process has it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


LOCK: Final = "fi-simulate-export.lock"
SAVE_EVERY_S = 1.0
"""Waiting for the disk after each page of 100 took half of the time of an export to JSON Lines."""

_UNFOLLOWED: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_read_row = msgspec.json.Decoder(Received).decode


@attrs.frozen
class Progress:
    """How far an export is: the first `offset` bytes hold `rows` lines, nothing after them counts.

    `question` identifies the request and the server. Pages 1 to `page` were read in order; `first` identifies
    the first page, `last` has the ids of the last one. `count` is the server's number of calls, `steady`
    whether all pages had the same. `whole`: nothing is left to fetch.
    """

    question: str
    page: int = 0
    offset: int = 0
    rows: int = 0
    count: int | None = None
    steady: bool = True
    first: str = ""
    last: tuple[str, ...] = ()
    whole: bool = False


class Partial:
    """The folder of one export, held alone in a `with` block.

    A page counts once its lines *and* the progress file that names them are on disk. They are put there with
    the first page that comes a second after the last time, and when the block ends, however it ends. What was
    kept of another question is thrown away when the first page comes; until then nothing on disk is touched.

    Raises ConfigurationError if another export holds the folder, or if it isn't an export's.
    """

    def __init__(self, target: Path, question: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder: Path = folder_of(target)
        self.progress: Progress = Progress(question)
        self._lines = self.folder / "calls.jsonl"
        self._state = self.folder / "progress.json"
        self._converted = self.folder / "converted"
        self._clock = clock
        self._due = clock()
        self._saved = self.progress
        self._file: BinaryIO | None = None
        self._seen: set[str] = set()
        self._nameless: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._lock = _hold(self.folder)
        try:
            self._find()
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._file is not None:
                with self._file:  # closed also where nothing more can be saved
                    if self.progress != self._saved:
                        self._save(self._file)
        finally:
            _release(self.folder, self._lock)

    def _find(self) -> None:
        """Load what an earlier run kept, if its request was the same and all its lines are there."""
        try:
            with open(_open(self._state, os.O_RDONLY), "rb") as file:
                found = msgspec.json.decode(file.read(), type=Progress)
            if found.question != self.progress.question:
                return
            for line in self._read(found.offset):
                self._note(_identity(line), line)
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError):  # not there, damaged, another's
            found = None
        if found is not None and found.page > 0 and found.rows == len(self._seen):
            self.progress = self._saved = found
        else:
            self.begin_again()

    def begin_again(self) -> None:
        """Forget everything received."""
        self._seen.clear()
        self._nameless.clear()
        self.progress = Progress(self.progress.question)

    def begin_pass(self) -> None:
        """Prepare for rows that may have been received before."""
        self._nameless.clear()

    def add(self, items: Iterable[Any], **changes: Any) -> None:
        """Append the rows that weren't received before, and make them and `changes` count soon."""
        file = self._opened()
        fresh = [item.raw_json for item in items if self._note(item.id, item.raw_json)]
        file.writelines(line for raw in fresh for line in (one_line(raw), b"\n"))
        file.flush()
        rows = self.progress.rows + len(fresh)
        self.progress = attrs.evolve(self.progress, offset=file.tell(), rows=rows, **changes)
        if self._clock() >= self._due:
            self._save(file)
            self._due = self._clock() + SAVE_EVERY_S

    def finish(self) -> None:
        """Note that nothing is left to ask for."""
        self.progress = attrs.evolve(self.progress, whole=True)
        self._save(self._opened())

    def lines(self) -> Iterator[bytes]:
        """Return each row's bytes, in the order received.

        Raises FutureAGIError at the end if these aren't as many as were received.
        """
        found = 0
        for line in self._read(None):
            found += 1
            yield line
        if found != self.progress.rows:
            raise FutureAGIError(
                f"{self._lines} has {found} lines, but {self.progress.rows} calls were received.",
                remedy=f"Something else wrote to it: delete {self.folder} and export again.",
            )

    def publish(self, write: Callable[[Path], None], target: Path) -> None:
        """Make a file with `write`, and rename it to `target` when it is complete."""
        self._seen.clear()  # memory that the conversion may need
        _delete(self._converted)
        self._converted.mkdir(0o700)
        try:
            made = self._converted / "file"
            write(made)
            files.take_mode(made, target)
            with open(made, "rb") as file:
                os.fsync(file.fileno())
            os.replace(made, target)
        finally:
            _delete(self._converted)  # on a disk that is full it would be in the way

    def remove(self) -> None:
        """Delete what was kept; whatever else is in the folder stays."""
        for path in (self._state, self._lines):
            path.unlink(missing_ok=True)
        self._saved = self.progress  # nothing is left to save

    def _note(self, identity: object, line: bytes) -> bool:
        """Note a row; return whether it is new.

        One without an id is known by its bytes and by how many like it came before it.
        """
        key = identity if isinstance(identity, str) and identity else ""
        if not key:
            same = hashlib.blake2b(one_line(line), digest_size=16).hexdigest()
            self._nameless[same] += 1
            key = f"{same} {self._nameless[same]}"
        known = len(self._seen)
        self._seen.add(key)
        return len(self._seen) > known

    def _read(self, end: int | None) -> Iterator[bytes]:
        with open(_open(self._lines, os.O_RDONLY), "rb", buffering=1 << 20) as file:
            at = 0
            while (end is None or at < end) and (line := file.readline()):
                at += len(line)
                yield line.removesuffix(b"\n")
        if end is not None and at != end:
            raise ValueError("the lines end elsewhere")

    def _opened(self) -> BinaryIO:
        if self._file is None:
            if self.progress.page:
                self._file = open(_open(self._lines, os.O_RDWR), "r+b")  # noqa: SIM115 - closed at the end of the `with` block
                self._file.truncate(self.progress.offset)
                self._file.seek(self.progress.offset)
            else:  # what is there counts no more; said before it is gone
                files.replace(self._state.with_name("progress.new"), self._state, b"{}")
                self._lines.unlink(missing_ok=True)
                self._file = open(self._lines, "xb")  # noqa: SIM115 - closed at the end of the `with` block
        return self._file

    def _save(self, file: BinaryIO) -> None:
        os.fsync(file.fileno())
        content = msgspec.json.encode(self.progress)
        files.replace(self._state.with_name("progress.new"), self._state, content)
        self._saved = self.progress


def folder_of(target: Path) -> Path:
    """Return the folder that keeps what was received for a file."""
    return target.with_name(target.name + ".partial")


def one_line(raw: bytes) -> bytes:
    """Return an item's bytes as sent, without line breaks, which JSON may have between tokens, a line not."""
    return raw.translate(None, b"\r\n") if b"\n" in raw or b"\r" in raw else raw


def _identity(line: bytes) -> object:
    """Read the id of a row that was kept."""
    try:
        return _read_row(line).id
    except (msgspec.MsgspecError, UnicodeDecodeError):  # no object, or not quite JSON
        return Received.of(line).raw.get("id")


def _open(path: Path, flags: int) -> int:
    """Open a file of the folder; raise OSError if it is a link, has a second name, or isn't a file."""
    handle = os.open(path, flags | _UNFOLLOWED | getattr(os, "O_BINARY", 0), 0o600)
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode) or about.st_nlink > 1:
        os.close(handle)
        raise FileExistsError(f"{path} is a link")
    return handle


def _delete(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)


def _hold(folder: Path) -> BinaryIO:
    """Make the folder if need be, and lock it."""
    try:
        while (file := _locked(folder)) is None:
            pass  # who held it was just deleting it
    except BlockingIOError:
        raise ConfigurationError(
            f"Another export is writing {folder.name.removesuffix('.partial')}.",
            remedy="Wait until it has ended, or name another file.",
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"The folder {folder} can't be used: {error.strerror or error}.",
            remedy="Name a file in a folder that can be written to.",
        ) from error
    return file


def _locked(folder: Path) -> BinaryIO | None:
    """Lock the folder's lock file; None if it was deleted meanwhile: another may lock its successor."""
    try:
        folder.mkdir(0o700)
    except FileExistsError:
        _require_own(folder)
    try:
        file = open(_open(folder / LOCK, os.O_RDWR | os.O_CREAT), "r+b")  # noqa: SIM115 - open while it is held
    except FileNotFoundError:
        return None
    try:
        take_lock(file)
        if os.path.samestat(os.fstat(file.fileno()), os.stat(folder / LOCK)):
            return file
    except FileNotFoundError:
        pass
    except OSError:
        file.close()
        raise
    file.close()
    return None


def _require_own(folder: Path) -> None:
    """Raise ConfigurationError for a folder that no export of this user has made."""
    problem = ""
    with suppress(FileNotFoundError):  # deleted meanwhile
        about = os.lstat(folder)
        inside = os.listdir(folder) if stat.S_ISDIR(about.st_mode) else []
        if not stat.S_ISDIR(about.st_mode):
            problem = "is not a folder"
        elif sys.platform != "win32" and about.st_uid != os.geteuid():
            problem = "belongs to another user"
        elif inside and LOCK not in inside:
            problem = f"holds something else ({min(inside)})"
        elif about.st_mode & 0o077:
            folder.chmod(0o700)
    if problem:
        raise ConfigurationError(
            f"{folder} is where an export keeps what it received, but it {problem}.",
            remedy="Move it away, or name another file.",
        )


def _release(folder: Path, file: BinaryIO) -> None:
    if sys.platform == "win32":  # what is open can't be deleted there
        file.close()
    with file, suppress(OSError):  # another that came meanwhile has it
        if os.listdir(folder) == [LOCK]:
            (folder / LOCK).unlink()
            folder.rmdir()
