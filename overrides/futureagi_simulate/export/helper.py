"""A process that converts what has been received while the main one goes on fetching.

It follows the spool: it is told on its standard input up to which byte the lines count, and "end" after the
last. If anything goes wrong with it, the conversion is done without it, so it reports nothing.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Self

from futureagi_simulate.export.conversion import Conversion
from futureagi_simulate.export.spool import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

WORTHWHILE = 2_000
"""Calls from which on it is worth to start a process, which costs as much as converting these."""

_PROGRAM = "from futureagi_simulate.export.helper import main; main()"


class Helper:
    """A conversion in a process of its own, once there is enough to do."""

    def __init__(self, conversion: Conversion, lines: Path) -> None:
        self._conversion = conversion
        self._lines = lines
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()  # closes the pipe and waits

    def follow(self, end: int, rows: int | None) -> None:
        """Convert the lines up to byte `end` too; there will be some `rows` of them altogether."""
        if self._process is None and self._conversion.can_follow and (rows or 0) >= WORTHWHILE:
            self._start()
        self._tell(str(end))

    def finish(self) -> bool:
        """Wait for the end, and say whether everything was converted."""
        if self._process is None:
            return False
        self._tell("end")
        self._process.communicate()
        return self._process.returncode == 0

    def _start(self) -> None:
        made = self._conversion
        what = json.dumps([str(self._lines), str(made.made), made.format, made.evals, made.execution_id])
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, with a fixed program
            [sys.executable, "-c", _PROGRAM, what],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _tell(self, word: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            try:
                self._process.stdin.write(f"{word}\n".encode())
            except BrokenPipeError:  # it has ended, which `finish` sees
                return


class _WithoutPandas(MetaPathFinder):
    """Hide pandas: pyarrow imports it where it is installed, which is 50 MB and half a second for nothing."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def main() -> None:
    """Be the helper."""
    gc.disable()  # records form no cycles; a fifth of the time
    sys.meta_path.insert(0, _WithoutPandas())
    lines, made, form, evals, execution_id = json.loads(sys.argv[1])
    conversion = Conversion(Path(made), form, evals, execution_id)
    conversion.run(lambda: read_lines(Path(lines), _ends(sys.stdin)))


def _ends(told: Iterable[str]) -> Iterator[int]:
    for word in told:
        if word == "end\n":
            return
        yield int(word)
    raise SystemExit("the main process is gone")
